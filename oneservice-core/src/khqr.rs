//! What a banking app reads from a code to scan: account, amount and reference, as KHQR of the National Bank lays them out (EMVCo
//! merchant-presented mode). Nothing here talks to a bank: that the money came, a person sees on the account.

use crate::calendar::Moment;
use crate::money::{Currency, Money};

/// The longest Bakong account, in characters. It is never cut: a part of it may be somebody else's.
pub const ACCOUNT_LIMIT: usize = 32;
/// The longest name of who is paid.
pub const NAME_LIMIT: usize = 25;
/// The longest city.
pub const CITY_LIMIT: usize = 15;
/// The longest reference.
pub const REFERENCE_LIMIT: usize = 25;
/// The longest amount, with its point.
const AMOUNT_LIMIT: usize = 13;
/// The longest value of any field, since a length has two digits.
const FIELD_LIMIT: usize = 99;
/// Government services that are nothing else, in ISO 18245.
const CATEGORY: &str = "9399";

/// What is to be paid, to whom and for what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PaymentCode<'a> {
    /// The office's Bakong account, `name@bank`.
    pub account: &'a str,
    /// Its merchant number at the bank, if it has one.
    pub merchant: Option<&'a str>,
    /// The bank that takes it in, if it has to be named.
    pub bank: Option<&'a str>,
    /// Who is paid, in Latin letters; cut to [`NAME_LIMIT`].
    pub name: &'a str,
    /// Where; cut to [`CITY_LIMIT`].
    pub city: &'a str,
    /// How much: more than nothing.
    pub amount: Money,
    /// What the payment is found again by; cut to [`REFERENCE_LIMIT`].
    pub reference: &'a str,
    /// When the code was made.
    pub created: Moment,
    /// When it ceases to be good, if ever.
    pub until: Option<Moment>,
}

impl PaymentCode<'_> {
    /// The text of the code; none for what no code can say: an amount of nothing or beyond all bounds, an account that is too long,
    /// a name or city without a Latin letter.
    ///
    /// ```
    /// use oneservice_core::{calendar::Moment, khqr::PaymentCode, money::Money};
    ///
    /// let code = PaymentCode {
    ///     account: "owso@devb",
    ///     merchant: None,
    ///     bank: None,
    ///     name: "One-Window Service Office, Harbour Town",
    ///     city: "Harbour Town",
    ///     amount: Money::riel(40_000),
    ///     reference: "7K2M-9QXJ",
    ///     created: Moment::from_millis(1_774_929_600_000),
    ///     until: None,
    /// };
    /// let text = code.text().unwrap();
    /// assert!(text.starts_with("00020101021229130009owso@devb520493995303116540540000"), "{text}");
    /// ```
    #[must_use]
    pub fn text(&self) -> Option<String> {
        let account = latin(self.account, usize::MAX);
        let (name, city) = (latin(self.name, NAME_LIMIT), latin(self.city, CITY_LIMIT));
        let amount = amount(self.amount)?;
        let is_sayable = account == self.account && (1..=ACCOUNT_LIMIT).contains(&account.len());
        if !is_sayable || name.is_empty() || city.is_empty() {
            return None;
        }
        let owner = owner(&account, self.merchant, self.bank)?;
        let mut times = field("00", &format!("{:013}", self.created.millis()));
        times += &self.until.map(|until| field("01", &format!("{:013}", until.millis()))).unwrap_or_default();
        let reference = latin(self.reference, REFERENCE_LIMIT);
        let mut text = field("00", "01") + &field("01", "12");
        text += &field(if self.merchant.is_some() { "30" } else { "29" }, &owner);
        text += &field("52", CATEGORY);
        text += &field("53", numeric(self.amount.currency()));
        text += &field("54", &amount);
        text += &field("58", "KH");
        text += &field("59", &name);
        text += &field("60", &city);
        if !reference.is_empty() {
            text += &field("62", &field("01", &reference));
        }
        text += &field("99", &times);
        // The checksum counts its own name and length.
        text += "6304";
        let sum = checksum(text.as_bytes());
        Some(format!("{text}{sum:04X}"))
    }
}

/// Who is paid, in one field: account, merchant number and bank; none if they are together longer than a field can be.
pub(crate) fn owner(account: &str, merchant: Option<&str>, bank: Option<&str>) -> Option<String> {
    let owner = field("00", account) + &optional("01", merchant) + &optional("02", bank);
    Some(owner).filter(|owner| owner.len() <= FIELD_LIMIT)
}

/// A field: its name, its length in two digits, its value, which is not longer than [`FIELD_LIMIT`].
fn field(tag: &str, value: &str) -> String {
    format!("{tag}{:02}{value}", value.len())
}

fn optional(tag: &str, value: Option<&str>) -> String {
    let value = value.map(|value| latin(value, ACCOUNT_LIMIT)).filter(|value| !value.is_empty());
    value.map(|value| field(tag, &value)).unwrap_or_default()
}

/// What of `text` a code can hold, cut to `limit` characters.
fn latin(text: &str, limit: usize) -> String {
    let kept: String = text.chars().filter(|c| c.is_ascii_graphic() || *c == ' ').collect();
    let cut: String = kept.trim().chars().take(limit).collect();
    cut.trim_end().to_owned()
}

fn amount(money: Money) -> Option<String> {
    let minor = Some(money.minor()).filter(|minor| *minor > 0)?;
    let text = match money.currency() {
        Currency::Khr => minor.to_string(),
        Currency::Usd => format!("{}.{:02}", minor / 100, minor % 100),
    };
    Some(text).filter(|text| text.len() <= AMOUNT_LIMIT)
}

/// ISO 4217, as a number.
fn numeric(currency: Currency) -> &'static str {
    match currency {
        Currency::Khr => "116",
        Currency::Usd => "840",
    }
}

/// CRC-16/CCITT-FALSE: polynomial 1021, begun with FFFF.
///
/// ```
/// assert_eq!(oneservice_core::khqr::checksum(b"123456789"), 0x29B1);
/// ```
#[must_use]
pub fn checksum(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0xFFFF, |sum, byte| {
        (0..8).fold(sum ^ (u16::from(*byte) << 8), |sum, _| {
            if sum & 0x8000 == 0 { sum << 1 } else { (sum << 1) ^ 0x1021 }
        })
    })
}
