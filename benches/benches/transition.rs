//! The rules alone, with no store: one transition of a request, and a submission decided, encoded and hashed.
//!
//! Beside a transition stands the move of the same value, beside a submission the writing of the same bytes as JSON and their hashes: what
//! is left is what the rules cost. A form of twenty fields is judged in the bench `validate`.

use std::error::Error;
use std::hint::black_box;
use std::io::{self, Write as _};
use std::sync::Arc;
use std::time::{Duration, Instant};

use oneservice_core::calendar::{Moment, date};
use oneservice_core::ids::Digest32;
use oneservice_core::request::{
    Actor, AnyFact, AnyRequest, By, Context, Decided, Draft, Entry, Envelope, Recorded, Reminder, Request,
};
use oneservice_core::store::EventBody;
use oneservice_core::testing::{clerk, sample};

/// Each round measures every side, one after the other; the best of each counts, since only other work can slow a round down.
const ROUNDS: usize = 40;
const TRANSITIONS_A_ROUND: u32 = 100_000;
const SUBMISSIONS_A_ROUND: usize = 500;
/// A draft is decided right after it was read: no more of them are made at once than a processor keeps near.
const DRAFTS_AT_HAND: usize = 10;

fn main() -> Result<(), Box<dyn Error>> {
    let catalog = sample::catalog()?;
    let service = catalog.services().next().ok_or("the sample has a service")?;
    let now = Moment::parse("2026-03-31T02:00:00Z")?;
    let context = Context {
        now,
        occurred_at: None,
        calendar: catalog.calendar(),
        places: catalog.places(),
        office: catalog.office(),
    };
    let draft = Request::draft(clerk::work::intake(now, sample::answers()), Arc::clone(service));
    let fields = sample::answers().len();
    let mut best = [Duration::MAX; 4];
    for _ in 0..ROUNDS {
        let Ok(decided) = Decided::submission(draft.clone(), &Actor::Applicant, &context) else {
            return Err("the sample is in order".into());
        };
        let bodies =
            decided.steps().map(|(recorded, after)| seal(recorded, after)).collect::<Result<Vec<_>, _>>()?;
        let recorded: Vec<&Recorded> = decided.steps().map(|(recorded, _)| recorded).collect();
        let times = [
            moves(decided.request().clone()),
            transitions(decided.request().clone())?,
            bytes_alone(&recorded, &bodies)?,
            submissions(&draft, &context)?,
        ];
        for (best, time) in best.iter_mut().zip(times) {
            *best = (*best).min(time);
        }
    }
    let [moved, transition, bytes, submission] = best.map(|time| time.as_nanos());
    let mut out = io::stdout().lock();
    writeln!(out, "the rules alone, best of {ROUNDS} rounds, ns each")?;
    writeln!(
        out,
        "a request of {} bytes is moved                          {moved:>8}",
        size_of::<AnyRequest>()
    )?;
    writeln!(out, "one transition: a fact is made true                       {transition:>8}")?;
    writeln!(out, "the facts of a submission of {fields} answers as bytes, hashed  {bytes:>8}")?;
    writeln!(out, "the submission decided, encoded and hashed                {submission:>8}")?;
    Ok(())
}

fn per<T>(count: u32, work: impl FnOnce() -> T) -> (Duration, T) {
    let begun = Instant::now();
    let done = work();
    (begun.elapsed() / count, done)
}

fn moves(request: AnyRequest) -> Duration {
    let (time, request) =
        per(TRANSITIONS_A_ROUND, || (0..TRANSITIONS_A_ROUND).fold(request, |request, _| black_box(request)));
    drop(request);
    time
}

fn transitions(request: AnyRequest) -> Result<Duration, Box<dyn Error>> {
    let fact = AnyFact::Reminder(Reminder { last_day: date(2026, 4, 30) });
    let entry = Entry { by: By::SYSTEM, recorded_at: request.record().last_at, occurred_at: None };
    let (time, request) = per(TRANSITIONS_A_ROUND, || {
        (0..TRANSITIONS_A_ROUND).try_fold(request, |request, _| request.evolve(black_box(&fact), &entry))
    });
    black_box(request?);
    Ok(time)
}

fn seal(recorded: &Recorded, after: &AnyRequest) -> Result<EventBody, Box<dyn Error>> {
    let envelope = |commitment: &Digest32| Envelope::of(recorded, after, *commitment).to_bytes();
    Ok(EventBody::try_seal([7; 32], recorded.to_payload()?, envelope)?)
}

/// The same bytes, without a rule: written as JSON, put under the same hashes.
fn bytes_alone(recorded: &[&Recorded], bodies: &[EventBody]) -> Result<Duration, Box<dyn Error>> {
    let count = u32::try_from(SUBMISSIONS_A_ROUND)?;
    let (time, done) = per(count, || {
        for _ in 0..SUBMISSIONS_A_ROUND {
            for (recorded, body) in recorded.iter().zip(bodies) {
                let payload = serde_json::to_vec(black_box(recorded))?;
                black_box(EventBody::seal([7; 32], payload, |_| body.envelope.clone()));
            }
        }
        Ok::<(), serde_json::Error>(())
    });
    done?;
    Ok(time)
}

fn submissions(draft: &Request<Draft>, context: &Context<'_>) -> Result<Duration, Box<dyn Error>> {
    let mut time = Duration::ZERO;
    for _ in 0..SUBMISSIONS_A_ROUND / DRAFTS_AT_HAND {
        let drafts = vec![draft.clone(); DRAFTS_AT_HAND];
        let begun = Instant::now();
        for draft in drafts {
            let decided =
                Decided::submission(draft, &Actor::Applicant, context).map_err(|_| "it is in order")?;
            for (recorded, after) in decided.steps() {
                black_box(seal(recorded, after)?);
            }
            black_box(decided);
        }
        time += begun.elapsed();
    }
    Ok(time / u32::try_from(SUBMISSIONS_A_ROUND)?)
}
