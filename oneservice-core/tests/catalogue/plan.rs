//! The picture of a plan: exactly what Mermaid is given.

use std::collections::BTreeMap;

use oneservice_core::catalog::{Catalog, PlanWords};
use oneservice_core::testing::sample;
use oneservice_core::text::Lang;

const WORDS: PlanWords<'_> = PlanWords { days: "{n} days", different_people: "different people" };

fn drawn(files: &BTreeMap<String, String>, lang: Lang, words: PlanWords<'_>) -> String {
    let catalog = Catalog::parse(files).unwrap();
    let service = catalog.services().next().unwrap();
    service.plan_diagram(catalog.office(), lang, words)
}

#[test]
fn a_plan_is_drawn_with_who_does_what_in_which_order() {
    assert_eq!(
        drawn(&sample::files(), Lang::En, WORDS),
        r##"flowchart TD
    begin(["Licence: market stall"])
    s0["Completeness<br/>Front desk officer<br/>One-Window Service Office<br/>1 days ↩"]
    s1["Examination<br/>Examining officer<br/>Department of Trade<br/>3 days ↩"]
    s2{{"Opinion<br/>Opinion officer<br/>Department of Health<br/>4 days"}}
    s3["Decision<br/>Head of the office<br/>One-Window Service Office<br/>2 days"]
    s4["Prepare the result<br/>Front desk officer<br/>One-Window Service Office<br/>1 days"]
    begin --> s0
    s0 --> s1
    s0 -.->|"form.goods == #quot;food#quot;"| s2
    s1 --> s3
    s2 --> s3
    s3 --> s4
    s1 -.-|"different people"| s3
"##
    );
}

#[test]
fn in_khmer_the_days_are_khmer_digits() {
    let words = PlanWords {
        days: "{n} ថ្ងៃ", different_people: "មនុស្សផ្សេងគ្នា"
    };
    let picture = drawn(&sample::files(), Lang::Km, words);
    assert!(picture.contains("    begin([\"អាជ្ញាប័ណ្ណតូបក្នុងផ្សារ\"])\n"), "{picture}");
    assert!(picture.contains("<br/>មន្ទីរពាណិជ្ជកម្ម<br/>៣ ថ្ងៃ ↩\"]\n"), "{picture}");
    assert!(picture.contains("    s1 -.-|\"មនុស្សផ្សេងគ្នា\"| s3\n"), "{picture}");
}

/// What means something in Mermaid, or in the page around it, is written as an entity.
#[test]
fn no_word_of_the_catalogue_breaks_the_picture() {
    let mut files = sample::files();
    let stall = files.get_mut("services/trade/market-stall.toml").unwrap();
    *stall = stall.replace("en = \"Examination\"", r##"en = "A \"<b>\" & `c` #1""##);
    let picture = drawn(&files, Lang::En, WORDS);
    assert!(
        picture.contains("s1[\"A #quot;#lt;b#gt;#quot; #amp; #96;c#96; #35;1<br/>Examining"),
        "{picture}"
    );
}
