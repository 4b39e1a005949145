//! Values of conditions. Total: every condition has a value or is unanswered, whatever the answers are.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::BTreeMap;

use super::parse::{Node, Operator, Part};
use crate::catalog::{ApplicantKind, Purpose};
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

impl Environment {
    fn get(&self, path: &[String]) -> Result<Cow<'_, Value>, Unanswered> {
        let text = |word: &str| Some(Cow::Owned(Value::Text(word.to_owned())));
        let found = match path {
            [form, field, rest @ ..] if form == "form" => {
                self.form.get(field).and_then(|value| inner(value, rest)).map(Cow::Borrowed)
            }
            [row, column, rest @ ..] if row == "row" => {
                let row = self.row.as_ref().and_then(|(table, nth)| match self.form.get(table.as_str()) {
                    Some(Value::List(rows)) => rows.get(*nth),
                    _ => None,
                });
                row.and_then(|row| inner(row, std::slice::from_ref(column)))
                    .and_then(|cell| inner(cell, rest))
                    .map(Cow::Borrowed)
            }
            [of, name] => match (of.as_str(), name.as_str()) {
                ("applicant", "kind") => self.applicant.and_then(|kind| text(kind.as_str())),
                ("applicant", "by_representative") => Some(Cow::Owned(Value::Bool(self.by_representative))),
                ("request", "purpose") => self.purpose.and_then(|purpose| text(purpose.as_str())),
                ("request", "submitted_on") => text(&self.submitted_on),
                _ => None,
            },
            _ => None,
        };
        found.ok_or(Unanswered::Missing)
    }
}

fn inner<'v>(value: &'v Value, path: &[String]) -> Option<&'v Value> {
    path.iter().try_fold(value, |value, word| match value {
        Value::Record(names) => names.get(word),
        _ => None,
    })
}

/// Answers are looked at where they are; only what is calculated is new.
pub(super) fn evaluate<'e>(node: &'e Node, names: &'e Environment) -> Result<Cow<'e, Value>, Unanswered> {
    Ok(Cow::Owned(match &node.part {
        Part::Literal(value) => return Ok(Cow::Borrowed(value)),
        Part::Name(path) => return names.get(path),
        Part::Choice(condition, yes, no) => {
            return evaluate(if truth(condition, names)? { yes } else { no }, names);
        }
        Part::List(items) => {
            let items = items.iter().map(|item| evaluate(item, names).map(Cow::into_owned));
            Value::List(items.collect::<Result<_, _>>()?)
        }
        Part::Has(inner) => Value::Bool(evaluate(inner, names).is_ok()),
        Part::Size(inner) => match &*evaluate(inner, names)? {
            Value::List(items) => Value::Int(items.len() as i64),
            Value::Text(text) => Value::Int(text.chars().count() as i64),
            _ => return Err(Unanswered::NoResult),
        },
        Part::Not(inner) => Value::Bool(!truth(inner, names)?),
        Part::Negate(inner) => match &*evaluate(inner, names)? {
            Value::Int(n) => Value::Int(n.checked_neg().ok_or(Unanswered::NoResult)?),
            Value::Double(x) => Value::Double(-x),
            _ => return Err(Unanswered::NoResult),
        },
        Part::Binary(Operator::And, left, right) => connective(left, right, names, false)?,
        Part::Binary(Operator::Or, left, right) => connective(left, right, names, true)?,
        Part::Binary(Operator::In, left, right) => Value::Bool(is_in(left, right, names)?),
        Part::Binary(operator, left, right) => {
            binary(*operator, &*evaluate(left, names)?, &*evaluate(right, names)?)?
        }
    }))
}

fn truth(node: &Node, names: &Environment) -> Result<bool, Unanswered> {
    match &*evaluate(node, names)? {
        Value::Bool(value) => Ok(*value),
        _ => Err(Unanswered::NoResult),
    }
}

/// As in CEL, what is unanswered on one side does not matter if the other side decides alone.
fn connective(left: &Node, right: &Node, names: &Environment, decides: bool) -> Result<Value, Unanswered> {
    let left = truth(left, names);
    if left == Ok(decides) {
        return Ok(Value::Bool(decides));
    }
    match truth(right, names) {
        Ok(right) if right == decides => Ok(Value::Bool(decides)),
        Ok(_) => left.map(Value::Bool),
        Err(unanswered) => Err(left.err().unwrap_or(unanswered)),
    }
}

/// Items that are written out are looked at one by one; each must have a value, as in any list.
fn is_in(left: &Node, right: &Node, names: &Environment) -> Result<bool, Unanswered> {
    let left = evaluate(left, names)?;
    if let Part::List(items) = &right.part {
        return items.iter().try_fold(false, |found, item| Ok(found | (evaluate(item, names)? == left)));
    }
    match &*evaluate(right, names)? {
        Value::List(items) => Ok(items.contains(&left)),
        _ => Err(Unanswered::NoResult),
    }
}

fn binary(operator: Operator, left: &Value, right: &Value) -> Result<Value, Unanswered> {
    let ordering = || order(left, right).ok_or(Unanswered::NoResult);
    Ok(match operator {
        Operator::Equal => Value::Bool(left == right),
        Operator::NotEqual => Value::Bool(left != right),
        Operator::Less => Value::Bool(ordering()?.is_lt()),
        Operator::LessOrEqual => Value::Bool(ordering()?.is_le()),
        Operator::Greater => Value::Bool(ordering()?.is_gt()),
        Operator::GreaterOrEqual => Value::Bool(ordering()?.is_ge()),
        _ => match (left, right) {
            (Value::Int(a), Value::Int(b)) => {
                Value::Int(whole(operator, *a, *b).ok_or(Unanswered::NoResult)?)
            }
            (Value::Double(a), Value::Double(b)) => {
                let result = fraction(operator, *a, *b).filter(|x| x.is_finite());
                Value::Double(result.ok_or(Unanswered::NoResult)?)
            }
            _ => return Err(Unanswered::NoResult),
        },
    })
}

fn order(left: &Value, right: &Value) -> Option<Ordering> {
    match (left, right) {
        (Value::Int(a), Value::Int(b)) => Some(a.cmp(b)),
        (Value::Double(a), Value::Double(b)) => a.partial_cmp(b),
        (Value::Text(a), Value::Text(b)) => Some(a.cmp(b)),
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
