//! The rules as data for other programs: what may follow what, who may do it, every code with its words. What the library enforces is
//! written out here, from the same tables.

use oneservice_core::catalog::{
    Catalog, OfficeReason, Periods, ProblemCode, Reason, RefundRule, Role, Service, Silence,
};
use oneservice_core::ids::ServiceId;
use oneservice_core::request::{Arrow, Denial, FACTS, STAGES, TRANSITIONS};
use oneservice_core::text::{Lang, Text};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Serialize;

use crate::words;

/// Everything at once. Keys are only ever added.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[schemars(title = "Rules of a One-Window Service Office")]
pub struct Rules {
    /// Of this form: 1.
    pub format: u32,
    /// The stages of a request.
    pub stages: Vec<Named>,
    /// What may happen to a request.
    pub facts: Vec<Named>,
    /// What may happen in which stage, where it leads, and who may record it.
    pub transitions: Vec<Transition>,
    /// The same by role.
    pub roles: Vec<RoleRules>,
    /// Why an act may be denied.
    pub denials: Vec<Code>,
    /// What may be wrong with what was filled in.
    pub problems: Vec<Code>,
    /// The coded reasons of the office, in the catalogue's order.
    pub reasons: Vec<OfficeReason>,
    /// How long the office waits, and when it speaks up; a period that is null never ends.
    pub periods: Periods,
    /// The rules of one service, if one was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service: Option<ServiceRules>,
}

/// A word of the rules with its name in both languages.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Named {
    /// The word.
    pub id: String,
    /// In words.
    pub name: Text,
}

/// One row of the lifecycle table.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Transition {
    /// The stage in which the fact may happen.
    #[schemars(schema_with = "stage")]
    pub from: String,
    /// What happens.
    #[schemars(schema_with = "fact")]
    pub fact: String,
    /// The stage that follows.
    #[schemars(schema_with = "stage")]
    pub to: String,
    /// Who may record it.
    pub roles: Vec<Role>,
}

/// What a role may do.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct RoleRules {
    /// The role.
    pub role: Role,
    /// What the office calls it, if it has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Text>,
    /// Roles that the same person cannot hold in this office.
    pub not_with: Vec<Role>,
    /// What it may record, and in which stages.
    pub may: Vec<Permission>,
}

/// A fact that a role may record.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Permission {
    /// What.
    #[schemars(schema_with = "fact")]
    pub fact: String,
    /// In which stages.
    #[schemars(schema_with = "stages")]
    pub stages: Vec<String>,
}

/// A code with its words.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Code {
    /// Stable: never changes once released.
    pub code: String,
    /// In words, with `{params}` where values go.
    pub words: Text,
    /// The names of the values.
    pub params: Vec<String>,
}

/// What a version of a service says beside the lifecycle.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct ServiceRules {
    /// The service.
    pub id: ServiceId,
    /// The version of it.
    pub version: u32,
    /// Why its requests may be returned or refused, in the catalogue's order.
    pub reasons: Vec<Reason>,
    /// What follows when the office does not decide in time; it waits, if not said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub silence: Option<Silence>,
    /// Until when the fee is given back to whoever takes the request back; never, if not said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refund: Option<RefundRule>,
}

fn one_of<T: ToString>(words: &[T]) -> Schema {
    json_schema!({ "type": "string", "enum": words.iter().map(T::to_string).collect::<Vec<_>>() })
}

fn stage(_: &mut SchemaGenerator) -> Schema {
    one_of(STAGES)
}

fn fact(_: &mut SchemaGenerator) -> Schema {
    one_of(FACTS)
}

fn stages(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "array", "items": one_of(STAGES) })
}

/// The words of a key in both languages.
fn both(key: &str) -> Text {
    Text::new(words::get(Lang::Km, key, &[]), words::get(Lang::En, key, &[]))
}

fn code(kind: &str, code: &str) -> Code {
    let words = both(&format!("{kind}-{code}"));
    let mut params: Vec<String> = words::placeholders(&words.en).into_iter().map(str::to_owned).collect();
    params.sort_unstable();
    params.dedup();
    Code { code: code.to_owned(), words, params }
}

impl Rules {
    /// The rules of the office of `catalog`; with those of a service, if one is given.
    pub fn of(catalog: &Catalog, service: Option<&Service>) -> Self {
        let named = |kind: &str, id: String| Named { name: both(&format!("{kind}-{id}")), id };
        let permissions = |role: Role| {
            let may = FACTS.iter().map(|fact| {
                let arrows = TRANSITIONS.iter().filter(|a| a.fact == *fact && a.roles.contains(&role));
                Permission { fact: fact.to_string(), stages: arrows.map(|a| a.from.to_string()).collect() }
            });
            may.filter(|permission| !permission.stages.is_empty()).collect()
        };
        let roles = Role::ALL.iter().map(|role| {
            let described = catalog.office().role(*role);
            RoleRules {
                role: *role,
                name: described.map(|described| described.name.clone()),
                not_with: described.map(|described| described.not_with.clone()).unwrap_or_default(),
                may: permissions(*role),
            }
        });
        let transition = |arrow: &Arrow| Transition {
            from: arrow.from.to_string(),
            fact: arrow.fact.to_string(),
            to: arrow.to.to_string(),
            roles: arrow.roles.to_vec(),
        };
        Self {
            format: 1,
            stages: STAGES.iter().map(|stage| named("stage", stage.to_string())).collect(),
            facts: FACTS.iter().map(|fact| named("fact", fact.to_string())).collect(),
            transitions: TRANSITIONS.iter().map(transition).collect(),
            roles: roles.collect(),
            denials: Denial::CODES.iter().map(|denial| code("denial", denial)).collect(),
            problems: ProblemCode::ALL.iter().map(|problem| code("problem", problem.as_str())).collect(),
            reasons: catalog.office().reasons.clone(),
            periods: catalog.office().periods.clone(),
            service: service.map(|service| ServiceRules {
                id: service.id.clone(),
                version: service.version,
                reasons: service.reasons.clone(),
                silence: service.silence.clone(),
                refund: service.fee.refund,
            }),
        }
    }

    /// The JSON Schema of [`Rules`], as JSON Schema 2020-12.
    pub fn schema() -> serde_json::Value {
        schemars::schema_for!(Self).to_value()
    }
}
