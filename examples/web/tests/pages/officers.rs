//! What officers see, and what they do not.

use oneservice_core::catalog::Role;
use oneservice_core::office::Basis;
use oneservice_core::request::{Actor, Command, Verdict};
use oneservice_pilot::staff::{Staff, StaffError};

use crate::support::{between, sample};
use crate::town::{GUESTHOUSE, Town, desk_of, page_of, pairs, text};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_decides_reads_an_unfavourable_finding_and_the_applicant_not_the_note() {
    let town = Town::open().await;
    let receipt = town.apply(GUESTHOUSE).await;
    town.up_to_decision(&receipt, Some("Too close to the school")).await;
    let page = town.sit("approver").get(&desk_of(&receipt));
    assert!(page.contains("✗ Technical examination"), "the step is not shown as simply done");
    assert!(page.contains("Unfavourable") && page.contains("Too close to the school"));
    let above = page.split("value=\"approve\"").next().unwrap();
    assert!(above.contains("Too close to the school"), "before the button, on a phone too");
    assert!(page.contains("✓ Emergency exits"), "what the inspector ticked");
    assert!(page.contains("○ Hygiene of bathrooms"), "and what not");
    let page = town.visitor().get(&page_of(&receipt));
    assert!(page.contains("✗ Technical examination") && page.contains("Unfavourable"));
    assert!(!page.contains("school"), "notes for colleagues stay inside");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_collected_and_how_it_was_signed_is_seen_by_both() {
    let town = Town::open().await;
    let receipt = town.apply(GUESTHOUSE).await;
    town.up_to_ready(&receipt).await;
    let (mut desk, path) = (town.sit("front-desk"), desk_of(&receipt));
    let page = desk.get(&path);
    let originals = between(&page, "name=\"original\" value=\"", "\"");
    assert!(!originals.is_empty());
    let ready = town.visitor().get(&page_of(&receipt));
    assert!(ready.matches("Bring the original").count() == originals.len() && ready.contains("07:30"));
    // Without a signature the form is refused, and nothing that was typed is lost.
    let mut form = pairs(&[
        ("act", "collect"),
        ("collector", "CHAN MAKARA"),
        ("relation", "applicant"),
        ("identity", "national-id 6789"),
    ]);
    form.extend(originals.iter().map(|id| ("original".to_owned(), (*id).to_owned())));
    let page = desk.post(&path, &form);
    assert_eq!(desk.status, 403, "a signature is needed");
    assert!(page.contains("value=\"CHAN MAKARA\"") && page.contains("value=\"national-id 6789\""));
    let ticks = between(&page, "name=\"original\"", ">");
    assert!(ticks.iter().all(|tick| tick.ends_with(" checked")), "{ticks:?}");
    form.extend(pairs(&[("signed", "1")]));
    let page = desk.post(&path, &form);
    assert_eq!(desk.status, 200);
    for page in [page, town.visitor().get(&page_of(&receipt))] {
        assert!(page.contains("CHAN MAKARA · The applicant · national-id 6789"));
        assert!(page.contains("do not agree"), "the name is not the applicant's");
        assert!(page.contains("Signed on paper at the counter"), "nobody signed for the collector");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn words_instead_of_a_correction_and_what_was_before_stand_at_the_item() {
    let town = Town::open().await;
    let receipt = town.apply(GUESTHOUSE).await;
    town.pay(&receipt).await;
    town.send_back(&receipt, "form.rooms", "Please count again").await;
    let mut applicant = town.visitor();
    let page = applicant.get(&page_of(&receipt));
    assert!(page.contains("Please count again"));
    let rooms = sample::fresh(GUESTHOUSE)["form"]["rooms"].to_string();
    applicant.post(
        &format!("{}/fix", page_of(&receipt)),
        &pairs(&[("_on.rooms", "1"), ("rooms", &rooms), ("_why.form.rooms", "We counted twice")]),
    );
    assert_eq!(applicant.path, page_of(&receipt), "sent");
    let page = town.sit("front-desk").get(&desk_of(&receipt));
    let item = between(&page, "<section class=\"row\" id=\"form.rooms\">", "</section>")[0];
    assert!(item.contains("The applicant explains: We counted twice"), "{item}");

    town.send_back(&receipt, "form.rooms", "Again, please").await;
    let page = format!("{}/fix", page_of(&receipt));
    applicant.post(&page, &pairs(&[("_on.rooms", "1"), ("rooms", "7")]));
    let page = town.sit("examiner").get(&desk_of(&receipt));
    let item = between(&page, "<section class=\"row\" id=\"form.rooms\">", "</section>")[0];
    assert!(item.contains("⚠ Corrected") && item.contains(&format!("<del>{rooms}</del>")), "{item}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_officer_whom_it_does_not_concern_finds_nothing_and_the_cashier_the_fee() {
    let town = Town::open().await;
    let receipt = town.apply(GUESTHOUSE).await;
    let sample = sample::fresh(GUESTHOUSE);
    let blob = town.case(&receipt).await.request.record().evidence[0].blob;
    let (path, file) = (desk_of(&receipt), format!("{}/f/{blob}", desk_of(&receipt)));
    let unknown = format!("/en/desk/r/{}", "0".repeat(receipt.id.to_string().len()));

    let mut stranger = town.sit("stranger");
    let nothing = stranger.get(&unknown);
    assert_eq!(stranger.status, 404);
    for secret in [&path, &file] {
        assert_eq!(stranger.get(secret), nothing, "the same page as for a request that is not there");
        assert_eq!(stranger.status, 404);
    }
    stranger.post(&path, &pairs(&[("act", "pay")]));
    assert_eq!(stranger.status, 404);
    for words in [receipt.code.to_string(), text(&sample, "name_latin").replace(' ', "+")] {
        let page = stranger.get(&format!("/en/desk/find?q={words}"));
        assert!(!page.contains(&receipt.id.to_string()), "{words} finds nothing");
    }

    let mut cashier = town.sit("cashier");
    let list = cashier.get("/en/desk");
    let due = town.case(&receipt).await.request.record().outstanding();
    assert!(list.contains(&due.show(oneservice_core::text::Lang::En)), "the list has the amount");
    let page = cashier.get(&path);
    assert!(page.contains(text(&sample, "name_latin")) && page.contains("value=\"pay\""));
    let answers = town.case(&receipt).await.request.record().answers.clone();
    for secret in ["phone", "national_id"] {
        assert!(!page.contains(answers[secret].as_str().unwrap()), "{secret} is not the cashier's");
    }
    assert!(!page.contains("/f/"), "nor are papers");
    cashier.get(&file);
    assert_eq!(cashier.status, 404);
    cashier.post(&path, &pairs(&[("act", "pay"), ("method", "cash")]));
    assert!(town.case(&receipt).await.request.record().outstanding().is_zero());

    let mut examiner = town.sit("examiner");
    assert!(examiner.get(&path).contains(answers["phone"].as_str().unwrap()), "whose plan it is sees all");
    examiner.get(&file);
    assert_eq!(examiner.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_conflict_says_which_item_and_how_it_was_judged_and_keeps_what_was_typed() {
    let town = Town::open().await;
    let receipt = town.apply(GUESTHOUSE).await;
    town.pay(&receipt).await;
    let (mut desk, path) = (town.sit("front-desk"), desk_of(&receipt));
    let version = between(&desk.get(&path), "name=\"version\" value=\"", "\"")[0].to_owned();
    let verdict = Verdict::Accepted;
    let (step, item) = ("intake".parse().unwrap(), "form.rooms".parse().unwrap());
    town.act(&receipt, "front-desk", Command::Judge { step, item, verdict }).await;
    let form = [
        ("act", "reject"),
        ("step", "intake"),
        ("item", "form.rooms"),
        ("reason", "TOU-GH-C01"),
        ("note", "Seven, not twelve"),
        ("version", &version),
    ];
    let page = desk.post(&path, &pairs(&form));
    assert_eq!(desk.status, 409);
    let alert = between(&page, "role=\"alert\"", "</div>")[0];
    assert!(alert.contains("Total rooms") && alert.contains("✓ Accepted"), "{alert}");
    assert!(page.contains("name=\"note\" value=\"Seven, not twelve\""), "typed words stay in their form");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_queue_goes_on_and_a_list_tells_endings_apart() {
    let town = Town::open().await;
    let mut codes = std::collections::BTreeSet::new();
    for _ in 0..60 {
        codes.insert(town.apply("tourism_tour-guide-licence").await.code.to_string());
    }
    let withdrawn = town.apply(GUESTHOUSE).await;
    let reason = Some("We moved away".to_owned());
    let command = Command::Withdraw { reason };
    town.office.act(withdrawn.id, command, &Actor::Applicant, Basis::default()).await.unwrap();

    let mut cashier = town.sit("cashier");
    let mut page = cashier.get("/en/desk");
    let mut seen = Vec::new();
    for _ in 0..10 {
        seen.extend(
            between(&page, "<tr><td><a href=\"", "</a>").iter().map(|row| row[row.len() - 9..].to_owned()),
        );
        let Some(next) =
            between(&page, "class=\"button plain\" href=\"", "\"").first().map(|l| l.replace("&#38;", "&"))
        else {
            break;
        };
        page = cashier.get(&next);
    }
    assert_eq!(seen.len(), 60, "each once");
    assert_eq!(seen.into_iter().collect::<std::collections::BTreeSet<_>>(), codes);

    let name = text(&sample::fresh(GUESTHOUSE), "name_latin").replace(' ', "+");
    let page = town.sit("front-desk").get(&format!("/en/desk/find?q={name}"));
    let row = between(&page, &withdrawn.id.to_string(), "</tr>")[0].to_owned();
    assert!(row.contains("Withdrawn"), "{row}");
    for page in [town.visitor().get(&page_of(&withdrawn)), town.sit("front-desk").get(&desk_of(&withdrawn))] {
        assert!(page.contains("We moved away"), "why it was taken back");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_taken_out_of_the_staff_file_is_out_at_once() {
    let town = Town::open().await;
    let receipt = town.apply(GUESTHOUSE).await;
    let mut dismissed = town.sit("front-desk");
    dismissed.get(&desk_of(&receipt));
    assert_eq!(dismissed.path, desk_of(&receipt));
    let gone = Staff::change(&town.staff_file, |staff| {
        staff.officers.retain(|member| member.id.as_str() != "front-desk");
        Ok::<_, StaffError>(())
    });
    gone.unwrap();
    dismissed.get(&desk_of(&receipt));
    assert_eq!(dismissed.path, "/en/desk/login");
    town.sit("examiner");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_search_looks_beyond_a_common_name_and_says_when_there_is_more() {
    let town = Town::open().await;
    let named = |name: &str| {
        let mut sample = sample::fresh("tourism_tour-guide-licence");
        sample["form"]["name_latin"] = name.into();
        sample
    };
    let meant = town.apply_with(named("SREYMOM ZO"), false).await;
    for _ in 0..201 {
        town.apply_with(named("SREYMOM KA"), false).await;
    }
    let mut desk = town.sit("front-desk");
    let page = desk.get("/en/desk/find?q=zo+sreymom");
    assert!(page.contains(&meant.code.to_string()), "behind a page of others with the longer word");
    assert!(!page.contains("There may be more"), "{page}");
    let page = desk.get("/en/desk/find?q=Sreymom");
    assert_eq!(between(&page, "<tr><td>", "</tr>").len(), 50);
    assert!(page.contains("There may be more"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fee_that_a_correction_raised_goes_to_the_cashier() {
    let town = Town::open().await;
    let receipt = town.apply(GUESTHOUSE).await;
    town.pay(&receipt).await;
    town.send_back(&receipt, "form.rooms", "Count again").await;
    let mut cashier = town.sit("cashier");
    assert!(!cashier.get("/en/desk").contains(&receipt.code.to_string()), "all was paid");
    let before = town.case(&receipt).await.request.record().fee.total;
    let rooms = sample::fresh(GUESTHOUSE)["form"]["rooms"].as_u64().unwrap() + 1;
    let mut applicant = town.visitor();
    let fix = format!("{}/fix", page_of(&receipt));
    applicant.post(&fix, &pairs(&[("_on.rooms", "1"), ("rooms", &rooms.to_string())]));
    let case = town.case(&receipt).await;
    let due = case.request.record().outstanding();
    assert_eq!(due.minor(), case.request.record().fee.total.minor() - before.minor());
    assert!(!due.is_zero(), "a room costs");
    let list = cashier.get("/en/desk");
    let row = between(&list, &receipt.id.to_string(), "</tr>")[0].to_owned();
    assert!(row.contains(&due.show(oneservice_core::text::Lang::En)), "{row}");
    town.pay(&receipt).await;
    assert!(!cashier.get("/en/desk").contains(&receipt.code.to_string()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_acts_for_somebody_is_written_down_as_such() {
    let town = Town::open().await;
    for (by_representative, role) in [(false, Role::Applicant), (true, Role::Representative)] {
        let mut sample = sample::fresh(GUESTHOUSE);
        if by_representative {
            let mut paper = sample["documents"][1].clone();
            (paper["document"], paper["file"]) = ("power-of-attorney".into(), "power.jpg".into());
            sample["documents"].as_array_mut().unwrap().push(paper);
        }
        let receipt = town.apply_with(sample, by_representative).await;
        town.visitor().post(&format!("{}/withdraw", page_of(&receipt)), &pairs(&[("reason", "moved")]));
        let case = town.case(&receipt).await;
        let roles: Vec<Role> =
            case.history.iter().map(|happening| happening.recorded.entry.by.role).collect();
        assert_eq!((roles.first(), roles.last()), (Some(&role), Some(&role)));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_step_is_taken_given_and_given_up_on_the_pages() {
    let town = Town::open().await;
    let receipt = town.apply(GUESTHOUSE).await;
    town.pay(&receipt).await;
    let path = desk_of(&receipt);
    let mut desk = town.sit("front-desk");
    assert!(desk.get(&path).contains("Take this step"));
    desk.post(&path, &pairs(&[("act", "claim"), ("step", "intake")]));
    let page = desk.get(&path);
    assert!(page.contains("It is yours") && page.contains("Give this step back"), "{page}");
    let mut approver = town.sit("approver");
    let page = approver.get(&path);
    assert!(page.contains("Officer in charge: front-desk"), "{page}");
    let form = [("act", "assign"), ("step", "intake"), ("to", ""), ("reason", "OF-A01")];
    approver.post(&path, &pairs(&form));
    assert_eq!(approver.status, 200);
    assert!(desk.get(&path).contains("Take this step"), "it is nobody's in particular");
    desk.post(&path, &pairs(&[("act", "recuse"), ("reason", "OF-C01"), ("note", "My cousin")]));
    let page = desk.post(&path, &pairs(&[("act", "pass"), ("step", "intake"), ("finding", "favourable")]));
    assert_eq!(desk.status, 403);
    assert!(page.contains("you have no part in this request") && page.contains("My cousin"), "{page}");
    // There is one officer at the front desk: the heads are called on, and the applicant is told so, but not why.
    assert!(town.sit("governor-delegate").get("/en/desk").contains(&receipt.code.to_string()));
    let page = town.visitor().get(&page_of(&receipt));
    assert!(page.contains("Nobody in the office may do this step") && !page.contains("My cousin"), "{page}");
}
