//! A result is replaced by another, and ends when that one is handed over.

use std::sync::Arc;

use super::scene::{Premises, SERVICE, Scene, Who, collector, up_to_ready};
use crate::catalog::Purpose;
use crate::office::{OfficeError, Receipt};
use crate::request::{
    AnyRequest, Channel, Command, Denial, IssuedResult, Replacement, SignatureMethod, StageName, Standing,
    Unfollowable,
};
use crate::store::Store;
use crate::testing::case::{cases, hold, same};
use crate::testing::{Broken, Case, Checked, sample};

pub(super) const CASES: &[Case] = cases![
    scenario_a_result_ends_when_the_one_that_replaces_it_is_handed_over,
    scenario_a_hand_over_that_was_cut_off_is_taken_up,
];

/// The sample's service, asked for to every purpose.
async fn open(premises: &Premises) -> Result<Scene, Broken> {
    let mut files = sample::files();
    let text = files.get_mut("services/trade/market-stall.toml").ok_or(Broken(SERVICE.to_owned()))?;
    let purposes = "purposes = [\"new\", \"renewal\"]";
    hold("the sample is renewed", text.contains(purposes))?;
    *text = text.replace(purposes, "purposes = [\"new\", \"renewal\", \"amend\", \"replacement\"]");
    premises.serve_under(&files, Arc::clone(&premises.clock) as _, &[]).await
}

async fn ready(scene: &Scene, receipt: &Receipt) -> Result<IssuedResult, Broken> {
    scene.act(receipt, Who::Cashier, scene.pay(receipt)).await?;
    for (who, command) in up_to_ready()? {
        scene.act(receipt, who, command).await?;
    }
    let result = scene.request(receipt).await?.record().result.clone();
    result.ok_or(Broken("nothing was issued".to_owned()))
}

async fn collect(scene: &Scene, receipt: &Receipt) -> Result<Command, Broken> {
    let service = Arc::clone(scene.request(receipt).await?.service());
    let signed = scene.office.signature(&service, SignatureMethod::Paper, "SOK DARA", None).await?;
    let originals_seen = vec!["id-card".parse()?];
    Ok(Command::Collect { collector: collector(), signature: Some(signed), originals_seen })
}

async fn handed_over(scene: &Scene) -> Result<(Receipt, IssuedResult), Broken> {
    let receipt = scene.submitted().await?;
    let result = ready(scene, &receipt).await?;
    scene.act(&receipt, Who::Desk, collect(scene, &receipt).await?).await?;
    Ok((receipt, result))
}

/// A request that follows the result of `former`, sent in, with one answer changed or none.
async fn follow(
    scene: &Scene,
    former: &Receipt,
    purpose: Purpose,
    name: Option<&str>,
) -> Result<Receipt, Broken> {
    let mut draft = scene.office.successor_draft(former.id, purpose, Channel::Web).await?;
    same("what was said then", draft.content().answers.get("name_latin"), Some(&"SOK DARA".into()))?;
    if let Some(name) = name {
        draft.answer("name_latin", name).await?;
    }
    draft.attach("id-card", "card.pdf", None, sample::PDF.to_vec()).await?;
    draft.sign(SignatureMethod::Typed, "SOK DARA", None).await?;
    Ok(draft.submit().await?)
}

fn not_followable<T>(tried: Result<T, OfficeError>, standing: Standing) -> Checked {
    match tried {
        Err(OfficeError::NotFollowable(why)) => same("why not", why, Unfollowable::Stands { standing }),
        Err(other) => Err(other.into()),
        Ok(_) => Err(Broken(format!("something followed a result that is {}", standing.as_str()))),
    }
}

async fn standing(scene: &Scene, number: &str) -> Result<Option<(Standing, Option<String>)>, Broken> {
    let found = scene.office.results_by_number(number).await?.pop();
    Ok(found.map(|one| (one.standing, one.replaced_by)))
}

async fn scenario_a_result_ends_when_the_one_that_replaces_it_is_handed_over(
    store: Arc<dyn Store>,
) -> Checked {
    let premises = Premises::at(store, "2026-03-31T02:00:00Z")?;
    let scene = open(&premises).await?;
    let (former, old) = handed_over(&scene).await?;
    premises.wall(&scene, "2026-06-02T09:00:00")?;
    let lost = follow(&scene, &former, Purpose::Replacement, None).await?;
    let changed = follow(&scene, &former, Purpose::Amend, Some("SOK DARO")).await?;
    let record = scene.request(&lost).await?.record().clone();
    same("what it follows", (record.follows, record.replaces.as_ref()), (Some(former.id), Some(&old)))?;
    let (new, other) = (ready(&scene, &lost).await?, ready(&scene, &changed).await?);
    hold("another number", new.number != old.number && new.issued_on > old.issued_on)?;
    same("until when", (new.valid_until, other.valid_until), (old.valid_until, old.valid_until))?;
    same("until it is handed over", standing(&scene, &old.number).await?, Some((Standing::Valid, None)))?;

    let collected = collect(&scene, &lost).await?;
    let Err(OfficeError::NotEnded(which)) =
        scene.office.prepare(lost.id, collected.clone(), &Who::Desk.actor()?, None).await
    else {
        return Err(Broken("prepared while the other holds".to_owned()));
    };
    same("which must end first", which, former.id)?;
    scene.act(&lost, Who::Desk, collected).await?;
    let ended = Some((Standing::Replaced, Some(new.number.clone())));
    same("the old one", standing(&scene, &old.number).await?, ended)?;
    same("the new one", standing(&scene, &new.number).await?, Some((Standing::Valid, None)))?;

    // Of two that would replace it the one that is handed over first does.
    let second = collect(&scene, &changed).await?;
    let tried = scene.office.act(changed.id, second, &Who::Desk.actor()?, Default::default()).await;
    not_followable(tried, Standing::Replaced)?;
    same("it stays in the house", scene.stage(&changed).await?, StageName::Ready)?;
    for purpose in [Purpose::Renewal, Purpose::Amend, Purpose::Replacement] {
        let tried = scene.office.successor_draft(former.id, purpose, Channel::Web).await;
        not_followable(tried, Standing::Replaced)?;
    }
    let suspend =
        || -> Result<Command, Broken> { Ok(Command::Suspend { reason: "OF-U01".parse()?, note: None }) };
    let denials = scene.denied(&former, Who::Head, suspend()?).await?;
    same("nor does it change", denials, vec![Denial::ResultStands { standing: "replaced" }])?;
    hold("nor does time bring anything", scene.request(&former).await?.last_day().is_none())?;

    scene.act(&lost, Who::Head, suspend()?).await?;
    for purpose in [Purpose::Renewal, Purpose::Amend, Purpose::Replacement] {
        let tried = scene.office.successor_draft(lost.id, purpose, Channel::Web).await;
        not_followable(tried, Standing::Suspended)?;
    }
    Ok(())
}

async fn scenario_a_hand_over_that_was_cut_off_is_taken_up(store: Arc<dyn Store>) -> Checked {
    let premises = Premises::at(store, "2026-03-31T02:00:00Z")?;
    let scene = open(&premises).await?;
    let (former, _) = handed_over(&scene).await?;
    let lost = follow(&scene, &former, Purpose::Replacement, None).await?;
    let new = ready(&scene, &lost).await?;
    // What is written first was, and then the power went.
    let with = Replacement { number: new.number.clone(), request: lost.id };
    scene.act(&former, Who::Clock, Command::Replace(with)).await?;
    let handed = scene.act(&lost, Who::Desk, collect(&scene, &lost).await?).await?;
    hold("handed over", matches!(handed, AnyRequest::Closed(_)))?;

    // A result that ended in another way meanwhile is not brought back by its replacement.
    let (revoked, _) = handed_over(&scene).await?;
    let late = follow(&scene, &revoked, Purpose::Replacement, None).await?;
    ready(&scene, &late).await?;
    let revoke = Command::Revoke { reason: "OF-V01".parse()?, note: None };
    scene.act(&revoked, Who::Head, revoke).await?;
    let command = collect(&scene, &late).await?;
    let tried = scene.office.act(late.id, command, &Who::Desk.actor()?, Default::default()).await;
    not_followable(tried, Standing::Revoked)
}
