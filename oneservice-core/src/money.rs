//! Amounts of money: whole minor units, checked, one currency at a time.
//!
//! A fee is never a float and a sum never wraps: what does not fit is a [`MoneyError`], and riel are never added to dollars.
//!
//! ```
//! use oneservice_core::{money::{Currency, Money, MoneyError}, text::Lang};
//!
//! let fee = Money::riel(40_000);
//! assert_eq!(fee.to_string(), "KHR 40,000");
//! assert_eq!(fee.show(Lang::Km), "៤០\u{a0}០០០\u{a0}៛");
//! assert_eq!(fee.checked_add(Money::riel(2_000))?, Money::riel(42_000));
//! assert_eq!(Money::parse(Currency::Usd, "១,២៣៤.៥")?.to_string(), "USD 1,234.50");
//! # Ok::<(), MoneyError>(())
//! ```

use std::{borrow::Cow, fmt, str::FromStr};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use thiserror::Error;

use crate::text::{Lang, ascii_digits, khmer_digits};

/// A currency that amounts are stated in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum Currency {
    /// Cambodian riel, without decimals.
    Khr,
    /// US dollar, in cents.
    Usd,
}

impl Currency {
    /// The ISO 4217 code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Khr => "KHR",
            Self::Usd => "USD",
        }
    }

    /// Digits after the decimal point.
    #[must_use]
    pub fn decimals(self) -> u32 {
        match self {
            Self::Khr => 0,
            Self::Usd => 2,
        }
    }

    fn sign(self) -> char {
        match self {
            Self::Khr => '៛',
            Self::Usd => '$',
        }
    }
}

/// An amount in one currency, in its smallest unit (riel; cents). May be negative (a repayment).
///
/// `Display` gives `KHR 40,000` for logs and files and is read back by `FromStr`; [`show`](Self::show) is for people.
/// JSON is `{"currency":"KHR","amount":"40000"}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Money {
    currency: Currency,
    minor: i64,
}

impl Money {
    /// `minor` smallest units of `currency`.
    #[must_use]
    pub const fn new(currency: Currency, minor: i64) -> Self {
        Self { currency, minor }
    }

    /// Whole riel.
    #[must_use]
    pub const fn riel(riel: i64) -> Self {
        Self::new(Currency::Khr, riel)
    }

    /// So many whole units of `currency`: riel, or dollars.
    #[must_use]
    pub const fn of_units(currency: Currency, units: i64) -> Self {
        let scale = match currency {
            Currency::Khr => 1,
            Currency::Usd => 100,
        };
        Self::new(currency, units.saturating_mul(scale))
    }

    /// Nothing, in `currency`.
    #[must_use]
    pub const fn zero(currency: Currency) -> Self {
        Self::new(currency, 0)
    }

    /// The currency.
    #[must_use]
    pub const fn currency(self) -> Currency {
        self.currency
    }

    /// The amount in the smallest unit: riel or cents.
    #[must_use]
    pub const fn minor(self) -> i64 {
        self.minor
    }

    /// Whether there is nothing to pay.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.minor == 0
    }

    /// The sum.
    ///
    /// # Errors
    /// [`MoneyError::Currencies`] if they differ, [`MoneyError::TooLarge`] if the sum does not fit.
    pub fn checked_add(self, other: Self) -> Result<Self, MoneyError> {
        self.same(other)?;
        self.fitting(self.minor.checked_add(other.minor))
    }

    /// The difference.
    ///
    /// # Errors
    /// As [`checked_add`](Self::checked_add).
    pub fn checked_sub(self, other: Self) -> Result<Self, MoneyError> {
        self.same(other)?;
        self.fitting(self.minor.checked_sub(other.minor))
    }

    /// The amount `times` over.
    ///
    /// # Errors
    /// [`MoneyError::TooLarge`] if the product does not fit.
    pub fn checked_mul(self, times: i64) -> Result<Self, MoneyError> {
        self.fitting(self.minor.checked_mul(times))
    }

    /// The sum of `amounts`, all in `currency`; of none, zero.
    ///
    /// # Errors
    /// As [`checked_add`](Self::checked_add).
    pub fn sum(currency: Currency, amounts: impl IntoIterator<Item = Self>) -> Result<Self, MoneyError> {
        amounts.into_iter().try_fold(Self::zero(currency), Self::checked_add)
    }

    /// Reads an amount as people type it: Khmer or ASCII digits, thousands set apart by blanks or commas, at most 15
    /// digits before the point and at most the currency's decimals after it.
    ///
    /// # Errors
    /// [`MoneyError::Number`].
    pub fn parse(currency: Currency, text: &str) -> Result<Self, MoneyError> {
        let wrong = || MoneyError::Number { text: text.chars().take(40).collect() };
        let plain: String = ascii_digits(text)
            .chars()
            .filter(|c| !c.is_whitespace() && !matches!(c, ',' | '\u{200b}'))
            .collect();
        let (negative, digits) = plain.strip_prefix('-').map_or((false, plain.as_str()), |rest| (true, rest));
        let (whole, part) = match digits.split_once('.') {
            Some((whole, part)) if !part.is_empty() => (whole, part),
            Some(_) => return Err(wrong()),
            None => (digits, ""),
        };
        let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let decimals = currency.decimals() as usize;
        if !(1..=15).contains(&whole.len())
            || part.len() > decimals
            || !all_digits(whole)
            || !all_digits(part)
        {
            return Err(wrong());
        }
        let minor: i64 = format!("{whole}{part:0<decimals$}").parse().map_err(|_| wrong())?;
        Ok(Self::new(currency, if negative { -minor } else { minor }))
    }

    /// The amount in the currency's main unit with a decimal point and no thousands marks: `"40000"`, `"12.50"`.
    #[must_use]
    pub fn plain(self) -> String {
        self.digits("", ".")
    }

    /// The amount for people: `KHR 40,000` or, with Khmer digits, `៤០ ០០០ ៛`; blanks do not break (U+00A0).
    #[must_use]
    pub fn show(self, lang: Lang) -> String {
        match lang {
            Lang::En => format!("{}\u{a0}{}", self.currency.code(), self.digits(",", ".")),
            Lang::Km => {
                format!("{}\u{a0}{}", khmer_digits(&self.digits("\u{a0}", ",")), self.currency.sign())
            }
        }
    }

    fn digits(self, thousands: &str, point: &str) -> String {
        let decimals = self.currency.decimals();
        let unit = 10_u64.pow(decimals);
        let amount = self.minor.unsigned_abs();
        let whole = (amount / unit).to_string();
        let mut text = String::with_capacity(2 * whole.len() + 4);
        text.push_str(if self.minor < 0 { "-" } else { "" });
        for (place, digit) in whole.char_indices() {
            if place > 0 && (whole.len() - place).is_multiple_of(3) {
                text.push_str(thousands);
            }
            text.push(digit);
        }
        if decimals > 0 {
            text.push_str(point);
            text.push_str(&format!("{:0width$}", amount % unit, width = decimals as usize));
        }
        text
    }

    fn same(self, other: Self) -> Result<(), MoneyError> {
        if self.currency == other.currency {
            return Ok(());
        }
        Err(MoneyError::Currencies { left: self.currency, right: other.currency })
    }

    fn fitting(self, minor: Option<i64>) -> Result<Self, MoneyError> {
        let currency = self.currency;
        minor.map(|minor| Self { currency, minor }).ok_or(MoneyError::TooLarge { currency })
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.currency.code(), self.digits(",", "."))
    }
}

impl FromStr for Money {
    type Err = MoneyError;

    /// Reads what `Display` writes.
    fn from_str(text: &str) -> Result<Self, MoneyError> {
        let amount =
            |currency: Currency| Some((currency, text.strip_prefix(currency.code())?.strip_prefix(' ')?));
        let (currency, amount) = amount(Currency::Khr)
            .or_else(|| amount(Currency::Usd))
            .ok_or_else(|| MoneyError::Number { text: text.chars().take(40).collect() })?;
        Self::parse(currency, amount)
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written<'a> {
    currency: Currency,
    #[serde(borrow)]
    amount: Cow<'a, str>,
}

impl Serialize for Money {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Written { currency: self.currency, amount: self.plain().into() }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Money {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let written = Written::deserialize(deserializer)?;
        Self::parse(written.currency, &written.amount).map_err(de::Error::custom)
    }
}

impl JsonSchema for Money {
    fn schema_name() -> Cow<'static, str> {
        "Money".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "object",
            "properties": {
                "currency": generator.subschema_for::<Currency>(),
                "amount": { "type": "string", "pattern": r"^-?[0-9]{1,15}(\.[0-9]{1,2})?$" },
            },
            "required": ["currency", "amount"],
            "additionalProperties": false,
        })
    }
}

/// Why an amount could not be read or reckoned.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum MoneyError {
    /// Two currencies were mixed: convert nothing, state both.
    #[error("{} cannot be reckoned with {}", left.code(), right.code())]
    Currencies {
        /// The left amount's.
        left: Currency,
        /// The right amount's.
        right: Currency,
    },
    /// The result is beyond what any fee can be: the rule or the answer is wrong.
    #[error("the amount in {} is too large", currency.code())]
    TooLarge {
        /// Of the amount.
        currency: Currency,
    },
    /// The text is no amount of the currency: type digits, with no more decimals than it has.
    #[error("{text:?} is no amount of money")]
    Number {
        /// The text, cut after 40 characters.
        text: String,
    },
}

impl MoneyError {
    /// Stable name: API field, log field and key of the translated message.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Currencies { .. } => "money.currencies",
            Self::TooLarge { .. } => "money.too_large",
            Self::Number { .. } => "money.number",
        }
    }

    /// What the translated message may name.
    #[must_use]
    pub fn params(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Currencies { left, right } => {
                vec![("left", left.code().to_owned()), ("right", right.code().to_owned())]
            }
            Self::TooLarge { currency } => vec![("currency", currency.code().to_owned())],
            Self::Number { text } => vec![("text", text.clone())],
        }
    }
}
