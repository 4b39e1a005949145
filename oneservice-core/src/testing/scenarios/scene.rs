//! An office for a scenario: its people, its clock, its files, and a store that fails when told to.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use object_store::memory::InMemory;
use serde_json::json;

use crate::calendar::Moment;
use crate::catalog::{Catalog, Role};
use crate::office::{Basis, Documents, DraftHandle, NewDraft, Office, OfficeBuilder, OfficeError, Receipt};
use crate::office::{Clock, Secret, SetClock};
use crate::request::{
    Actor, AnyRequest, Appointment, Collector, Command, Correction, Denial, Finding, Officer, PaymentMethod,
    Relation, SignatureMethod, StageName,
};
use crate::store::{Limits, Store};
use crate::testing::faults::{Failing, Fault};
use crate::testing::{Broken, sample};

/// The service of the sample catalogue.
pub(super) const SERVICE: &str = "trade.market-stall";

/// What outlives a process: the store, the files, the clock on the wall.
#[derive(Debug, Clone)]
pub(super) struct Premises {
    pub(super) store: Arc<dyn Store>,
    pub(super) files: Arc<InMemory>,
    pub(super) clock: Arc<SetClock>,
}

/// One process that serves the office.
#[derive(Debug, Clone)]
pub(super) struct Scene {
    pub(super) office: Office,
    /// The way to the store, which fails when told to.
    pub(super) way: Arc<Failing<dyn Store>>,
}

impl Premises {
    /// An office that begins at `now`.
    pub(super) fn at(store: Arc<dyn Store>, now: &str) -> Result<Self, Broken> {
        let clock = Arc::new(SetClock::at(Moment::parse(now)?));
        Ok(Self { store, files: Arc::new(InMemory::new()), clock })
    }

    /// A process whose commits fail as `plan` says.
    pub(super) async fn serve(&self, plan: &[Fault]) -> Result<Scene, Broken> {
        self.serve_by(Arc::clone(&self.clock) as _, plan).await
    }

    /// The same, by another clock than that on the wall.
    pub(super) async fn serve_by(&self, clock: Arc<dyn Clock>, plan: &[Fault]) -> Result<Scene, Broken> {
        self.serve_under(&sample::files(), clock, plan).await
    }

    /// The same, under another catalogue.
    pub(super) async fn serve_under(
        &self,
        files: &BTreeMap<String, String>,
        clock: Arc<dyn Clock>,
        plan: &[Fault],
    ) -> Result<Scene, Broken> {
        let way = Arc::new(Failing::over(Arc::clone(&self.store), plan.iter().copied()));
        // A process that is dead gives up soon.
        let limits = Limits {
            patience: Duration::from_millis(20),
            pause: Duration::from_millis(1),
            ..Limits::default()
        };
        let catalog = Catalog::parse(files).map_err(|error| Broken(format!("{:?}", error.mistakes)))?;
        let office = OfficeBuilder::new(Arc::clone(&way) as Arc<dyn Store>, catalog)
            .documents(Documents::new(Arc::clone(&self.files) as _))
            .secret(Secret::new([7; 32]))
            .clock(clock)
            .limits(limits)
            .build()
            .await?;
        Ok(Scene { office, way })
    }

    /// Turns the clock to the moment at which that of the office's wall shows `local`.
    pub(super) fn wall(&self, scene: &Scene, local: &str) -> Result<(), Broken> {
        let local = local.parse().map_err(|error| Broken(format!("{local}: {error}")))?;
        self.clock.set(scene.office.catalog().calendar().moment(local));
        Ok(())
    }
}

/// Who works in the sample's office, its clock, and who comes to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Who {
    Desk,
    Examiner,
    Head,
    Cashier,
    /// Another cashier.
    Teller,
    Delegate,
    Applicant,
    Cosigner,
    Clock,
}

impl Who {
    pub(super) fn actor(self) -> Result<Actor, Broken> {
        let (id, role, department) = match self {
            Self::Desk => ("desk", Role::FrontDesk, "owso"),
            Self::Examiner => ("examiner", Role::Examiner, "trade"),
            Self::Head => ("head", Role::Approver, "owso"),
            Self::Cashier => ("cashier", Role::Cashier, "owso"),
            Self::Teller => ("teller", Role::Cashier, "owso"),
            Self::Delegate => ("delegate", Role::GovernorDelegate, "owso"),
            Self::Applicant => return Ok(Actor::Applicant),
            Self::Cosigner => return Ok(Actor::Cosigner),
            Self::Clock => return Ok(Actor::System),
        };
        let appointments = vec![Appointment::new(role, department.parse()?)];
        Ok(Actor::Officer(Officer {
            id: id.parse()?,
            name: id.to_owned(),
            appointments,
            known_by: Vec::new(),
        }))
    }
}

impl Scene {
    /// A draft with everything but papers and signature.
    pub(super) async fn answered(&self) -> Result<DraftHandle, OfficeError> {
        let mut draft = self.office.draft(NewDraft::of(SERVICE)).await?;
        draft.answers(sample::answers()).await?;
        Ok(draft)
    }

    /// A request that was sent in, and is received.
    pub(super) async fn submitted(&self) -> Result<Receipt, OfficeError> {
        let mut draft = self.answered().await?;
        draft.attach("id-card", "card.pdf", None, sample::PDF.to_vec()).await?;
        draft.sign(SignatureMethod::Typed, "SOK DARA", None).await?;
        draft.submit().await
    }

    /// A request in review.
    pub(super) async fn in_review(&self) -> Result<Receipt, Broken> {
        let receipt = self.submitted().await?;
        self.act(&receipt, Who::Cashier, self.pay(&receipt)).await?;
        Ok(receipt)
    }

    /// The cashier takes the whole fee of the receipt.
    pub(super) fn pay(&self, receipt: &Receipt) -> Command {
        Command::Pay { amount: receipt.fee.total, method: PaymentMethod::Cash }
    }

    /// Somebody does something, and may.
    pub(super) async fn act(
        &self,
        receipt: &Receipt,
        who: Who,
        command: Command,
    ) -> Result<AnyRequest, Broken> {
        Ok(self.office.act(receipt.id, command, &who.actor()?, Basis::default()).await?.request)
    }

    /// Somebody tries something, and must not: every reason.
    pub(super) async fn denied(
        &self,
        receipt: &Receipt,
        who: Who,
        command: Command,
    ) -> Result<Vec<Denial>, Broken> {
        let said = format!("{:?} by {who:?}", command.fact());
        match self.office.act(receipt.id, command, &who.actor()?, Basis::default()).await {
            Err(OfficeError::Denied { denials, .. }) => Ok(denials),
            Err(other) => Err(other.into()),
            Ok(_) => Err(Broken(format!("{said} was allowed"))),
        }
    }

    /// The request as it stands.
    pub(super) async fn request(&self, receipt: &Receipt) -> Result<AnyRequest, Broken> {
        Ok(self.office.case(receipt.id).await?.request)
    }

    pub(super) async fn stage(&self, receipt: &Receipt) -> Result<StageName, Broken> {
        Ok(self.request(receipt).await?.stage())
    }
}

/// A step passes in favour.
pub(super) fn pass(step: &str) -> Result<Command, Broken> {
    Ok(Command::PassStep {
        step: step.parse()?,
        finding: Finding::Favourable,
        note: None,
        checked: vec![],
        report: None,
    })
}

/// The identity card cannot be read, or something else is the matter with an item.
pub(super) fn back(item: &str, reason: &str, note: Option<&str>) -> Result<Command, Broken> {
    let correction =
        Correction { item: item.parse()?, reason: reason.parse()?, note: note.map(str::to_owned) };
    Ok(Command::Return {
        step: "intake".parse()?,
        corrections: vec![correction],
        note: None,
        exception: None,
    })
}

/// What follows the fee up to a result that lies ready: who does what.
pub(super) fn up_to_ready() -> Result<[(Who, Command); 4], Broken> {
    Ok([
        (Who::Desk, pass("intake")?),
        (Who::Examiner, pass("examine")?),
        (Who::Head, Command::Approve { step: "approve".parse()?, note: None }),
        (Who::Desk, Command::Issue { step: "issue".parse()? }),
    ])
}

/// The applicant comes to collect.
pub(super) fn collector() -> Collector {
    let (name, identity) = ("SOK DARA".into(), "national-id 6789".into());
    Collector { name, relation: Relation::Applicant, identity, mandate: None }
}

/// What somebody who sells food and cooks it answers besides: then a health letter is needed.
pub(super) fn cooking() -> serde_json::Map<String, serde_json::Value> {
    [("goods".to_owned(), json!("food")), ("cooks".to_owned(), json!(true))].into_iter().collect()
}
