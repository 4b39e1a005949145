//! The office itself: its name, hours, departments and roles.

use serde::{Deserialize, Serialize};

use super::{OfficeReason, Periods, Role};
use crate::ids::{DepartmentId, OfficeId, SectorId};
use crate::khqr;
use crate::money::Currency;
use crate::text::Text;

/// The office as `office.toml` describes it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfficeProfile {
    #[serde(rename = "format")]
    pub(super) format: u32,
    /// Its name in stores and logs.
    pub id: OfficeId,
    /// Whether contacts are made up.
    pub sample: bool,
    /// Its name.
    pub name: Text,
    /// The province it serves, by the geography's code.
    pub province: String,
    /// Its IANA time zone.
    pub time_zone: String,
    /// The currency of its fees.
    pub currency: Currency,
    /// Its desks.
    pub counters: Vec<Desk>,
    /// Its working days and hours.
    pub hours: Hours,
    /// How to reach it.
    pub contact: Contact,
    /// How its registers are numbered.
    pub numbering: Numbering,
    /// Where fees can be sent to, if banking apps are to be shown a code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub khqr: Option<PayInto>,
    /// The departments it works with.
    pub departments: Vec<Department>,
    /// The parts people play.
    pub roles: Vec<RoleDescription>,
    /// Coded reasons for what it does.
    #[serde(default)]
    pub reasons: Vec<OfficeReason>,
    /// How long it waits, and when it speaks up.
    #[serde(default)]
    pub periods: Periods,
}

/// A desk in the office.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Desk {
    /// Its name in files.
    pub id: String,
    /// Its name.
    pub name: Text,
    /// Who sits there.
    pub role: Role,
}

/// Working days and hours.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hours {
    /// A pilot assumption.
    pub assumed: bool,
    /// `mon`, `tue`, …
    pub working_days: Vec<String>,
    /// `07:30-11:30`, …
    pub sessions: Vec<String>,
    /// A submission after this time counts as received on the next working day.
    pub cutoff: String,
}

/// How to reach the office.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contact {
    /// Whether it is made up.
    pub sample: bool,
    /// E.164.
    pub phone: String,
    /// A name there.
    pub telegram: String,
    /// An address.
    pub email: String,
    /// A link.
    pub website: String,
    /// Its place in the geography.
    pub geo_code: String,
    /// In words.
    pub address: Text,
}

/// The office's Bakong account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PayInto {
    /// `name@bank`.
    pub account: String,
    /// Its merchant number there, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merchant: Option<String>,
    /// The bank that takes it in, if it has to be named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bank: Option<String>,
    /// Who is paid, in Latin letters.
    pub name: String,
    /// Where, in Latin letters.
    pub city: String,
    /// A pilot assumption: nobody pays into it.
    #[serde(default)]
    pub assumed: bool,
}

impl PayInto {
    /// What is no value for a code, by key.
    pub(super) fn mistakes(&self) -> Vec<(&'static str, String)> {
        let plain = |text: &str| text.chars().all(|c| c.is_ascii_graphic() || c == ' ');
        let mut mistakes = Vec::new();
        let is_account = self.account.split_once('@').is_some_and(|(name, bank)| {
            let word = |text: &str| {
                !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c))
            };
            word(name) && word(bank)
        });
        if !is_account || self.account.len() > khqr::ACCOUNT_LIMIT {
            mistakes.push((
                "account",
                format!("must be written name@bank, with at most {} characters", khqr::ACCOUNT_LIMIT),
            ));
        }
        for (key, text, limit) in [
            ("merchant", self.merchant.as_deref(), khqr::ACCOUNT_LIMIT),
            ("bank", self.bank.as_deref(), khqr::ACCOUNT_LIMIT),
            ("name", Some(self.name.as_str()), khqr::NAME_LIMIT),
            ("city", Some(self.city.as_str()), khqr::CITY_LIMIT),
        ] {
            if text.is_some_and(|text| text.trim().is_empty() || !plain(text) || text.len() > limit) {
                mistakes.push((key, format!("must be 1 to {limit} Latin letters, digits, signs and blanks")));
            }
        }
        let owner = khqr::owner(&self.account, self.merchant.as_deref(), self.bank.as_deref());
        if mistakes.is_empty() && owner.is_none() {
            let words = "account, merchant and bank are together too long for a code (at most 87 characters)";
            mistakes.push(("account", words.to_owned()));
        }
        mistakes
    }
}

/// How the office's registers are numbered: `{yyyy}` and `{seq:06}` are filled in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Numbering {
    /// Requests; the number is the place of the submission in the office's log.
    pub request: String,
    /// Receipts for money.
    pub receipt: String,
    /// A pilot assumption.
    pub assumed: bool,
}

/// A department.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Department {
    /// Its name in files.
    pub id: DepartmentId,
    /// What it is to the office.
    pub kind: DepartmentKind,
    /// The sector it answers for, if one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sector: Option<SectorId>,
    /// Whether it is made up.
    pub sample: bool,
    /// Its name.
    pub name: Text,
}

/// What a department is to the office.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DepartmentKind {
    /// The One-Window office itself.
    Office,
    /// Of the line ministry.
    Line,
    /// A part of a line department.
    Unit,
    /// Only gives opinions.
    Opinion,
}

super::words! {
    DepartmentKind { Office => "office", Line => "line", Unit => "unit", Opinion => "opinion" }
}

/// A role in words. What it may do follows from the lifecycle table; `may` is for people to read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoleDescription {
    /// The role.
    pub id: Role,
    /// A pilot assumption.
    pub assumed: bool,
    /// Its name.
    pub name: Text,
    /// What it may do, in the office's words.
    pub may: Vec<String>,
    /// Roles that the same person cannot hold.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_with: Vec<Role>,
}

impl OfficeProfile {
    /// A department by its name.
    pub fn department(&self, id: &str) -> Option<&Department> {
        self.departments.iter().find(|department| department.id.as_str() == id)
    }

    /// The words for a role.
    pub fn role(&self, role: Role) -> Option<&RoleDescription> {
        self.roles.iter().find(|description| description.id == role)
    }

    /// Whether one person may hold both.
    pub fn may_hold_both(&self, one: Role, other: Role) -> bool {
        let forbids = |a: Role, b: Role| self.role(a).is_some_and(|role| role.not_with.contains(&b));
        !forbids(one, other) && !forbids(other, one)
    }
}

/// Fills `{yyyy}` and `{seq:05}` of a numbering format in.
///
/// ```
/// use oneservice_core::catalog::number;
///
/// assert_eq!(number("R-{yyyy}-{seq:06}", 2026, 42), "R-2026-000042");
/// ```
pub fn number(format: &str, year: i16, seq: u64) -> String {
    let text = format.replace("{yyyy}", &format!("{year:04}"));
    let Some((before, rest)) = text.split_once("{seq") else { return text };
    let Some((width, after)) = rest.split_once('}') else { return text };
    let width: usize = width.trim_start_matches(':').parse().unwrap_or(0).min(20);
    format!("{before}{seq:0width$}{after}")
}
