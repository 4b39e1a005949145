//! What the people who ask are told, and what is refused how.

use oneservice_core::request::StageName;

use crate::support::{Visitor, between, sample};
use crate::town::{GUESTHOUSE, Town, page_of, pairs, text};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_service_says_price_and_originals_before_anybody_starts() {
    let town = Town::open().await;
    let mut visitor = town.visitor();
    let page = visitor.get("/en/s/tourism.guesthouse-licence");
    let fee = between(&page, "class=\"fee\"", "</ul>")[0];
    assert!(fee.contains("4,000"), "what a room costs: {fee}");
    assert!(page.contains("Bring the original") && page.contains("Battambang Provincial Hall"));
    assert!(visitor.get("/en/services").contains("40,000"), "the list has prices");
    for words in ["guest+house", "licence+guesthouse", "GUESTHOUSE"] {
        let page = visitor.get(&format!("/en/services?q={words}"));
        assert!(page.contains("/s/tourism.guesthouse-licence"), "{words}");
    }
    assert!(!visitor.get("/en/services?q=guesthouse+spaceship").contains("/s/tourism"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_and_what_for_is_chosen_from_what_is_offered_and_can_be_changed() {
    let town = Town::open().await;
    let mut visitor = town.visitor();
    let start = "/en/s/tourism.guesthouse-licence/start";
    for (applicant, purpose) in [("martian", "new"), ("person", "party"), ("", "")] {
        let page = visitor.post(start, &pairs(&[("applicant", applicant), ("purpose", purpose)]));
        assert_eq!((visitor.status, visitor.path.as_str()), (422, start), "{applicant} {purpose}");
        assert!(page.contains("role=\"alert\""));
    }
    visitor.post(start, &pairs(&[("applicant", "person"), ("purpose", "new")]));
    let draft = visitor.path.clone();
    assert!(visitor.get(&draft).contains("Natural person · New"));
    let page = visitor.post(&format!("{draft}/who"), &pairs(&[("applicant", "martian"), ("purpose", "new")]));
    assert!(visitor.status == 422 && page.contains("role=\"alert\""));
    let page =
        visitor.post(&format!("{draft}/who"), &pairs(&[("applicant", "company"), ("purpose", "renewal")]));
    assert_eq!(visitor.path, draft);
    assert!(page.contains("Legal person (company) · Renewal"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_on_its_way_is_no_mistake() {
    let town = Town::open().await;
    let mut visitor = town.visitor();
    visitor.post(
        "/en/s/tourism.guesthouse-licence/start",
        &pairs(&[("applicant", "person"), ("purpose", "new")]),
    );
    let draft = visitor.path.clone();
    let service =
        town.office.catalog().service(&"tourism.guesthouse-licence".parse().unwrap()).unwrap().clone();
    let is_address = |f: &&oneservice_core::catalog::Field| {
        matches!(f.kind, oneservice_core::catalog::FieldKind::Address { .. })
    };
    let (section, field) = service
        .sections
        .iter()
        .find_map(|section| section.fields.iter().find(is_address).map(|field| (section, field)))
        .unwrap();
    let mut form = sample::controls(&sample::fresh(GUESTHOUSE));
    let levels = [2, 4, 6, 8].map(|length| format!("{}.{length}", field.id));
    form.retain(|(name, _)| name != &levels[2] && name != &levels[3]);
    let path = format!("{draft}/q/{}", section.id);
    let page = visitor.post(&path, &form);
    assert_eq!(visitor.path, path, "the next level is asked");
    assert!(page.contains(&format!("name=\"{}\"", levels[2])));
    assert_eq!(between(&page, "role=\"alert\"", "</div>"), Vec::<&str>::new(), "nobody is accused");
    let page = visitor.post(&path, &form);
    assert!(page.contains("role=\"alert\""), "the same again is unfinished");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_returned_is_told_with_code_and_phone_too() {
    let town = Town::open().await;
    let receipt = town.apply(GUESTHOUSE).await;
    town.pay(&receipt).await;
    town.send_back(&receipt, "form.rooms", "Please count again").await;
    let phone = text(&sample::fresh(GUESTHOUSE), "phone").to_owned();
    let page =
        town.visitor().post("/en/track", &pairs(&[("code", &receipt.code.to_string()), ("phone", &phone)]));
    let told = between(&page, "notice bad\"><ul>", "</div>")[0];
    assert!(told.contains("Total rooms") && told.contains("Please count again"), "{told}");
    assert!(told.contains("come to the counter"), "{told}");
    let page = town.visitor().get(&format!("{}/fix", page_of(&receipt)));
    assert!(!page.contains("rest is accepted") && page.contains("Last day "));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sent_draft_leads_to_the_receipt_from_all_its_pages() {
    let town = Town::open().await;
    let receipt = town.apply(GUESTHOUSE).await;
    let mut visitor = town.visitor();
    for page in ["", "/who", "/check", "/sign", "/q/applicant", "/d/national-id"] {
        visitor.get(&format!("/en/a/{}{page}", receipt.key.text()));
        assert_eq!((visitor.path.as_str(), visitor.status), (page_of(&receipt).as_str(), 200), "{page}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_framework_refuses_is_said_on_a_page_in_the_language() {
    let town = Town::open().await;
    let visitor = town.visitor();
    let form = "application/x-www-form-urlencoded";
    let huge = vec![b'a'; 3 << 20];
    for (method, path, kind, body, status) in [
        ("POST", "/en/track", form, b"code=1".as_slice(), 422),
        ("POST", "/en/track", "text/plain", b"x".as_slice(), 415),
        ("POST", "/en/track", form, huge.as_slice(), 413),
        ("GET", "/en/s/tourism.guesthouse-licence/start", "", b"".as_slice(), 405),
        ("POST", "/track", form, b"code=1".as_slice(), 422),
        ("GET", "/nowhere", "", b"".as_slice(), 404),
    ] {
        // Of a body that is too large the connection may end before all of it was sent.
        let Ok((found, headers, page)) = visitor.once(method, path, kind, body) else {
            assert_eq!(status, 413, "{path}");
            continue;
        };
        assert_eq!(found, status, "{method} {path}");
        assert!(headers.iter().any(|h| h.starts_with("content-type: text/html")), "{headers:?}");
        assert!(headers.iter().any(|h| h.starts_with("content-security-policy: ")), "{headers:?}");
        let lang = if path.starts_with("/en") { "<html lang=\"en\">" } else { "<html lang=\"km\">" };
        assert!(page.contains(lang), "{method} {path}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn printed_links_lead_where_people_reach_the_office() {
    for url in [None, Some("https://owso.example.org/")] {
        let town = Town::open_at(url).await;
        let receipt = town.apply(GUESTHOUSE).await;
        let page = town.visitor().get(&page_of(&receipt));
        let link = between(&page, "class=\"key\">", "<")[0];
        let base =
            url.map_or_else(|| format!("http://{}", town.address), |url| url.trim_end_matches('/').into());
        assert_eq!(link, format!("{base}{}", page_of(&receipt)));
        let form = format!("name=cashier&password={}", oneservice_pilot::demo::PASSWORD);
        let form = ("application/x-www-form-urlencoded", form.as_bytes());
        let (_, headers, _) = town.visitor().once("POST", "/desk/login", form.0, form.1).unwrap();
        let cookie = headers.iter().find(|header| header.starts_with("set-cookie: ")).unwrap();
        assert_eq!(cookie.contains("; Secure"), url.is_some(), "{cookie}");
    }
    for wrong in ["owso.example.org", "ftp://x", "https://x?y=1", "/path", ""] {
        assert!(oneservice_web::base_url(wrong).is_err(), "{wrong}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn guesses_at_a_password_are_not_heard_and_lock_nobody_else() {
    let town = Town::open().await;
    let mut visitor = town.visitor();
    let mut attempt = |name: &str, password: &str| {
        visitor.post("/en/desk/login", &pairs(&[("name", name), ("password", password)]));
        visitor.status
    };
    for _ in 0..3 {
        assert_eq!(attempt("cashier", oneservice_pilot::demo::PASSWORD), 200);
    }
    let answers: Vec<u16> = (0..7).map(|_| attempt("cashier", "guess")).collect();
    assert_eq!(answers, [401, 401, 401, 401, 401, 401, 429], "what was right is not counted");
    assert_eq!(attempt("cashier", oneservice_pilot::demo::PASSWORD), 429);
    assert_eq!(attempt("examiner", oneservice_pilot::demo::PASSWORD), 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn guesses_from_the_same_address_do_not_lock_an_officer_out_of_their_own_device() {
    let town = Town::open().await;
    let device = |visitor: &Visitor| visitor.cookies["oneservice_device"].clone();
    let (mut officer, mut guesser, mut other) = (town.sit("cashier"), town.visitor(), town.sit("examiner"));
    let attempt = |visitor: &mut Visitor, password: &str| {
        visitor.post("/en/desk/login", &pairs(&[("name", "cashier"), ("password", password)]));
        visitor.status
    };
    let answers: Vec<u16> = (0..7).map(|_| attempt(&mut guesser, "guess")).collect();
    assert_eq!(answers.last(), Some(&429));
    assert_eq!(attempt(&mut officer, oneservice_pilot::demo::PASSWORD), 200, "on the device of before");
    assert_eq!(attempt(&mut other, oneservice_pilot::demo::PASSWORD), 429, "a device of another officer");
    let (nonce, _) = device(&officer).split_once('.').map(|(n, s)| (n.to_owned(), s.to_owned())).unwrap();
    let forged = format!("{nonce}.{}", "0".repeat(64));
    guesser.cookies.insert("oneservice_device".into(), forged);
    assert_eq!(attempt(&mut guesser, oneservice_pilot::demo::PASSWORD), 429, "a made-up device");
    let answers: Vec<u16> = (0..7).map(|_| attempt(&mut officer, "guess")).collect();
    assert_eq!(answers, [401, 401, 401, 401, 401, 401, 429], "a stolen device may not guess for ever");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn too_long_a_reason_for_withdrawal_is_kept_and_said() {
    let town = Town::open().await;
    let receipt = town.apply(GUESTHOUSE).await;
    let (mut visitor, path) = (town.visitor(), format!("{}/withdraw", page_of(&receipt)));
    let long = "moved away ".repeat(500);
    let page = visitor.post(&path, &pairs(&[("reason", &long)]));
    assert_eq!(visitor.status, 422);
    assert!(page.contains(long.trim()) && page.contains("role=\"alert\""), "{page}");
    assert_eq!(town.case(&receipt).await.request.stage(), StageName::Submitted);
    visitor.post(&path, &pairs(&[("reason", "moved away")]));
    assert_eq!(visitor.path, page_of(&receipt));
    assert_eq!(town.case(&receipt).await.request.stage(), StageName::Closed);
    // Whatever else it is, the status page says it.
    visitor.post(&path, &pairs(&[("reason", "moved away")]));
    assert_eq!(visitor.path, page_of(&receipt));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_can_be_looked_at_again_and_a_name_in_other_letters_is_told_which() {
    let town = Town::open().await;
    let mut visitor = town.visitor();
    visitor.post(
        "/en/s/tourism.guesthouse-licence/start",
        &pairs(&[("applicant", "person"), ("purpose", "new")]),
    );
    let draft = visitor.path.clone();
    let png = oneservice_pilot::fake::document(oneservice_core::catalog::DocumentFormat::Png);
    let page = visitor.upload(&format!("{draft}/d/location-sketch"), "plan.png", None, &png);
    let link = between(&page, "Saved: <a href=\"", "\"")[0].to_owned();
    let (status, headers, _) = visitor.once("GET", &link, "", b"").unwrap();
    assert!(status == 200 && headers.contains(&"content-type: image/png".to_owned()), "{headers:?}");
    // However long the field of the day is: it is no day, and the next file goes through.
    visitor.upload(&format!("{draft}/d/fire-safety"), "card.png", Some(&"1".repeat(3_000_000)), &png);
    assert!(visitor.status < 500, "{}", visitor.status);
    let page = visitor
        .post(&format!("{draft}/q/applicant"), &pairs(&[("name_km", "SOK DARA"), ("name_latin", "សុខ ដារា")]));
    assert!(page.contains("Please write in Khmer letters") && page.contains("Please write in Latin letters"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn too_much_text_leads_back_to_its_page() {
    let town = Town::open().await;
    let mut visitor = town.visitor();
    let choice = pairs(&[("applicant", "person"), ("purpose", "new")]);
    visitor.post("/en/s/tourism.guesthouse-licence/start", &choice);
    let path = format!("{}/q/applicant", visitor.path);
    let page = visitor.post(&path, &pairs(&[("name_latin", &"a".repeat(1_900_000))]));
    assert_eq!(visitor.status, 413);
    assert!(page.contains(&format!("href=\"{path}\"")), "{page}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_that_was_returned_is_asked_level_by_level() {
    let town = Town::open().await;
    let receipt = town.apply(GUESTHOUSE).await;
    town.pay(&receipt).await;
    let service = town.case(&receipt).await.request.service().clone();
    let is_address = |f: &&oneservice_core::catalog::Field| matches!(&f.kind, oneservice_core::catalog::FieldKind::Address { level, .. } if level.code_length() == 8);
    let field = service.fields().find(is_address).unwrap().id.to_string();
    town.send_back(&receipt, &format!("form.{field}"), "Another village").await;
    let (mut visitor, fix) = (town.visitor(), format!("{}/fix", page_of(&receipt)));
    let mut form = vec![(format!("_on.{field}"), "1".to_owned())];
    for (length, code) in [(2, "02"), (4, "0203"), (6, "020301"), (8, "02030101")] {
        assert_eq!(visitor.get(&fix).matches("role=\"alert\"").count(), 0, "nobody is accused");
        form.push((format!("{field}.{length}"), code.to_owned()));
        let page = visitor.post(&fix, &form);
        let asks_next = page.contains(&format!("name=\"{field}.{}\"", length + 2));
        assert_eq!(asks_next, length < 8, "{code}");
    }
    assert_eq!(visitor.path, page_of(&receipt), "sent");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_corrected_paper_can_be_taken_back_and_once_sent_no_more() {
    let town = Town::open().await;
    let receipt = town.apply(GUESTHOUSE).await;
    town.pay(&receipt).await;
    town.send_back(&receipt, "documents.location-sketch", "Too small").await;
    let (mut visitor, fix) = (town.visitor(), format!("{}/fix", page_of(&receipt)));
    let paper = format!("{fix}/d/location-sketch");
    // What was typed stays when a paper is uploaded.
    visitor.post(
        &fix,
        &pairs(&[("_why.documents.location-sketch", "A new one"), ("_upload", "location-sketch")]),
    );
    assert_eq!(visitor.path, paper);
    let png = oneservice_pilot::fake::document(oneservice_core::catalog::DocumentFormat::Png);
    visitor.upload(&paper, "wrong.png", None, &png);
    let page = visitor.get(&paper);
    assert!(page.contains("wrong.png"), "{page}");
    let blob = between(&page, "name=\"blob\" value=\"", "\"")[0].to_owned();
    let page = visitor.post(&format!("{paper}/remove"), &pairs(&[("blob", &blob)]));
    assert!(!page.contains("wrong.png"), "{page}");
    visitor.upload(&paper, "right.png", None, &png);
    assert!(visitor.get(&fix).contains("A new one"));
    visitor.post(&fix, &pairs(&[("_why.documents.location-sketch", "")]));
    assert_eq!(visitor.path, page_of(&receipt), "sent");
    let sent = town.case(&receipt).await;
    let sent = sent.request.record().evidence_for("location-sketch").next().unwrap().blob;
    // From a page that is older than that, nothing reaches what was sent.
    visitor.upload(&paper, "late.png", None, &png);
    assert_eq!(visitor.path, page_of(&receipt));
    visitor.post(&format!("{paper}/remove"), &pairs(&[("blob", &sent.to_string())]));
    assert_eq!(visitor.path, page_of(&receipt));
    assert!(town.office.documents().read(sent).await.is_ok());
}
