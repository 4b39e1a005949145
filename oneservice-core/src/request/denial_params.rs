//! What the words for a denial may name.

use super::Denial;
use super::denial::words;

impl Denial {
    /// What a translated message may name: ids and numbers, to be shown as the catalogue names them.
    pub fn params(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::NotInStage { act, stage, possible } => {
                vec![("act", act.to_string()), ("stage", stage.to_string()), ("possible", words(possible))]
            }
            Self::NotYourRole { roles, department } => {
                let mut params = vec![("roles", words(roles))];
                params.extend(department.as_ref().map(|d| ("department", d.to_string())));
                params
            }
            Self::FourEyes { step, other } => vec![("step", step.to_string()), ("other", other.to_string())],
            Self::StepUnknown { step } => vec![("step", step.clone())],
            Self::StepNotOpen { step, open } => vec![("step", step.to_string()), ("open", words(open))],
            Self::StepKind { step } | Self::MayNotReturn { step } | Self::AppointmentMissing { step } => {
                vec![("step", step.to_string())]
            }
            Self::DayClosed { day } => vec![("day", day.to_string())],
            Self::DayOutside { first_day, last_day } => {
                vec![("first_day", first_day.to_string()), ("last_day", last_day.to_string())]
            }
            Self::PhotoCount { least, most } => {
                vec![("least", least.to_string()), ("most", most.to_string())]
            }
            Self::StepsMissing { open } => vec![("open", words(open))],
            Self::RejectionsStand { items } => vec![("items", words(items))],
            Self::ItemUnknown { item }
            | Self::ItemTwice { item }
            | Self::DefectLeftOut { item }
            | Self::LateDefect { item }
            | Self::NotReturned { item }
            | Self::NotCorrected { item } => vec![("item", item.to_string())],
            Self::ReasonUnknown { code } => vec![("code", code.clone())],
            Self::ReasonForOther { code, item } => {
                vec![("code", code.to_string()), ("item", item.to_string())]
            }
            Self::Form(problems) => vec![("n", problems.len().to_string())],
            Self::WrongAmount { due, offered } => {
                vec![("due", due.to_string()), ("offered", offered.to_string())]
            }
            Self::FeeUnpaid { due } => vec![("due", due.to_string())],
            Self::OriginalNotSeen { document } => vec![("document", document.to_string())],
            Self::WordsMissing { field } => vec![("field", (*field).to_owned())],
            Self::WordsTooLong { field, limit } => {
                vec![("field", (*field).to_owned()), ("limit", limit.to_string())]
            }
            Self::ResultStands { standing } => vec![("standing", (*standing).to_owned())],
            Self::AssignedTo { step, officer } => {
                vec![("step", step.to_string()), ("officer", officer.to_string())]
            }
            Self::NotEligible { officer } => vec![("officer", officer.to_string())],
            Self::ComplaintsOpen { limit } | Self::ApproversMissing { limit } => {
                vec![("limit", limit.to_string())]
            }
            Self::ExtensionTooLong { limit } => vec![("limit", limit.to_string())],
            Self::NotYet { last_day } | Self::TooLate { last_day } => {
                vec![("last_day", last_day.to_string())]
            }
            Self::NothingToCorrect
            | Self::ReasonMissing
            | Self::NoFeeDue
            | Self::SignatureMissing
            | Self::CollectorMissing
            | Self::NothingDue
            | Self::AlreadyExtended
            | Self::NotOverdue
            | Self::ResultHandedOver
            | Self::Recused
            | Self::OwnRequest
            | Self::FileUnknown
            | Self::AlreadyRecorded
            | Self::NothingToRefund
            | Self::TookPart
            | Self::MandateMissing
            | Self::MandateRevoked
            | Self::MandateWrong
            | Self::TransferWaits
            | Self::TransferUnconfirmed
            | Self::NoTransferWaits
            | Self::OwnTransfer
            | Self::CosignatureMissing
            | Self::NoCosigner => Vec::new(),
        }
    }
}
