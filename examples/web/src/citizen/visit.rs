//! What to bring when coming to collect, where and when: so that nobody comes twice.

use oneservice_core::catalog::DocumentRequirement;
use oneservice_core::money::Money;
use oneservice_core::text::Lang;
use oneservice_pilot::sentence;

use crate::App;

/// What the pages say of it.
#[derive(Debug, Clone)]
pub(crate) struct Visit {
    pub(crate) originals: Vec<String>,
    pub(crate) to_pay: String,
    pub(crate) address: String,
    pub(crate) hours: String,
}

impl Visit {
    /// The originals among `papers`, the office's address and hours, and what is left to pay.
    pub(crate) fn new<'a>(
        app: &App,
        lang: Lang,
        papers: impl Iterator<Item = &'a DocumentRequirement>,
        to_pay: Option<Money>,
    ) -> Self {
        let originals = papers.filter(|paper| paper.original_at_counter);
        Self {
            originals: originals.map(|paper| paper.name.get(lang).to_owned()).collect(),
            to_pay: to_pay.filter(|money| !money.is_zero()).map(|money| money.show(lang)).unwrap_or_default(),
            address: app.office.catalog().office().contact.address.get(lang).to_owned(),
            hours: hours(app, lang),
        }
    }
}

/// The office's opening hours of a working day.
pub(crate) fn hours(app: &App, lang: Lang) -> String {
    let sessions = app.office.catalog().calendar().sessions();
    let hours =
        sessions.iter().map(|s| format!("{}–{}", s.from().strftime("%H:%M"), s.until().strftime("%H:%M")));
    sentence::digits(lang, &hours.collect::<Vec<_>>().join(", "))
}
