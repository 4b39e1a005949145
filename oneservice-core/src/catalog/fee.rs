//! What a service costs, by rule. CPSV-AP `Cost`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Condition;
use crate::ids::{FieldId, RuleId};
use crate::money::{Currency, Money};
use crate::text::Text;

/// The fee of a service: a base and rules over the answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Fee {
    /// The currency.
    pub currency: Currency,
    /// Whole units of the currency for everybody.
    pub base: i64,
    /// When it is to be paid.
    pub when: FeeMoment,
    /// What is added for some answers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<FeeRule>,
    /// The most it can be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<i64>,
    /// In words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Text>,
    /// What was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// A pilot assumption, not law.
    pub assumed: bool,
    /// Until when it is given back to whoever takes the request back; never, if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refund: Option<RefundRule>,
}

/// One addition to the fee.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FeeRule {
    /// Name within the service.
    pub id: RuleId,
    /// In words.
    pub label: Text,
    /// When it is added; always, if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
    /// A table of the form: the rule is asked once for each of its rows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub each: Option<FieldId>,
    /// Whole units of the currency.
    pub amount: Condition,
}

/// Until when the fee is given back to whoever takes the request back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RefundRule {
    /// As long as no step of the plan is done.
    BeforeFirstStep,
    /// As long as nothing is decided.
    BeforeDecision,
}

super::words! {
    RefundRule { BeforeFirstStep => "before-first-step", BeforeDecision => "before-decision" }
}

/// When a fee is to be paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FeeMoment {
    /// Before review begins.
    OnSubmission,
    /// Before the result is collected.
    OnApproval,
    /// Never: the service is free.
    None,
}

super::words! {
    FeeMoment { OnSubmission => "on-submission", OnApproval => "on-approval", None => "none" }
}

/// What one request costs, line by line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeeDue {
    /// When it is to be paid.
    pub when: FeeMoment,
    /// The base and every rule that applied.
    pub lines: Vec<FeeLine>,
    /// The sum, not more than the service's most.
    pub total: Money,
}

/// One line of a fee.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeeLine {
    /// `base`, or the rule's name.
    pub id: String,
    /// The amount; rows of one rule are summed.
    pub amount: Money,
}

impl FeeDue {
    /// Nothing to pay.
    pub fn none() -> Self {
        Self { when: FeeMoment::None, lines: Vec::new(), total: Money::zero(Currency::Khr) }
    }
}
