//! Somebody with a phone who asks for something, as the pages lead.

use std::collections::BTreeSet;

use oneservice_core::calendar::{Date, dmy};
use oneservice_core::catalog::DocumentFormat;
use oneservice_core::text::Lang;
use oneservice_pilot::{fake, words};
use serde_json::Value;
use tempfile::TempDir;

use crate::Situation;
use crate::screen::Screen;
use crate::support::sample;

pub(crate) fn pair(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

/// A text of the pages, in the language in which they are seen here.
pub(crate) fn km(key: &str) -> String {
    words::get(Lang::Km, key, &[])
}

/// Somebody with a phone and a form to fill in.
pub(crate) struct Applicant {
    pub(crate) screen: Screen,
    pub(crate) sample: Value,
    controls: Vec<(String, String)>,
    files: TempDir,
    today: Date,
    /// Whether a file was refused already.
    was_refused: bool,
    /// The status page of the request that was sent last.
    pub(crate) receipt: String,
    /// What the status pages showed so far.
    pub(crate) shown: BTreeSet<Situation>,
}

impl Applicant {
    pub(crate) fn new(screen: Screen, sample: Value, today: Date) -> Self {
        let (controls, files) = (sample::controls(&sample), tempfile::tempdir().unwrap());
        let (receipt, shown) = (String::new(), BTreeSet::new());
        Self { screen, sample, controls, files, today, was_refused: false, receipt, shown }
    }

    /// Time has passed, and the form is filled in anew.
    pub(crate) fn turn_to(&mut self, sample: Value, today: Date) {
        (self.controls, self.sample, self.today) = (sample::controls(&sample), sample, today);
    }

    pub(crate) fn name(&self) -> &str {
        self.sample["form"]["name_latin"].as_str().unwrap()
    }

    pub(crate) fn file(&self, name: &str, bytes: &[u8]) -> String {
        let path = self.files.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path.to_str().unwrap().to_owned()
    }

    /// Chooses a file of a kind that this page takes and sends it; or a program that calls itself a picture.
    async fn upload(&mut self, document: &str, honest: bool) {
        let taken = self.screen.text("main > .hint").await.to_lowercase();
        let format = DocumentFormat::ALL.iter().find(|format| taken.contains(format.as_str()));
        let format = *format.unwrap_or_else(|| panic!("{document}: none of '{taken}' is known"));
        let path = if honest {
            self.file(&format!("{document}.{format}"), &fake::document(format))
        } else {
            self.file("photo.jpg.exe", b"MZ this is a program")
        };
        self.screen.fill(&[pair("issued", &dmy(self.today)), pair("file", &path)]).await;
        self.screen.tap("form[enctype] button").await;
    }

    /// From what is over to the service's page.
    pub(crate) async fn ask_again(&mut self) {
        let service = self.sample["service"].as_str().unwrap().to_owned();
        self.screen.tap(&format!("main a[href='/s/{service}']")).await;
        assert!(self.screen.has("form[action$='/start']").await, "it can be asked for");
    }

    /// From home to the receipt. Gives the tracking code.
    pub(crate) async fn apply(&mut self) -> String {
        let service = self.sample["service"].as_str().unwrap().to_owned();
        let (sector, _) = service.split_once('.').unwrap();
        self.screen.visit("/").await;
        self.screen.picture("home").await;
        self.screen.tap(&format!("a[href$='sector={sector}']")).await;
        self.screen.picture("services").await;
        self.screen.tap(&format!("a[href='/s/{service}']")).await;
        self.screen.picture("service").await;
        let applicant = pair("applicant", self.sample["applicant"]["kind"].as_str().unwrap());
        let purpose = pair("purpose", self.sample["purpose"].as_str().unwrap());
        self.screen.fill(&[applicant, purpose]).await;
        self.screen.tap("form[method=post] button").await;
        self.screen.picture("tasks").await;
        // An early look: all that is missing, each a link to where it is given.
        self.screen.tap("a.button[href$='/check']").await;
        self.screen.picture("check-early").await;
        assert!(self.screen.count("[role=alert] a").await > 5, "what is missing is linked");
        assert!(!self.screen.has("form[action$='/send']").await, "nothing can be sent yet");
        self.screen.tap("[role=alert] a").await;
        self.send().await
    }

    /// From the page of a result to the receipt of its renewal, with the answers of then.
    pub(crate) async fn renew(&mut self, today: Date) -> String {
        (self.today, self.controls) = (today, Vec::new());
        self.screen.visit(&self.receipt.clone()).await;
        self.screen.picture("renewable").await;
        self.screen.tap("form[action$='/follow/renewal'] button").await;
        self.screen.picture("renewal").await;
        self.send().await
    }

    /// On from wherever the draft is.
    async fn send(&mut self) -> String {
        for _ in 0..100 {
            let path = self.screen.path().await;
            let place: Vec<&str> = path.split('/').collect();
            match place.as_slice() {
                [_, "a", _, "q", _] => self.answer(&path).await,
                [_, "a", _, "d", document] => self.give(document).await,
                [_, "a", _, "sign"] => {
                    self.screen.picture("sign").await;
                    let signer = pair("signer", self.name());
                    self.screen.fill(&[pair("agree", "1"), signer]).await;
                    self.screen.tap("form[method=post] button:not([data-clear])").await;
                }
                [_, "a", _, "check"] if self.screen.has("[role=alert] a").await => {
                    self.screen.tap("[role=alert] a").await;
                }
                [_, "a", _, "check"] => {
                    self.screen.picture("check").await;
                    self.screen.tap("form[action$='/send'] button").await;
                }
                [_, "a", _] => self.screen.tap("a.button[href$='/check']").await,
                [_, "r", _] => {
                    self.screen.picture("receipt").await;
                    self.receipt.clone_from(&path);
                    return self.screen.text(".code").await;
                }
                _ => panic!("the pages led to {path}"),
            }
        }
        panic!("a hundred pages, and no receipt: {}", self.screen.path().await)
    }

    /// One page of questions. Levels of an address, questions that come with an answer and rows of a table appear as the page is sent.
    async fn answer(&mut self, path: &str) {
        let title = self.screen.text("h1").await;
        self.screen.picture("questions").await;
        for round in 0..20 {
            let add = self.row_to_add().await;
            self.screen.fill(&self.controls).await;
            let file = "fieldset:has(input[type=hidden][value='']) > button[name=_file]";
            if add.is_none() && self.screen.has(file).await {
                self.screen.picture("questions-file").await;
                self.screen.tap(file).await;
                self.screen.picture("cell").await;
                self.upload("picture", true).await;
                assert_eq!(self.screen.path().await, path, "back to the questions");
                continue;
            }
            self.screen.tap(add.as_deref().unwrap_or("main form > button:last-of-type")).await;
            if self.screen.path().await != path {
                return;
            }
            if round == 0 && self.screen.has(".error").await {
                self.screen.picture("questions-again").await;
            }
        }
        panic!("'{title}' is never done: {}", self.screen.text("[role=alert]").await)
    }

    /// The button for another row of a table on this page, if the sample has more rows than are there.
    async fn row_to_add(&self) -> Option<String> {
        for (name, _) in &self.controls {
            // `table.row.column`; what is one level of an address has no row 0.
            let [table, row, ..] = name.split('.').collect::<Vec<_>>()[..] else { continue };
            let cells = |row: &str| format!("[name^='{table}.{row}.']");
            if self.screen.has(&cells("0")).await && !self.screen.has(&cells(row)).await {
                return Some(format!("button[name=_add][value='{table}']"));
            }
        }
        None
    }

    /// Gives a paper that is asked for, or that the sample has besides.
    async fn give(&mut self, document: &str) {
        if self.screen.has("main > .notice.ok").await {
            return self.screen.tap("main > a.button").await;
        }
        let is_there = self.sample["documents"].as_array().unwrap().iter().any(|p| p["document"] == document);
        if !is_there && self.screen.text("main > p > a").await == km("skip-paper") {
            self.screen.picture("upload-optional").await;
            return self.screen.tap("main > p > a").await;
        }
        if !std::mem::replace(&mut self.was_refused, true) {
            self.upload(document, false).await;
            self.screen.picture("upload-wrong").await;
            let is_refused = self.screen.has("[role=alert] .error").await;
            assert!(is_refused, "a program is no paper, whatever it is called");
        }
        self.upload(document, true).await;
        self.screen.picture("upload").await;
        assert!(self.screen.has(".notice.ok").await, "{document} was taken");
        self.screen.tap("main > a.button").await;
    }

    /// Reads the status page. Gives its words.
    pub(crate) async fn look(&mut self) -> String {
        self.screen.visit(&self.receipt.clone()).await;
        let lines = self.screen.texts("main > ol.steps > li").await;
        let what = |line: &String| line.lines().next()?.split_once(' ').map(|(_, what)| what.to_owned());
        let told: Vec<String> = lines.iter().filter_map(what).collect();
        let at = |key: &str| told.iter().position(|what| *what == km(key));
        let (paid, granted) = (at("fact-payment"), at("fact-approval"));
        let asked = self.screen.text("main > dl").await;
        let is_seen = [
            (Situation::Return, at("fact-return").is_some() && at("fact-resubmission").is_some()),
            (Situation::Inspection, self.screen.has("a[href*='/p/'] img").await),
            (Situation::Parallel, self.screen.count("main > ol.steps > li.now").await > 1),
            (Situation::FeeBefore, paid.is_some() && granted.is_none()),
            (Situation::FeeAtCollection, paid.is_some() && granted.is_some() && paid > granted),
            (Situation::Lapse, at("fact-lapse").is_some()),
            (Situation::Objection, at("fact-objection-upheld").is_some()),
            (Situation::Renewal, asked.contains(&km("purpose-renewal")) && at("fact-collection").is_some()),
        ];
        self.shown
            .extend(is_seen.into_iter().filter(|(_, is_seen)| *is_seen).map(|(situation, _)| situation));
        self.screen.text("main").await
    }

    /// Looks by code and phone, then by the link, and gives again the paper that came back with `note`.
    pub(crate) async fn correct(&mut self, code: &str, document: &str, note: &str) {
        let phone = self.sample["form"]["phone"].as_str().unwrap().to_owned();
        self.screen.visit("/track").await;
        self.screen.picture("track").await;
        self.screen.fill(&[pair("code", &code.to_lowercase()), pair("phone", &phone)]).await;
        self.screen.tap("main form button").await;
        assert_eq!(self.screen.text(".code").await, code, "code and phone show the request");
        let receipt = self.receipt.clone();
        self.screen.visit(&receipt).await;
        self.screen.picture("returned").await;
        self.screen.tap("a.button[href$='/fix']").await;
        self.screen.picture("fix").await;
        assert!(self.screen.text("main").await.contains(note), "the officer's words are read");
        assert_eq!(self.screen.count("main section").await, 1, "only what was returned is asked");
        self.screen.tap("main section button[name=_upload]").await;
        self.upload(document, true).await;
        while self.screen.path().await != format!("{receipt}/fix") {
            self.screen.tap("nav a").await;
        }
        self.screen.tap("main form > button").await;
        assert_eq!(self.screen.path().await, receipt);
    }

    /// Names somebody who collects. Gives the code for them, which is shown but once.
    pub(crate) async fn name_proxy(&mut self, name: &str) -> String {
        self.screen.visit(&self.receipt.clone()).await;
        self.screen.tap("a[href$='/proxy']").await;
        self.screen.fill(&[pair("name", name), pair("identity", "passport 4321")]).await;
        self.screen.tap("button[value=give]").await;
        self.screen.picture("proxy").await;
        self.screen.text(".notice .code").await
    }

    /// Objects to the refusal.
    pub(crate) async fn object(&mut self, words: &str) {
        self.screen.visit(&self.receipt.clone()).await;
        self.screen.picture("refused").await;
        self.screen.tap("a[href$='/object']").await;
        self.screen.fill(&[pair("text", words)]).await;
        self.screen.picture("object").await;
        self.screen.tap("main form button").await;
        assert_eq!(self.screen.path().await, self.receipt);
        self.screen.picture("objected").await;
    }
}
