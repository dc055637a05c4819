//! The Preflight step: would the target take it? Asked of the target itself; nothing is written.
//!
//! Not here: what is asked (`facts`), what it means (`portability`).
//! Invariant: what could not be seen is never a pass, and a move does not begin on it.

use havenmeester_api::Language;
use havenmeester_api::migration::{
    Answer, FindingStatus, FindingWords, MigrationStatus, QuestionStatus, Verdict,
};
use havenmeester_portability::said::Outcome;
use havenmeester_portability::{self as portability, Finding, Preflight, Severity, Start};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;

use crate::{cx::Cx, errors::MemberError, facts, images, reason::Reason, turn::Turn, volumes};

/// The most findings that are kept in the status.
const KEPT: usize = 200;

/// Whether a move begins in spite of what was found.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Gate {
    /// It does not: what would fail, and what must be known and is not, ends it before anything is written.
    #[default]
    Hold,
    /// It does: the findings are kept and not heeded. Tests show with it that a Block is no false alarm.
    Open,
}

/// Asks, judges, and writes the verdict into the status.
pub(crate) async fn run(cx: &Cx<'_>, status: &mut MigrationStatus) -> Result<Turn, MemberError> {
    let target = match cx.target().await {
        Ok(target) => target,
        // A rehearsal answers also when the target does not: that is what is not known.
        Err(error) if cx.moving.dry_run => {
            keep(status, &Preflight::unseen(&error.unseen()));
            return Ok(Turn::done(&Outcome::NotAsked));
        }
        Err(error) => return Err(error),
    };
    // By their names, also when it is asked again: what a name led to is asked anew.
    status.images.clear();
    // Beside: with the replicas that it will have, so that quota counts them.
    let cargo = cx.cargo(status, &target, Start::Beside).await?;
    // Boxed: what all questions hold is large, and many moves hold one.
    let mut found = Box::pin(facts::collect(cx, status, &target, &cargo)).await?;
    found
        .facts
        .more
        .extend(volumes::findings(cx.moving.mode, &cargo.objects));
    let judged = portability::preflight(&cargo.said, &found.facts);
    keep(status, &judged);
    images::keep(status, found.facts.images.as_ref());
    if let Some(failed) = hindered(cx, &judged) {
        return Ok(failed);
    }
    Ok(Turn::done(&Outcome::Judged {
        verdict: judged.verdict,
        tried: found.tried,
        left: found.left,
    }))
}

/// Whether the move ends here.
fn hindered(cx: &Cx<'_>, judged: &Preflight) -> Option<Turn> {
    if cx.moving.dry_run || cx.gate == Gate::Open {
        return None;
    }
    let first = judged.hindrance()?;
    let object = first
        .object
        .as_ref()
        .map_or_else(|| "the target".to_owned(), ToString::to_string);
    let sentence = format!("{object}: {}", first.message);
    Some(if first.severity == Severity::Block {
        Turn::Failed(Reason::PreflightBlocked, format!("blocked: {sentence}"))
    } else {
        Turn::Failed(Reason::PreflightUnknown, format!("could not be seen: {sentence}"))
    })
}

fn keep(status: &mut MigrationStatus, judged: &Preflight) {
    status.verdict = Some(verdict(judged.verdict));
    status.questions = judged.answers.iter().map(answered).collect();
    let mut worst_first: Vec<&Finding> = judged.findings().collect();
    worst_first.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    status.findings = worst_first.into_iter().take(KEPT).map(shown).collect();
}

fn answered(one: &portability::Answer) -> QuestionStatus {
    QuestionStatus {
        question: one.question,
        answer: match one.severity {
            Severity::Pass => Answer::Pass,
            Severity::Warn => Answer::Warn,
            Severity::Unknown => Answer::Unknown,
            Severity::Block => Answer::Block,
        },
        seen_at: one.seen_at.map(Time),
    }
}

fn shown(finding: &Finding) -> FindingStatus {
    FindingStatus {
        question: format!("{:?}", finding.question),
        severity: format!("{:?}", finding.severity),
        object: finding.object.as_ref().map(ToString::to_string),
        field: finding.field.clone(),
        message: finding.message.to_string(),
        remedy: finding.remedy.as_ref().map(ToString::to_string),
        dutch: Some(FindingWords {
            message: finding.message.say(Language::Nl),
            remedy: finding.remedy.as_ref().map(|advice| advice.say(Language::Nl)),
        }),
    }
}

fn verdict(found: portability::Verdict) -> Verdict {
    match found {
        portability::Verdict::Ready => Verdict::Ready,
        portability::Verdict::ReadyWithWarnings => Verdict::ReadyWithWarnings,
        portability::Verdict::Unknown => Verdict::Unknown,
        portability::Verdict::Blocked => Verdict::Blocked,
    }
}
