//! Closed is closed, but for the named right to reopen.

use std::sync::Arc;

use super::scene::{Premises, Who, back, collector, pass};
use crate::calendar::Moment;
use crate::ids::RequestId;
use crate::money::Money;
use crate::office::Basis;
use crate::request::{
    AnyFact, Channel, Command, Corrections, Denial, PaymentMethod, Replacement, SignatureMethod, StageName,
    Verdict,
};
use crate::store::Store;
use crate::testing::case::{cases, hold, same};
use crate::testing::{Broken, Case, Checked};

pub(super) const CASES: &[Case] = cases![scenario_09_closed_is_closed_but_for_the_right_to_reopen];

/// Everything that writes, but what only looks at a request or complains of it, and reopening.
fn everything() -> Result<Vec<Command>, Broken> {
    let (step, item) = ("approve".parse()?, "form.area".parse()?);
    let corrections = Corrections {
        channel: Channel::Web,
        answers: [("area".to_owned(), "31.5".into())].into_iter().collect(),
        evidence: Vec::new(),
        signature: None,
        explanations: [("documents.id-card".parse()?, "It is right".to_owned())].into(),
    };
    let rejected = Verdict::Rejected { reason: "TR-C09".parse()?, note: Some("of another".into()) };
    let words = || "words".to_owned();
    Ok(vec![
        Command::Pay { amount: Money::riel(1), method: PaymentMethod::Cash },
        Command::Waive { amount: Money::riel(1), reason: "OF-W01".parse()?, note: None },
        Command::Refund { amount: Money::riel(1) },
        Command::Judge { step: "intake".parse()?, item, verdict: Verdict::Accepted },
        Command::Judge { step: "intake".parse()?, item: "signature".parse()?, verdict: rejected },
        pass("intake")?,
        pass("examine")?,
        back("documents.id-card", "TR-C01", None)?,
        Command::Resubmit(corrections),
        Command::Approve { step, note: Some(words()) },
        Command::Refuse { step: "approve".parse()?, reasons: vec!["TR-X01".parse()?], note: None },
        Command::Issue { step: "issue".parse()? },
        Command::Collect {
            collector: collector(),
            signature: None,
            originals_seen: vec!["id-card".parse()?],
        },
        Command::Withdraw { reason: None },
        Command::Object { text: words() },
        Command::UpholdObjection { note: words() },
        Command::DismissObjection { note: words() },
        Command::Extend { working_days: 1, reason: "OF-E01".parse()?, note: None },
        Command::ExplainDelay { reason: "OF-L01".parse()?, note: None },
        Command::AnswerComplaint { text: words() },
        Command::Remind { step: None },
        Command::Escalate { step: None },
        Command::Lapse,
        Command::MakeFinal,
        Command::GrantBySilence,
        Command::Expire,
        Command::Replace(Replacement {
            number: "STALL-1".into(),
            request: RequestId::new(Moment::from_millis(0), [8; 10]),
        }),
    ])
}

async fn scenario_09_closed_is_closed_but_for_the_right_to_reopen(store: Arc<dyn Store>) -> Checked {
    let premises = Premises::at(store, "2026-06-01T04:00:00Z")?;
    let scene = premises.serve(&[]).await?;
    let receipt = scene.in_review().await?;
    scene.act(&receipt, Who::Desk, pass("intake")?).await?;
    scene.act(&receipt, Who::Examiner, pass("examine")?).await?;
    let refuse = Command::Refuse { step: "approve".parse()?, reasons: vec!["TR-X01".parse()?], note: None };
    scene.act(&receipt, Who::Head, refuse).await?;
    premises.wall(&scene, "2026-08-03T09:00:00")?;
    scene.office.tick().await?;
    let closed = scene.office.case(receipt.id).await?;
    same("stage", closed.request.stage(), StageName::Closed)?;

    let people =
        [Who::Applicant, Who::Clock, Who::Desk, Who::Examiner, Who::Head, Who::Cashier, Who::Delegate];
    for command in everything()? {
        for who in people {
            scene.denied(&receipt, who, command.clone()).await?;
        }
    }
    // Nor by the doors beside the commands.
    hold("no draft of it is open", scene.office.open_draft(receipt.key).await.is_err())?;
    hold("nor one of corrections", scene.office.correction_draft(receipt.key).await.is_err())?;
    let sent = scene.office.send_corrections(receipt.key, Basis::default()).await;
    hold("nor are any sent", sent.is_err())?;
    same("sending it again", &scene.office.submit(receipt.key).await?, &receipt)?;
    let after = scene.office.case(receipt.id).await?;
    same("nothing has moved", &after.request, &closed.request)?;
    same("nor is anything told of it", after.history.len(), closed.history.len())?;

    let reopen = |code: &str| -> Result<Command, Broken> {
        Ok(Command::Reopen { reason: code.parse()?, note: Some("A mistake of ours".into()) })
    };
    let code = |denials: Vec<Denial>| denials.iter().map(Denial::code).collect::<Vec<_>>();
    for who in people.into_iter().filter(|who| *who != Who::Delegate) {
        let denials = scene.denied(&receipt, who, reopen("OF-R01")?).await?;
        same("whose right it is not", code(denials), vec!["not-your-role"])?;
    }
    let denials = scene.denied(&receipt, Who::Delegate, reopen("OF-L01")?).await?;
    same("for a reason of another kind", code(denials), vec!["reason-unknown"])?;
    let open = scene.act(&receipt, Who::Delegate, reopen("OF-R01")?).await?;
    same("stage", open.stage(), StageName::InReview)?;
    let logged = scene.office.case(receipt.id).await?.history.into_iter().next_back();
    let logged = logged.map(|happening| happening.recorded.fact);
    let is_logged = matches!(&logged, Some(AnyFact::Reopening(why)) if why.reason.as_str() == "OF-R01");
    hold(&format!("with its reason: {logged:?}"), is_logged)?;

    // A result that was handed over is not taken back this way.
    scene.act(&receipt, Who::Head, Command::Approve { step: "approve".parse()?, note: None }).await?;
    scene.act(&receipt, Who::Desk, Command::Issue { step: "issue".parse()? }).await?;
    let service = Arc::clone(open.service());
    let signed = scene.office.signature(&service, SignatureMethod::Paper, "SOK DARA", None).await?;
    let originals_seen = vec!["id-card".parse()?];
    let collect = Command::Collect { collector: collector(), signature: Some(signed), originals_seen };
    scene.act(&receipt, Who::Desk, collect).await?;
    let denials = scene.denied(&receipt, Who::Delegate, reopen("OF-R01")?).await?;
    same("handed over", code(denials), vec!["result-handed-over"])
}
