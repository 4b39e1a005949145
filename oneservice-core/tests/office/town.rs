//! The sample office for a test: its catalogue with edits, a clock that is set, and people who act.

use std::sync::Arc;

use oneservice_core::calendar::Moment;
use oneservice_core::catalog::{Catalog, Role};
use oneservice_core::ids::RequestId;
use oneservice_core::money::Money;
use oneservice_core::office::{Basis, NewDraft, Office, OfficeError, SetClock, StaffDirectory};
use oneservice_core::request::*;
use oneservice_core::store::MemoryStore;
use oneservice_core::testing::sample;

/// An office and its clock.
pub(crate) struct Town {
    pub(crate) office: Office,
    pub(crate) clock: Arc<SetClock>,
}

pub(crate) const STALL: &str = "services/trade/market-stall.toml";

impl Town {
    /// The sample office, with its files edited.
    pub(crate) async fn with(edits: &[(&str, &str, &str)]) -> Self {
        Self::over(MemoryStore::default(), "2026-06-01T04:00:00Z", edits).await
    }

    pub(crate) async fn over(store: MemoryStore, now: &str, edits: &[(&str, &str, &str)]) -> Self {
        let mut files = sample::files();
        for (file, from, to) in edits {
            let text = files.get_mut(*file).unwrap();
            assert!(text.contains(from), "{from}");
            *text = text.replace(from, to);
        }
        Self::of(store, now, Catalog::parse(&files).unwrap()).await
    }

    /// An office of any catalogue with the sample's people.
    pub(crate) async fn of(store: MemoryStore, now: &str, catalog: Catalog) -> Self {
        let clock = Arc::new(SetClock::at(Moment::parse(now).unwrap()));
        let builder = Office::builder(store, catalog).clock(Arc::clone(&clock) as _);
        Self { office: builder.build().await.unwrap(), clock }
    }

    /// The sample office, with a list of who works there.
    pub(crate) async fn staffed(staff: Arc<dyn StaffDirectory>) -> Self {
        let clock = Arc::new(SetClock::at(Moment::parse("2026-06-01T04:00:00Z").unwrap()));
        let builder = Office::builder(MemoryStore::default(), sample::catalog().unwrap());
        let office = builder.clock(Arc::clone(&clock) as _).staff(staff).build().await.unwrap();
        Self { office, clock }
    }

    pub(crate) fn pass_days(&self, days: i64) {
        self.clock.advance_millis(days * 24 * 3_600_000);
    }

    /// To noon of a day.
    pub(crate) fn go_to(&self, day: &str) {
        let noon = Moment::parse(&format!("{day}T06:15:00Z")).unwrap();
        let now = self.office.now();
        self.clock.advance_millis(noon.millis() - now.millis());
    }

    pub(crate) async fn tick(&self) -> Vec<FactName> {
        let ticked = self.office.tick().await.unwrap();
        assert!(
            ticked.failed.is_empty(),
            "{:?}",
            ticked.failed.iter().map(|(_, e)| e.code()).collect::<Vec<_>>()
        );
        ticked.done.into_iter().map(|(_, fact)| fact).collect()
    }

    pub(crate) async fn apply(&self) -> RequestId {
        let service = "trade.market-stall";
        let definition = self.office.catalog().service(&service.parse().unwrap()).unwrap().clone();
        let card =
            self.office.keep(&definition, "id-card", "card.pdf", None, sample::PDF.to_vec()).await.unwrap();
        let signature =
            self.office.signature(&definition, SignatureMethod::Typed, "SOK DARA", None).await.unwrap();
        let sent = self.office.submit_whole(
            NewDraft::of(service),
            sample::answers(),
            vec![card],
            Some(signature),
            &Actor::Applicant,
            None,
        );
        sent.await.unwrap().id
    }

    pub(crate) async fn request(&self, id: RequestId) -> AnyRequest {
        self.office.case(id).await.unwrap().request
    }

    pub(crate) async fn stage(&self, id: RequestId) -> StageName {
        self.request(id).await.stage()
    }

    pub(crate) async fn act(
        &self,
        id: RequestId,
        role: Role,
        command: Command,
    ) -> Result<AnyRequest, Vec<Denial>> {
        match self.office.act(id, command, &officer(role), Basis::default()).await {
            Ok(acted) => Ok(acted.request),
            Err(OfficeError::Denied { denials, .. }) => Err(denials),
            Err(other) => panic!("{other}"),
        }
    }

    pub(crate) async fn asks(&self, id: RequestId, command: Command) -> Result<AnyRequest, Vec<Denial>> {
        match self.office.act(id, command, &Actor::Applicant, Basis::default()).await {
            Ok(acted) => Ok(acted.request),
            Err(OfficeError::Denied { denials, .. }) => Err(denials),
            Err(other) => panic!("{other}"),
        }
    }

    pub(crate) async fn pay(&self, id: RequestId) {
        let amount: Money = self.request(id).await.record().outstanding();
        self.act(id, Role::Cashier, Command::Pay { amount, method: PaymentMethod::Cash }).await.unwrap();
    }

    pub(crate) async fn pass(&self, id: RequestId, step: &str, role: Role) {
        let step = step.parse().unwrap();
        let pass = Command::PassStep {
            step,
            finding: Finding::Favourable,
            note: None,
            checked: vec![],
            report: None,
        };
        self.act(id, role, pass).await.unwrap();
    }

    pub(crate) async fn refuse(&self, id: RequestId) {
        self.pass(id, "intake", Role::FrontDesk).await;
        self.pass(id, "examine", Role::Examiner).await;
        let reasons = vec!["TR-X01".parse().unwrap()];
        let refuse = Command::Refuse { step: "approve".parse().unwrap(), reasons, note: None };
        self.act(id, Role::Approver, refuse).await.unwrap();
    }

    pub(crate) async fn grant(&self, id: RequestId) {
        self.pass(id, "intake", Role::FrontDesk).await;
        self.pass(id, "examine", Role::Examiner).await;
        let approve = Command::Approve { step: "approve".parse().unwrap(), note: None };
        self.act(id, Role::Approver, approve).await.unwrap();
        self.act(id, Role::FrontDesk, Command::Issue { step: "issue".parse().unwrap() }).await.unwrap();
    }

    pub(crate) async fn give_back(&self, id: RequestId) {
        let item: Item = "documents.id-card".parse().unwrap();
        let corrections = vec![Correction { item, reason: "TR-C01".parse().unwrap(), note: None }];
        let back =
            Command::Return { step: "intake".parse().unwrap(), corrections, note: None, exception: None };
        self.act(id, Role::FrontDesk, back).await.unwrap();
    }
}

pub(crate) fn officer(role: Role) -> Actor {
    let department = match role {
        Role::Examiner | Role::DepartmentHead => "trade",
        _ => "owso",
    };
    let appointment = Appointment::new(role, department.parse().unwrap());
    Actor::Officer(Officer {
        id: format!("the-{role}").parse().unwrap(),
        name: String::new(),
        appointments: vec![appointment],
        known_by: Vec::new(),
    })
}
