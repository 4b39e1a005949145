//! Values of conditions. Total: every condition has a value or is unanswered, whatever the answers are.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::BTreeMap;

use super::parse::{Node, Operator, Part};
use crate::calendar::Date;
use crate::catalog::{ApplicantKind, DateBound, Purpose};
use crate::ids::FieldId;

/// A value.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs, reason = "see `Type`")]
pub enum Value {
    Int(i64),
    Double(f64),
    Text(String),
    Bool(bool),
    List(Vec<Value>),
    Record(BTreeMap<String, Value>),
}

impl From<Value> for serde_json::Value {
    fn from(value: Value) -> Self {
        match value {
            Value::Int(n) => n.into(),
            Value::Double(x) => x.into(),
            Value::Text(text) => Self::String(text),
            Value::Bool(truth) => Self::Bool(truth),
            Value::List(items) => items.into_iter().map(Self::from).collect(),
            Value::Record(names) => {
                names.into_iter().map(|(name, value)| (name, Self::from(value))).collect()
            }
        }
    }
}

/// Why a condition has no value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unanswered {
    /// An answer it needs is missing.
    Missing,
    /// The calculation has no result: too large a number, a division by zero, an answer of another kind.
    NoResult,
}

/// What the names of a condition stand for.
#[derive(Debug, Clone, Default)]
pub struct Environment {
    /// Answers by field.
    pub form: BTreeMap<String, Value>,
    /// `applicant.kind`.
    pub applicant: Option<ApplicantKind>,
    /// `applicant.by_representative`.
    pub by_representative: bool,
    /// `request.purpose`.
    pub purpose: Option<Purpose>,
    /// `request.submitted_on`, an ISO date.
    pub submitted_on: String,
    /// The row a fee rule is asked for: its table, and its place in it.
    pub row: Option<(FieldId, usize)>,
}

/// Where the names of a condition are looked up.
pub trait Names {
    /// The answer to a field of the form.
    fn answer(&self, field: &str) -> Option<&Value>;
    /// All else that has a name; its [`form`](Environment::form) is not looked at.
    fn around(&self) -> &Environment;
}

impl Names for Environment {
    fn answer(&self, field: &str) -> Option<&Value> {
        self.form.get(field)
    }
    fn around(&self) -> &Environment {
        self
    }
}

/// A value where it lies: answers are looked at, not copied.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Seen<'e> {
    Int(i64),
    Double(f64),
    Text(&'e str),
    Bool(bool),
    List(Cow<'e, [Value]>),
    Record(&'e BTreeMap<String, Value>),
}

impl<'e> From<&'e Value> for Seen<'e> {
    fn from(value: &'e Value) -> Self {
        match value {
            Value::Int(n) => Self::Int(*n),
            Value::Double(x) => Self::Double(*x),
            Value::Text(text) => Self::Text(text),
            Value::Bool(truth) => Self::Bool(*truth),
            Value::List(items) => Self::List(Cow::Borrowed(items)),
            Value::Record(names) => Self::Record(names),
        }
    }
}

impl From<Seen<'_>> for Value {
    fn from(seen: Seen<'_>) -> Self {
        match seen {
            Seen::Int(n) => Self::Int(n),
            Seen::Double(x) => Self::Double(x),
            Seen::Text(text) => Self::Text(text.to_owned()),
            Seen::Bool(truth) => Self::Bool(truth),
            Seen::List(items) => Self::List(items.into_owned()),
            Seen::Record(names) => Self::Record(names.clone()),
        }
    }
}

fn look_up<'e>(path: &[String], names: &'e impl Names) -> Result<Seen<'e>, Unanswered> {
    let around = names.around();
    let found = match path {
        [form, field, rest @ ..] if form == "form" => {
            names.answer(field).and_then(|value| inner(value, rest)).map(Seen::from)
        }
        [row, cell @ ..] if row == "row" && !cell.is_empty() => {
            let row = around.row.as_ref().and_then(|(table, nth)| match names.answer(table.as_str()) {
                Some(Value::List(rows)) => rows.get(*nth),
                _ => None,
            });
            row.and_then(|row| inner(row, cell)).map(Seen::from)
        }
        [of, name] => match (of.as_str(), name.as_str()) {
            ("applicant", "kind") => around.applicant.map(|kind| Seen::Text(kind.as_str())),
            ("applicant", "by_representative") => Some(Seen::Bool(around.by_representative)),
            ("request", "purpose") => around.purpose.map(|purpose| Seen::Text(purpose.as_str())),
            ("request", "submitted_on") => Some(Seen::Text(&around.submitted_on)),
            _ => None,
        },
        _ => None,
    };
    found.ok_or(Unanswered::Missing)
}

fn inner<'v>(value: &'v Value, path: &[String]) -> Option<&'v Value> {
    path.iter().try_fold(value, |value, word| match value {
        Value::Record(names) => names.get(word),
        _ => None,
    })
}

pub(super) fn evaluate<'e>(node: &'e Node, names: &'e impl Names) -> Result<Seen<'e>, Unanswered> {
    Ok(match &node.part {
        Part::Literal(value) => value.into(),
        Part::Name(path) => return look_up(path, names),
        Part::Choice(condition, yes, no) => {
            return evaluate(if truth(condition, names)? { yes } else { no }, names);
        }
        Part::List(items) => {
            let items = items.iter().map(|item| evaluate(item, names).map(Value::from));
            Seen::List(items.collect::<Result<_, _>>()?)
        }
        Part::Has(inner) => Seen::Bool(evaluate(inner, names).is_ok()),
        Part::Size(inner) => match evaluate(inner, names)? {
            Seen::List(items) => Seen::Int(items.len() as i64),
            Seen::Text(text) => Seen::Int(text.chars().count() as i64),
            _ => return Err(Unanswered::NoResult),
        },
        Part::Age(inner) => match evaluate(inner, names)? {
            Seen::Text(born) => {
                Seen::Int(age(born, &names.around().submitted_on).ok_or(Unanswered::NoResult)?)
            }
            _ => return Err(Unanswered::NoResult),
        },
        Part::Not(inner) => Seen::Bool(!truth(inner, names)?),
        Part::Negate(inner) => match evaluate(inner, names)? {
            Seen::Int(n) => Seen::Int(n.checked_neg().ok_or(Unanswered::NoResult)?),
            Seen::Double(x) => Seen::Double(-x),
            _ => return Err(Unanswered::NoResult),
        },
        Part::Binary(Operator::And, left, right) => Seen::Bool(connective(left, right, names, false)?),
        Part::Binary(Operator::Or, left, right) => Seen::Bool(connective(left, right, names, true)?),
        Part::Binary(Operator::In, left, right) => Seen::Bool(is_in(left, right, names)?),
        Part::Binary(operator, left, right) => {
            binary(*operator, &evaluate(left, names)?, &evaluate(right, names)?)?
        }
    })
}

/// How many whole years lie between two ISO dates, counted as by the bound `submission-18y` of a date field, so that both turn on one day.
fn age(born: &str, submitted_on: &str) -> Option<i64> {
    let (born, on) = (born.parse::<Date>().ok()?, submitted_on.parse::<Date>().ok()?);
    let years = on.year().checked_sub(born.year())?;
    let birthday_came = DateBound::Years(-years).on(on).is_none_or(|latest| born <= latest);
    Some(i64::from(years) - i64::from(!birthday_came))
}

fn truth(node: &Node, names: &impl Names) -> Result<bool, Unanswered> {
    match evaluate(node, names)? {
        Seen::Bool(value) => Ok(value),
        _ => Err(Unanswered::NoResult),
    }
}

/// As in CEL, what is unanswered on one side does not matter if the other side decides alone.
fn connective(left: &Node, right: &Node, names: &impl Names, decides: bool) -> Result<bool, Unanswered> {
    let left = truth(left, names);
    if left == Ok(decides) {
        return Ok(decides);
    }
    match truth(right, names) {
        Ok(right) if right == decides => Ok(decides),
        Ok(_) => left,
        Err(unanswered) => Err(left.err().unwrap_or(unanswered)),
    }
}

/// Items that are written out are looked at one by one; each must have a value, as in any list.
fn is_in(left: &Node, right: &Node, names: &impl Names) -> Result<bool, Unanswered> {
    let left = evaluate(left, names)?;
    if let Part::List(items) = &right.part {
        return items.iter().try_fold(false, |found, item| Ok(found | (evaluate(item, names)? == left)));
    }
    match evaluate(right, names)? {
        Seen::List(items) => Ok(items.iter().any(|item| Seen::from(item) == left)),
        _ => Err(Unanswered::NoResult),
    }
}

fn binary<'e>(operator: Operator, left: &Seen<'_>, right: &Seen<'_>) -> Result<Seen<'e>, Unanswered> {
    let ordering = || order(left, right).ok_or(Unanswered::NoResult);
    Ok(match operator {
        Operator::Equal => Seen::Bool(left == right),
        Operator::NotEqual => Seen::Bool(left != right),
        Operator::Less => Seen::Bool(ordering()?.is_lt()),
        Operator::LessOrEqual => Seen::Bool(ordering()?.is_le()),
        Operator::Greater => Seen::Bool(ordering()?.is_gt()),
        Operator::GreaterOrEqual => Seen::Bool(ordering()?.is_ge()),
        _ => match (left, right) {
            (Seen::Int(a), Seen::Int(b)) => Seen::Int(whole(operator, *a, *b).ok_or(Unanswered::NoResult)?),
            (Seen::Double(a), Seen::Double(b)) => {
                let result = fraction(operator, *a, *b).filter(|x| x.is_finite());
                Seen::Double(result.ok_or(Unanswered::NoResult)?)
            }
            _ => return Err(Unanswered::NoResult),
        },
    })
}

fn order(left: &Seen<'_>, right: &Seen<'_>) -> Option<Ordering> {
    match (left, right) {
        (Seen::Int(a), Seen::Int(b)) => Some(a.cmp(b)),
        (Seen::Double(a), Seen::Double(b)) => a.partial_cmp(b),
        (Seen::Text(a), Seen::Text(b)) => Some(a.cmp(b)),
        _ => None,
    }
}

/// Whole numbers as in CEL: division goes towards zero, and what does not fit has no result.
fn whole(operator: Operator, a: i64, b: i64) -> Option<i64> {
    match operator {
        Operator::Add => a.checked_add(b),
        Operator::Subtract => a.checked_sub(b),
        Operator::Multiply => a.checked_mul(b),
        Operator::Divide => a.checked_div(b),
        Operator::Remainder => a.checked_rem(b),
        _ => None,
    }
}

fn fraction(operator: Operator, a: f64, b: f64) -> Option<f64> {
    match operator {
        Operator::Add => Some(a + b),
        Operator::Subtract => Some(a - b),
        Operator::Multiply => Some(a * b),
        Operator::Divide => Some(a / b),
        _ => None,
    }
}
