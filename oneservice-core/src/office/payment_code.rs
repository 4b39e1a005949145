//! The code that a banking app reads to pay a request's fee.

use super::Office;
use crate::khqr::PaymentCode;
use crate::request::{AnyRequest, Awaits};

impl Office {
    /// What a banking app reads to send exactly what is to be paid now, with the request's code as the reference; none where nothing is
    /// to be paid, a transfer waits, or the office names no account. That the money came, a person sees on the account: the library
    /// asks no bank.
    ///
    /// ```
    /// # use oneservice_core::{office::{Office, OfficeError}, ids::RequestId};
    /// async fn to_scan(office: &Office, id: RequestId) -> Result<Option<String>, OfficeError> {
    ///     Ok(office.payment_code(&office.case(id).await?.request))
    /// }
    /// ```
    pub fn payment_code(&self, request: &AnyRequest) -> Option<String> {
        let catalog = self.catalog();
        let into = catalog.office().khqr.as_ref()?;
        let (record, calendar) = (request.record(), catalog.calendar());
        let pay_by = request.last_day().filter(|(awaits, _)| *awaits == Awaits::Applicant);
        let until = pay_by.and_then(|(_, day)| Some(calendar.start_of_day(day.tomorrow().ok()?)));
        let code = PaymentCode {
            account: &into.account,
            merchant: into.merchant.as_deref(),
            bank: into.bank.as_deref(),
            name: &into.name,
            city: &into.city,
            amount: record.payable_in(request.stage()),
            reference: &record.code.to_string(),
            created: self.now(),
            until,
        };
        code.text()
    }
}
