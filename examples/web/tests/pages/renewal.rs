//! A result is renewed from the page of the request that it came of.

use oneservice_core::request::Command;

use crate::town::{GUESTHOUSE, Town, desk_of, page_of, text};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_licence_is_renewed_from_its_own_page() {
    let town = Town::open().await;
    let receipt = town.apply(GUESTHOUSE).await;
    let (mut holder, renew) = (town.visitor(), format!("{}/renew", page_of(&receipt)));
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
    assert!(page.contains("Renewal"), "{page}");
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
    assert!(page.contains("<button>បន្តសុពលភាព</button>"), "{page}");

    let revoke = Command::Revoke { reason: "OF-V01".parse().unwrap(), note: None };
    town.act(&receipt, "approver", revoke).await;
    assert!(!holder.get(&page_of(&receipt)).contains(&renew));
    let page = holder.post(&renew, &[]);
    assert_eq!(holder.status, 409);
    assert!(page.contains("The result was revoked"), "{page}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_desk_comes_from_a_renewal_to_what_it_renews() {
    let town = Town::open().await;
    let receipt = town.apply(GUESTHOUSE).await;
    town.hand_over(&receipt).await;
    let last = town.case(&receipt).await.request.record().result.clone().unwrap().valid_until.unwrap();
    let today = town.office.catalog().calendar().local_date(town.office.now());
    town.pass_days(i64::from((last - today).get_days()) + 10);
    let renewal = town.renew(&receipt).await;
    let mut desk = town.sit("front-desk");
    let page = desk.get(&desk_of(&renewal));
    assert!(page.contains(&format!("href=\"{}\"", desk_of(&receipt))), "{page}");
    assert!(page.contains("Renewal of an earlier request"), "{page}");
    assert!(!desk.get(&desk_of(&receipt)).contains("Renewal of an earlier request"));
}
