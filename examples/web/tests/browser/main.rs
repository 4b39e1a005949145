//! From home to collected in a real browser: one service of each sector, on a phone of 360 px, in Khmer, without script; staff at a
//! desktop. On the way a paper of the wrong kind, an early look at what is missing, and a paper that is returned and sent again. Every
//! page that is seen is judged (`screen::JUDGE`).
//!
//! Pictures of the first journey go to `tmp/screenshots` of the target folder; the README's are copies of them.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod screen;
#[path = "../support/mod.rs"]
mod support;
#[path = "../pages/town.rs"]
mod town;

use std::path::{Path, PathBuf};

use oneservice_core::catalog::DocumentFormat;
use oneservice_core::text::Lang;
use oneservice_pilot::{demo, fake, words};
use screen::{Driver, Screen};
use serde_json::Value;
use support::{Server, sample};
use town::{GUESTHOUSE, Town};

fn pair(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

/// Somebody with a phone and a sample to file.
struct Applicant {
    screen: Screen,
    sample: Value,
    controls: Vec<(String, String)>,
    files: PathBuf,
}

impl Applicant {
    fn new(screen: Screen, name: &str, files: &Path) -> Self {
        let sample = sample::fresh(name);
        let controls = sample::controls(&sample);
        Self { screen, sample, controls, files: files.to_owned() }
    }

    fn file(&self, name: &str, bytes: &[u8]) -> String {
        let path = self.files.join(name);
        std::fs::write(&path, bytes).unwrap();
        path.to_str().unwrap().to_owned()
    }

    fn paper(&self, document: &str) -> Option<&Value> {
        self.sample["documents"].as_array().unwrap().iter().find(|paper| paper["document"] == document)
    }

    /// Chooses a file for `document` and sends it. The sample's paper, or a program that calls itself a picture.
    async fn upload(&mut self, document: &str, honest: bool) {
        let paper = self.paper(document).unwrap().clone();
        let format = DocumentFormat::of_media_type(paper["media_type"].as_str().unwrap()).unwrap();
        let path = if honest {
            self.file(&format!("{document}.{}", format.as_str()), &fake::document(format))
        } else {
            self.file("photo.jpg.exe", b"MZ this is a program")
        };
        let issued = paper["issued"].as_str().map(|day| pair("issued", day));
        self.screen.fill(&issued.into_iter().chain([pair("file", &path)]).collect::<Vec<_>>()).await;
        self.screen.tap("form[enctype] button").await;
    }

    /// From home to the receipt, as the pages lead. Gives the receipt's path and the tracking code.
    async fn apply(&mut self) -> (String, String) {
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
        for _ in 0..100 {
            let path = self.screen.path().await;
            let place: Vec<&str> = path.split('/').collect();
            match place.as_slice() {
                [_, "a", _, "q", _] => self.answer(&path).await,
                [_, "a", _, "d", document] => self.give(document).await,
                [_, "a", _, "sign"] => {
                    self.screen.picture("sign").await;
                    self.screen.fill(&[pair("agree", "1"), pair("signer", "SOK DARA")]).await;
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
                    return (path.clone(), self.screen.text(".code").await);
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
        for round in 0..12 {
            let add = self.row_to_add().await;
            self.screen.fill(&self.controls).await;
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

    async fn give(&mut self, document: &str) {
        if self.paper(document).is_none() {
            self.screen.picture("upload-optional").await;
            return self.screen.tap("main > p > a").await;
        }
        if !self.screen.has(".notice.ok").await {
            self.upload(document, false).await;
            self.screen.picture("upload-wrong").await;
            assert!(
                self.screen.has("[role=alert] .error").await,
                "a program is no paper, whatever it is called"
            );
            self.upload(document, true).await;
            self.screen.picture("upload").await;
            assert!(self.screen.has(".notice.ok").await, "{document} was taken");
        }
        self.screen.tap("main > a.button").await;
    }
}

/// The staff's desktop, used by one officer after the other.
struct Desk {
    screen: Screen,
    code: String,
    is_examined: bool,
}

const READY: &str = "សូមបើកទ្វារទុក";
const AGAINST: &str = "នៅជិតសាលា";

impl Desk {
    /// Another officer sits down and opens the request from the search.
    async fn sit(&mut self, officer: &str) {
        self.screen.visit("/desk/login").await;
        self.screen.picture("login").await;
        self.screen.fill(&[pair("name", officer), pair("password", demo::PASSWORD)]).await;
        self.screen.tap("main form button").await;
        assert_eq!(self.screen.path().await, "/desk", "{officer} can sign in");
        self.screen.picture("desk").await;
        self.screen.fill(&[pair("q", &self.code)]).await;
        self.screen.tap("form[action$='/desk/find'] button").await;
        // Whom it does not concern finds nothing.
        if self.screen.has("table a").await {
            self.screen.tap("table a").await;
        }
    }

    async fn may(&self, act: &str) -> bool {
        self.screen.has(&format!("button[name=act][value={act}]")).await
    }

    async fn act(&mut self, act: &str) {
        self.screen.tap(&format!("button[name=act][value={act}]")).await;
        let said = self.screen.text("[role=alert]").await;
        assert!(said.is_empty(), "{act}: {said}");
    }

    async fn act_if_may(&mut self, acts: &[&str]) {
        for act in acts {
            if self.may(act).await {
                self.act(act).await;
            }
        }
    }

    /// The examiner is against it; whoever decides must read so.
    async fn examine(&mut self) {
        if self.may("pass").await {
            let form = "form:has(button[value=pass])";
            self.screen.press(&format!("{form} input[value=unfavourable]")).await;
            self.screen.write(&format!("{form} textarea"), AGAINST).await;
            self.screen.picture("review-pass").await;
            self.act("pass").await;
            self.is_examined = true;
        }
    }

    /// Appoints the inspection for today. Says whether there is one to appoint.
    async fn appoint(&mut self) -> bool {
        if !self.may("schedule").await || self.may("pass").await {
            return false;
        }
        let today = jiff::Timestamp::now().in_tz("Asia/Phnom_Penh").unwrap().date();
        let form = [pair("day", &today.to_string()), pair("hours", "08:00–10:00"), pair("prepare", READY)];
        self.screen.picture("inspection-appoint").await;
        self.screen.fill(&form).await;
        self.act("schedule").await;
        self.screen.picture("inspection-report").await;
        true
    }

    async fn decide(&mut self) {
        if self.may("approve").await {
            self.screen.picture("review-decide").await;
            let told = self.screen.text("main").await;
            let finding = words::get(Lang::Km, "unfavourable", &[]);
            assert!(!self.is_examined || told.contains(AGAINST) && told.contains(&finding), "{told}");
            self.act("approve").await;
        }
    }

    /// Refuses the first paper and sends the request back for it. Gives the paper.
    async fn send_back(&mut self, note: &str) -> String {
        self.screen.picture("review").await;
        let item = self.screen.id("section[id^='documents.']").await;
        let row = format!("section[id='{item}']");
        self.screen.press(&format!("{row} summary")).await;
        self.screen.press(&format!("{row} input[name=reason]")).await;
        self.screen.write(&format!("{row} input[name=note]"), note).await;
        self.screen.tap(&format!("{row} button[value=reject]")).await;
        self.screen.picture("review-return").await;
        self.act("return").await;
        item.trim_start_matches("documents.").to_owned()
    }

    async fn hand_over(&mut self) {
        let form = [pair("collector", "SOK DARA"), pair("identity", "6789"), pair("signed", "1")];
        self.screen.fill(&form).await;
        for nth in 0..self.screen.count("input[name=original]").await {
            self.screen.press_nth("input[name=original]", nth as usize).await;
        }
        self.screen.picture("hand-over").await;
        self.act("collect").await;
    }
}

const ROLES: [&str; 7] = [
    "front-desk",
    "examiner",
    "opinion-officer",
    "inspector",
    "department-head",
    "governor-delegate",
    "approver",
];

async fn collected(name: &str, engine: &str, shots: Option<PathBuf>) {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(data.path(), engine);
    let driver = Driver::start();
    let phone = Screen::open(&driver, &server.address, 360, shots.clone()).await;
    let mut applicant = Applicant::new(phone, name, data.path());
    let (receipt, code) = applicant.apply().await;

    let screen = Screen::open(&driver, &server.address, 1366, shots).await;
    let mut desk = Desk { screen, code: code.clone(), is_examined: false };
    desk.sit("cashier").await;
    desk.act_if_may(&["pay"]).await;
    desk.sit("front-desk").await;
    let note = "សូមថតម្តងទៀត ក្នុងពន្លឺ";
    let returned = desk.send_back(note).await;

    // The applicant looks by code and phone, then by the link.
    let phone = applicant.sample["form"]["phone"].as_str().unwrap().to_owned();
    applicant.screen.visit("/track").await;
    applicant.screen.picture("track").await;
    applicant.screen.fill(&[pair("code", &code.to_lowercase()), pair("phone", &phone)]).await;
    applicant.screen.tap("main form button").await;
    assert_eq!(applicant.screen.text(".code").await, code, "code and phone show the request");
    applicant.screen.visit(&receipt).await;
    applicant.screen.picture("returned").await;
    applicant.screen.tap("a.button[href$='/fix']").await;
    applicant.screen.picture("fix").await;
    assert!(applicant.screen.text("main").await.contains(note), "the officer's words are read");
    assert_eq!(applicant.screen.count("main section").await, 1, "only what was returned is asked");
    applicant.screen.tap("main section button[name=_upload]").await;
    applicant.upload(&returned, true).await;
    while applicant.screen.path().await != format!("{receipt}/fix") {
        applicant.screen.tap("nav a").await;
    }
    applicant.screen.tap("main form > button").await;
    assert_eq!(applicant.screen.path().await, receipt);

    let mut is_inspected = false;
    'days: for _ in 0..8 {
        for role in ROLES.iter().chain(&["cashier"]) {
            desk.sit(role).await;
            if desk.may("collect").await {
                break 'days;
            }
            if *role == "examiner" {
                desk.examine().await;
            }
            if desk.appoint().await {
                applicant.screen.visit(&receipt).await;
                applicant.screen.picture("inspection").await;
                let told = applicant.screen.text("main").await;
                assert!(told.contains(READY), "the applicant knows when somebody comes: {told}");
                let photo = applicant.file("gate.jpg", &fake::document(DocumentFormat::Jpeg));
                desk.screen.fill(&[pair("photo", &photo)]).await;
                is_inspected = true;
            }
            desk.decide().await;
            desk.act_if_may(&["pay", "pass", "issue"]).await;
        }
    }
    applicant.screen.visit(&receipt).await;
    applicant.screen.picture("ready").await;
    desk.hand_over().await;
    desk.screen.picture("review-closed").await;
    applicant.screen.visit(&receipt).await;
    applicant.screen.picture("status").await;
    let status = applicant.screen.text("main").await;
    assert!(status.contains(&words::get(Lang::Km, "ending-collected", &[])), "{status}");
    assert!(status.contains("SOK DARA") && status.contains("6789"), "who collected: {status}");
    assert!(desk.is_examined && !status.contains(AGAINST), "notes for colleagues stay inside: {status}");
    applicant.screen.tap("header a[hreflang=en]").await;
    assert!(applicant.screen.text("main").await.contains("Collected"), "every page has its twin");
    assert_eq!(applicant.screen.has("a[href*='/p/'] img").await, is_inspected, "what was seen is shown");
    let pages = [applicant.screen.pages, desk.screen.pages];
    assert!(pages[0] <= 100 && pages[1] <= 120, "{name} took {pages:?} pages on the phone and at the desk");
    applicant.screen.close().await;
    desk.screen.close().await;
}

#[tokio::test]
async fn a_guesthouse_is_licensed() {
    let shots = Path::new(env!("CARGO_TARGET_TMPDIR")).join("screenshots");
    std::fs::create_dir_all(&shots).unwrap();
    collected("tourism_guesthouse-licence", "redb", Some(shots)).await;
}

#[tokio::test]
async fn a_slaughterhouse_is_permitted() {
    collected("agriculture_slaughterhouse-establishment", "sqlite", None).await;
}

#[tokio::test]
async fn a_film_is_permitted() {
    collected("culture_film-shooting-permit", "redb", None).await;
}

#[tokio::test]
async fn a_craft_is_registered() {
    collected("industry_handicraft-registration", "postgres", None).await;
}

/// Staff have phones too: a queue of many pages, the amount in the cashier's, and a request that was sent back and came again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_long_queue_is_turned_on_a_phone() {
    let shots = Path::new(env!("CARGO_TARGET_TMPDIR")).join("screenshots");
    std::fs::create_dir_all(&shots).unwrap();
    let town = Town::open().await;
    for _ in 0..27 {
        town.apply("tourism_tour-guide-licence").await;
    }
    let again = town.apply(GUESTHOUSE).await;
    town.pay(&again).await;
    town.send_back(&again, "form.rooms", "សូមរាប់ម្តងទៀត").await;
    let driver = Driver::start();
    let mut phone = Screen::open(&driver, &town.address, 360, Some(shots)).await;
    phone.visit(&format!("/r/{}/fix", again.key.text())).await;
    phone.fill(&[pair("rooms", "7")]).await;
    phone.press("summary").await;
    phone.write("textarea", "យើងបានរាប់ពីរដង").await;
    phone.tap("main form > button").await;
    for (officer, name) in [("cashier", "phone-cashier"), ("front-desk", "phone-desk")] {
        phone.visit("/desk/login").await;
        phone.fill(&[pair("name", officer), pair("password", demo::PASSWORD)]).await;
        phone.tap("main form button").await;
        phone.picture(name).await;
        if officer == "cashier" {
            assert_eq!(phone.count("tbody tr strong").await, 25, "each row has its amount");
            phone.tap("main p > a.button").await;
            phone.picture("phone-cashier-next").await;
            assert_eq!(phone.count("tbody tr").await, 3, "the rest, and the fee that a correction lowered");
            phone.tap("tbody a").await;
            phone.picture("phone-cash").await;
        }
    }
    phone.visit(&format!("/desk/r/{}", again.id)).await;
    phone.picture("phone-review").await;
    let item = phone.text("section[id='form.rooms']").await;
    assert!(item.contains("យើងបានរាប់ពីរដង") && item.contains(&words::get(Lang::Km, "before", &[])), "{item}");
    phone.visit(&format!("/r/{}", again.key.text())).await;
    phone.picture("phone-status").await;
    phone.visit("/nowhere").await;
    phone.close().await;
}
