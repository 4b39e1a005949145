//! The register of results: what was handed over, found by its number and by its holder's name.

use std::sync::Arc;

use super::{Office, OfficeError};
use crate::catalog::Service;
use crate::ids::{RequestId, TrackingCode};
use crate::request::{AnyRequest, IssuedResult, Record, Standing};
use crate::store::{Cursor, Page, Query, Summary};
use crate::text;

/// Before the number in a token. Words of names hold no colon, so no name is taken for a number.
const RESULT: &str = "result:";
/// Most results that are shown of those with the same number.
const SAME_NUMBER_MAX: usize = 10;

/// A result that was handed over, as the register has it.
#[derive(Debug, Clone)]
pub struct Registered {
    /// The request that it came of.
    pub request: RequestId,
    /// That request's code.
    pub code: TrackingCode,
    /// The service, in the version under which it was granted.
    pub service: Arc<Service>,
    /// Whose it is, as the request says. Personal data.
    pub holder: String,
    /// Its number and days.
    pub result: IssuedResult,
    /// Whether it holds today.
    pub standing: Standing,
}

impl Registered {
    /// Whether the register has a result of the request of this row.
    pub fn is_of(row: &Summary) -> bool {
        row.tokens.iter().any(|token| token.starts_with(RESULT))
    }
}

impl Office {
    /// The results with this number. Case, the script of digits and blanks at the ends do not matter. Several only where the catalogue
    /// numbers two services alike; none for a number that was never given, and for a result that nobody has collected.
    ///
    /// # Errors
    /// As [`case`](Self::case), but for [`OfficeError::NotFound`].
    pub async fn results_by_number(&self, number: &str) -> Result<Vec<Registered>, OfficeError> {
        let page = self.list(&Query::Token(result_token(number)), None, SAME_NUMBER_MAX).await?;
        let mut found = Vec::new();
        for row in &page.rows {
            // A long number is cut in the listing.
            let is_it = |found: &Registered| result_token(&found.result.number) == result_token(number);
            found.extend(self.registered(row).await?.filter(is_it));
        }
        Ok(found)
    }

    /// What the register has of the request of a row; none before its result was handed over.
    ///
    /// # Errors
    /// As [`case`](Self::case).
    pub async fn registered(&self, row: &Summary) -> Result<Option<Registered>, OfficeError> {
        if !Registered::is_of(row) {
            return Ok(None);
        }
        let request = self.case(row.request).await?.request;
        let AnyRequest::Closed(closed) = &request else { return Ok(None) };
        let (record, standing) = (closed.record(), closed.standing(self.today()));
        Ok(record.result.clone().zip(standing).map(|(result, standing)| Registered {
            request: record.id,
            code: record.code,
            service: Arc::clone(closed.service()),
            holder: row.applicant_name.clone(),
            result,
            standing,
        }))
    }

    /// Rows of requests whose names have all the words of `name`, newest first. At most `limit` rows are read, all with the longest of the
    /// words: so there may be fewer, or none, on a page that is not the last.
    ///
    /// # Errors
    /// [`OfficeError::Store`].
    pub async fn list_by_name(
        &self,
        name: &str,
        after: Option<&Cursor>,
        limit: usize,
    ) -> Result<Page, OfficeError> {
        let words = text::search_tokens(name);
        // The longest word is the rarest.
        let Some(first) = words.iter().max_by_key(|word| word.chars().count()) else {
            return Ok(Page { rows: Vec::new(), next: None });
        };
        let mut page = self.list(&Query::Token(first.clone()), after, limit).await?;
        page.rows.retain(|row| words.iter().all(|word| row.tokens.contains(word)));
        Ok(page)
    }
}

/// The token under which a result is found from its handing over on: before, nobody holds it.
pub(super) fn token_of_result(record: &Record) -> Option<String> {
    record.result.as_ref().filter(|_| record.collected).map(|result| result_token(&result.number))
}

fn result_token(number: &str) -> String {
    format!("{RESULT}{}", text::search_key(number))
}
