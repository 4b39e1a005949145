//! The visit to a site: the applicant knows when somebody comes and sees what was found.

use oneservice_core::calendar::dmy;
use oneservice_core::catalog::DocumentFormat;
use oneservice_core::text::Lang;
use oneservice_pilot::{fake, sentence};

use crate::support::between;
use crate::town::{GUESTHOUSE, Town, desk_of, page_of, pairs};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_applicant_knows_when_somebody_comes_and_sees_what_was_found() {
    let town = Town::open().await;
    let receipt = town.apply(GUESTHOUSE).await;
    town.up_to_inspection(&receipt, None).await;
    let (mut inspector, path) = (town.sit("inspector"), desk_of(&receipt));
    let page = inspector.get(&path);
    assert!(page.contains("value=\"schedule\"") && !page.contains("value=\"pass\""), "first the day");

    let calendar = town.office.catalog().calendar();
    let (today, tomorrow) = (town.office.today(), calendar.add_working_days(town.office.today(), 1));
    let appoint = |day: &str, more: &[(&str, &str)]| {
        let form = [("act", "schedule"), ("step", "inspect"), ("day", day), ("hours", "08:00–10:00")];
        pairs(&[&form[..], more].concat())
    };
    let page = inspector.post(&path, &appoint("soon", &[("prepare", "Open all rooms")]));
    assert_eq!(inspector.status, 403);
    assert!(page.contains("Choose a day from") && page.contains("Open all rooms"), "nothing typed is lost");
    inspector.post(&path, &appoint(&dmy(tomorrow), &[("prepare", "Open all rooms")]));
    assert_eq!(inspector.status, 200);
    let status = town.visitor().get(&page_of(&receipt));
    let told = between(&status, "<div class=\"notice late\">", "</div>")[0];
    assert!(told.contains(&sentence::date(Lang::En, tomorrow)) && told.contains("08:00–10:00"), "{told}");
    assert!(told.contains("Open all rooms"), "{told}");

    // Another day has a reason, and the applicant is told which.
    inspector.post(&path, &appoint(&dmy(today), &[]));
    assert_eq!(inspector.status, 403);
    let page = inspector.post(&path, &appoint(&dmy(today), &[("reason", "OF-I02")]));
    assert_eq!(inspector.status, 200);
    assert!(page.contains("value=\"pass\""), "the day has come");
    let status = town.visitor().get(&page_of(&receipt));
    assert_eq!(status.matches("The inspector cannot come").count(), 2, "above, and in the history");

    let report = format!("{path}/inspection");
    let form = [
        ("act", "pass"),
        ("step", "inspect"),
        ("finding", "unfavourable"),
        ("note", "He shouted"),
        ("report", "No fire extinguisher"),
        ("token", "tap"),
    ];
    let page = inspector.report(&report, &form, &[]);
    assert_eq!(inspector.status, 403);
    assert!(page.contains("1 to 10 photos") && page.contains("No fire extinguisher"));
    let page = inspector.report(&report, &form, &[("a.pdf", &fake::document(DocumentFormat::Pdf))]);
    assert_eq!(inspector.status, 422);
    assert!(page.contains("This kind of file is not taken") && page.contains("No fire extinguisher"));
    let photo = fake::document(DocumentFormat::Jpeg);
    for status in [200, 403] {
        inspector.report(&report, &form, &[("gate.jpg", &photo), ("hall.jpg", &photo)]);
        assert_eq!(inspector.status, status, "a second tap is told that it is done");
    }

    let status = town.visitor().get(&page_of(&receipt));
    assert!(status.contains("No fire extinguisher") && !status.contains("He shouted"));
    assert!(!status.contains("notice late"), "the visit is over");
    let photos = between(&status, "<img class=\"paper\" src=\"", "\"");
    assert_eq!(photos.len(), 2);
    let mut applicant = town.visitor();
    applicant.get(photos[0]);
    assert_eq!(applicant.status, 200);
    let other = town.apply(GUESTHOUSE).await;
    applicant.get(&photos[0].replace(&receipt.key.text(), &other.key.text()));
    assert_eq!(applicant.status, 404, "nobody else's link shows it");
    let mut approver = town.sit("approver");
    let page = approver.get(&path);
    let photos = between(&page, "<img class=\"paper\" src=\"", "\"");
    let photos: Vec<_> = photos.iter().filter(|link| link.contains("/f/")).collect();
    assert!(photos.len() >= 2, "{photos:?}");
    approver.get(photos.last().unwrap());
    assert_eq!(approver.status, 200);
    let read = town.visitor().get(&page_of(&receipt));
    let read = between(&read, "Who opened your papers", "</details>")[0].to_owned();
    assert!(read.contains("Photos of the inspection"), "{read}");
}
