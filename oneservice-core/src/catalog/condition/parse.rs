//! From text to tree, within bounds. Chains of one operator are read in a loop, so only brackets, prefixes and `?:`
//! nest, and those are counted.

use super::{ConditionError, DEPTH_MAX, NODES_MAX, SOURCE_MAX_BYTES, Value};

/// A part of a condition, with the byte at which it stands.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Node {
    pub(super) at: usize,
    pub(super) part: Part,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Part {
    Literal(Value),
    List(Vec<Node>),
    Name(Vec<String>),
    Has(Box<Node>),
    Size(Box<Node>),
    Age(Box<Node>),
    Not(Box<Node>),
    Negate(Box<Node>),
    Binary(Operator, Box<Node>, Box<Node>),
    Choice(Box<Node>, Box<Node>, Box<Node>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    Or,
    And,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    In,
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}

/// Operators from the loosest to the tightest; longer ones before their beginnings.
const LEVELS: [&[(&str, Operator)]; 5] = [
    &[("||", Operator::Or)],
    &[("&&", Operator::And)],
    &[
        ("==", Operator::Equal),
        ("!=", Operator::NotEqual),
        ("<=", Operator::LessOrEqual),
        (">=", Operator::GreaterOrEqual),
        ("<", Operator::Less),
        (">", Operator::Greater),
    ],
    &[("+", Operator::Add), ("-", Operator::Subtract)],
    &[("*", Operator::Multiply), ("/", Operator::Divide), ("%", Operator::Remainder)],
];
const COMPARISON: usize = 2;

struct Parser<'a> {
    text: &'a str,
    at: usize,
    nodes: usize,
    depth: usize,
}

pub(super) fn parse(text: &str) -> Result<Node, ConditionError> {
    if text.len() > SOURCE_MAX_BYTES {
        return Err(ConditionError::TooLong);
    }
    let mut parser = Parser { text, at: 0, nodes: 0, depth: 0 };
    let node = parser.choice()?;
    parser.blanks();
    if parser.at < text.len() { Err(parser.expected("an operator or the end")) } else { Ok(node) }
}

impl Parser<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn blanks(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start_matches([' ', '\t', '\r', '\n']).len();
    }

    fn expected(&self, expected: &'static str) -> ConditionError {
        ConditionError::Syntax { at: self.at, expected }
    }

    fn eat(&mut self, token: &str) -> bool {
        self.blanks();
        let found = self.rest().starts_with(token);
        if found {
            self.at += token.len();
        }
        found
    }

    fn need(&mut self, token: &str, expected: &'static str) -> Result<(), ConditionError> {
        if self.eat(token) { Ok(()) } else { Err(self.expected(expected)) }
    }

    fn node(&mut self, at: usize, part: Part) -> Result<Node, ConditionError> {
        self.nodes += 1;
        if self.nodes > NODES_MAX { Err(ConditionError::TooManyParts) } else { Ok(Node { at, part }) }
    }

    fn deeper<T>(
        &mut self,
        inner: impl FnOnce(&mut Self) -> Result<T, ConditionError>,
    ) -> Result<T, ConditionError> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(ConditionError::TooDeep);
        }
        let result = inner(self);
        self.depth -= 1;
        result
    }

    fn choice(&mut self) -> Result<Node, ConditionError> {
        self.deeper(|parser| {
            let condition = parser.binary(0)?;
            if !parser.eat("?") {
                return Ok(condition);
            }
            let at = condition.at;
            let yes = parser.choice()?;
            parser.need(":", "':'")?;
            let no = parser.choice()?;
            parser.node(at, Part::Choice(Box::new(condition), Box::new(yes), Box::new(no)))
        })
    }

    fn binary(&mut self, level: usize) -> Result<Node, ConditionError> {
        let Some(operators) = LEVELS.get(level) else { return self.unary() };
        let mut left = self.binary(level + 1)?;
        loop {
            self.blanks();
            let found = operators.iter().find(|(token, _)| self.rest().starts_with(token)).copied();
            let (token, operator) = match found {
                Some(found) => found,
                None if level == COMPARISON && self.word() == Some("in") => ("in", Operator::In),
                None => return Ok(left),
            };
            let at = self.at;
            self.at += token.len();
            let right = self.binary(level + 1)?;
            left = self.node(at, Part::Binary(operator, Box::new(left), Box::new(right)))?;
        }
    }

    fn unary(&mut self) -> Result<Node, ConditionError> {
        self.blanks();
        let at = self.at;
        if !self.rest().starts_with("!=") && self.eat("!") {
            let inner = self.deeper(Self::unary)?;
            return self.node(at, Part::Not(Box::new(inner)));
        }
        if self.eat("-") {
            let inner = self.deeper(Self::unary)?;
            return self.node(at, Part::Negate(Box::new(inner)));
        }
        self.primary()
    }

    fn primary(&mut self) -> Result<Node, ConditionError> {
        self.blanks();
        let at = self.at;
        if self.eat("(") {
            let inner = self.choice()?;
            self.need(")", "')'")?;
            return Ok(inner);
        }
        if self.eat("[") {
            let mut items = Vec::new();
            if !self.eat("]") {
                loop {
                    items.push(self.choice()?);
                    if self.eat("]") {
                        break;
                    }
                    self.need(",", "',' or ']'")?;
                }
            }
            return self.node(at, Part::List(items));
        }
        match self.rest().bytes().next() {
            Some(b'0'..=b'9') => self.number(),
            Some(b'"') => self.quoted(b'"'),
            Some(b'\'') => self.quoted(b'\''),
            Some(b'a'..=b'z' | b'A'..=b'Z' | b'_') => self.name(),
            _ => Err(self.expected("a value")),
        }
    }

    fn number(&mut self) -> Result<Node, ConditionError> {
        let at = self.at;
        let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
        let whole = digits(self.rest());
        let mut length = whole;
        let fraction = self.rest()[whole..].strip_prefix('.').map_or(0, digits);
        if fraction > 0 {
            length += 1 + fraction;
        }
        let text = self.text[at..at + length].to_owned();
        self.at += length;
        let bad = ConditionError::Syntax { at, expected: "a number of at most 18 digits" };
        let value = if fraction > 0 {
            Value::Double(text.parse().map_err(|_| bad)?)
        } else {
            Value::Int(text.parse().map_err(|_| bad)?)
        };
        self.node(at, Part::Literal(value))
    }

    fn quoted(&mut self, quote: u8) -> Result<Node, ConditionError> {
        let at = self.at;
        let mut value = String::new();
        let mut characters = self.text[at + 1..].char_indices();
        while let Some((offset, character)) = characters.next() {
            match character {
                c if c as u32 == u32::from(quote) => {
                    self.at = at + 1 + offset + 1;
                    return self.node(at, Part::Literal(Value::Text(value)));
                }
                '\\' => match characters.next() {
                    Some((_, c @ ('"' | '\'' | '\\'))) => value.push(c),
                    Some((_, 'n')) => value.push('\n'),
                    Some((_, 't')) => value.push('\t'),
                    _ => {
                        return Err(ConditionError::Syntax {
                            at: at + 1 + offset,
                            expected: r#"\", \', \\, \n or \t"#,
                        });
                    }
                },
                '\n' | '\r' => break,
                c => value.push(c),
            }
        }
        Err(ConditionError::Syntax { at, expected: "a text that ends with its quote" })
    }

    /// The word that stands here, if one does.
    fn word(&self) -> Option<&str> {
        let length = self.rest().bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'_').count();
        (length > 0).then(|| &self.rest()[..length])
    }

    fn name(&mut self) -> Result<Node, ConditionError> {
        let at = self.at;
        let mut path = Vec::new();
        loop {
            let word = self.word().filter(|word| !word.starts_with(|c: char| c.is_ascii_digit()));
            let word = word.ok_or_else(|| self.expected("a name"))?.to_owned();
            self.at += word.len();
            path.push(word);
            if path.len() > DEPTH_MAX {
                return Err(ConditionError::TooDeep);
            }
            if !self.eat(".") {
                break;
            }
            self.blanks();
        }
        match path.as_slice() {
            [word] if word == "true" || word == "false" => {
                let value = word == "true";
                self.node(at, Part::Literal(Value::Bool(value)))
            }
            [word] if word == "in" => Err(ConditionError::Syntax { at, expected: "a value" }),
            [function] if self.eat("(") => {
                let part: fn(Box<Node>) -> Part = match function.as_str() {
                    "has" => Part::Has,
                    "size" => Part::Size,
                    "age" => Part::Age,
                    _ => return Err(ConditionError::Function { at }),
                };
                let inner = Box::new(self.choice()?);
                self.need(")", "')'")?;
                let is_name = matches!(inner.part, Part::Name(_));
                let (at_inner, part) = (inner.at, part(inner));
                if matches!(part, Part::Has(_)) && !is_name {
                    return Err(ConditionError::Syntax { at: at_inner, expected: "a name in has()" });
                }
                self.node(at, part)
            }
            _ => self.node(at, Part::Name(path)),
        }
    }
}
