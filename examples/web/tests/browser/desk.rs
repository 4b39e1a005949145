//! The staff's desktop: officers do what the plan asks next, as far as its pages say it.

use oneservice_core::calendar::{Date, dmy};
use oneservice_core::catalog::{Catalog, DocumentFormat};
use oneservice_core::text::Lang;
use oneservice_pilot::{demo, fake};

use crate::applicant::{Applicant, km, pair};
use crate::screen::Screen;

/// What the inspector asks the applicant to prepare.
const READY: &str = "សូមបើកទ្វារទុក";
/// What the examiner has against it.
pub(crate) const AGAINST: &str = "នៅជិតសាលា";
/// What the front desk writes to a paper that it sends back.
const AGAIN: &str = "សូមថតម្តងទៀត ក្នុងពន្លឺ";
/// Who collects for the applicant.
pub(crate) const PROXY: &str = "KEO SOPHEA";

/// The staff's desktop, used by one officer after the other.
pub(crate) struct Desk {
    pub(crate) screen: Screen,
    /// Who works in each role, by the name of the role on the pages.
    officers: Vec<(String, String)>,
    /// Who examines.
    examiner: String,
    pub(crate) code: String,
    pub(crate) today: Date,
    officer: String,
}

impl Desk {
    pub(crate) fn new(screen: Screen, catalog: &Catalog, today: Date) -> Self {
        let roles = catalog.office().roles.iter();
        let officers = roles.map(|role| (role.name.get(Lang::Km).to_owned(), role.id.to_string())).collect();
        let examiner = "examiner".to_owned();
        Self { screen, officers, examiner, code: String::new(), today, officer: String::new() }
    }

    /// The examiner is away from the one day to the other: `deputy` works in their place.
    pub(crate) async fn deputize(&mut self, deputy: &str, role: &str, (since, until): (Date, Date)) {
        let examiner = self.examiner.clone();
        self.sit(&examiner).await;
        self.screen.visit("/desk").await;
        self.screen.tap("a[href$='/desk/away']").await;
        let days = [pair("since", &dmy(since)), pair("until", &dmy(until))];
        self.screen.fill(&[&days[..], &[pair("role", role), pair("to", deputy)]].concat()).await;
        self.screen.picture("away").await;
        self.screen.tap("main form button:not(.plain)").await;
        self.screen.picture("away-given").await;
        assert!(self.screen.has("button.plain").await, "it can be ended");
        let theirs = self.officers.iter_mut().filter(|(_, officer)| *officer == self.examiner);
        theirs.for_each(|(_, officer)| deputy.clone_into(officer));
        deputy.clone_into(&mut self.examiner);
    }

    /// Another officer sits down and opens the request from the search.
    pub(crate) async fn sit(&mut self, officer: &str) {
        officer.clone_into(&mut self.officer);
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

    async fn act_if_may(&mut self, act: &str) -> bool {
        let may = self.may(act).await;
        if may {
            self.act(act).await;
        }
        may
    }

    /// The cashier takes the fee, if there is one now.
    pub(crate) async fn take_fee(&mut self) {
        self.sit("cashier").await;
        self.act_if_may("pay").await;
    }

    /// Everything that is asked, until the result is ready or refused. With `refuse`, the decision is against it; `proxy` is
    /// somebody in whose name the code was drawn.
    pub(crate) async fn work(&mut self, applicant: &mut Applicant, refuse: bool) {
        self.sit("front-desk").await;
        for _ in 0..40 {
            if self.step(applicant, refuse).await {
                applicant.look().await;
                continue;
            }
            let waits = self.waits_for().await;
            match waits.first() {
                Some(officer) => self.sit(officer).await,
                None => return,
            }
        }
        panic!("forty acts, and no end: {}", self.screen.text("main").await)
    }

    /// Who does the open steps that are not this officer's.
    async fn waits_for(&self) -> Vec<String> {
        let begin = format!("○ {}: ", km("waits-for"));
        let lines = self.screen.texts("main > p.meta").await;
        let lines = lines.iter().filter_map(|line| line.strip_prefix(&begin));
        let role = |line: &str| {
            let known = |part: &str| self.officers.iter().find(|(name, _)| name == part);
            let (_, officer) = line.split(" · ").find_map(known).unwrap_or_else(|| panic!("nobody: {line}"));
            officer.clone()
        };
        lines.map(role).collect()
    }

    /// One act of this officer; none if the page offers none.
    async fn step(&mut self, applicant: &mut Applicant, refuse: bool) -> bool {
        if self.may("approve").await {
            self.screen.picture("review-decide").await;
            let told = self.screen.text("main").await;
            assert!(told.contains(AGAINST) && told.contains(&km("unfavourable")), "{told}");
            self.decide(refuse).await;
        } else if self.may("pass").await && self.screen.has("input[name=photo]").await {
            self.screen.picture("inspection-report").await;
            let photo = applicant.file("gate.jpg", &fake::document(DocumentFormat::Jpeg));
            self.screen.fill(&[pair("photo", &photo)]).await;
            self.act("pass").await;
        } else if self.may("pass").await {
            if self.officer == self.examiner {
                let form = "form:has(button[value=pass])";
                self.screen.press(&format!("{form} input[value=unfavourable]")).await;
                self.screen.write(&format!("{form} textarea"), AGAINST).await;
                self.screen.picture("review-pass").await;
            }
            self.act("pass").await;
        } else if self.may("schedule").await {
            let form =
                [pair("day", &self.today.to_string()), pair("hours", "08:00–10:00"), pair("prepare", READY)];
            self.screen.picture("inspection-appoint").await;
            self.screen.fill(&form).await;
            self.act("schedule").await;
            let told = applicant.look().await;
            applicant.screen.picture("inspection").await;
            assert!(told.contains(READY), "the applicant knows when somebody comes: {told}");
        } else {
            return self.act_if_may("issue").await;
        }
        true
    }

    async fn decide(&mut self, refuse: bool) {
        if !refuse {
            return self.act("approve").await;
        }
        let form = "form:has(button[value=refuse])";
        self.screen.press("details:has(button[value=refuse]) summary").await;
        self.screen.press(&format!("{form} input[name=reason]")).await;
        self.screen.write(&format!("{form} textarea"), AGAINST).await;
        self.screen.picture("review-refuse").await;
        self.act("refuse").await;
    }

    /// The front desk refuses the first paper and sends the request back for it, and it comes again.
    pub(crate) async fn send_back(&mut self, applicant: &mut Applicant) {
        self.sit("front-desk").await;
        self.screen.picture("review").await;
        let item = self.screen.id("section[id^='documents.']").await;
        let row = format!("section[id='{item}']");
        self.screen.press(&format!("{row} summary")).await;
        self.screen.press(&format!("{row} input[name=reason]")).await;
        self.screen.write(&format!("{row} input[name=note]"), AGAIN).await;
        self.screen.tap(&format!("{row} button[value=reject]")).await;
        self.screen.picture("review-return").await;
        self.act("return").await;
        let code = self.code.clone();
        applicant.correct(&code, item.trim_start_matches("documents."), AGAIN).await;
    }

    /// Another than who refused finds that the applicant is right.
    pub(crate) async fn uphold(&mut self, objection: &str) {
        let refused = self.officer.clone();
        for officer in ["governor-delegate", "approver", "department-head"] {
            if officer == refused {
                continue;
            }
            self.sit(officer).await;
            if self.may("uphold").await {
                assert!(self.screen.text("main").await.contains(objection), "the applicant's words are read");
                self.screen.write("form:has(button[value=uphold]) textarea", AGAIN).await;
                self.screen.picture("review-objection").await;
                return self.act("uphold").await;
            }
        }
        panic!("nobody looks at the objection")
    }

    /// The result is signed for and handed over, to somebody with a code if there is one.
    pub(crate) async fn hand_over(&mut self, name: &str, code: Option<&str>) {
        self.take_fee().await;
        self.sit("front-desk").await;
        let name = if code.is_some() { PROXY } else { name };
        let (relation, code) = (code.map_or("applicant", |_| "proxy"), code.unwrap_or_default());
        let form =
            [("collector", name), ("relation", relation), ("identity", "6789"), ("mandate-code", code)];
        self.screen.fill(&form.map(|(name, value)| pair(name, value))).await;
        if self.screen.has("input[name=signed]").await {
            self.screen.press("input[name=signed]").await;
        }
        for nth in 0..self.screen.count("input[name=original]").await {
            self.screen.press_nth("input[name=original]", nth as usize).await;
        }
        self.screen.picture("hand-over").await;
        self.act("collect").await;
        self.screen.picture("review-closed").await;
    }
}
