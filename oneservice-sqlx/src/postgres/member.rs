//! Members of a batch as columns: what one statement takes.

use std::collections::HashSet;

use oneservice_core::calendar::Moment;
use oneservice_core::ids::OfficeId;
use oneservice_core::store::{Commit, StoreError};
use sqlx::postgres::{PgArguments, Postgres};
use sqlx::query::QueryAs;

use super::PostgresStore;
use super::template::Template;
use crate::ask::Ask;
use crate::row::{EventRow, Listed, PlacedRow, SummaryRow, storable};

/// The type of a column's elements.
trait Element {
    const KIND: &'static str;
}

impl Element for i64 {
    const KIND: &'static str = "bigint";
}

impl Element for String {
    const KIND: &'static str = "text";
}

impl Element for Vec<u8> {
    const KIND: &'static str = "bytea";
}

impl<T: Element> Element for Option<T> {
    const KIND: &'static str = T::KIND;
}

/// A query that is being given its values.
type Bound<R> = QueryAs<'static, Postgres, R, PgArguments>;

/// Columns of one kind of row, and the letter before their names in SQL.
macro_rules! columns {
    ($(#[$doc:meta])* $letter:literal $name:ident { $($column:ident: $kind:ty),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Default)]
        struct $name {
            $($column: Vec<$kind>,)+
        }

        impl $name {
            /// Names in SQL, and types.
            const COLUMNS: &[(&str, &str)] =
                &[$((concat!($letter, ".", stringify!($column)), <$kind as Element>::KIND),)+];

            /// Gives the column of that name away to `query`, if it is one of these.
            fn bind<R>(&mut self, name: &str, query: Bound<R>) -> Bound<R> {
                match name {
                    $(concat!($letter, ".", stringify!($column)) => query.bind(std::mem::take(&mut self.$column)),)+
                    _ => query,
                }
            }
        }
    };
}

columns!(
    /// `nth` is the place of a member's first event among those of the run, from 0; the checksum of its place still lacks the index.
    "m" Members {
    commit_id: String,
    request_id: String,
    expected: i64,
    version: i64,
    nth: i64,
    recorded_at: i64,
    place_seal: i64,
    tracking_code: String,
    key: Option<String>,
    fingerprint: Option<Vec<u8>>,
    draft_key: Option<Vec<u8>>,
    draft_version: Option<i64>,
    stage: String,
    service_id: String,
    service_version: String,
    sector_id: String,
    applicant_name: String,
    queues: String,
    tokens: String,
    submitted_at: i64,
    due_on: Option<String>,
    wake_at: Option<i64>,
    access_hash: Vec<u8>,
    phone_hash: Option<Vec<u8>>,
    newest_position: i64,
    open_position: Option<i64>,
    waking_position: Option<i64>,
    seal: Vec<u8>,
});

columns!("v" Counters { name: String, value: i64 });

columns!(
    /// `nth` counts the events of the run from 0; the checksum of the place still lacks the index.
    "e" Events {
        nth: i64,
        request_id: String,
        version: i64,
        envelope: Vec<u8>,
        salt: Vec<u8>,
        payload: Vec<u8>,
        leaf: Vec<u8>,
        commitment: Vec<u8>,
        place_seal: i64,
    }
);

columns!("q" Queues { member: i64, request_id: String, name: String, position: i64 });
columns!("w" Tokens { member: i64, request_id: String, name: String, position: i64 });

/// The columns of a run of members.
#[derive(Debug, Default)]
pub(super) struct Columns {
    members: Members,
    counters: Counters,
    events: Events,
    queues: Queues,
    tokens: Tokens,
}

/// The name of a column and the type of its elements, if there is one of that name.
pub(super) fn column(name: &str) -> Option<(&'static str, &'static str)> {
    [Members::COLUMNS, Counters::COLUMNS, Events::COLUMNS, Queues::COLUMNS, Tokens::COLUMNS]
        .into_iter()
        .flatten()
        .copied()
        .find(|(known, _)| *known == name)
}

impl Columns {
    pub(super) fn of(office: &OfficeId, commits: &[&Commit]) -> Result<Self, StoreError> {
        let mut columns = Self::default();
        for (member, commit) in (1..).zip(commits) {
            columns.add(office, member, commit)?;
        }
        Ok(columns)
    }

    fn add(&mut self, office: &OfficeId, member: i64, commit: &Commit) -> Result<(), StoreError> {
        let row = SummaryRow::new(PostgresStore::ENGINE, office, &commit.summary)?;
        let listed = Listed::of(&commit.summary);
        let placed = PlacedRow::new(office, &commit.placed(0));

        let request_id = placed.request_id;
        let to = &mut self.members;
        to.commit_id.push(placed.commit_id);
        to.request_id.push(request_id.clone());
        to.expected.push(commit.expected.cast_signed());
        to.version.push(placed.version);
        to.nth.push(self.events.nth.len() as i64);
        to.recorded_at.push(placed.recorded_at);
        to.place_seal.push(placed.place_seal);
        to.tracking_code.push(row.tracking_code);
        to.key.push(commit.key.as_ref().map(|key| storable(&key.key).into_owned()));
        to.fingerprint.push(commit.key.as_ref().map(|key| key.fingerprint.as_bytes().to_vec()));
        to.draft_key.push(commit.closes_draft.as_ref().map(|(key, _)| key.as_bytes().to_vec()));
        to.draft_version.push(commit.closes_draft.as_ref().map(|(_, version)| version.cast_signed()));
        to.stage.push(row.stage);
        to.service_id.push(row.service_id);
        to.service_version.push(row.service_version);
        to.sector_id.push(row.sector_id);
        to.applicant_name.push(row.applicant_name);
        to.queues.push(row.queues);
        to.tokens.push(row.tokens);
        to.submitted_at.push(row.submitted_at);
        to.due_on.push(row.due_on);
        to.wake_at.push(row.wake_at);
        to.access_hash.push(row.access_hash);
        to.phone_hash.push(row.phone_hash);
        to.newest_position.push(listed.newest);
        to.open_position.push(listed.open);
        to.waking_position.push(listed.waking);
        to.seal.push(row.seal);

        let to = &mut self.counters;
        for counter in &commit.counters {
            to.name.push(storable(&counter.name).into_owned());
            to.value.push(counter.from.cast_signed());
        }

        let to = &mut self.events;
        for (version, body) in (commit.expected.saturating_add(1)..).zip(&commit.events) {
            to.nth.push(to.nth.len() as i64);
            to.request_id.push(request_id.clone());
            to.version.push(version.cast_signed());
            to.envelope.push(body.envelope.clone());
            to.salt.push(body.salt.to_vec());
            to.payload.push(body.payload.clone());
            to.leaf.push(body.leaf.as_bytes().to_vec());
            to.commitment.push(body.commitment.as_bytes().to_vec());
            to.place_seal.push(EventRow::place_seal(office, 0, commit.request, version));
        }

        let to = &mut self.queues;
        for (name, position) in listed.queues {
            to.member.push(member);
            to.request_id.push(request_id.clone());
            to.name.push(name);
            to.position.push(position);
        }
        let to = &mut self.tokens;
        for (name, position) in listed.tokens {
            to.member.push(member);
            to.request_id.push(request_id.clone());
            to.name.push(name);
            to.position.push(position);
        }
        Ok(())
    }

    /// The statement with `office` as $1 and the columns that it names after it.
    pub(super) fn bind<R: for<'r> sqlx::FromRow<'r, sqlx::postgres::PgRow>>(
        mut self,
        template: &Template,
        office: &OfficeId,
    ) -> Bound<R> {
        let query = sqlx::query_as(template.sql.clone()).bind(office.to_string());
        template.columns.iter().fold(query, |query, name| {
            let query = self.events.bind(name, self.counters.bind(name, self.members.bind(name, query)));
            self.tokens.bind(name, self.queues.bind(name, query))
        })
    }
}

/// Most that one statement carries, unless a single member is larger: the database has a bound of its own for messages and arrays, of 1 GiB.
const RUN_MAX_BYTES: usize = 32 * 1024 * 1024;

/// Cuts the members of one office into runs in which none depends on another, each in batch order: one statement judges all its
/// members by what was there before it.
pub(super) fn runs<'a>(
    members: impl IntoIterator<Item = (usize, &'a Commit)>,
) -> Vec<Vec<(usize, &'a Commit)>> {
    let mut runs: Vec<Vec<(usize, &Commit)>> = Vec::new();
    let mut taken: HashSet<Name<'_>> = HashSet::new();
    let mut latest = Moment::from_millis(i64::MIN);
    let mut bytes = 0;
    for (place, commit) in members {
        let names = Name::all(commit);
        let size: usize = commit.events.iter().map(|event| event.envelope.len() + event.payload.len()).sum();
        let depends = commit.at < latest || names.iter().any(|name| taken.contains(name));
        if runs.is_empty() || depends || bytes + size > RUN_MAX_BYTES {
            runs.push(Vec::new());
            taken.clear();
            bytes = 0;
        }
        bytes += size;
        latest = commit.at;
        taken.extend(names);
        if let Some(run) = runs.last_mut() {
            run.push((place, commit));
        }
    }
    runs
}

/// What two members of a run must not share.
#[derive(Debug, PartialEq, Eq, Hash)]
enum Name<'a> {
    Commit(oneservice_core::ids::CommitId),
    Request(oneservice_core::ids::RequestId),
    Code(oneservice_core::ids::TrackingCode),
    Draft(oneservice_core::ids::Digest32),
    Key(&'a str),
    Counter(&'a str),
}

impl<'a> Name<'a> {
    fn all(commit: &'a Commit) -> Vec<Self> {
        let mut names =
            vec![Self::Commit(commit.id), Self::Request(commit.request), Self::Code(commit.summary.code)];
        names.extend(commit.key.as_ref().map(|key| Self::Key(&key.key)));
        names.extend(commit.closes_draft.as_ref().map(|(draft, _)| Self::Draft(*draft)));
        names.extend(commit.counters.iter().map(|counter| Self::Counter(&counter.name)));
        names
    }
}
