//! A service changes while requests are open: drafts move and say what changed, what was sent keeps its version, nothing is lost. On every
//! engine that needs no server of its own.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::BTreeMap;
use std::sync::Arc;

use oneservice_core::calendar::Moment;
use oneservice_core::catalog::diff::{Edit, Subject};
use oneservice_core::catalog::{Catalog, Role, Unoffered, typed};
use oneservice_core::ids::RequestId;
use oneservice_core::office::{
    Basis, Documents, DraftHandle, NewDraft, Office, OfficeError, Secret, SetClock,
};
use oneservice_core::request::{
    Actor, AnswersError, Appointment, Collector, Command, Correction, Finding, Item, Officer, PaymentMethod,
    Relation, SignatureMethod, StageName, Verdict,
};
use oneservice_core::store::{MemoryStore, Store};
use oneservice_core::testing::sample::{self, PDF, png};
use oneservice_core::text::Lang;
use oneservice_pilot::changes;
use oneservice_redb::RedbStore;
use oneservice_sqlx::SqliteStore;
use serde_json::{Map, Value, json};

const STALL: &str = "services/trade/market-stall.toml";
const SECOND: &str = "services/trade/market-stall.v2.toml";

/// What the second version says otherwise: another fee, a question less and one more, a paper less and one more.
const SECOND_SAYS: &[(&str, &str)] = &[
    ("version = 1", "version = 2"),
    ("valid_from = \"2026-01-01\"", "valid_from = \"2026-04-13\""),
    ("base = 20000", "base = 25000"),
    (
        "[[sections.fields]]\nid = \"email\"\ntype = \"email\"\nlabel = { km = \"អ៊ីមែល\", en = \"Email\" }\nrequired = false\npersonal = true\n",
        "[[sections.fields]]\nid = \"lane\"\ntype = \"integer\"\nlabel = { km = \"ច្រក\", en = \"Lane\" }\nrequired = true\nmin = 1\nmax = 9\n",
    ),
    (
        "id = \"stalls\"\ntype = \"integer\"\nlabel = { km = \"ចំនួនតូប\", en = \"Number of stalls\" }\nrequired = true\nmin = 1\nmax = 20",
        "id = \"stalls\"\ntype = \"integer\"\nlabel = { km = \"ចំនួនតូប\", en = \"Number of stalls\" }\nrequired = true\nmin = 1\nmax = 2",
    ),
    (
        "[[documents]]\nid = \"health-letter\"\nname = { km = \"លិខិតសុខភាព\", en = \"Health letter\" }\nrequired = false\nvisible_when = 'form.goods == \"food\"'\nrequired_when = 'form.cooks == true'",
        "[[documents]]\nid = \"lease\"\nname = { km = \"កិច្ចសន្យាជួល\", en = \"Lease\" }\nrequired = true",
    ),
    ("issued_within_months = 3\n", ""),
];

fn edited(text: &str, edits: &[(&str, &str)]) -> String {
    edits.iter().fold(text.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "the sample has no {from:?}");
        text.replacen(from, to, 1)
    })
}

fn files() -> BTreeMap<String, String> {
    let mut files = sample::files();
    files.insert(SECOND.into(), edited(&files[STALL], SECOND_SAYS));
    files
}

/// One town: what outlives a change of its catalogue.
struct Town {
    store: Arc<dyn Store>,
    documents: Documents,
    clock: Arc<SetClock>,
}

impl Town {
    fn over(store: Arc<dyn Store>) -> Self {
        let clock = Arc::new(SetClock::at(Moment::parse("2026-03-30T04:00:00Z").unwrap()));
        Self { store, documents: Documents::in_memory(), clock }
    }

    async fn office(&self, files: &BTreeMap<String, String>) -> Office {
        Office::builder_over(Arc::clone(&self.store), Catalog::parse(files).unwrap())
            .documents(self.documents.clone())
            .secret(Secret::new([7; 32]))
            .clock(Arc::clone(&self.clock) as _)
            .build()
            .await
            .unwrap()
    }
}

fn officer(role: Role, department: &str) -> Actor {
    let appointments = vec![Appointment::new(role, department.parse().unwrap())];
    let name = format!("{role}");
    Actor::Officer(Officer { id: name.parse().unwrap(), name, appointments, known_by: Vec::new() })
}

/// A draft of somebody who cooks, signed and ready to be sent.
async fn ready(office: &Office) -> DraftHandle {
    let mut draft = office.draft(NewDraft::of("trade.market-stall")).await.unwrap();
    let mut answers = sample::answers();
    answers.extend([("goods".to_owned(), json!("food")), ("cooks".to_owned(), json!(true))]);
    draft.answers(answers).await.unwrap();
    draft.attach("id-card", "card.png", None, png(4, 4)).await.unwrap();
    draft
        .attach("health-letter", "health.pdf", Some("2026-03-01".parse().unwrap()), PDF.to_vec())
        .await
        .unwrap();
    draft.sign(SignatureMethod::Drawn, "SOK DARA", Some(png(4, 4))).await.unwrap();
    draft
}

async fn act(office: &Office, id: RequestId, by: &Actor, command: Command) -> StageName {
    office.act(id, command, by, Basis::default()).await.unwrap().request.stage()
}

async fn pay(office: &Office, id: RequestId) -> StageName {
    let amount = office.case(id).await.unwrap().request.record().outstanding();
    act(office, id, &officer(Role::Cashier, "owso"), Command::Pay { amount, method: PaymentMethod::Cash })
        .await
}

/// Passes every step up to the decision.
async fn examine(office: &Office, id: RequestId) {
    let steps = [
        ("intake", Role::FrontDesk, "owso"),
        ("examine", Role::Examiner, "trade"),
        ("opinion-health", Role::OpinionOfficer, "health"),
    ];
    for (step, role, department) in steps {
        let pass = Command::PassStep {
            step: step.parse().unwrap(),
            finding: Finding::Favourable,
            note: None,
            checked: vec![],
            report: None,
        };
        act(office, id, &officer(role, department), pass).await;
    }
}

async fn grant(office: &Office, id: RequestId) -> StageName {
    let approve = Command::Approve { step: "approve".parse().unwrap(), note: None };
    act(office, id, &officer(Role::Approver, "owso"), approve).await
}

async fn hand_out(office: &Office, id: RequestId) -> StageName {
    let desk = officer(Role::FrontDesk, "owso");
    act(office, id, &desk, Command::Issue { step: "issue".parse().unwrap() }).await;
    let case = office.case(id).await.unwrap();
    let service = case.request.service();
    let signature =
        office.signature(service, SignatureMethod::Drawn, "SOK DARA", Some(png(4, 4))).await.unwrap();
    let seen = service.documents.iter().filter(|d| d.original_at_counter).map(|d| d.id.clone()).collect();
    let collector = Collector {
        name: "SOK DARA".into(),
        relation: Relation::Applicant,
        identity: "national-id 4567".into(),
        mandate: None,
    };
    let collect = Command::Collect { collector, signature: Some(signature), originals_seen: seen };
    act(office, id, &desk, collect).await
}

/// Every byte that is stored of a request.
async fn bytes(office: &Office, id: RequestId) -> Vec<Vec<u8>> {
    let history = office.store().history(office.id(), id).await.unwrap();
    history.iter().flat_map(|event| [event.body.envelope.clone(), event.body.payload.clone()]).collect()
}

async fn scenario_08(store: Arc<dyn Store>) {
    let town = Town::over(store);
    // Version 1 is in force; version 2 is published and takes effect in a fortnight.
    let office = town.office(&files()).await;
    let draft = ready(&office).await;
    let in_review = ready(&office).await.submit().await.unwrap();
    let decided = ready(&office).await.submit().await.unwrap();
    let mut to_return = ready(&office).await;
    to_return.answer("remarks", "near the gate").await.unwrap();
    to_return.sign(SignatureMethod::Drawn, "SOK DARA", Some(png(4, 4))).await.unwrap();
    let returned = to_return.submit().await.unwrap();
    for receipt in [&in_review, &decided, &returned] {
        assert_eq!(receipt.service.version, 1);
        assert_eq!(pay(&office, receipt.id).await, StageName::InReview);
    }
    examine(&office, decided.id).await;
    assert_eq!(grant(&office, decided.id).await, StageName::Approved);
    let card = Item::Document("id-card".parse().unwrap());
    let (step, reason): (oneservice_core::ids::StepId, oneservice_core::request::ReasonCode) =
        ("intake".parse().unwrap(), "TR-C01".parse().unwrap());
    let desk = officer(Role::FrontDesk, "owso");
    let verdict = Verdict::Rejected { reason: reason.clone(), note: None };
    act(&office, returned.id, &desk, Command::Judge { step: step.clone(), item: card.clone(), verdict })
        .await;
    let corrections = vec![Correction { item: card, reason, note: None }];
    act(&office, returned.id, &desk, Command::Return { step, corrections, note: None, exception: None })
        .await;
    let before = [bytes(&office, in_review.id).await, bytes(&office, decided.id).await];

    town.clock.advance_millis(15 * 24 * 3_600_000);
    // The draft moves, keeps what fits, and says what changed.
    let mut moved = office.open_draft(draft.key()).await.unwrap();
    let content = moved.content().clone();
    assert_eq!((content.service.version, content.signature.clone()), (2, None));
    assert_eq!(content.answers["name_latin"], "SOK DARA");
    assert!(!content.answers.contains_key("email"));
    assert_eq!(content.evidence.iter().map(|e| e.document.as_str()).collect::<Vec<_>>(), ["id-card"]);
    let told = moved.changes().await.unwrap().unwrap();
    assert_eq!((told.carried.from.version, told.carried.signature_fell), (1, true));
    let aside: Vec<_> =
        told.carried.answers.iter().map(|a| (a.label.en.as_str(), a.answer.clone())).collect();
    assert_eq!(aside, [("Email", json!("sok.dara@example.org"))]);
    let papers: Vec<_> =
        told.carried.papers.iter().map(|p| (p.name.en.as_str(), p.paper.name.as_str())).collect();
    assert_eq!(papers, [("Health letter", "health.pdf")]);
    assert_eq!(told.to_answer.iter().map(|f| f.as_str()).collect::<Vec<_>>(), ["lane"]);
    assert_eq!(told.to_attach.iter().map(|d| d.as_str()).collect::<Vec<_>>(), ["lease"]);
    assert_eq!(told.to_correct.iter().map(|p| p.path.as_str()).collect::<Vec<_>>(), ["form.stalls"]);
    let fee = told.fee.as_ref().map(|(before, after)| (before.total.minor(), after.total.minor()));
    assert_eq!(fee, Some((30_000, 35_000)));
    let is = |subject: Subject, id: &str, added: bool| {
        told.changes.iter().any(|change| {
            (change.subject, change.id.as_str()) == (subject, id)
                && matches!(change.edit, Edit::Added { .. }) == added
        })
    };
    assert!(is(Subject::Field, "lane", true) && is(Subject::Field, "email", false), "{:#?}", told.changes);
    assert!(is(Subject::Document, "lease", true) && is(Subject::Document, "health-letter", false));
    let service = moved.service().await.unwrap();
    for lang in [Lang::En, Lang::Km] {
        let lines = changes::notices(lang, office.catalog(), &service, &told);
        assert_eq!(lines.iter().filter(|line| line.to_do).count(), 4, "{lines:#?}");
        let all: String = lines.iter().map(|line| format!("{}\n", line.text)).collect();
        for named in ["sok.dara@example.org", "health.pdf"] {
            assert!(all.contains(named), "{all}");
        }
    }

    // It cannot be sent before that was seen; what was laid aside goes when it was, and nothing else.
    let health = told.carried.papers[0].paper.blob;
    assert!(matches!(office.submit(draft.key()).await, Err(OfficeError::ServiceChanged(_))));
    assert!(
        matches!(draft.clone().submit().await, Err(OfficeError::ServiceChanged(_))),
        "an old page sends nothing"
    );
    assert!(office.documents().read(health).await.is_ok());
    moved.accept_changes().await.unwrap();
    assert!(office.documents().read(health).await.is_err());
    assert_eq!(moved.changes().await.unwrap(), None);
    match office.submit(draft.key()).await {
        Err(OfficeError::Denied { denials, .. }) => {
            let text = format!("{denials:?}");
            for path in ["form.lane", "form.stalls", "documents.lease", "signature"] {
                assert!(text.contains(path), "{path}: {text}");
            }
        }
        other => panic!("{other:?}"),
    }
    moved.answers(Map::from_iter([("lane".into(), json!(3)), ("stalls".into(), json!(2))])).await.unwrap();
    moved.attach("lease", "lease.pdf", None, PDF.to_vec()).await.unwrap();
    moved.sign(SignatureMethod::Drawn, "SOK DARA", Some(png(4, 4))).await.unwrap();
    let sent = moved.submit().await.unwrap();
    assert_eq!((sent.service.version, sent.fee.total.minor()), (2, 30_000));

    // The others keep version 1, byte by byte, and finish under it; also when the service is gone from the catalogue altogether.
    assert_eq!(before, [bytes(&office, in_review.id).await, bytes(&office, decided.id).await]);
    let mut none = files();
    none.retain(|path, _| !path.starts_with("services/"));
    let after = town.office(&none).await;
    for receipt in [&in_review, &decided, &returned] {
        let case = after.case(receipt.id).await.unwrap();
        assert_eq!((case.request.service().version, case.request.record().fee.total.minor()), (1, 30_000));
        assert_eq!(case.request.record().answers["email"], "sok.dara@example.org");
        let row = after.summary(receipt.id).await.unwrap();
        assert_eq!(after.service_of(&row).await.unwrap().name.en, "Licence: market stall");
        assert_eq!(after.receipt_by_link(receipt.key).await.unwrap(), *receipt, "a receipt never changes");
    }
    let mut fix = after.correction_draft(returned.key).await.unwrap();
    assert_eq!(
        (fix.content().service.version, fix.unoffered(), fix.changes().await.unwrap()),
        (1, None, None)
    );
    fix.attach("id-card", "new.png", None, png(4, 4)).await.unwrap();
    let corrected = after.send_corrections(returned.key, Basis::default()).await.unwrap();
    assert_eq!(corrected.request.stage(), StageName::InReview);
    for id in [in_review.id, returned.id] {
        examine(&after, id).await;
        assert_eq!(grant(&after, id).await, StageName::Approved);
    }
    for id in [in_review.id, decided.id, returned.id] {
        assert_eq!(hand_out(&after, id).await, StageName::Closed);
        assert_eq!(after.case(id).await.unwrap().request.service().version, 1);
    }
    read_as_structs(&after, in_review.id, sent.id).await;
    examine_new(&after, sent.id).await;
}

/// The form of version 1, as a program knows it.
#[derive(Debug, serde::Deserialize, schemars::JsonSchema)]
#[allow(dead_code, reason = "not every answer is looked at")]
struct Stall {
    name_km: String,
    name_latin: String,
    birth_date: String,
    phone: String,
    email: Option<String>,
    home: typed::Address,
    place: typed::Address,
    stalls: u8,
    area: String,
    capital: String,
    goods: String,
    days: Vec<String>,
}

/// A struct is held against the version that each request stands under.
async fn read_as_structs(office: &Office, first: RequestId, second: RequestId) {
    let case = office.case(first).await.unwrap();
    let stall: Stall = case.request.answers_as().unwrap();
    assert_eq!((stall.stalls, stall.email.as_deref()), (3, Some("sok.dara@example.org")));
    match office.case(second).await.unwrap().request.answers_as::<Stall>() {
        Err(AnswersError::Misfits(misfits)) => {
            let said: Vec<String> = misfits.misfits.iter().map(ToString::to_string).collect();
            assert_eq!(misfits.version, 2);
            assert_eq!(
                said,
                ["lane: the struct has no place for this answer", "email: the form does not ask this"]
            );
        }
        other => panic!("{other:?}"),
    }
}

/// What was sent under version 2 goes on under it.
async fn examine_new(office: &Office, id: RequestId) {
    assert_eq!(pay(office, id).await, StageName::InReview);
    examine(office, id).await;
    assert_eq!(grant(office, id).await, StageName::Approved);
    assert_eq!(office.case(id).await.unwrap().request.service().version, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn scenario_08_versions_while_requests_are_open() {
    let folder = tempfile::tempdir().unwrap();
    scenario_08(Arc::new(MemoryStore::default())).await;
    scenario_08(Arc::new(RedbStore::open(folder.path().join("office.redb")).await.unwrap())).await;
    scenario_08(Arc::new(SqliteStore::open(folder.path().join("office.sqlite")).await.unwrap())).await;
}

#[tokio::test]
async fn a_draft_of_a_service_that_is_not_offered_is_kept_and_says_so() {
    let town = Town::over(Arc::new(MemoryStore::default()));
    let mut withdrawn = sample::files();
    let text = "version = 1\nwithdrawn_on = \"2026-04-13\"\nwithdrawn_reason = { km = \"ច្បាប់ថ្មី\", en = \"A new law\" }";
    withdrawn.insert(STALL.into(), edited(&withdrawn[STALL], &[("version = 1", text)]));
    let office = town.office(&withdrawn).await;
    let draft = ready(&office).await;
    assert_eq!(draft.unoffered(), None);
    town.clock.advance_millis(15 * 24 * 3_600_000);
    let kept = office.open_draft(draft.key()).await.unwrap();
    assert_eq!(kept.content(), draft.content());
    let why = kept.unoffered().unwrap();
    assert!(
        matches!(&why, Unoffered::Withdrawn { since, .. } if since.to_string() == "2026-04-13"),
        "{why:?}"
    );
    let words = oneservice_pilot::sentence::unoffered(Lang::En, &why);
    assert_eq!(words, "The office has not offered this service since 13/04/2026. Why: A new law");
    assert!(matches!(kept.submit().await, Err(OfficeError::NotOffered { .. })));
    let begun = office.draft(NewDraft::of("trade.market-stall")).await;
    assert!(matches!(begun, Err(OfficeError::NotOffered { .. })));
    // What came on paper before that day was in time.
    let (new, by) = (NewDraft::of("trade.market-stall"), officer(Role::FrontDesk, "owso"));
    let service = office.catalog().service(&"trade.market-stall".parse().unwrap()).unwrap().clone();
    let card = office.keep(&service, "id-card", "card.png", None, png(4, 4)).await.unwrap();
    let signature =
        office.signature(&service, SignatureMethod::Drawn, "SOK DARA", Some(png(4, 4))).await.unwrap();
    let on_paper = |at: &str| {
        let at = Moment::parse(at).unwrap();
        office.submit_whole(
            new.clone(),
            sample::answers(),
            vec![card.clone()],
            Some(signature.clone()),
            &by,
            Some(at),
        )
    };
    assert!(matches!(on_paper("2026-04-13T04:00:00Z").await, Err(OfficeError::NotOffered { .. })));
    assert_eq!(on_paper("2026-04-10T04:00:00Z").await.unwrap().service.version, 1);
    // Gone from the catalogue: the draft is there still.
    let mut none = sample::files();
    none.remove(STALL);
    let gone = town.office(&none).await;
    let kept = gone.open_draft(draft.key()).await.unwrap();
    assert_eq!((kept.unoffered(), kept.content()), (Some(Unoffered::Unknown), draft.content()));
    assert_eq!(kept.service().await.unwrap().version, 1);
}

#[tokio::test]
async fn what_is_asked_again_comes_back_while_it_was_not_seen_to_go() {
    let town = Town::over(Arc::new(MemoryStore::default()));
    let office = town.office(&sample::files()).await;
    let draft = ready(&office).await;
    let mut second = files();
    second.remove(STALL);
    let text = edited(&second[SECOND], &[("valid_from = \"2026-04-13\"", "valid_from = \"2026-03-01\"")]);
    second.insert(SECOND.into(), text);
    let changed = town.office(&second).await;
    let carried = changed.open_draft(draft.key()).await.unwrap();
    assert!(!carried.content().answers.contains_key("email"));
    // The office takes the change back.
    let again = office.open_draft(draft.key()).await.unwrap();
    let (mut was, mut is) = (draft.content().clone(), again.content().clone());
    (was.signature, was.carried, is.carried) = (None, None, None);
    was.evidence.sort_by(|a, b| a.document.cmp(&b.document));
    is.evidence.sort_by(|a, b| a.document.cmp(&b.document));
    assert_eq!(was, is, "all is there but the signature");
    let told = again.changes().await.unwrap().unwrap();
    assert!(told.carried.signature_fell && told.changes.is_empty() && told.to_answer.is_empty());
    // Files that were laid aside are erased with a draft that nobody opens again.
    let carried = changed.open_draft(draft.key()).await.unwrap();
    let aside = carried.content().carried.clone().unwrap().papers[0].paper.blob;
    town.clock.advance_millis(60 * 24 * 3_600_000);
    assert_eq!(changed.purge_drafts().await.unwrap(), 1);
    assert!(changed.documents().read(aside).await.is_err());
}

#[test]
fn every_key_of_the_format_and_every_kind_of_thing_has_words() {
    let mut keys = std::collections::BTreeSet::new();
    let mut schemas = vec![Catalog::service_schema()];
    while let Some(schema) = schemas.pop() {
        match schema {
            Value::Object(object) => {
                if let Some(Value::Object(properties)) = object.get("properties") {
                    keys.extend(properties.keys().cloned());
                }
                schemas.extend(object.into_iter().map(|(_, inner)| inner));
            }
            Value::Array(list) => schemas.extend(list),
            _ => {}
        }
    }
    // What an office says: the keys of its tables and of the entries of its lists, which themselves have a subject.
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../catalog/battambang");
    let office = serde_json::to_value(Catalog::load(folder).unwrap().office()).unwrap();
    for (key, value) in office.as_object().unwrap() {
        let entries = value.as_array().into_iter().flatten().filter_map(Value::as_object);
        let parts: Vec<_> =
            entries.chain(value.as_object()).filter(|part| !part.contains_key("km")).collect();
        if parts.is_empty() {
            keys.insert(key.clone());
        }
        keys.extend(parts.into_iter().flat_map(|part| part.keys().cloned()));
    }
    // Languages of a text; the key that names the kind of a question; lists that are compared entry by entry.
    for own in ["km", "en"] {
        assert!(keys.remove(own));
    }
    assert!(keys.len() > 80, "{keys:?}");
    let missing: Vec<_> =
        keys.iter().filter(|key| !oneservice_pilot::words::has(&format!("key-{key}"))).collect();
    assert!(missing.is_empty(), "no words for {missing:?}");
    for subject in Subject::ALL {
        assert!(oneservice_pilot::words::has(&format!("subject-{subject}")), "{subject}");
    }
}
