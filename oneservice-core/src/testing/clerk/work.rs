//! From the sheet's words to the library's: catalogues, people and commands; and what must agree.

use std::sync::LazyLock;

use serde_json::{Map, Value, json};

use super::days::later;
use super::others::{NOBODY, STAFF};
use super::sheet::STEPS;
use super::tries::ITEMS;
use super::{Fee, PEOPLE, Part, Proof, Sheet, Try, What, Who, Why};
use crate::calendar::{Date, Moment};
use crate::catalog::{ApplicantKind, Catalog, Purpose};
use crate::ids::{BlobId, Digest32, ReasonCode, RequestId, TrackingCode};
use crate::money::Money;
use crate::request::{
    Actor, Alias, AnyRequest, Appointment, Channel, Collector, Command, Correction, Corrections, Evidence,
    Finding, INSPECTION_PHOTO, InspectionReport, InspectionScheduled, Intake, Item, Mandate, MandateProof,
    Officer, PaymentMethod, Relation, Replacement, Signature, SignatureMethod, Verdict,
};
use crate::testing::case::{Checked, same};
use crate::testing::sample;

const COSIGNER: &str = "cosigner = { km = \"ម្ចាស់ផ្ទះ\", en = \"The owner of the house\" }";
const IDENTITY: &str = "national-id 6789";
const SERVICE: &str = "services/trade/market-stall.toml";

/// The place of a kind of catalogue among all that there are.
#[must_use]
pub fn kind(fee: Fee, silence_grants: bool, panel: bool) -> usize {
    (fee as usize * 2 + usize::from(silence_grants)) * 2 + usize::from(panel)
}

/// Every kind, in the order of [`kind`].
pub(super) fn kinds() -> impl Iterator<Item = (Fee, bool, bool)> {
    let fees = [Fee::Before, Fee::After, Fee::Free];
    fees.into_iter().flat_map(|fee| {
        [(false, false), (false, true), (true, false), (true, true)]
            .map(|(grants, panel)| (fee, grants, panel))
    })
}

static PARSED: LazyLock<Vec<Catalog>> =
    LazyLock::new(|| kinds().map(|(fee, grants, panel)| made(fee, grants, panel)).collect());

/// The sample's catalogue with another moment for the fee, with or without silence that grants and two who must be for it, and a reason for sending back that fits
/// every item. Each is an office of its own.
#[must_use]
pub fn catalogue(fee: Fee, silence_grants: bool, panel: bool) -> &'static Catalog {
    &PARSED[kind(fee, silence_grants, panel)]
}

fn made(fee: Fee, grants: bool, panel: bool) -> Catalog {
    let mut files = sample::files();
    let mut edit = |file: &str, from: &str, to: &str| {
        let text = files.get_mut(file).expect("the sample has the file");
        assert!(text.contains(from), "the sample says {from}");
        *text = text.replacen(from, to, 1);
    };
    edit(
        "office.toml",
        "id = \"harbour-town\"",
        &format!("id = \"harbour-town-{}\"", kind(fee, grants, panel)),
    );
    let when = "when = \"on-submission\"";
    match fee {
        Fee::Before => edit(SERVICE, when, "when = \"on-submission\"\nrefund = \"before-first-step\""),
        Fee::After => edit(SERVICE, when, "when = \"on-approval\"\nrefund = \"before-decision\""),
        Fee::Free => {}
    }
    if panel {
        edit(SERVICE, "kind = \"approval\"", "kind = \"approval\"\nmin_approvers = 2");
        edit(SERVICE, "kind = \"examination\"", "kind = \"inspection\"\nphotos = 1");
    }
    if grants {
        edit(SERVICE, "then = \"escalate\"", "then = \"grant\"");
        edit(SERVICE, "at_collection = true", &format!("at_collection = true\n{COSIGNER}"));
    }
    let service = files.get_mut(SERVICE).expect("the sample has the service");
    if fee == Fee::Free {
        let (before, rest) = service.split_once("[fee]").expect("the sample has a fee");
        let after = rest.split_once("[processing_time]").expect("the sample has a time").1;
        let free = "[fee]\ncurrency = \"KHR\"\nwhen = \"none\"\nassumed = true\nbase = 0\n\n";
        *service = format!("{before}{free}[processing_time]{after}");
    }
    service.push_str("\n[[reasons]]\ncode = \"TR-C02\"\nkind = \"return\"\ntext = { km = \"សូមកែ\", en = \"Correct this\" }\n");
    Catalog::parse(&files).unwrap_or_else(|error| panic!("{:#?}", error.mistakes))
}

/// The answers of somebody who sells cloth, or food, of which the health department has to be asked.
#[must_use]
pub fn answers(asks_health: bool) -> Map<String, Value> {
    let mut form = sample::answers();
    if asks_health {
        form.extend([("goods".to_owned(), json!("food")), ("cooks".to_owned(), json!(false))]);
    }
    form
}

/// A paper that is described and not kept anywhere.
#[must_use]
pub fn paper(nth: u8) -> Evidence {
    Evidence {
        document: "id-card".parse().expect("an id"),
        blob: BlobId::new([nth; 16]),
        sha256: Digest32::sha256(&[&[nth]]),
        media_type: "image/png".into(),
        size_bytes: 1_000,
        name: "card.png".into(),
        issued: None,
    }
}

/// A typed signature.
#[must_use]
pub fn signature(signer: &str) -> Signature {
    let statement = Digest32::sha256(&[b"I declare"]);
    Signature { method: SignatureMethod::Typed, signer: signer.into(), file: None, statement, content: None }
}

/// What is sent in at `now`, by the applicant, with one paper and a typed signature.
#[must_use]
pub fn intake(now: Moment, answers: Map<String, Value>) -> Intake {
    Intake {
        id: RequestId::new(now, [7; 10]),
        office: "harbour-town".parse().expect("an id"),
        code: TrackingCode::draw(&mut |bytes| bytes.fill(5)),
        alias: Alias::new([3; 16]),
        applicant: ApplicantKind::Person,
        by_representative: false,
        purpose: Purpose::New,
        follows: None,
        replaces: None,
        channel: Channel::Web,
        answers,
        evidence: vec![paper(0)],
        signature: Some(signature("SOK DARA")),
    }
}

/// Somebody as the library knows them.
#[must_use]
pub fn actor(who: Who) -> Actor {
    let appointments = who
        .appointments()
        .iter()
        .map(|(role, department)| Appointment::new(*role, department.parse().expect("an id")));
    match who {
        Who::Applicant => Actor::Applicant,
        Who::Representative => Actor::Representative,
        Who::Cosigner => Actor::Cosigner,
        Who::Clock => Actor::System,
        officer => Actor::Officer(Officer {
            id: format!("{officer:?}").to_lowercase().parse().expect("an id"),
            name: String::new(),
            appointments: appointments.collect(),
            // The telephone number of the form, as somebody else writes it.
            known_by: if officer == Who::Own { vec!["+855 12 345 678".to_owned()] } else { Vec::new() },
        }),
    }
}

fn officer(who: Who) -> Option<Officer> {
    if let Actor::Officer(officer) = actor(who) { Some(officer) } else { None }
}

fn officers(of: &[Who]) -> Vec<Officer> {
    of.iter().filter_map(|who| officer(*who)).collect()
}

/// What the code of the nth mandate is known by.
fn mandate_code(nth: u64) -> Digest32 {
    Digest32::sha256(&[b"mandate", &nth.to_be_bytes()])
}

/// A code that was given, the last one or one before.
fn given_code(request: &AnyRequest, before: usize) -> Digest32 {
    let given = request.record().mandates.iter().rev().nth(before);
    given.map_or(mandate_code(u64::MAX), |given| given.mandate.code)
}

fn assigning(is_right: bool) -> ReasonCode {
    code(if is_right { "OF-A01" } else { "OF-L01" })
}

/// The items of a bit set.
pub fn items(set: u8) -> impl Iterator<Item = Item> {
    (0..ITEMS.len()).filter(move |nth| set >> nth & 1 == 1).map(item)
}

fn item(nth: usize) -> Item {
    ITEMS[nth].parse().expect("an item")
}

fn why(why: Why) -> ReasonCode {
    code(match why {
        Why::General => "TR-C02",
        Why::Paper => "TR-C01",
        Why::Unknown => "TR-X01",
    })
}

fn code(code: &str) -> ReasonCode {
    code.parse().expect("a code")
}

/// A reason of the office of the right kind, or of another.
fn coded(right: &str, is_right: bool) -> ReasonCode {
    code(if is_right { right } else { "OF-A01" })
}

/// The command for what is tried on `request` `today`; nothing where only time passes. `nth` tells corrections apart, `card` is a
/// new paper and `signed` a signature.
#[must_use]
pub fn command(
    Try { who: by, what }: Try,
    request: &AnyRequest,
    today: Date,
    nth: u64,
    card: &Evidence,
    signed: &Signature,
) -> Option<Command> {
    let step = |nth: usize| STEPS[nth].parse().expect("an id");
    let words = |some: bool| if some { "words".to_owned() } else { " ".to_owned() };
    let record = request.record();
    let (due, note) = (record.outstanding(), None);
    let money = |minor: i64| Money::new(due.currency(), minor);
    Some(match what {
        What::Wait { .. } => return None,
        What::Pay { right } => {
            let amount = money(due.minor() + i64::from(!right));
            Command::Pay { amount, method: PaymentMethod::Cash }
        }
        What::Transfer { right, named } => {
            let amount = money(due.minor() + i64::from(!right));
            Command::RecordTransfer {
                amount,
                reference: if named { format!("FT{nth}") } else { words(false) },
            }
        }
        What::Confirm => Command::ConfirmTransfer,
        What::NotFound { coded: right } => Command::RejectTransfer { reason: coded("OF-T01", right), note },
        What::Accept { step: nth, item: on } => {
            Command::Judge { step: step(nth), item: item(on), verdict: Verdict::Accepted }
        }
        What::Reject { step: nth, item: on, why: reason } => {
            let verdict = Verdict::Rejected { reason: why(reason), note };
            Command::Judge { step: step(nth), item: item(on), verdict }
        }
        What::Pass { step: nth, favourable, shown } => {
            let finding = if favourable { Finding::Favourable } else { Finding::Unfavourable };
            let photo = || Evidence { document: INSPECTION_PHOTO.parse().expect("an id"), ..card.clone() };
            let report = || InspectionReport { words: Some("as told".into()), photos: vec![photo()] };
            let report = shown.then(report);
            Command::PassStep { step: step(nth), finding, note, checked: vec![], report }
        }
        What::Schedule { step: nth, ahead, hours, coded: right } => {
            Command::ScheduleInspection(InspectionScheduled {
                step: step(nth),
                day: later(today, ahead),
                hours: words(hours),
                prepare: None,
                reason: Some(coded("OF-I01", right)),
            })
        }
        What::Return { step: nth, items: set, why: reason, excepted } => {
            let correction = |item| Correction { item, reason: why(reason), note: None };
            Command::Return {
                step: step(nth),
                corrections: items(set).map(correction).collect(),
                note,
                exception: excepted.then(|| code("OF-N01")),
            }
        }
        What::Resubmit { changed, explained } => {
            let has = |bit: u8| changed >> bit & 1 == 1;
            let area = has(1).then(|| ("area".to_owned(), json!(format!("{}.5", 10 + nth % 200))));
            Command::Resubmit(Corrections {
                channel: Channel::Web,
                answers: area.into_iter().collect(),
                evidence: has(0).then(|| card.clone()).into_iter().collect(),
                signature: has(2).then(|| signed.clone()),
                explanations: items(explained).map(|item| (item, "it is right".to_owned())).collect(),
            })
        }
        What::Approve { step: nth } => Command::Approve { step: step(nth), note },
        What::Refuse { step: nth, coded } => {
            let reasons = coded.then(|| code("TR-X01")).into_iter().collect();
            Command::Refuse { step: step(nth), reasons, note }
        }
        What::Issue { step: nth } => Command::Issue { step: step(nth) },
        What::Cosign { named, shown } => {
            let signer = if named { "CHAN THY".into() } else { words(false) };
            Command::Cosign {
                identity: if shown { IDENTITY.into() } else { words(false) },
                signature: Signature { signer, ..signed.clone() },
            }
        }
        What::GiveMandate { named } => Command::GiveMandate(Mandate {
            name: if named { "CHAN THY".into() } else { words(false) },
            identity: IDENTITY.into(),
            code: mandate_code(nth),
        }),
        What::RevokeMandate => Command::RevokeMandate,
        What::CollectFor { proof } => Command::Collect {
            collector: Collector {
                name: "CHAN THY".into(),
                relation: Relation::Proxy,
                identity: IDENTITY.into(),
                mandate: match proof {
                    Proof::Nothing => None,
                    Proof::Paper => Some(MandateProof::Paper),
                    Proof::Last => Some(MandateProof::Code(given_code(request, 0))),
                    Proof::Former => Some(MandateProof::Code(given_code(request, 1))),
                    Proof::Unknown => Some(MandateProof::Code(mandate_code(u64::MAX))),
                },
            },
            signature: Some(signed.clone()),
            originals_seen: vec!["id-card".parse().expect("an id")],
        },
        What::Vacate { step: nth, staffed } => Command::ReportVacancy {
            step: step(nth),
            staff: officers(if staffed { &STAFF } else { &NOBODY }),
        },
        What::Collect { originals, signed: signs } => Command::Collect {
            collector: Collector {
                name: "SOK DARA".into(),
                relation: Relation::Applicant,
                identity: IDENTITY.into(),
                mandate: None,
            },
            signature: signs.then(|| signed.clone()),
            originals_seen: originals.then(|| "id-card".parse().expect("an id")).into_iter().collect(),
        },
        What::Withdraw => Command::Withdraw { reason: None },
        What::Object { words: some } => Command::Object { text: words(some) },
        What::Uphold { words: some } => Command::UpholdObjection { note: words(some) },
        What::Dismiss { words: some } => Command::DismissObjection { note: words(some) },
        What::Remind { step: nth } => Command::Remind { step: nth.map(step) },
        What::Escalate { step: nth } => Command::Escalate { step: nth.map(step) },
        What::Lapse => Command::Lapse,
        What::MakeFinal => Command::MakeFinal,
        What::GrantBySilence => Command::GrantBySilence,
        What::Expire => Command::Expire,
        What::Replace => {
            let request = RequestId::new(Moment::from_millis(0), [8; 10]);
            Command::Replace(Replacement { number: "STALL-2026-99999".into(), request })
        }
        What::Extend { days, coded: right } => {
            Command::Extend { working_days: days, reason: coded("OF-E01", right), note }
        }
        What::Explain { coded: right } => Command::ExplainDelay { reason: coded("OF-L01", right), note },
        What::Reopen { coded: right } => Command::Reopen { reason: coded("OF-R01", right), note },
        What::Read { known } => {
            // The paper that came with the submission, whatever came later.
            let first = record.files.keys().find(|blob| **blob != card.blob).copied();
            let blob = first.filter(|_| known).unwrap_or(BlobId::new([0xee; 16]));
            Command::Read { blob }
        }
        What::Complain { words: some, coded: right } => {
            Command::Complain { subject: coded("OF-S01", right), text: words(some) }
        }
        What::AnswerComplaint { words: some } => Command::AnswerComplaint { text: words(some) },
        What::Waive { part, coded: right } => {
            let amount = match part {
                Part::All => due.minor(),
                Part::Half => due.minor() / 2,
                Part::Nothing => 0,
                Part::TooMuch => due.minor() + 1,
            };
            Command::Waive { amount: money(amount), reason: coded("OF-W01", right), note }
        }
        What::Refund { right } => {
            let due = record.refundable_in(request.stage(), request.service());
            Command::Refund { amount: money(due.minor() + i64::from(!right)) }
        }
        What::Suspend { coded: right } => Command::Suspend { reason: coded("OF-U01", right), note },
        What::Reinstate => Command::Reinstate { note },
        What::Revoke { coded: right } => Command::Revoke { reason: coded("OF-V01", right), note },
        What::Claim { step: nth } => Command::Assign { step: step(nth), to: officer(by), reason: None, note },
        What::Release { step: nth } => Command::Assign { step: step(nth), to: None, reason: None, note },
        What::Give { step: nth, to, coded: right } => {
            Command::Assign { step: step(nth), to: officer(to), reason: Some(assigning(right)), note }
        }
        What::Free { step: nth, coded: right } => {
            Command::Assign { step: step(nth), to: None, reason: Some(assigning(right)), note }
        }
        What::Recuse { coded: right } => Command::Recuse { reason: coded("OF-C01", right), note },
    })
}

/// Compares a request with its sheet.
///
/// # Errors
/// The first difference.
pub fn compare(sheet: &Sheet, request: &AnyRequest) -> Checked {
    let record = request.record();
    same("stage", request.stage(), sheet.stage)?;
    same("the fee", record.outstanding().minor(), sheet.outstanding())?;
    same("the last day", request.last_day().map(|(_, day)| day), sheet.last)?;
    let names = |wanted: &dyn Fn(usize) -> bool| -> Vec<&str> {
        (0..5).filter(|step| wanted(*step)).map(|step| STEPS[step]).collect()
    };
    let place = |id: &str| STEPS.iter().position(|step| *step == id);
    let mut done: Vec<&str> = record.passed.keys().map(|step| step.as_str()).collect();
    done.sort_by_key(|id| place(id));
    same("steps that are done", done, names(&|step| sheet.done.contains(&step)))?;
    let open = record.open_steps(request.service());
    let mut open: Vec<&str> = open.iter().map(|step| step.as_str()).collect();
    open.sort_by_key(|id| place(id));
    same("steps that are open", open, names(&|step| sheet.open(step)))?;
    let vacant: Vec<&str> = record.vacant.iter().map(|step| step.as_str()).collect();
    let mut expected: Vec<&str> = sheet.vacant.iter().map(|step| STEPS[*step]).collect();
    expected.sort_unstable();
    same("steps without anybody", vacant, expected)?;
    same("the co-signature", record.cosignature.is_some(), sheet.cosigned)?;
    same("the mandate", record.mandate().is_some(), sheet.mandated)?;
    let rejected: Vec<Item> = record.rejected().map(|(item, _)| item.clone()).collect();
    let mut expected: Vec<Item> = items(sheet.rejected).collect();
    expected.sort();
    same("rejected items", rejected, expected)?;
    let mut days: Vec<(Option<usize>, Date)> =
        record.step_days.iter().map(|(id, timing)| (place(id.as_str()), timing.last_day)).collect();
    days.sort_unstable();
    let expected = sheet.days.iter().map(|(step, day)| (Some(*step), day.last)).collect();
    same("the days of open steps", days, expected)?;
    let appointed: Vec<Date> = record.appointments.values().map(|appointment| appointment.day).collect();
    same("the appointment", appointed, sheet.appointed.into_iter().collect())?;
    for who in PEOPLE {
        let Some(officer) = officer(who) else { continue };
        let steps: Vec<&str> = request.steps_of(&officer).iter().map(|step| step.id.as_str()).collect();
        same("whose steps they are", (who, steps), (who, names(&|step| sheet.lists(who, step))))?;
    }
    Ok(())
}
