//! What comes on paper and is entered at the counter: as of when it came, by whom, and how much later.

use std::sync::Arc;

use super::scene::{Premises, Scene, Who, back, pass, up_to_ready};
use crate::calendar::Moment;
use crate::catalog::Role;
use crate::office::{DraftHandle, NewDraft, OfficeError, Receipt};
use crate::request::{
    Actor, AnyFact, Appointment, Channel, Command, Denial, Envelope, FactName, SignatureMethod,
};
use crate::store::Store;
use crate::testing::case::{cases, hold, same};
use crate::testing::{Broken, Case, Checked, sample};

pub(super) const CASES: &[Case] = cases![
    what_came_on_paper_counts_from_when_it_came_and_says_when_it_was_entered,
    an_officer_enters_nothing_of_the_future_of_long_ago_or_of_their_own,
    who_entered_a_request_neither_examines_nor_approves_it,
    silence_does_not_grant_what_was_entered_late,
    a_correction_is_entered_at_the_counter_and_examined_by_somebody_else,
];

/// A draft at the counter, complete but for the signature.
async fn filled(scene: &Scene) -> Result<DraftHandle, OfficeError> {
    let new = NewDraft { channel: Channel::Counter, ..NewDraft::of(super::scene::SERVICE) };
    let mut draft = scene.office.draft(new).await?;
    draft.answers(sample::answers()).await?;
    draft.attach("id-card", "card.pdf", None, sample::PDF.to_vec()).await?;
    Ok(draft)
}

/// What an officer is told who enters a request that has this name in Latin letters.
async fn named(scene: &Scene, by: &Actor, name: &str) -> Result<Vec<&'static str>, Broken> {
    let mut draft = filled(scene).await?;
    draft.answer("name_latin", name).await?;
    draft.sign(SignatureMethod::Paper, "SOK DARA", None).await?;
    match draft.submit_as(by, None).await {
        Err(OfficeError::Denied { denials, .. }) => Ok(denials.iter().map(Denial::code).collect()),
        sent => sent.map(|_| Vec::new()).map_err(Broken::from),
    }
}

async fn enter(
    scene: &Scene,
    by: &Actor,
    came: Option<&str>,
) -> Result<Result<Receipt, Vec<Denial>>, Broken> {
    let mut draft = filled(scene).await?;
    draft.sign(SignatureMethod::Paper, "SOK DARA", None).await?;
    match draft.submit_as(by, came.map(Moment::parse).transpose()?).await {
        Ok(receipt) => Ok(Ok(receipt)),
        Err(OfficeError::Denied { denials, .. }) => Ok(Err(denials)),
        Err(other) => Err(other.into()),
    }
}

async fn what_came_on_paper_counts_from_when_it_came_and_says_when_it_was_entered(
    store: Arc<dyn Store>,
) -> Checked {
    // A Tuesday at noon; the paper came on Monday morning.
    let premises = Premises::at(Arc::clone(&store), "2026-03-31T06:15:00Z")?;
    let scene = premises.serve(&[]).await?;
    let Ok(receipt) = enter(&scene, &Who::Desk.actor()?, Some("2026-03-30T03:00:00Z")).await? else {
        return Err(Broken("it could not be entered".into()));
    };
    let monday = "2026-03-30".parse()?;
    same("received when it came", receipt.received_on, monday)?;
    let case = scene.office.case(receipt.id).await?;
    let record = case.request.record();
    same("came", record.submitted_at, Moment::parse("2026-03-30T03:00:00Z")?)?;
    same("entered", record.entered_at, Moment::parse("2026-03-31T06:15:00Z")?)?;
    same("how", record.channel, Channel::Counter)?;
    let first = case.history.first().ok_or_else(|| Broken("no history".into()))?;
    let entry = &first.recorded.entry;
    same("by", entry.by.officer.as_ref().map(ToString::to_string), Some("desk".to_owned()))?;
    same("how much later", entry.lag_minutes(), Some(27 * 60 + 15))?;
    // The public is told, too.
    let log = store.events(scene.office.id(), first.index, 1).await?;
    let event = log.first().ok_or_else(|| Broken("no event".into()))?;
    let envelope: Envelope = serde_json::from_slice(&event.body.envelope)?;
    same("what", envelope.fact, FactName::Submission)?;
    same("the public lag", envelope.lag_minutes, Some(27 * 60 + 15))?;

    // What comes now has no lag.
    let Ok(receipt) = enter(&scene, &Who::Desk.actor()?, None).await? else {
        return Err(Broken("it could not be entered".into()));
    };
    let case = scene.office.case(receipt.id).await?;
    let entry = case.history.first().map(|first| first.recorded.entry.clone());
    same("no lag", entry.and_then(|entry| entry.lag_minutes()), None)
}

async fn an_officer_enters_nothing_of_the_future_of_long_ago_or_of_their_own(
    store: Arc<dyn Store>,
) -> Checked {
    let premises = Premises::at(store, "2026-03-31T06:15:00Z")?;
    let scene = premises.serve(&[]).await?;
    let desk = Who::Desk.actor()?;
    let refused = async |by: &Actor, came: Option<&str>| match enter(&scene, by, came).await? {
        Ok(receipt) => Err(Broken(format!("{} was entered", receipt.code))),
        Err(denials) => Ok(denials.iter().map(Denial::code).collect::<Vec<_>>()),
    };
    same("tomorrow", refused(&desk, Some("2026-04-01T03:00:00Z")).await?, vec!["came-in-future"])?;
    // The sample's office enters within seven days: Tuesday is the last one.
    same("long ago", refused(&desk, Some("2026-03-23T03:00:00Z")).await?, vec!["too-late"])?;
    hold("a week ago", enter(&scene, &desk, Some("2026-03-24T03:00:00Z")).await?.is_ok())?;
    let Actor::Officer(mut officer) = desk else { return Err(Broken("no officer".into())) };
    let phone = sample::answers().get("phone").and_then(|phone| phone.as_str().map(str::to_owned));
    officer.known_by = phone.into_iter().collect();
    same("their own", refused(&Actor::Officer(officer.clone()), None).await?, vec!["own-request"])?;
    // A company is known by its registration number, however it is written, and by the whole of it.
    officer.known_by = vec!["CO. 1234 E/2010".to_owned()];
    let officer = Actor::Officer(officer);
    same("their company", named(&scene, &officer, "Co.1234E-2010").await?, vec!["own-request"])?;
    same("another company", named(&scene, &officer, "Co. 1234 K/2010").await?, vec![])?;
    for who in [Who::Examiner, Who::Cashier, Who::Head] {
        same("not their part", refused(&who.actor()?, None).await?, vec!["not-your-role"])?;
    }
    Ok(())
}

async fn who_entered_a_request_neither_examines_nor_approves_it(store: Arc<dyn Store>) -> Checked {
    let premises = Premises::at(store, "2026-03-31T06:15:00Z")?;
    let scene = premises.serve(&[]).await?;
    // Somebody who sits at the counter, examines and approves.
    let Actor::Officer(mut officer) = Who::Desk.actor()? else { return Err(Broken("no officer".into())) };
    for (role, department) in [(Role::Examiner, "trade"), (Role::Approver, "owso")] {
        officer.appointments.push(Appointment::new(role, department.parse()?));
    }
    let all = Actor::Officer(officer);
    let Ok(receipt) = enter(&scene, &all, None).await? else {
        return Err(Broken("it could not be entered".into()));
    };
    scene.act(&receipt, Who::Cashier, scene.pay(&receipt)).await?;
    let act = async |command: Command| match scene
        .office
        .act(receipt.id, command, &all, Default::default())
        .await
    {
        Ok(_) => Ok(Vec::new()),
        Err(OfficeError::Denied { denials, .. }) => Ok(denials.iter().map(Denial::code).collect()),
        Err(other) => Err(Broken::from(other)),
    };
    same("the counter's work", act(pass("intake")?).await?, vec![])?;
    same("not this", act(pass("examine")?).await?, vec!["own-entry"])?;
    scene.act(&receipt, Who::Examiner, pass("examine")?).await?;
    let approve = Command::Approve { step: "approve".parse()?, note: None };
    same("nor this", act(approve).await?, vec!["own-entry"])?;
    for (who, command) in up_to_ready()?.into_iter().skip(2) {
        scene.act(&receipt, who, command).await?;
    }
    Ok(())
}

async fn silence_does_not_grant_what_was_entered_late(store: Arc<dyn Store>) -> Checked {
    let mut files = sample::files();
    if let Some(text) = files.get_mut("services/trade/market-stall.toml") {
        *text = text.replace("then = \"escalate\"", "then = \"grant\"");
        *text = text.replace("when = \"on-submission\"", "when = \"on-approval\"");
    }
    let premises = Premises::at(store, "2026-03-31T06:15:00Z")?;
    let scene = premises.serve_under(&files, Arc::clone(&premises.clock) as _, &[]).await?;
    let desk = Who::Desk.actor()?;
    let (late, at_once) =
        (enter(&scene, &desk, Some("2026-03-25T03:00:00Z")).await?, enter(&scene, &desk, None).await?);
    let (Ok(late), Ok(at_once)) = (late, at_once) else {
        return Err(Broken("they could not be entered".into()));
    };
    premises.wall(&scene, "2026-07-01T09:00:00")?;
    scene.office.tick().await?;
    let facts = async |receipt: &Receipt| -> Result<Vec<FactName>, Broken> {
        let history = scene.office.case(receipt.id).await?.history;
        Ok(history.iter().map(|happening| happening.recorded.fact.name()).collect())
    };
    let (late, at_once) = (facts(&late).await?, facts(&at_once).await?);
    hold("the one is granted", at_once.contains(&FactName::SilentApproval))?;
    hold("the heads are called on for the other", late.contains(&FactName::Escalation))?;
    hold("and nothing granted", !late.contains(&FactName::SilentApproval))
}

async fn a_correction_is_entered_at_the_counter_and_examined_by_somebody_else(
    store: Arc<dyn Store>,
) -> Checked {
    let premises = Premises::at(store, "2026-03-31T06:15:00Z")?;
    let scene = premises.serve(&[]).await?;
    let receipt = scene.in_review().await?;
    let none = |asked| matches!(asked, Err(OfficeError::NotFound));
    hold("nothing was given back", none(scene.office.counter_correction(receipt.id).await))?;
    scene.act(&receipt, Who::Desk, back("documents.id-card", "TR-C01", None)?).await?;
    let mut draft = scene.office.counter_correction(receipt.id).await?;
    draft.attach("id-card", "again.pdf", None, sample::PDF.to_vec()).await?;
    // Another officer goes on with it; the applicant's own draft is another.
    let draft = scene.office.counter_correction(receipt.id).await?;
    same("what was begun", draft.content().evidence.len(), 1)?;
    hold("not theirs", scene.office.correction_draft(receipt.key).await?.content().evidence.is_empty())?;

    // Somebody who sits at the counter and examines.
    let Actor::Officer(mut officer) = Who::Desk.actor()? else { return Err(Broken("no officer".into())) };
    officer.appointments.push(Appointment::new(Role::Examiner, "trade".parse()?));
    let both = Actor::Officer(officer);
    let sent = |by: Actor| {
        let draft = draft.clone();
        async move { draft.send_corrections(&by, Default::default()).await }
    };
    let codes = |sent| match sent {
        Ok(_) => Ok(Vec::new()),
        Err(OfficeError::Denied { denials, .. }) => Ok(denials.iter().map(Denial::code).collect::<Vec<_>>()),
        Err(other) => Err(Broken::from(other)),
    };
    same("not their part", codes(sent(Who::Cashier.actor()?).await)?, vec!["not-your-role"])?;
    same("entered", codes(sent(both.clone()).await)?, vec![])?;
    let case = scene.office.case(receipt.id).await?;
    let last = case.history.last().map(|happening| &happening.recorded);
    let last = last.ok_or_else(|| Broken("no history".into()))?;
    same("by", last.entry.by.officer.as_ref().map(ToString::to_string), Some("desk".to_owned()))?;
    let AnyFact::Resubmission(correction) = &last.fact else { return Err(Broken("no correction".into())) };
    same("how", correction.channel, Channel::Counter)?;
    hold("it is over", none(scene.office.counter_correction(receipt.id).await))?;
    hold("and no link opens it", none(scene.office.open_draft(draft.key()).await))?;
    same("a second tap finds it sent", codes(sent(both.clone()).await)?, vec!["not-in-stage"])?;
    scene.act(&receipt, Who::Desk, pass("intake")?).await?;
    let examined = scene.office.act(receipt.id, pass("examine")?, &both, Default::default()).await;
    same("four eyes", codes(examined)?, vec!["own-entry"])?;
    scene.act(&receipt, Who::Examiner, pass("examine")?).await?;
    Ok(())
}
