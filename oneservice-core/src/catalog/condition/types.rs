//! Types of conditions, checked when a catalogue is loaded.

use std::collections::BTreeMap;
use std::fmt;

use super::evaluate::evaluate;
use super::parse::{Node, Operator, Part};
use super::{ConditionError, Environment, Value};
use crate::catalog::{Field, FieldKind};

/// The type of a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Type {
    /// A whole number; money in minor units.
    Int,
    /// A number with a fraction.
    Double,
    /// A text; with its options, if it can only be one of them.
    Text(Option<Vec<String>>),
    /// True or false.
    Bool,
    /// A list.
    List(Box<Type>),
    /// A list whose items' type is not known: `[]`.
    Empty,
    /// Named values, such as an address or a row.
    Record(BTreeMap<String, Type>),
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Int => f.write_str("int"),
            Self::Double => f.write_str("double"),
            Self::Text(_) => f.write_str("text"),
            Self::Bool => f.write_str("bool"),
            Self::List(item) => write!(f, "list of {item}"),
            Self::Empty => f.write_str("list"),
            Self::Record(_) => f.write_str("record"),
        }
    }
}

impl Type {
    fn of_value(value: &Value) -> Self {
        match value {
            Value::Int(_) => Self::Int,
            Value::Double(_) => Self::Double,
            Value::Text(_) => Self::Text(None),
            Value::Bool(_) => Self::Bool,
            Value::List(items) => {
                items.first().map_or(Self::Empty, |item| Self::List(Box::new(Self::of_value(item))))
            }
            Value::Record(names) => Self::Record(
                names.iter().map(|(name, value)| (name.clone(), Self::of_value(value))).collect(),
            ),
        }
    }

    /// The type of a field's answer.
    pub fn of(kind: &FieldKind) -> Self {
        let text = || Self::Text(None);
        let words = |options: &[crate::catalog::FieldOption]| {
            Self::Text(Some(options.iter().map(|option| option.value.clone()).collect()))
        };
        match kind {
            FieldKind::Integer { .. } | FieldKind::Money { .. } => Self::Int,
            FieldKind::Decimal { .. } => Self::Double,
            FieldKind::Boolean => Self::Bool,
            FieldKind::Choice { options } => words(options),
            FieldKind::MultiChoice { options, .. } => Self::List(Box::new(words(options))),
            FieldKind::Address { .. } => {
                Self::Record([("code".into(), text()), ("line".into(), text())].into())
            }
            FieldKind::GeoPoint { .. } => {
                Self::Record([("lat".into(), Self::Double), ("lon".into(), Self::Double)].into())
            }
            FieldKind::Table { columns, .. } => Self::List(Box::new(Self::of_row(columns))),
            FieldKind::Text(_)
            | FieldKind::KhmerText(_)
            | FieldKind::LatinText(_)
            | FieldKind::Date { .. }
            | FieldKind::Phone
            | FieldKind::Email
            | FieldKind::NationalId
            | FieldKind::File(_) => text(),
        }
    }

    fn of_row(columns: &[Field]) -> Self {
        Self::Record(columns.iter().map(|column| (column.id.to_string(), Self::of(&column.kind))).collect())
    }

    /// Whether values of both can be the same.
    fn fits(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Text(_), Self::Text(_)) => true,
            (Self::List(a), Self::List(b)) => a.fits(b),
            (Self::Empty, Self::List(_) | Self::Empty) | (Self::List(_), Self::Empty) => true,
            (a, b) => a == b,
        }
    }
}

/// The names a condition may use.
#[derive(Debug, Clone)]
pub struct Scope {
    names: BTreeMap<String, Type>,
}

impl Scope {
    /// Answers of a form, and what is known of applicant and request.
    pub fn of<'a>(fields: impl Iterator<Item = &'a Field>) -> Self {
        let options = |words: &[&str]| Type::Text(Some(words.iter().map(|w| (*w).to_owned()).collect()));
        let form = fields.map(|field| (field.id.to_string(), Type::of(&field.kind))).collect();
        let applicant =
            [("kind".into(), options(&["person", "company"])), ("by_representative".into(), Type::Bool)]
                .into();
        let request = [
            ("purpose".into(), options(&["new", "renewal", "amend", "replacement"])),
            ("submitted_on".into(), Type::Text(None)),
        ]
        .into();
        let names = [
            ("form".into(), Type::Record(form)),
            ("applicant".into(), Type::Record(applicant)),
            ("request".into(), Type::Record(request)),
        ];
        Self { names: names.into() }
    }

    /// The same, and the columns of one row of a table as `row`.
    #[must_use]
    pub fn with_row(&self, columns: &[Field]) -> Self {
        let mut names = self.names.clone();
        names.insert("row".into(), Type::of_row(columns));
        Self { names }
    }
}

fn wrong(node: &Node, expected: impl fmt::Display, found: &Type) -> ConditionError {
    ConditionError::Type { at: node.at, expected: expected.to_string(), found: found.to_string() }
}

fn need(node: &Node, scope: &Scope, expected: &Type) -> Result<(), ConditionError> {
    let found = check(node, scope)?;
    if found.fits(expected) { Ok(()) } else { Err(wrong(node, expected, &found)) }
}

fn name(path: &[String]) -> String {
    path.join(".")
}

fn look_up(node: &Node, path: &[String], scope: &Scope) -> Result<Type, ConditionError> {
    let unknown = || ConditionError::UnknownName { at: node.at, name: name(path) };
    let (first, rest) = path.split_first().ok_or_else(unknown)?;
    let mut found = scope.names.get(first).ok_or_else(unknown)?;
    for word in rest {
        let Type::Record(names) = found else { return Err(unknown()) };
        found = names.get(word).ok_or_else(unknown)?;
    }
    Ok(found.clone())
}

/// A literal compared with a field of options must be one of them.
fn check_option(field: &Node, of: &Type, literal: &Node) -> Result<(), ConditionError> {
    if let (Type::Text(Some(options)), Part::Literal(Value::Text(value)), Part::Name(path)) =
        (of, &literal.part, &field.part)
        && !options.contains(value)
    {
        return Err(ConditionError::NoOption { at: literal.at, value: value.clone(), name: name(path) });
    }
    Ok(())
}

pub(super) fn check(node: &Node, scope: &Scope) -> Result<Type, ConditionError> {
    Ok(match &node.part {
        Part::Literal(value) => Type::of_value(value),
        Part::List(items) => {
            let Some((first, rest)) = items.split_first() else { return Ok(Type::Empty) };
            let item = check(first, scope)?;
            for other in rest {
                need(other, scope, &item)?;
            }
            Type::List(Box::new(item))
        }
        Part::Name(path) => look_up(node, path, scope)?,
        Part::Has(inner) => {
            check(inner, scope)?;
            Type::Bool
        }
        Part::Size(inner) => match check(inner, scope)? {
            Type::List(_) | Type::Empty | Type::Text(_) => Type::Int,
            found => return Err(wrong(inner, "a list or text", &found)),
        },
        Part::Age(inner) => match check(inner, scope)? {
            Type::Text(None) => Type::Int,
            found => return Err(wrong(inner, "a date", &found)),
        },
        Part::Not(inner) => {
            need(inner, scope, &Type::Bool)?;
            Type::Bool
        }
        Part::Negate(inner) => match check(inner, scope)? {
            number @ (Type::Int | Type::Double) => number,
            found => return Err(wrong(inner, "a number", &found)),
        },
        Part::Choice(condition, yes, no) => {
            need(condition, scope, &Type::Bool)?;
            let found = check(yes, scope)?;
            need(no, scope, &found)?;
            found
        }
        Part::Binary(operator, left, right) => {
            let found = binary(*operator, left, right, scope)?;
            if matches!(operator, Operator::Divide | Operator::Remainder)
                && matches!(constant(right), Some(Value::Int(0) | Value::Double(0.0)))
            {
                return Err(ConditionError::DivisionByZero { at: right.at });
            }
            if is_constant(node) && constant(node).is_none() {
                return Err(ConditionError::NoResult { at: node.at });
            }
            found
        }
    })
}

/// Whether no name stands in it.
fn is_constant(node: &Node) -> bool {
    match &node.part {
        Part::Literal(_) => true,
        Part::Name(_) | Part::Has(_) | Part::Age(_) => false,
        Part::List(items) => items.iter().all(is_constant),
        Part::Size(inner) | Part::Not(inner) | Part::Negate(inner) => is_constant(inner),
        Part::Binary(_, left, right) => is_constant(left) && is_constant(right),
        Part::Choice(condition, yes, no) => [condition, yes, no].into_iter().all(|part| is_constant(part)),
    }
}

/// The value of what holds no name, if it has one.
pub(super) fn constant(node: &Node) -> Option<Value> {
    let nobody = Environment::default();
    is_constant(node).then(|| evaluate(node, &nobody).ok().map(Value::from)).flatten()
}

fn binary(operator: Operator, left: &Node, right: &Node, scope: &Scope) -> Result<Type, ConditionError> {
    match operator {
        Operator::Or | Operator::And => {
            need(left, scope, &Type::Bool)?;
            need(right, scope, &Type::Bool)?;
            Ok(Type::Bool)
        }
        Operator::Equal | Operator::NotEqual => {
            let (a, b) = (check(left, scope)?, check(right, scope)?);
            if !a.fits(&b) {
                return Err(wrong(right, a, &b));
            }
            check_option(left, &a, right)?;
            check_option(right, &b, left)?;
            Ok(Type::Bool)
        }
        Operator::Less | Operator::LessOrEqual | Operator::Greater | Operator::GreaterOrEqual => {
            match check(left, scope)? {
                ordered @ (Type::Int | Type::Double | Type::Text(_)) => need(right, scope, &ordered)?,
                found => return Err(wrong(left, "a number or text", &found)),
            }
            Ok(Type::Bool)
        }
        Operator::In => {
            let (item, list) = (check(left, scope)?, check(right, scope)?);
            match &list {
                Type::Empty => {}
                Type::List(of) if of.fits(&item) => {
                    check_option(right, of, left)?;
                    if let Part::List(items) = &right.part {
                        for literal in items {
                            check_option(left, &item, literal)?;
                        }
                    }
                }
                found => return Err(wrong(right, format_args!("a list of {item}"), found)),
            }
            Ok(Type::Bool)
        }
        Operator::Add | Operator::Subtract | Operator::Multiply | Operator::Divide => {
            match check(left, scope)? {
                number @ (Type::Int | Type::Double) => {
                    need(right, scope, &number)?;
                    Ok(number)
                }
                found => Err(wrong(left, "a number", &found)),
            }
        }
        Operator::Remainder => {
            need(left, scope, &Type::Int)?;
            need(right, scope, &Type::Int)?;
            Ok(Type::Int)
        }
    }
}
