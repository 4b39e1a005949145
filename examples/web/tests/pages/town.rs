//! An office of Battambang for a test: the pages on a free port, and the office itself behind them.
#![allow(dead_code, reason = "each test uses what it needs")]

use std::convert::Infallible;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use oneservice_core::catalog::{ApplicantKind, DocumentFormat, Purpose, ReasonKind, Role};
use oneservice_core::ids::RequestId;
use oneservice_core::office::{Basis, Case, Clock, NewDraft, Office, Receipt, SetClock, SystemClock};
use oneservice_core::request::{
    Actor, Appointment, Channel, Collector, Command, Correction, Finding, InspectionReport,
    InspectionScheduled, Item, Officer, PaymentMethod, Relation, SignatureMethod, Verdict,
};
use oneservice_pilot::{Place, collector, demo, fake};
use oneservice_web::{App, router};
use serde_json::Value;
use tempfile::TempDir;

use crate::support::{Visitor, sample};

pub(crate) const GUESTHOUSE: &str = "tourism_guesthouse-licence";

/// The file of the staff, made once: hashing a password takes as long as a guesser is to wait.
static STAFF: OnceLock<String> = OnceLock::new();

pub(crate) struct Town {
    pub(crate) office: Office,
    officers: Vec<Officer>,
    pub(crate) address: String,
    pub(crate) staff_file: PathBuf,
    pub(crate) clock: Arc<SetClock>,
    _data: TempDir,
}

impl Town {
    pub(crate) async fn open() -> Self {
        Self::open_at(None).await
    }

    /// The same, reached by people at `url`.
    pub(crate) async fn open_at(url: Option<&str>) -> Self {
        Self::open_under(Path::new(env!("CARGO_MANIFEST_DIR")).join("../catalog/battambang"), url).await
    }

    /// The same, under the catalogue in a folder.
    pub(crate) async fn open_under(catalog: PathBuf, url: Option<&str>) -> Self {
        let data = tempfile::tempdir().unwrap();
        let place = Place { data: data.path().to_owned(), store: None, catalog: Some(catalog), trial: false };
        let loaded = place.catalog().unwrap();
        let mut officers = demo::officers(&loaded);
        let elsewhere = Appointment::new(Role::Examiner, "culture".parse().unwrap());
        officers.push(Officer {
            id: "stranger".parse().unwrap(),
            name: "Stranger".into(),
            appointments: vec![elsewhere],
            known_by: Vec::new(),
        });
        officers.push(Officer {
            id: "cashier-2".parse().unwrap(),
            name: "Second cashier".into(),
            appointments: vec![Appointment::new(Role::Cashier, "owso".parse().unwrap())],
            known_by: Vec::new(),
        });
        let made = STAFF.get_or_init(|| {
            demo::add_staff(loaded.office(), &officers, &place.staff_file()).unwrap();
            std::fs::read_to_string(place.staff_file()).unwrap()
        });
        std::fs::write(place.staff_file(), made).unwrap();
        // Somebody inspects the site on the first day: one on which the office is open.
        let (mut now, calendar) = (SystemClock.now(), loaded.calendar());
        while !calendar.is_working_day(calendar.local_date(now)) {
            now = now.plus_hours(24);
        }
        let clock = Arc::new(SetClock::at(now));
        let opened = place.open(Some(Arc::clone(&clock) as _)).await.unwrap();
        let office = opened.office.clone();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        tokio::spawn(axum::serve(listener, router(App::new(opened).at(url))).into_future());
        Self { office, officers, address, staff_file: place.staff_file(), clock, _data: data }
    }

    pub(crate) fn visitor(&self) -> Visitor {
        Visitor::at(self.address.clone())
    }

    /// Somebody at the desk.
    pub(crate) fn sit(&self, officer: &str) -> Visitor {
        let mut visitor = self.visitor();
        visitor.post("/en/desk/login", &pairs(&[("name", officer), ("password", demo::PASSWORD)]));
        assert_eq!(visitor.path, "/en/desk", "{officer} signs in");
        visitor
    }

    /// A request for the sample of a service, sent in.
    pub(crate) async fn apply(&self, name: &str) -> Receipt {
        self.apply_with(sample::fresh(name), false).await
    }

    /// A sample, sent in by the applicant or by somebody for them.
    pub(crate) async fn apply_with(&self, sample: Value, by_representative: bool) -> Receipt {
        let id = sample["service"].as_str().unwrap();
        let service = self.office.catalog().service(&id.parse().unwrap()).unwrap().clone();
        let mut evidence = Vec::new();
        for paper in sample["documents"].as_array().unwrap() {
            let word = |key: &str| paper[key].as_str().unwrap();
            let issued = paper["issued"].as_str().and_then(oneservice_core::calendar::parse_date);
            let bytes = fake::document(DocumentFormat::of_media_type(word("media_type")).unwrap());
            evidence.push(
                self.office.keep(&service, word("document"), word("file"), issued, bytes).await.unwrap(),
            );
        }
        let signed = self.office.signature(&service, SignatureMethod::Typed, "SOK DARA", None).await.unwrap();
        let form = sample["form"].as_object().unwrap().clone();
        let applicant = ApplicantKind::from_word(sample["applicant"]["kind"].as_str().unwrap()).unwrap();
        let new = NewDraft { applicant, by_representative, ..NewDraft::of(id) };
        let by = Actor::with_link(by_representative);
        let sent = self.office.submit_whole(new, form, evidence, Some(signed), &by, None);
        sent.await.unwrap()
    }

    /// What follows a result, with these answers changed, sent in with the papers that it asks for.
    pub(crate) async fn follow(
        &self,
        former: &Receipt,
        purpose: Purpose,
        changed: &[(&str, &str)],
    ) -> Receipt {
        let mut draft = self.office.successor_draft(former.id, purpose, Channel::Web).await.unwrap();
        for (field, answer) in changed {
            draft.answer(field, *answer).await.unwrap();
        }
        let service = draft.service().await.unwrap();
        let today = self.office.catalog().calendar().local_date(self.office.now());
        for asked in draft.assess().await.unwrap().asked_documents.iter().filter(|asked| asked.required) {
            let paper = service.document(asked.id.as_str()).unwrap();
            let bytes = fake::document(paper.formats[0]);
            let issued = paper.issued_within_months.map(|_| today);
            draft.attach(asked.id.as_str(), "paper", issued, bytes).await.unwrap();
        }
        draft.sign(SignatureMethod::Drawn, "SOK DARA", Some(fake::signature())).await.unwrap();
        draft.submit().await.unwrap()
    }

    pub(crate) async fn case(&self, receipt: &Receipt) -> Case {
        self.office.case(receipt.id).await.unwrap()
    }

    pub(crate) async fn act(&self, receipt: &Receipt, officer: &str, command: Command) {
        self.act_on(receipt.id, officer, command).await;
    }

    pub(crate) async fn act_on(&self, request: RequestId, officer: &str, command: Command) {
        let officer = self.officers.iter().find(|o| o.id.as_str() == officer).unwrap().clone();
        self.office.act(request, command, &Actor::Officer(officer), Basis::default()).await.unwrap();
    }

    pub(crate) async fn pay(&self, receipt: &Receipt) {
        let amount = self.case(receipt).await.request.record().outstanding();
        self.act(receipt, "cashier", Command::Pay { amount, method: PaymentMethod::Cash }).await;
    }

    pub(crate) async fn pass(&self, receipt: &Receipt, officer: &str, step: &str, note: Option<&str>) {
        let finding = if note.is_some() { Finding::Unfavourable } else { Finding::Favourable };
        let (step, note) = (step.parse().unwrap(), note.map(str::to_owned));
        let checked = if note.is_some() { vec![] } else { vec![0] };
        self.act(receipt, officer, Command::PassStep { step, finding, note, checked, report: None }).await;
    }

    /// The inspector says that they come today.
    pub(crate) async fn appoint(&self, receipt: &Receipt) {
        let appointment = InspectionScheduled {
            step: "inspect".parse().unwrap(),
            day: self.office.today(),
            hours: "08:00–10:00".into(),
            prepare: None,
            reason: None,
        };
        self.act(receipt, "inspector", Command::ScheduleInspection(appointment)).await;
    }

    /// The inspector was there, and found everything in order.
    async fn inspect(&self, receipt: &Receipt) {
        self.appoint(receipt).await;
        let photo = futures::stream::iter([Ok::<_, Infallible>(fake::document(DocumentFormat::Png).into())]);
        let photos = vec![self.office.keep_photo("gate.png", photo).await.unwrap()];
        let pass = Command::PassStep {
            step: "inspect".parse().unwrap(),
            finding: Finding::Favourable,
            note: None,
            checked: vec![0],
            report: Some(InspectionReport { words: None, photos }),
        };
        self.act(receipt, "inspector", pass).await;
    }

    /// Rejects `item` at the front desk and sends the request back for it.
    pub(crate) async fn send_back(&self, receipt: &Receipt, item: &str, note: &str) {
        let item: Item = item.parse().unwrap();
        let service = self.case(receipt).await.request.service().clone();
        let fits = |reason: &&oneservice_core::catalog::Reason| match &item {
            Item::Field(id) => reason.field.as_ref() == Some(id),
            Item::Document(id) => reason.document.as_ref() == Some(id),
            Item::Signature => false,
        };
        let general = || service.reasons.iter().find(|r| r.field.is_none() && r.document.is_none()).unwrap();
        let reason = service.reasons.iter().find(fits).unwrap_or_else(general).code.clone();
        let (step, note) = ("intake".parse().unwrap(), Some(note.to_owned()));
        let verdict = Verdict::Rejected { reason: reason.clone(), note: note.clone() };
        let step: oneservice_core::ids::StepId = step;
        let judge = Command::Judge { step: step.clone(), item: item.clone(), verdict };
        self.act(receipt, "front-desk", judge).await;
        let corrections = vec![Correction { item, reason, note }];
        self.act(receipt, "front-desk", Command::Return { step, corrections, note: None, exception: None })
            .await;
    }

    /// Paid, and everything done up to the decision; the examiner is against it for `against`.
    pub(crate) async fn up_to_decision(&self, receipt: &Receipt, against: Option<&str>) {
        self.up_to_inspection(receipt, against).await;
        let case = self.case(receipt).await;
        let open = case.request.record().open_steps(case.request.service());
        if open.iter().any(|step| step.as_str() == "inspect") {
            self.inspect(receipt).await;
        }
    }

    /// The same, up to the visit.
    pub(crate) async fn up_to_inspection(&self, receipt: &Receipt, against: Option<&str>) {
        self.pay(receipt).await;
        self.pass(receipt, "front-desk", "intake", None).await;
        self.pass(receipt, "examiner", "examine", against).await;
        let open = |case: &Case| case.request.record().open_steps(case.request.service());
        let opinions =
            open(&self.case(receipt).await).into_iter().filter(|step| step.as_str().starts_with("opinion"));
        for step in opinions {
            self.pass(receipt, "opinion-officer", step.as_str(), None).await;
        }
    }

    pub(crate) async fn refuse(&self, receipt: &Receipt) {
        self.up_to_decision(receipt, None).await;
        let service = self.case(receipt).await.request.service().clone();
        let reason = service.reasons.iter().find(|reason| reason.kind == ReasonKind::Refuse).unwrap();
        let (step, reasons) = ("approve".parse().unwrap(), vec![reason.code.clone()]);
        self.act(receipt, "approver", Command::Refuse { step, reasons, note: None }).await;
    }

    pub(crate) async fn hand_over(&self, receipt: &Receipt) {
        self.up_to_ready(receipt).await;
        self.collect(receipt).await;
    }

    /// Hands over what is ready.
    pub(crate) async fn collect(&self, receipt: &Receipt) {
        let service = self.case(receipt).await.request.service().clone();
        let signature = collector::signature(&self.office, &service, "SOK DARA", None, true).await.unwrap();
        let originals = service.documents.iter().filter(|document| document.original_at_counter);
        let (name, identity) = ("SOK DARA".to_owned(), "national-id 6789".to_owned());
        let collect = Command::Collect {
            collector: Collector { name, relation: Relation::Applicant, identity, mandate: None },
            signature,
            originals_seen: originals.map(|document| document.id.clone()).collect(),
        };
        self.act(receipt, "front-desk", collect).await;
    }

    pub(crate) fn pass_days(&self, days: i64) {
        self.clock.advance_millis(days * 24 * 3_600_000);
    }

    pub(crate) async fn up_to_ready(&self, receipt: &Receipt) {
        self.up_to_decision(receipt, None).await;
        let step = |id: &str| id.parse().unwrap();
        self.act(receipt, "approver", Command::Approve { step: step("approve"), note: None }).await;
        self.act(receipt, "front-desk", Command::Issue { step: step("issue") }).await;
    }
}

pub(crate) fn pairs(form: &[(&str, &str)]) -> Vec<(String, String)> {
    form.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// The path of a receipt's page in English.
pub(crate) fn page_of(receipt: &Receipt) -> String {
    format!("/en/r/{}", receipt.key.text())
}

pub(crate) fn desk_of(receipt: &Receipt) -> String {
    format!("/en/desk/r/{}", receipt.id)
}

pub(crate) fn text<'a>(sample: &'a Value, field: &str) -> &'a str {
    sample["form"][field].as_str().unwrap()
}

/// The catalogue of Battambang in `folder`, with one of its files edited.
pub(crate) fn catalogue_with(folder: &Path, file: &str, edit: impl Fn(&str) -> String) {
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../catalog/battambang"), folder);
    let file = folder.join(file);
    let before = std::fs::read_to_string(&file).unwrap();
    let after = edit(&before);
    assert_ne!(after, before, "{}", file.display());
    std::fs::write(file, after).unwrap();
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        if entry.path().is_dir() {
            copy(&entry.path(), &to.join(entry.file_name()));
        } else {
            std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
}
