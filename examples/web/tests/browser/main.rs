//! From home to collected in a real browser: three services of each sector, on a phone of 360 px, in Khmer, without script; staff at a
//! desktop. What happens on the way is in [`JOURNEYS`]; each situation is seen on the pages. Every page that is seen is judged
//! (`screen::JUDGE`).
//!
//! Pictures of the first journey go to `tmp/screenshots` of the target folder; the README's are copies of them.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod applicant;
mod desk;
mod journey;
mod screen;
#[path = "../support/mod.rs"]
mod support;
#[path = "../pages/town.rs"]
mod town;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use applicant::pair;
use oneservice_core::text::Lang;
use oneservice_pilot::{demo, words};
use screen::{Driver, Screen};
use town::{GUESTHOUSE, Town};

/// What may happen on the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Situation {
    /// A paper is sent back, and comes again.
    Return,
    /// Somebody comes to the place, and the applicant sees what was found.
    Inspection,
    /// Two or more examine side by side.
    Parallel,
    /// The fee is paid before anybody decides.
    FeeBefore,
    /// The fee is paid when the result is there.
    FeeAtCollection,
    /// An officer works in the place of another, and somebody collects for the applicant.
    Delegation,
    /// The first request is never paid, and lapses.
    Lapse,
    /// It is refused; the applicant objects, and is right.
    Objection,
    /// What was collected is renewed, and the renewal collected.
    Renewal,
}
use Situation::*;

/// A service, and what happens on its way.
pub(crate) struct Journey {
    pub(crate) service: &'static str,
    pub(crate) shows: &'static [Situation],
}

/// The table, and a test for each line: those with an engine run in every gate, against the real program.
macro_rules! journeys {
    (in every gate { $($test:ident $service:literal on $engine:literal shows $shows:tt;)* }
     for long { $($long:ident $other:literal shows $seen:tt;)* }) => {
        const JOURNEYS: &[Journey] = &[
            $(Journey { service: $service, shows: &$shows },)*
            $(Journey { service: $other, shows: &$seen },)*
        ];
        $(#[tokio::test]
        async fn $test() {
            let shots = ($engine == "redb" && $service.starts_with("tourism")).then(screenshots);
            journey::go(&Journey { service: $service, shows: &$shows }, Some($engine), shots).await;
        })*
        $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        #[ignore = "minutes: cargo test -p oneservice-web --test browser -- --include-ignored"]
        async fn $long() {
            let shots = screenshots().join(stringify!($long));
            std::fs::create_dir_all(&shots).unwrap();
            journey::go(&Journey { service: $other, shows: &$seen }, None, Some(shots)).await;
        })*
    };
}

journeys! {
    in every gate {
        a_guesthouse_is_licensed "tourism.guesthouse-licence" on "redb" shows [Return, Inspection, Parallel, FeeBefore];
        a_slaughterhouse_is_permitted "agriculture.slaughterhouse-establishment" on "sqlite" shows [Return, Inspection, Parallel, FeeBefore];
        a_film_is_permitted "culture.film-shooting-permit" on "redb" shows [Return, FeeBefore];
        a_craft_is_registered "industry.handicraft-registration" on "postgres" shows [Return, Inspection, FeeBefore];
    }
    for long {
        a_hotel_is_licensed "tourism.hotel-licence" shows [Inspection, Parallel, FeeAtCollection, Delegation];
        a_guide_is_licensed "tourism.tour-guide-licence" shows [FeeBefore, Objection];
        a_fish_farm_is_permitted "agriculture.aquaculture-permit" shows [Inspection, Renewal];
        a_nursery_is_certified "agriculture.tree-nursery-certificate" shows [Inspection, FeeBefore, Lapse];
        a_statue_is_permitted "culture.monument-statue-permit" shows [Inspection, Parallel, FeeAtCollection, Objection];
        an_antique_shop_is_licensed "culture.antique-shop-licence" shows [Inspection, FeeAtCollection, Renewal];
        a_factory_is_permitted "industry.small-factory-permit" shows [Inspection, Parallel, FeeAtCollection, Renewal];
        a_workshop_is_registered "industry.mechanical-workshop" shows [Return, Inspection, FeeBefore, Delegation];
    }
}

#[test]
fn the_table_shows_every_situation_and_three_services_of_each_sector() {
    let mut sectors: BTreeMap<&str, usize> = BTreeMap::new();
    for journey in JOURNEYS {
        *sectors.entry(journey.service.split_once('.').unwrap().0).or_default() += 1;
    }
    assert_eq!(
        Vec::from_iter(sectors),
        [("agriculture", 3), ("culture", 3), ("industry", 3), ("tourism", 3)]
    );
    let services: BTreeSet<&str> = JOURNEYS.iter().map(|journey| journey.service).collect();
    assert_eq!(services.len(), 12, "no service twice");
    let shown: BTreeSet<Situation> = JOURNEYS.iter().flat_map(|journey| journey.shows).copied().collect();
    let all =
        [Return, Inspection, Parallel, FeeBefore, FeeAtCollection, Delegation, Lapse, Objection, Renewal];
    assert_eq!(Vec::from_iter(shown), all);
}

/// Where pictures go.
fn screenshots() -> PathBuf {
    let shots = Path::new(env!("CARGO_TARGET_TMPDIR")).join("screenshots");
    std::fs::create_dir_all(&shots).unwrap();
    shots
}

/// Staff have phones too: a queue of many pages, the amount in the cashier's, a request that was sent back and came again, one that is corrected
/// at the counter, and who acts for whom.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_long_queue_is_turned_on_a_phone() {
    let town = Town::open().await;
    for _ in 0..27 {
        town.apply("tourism_tour-guide-licence").await;
    }
    let again = town.apply(GUESTHOUSE).await;
    town.pay(&again).await;
    town.send_back(&again, "form.rooms", "សូមរាប់ម្តងទៀត").await;
    let counter = town.apply(GUESTHOUSE).await;
    town.pay(&counter).await;
    town.send_back(&counter, "form.rooms", "សូមរាប់ម្តងទៀត").await;
    let driver = Driver::start();
    let mut phone = Screen::open(&driver, &town.address, 360, Some(screenshots())).await;
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
    phone.visit(&format!("/desk/r/{}", counter.id)).await;
    phone.picture("phone-returned").await;
    phone.tap("a[href$='/fix']").await;
    phone.fill(&[pair("rooms", "7")]).await;
    phone.picture("phone-counter-fix").await;
    phone.tap("main form > button").await;
    assert_eq!(phone.path().await, format!("/desk/r/{}", counter.id), "it is sent");
    phone.visit("/desk/away").await;
    phone.picture("phone-away").await;
    phone.visit(&format!("/r/{}", again.key.text())).await;
    phone.picture("phone-status").await;
    phone.visit("/nowhere").await;
    phone.close().await;
}
