//! Conditions one by one: where reading ends, which type they have, and what they give over answers of another kind.

use std::collections::BTreeMap;

use oneservice_core::catalog::{Catalog, Condition, ConditionError, Environment, Scope, Unanswered, Value};
use oneservice_core::testing::sample;

fn error(source: &str) -> ConditionError {
    Condition::compile(source).unwrap_err()
}

#[test]
fn what_cannot_be_read_says_where_and_why() {
    let at = |source: &str| match error(source) {
        ConditionError::Syntax { at, expected } => (at, expected),
        other => panic!("{source}: {other}"),
    };
    for (source, place, expected) in [
        ("true tru", 5, "an operator or the end"),
        ("", 0, "a value"),
        ("1 +", 3, "a value"),
        ("in", 0, "a value"),
        ("(1", 2, "')'"),
        ("[1", 2, "',' or ']'"),
        ("1 ? 2", 5, "':'"),
        ("form.", 5, "a name"),
        ("form.1a", 5, "a name"),
        ("has(form.a", 10, "')'"),
        ("has(1)", 4, "a name in has()"),
        ("'a", 0, "a text that ends with its quote"),
        ("'a\nb'", 0, "a text that ends with its quote"),
        (r#""a\x""#, 2, r#"\", \', \\, \n or \t"#),
        ("12345678901234567890", 0, "a number of at most 18 digits"),
    ] {
        assert_eq!(at(source), (place, expected), "{source}");
    }
    assert_eq!(error("old(1)"), ConditionError::Function { at: 0 });
}

/// The bounds are those that the format names.
#[test]
fn a_condition_is_bounded() {
    let of_length = |bytes: usize| format!("1{}", " ".repeat(bytes - 1));
    assert!(Condition::compile(&of_length(1024)).is_ok());
    assert_eq!(error(&of_length(1025)), ConditionError::TooLong);
    let of_parts = |parts: usize| format!("[{}]", vec!["1"; parts - 1].join(","));
    assert!(Condition::compile(&of_parts(256)).is_ok());
    assert_eq!(error(&of_parts(257)), ConditionError::TooManyParts);
    for (open, close) in [("(", ")"), ("[", "]")] {
        let nested = |deep: usize| format!("{}1{}", open.repeat(deep), close.repeat(deep));
        assert!(Condition::compile(&nested(23)).is_ok());
        assert_eq!(error(&nested(24)), ConditionError::TooDeep);
    }
    for sign in ["!", "-"] {
        assert!(Condition::compile(&format!("{}1", sign.repeat(23))).is_ok());
        assert_eq!(error(&format!("{}1", sign.repeat(24))), ConditionError::TooDeep);
    }
    let path = |words: usize| format!("form{}", ".a".repeat(words - 1));
    assert!(Condition::compile(&path(24)).is_ok());
    assert_eq!(error(&path(25)), ConditionError::TooDeep);
}

#[test]
fn a_text_is_written_in_either_way() {
    for (source, text) in [
        (r#""a\"b""#, "a\"b"),
        (r"'a\'b'", "a'b"),
        (r#""a\\b""#, "a\\b"),
        (r#""a\nb\tc""#, "a\nb\tc"),
        ("'សុខ'", "សុខ"),
        (r#"'say "x"'"#, "say \"x\""),
    ] {
        let value = Condition::compile(source).unwrap().evaluate(&Environment::default());
        assert_eq!(value, Ok(Value::Text(text.to_owned())), "{source}");
    }
}

#[test]
fn each_part_has_the_type_that_is_needed_there() {
    let catalog: Catalog = sample::catalog().unwrap();
    let scope = Scope::of(catalog.services().next().unwrap().fields());
    let checked = |source: &str| match Condition::compile(source).unwrap().check(&scope) {
        Ok(found) => found.to_string(),
        Err(ConditionError::Type { at, expected, found }) => format!("at {at}: {expected}, not {found}"),
        Err(other) => other.to_string(),
    };
    for (source, said) in [
        ("form.days", "list of text"),
        ("[]", "list"),
        ("[1, 2]", "list of int"),
        ("[[1], [2]]", "list of list of int"),
        ("[[], [2]]", "list of list"),
        ("[1, 'a']", "at 4: int, not text"),
        ("form.home", "record"),
        ("form.helpers", "list of record"),
        ("size(form.days)", "int"),
        ("size([])", "int"),
        ("size(form.name_km)", "int"),
        ("size(form.stalls)", "at 5: a list or text, not int"),
        ("age(form.birth_date)", "int"),
        ("age(form.stalls)", "at 4: a date, not int"),
        ("-form.area", "double"),
        ("-form.phone", "at 1: a number, not text"),
        ("has(form.cooks)", "bool"),
        ("has(form.rooms)", "at 4: there is no form.rooms"),
        ("form.phone.code == 'a'", "at 0: there is no form.phone.code"),
        ("form.home.code == '900101'", "bool"),
        ("form.cooks < true", "at 0: a number or text, not bool"),
        ("form.phone + 'a'", "at 0: a number, not text"),
        ("form.stalls % 2.0", "at 14: int, not double"),
        ("form.stalls in []", "bool"),
        ("form.stalls in [1, 2]", "bool"),
        ("form.stalls in ['a']", "at 15: a list of int, not list of text"),
        ("form.stalls in form.phone", "at 15: a list of int, not text"),
        ("'sat' in form.days", "bool"),
        ("form.days == []", "bool"),
        ("form.days == ['sat']", "bool"),
        ("[] == []", "bool"),
        ("form.days == [1]", "at 13: list of text, not list of int"),
        ("true ? 1 : 2.0", "at 11: int, not double"),
        ("1 ? 1 : 2", "at 0: bool, not int"),
    ] {
        assert_eq!(checked(source), said, "{source}");
    }
    for (source, wrong) in [
        ("form.goods == 'fish'", "fish"),
        ("'mon' in form.days", "mon"),
        ("form.goods in ['food', 'fish']", "fish"),
    ] {
        assert!(checked(source).contains(wrong), "{source}: {}", checked(source));
    }
}

/// A catalogue's conditions have their types; whoever asks one over other answers gets no value, and no panic.
#[test]
fn over_an_answer_of_another_kind_there_is_no_value() {
    let text = |text: &str| Value::Text(text.to_owned());
    let form: BTreeMap<String, Value> = [
        ("n", Value::Int(3)),
        ("x", Value::Double(0.5)),
        ("t", text("food")),
        ("yes", Value::Bool(true)),
        ("list", Value::List(vec![Value::Int(3), text("a")])),
        ("home", Value::Record([("code".to_owned(), text("90"))].into())),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into();
    let environment = Environment { form, ..Environment::default() };
    let value = |source: &str| Condition::compile(source).unwrap().evaluate(&environment);
    for source in [
        "size(form.n)",
        "age(form.n)",
        "age(form.t)",
        "-form.t",
        "!form.n",
        "form.n ? 1 : 2",
        "form.n in form.t",
        "form.t < form.n",
        "form.yes < form.yes",
        "form.t + form.t",
        "form.n + form.x",
        "form.x % form.x",
        "form.x / 0.0",
        "form.n / 0",
        "-9223372036854775807 - form.n",
    ] {
        let found = Condition::compile(source).map(|condition| condition.evaluate(&environment));
        assert!(
            matches!(found, Ok(Err(Unanswered::NoResult)) | Err(ConditionError::Syntax { .. })),
            "{source}: {found:?}"
        );
    }
    for source in [
        "form.nothing",
        "row.days",
        "form.t.code",
        "form.home.line",
        "applicant.age",
        "request.kind",
        "office.name",
        "form",
    ] {
        assert_eq!(value(source), Err(Unanswered::Missing), "{source}");
    }
    assert_eq!(value("-form.x"), Ok(Value::Double(-0.5)));
    assert_eq!(value("form.home.code"), Ok(text("90")));
    assert_eq!(value("form.t"), Ok(text("food")));
    assert_eq!(value("form.list"), Ok(Value::List(vec![Value::Int(3), text("a")])));
    assert_eq!(value("form.home"), Ok(Value::Record([("code".to_owned(), text("90"))].into())));
    assert_eq!(value("[form.n, 4]"), Ok(Value::List(vec![Value::Int(3), Value::Int(4)])));
    assert_eq!(value("form.n in form.list"), Ok(Value::Bool(true)));
    let json: serde_json::Value = value("form.home").unwrap().into();
    assert_eq!(json, serde_json::json!({ "code": "90" }));
}
