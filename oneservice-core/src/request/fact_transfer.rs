//! Money that comes over the bank: told by one officer, and counted once another has seen it on the account.

use serde::{Deserialize, Serialize};

use super::ReasonCode;
use crate::calendar::Date;
use crate::money::Money;

/// An officer was shown that the fee was sent to the office's bank account. Nothing is paid by it yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransferRecorded {
    /// What was sent: all that was to be paid.
    pub amount: Money,
    /// The bank's reference, by which it is found on the account.
    pub reference: String,
}

/// A cashier, another person than the one who recorded it, saw the transfer on the account: now it counts as paid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransferConfirmed {
    /// What was paid.
    pub amount: Money,
    /// The bank's reference.
    pub reference: String,
    /// The number of its receipt in the office's register, without gaps.
    pub receipt: String,
}

/// A cashier did not find the transfer, or found another amount: it does not count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransferRejected {
    /// A reason of kind `transfer` in the office's profile.
    pub reason: ReasonCode,
    /// Words to the applicant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The last day to pay a fee that is due before review, counted anew: nobody loses days by waiting for the cashier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pay_by: Option<Date>,
}
