//! One journey: from home until the result is in the applicant's hands, with everything that is to happen on the way.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::civil::Date;
use oneservice_core::catalog::{Catalog, Purpose, Role, Service, Validity};
use oneservice_core::office::{Clock, SystemClock};
use oneservice_pilot::demo::{self, Dice};
use oneservice_pilot::fake;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::applicant::{Applicant, km};
use crate::desk::{AGAINST, Desk, PROXY};
use crate::screen::{Driver, Screen};
use crate::support::{Server, sample};
use crate::town::Town;
use crate::{Journey, Situation};

/// Why the applicant thinks that the refusal is wrong.
const OBJECTION: &str = "សាលារៀនបានផ្លាស់ទីហើយ";
/// Officer of another department, who can stand in.
const DEPUTY: &str = "stranger";

/// The office: the real program on an engine, or one whose time can be turned.
enum Site {
    Program(Server),
    Town(Town),
}

struct Stage {
    site: Site,
    catalog: Catalog,
    _folder: TempDir,
}

impl Stage {
    async fn open(engine: Option<&str>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let open = folder.path().join("catalog");
        fake::open_every_day(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../catalog/battambang"), &open)
            .unwrap();
        let site = match engine {
            Some(engine) => Site::Program(Server::start(folder.path(), engine)),
            None => Site::Town(Town::open_under(open.clone(), None).await),
        };
        Self { site, catalog: Catalog::load(&open).unwrap(), _folder: folder }
    }

    fn address(&self) -> &str {
        match &self.site {
            Site::Program(server) => &server.address,
            Site::Town(town) => &town.address,
        }
    }

    fn town(&self) -> &Town {
        match &self.site {
            Site::Town(town) => town,
            Site::Program(_) => panic!("the program has no clock that can be turned, and no deputy"),
        }
    }

    fn today(&self) -> Date {
        let now = match &self.site {
            Site::Program(_) => SystemClock.now(),
            Site::Town(town) => town.clock.now(),
        };
        self.catalog.calendar().local_date(now)
    }

    /// Days go by, and what they bring is recorded. Gives the day.
    async fn pass_days(&self, days: i64) -> Date {
        let town = self.town();
        town.pass_days(days);
        let ticked = town.office.tick().await.unwrap();
        assert!(ticked.failed.is_empty());
        self.today()
    }

    /// The catalogue's own sample, or one that is made up of what the form asks.
    fn sample(&self, service: &Arc<Service>) -> Value {
        let name = service.id.as_str().replace('.', "_");
        if let Some(sample) = sample::kept(&name) {
            return sample;
        }
        let made = |seed| demo::filing(service, self.catalog.places(), self.today(), &mut Dice::new(seed));
        let filing = (0..100).filter_map(made).find(|filing| filing.purpose == Purpose::New).unwrap();
        let documents = filing.documents.iter().map(|paper| json!({ "document": paper.document }));
        json!({
            "service": service.id, "applicant": { "kind": filing.applicant }, "purpose": filing.purpose,
            "form": filing.form, "documents": documents.collect::<Vec<_>>(),
        })
    }
}

/// Goes the way of a journey. On it happens what the journey shows, and nothing of the other situations.
pub(crate) async fn go(journey: &Journey, engine: Option<&str>, shots: Option<PathBuf>) {
    let stage = Stage::open(engine).await;
    let shows = |situation| journey.shows.contains(&situation);
    let service = stage.catalog.service(&journey.service.parse().unwrap()).unwrap();
    let driver = Driver::start();
    let phone = Screen::open(&driver, stage.address(), 360, shots.clone()).await;
    let mut applicant = Applicant::new(phone, stage.sample(service), stage.today());
    let screen = Screen::open(&driver, stage.address(), 1366, shots).await;
    let mut desk = Desk::new(screen, &stage.catalog, stage.today());

    if shows(Situation::Lapse) {
        applicant.apply().await;
        desk.today = stage.pass_days(40).await;
        let told = applicant.look().await;
        applicant.screen.picture("lapsed").await;
        assert!(told.contains(&km("ending-lapsed")), "{told}");
        assert!(!told.contains(&km("unpaid")), "nobody owes for what is over: {told}");
        applicant.ask_again().await;
        applicant.turn_to(stage.sample(service), desk.today);
    }
    desk.code = applicant.apply().await;
    if shows(Situation::Delegation) {
        let examined = service.review.steps.iter().find(|step| step.role == Role::Examiner).unwrap();
        let days = (stage.today(), stage.today().saturating_add(jiff::Span::new().days(7)));
        desk.deputize(DEPUTY, &format!("{}@{}", examined.role, examined.department), days).await;
    }
    to_collected(journey, &mut applicant, &mut desk).await;
    if shows(Situation::Renewal) {
        let Validity::Months { months, .. } = service.validity else { panic!("nothing runs out") };
        // Within the last weeks, whatever the months' lengths.
        let days = i64::from(months) * 30 - 20;
        desk.today = stage.pass_days(days).await;
        desk.code = applicant.renew(desk.today).await;
        to_collected(journey, &mut applicant, &mut desk).await;
    }

    let expected: BTreeSet<Situation> = journey.shows.iter().copied().collect();
    assert_eq!(applicant.shown, expected, "{}", journey.service);
    let pages = [applicant.screen.pages, desk.screen.pages];
    assert!(pages.iter().max() <= Some(&100), "{} took {pages:?} pages, phone and desk", journey.service);
    applicant.screen.close().await;
    desk.screen.close().await;
}

/// From the receipt to the hand-over.
async fn to_collected(journey: &Journey, applicant: &mut Applicant, desk: &mut Desk) {
    let shows = |situation| journey.shows.contains(&situation);
    desk.take_fee().await;
    applicant.look().await;
    if shows(Situation::Return) && !applicant.shown.contains(&Situation::Return) {
        desk.send_back(applicant).await;
    }
    let is_refused = shows(Situation::Objection);
    desk.work(applicant, is_refused).await;
    if is_refused {
        applicant.object(OBJECTION).await;
        desk.uphold(OBJECTION).await;
        applicant.look().await;
        desk.work(applicant, false).await;
    }
    applicant.look().await;
    applicant.screen.picture("ready").await;
    let code = if shows(Situation::Delegation) { Some(applicant.name_proxy(PROXY).await) } else { None };
    desk.hand_over(applicant.name(), code.as_deref()).await;
    let by_deputy = format!("{DEPUTY} · {} examiner", km("acting-for"));
    if desk.screen.text("main").await.contains(&by_deputy) {
        applicant.shown.insert(Situation::Delegation);
    }

    let status = applicant.look().await;
    applicant.screen.picture("status").await;
    assert!(status.contains(&km("ending-collected")), "{status}");
    let collector = if code.is_some() { PROXY } else { applicant.name() };
    assert!(status.contains(collector) && status.contains("6789"), "who collected: {status}");
    assert!(!status.contains(AGAINST) || is_refused, "notes for colleagues stay inside: {status}");
    applicant.screen.tap("header a[hreflang=en]").await;
    assert!(applicant.screen.text("main").await.contains("Collected"), "every page has its twin");
}
