//! A fee is what the rules say to the last riel, reckoned anew with whole numbers that cannot be too small and decimals that are exact.

use oneservice_core::catalog::{ApplicantKind, Catalog, Filing, Purpose};
use oneservice_core::money::{Currency, Money};
use oneservice_core::testing::sample;
use proptest::prelude::*;
use serde_json::{Value, json};

const STALL: &str = "services/trade/market-stall.toml";

/// A number with one decimal, in tenths.
#[derive(Debug, Clone, Copy)]
struct Tenths(i128);

impl Tenths {
    fn text(self) -> String {
        format!("{}.{}", self.0 / 10, self.0 % 10)
    }
}

/// The rules of a fee, and what they are asked about.
#[derive(Debug, Clone)]
struct Case {
    /// In hundreds of riel, as are the most and what a stall costs.
    base: i128,
    most: i128,
    per_stall: i128,
    /// Of the capital, in hundredths of a hundred.
    share: i128,
    /// Stalls that are larger pay more.
    large: Tenths,
    stalls: i128,
    area: Tenths,
    /// In cents.
    capital: i128,
    /// Days of each helper, and whether they are paid.
    helpers: Vec<(i128, Option<bool>)>,
}

impl Case {
    fn files_with_rules(&self) -> std::collections::BTreeMap<String, String> {
        let mut files = sample::files();
        let text = files.remove(STALL).unwrap();
        let (before, rest) = text.split_once("[fee]\n").unwrap();
        let (_, after) = rest.split_once("[processing_time]\n").unwrap();
        let rule = |id: &str, more: &str| {
            format!("[[fee.rules]]\nid = \"{id}\"\nlabel = {{ km = \"ថ្លៃ\", en = \"Fee\" }}\n{more}\n")
        };
        let rules = [
            rule("stalls", &format!("amount = \"form.stalls * {}\"", self.per_stall * 100)),
            rule("share", &format!("amount = \"form.capital * {} / 10000\"", self.share)),
            rule("large", &format!("when = \"form.area > {}\"\namount = \"700\"", self.large.text())),
            rule("helpers", "each = \"helpers\"\nwhen = \"row.paid\"\namount = \"row.days * 100\""),
        ];
        let (base, most) = (self.base * 100, (self.base + self.most) * 100);
        let fee = format!(
            "[fee]\ncurrency = \"KHR\"\nwhen = \"on-submission\"\nassumed = true\nbase = {base}\nmax = {most}\n{}",
            rules.concat()
        );
        files.insert(STALL.into(), format!("{before}{fee}[processing_time]\n{after}"));
        files
    }

    fn form(&self) -> serde_json::Map<String, Value> {
        let mut form = sample::answers();
        form.insert("stalls".into(), json!(i64::try_from(self.stalls).unwrap()));
        form.insert("area".into(), json!(self.area.text()));
        form.insert("capital".into(), json!(format!("{}.{:02}", self.capital / 100, self.capital % 100)));
        let helper = |(days, paid): &(i128, Option<bool>)| {
            let mut row = json!({ "name": "សុខ", "days": i64::try_from(*days).unwrap() });
            if let Some(paid) = paid {
                row["paid"] = json!(paid);
            }
            row
        };
        form.insert("helpers".into(), self.helpers.iter().map(helper).collect());
        form
    }

    /// What is to be paid; parts of a riel are cut.
    fn owed(&self) -> i128 {
        let large = if self.area.0 > self.large.0 { 700 } else { 0 };
        let paid = self.helpers.iter().filter(|(_, paid)| *paid == Some(true));
        let helpers: i128 = paid.map(|(days, _)| days * 100).sum();
        let share = (self.capital * self.share).div_euclid(10_000);
        let sum = self.base * 100 + self.stalls * self.per_stall * 100 + share + large + helpers;
        sum.min((self.base + self.most) * 100)
    }
}

fn case() -> impl Strategy<Value = Case> {
    let rules = (1..5_000_i128, 1..100_000_i128, 1..500_i128, 1..10_000_i128);
    let helpers = proptest::collection::vec((1..=31_i128, any::<Option<bool>>()), 0..=10);
    // Areas are often the very bound, or a tenth beside it.
    let areas = (10..5_000_i128, prop_oneof![Just(0), Just(1), Just(-1), -900..900_i128]);
    (rules, areas, 1..=20_i128, 0..=10_000_000_i128, helpers).prop_map(
        |((base, most, per_stall, share), (large, apart), stalls, capital, helpers)| Case {
            base,
            most,
            per_stall,
            share,
            large: Tenths(large),
            stalls,
            area: Tenths((large + apart).clamp(10, 5_000)),
            capital,
            helpers,
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_fee_is_exact(case in case()) {
        let catalog = Catalog::parse(&case.files_with_rules()).unwrap();
        let service = catalog.service(&"trade.market-stall".parse().unwrap()).unwrap();
        let filing = Filing {
            applicant: ApplicantKind::Person,
            by_representative: false,
            purpose: Purpose::New,
            submitted_on: "2026-06-01".parse().unwrap(),
            form: case.form().into(),
            documents: Vec::new(),
            signature: None,
        };
        let assessment = service.assess(&filing, catalog.places());
        prop_assert!(assessment.problems.iter().all(|problem| !problem.path.starts_with("form")), "{:?}", assessment.problems);
        let fee = assessment.fee;
        prop_assert_eq!(i128::from(fee.total.minor()), case.owed());
        // What people read line by line is what they pay, but for the most.
        let lines = Money::sum(Currency::Khr, fee.lines.iter().map(|line| line.amount)).unwrap();
        let most = (case.base + case.most) * 100;
        prop_assert_eq!(i128::from(fee.total.minor()), i128::from(lines.minor()).min(most));
    }
}
