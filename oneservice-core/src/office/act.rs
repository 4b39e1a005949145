//! From a command to a stored fact.

use sha2::{Digest, Sha256};

use super::registers::Turn;
use super::{Case, DraftHandle, Office, OfficeError};
use crate::ids::{AccessKey, CommitId, Digest32, RequestId};
use crate::request::{
    Actor, AnyRequest, Command, CommandDenied, Context, Corrections, Decided, FactName, Recorded,
    Replacement, Series,
};
use crate::store::{Commit, CounterMove, IdempotencyKey, Outcome, Placed};

/// How often a command is decided again when something changed under it.
const ATTEMPTS: usize = 32;

/// What a command rests on.
#[derive(Debug, Clone, Default)]
pub struct Basis {
    /// The version the person looked at. If something happened since that the command depends on, they are told
    /// instead. Without it the command is meant for the request as it stands, whatever that is.
    pub version: Option<u64>,
    /// The same key for the same command gives the same answer again, and does it once.
    pub key: Option<String>,
}

/// A command that was done.
#[derive(Debug, Clone)]
pub struct Acted {
    /// The request afterwards.
    pub request: AnyRequest,
    /// Where it was written.
    pub placed: Placed,
    /// Whether it had been done before, under the same key.
    pub replayed: bool,
}

impl Office {
    /// Does `command`, if the rules allow it. When this returns `Ok`, it is on disk.
    ///
    /// # Errors
    /// [`OfficeError::Denied`] with every reason, [`OfficeError::Stale`] when something happened since the person
    /// looked, [`OfficeError::KeyReused`], and what [`case`](Self::case) may answer; [`OfficeError::NotFollowable`] if a result is handed
    /// over in place of one that does not hold any more.
    pub async fn act(
        &self,
        id: RequestId,
        command: Command,
        by: &Actor,
        basis: Basis,
    ) -> Result<Acted, OfficeError> {
        self.act_closing(id, command, by, basis, None).await
    }

    /// [`act`](Self::act), in one commit with the end of the draft that the command was made from.
    async fn act_closing(
        &self,
        id: RequestId,
        command: Command,
        by: &Actor,
        basis: Basis,
        closes: Option<(Digest32, u64)>,
    ) -> Result<Acted, OfficeError> {
        let fingerprint = fingerprint(id, &command, by);
        let commit_id = match &basis.key {
            Some(key) => keyed_commit(id, key, fingerprint),
            None => self.new_commit_id()?,
        };
        let done = async || match &basis.key {
            Some(_) => self.done_before(id, commit_id).await,
            None => Ok(None),
        };
        if let Some(acted) = done().await? {
            return Ok(acted);
        }
        let mut turn: Option<Turn> = None;
        for _ in 0..ATTEMPTS {
            let case = self.case(id).await?;
            let context = self.context(None);
            let register = self.register(&case.request, &command, &context);
            if turn.is_none()
                && let Some(register) = &register
            {
                match self.inner.registers.turn(&register.name) {
                    Ok(mine) => turn = Some(mine),
                    Err(wait) => {
                        turn = Some(wait.await);
                        // Much may have happened meanwhile.
                        continue;
                    }
                }
            }
            let register = match register {
                Some(register) => Some(self.next_number(register).await?),
                None => None,
            };
            let decided =
                self.decide(commit_id, case, command.clone(), by, basis.version, (&context, register));
            let (mut commit, decided) = match decided.await {
                Ok(decided) => decided,
                // Perhaps it was the very same command, sent at the same time, that was first.
                Err(denied) => match done().await? {
                    Some(acted) => return Ok(acted),
                    None => return Err(denied),
                },
            };
            if !self.end_replaced(decided.request(), command.fact()).await? {
                continue;
            }
            commit.key =
                basis.key.as_ref().map(|key| IdempotencyKey { key: format!("act:{id}:{key}"), fingerprint });
            commit.closes_draft = closes;
            match self.inner.commits.commit(commit).await? {
                Outcome::Committed(placed) => {
                    self.saw(placed.at);
                    return Ok(Acted { request: decided.into_request(), placed, replayed: false });
                }
                Outcome::Replayed(placed) => {
                    return Ok(Acted { request: self.case(id).await?.request, placed, replayed: true });
                }
                Outcome::KeyReused => return Err(OfficeError::KeyReused),
                Outcome::ClockBehind { last } => self.saw(last),
                Outcome::DraftChanged { .. } => return Err(OfficeError::Contention),
                // Somebody was first: the rules are asked again about the request as it is now.
                _ => {}
            }
        }
        Err(OfficeError::Contention)
    }

    /// A result that takes the place of another is handed over only once that one has ended: a moment sooner, and never are there two. Each
    /// is written by itself, so that whoever tries again after a failure in between finds the first done. False if somebody acted on the
    /// other meanwhile: look again.
    async fn end_replaced(&self, handed: &AnyRequest, act: FactName) -> Result<bool, OfficeError> {
        let Some((former, with)) = self.still_holds(handed, act).await? else { return Ok(true) };
        let ended = self.act(former, Command::Replace(with), &Actor::System, Basis::default());
        match Box::pin(ended).await {
            Ok(_) => Ok(true),
            Err(OfficeError::Denied { .. }) => Ok(false),
            Err(other) => Err(other),
        }
    }

    /// The request whose result must end before that of `handed` is handed over, if that is the `act`, and what takes its place.
    async fn still_holds(
        &self,
        handed: &AnyRequest,
        act: FactName,
    ) -> Result<Option<(RequestId, Replacement)>, OfficeError> {
        let record = handed.record();
        let (Some(former), Some(result), true) =
            (record.follows, &record.result, record.replaces.is_some() && act == FactName::Collection)
        else {
            return Ok(None);
        };
        let request = self.case(former).await?.request;
        if request.record().replaced.as_ref().is_some_and(|by| by.request == record.id) {
            return Ok(None);
        }
        let follows = request.followable(record.purpose, handed.service(), self.today());
        follows.map_err(OfficeError::NotFollowable)?;
        Ok(Some((former, Replacement { number: result.number.clone(), request: record.id })))
    }

    /// What was done under a key before.
    async fn done_before(&self, id: RequestId, commit: CommitId) -> Result<Option<Acted>, OfficeError> {
        let Some(placed) = self.inner.store.outcome(&self.inner.id, commit).await? else { return Ok(None) };
        Ok(Some(Acted { request: self.case(id).await?.request, placed, replayed: true }))
    }

    /// The commit that would do `command`, for programs that write it together with rows of their own, in a transaction of
    /// their database ([the engine](crate::store) says how). `version` is what [`Basis::version`] is.
    ///
    /// Nothing is written here. If the engine refuses the commit, something happened meanwhile: prepare again.
    ///
    /// # Errors
    /// As [`act`](Self::act). [`OfficeError::NotEnded`] for the handing over of a result in place of one that still holds: have
    /// [`Command::Replace`] done on that one first.
    pub async fn prepare(
        &self,
        id: RequestId,
        command: Command,
        by: &Actor,
        version: Option<u64>,
    ) -> Result<Commit, OfficeError> {
        self.catch_up().await?;
        let case = self.case(id).await?;
        let context = self.context(None);
        let register = match self.register(&case.request, &command, &context) {
            Some(register) => Some(self.next_number(register).await?),
            None => None,
        };
        let act = command.fact();
        let (commit, decided) =
            self.decide(self.new_commit_id()?, case, command, by, version, (&context, register)).await?;
        if let Some((former, _)) = self.still_holds(decided.request(), act).await? {
            return Err(OfficeError::NotEnded(former));
        }
        Ok(commit)
    }

    /// Asks the rules about a case as it is, at one moment for the number and for what is recorded.
    async fn decide(
        &self,
        commit_id: CommitId,
        case: Case,
        command: Command,
        by: &Actor,
        seen: Option<u64>,
        (context, register): (&Context<'_>, Option<Numbered>),
    ) -> Result<(Commit, Decided), OfficeError> {
        let row = self.summary(case.request.record().id).await?;
        let seen = usize::try_from(seen.unwrap_or(u64::MAX)).unwrap_or(usize::MAX);
        let since: Vec<Recorded> =
            case.history.iter().skip(seen).map(|happening| happening.recorded.clone()).collect();
        if since.iter().any(|recorded| command.is_disturbed_by(&recorded.fact)) {
            return Err(OfficeError::Stale { since, request: Box::new(case.request) });
        }
        let expected = case.request.record().version;
        let given = register.as_ref().map_or("", |register| register.number.as_str());
        let decided = case
            .request
            .decide(command, given, by, context)
            .map_err(|CommandDenied { request, denials }| OfficeError::Denied { denials, request })?;
        let decided = self.noting_vacancies(decided);
        let mut commit = self.commit_of(commit_id, expected, &decided, row.access)?;
        commit.counters = register.map(|register| register.counter).into_iter().collect();
        Ok((commit, decided))
    }

    /// Learns how far the office's log is in time, so that what is prepared now does not lie before it.
    pub(super) async fn catch_up(&self) -> Result<(), OfficeError> {
        self.saw(self.inner.store.head(&self.inner.id).await?.last_at);
        Ok(())
    }

    /// The register that the command needs a number from: of the year in which the fact will be recorded.
    fn register<'a>(
        &'a self,
        request: &'a AnyRequest,
        command: &Command,
        context: &Context<'_>,
    ) -> Option<Register<'a>> {
        let recorded_at = context.now.max(request.record().last_at);
        let year = context.calendar.local_date(recorded_at).year();
        let (name, format) = match command.series()? {
            Series::Receipt => (format!("receipt/{year}"), &self.inner.catalog.office().numbering.receipt),
            Series::Result => {
                let service = request.service();
                (format!("result/{}/{year}", service.id), &service.result.number_format)
            }
        };
        Some(Register { name, format, year })
    }

    /// The next number of `register`, and the move that takes it.
    async fn next_number(&self, register: Register<'_>) -> Result<Numbered, OfficeError> {
        let Register { name, format, year } = register;
        let from = self.inner.store.counter(&self.inner.id, &name).await?;
        let number = self.number(format, year, from.saturating_add(1));
        Ok(Numbered { number, counter: CounterMove { name, from } })
    }
}

struct Register<'a> {
    name: String,
    format: &'a str,
    year: i16,
}

struct Numbered {
    number: String,
    counter: CounterMove,
}

/// What the same key must stand for again.
fn fingerprint(id: RequestId, command: &Command, by: &Actor) -> Digest32 {
    let who = match by {
        Actor::Officer(officer) => officer.id.to_string(),
        other => format!("{other:?}"),
    };
    Digest32::sha256(&[id.as_bytes(), who.as_bytes(), format!("{command:?}").as_bytes()])
}

/// The commit of a key with a command: the same id again, so that what was done can be looked up. Another command under the same
/// key has another one, and is refused by the key.
fn keyed_commit(id: RequestId, key: &str, fingerprint: Digest32) -> CommitId {
    let digest: [u8; 32] = Sha256::new()
        .chain_update(id.as_bytes())
        .chain_update(fingerprint.as_bytes())
        .chain_update(key)
        .finalize()
        .into();
    let mut random = [0; 10];
    random.copy_from_slice(&digest[..10]);
    CommitId::new(crate::calendar::Moment::from_millis(0), random)
}

impl Office {
    /// Sends the corrections in that were collected in the correction draft of a link. The draft ends with it: its files are the
    /// request's now.
    ///
    /// # Errors
    /// As [`DraftHandle::send_corrections`] and [`correction_draft`](Self::correction_draft).
    pub async fn send_corrections(&self, link: AccessKey, basis: Basis) -> Result<Acted, OfficeError> {
        let draft = self.correction_draft(link).await?;
        let by = Actor::with_link(draft.content().by_representative);
        draft.send_corrections(&by, basis).await
    }
}

impl DraftHandle {
    /// Sends corrections in, as their applicant or, from the counter, as an officer. The draft ends with it: its files are the request's
    /// now.
    ///
    /// # Errors
    /// As [`Office::act`]; [`OfficeError::NotFound`] for a draft of something else; [`OfficeError::Contention`] if the draft was changed
    /// meanwhile.
    pub async fn send_corrections(self, by: &Actor, basis: Basis) -> Result<Acted, OfficeError> {
        let Self { office, place, version, content, .. } = self;
        let id = content.corrects.ok_or(OfficeError::NotFound)?;
        let corrections = Corrections {
            channel: content.channel,
            answers: content.answers,
            evidence: content.evidence,
            signature: content.signature,
            explanations: content.explanations,
        };
        office.act_closing(id, Command::Resubmit(corrections), by, basis, Some((place, version))).await
    }
}
