//! Demonstration data: an office that has worked for ninety days, with requests in every stage.
//!
//! Everything goes through the office as real requests do, on a clock that is set back and runs forward; the same
//! seed gives the same office.

mod answers;
mod dice;
mod ground;
mod life;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use futures::StreamExt;
use oneservice_core::catalog::{Catalog, DocumentFormat, OfficeProfile, Role};
use oneservice_core::ids::{OfficerId, RequestId};
use oneservice_core::office::{Kept, NewDraft, Office, OfficeError, SetClock};
use oneservice_core::request::{Actor, Appointment, Channel, Evidence, Filled, Officer, SignatureMethod};

pub use answers::filing;
pub use dice::Dice;
pub use ground::{Ground, NotHere};

use crate::fake;
use crate::staff::{Staff, StaffError};

/// The password of every demonstration login.
pub const PASSWORD: &str = "demonstration";
/// How far back the demonstration begins.
pub const DAYS: i64 = 90;
/// How many requests are worked on side by side.
const SIDE_BY_SIDE: usize = 64;

/// The demonstration's officers: one for each role that the catalogue's plans name, in every department that they
/// name it for, a cashier, and those who are called on when something goes wrong.
pub fn officers(catalog: &Catalog) -> Vec<Officer> {
    let mut appointments: BTreeMap<Role, Vec<Appointment>> = BTreeMap::new();
    let mut appoint = |role: Role, appointment: Appointment| {
        let held = appointments.entry(role).or_default();
        if !held.contains(&appointment) {
            held.push(appointment);
        }
    };
    for step in catalog.services().flat_map(|service| &service.review.steps) {
        appoint(step.role, Appointment::new(step.role, step.department.clone()));
        if step.role == Role::FrontDesk {
            appoint(Role::Cashier, Appointment::new(Role::Cashier, step.department.clone()));
        }
    }
    let office = catalog.office();
    for service in catalog.services() {
        let desk = service.desk();
        let heads = [
            (Role::DepartmentHead, &service.department),
            (Role::GovernorDelegate, desk),
            (Role::Ombudsman, desk),
            (Role::Auditor, desk),
        ];
        for (role, department) in heads.into_iter().filter(|(role, _)| office.role(*role).is_some()) {
            appoint(role, Appointment::new(role, department.clone()));
        }
    }
    appointments
        .into_iter()
        .filter_map(|(role, appointments)| {
            let name = office.role(role).map_or_else(|| role.to_string(), |r| r.name.en.clone());
            Some(Officer {
                id: OfficerId::parse(role.as_str()).ok()?,
                name,
                appointments,
                known_by: Vec::new(),
            })
        })
        .collect()
}

/// Adds the demonstration's officers to the staff file, with [`PASSWORD`]; those who are there stay as they are.
///
/// # Errors
/// [`StaffError`].
pub fn add_staff(office: &OfficeProfile, officers: &[Officer], file: &Path) -> Result<Staff, StaffError> {
    Staff::change(file, |staff| {
        for officer in officers {
            if staff.member(officer.id.as_str()).is_none() {
                let appointments = officer.appointments.clone();
                staff.add(office, officer.id.clone(), &officer.name, appointments, Vec::new(), PASSWORD)?;
            }
        }
        Ok(staff.clone())
    })
}

/// What a demonstration is to be.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// How many requests.
    pub requests: usize,
    /// What chance depends on.
    pub seed: u64,
}

/// How often in a row chance may make no form that is in order.
const FRUITLESS_MAX: usize = 20;

/// Fills the office. `office` must run on `clock`, set [`DAYS`] before today. `progress` hears how many requests there
/// are so far. Gives how many were stored: as many as were asked for, unless no form of the catalogue can be filled in.
///
/// # Errors
/// What the office answers; the rules themselves cannot deny a demonstration.
pub async fn fill(
    office: &Office,
    clock: &Arc<SetClock>,
    plan: Plan,
    mut progress: impl FnMut(usize),
) -> Result<usize, OfficeError> {
    let mut dice = Dice::new(plan.seed);
    let officers = officers(office.catalog());
    let papers = papers(office, &mut dice).await?;
    let mut open: Vec<RequestId> = Vec::new();
    let mut done = 0;
    let calendar = office.catalog().calendar();
    let first = clock_at(office, clock);
    let works = |day: i64| calendar.is_working_day(calendar.local_date(first.plus_hours(24 * day)));
    let working_days = (0..DAYS).filter(|day| works(*day)).count();
    let mut day_of_work = 0;
    for _ in 0..DAYS {
        let morning = clock_at(office, clock);
        if calendar.is_working_day(calendar.local_date(morning)) {
            day_of_work += 1;
            let until_now = plan.requests * day_of_work.min(working_days) / working_days.max(1);
            let pause = until_now.saturating_sub(done) + open.len() + 1;
            let pause = 8 * 3_600_000 / i64::try_from(pause).unwrap_or(i64::MAX).max(1);
            let mut fruitless = 0;
            while done < until_now && fruitless < FRUITLESS_MAX {
                let seeds: Vec<u64> = (done..until_now).map(|_| dice.up_to(u64::MAX)).collect();
                let before = done;
                let mut sent = futures::stream::iter(seeds)
                    .map(|seed| submit(office, &papers, seed))
                    .buffer_unordered(SIDE_BY_SIDE);
                while let Some(id) = sent.next().await {
                    if let Some(id) = id? {
                        open.push(id);
                        done += 1;
                        progress(done);
                    }
                    clock.advance_millis(pause.max(1));
                }
                fruitless = if done == before { fruitless + 1 } else { 0 };
            }
            let turns: Vec<(RequestId, u64)> = open.iter().map(|id| (*id, dice.up_to(u64::MAX))).collect();
            let mut moved = futures::stream::iter(turns)
                .map(|(id, seed)| life::day(office, &officers, &papers, id, seed))
                .buffer_unordered(SIDE_BY_SIDE);
            let mut ended = Vec::new();
            while let Some(result) = moved.next().await {
                let (id, goes_on) = result?;
                if !goes_on {
                    ended.push(id);
                }
                clock.advance_millis(pause.max(1));
            }
            ended.sort_unstable();
            open.retain(|id| ended.binary_search(id).is_err());
        }
        clock.set(morning.plus_hours(24));
    }
    Ok(done)
}

fn clock_at(office: &Office, clock: &Arc<SetClock>) -> oneservice_core::calendar::Moment {
    use oneservice_core::office::Clock;
    let now = clock.now();
    let day = office.catalog().calendar().local_date(now);
    let morning = office.catalog().calendar().start_of_day(day).plus_hours(8);
    if morning > now {
        clock.set(morning)
    }
    clock.now()
}

/// One file of each format, shared by all demonstration requests.
pub(crate) type Papers = BTreeMap<DocumentFormat, Kept>;

async fn papers(office: &Office, dice: &mut Dice) -> Result<Papers, OfficeError> {
    let mut papers = Papers::new();
    for format in DocumentFormat::ALL {
        let bytes = fake::document(*format);
        let stream = futures::stream::iter([Ok::<_, std::io::Error>(bytes.into())]);
        let blob = oneservice_core::ids::BlobId::new(
            [dice.up_to(u64::MAX).to_be_bytes(), dice.up_to(u64::MAX).to_be_bytes()]
                .concat()
                .try_into()
                .unwrap_or_default(),
        );
        let kept = office.documents().keep(blob, stream, 1 << 20, &[*format]).await?;
        papers.insert(*format, kept);
    }
    Ok(papers)
}

pub(crate) fn evidence(
    papers: &Papers,
    document: &str,
    media_type: &str,
    issued: Option<oneservice_core::calendar::Date>,
) -> Option<Evidence> {
    let format = DocumentFormat::of_media_type(media_type)?;
    let (kept, document) = (papers.get(&format)?, document.parse().ok()?);
    Some(Evidence {
        name: answers::file_name(&document, format),
        document,
        blob: kept.blob,
        sha256: kept.sha256,
        media_type: kept.media_type.to_string(),
        size_bytes: kept.size_bytes,
        issued,
    })
}

/// One request; none if chance did not make a form that is in order.
async fn submit(office: &Office, papers: &Papers, seed: u64) -> Result<Option<RequestId>, OfficeError> {
    let mut dice = Dice::new(seed);
    let catalog = office.catalog();
    let today = office.today();
    let services: Vec<_> = catalog.offered(today).collect();
    let Some((service, mut filing)) = (0..4).find_map(|_| {
        let service = dice.pick(&services).copied()?;
        Some((service, filing(service, catalog.places(), today, &mut dice)?))
    }) else {
        return Ok(None);
    };
    let evidence: Vec<Evidence> = filing
        .documents
        .iter()
        .filter_map(|claim| evidence(papers, &claim.document, &claim.media_type, claim.issued))
        .collect();
    // Every picture within a form is the same one.
    let picture = papers.get(&DocumentFormat::Jpeg).map(|kept| kept.blob.to_string());
    service.rename_files(Arc::make_mut(&mut filing.form), |_, _| picture.clone());
    let signer = filing.form.get("name_latin").and_then(|name| name.as_str()).unwrap_or("SAMPLE").to_owned();
    let filled = Filled {
        service: &service.id,
        applicant: filing.applicant,
        by_representative: filing.by_representative,
        purpose: filing.purpose,
        answers: &filing.form,
        evidence: &evidence,
    };
    let signature = office.signature(service, SignatureMethod::Typed, &signer, None).await?.under(&filled);
    let new = NewDraft {
        service: service.id.to_string(),
        applicant: filing.applicant,
        by_representative: filing.by_representative,
        purpose: filing.purpose,
        follows: None,
        channel: Channel::Web,
        idempotency_key: None,
    };
    let receipt = office
        .submit_whole(
            new,
            Arc::unwrap_or_clone(filing.form),
            evidence,
            Some(signature),
            &Actor::Applicant,
            None,
        )
        .await?;
    Ok(Some(receipt.id))
}
