//! The register of results: anybody asks whether one holds, and the desk finds it by number and holder.

use oneservice_core::request::Command;

use crate::support::{between, sample};
use crate::town::{GUESTHOUSE, Town, desk_of, page_of, text};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn anybody_sees_whether_a_result_holds_and_nothing_of_its_holder() {
    let town = Town::open().await;
    let receipt = town.apply(GUESTHOUSE).await;
    town.up_to_ready(&receipt).await;
    let number = town.case(&receipt).await.request.record().result.clone().unwrap().number;
    let (mut guest, address) = (town.visitor(), format!("/en/v/{number}"));
    let page = guest.get(&address);
    assert_eq!(guest.status, 404, "nobody holds it yet");
    assert!(
        page.contains("not in the register") && page.contains("does not mean that it is forged"),
        "{page}"
    );
    assert!(!guest.get("/en/verify").contains("not in the register"), "nothing was asked");

    town.collect(&receipt).await;
    let page = guest.get(&address);
    assert_eq!(guest.status, 200);
    for said in [&number, "Genuine and in force", "Tourism licence: guesthouse", "Battambang"] {
        assert!(page.contains(said), "{said}: {page}");
    }
    let form = sample::fresh(GUESTHOUSE);
    for personal in ["name_km", "name_latin", "national_id"] {
        let answer = text(&form, personal);
        for word in answer.split_whitespace() {
            assert!(!page.contains(word), "{personal}: {word}");
        }
    }
    assert!(!page.contains(&receipt.code.to_string()) && !page.contains(&receipt.key.text().to_string()));
    for asked in [number.to_lowercase(), format!("+{number}+")] {
        assert!(guest.get(&format!("/en/verify?no={asked}")).contains("Genuine and in force"), "{asked}");
    }
    assert!(guest.get(&format!("/v/{number}")).contains("លិខិតនេះត្រឹមត្រូវ និងមានសុពលភាព"));
    assert!(guest.get("/en").contains("href=\"/en/verify\""));
    let page = guest.get(&page_of(&receipt));
    assert!(page.contains(&format!("href=\"{address}\"")), "{page}");

    let suspend = Command::Suspend { reason: "OF-U01".parse().unwrap(), note: None };
    town.act(&receipt, "approver", suspend).await;
    let page = guest.get(&address);
    assert!(page.contains("Suspended") && !page.contains("in force<"), "{page}");
    let revoke = Command::Revoke { reason: "OF-V01".parse().unwrap(), note: None };
    town.act(&receipt, "approver", revoke).await;
    assert!(guest.get(&address).contains("Revoked"));
    assert!(between(&guest.get(&page_of(&receipt)), "class=\"tag bad\">", "<")[0].contains("revoked"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_desk_finds_results_by_number_and_by_holder() {
    let town = Town::open().await;
    let (held, asked) = (town.apply(GUESTHOUSE).await, town.apply(GUESTHOUSE).await);
    town.hand_over(&held).await;
    let number = town.case(&held).await.request.record().result.clone().unwrap().number;
    let name = text(&sample::fresh(GUESTHOUSE), "name_latin").replace(' ', "+").to_lowercase();
    let mut desk = town.sit("front-desk");
    for words in [&number, &name] {
        let page = desk.get(&format!("/en/desk/results?q={words}"));
        assert!(page.contains(&number) && page.contains(&desk_of(&held)), "{page}");
        assert!(!page.contains(&desk_of(&asked)), "nobody holds one of it: {page}");
    }
    assert!(desk.get("/en/desk/results?q=nobody").contains("No result has this number"));
    assert!(desk.get("/en/desk").contains("href=\"/en/desk/results\""));
    desk.get(&format!("/en/desk/find?q={number}"));
    assert_eq!(desk.path, desk_of(&held));
    let page = town.sit("stranger").get(&format!("/en/desk/results?q={number}"));
    assert!(!page.contains(&desk_of(&held)), "another department's: {page}");
    assert!(town.visitor().get(&format!("/en/desk/results?q={number}")).contains("password"));
}
