//! A struct stands for a form only if every answer that the form accepts can be read into it.

use std::collections::BTreeMap;
use std::path::Path;

use oneservice_core::catalog::typed::{Address, Point, Why, verify};
use oneservice_core::catalog::{ApplicantKind, Catalog, Filing, Purpose, Service};
use oneservice_core::testing::sample;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

fn battambang() -> Catalog {
    Catalog::load(Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/catalog/battambang")).unwrap()
}

/// The form of a guesthouse licence, whole.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "not every answer is looked at")]
struct Guesthouse {
    name_km: String,
    name_latin: String,
    sex: Sex,
    birth_date: String,
    nationality: Nationality,
    national_id: Option<String>,
    passport_no: Option<String>,
    phone: String,
    email: Option<String>,
    home_address: Address,
    company_name_km: Option<String>,
    company_name_latin: Option<String>,
    registration_no: Option<String>,
    tin: Option<String>,
    position: Option<String>,
    business_name_km: String,
    business_name_latin: Option<String>,
    place_address: Address,
    place_point: Option<Point>,
    tenure: Tenure,
    rooms: u8,
    beds: u16,
    floors: u8,
    staff: i32,
    price_from: u32,
    #[serde(default)]
    amenities: Vec<Amenity>,
    serves_food: bool,
    seats: Option<u64>,
    previous_licence: Option<String>,
    previous_expiry: Option<String>,
}

#[derive(Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum Sex {
    Female,
    Male,
}

#[derive(Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum Nationality {
    /// With a national identity card.
    Khmer,
    Foreign,
}

#[derive(Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum Tenure {
    Owner,
    Lease,
    FreeUse,
}

#[derive(Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum Amenity {
    Ac,
    Wifi,
    Parking,
    Restaurant,
    Pool,
    Lift,
    Access,
}

#[test]
fn the_answers_of_a_guesthouse_read_into_its_struct() {
    let catalog = battambang();
    let service = catalog.service(&"tourism.guesthouse-licence".parse().unwrap()).unwrap();
    let form = verify::<Guesthouse>(service).unwrap();
    assert_eq!(form.version(), service.hash);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/catalog/battambang/samples");
    for name in ["valid", "edge"] {
        let text =
            std::fs::read_to_string(folder.join(format!("tourism_guesthouse-licence--{name}.json"))).unwrap();
        let sample: Value = serde_json::from_str(&text).unwrap();
        let filing = Filing {
            applicant: ApplicantKind::from_word(sample["applicant"]["kind"].as_str().unwrap()).unwrap(),
            by_representative: false,
            purpose: Purpose::from_word(sample["purpose"].as_str().unwrap()).unwrap(),
            submitted_on: sample["submitted_at"].as_str().unwrap()[..10].parse().unwrap(),
            form: sample["form"].as_object().unwrap().clone().into(),
            documents: Vec::new(),
            signature: None,
        };
        let assessment = service.assess(&filing, catalog.places());
        assert!(assessment.problems.iter().all(|problem| !problem.path.starts_with("form.")), "{name}");
        let house = form.read(&assessment.answers).unwrap();
        assert_eq!(Value::from(house.rooms), assessment.answers["rooms"], "{name}");
        assert_eq!(house.home_address.code, assessment.answers["home_address"]["code"], "{name}");
    }
}

/// All that the sample's form must be told: every kind of field.
fn fields() -> BTreeMap<&'static str, Value> {
    let text = json!({ "type": "string" });
    let address = json!({ "type": "object", "properties": { "code": text, "line": { "type": ["string", "null"] } }, "required": ["code"] });
    [
        ("name_km", text.clone()),
        ("name_latin", text.clone()),
        ("birth_date", json!({ "type": "string", "format": "date" })),
        ("phone", text.clone()),
        ("home", address.clone()),
        ("place", address),
        ("stalls", json!({ "type": "integer", "format": "uint8", "minimum": 0, "maximum": 255 })),
        ("area", text.clone()),
        ("capital", text),
        ("goods", json!({ "oneOf": [{ "type": "string", "const": "food" }, { "type": "string", "enum": ["cloth", "other"] }] })),
        ("days", json!({ "type": "array", "items": { "enum": ["sat", "sun", "feast"], "type": "string" }, "uniqueItems": true })),
    ]
    .into()
}

thread_local! {
    static SCHEMA: std::cell::RefCell<Value> = const { std::cell::RefCell::new(Value::Null) };
}

/// A struct whose schema is what a test says.
#[derive(Debug)]
struct Said;

impl JsonSchema for Said {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Said".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        SCHEMA.with_borrow(|schema| schema.clone().try_into().unwrap())
    }
}

impl<'de> Deserialize<'de> for Said {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        serde::de::IgnoredAny::deserialize(deserializer).map(|_| Self)
    }
}

fn stall() -> Service {
    let catalog = sample::catalog().unwrap();
    catalog.services().next().unwrap().as_ref().clone()
}

/// What is wrong with a struct of these properties; those of the sample are required.
fn misfits(properties: &BTreeMap<&str, Value>, more: Option<(&str, Value)>) -> Vec<(String, Why)> {
    let required: Vec<_> = properties.keys().filter(|name| fields().contains_key(*name)).collect();
    let mut schema = json!({ "type": "object", "properties": properties, "required": required });
    if let Some((key, value)) = more {
        schema[key] = value;
    }
    SCHEMA.set(schema);
    let found = verify::<Said>(&stall()).err().map(|misfits| misfits.misfits).unwrap_or_default();
    found.into_iter().map(|misfit| (misfit.path, misfit.why)).collect()
}

#[test]
fn each_reason_not_to_fit_is_the_only_one() {
    assert_eq!(misfits(&fields(), None), []);
    let text = || json!({ "type": "string" });
    let wrong_type = |wanted, found: &str| Why::Type { wanted, found: found.into() };
    let unproven = |keyword: &str| Why::Unproven { keyword: keyword.into() };
    let rows = |name: Value, required: Value| json!({ "type": ["array", "null"], "items": { "type": "object", "properties": name, "required": required } });
    let words = |words: &[&str]| json!({ "type": "string", "enum": words });
    let whole = |format: &str| json!({ "type": "integer", "format": format });
    let helper = json!({ "name": text(), "days": whole("int8"), "paid": { "type": ["boolean", "null"] } });
    let mut paid = helper.clone();
    paid["paid"] = text();
    let cases: Vec<(&str, Value, &str, Why)> = vec![
        ("plate", text(), "", Why::NotAsked),
        ("plates", text(), "plates", Why::NotAsked),
        ("phone", whole("uint64"), "phone", wrong_type("texts", "integer")),
        ("stalls", text(), "stalls", wrong_type("whole numbers", "string")),
        ("stalls", json!({ "type": "integer", "maximum": 19 }), "stalls", Why::Range { min: 1, max: 20 }),
        ("stalls", json!({ "type": "integer", "minimum": 2 }), "stalls", Why::Range { min: 1, max: 20 }),
        ("stalls", json!({ "type": "integer", "multipleOf": 2 }), "stalls", unproven("multipleOf")),
        ("area", json!({ "type": "number" }), "area", wrong_type("texts", "number")),
        ("name_km", json!({ "type": "string", "maxLength": 10 }), "name_km", unproven("maxLength")),
        ("name_km", json!({ "type": "string", "format": "uuid" }), "name_km", unproven("format")),
        ("goods", words(&["food", "cloth"]), "goods", Why::OptionWithoutPlace { option: "other".into() }),
        (
            "goods",
            words(&["food", "cloth", "other", "fish"]),
            "goods",
            Why::NoSuchOption { option: "fish".into() },
        ),
        ("days", text(), "days", wrong_type("lists", "string")),
        (
            "days",
            json!({ "type": "array", "items": words(&["sat", "sun"]) }),
            "days",
            Why::OptionWithoutPlace { option: "feast".into() },
        ),
        ("days", json!({ "type": "array", "items": text(), "maxItems": 1 }), "days", unproven("maxItems")),
        ("home", text(), "home", wrong_type("named values", "string")),
        (
            "home",
            json!({ "type": "object", "properties": { "code": text(), "line": text() }, "required": ["code", "line"] }),
            "home.line",
            Why::MayBeMissing,
        ),
        (
            "home",
            json!({ "type": "object", "properties": { "line": text() }, "additionalProperties": false }),
            "home.code",
            Why::NoPlace,
        ),
        ("home", json!({ "$ref": "#/$defs/nowhere" }), "home", unproven("$ref")),
        ("home", json!({ "anyOf": [text(), whole("int8")] }), "home", unproven("anyOf")),
        (
            "spot",
            json!({ "type": "object", "properties": { "lat": text(), "lon": { "type": "number" } } }),
            "spot.lat",
            wrong_type("numbers", "string"),
        ),
        ("cooks", text(), "cooks", wrong_type("true or false", "string")),
        ("helpers", rows(helper.clone(), json!(["name", "days", "paid"])), "helpers.paid", Why::MayBeMissing),
        ("helpers", rows(json!({ "name": text() }), json!(["name"])), "helpers.days", Why::NoPlace),
        ("helpers", rows(paid, json!(["name"])), "helpers.paid", wrong_type("true or false", "string")),
        ("helpers", rows(helper, json!(["name", "days"])), "", Why::NotAsked),
    ];
    for (field, schema, path, why) in cases {
        let mut properties = fields();
        properties.insert(field, schema.clone());
        let expected = if path.is_empty() { vec![] } else { vec![(path.to_owned(), why)] };
        assert_eq!(misfits(&properties, None), expected, "{field}: {schema}");
    }
    let mut properties = fields();
    properties.remove("phone");
    assert_eq!(misfits(&properties, None), [("phone".to_owned(), Why::NoPlace)]);
    let closed = misfits(&fields(), Some(("additionalProperties", json!(false))));
    assert!(closed.iter().all(|(_, why)| *why == Why::NoPlace) && closed.len() == 9, "{closed:?}");
    let mut properties = fields();
    properties.insert("remarks", text());
    let required: Vec<&str> = properties.keys().copied().collect();
    assert_eq!(
        misfits(&properties, Some(("required", json!(required)))),
        [("remarks".to_owned(), Why::MayBeMissing)]
    );
    let open = misfits(&fields(), Some(("additionalProperties", json!({ "type": "string" }))));
    assert_eq!(open, [(String::new(), unproven("additionalProperties"))]);
}

/// Structs as people write them, each with one mistake.
#[test]
fn a_struct_says_why_it_does_not_fit() {
    macro_rules! house {
        ($name:ident { $($field:ident : $type:ty),* $(,)? }) => {
            #[derive(Deserialize, JsonSchema)]
            #[allow(dead_code, reason = "only its form counts")]
            struct $name { $($field: $type),* }
        };
    }
    house!(Small {
        name_km: String,
        name_latin: String,
        sex: Sex,
        birth_date: String,
        nationality: Nationality,
        phone: String,
        home_address: Address,
        business_name_km: String,
        place_address: Address,
        tenure: Tenure,
        rooms: u8,
        beds: u8,
        floors: u8,
        staff: u8,
        price_from: u16,
        serves_food: bool
    });
    house!(Insists {
        name_km: String,
        name_latin: String,
        sex: Sex,
        birth_date: String,
        nationality: Nationality,
        phone: String,
        home_address: Address,
        business_name_km: String,
        place_address: Address,
        tenure: Tenure,
        rooms: u8,
        beds: u8,
        floors: u8,
        staff: u8,
        price_from: u32,
        serves_food: bool,
        email: String
    });
    house!(Forgets {
        name_km: String,
        name_latin: String,
        sex: Sex,
        birth_date: String,
        nationality: Nationality,
        phone: String,
        home_address: Address,
        business_name_km: String,
        place_address: Address,
        tenure: Tenure,
        rooms: u8,
        beds: u8,
        floors: u8,
        staff: u8,
        serves_food: bool
    });
    fn why<T: JsonSchema + DeserializeOwned>() -> String {
        let catalog = battambang();
        let service = catalog.service(&"tourism.guesthouse-licence".parse().unwrap()).unwrap();
        verify::<T>(service).err().unwrap().to_string()
    }
    assert!(why::<Small>().ends_with(
        "price_from: answers lie between 1000 and 2000000, beyond what the struct's number takes"
    ));
    assert!(why::<Insists>().ends_with("email: the form can do without this answer, the struct cannot"));
    assert!(why::<Forgets>().ends_with("price_from: the struct has no place for this answer"));
    assert!(why::<u8>().ends_with("answers are named values, the struct takes integer"));
}

/// Whatever is lost on the way is not lost by reading.
#[test]
fn a_value_stands_for_any_form() {
    let form = verify::<Map<String, Value>>(&stall());
    assert_eq!(form.err().map(|misfits| misfits.misfits.len()), None, "a map takes every answer");
}
