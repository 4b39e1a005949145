//! An officer is away, and another acts in their place.

use oneservice_core::calendar::{Date, dmy};
use oneservice_core::office::Clock;

use crate::support::Visitor;
use crate::town::{GUESTHOUSE, Town, desk_of, pairs};

const PAGE: &str = "/en/desk/away";

fn hand_over(visitor: &mut Visitor, role: &str, to: &str, since: &str, until: &str) -> String {
    visitor.post(PAGE, &pairs(&[("role", role), ("to", to), ("since", since), ("until", until)]))
}

fn today(town: &Town) -> Date {
    town.office.catalog().calendar().local_date(town.clock.now())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_role_is_handed_over_for_some_days_and_taken_back() {
    let town = Town::open().await;
    let receipt = town.apply(GUESTHOUSE).await;
    town.pay(&receipt).await;
    town.pass(&receipt, "front-desk", "intake", None).await;
    let (path, today) = (desk_of(&receipt), today(&town));
    let (day, week) = (dmy(today), dmy(today.saturating_add(jiff::Span::new().days(7))));
    let mut deputy = town.sit("stranger");
    deputy.get(&path);
    assert_eq!(deputy.status, 404, "it does not concern them");

    let mut examiner = town.sit("examiner");
    assert!(examiner.get("/en/desk").contains(PAGE), "the desk leads there");
    assert!(examiner.get(PAGE).contains("value=\"examiner@tourism\""));
    // Days as they are typed in Khmer.
    let khmer = oneservice_core::text::khmer_digits(&week);
    let page = hand_over(&mut examiner, "examiner@tourism", "stranger", &day, &khmer);
    assert_eq!((examiner.status, examiner.path.as_str()), (200, PAGE), "{page}");
    let given = page.split("In your place").nth(1).unwrap();
    assert!(given.contains("Stranger") && given.contains(&format!("{day} – {week}")), "{page}");
    assert!(deputy.get(PAGE).contains("You act in place of"));
    assert!(deputy.get("/en/desk").contains(&receipt.code.to_string()), "it is in their list");
    let page = deputy.post(&path, &pairs(&[("act", "claim"), ("step", "examine")]));
    assert_eq!(deputy.status, 200);
    assert!(page.contains("stranger · in place of examiner"), "{page}");

    // What was handed over goes no further, and comes back before its time.
    assert!(!deputy.get(PAGE).contains("examiner@tourism"), "it is not theirs");
    hand_over(&mut deputy, "examiner@tourism", "cashier", &day, &week);
    assert_eq!(deputy.status, 422);
    let (since, later) = (today.to_string(), today.saturating_add(jiff::Span::new().days(9)));
    hand_over(&mut examiner, "examiner@tourism", "stranger", &dmy(later), &dmy(later));
    let end = [("act", "end"), ("role", "examiner@tourism"), ("to", "stranger"), ("since", since.as_str())];
    let page = examiner.post(PAGE, &pairs(&end));
    assert!(page.contains(&dmy(later)) && !page.contains(&week), "each is ended by itself: {page}");
    examiner.post(PAGE, &pairs(&[&end[..3], &[("since", later.to_string().as_str())]].concat()));
    let page = examiner.get(PAGE);
    assert!(!page.contains("In your place"), "{page}");
    deputy.get(&path);
    assert_eq!(deputy.status, 404);
    let page = examiner.post(PAGE, &pairs(&end));
    assert_eq!(examiner.status, 422, "a page that is old ends nothing twice");
    assert!(page.contains("it has ended already"), "{page}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_handed_over_is_said_and_stays_in_the_form() {
    let town = Town::open().await;
    let today = today(&town);
    let on = |days: i64| dmy(today.saturating_add(jiff::Span::new().days(days)));
    let mut examiner = town.sit("examiner");
    let mut refused = |role: &str, to: &str, since: &str, until: &str, words: &str| {
        let page = hand_over(&mut examiner, role, to, since, until);
        assert_eq!(examiner.status, 422, "{words}");
        assert!(page.contains(words), "{words}: {page}");
        assert!(page.contains(&format!("value=\"{until}\"")), "{words}: what was typed stays");
    };
    let mine = "examiner@tourism";
    refused("approver@tourism", "stranger", &on(0), &on(1), "Choose a role of yours");
    refused(mine, "", &on(0), &on(1), "Choose a role of yours and an officer");
    refused(mine, "stranger", "soon", &on(1), "Write the first and the last day");
    refused(mine, "examiner", &on(0), &on(1), "Nobody hands over to themselves");
    refused(mine, "somebody", &on(0), &on(1), "There is no officer somebody");
    refused(mine, "stranger", &on(2), &on(1), "A period has at least one day");
    refused(mine, "stranger", &on(0), &on(366), "at least one day and at most 366");
    refused(mine, "stranger", &on(-9), &on(1), "is over");
    let page = hand_over(&mut town.sit("front-desk"), "front-desk@owso", "approver", &on(0), &on(1));
    assert!(page.contains("One person cannot be"), "{page}");
    for _ in 0..2 {
        hand_over(&mut examiner, mine, "stranger", &on(3), &on(5));
        assert_eq!(examiner.status, 200, "a second tap does no more than the first");
    }
    let page = hand_over(&mut examiner, mine, "stranger", &on(0), &on(3));
    assert_eq!(examiner.status, 422);
    assert!(page.contains("has this role already on these days"), "{page}");
    assert_eq!(std::fs::read_to_string(&town.staff_file).unwrap().matches("[[delegations]]").count(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_who_hand_over_do_not_make_one_who_may_not_be_both() {
    let town = Town::open().await;
    let (today, day) =
        (today(&town), |days: i64| dmy(today(&town).saturating_add(jiff::Span::new().days(days))));
    hand_over(&mut town.sit("cashier"), "cashier@owso", "stranger", &dmy(today), &day(3));
    let mut approver = town.sit("approver");
    let page = hand_over(&mut approver, "approver@owso", "stranger", &day(3), &day(4));
    assert_eq!(approver.status, 422);
    assert!(page.contains("One person cannot be"), "{page}");
    hand_over(&mut approver, "approver@owso", "stranger", &day(4), &day(5));
    assert_eq!(approver.status, 200, "one after the other");
    // Who tries services hands over nothing by it.
    assert!(!approver.get("/trial/en/desk").contains("/desk/away"));
    approver.get("/trial/en/desk/away");
    assert_eq!(approver.status, 404);
}
