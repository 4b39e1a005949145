//! A result is renewed, changed and replaced from the page of the request that it came of.

use oneservice_core::catalog::Purpose;
use oneservice_core::request::{Command, StageName};

use crate::support::between;
use crate::town::{GUESTHOUSE, Town, desk_of, page_of, text};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_licence_is_renewed_from_its_own_page() {
    let town = Town::open().await;
    let receipt = town.apply(GUESTHOUSE).await;
    let (mut holder, renew) = (town.visitor(), format!("{}/follow/renewal", page_of(&receipt)));
    assert!(!holder.get(&page_of(&receipt)).contains(&renew), "nothing to renew");
    let page = holder.post(&renew, &[]);
    assert_eq!(holder.status, 409);
    assert!(page.contains("No result was handed over"), "{page}");
    town.hand_over(&receipt).await;
    let page = holder.get(&page_of(&receipt));
    assert!(page.contains("Can be renewed from") && !page.contains(&renew), "{page}");
    let page = holder.post(&renew, &[]);
    assert_eq!(holder.status, 409);
    assert!(page.contains("Can be renewed from"), "{page}");

    // The answers of then, and what is asked of the licence.
    let case = town.case(&receipt).await;
    let result = case.request.record().result.clone().unwrap();
    let last = result.valid_until.unwrap();
    let today = town.office.catalog().calendar().local_date(town.office.now());
    town.pass_days(i64::from((last - today).get_days()) - 30);
    let page = holder.get(&page_of(&receipt));
    assert!(page.contains(&renew) && !page.contains("Can be renewed from"), "{page}");
    let page = holder.post(&renew, &[]);
    assert!(holder.path.starts_with("/en/a/") && holder.status == 200, "{}", holder.path);
    assert!(page.contains(&format!("Renewal · {}", result.number)), "what is renewed is named: {page}");
    let link = holder.path.clone();
    let draft = town.office.open_draft(link["/en/a/".len()..].parse().unwrap()).await.unwrap();
    let answers = &draft.content().answers;
    assert_eq!(answers["previous_licence"], result.number);
    assert_eq!(answers["previous_expiry"], last.to_string());
    assert_eq!(answers["name_latin"], text(&crate::support::sample::fresh(GUESTHOUSE), "name_latin"));
    assert!(draft.content().evidence.is_empty());
    let problems = draft.assess().await.unwrap().problems;
    assert!(problems.iter().all(|problem| !problem.path.starts_with("form.")), "{problems:?}");
    holder.post(&renew, &[]);
    assert_eq!(holder.path, link, "the same draft again");

    // In Khmer it is the term of the catalogue.
    let page = holder.get(&page_of(&receipt).replace("/en/", "/"));
    assert!(page.contains("<button class=\"plain\">បន្តសុពលភាព</button>"), "{page}");

    let revoke = Command::Revoke { reason: "OF-V01".parse().unwrap(), note: None };
    town.act(&receipt, "approver", revoke).await;
    assert!(!holder.get(&page_of(&receipt)).contains(&renew));
    let page = holder.post(&renew, &[]);
    assert_eq!(holder.status, 409);
    assert!(page.contains("The earlier result is revoked"), "{page}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_desk_comes_from_a_renewal_to_what_it_renews() {
    let town = Town::open().await;
    let receipt = town.apply(GUESTHOUSE).await;
    town.hand_over(&receipt).await;
    let last = town.case(&receipt).await.request.record().result.clone().unwrap().valid_until.unwrap();
    let today = town.office.catalog().calendar().local_date(town.office.now());
    town.pass_days(i64::from((last - today).get_days()) + 10);
    let renewal = town.follow(&receipt, Purpose::Renewal, &[]).await;
    let mut desk = town.sit("front-desk");
    let page = desk.get(&desk_of(&renewal));
    assert!(page.contains(&format!("href=\"{}\"", desk_of(&receipt))), "{page}");
    let former = town.case(&receipt).await.request.record().result.clone().unwrap().number;
    assert!(page.contains(&format!("Renewal of an earlier request: {former}")), "{page}");
    assert!(!desk.get(&desk_of(&receipt)).contains("Renewal of an earlier request"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_licence_is_replaced_and_ends_when_the_new_one_is_handed_over() {
    let town = Town::open().await;
    let receipt = town.apply(GUESTHOUSE).await;
    let (mut holder, page) = (town.visitor(), page_of(&receipt));
    let (replace, change) = (format!("{page}/follow/replacement"), format!("{page}/follow/amend"));
    assert!(!holder.get(&page).contains("/follow/"), "nothing to replace");
    town.hand_over(&receipt).await;
    let shown = holder.get(&page);
    assert!(shown.contains(&replace) && shown.contains("Lost or damaged?"), "{shown}");
    assert!(shown.contains(&change) && shown.contains("Change of holder, address"), "{shown}");
    holder.post(&format!("{page}/follow/new"), &[]);
    assert_eq!(holder.status, 409, "a first one follows nothing");
    holder.post(&format!("{page}/follow/anything"), &[]);
    assert_eq!(holder.status, 404);
    let tasks = holder.post(&replace, &[]);
    assert!(holder.path.starts_with("/en/a/") && tasks.contains("Report of the loss"), "{tasks}");
    assert!(!tasks.contains("Fire safety letter"), "only what a replacement needs: {tasks}");

    let old = town.case(&receipt).await.request.record().result.clone().unwrap();
    town.pass_days(3);
    let lost = town.follow(&receipt, Purpose::Replacement, &[]).await;
    town.up_to_ready(&lost).await;
    let mut guest = town.visitor();
    let verify = |number: &str| format!("/en/v/{number}");
    assert!(guest.get(&verify(&old.number)).contains("Genuine and in force"), "until it is handed over");
    town.collect(&lost).await;
    let new = town.case(&lost).await.request.record().result.clone().unwrap();
    assert_eq!(new.valid_until, old.valid_until);
    let answer = guest.get(&verify(&old.number));
    assert!(answer.contains("Replaced by another") && answer.contains(&verify(&new.number)), "{answer}");
    assert!(guest.get(&verify(&new.number)).contains("Genuine and in force"));
    let shown = holder.get(&page);
    assert!(shown.contains("Replaced by a new result") && shown.contains(&new.number), "{shown}");
    assert!(!shown.contains("/follow/"), "what follows, follows the new one: {shown}");
    holder.post(&change, &[]);
    assert_eq!(holder.status, 409);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_change_of_holder_changes_stands_beside_what_was() {
    let town = Town::open().await;
    let receipt = town.apply(GUESTHOUSE).await;
    town.hand_over(&receipt).await;
    let changed = town.follow(&receipt, Purpose::Amend, &[("name_latin", "CHAN BOPHA")]).await;
    let second = town.follow(&receipt, Purpose::Replacement, &[]).await;
    town.pay(&changed).await;
    let mut desk = town.sit("front-desk");
    let page = desk.get(&desk_of(&changed));
    assert!(page.contains(&format!("href=\"{}\"", desk_of(&receipt))), "{page}");
    assert!(page.contains("Change of the result of an earlier request"));
    assert!(between(&page, "id=\"form.name_latin\"", "</section>")[0].contains("CHAN BOPHA"));
    let was = text(&crate::support::sample::fresh(GUESTHOUSE), "name_latin").to_owned();
    assert!(between(&page, "id=\"form.name_latin\"", "</section>")[0].contains(&format!("<del>{was}</del>")));
    assert_eq!(page.matches("Other than in the earlier request").count(), 1, "{page}");

    // The one that is handed over second would replace what is replaced.
    town.pass(&changed, "front-desk", "intake", None).await;
    town.up_to_ready(&second).await;
    town.collect(&second).await;
    let tried = town.office.followable(&town.case(&receipt).await.request, Purpose::Amend);
    assert!(tried.is_err());
    assert_eq!(town.case(&changed).await.request.stage(), StageName::InReview);
}
