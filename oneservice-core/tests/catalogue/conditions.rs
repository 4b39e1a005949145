//! Conditions mean what the `cel` crate says they mean.

use std::collections::BTreeMap;

use cel::{Context, Program};
use oneservice_core::catalog::{Condition, ConditionError, Environment, Value};
use proptest::prelude::*;
use proptest::strategy::BoxedStrategy;

/// Answers that conditions are asked about; `nothing`, `no_text` and the like are names without an answer.
fn answers() -> BTreeMap<String, Value> {
    let text = |text: &str| Value::Text(text.into());
    [
        ("three", Value::Int(3)),
        ("minus", Value::Int(-7)),
        ("huge", Value::Int(i64::MAX)),
        ("half", Value::Double(0.5)),
        ("food", text("food")),
        ("khmer", text("សុខ")),
        ("day", text("2026-03-31")),
        ("yes", Value::Bool(true)),
        ("no", Value::Bool(false)),
        ("list", Value::List(vec![text("food"), text("cloth")])),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into()
}

fn into_cel(value: &Value) -> cel::Value {
    match value {
        Value::Int(n) => (*n).into(),
        Value::Double(x) => (*x).into(),
        Value::Text(text) => text.as_str().into(),
        Value::Bool(truth) => (*truth).into(),
        Value::List(items) => items.iter().map(into_cel).collect::<Vec<_>>().into(),
        Value::Record(_) => unreachable!("no answer here is a record"),
    }
}

fn int() -> BoxedStrategy<String> {
    let leaf = prop_oneof![
        (0..9_i64).prop_map(|n| n.to_string()),
        Just("form.three".to_owned()),
        Just("form.minus".to_owned()),
        Just("form.huge".to_owned()),
        Just("form.nothing".to_owned()),
        Just("size(form.list)".to_owned()),
        Just("size(form.food)".to_owned()),
        Just("size(form.khmer)".to_owned()),
    ];
    leaf.prop_recursive(3, 12, 2, |inner| {
        prop_oneof![
            (inner.clone(), prop::sample::select(vec!["+", "-", "*", "/", "%"]), inner.clone())
                .prop_map(|(a, op, b)| format!("({a} {op} {b})")),
            inner.clone().prop_map(|a| format!("-({a})")),
            (truth_leaf(), inner.clone(), inner).prop_map(|(c, a, b)| format!("({c} ? {a} : {b})")),
        ]
    })
    .boxed()
}

/// Results beyond all numbers are left out: they are none for us, and infinity in CEL.
fn double() -> BoxedStrategy<String> {
    let leaf = prop::sample::select(vec!["1.5", "0.0", "form.half", "form.nothing_d", "100.0"]);
    let leaf = leaf.prop_map(str::to_owned);
    leaf.prop_recursive(2, 6, 2, |inner| {
        prop_oneof![
            (inner.clone(), prop::sample::select(vec!["+", "-", "*"]), inner.clone())
                .prop_map(|(a, op, b)| format!("({a} {op} {b})")),
            inner.prop_map(|a| format!("({a} / 8.0)")),
        ]
    })
    .boxed()
}

fn text() -> BoxedStrategy<String> {
    let all = vec![
        "\"food\"",
        "\"cloth\"",
        "\"2026-04-01\"",
        "form.food",
        "form.khmer",
        "form.day",
        "form.no_text",
    ];
    prop::sample::select(all).prop_map(str::to_owned).boxed()
}

fn truth_leaf() -> BoxedStrategy<String> {
    let names = vec![
        "form.yes",
        "form.no",
        "true",
        "false",
        "form.maybe",
        "has(form.three)",
        "has(form.nothing)",
        "has(form.khmer)",
    ];
    prop::sample::select(names).prop_map(str::to_owned).boxed()
}

fn truth() -> BoxedStrategy<String> {
    let compare = || prop::sample::select(vec!["==", "!=", "<", "<=", ">", ">="]);
    let leaf = prop_oneof![
        2 => truth_leaf(),
        2 => (int(), compare(), int()).prop_map(|(a, op, b)| format!("{a} {op} {b}")),
        1 => (double(), compare(), double()).prop_map(|(a, op, b)| format!("{a} {op} {b}")),
        1 => (text(), compare(), text()).prop_map(|(a, op, b)| format!("{a} {op} {b}")),
        1 => text().prop_map(|a| format!("{a} in form.list")),
        1 => int().prop_map(|a| format!("{a} in [1, 2, 3]")),
    ];
    leaf.prop_recursive(4, 24, 3, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} && {b})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} || {b})")),
            inner.clone().prop_map(|a| format!("!({a})")),
            (inner.clone(), inner.clone(), inner).prop_map(|(c, a, b)| format!("({c} ? {a} : {b})")),
        ]
    })
    .boxed()
}

fn agree(source: &str) -> Result<(), String> {
    let form = answers();
    let mut context = Context::default();
    let map: std::collections::HashMap<String, cel::Value> =
        form.iter().map(|(name, value)| (name.clone(), into_cel(value))).collect();
    context.add_variable_from_value("form", map);
    let program =
        Program::compile(source).map_err(|error| format!("{source}: cel cannot read it: {error}"))?;
    let theirs = program.execute(&context);
    let condition = match Condition::compile(source) {
        Ok(condition) => condition,
        // Ours have bounds that cel has not.
        Err(ConditionError::TooLong | ConditionError::TooManyParts | ConditionError::TooDeep) => {
            return Ok(());
        }
        Err(error) => return Err(format!("{source}: we cannot read it: {error}")),
    };
    let ours = condition.evaluate(&Environment { form, ..Environment::default() });
    let same = match (&ours, &theirs) {
        (Ok(ours), Ok(theirs)) => into_cel(ours) == *theirs,
        (Err(_), Err(_)) => true,
        // In CEL a side without a value does not matter where the other decides; the crate asks the left side only.
        (Ok(Value::Bool(_)), Err(_)) => source.contains("&&") || source.contains("||"),
        _ => false,
    };
    if same { Ok(()) } else { Err(format!("{source}: ours {ours:?}, cel's {theirs:?}")) }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn truths_mean_what_cel_says(source in truth()) {
        agree(&source).map_err(TestCaseError::fail)?;
    }

    #[test]
    fn amounts_mean_what_cel_says(source in int()) {
        agree(&source).map_err(TestCaseError::fail)?;
    }
}

/// Years are whole, and turn on the day on which the bound of a date field does.
#[test]
fn an_age_is_counted_in_whole_years() {
    for (born, on, age) in [
        ("2008-06-02", "2026-06-01", 17),
        ("2008-06-01", "2026-06-01", 18),
        ("2008-02-29", "2026-02-28", 17),
        ("2008-02-29", "2026-03-01", 18),
        ("2008-03-01", "2026-02-28", 17),
        ("2026-06-01", "2026-06-01", 0),
        ("2026-06-02", "2026-06-01", -1),
    ] {
        let form = [("born".to_owned(), Value::Text(born.into()))].into();
        let environment = Environment { form, submitted_on: on.into(), ..Environment::default() };
        let ours = Condition::compile("age(form.born)").unwrap().evaluate(&environment);
        assert_eq!(ours, Ok(Value::Int(age)), "{born} on {on}");
    }
    // Of a missing answer and of what is no date nothing follows.
    let form = [("born".to_owned(), Value::Text("soon".into()))].into();
    let environment = Environment { form, submitted_on: "2026-06-01".into(), ..Environment::default() };
    for source in ["age(form.born) < 18", "age(form.nothing) < 18", "age(form.nothing) >= 18"] {
        assert!(!Condition::compile(source).unwrap().holds(&environment), "{source}");
    }
    assert!(matches!(Condition::compile("old(form.born)"), Err(ConditionError::Function { at: 0 })));
}
