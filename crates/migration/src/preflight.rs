//! The Preflight step: would the target take it? Asked of the target itself; nothing is written.
//!
//! Not here: what is asked (`facts`), what it means (`portability`).
//! Invariant: what could not be seen is never a pass, and a move does not begin on it.

use havenmeester_api::migration::{FindingStatus, MigrationStatus, Verdict};
use havenmeester_portability::{self as portability, Finding, Preflight, Severity, Start};

use crate::{cx::Cx, errors::MemberError, facts, reason::Reason, turn::Turn, volumes};

/// The most findings that are kept in the status.
const KEPT: usize = 200;

/// Asks, judges, and writes the verdict into the status.
pub(crate) async fn run(cx: &Cx<'_>, status: &mut MigrationStatus) -> Result<Turn, MemberError> {
    let target = match cx.target().await {
        Ok(target) => target,
        // A rehearsal answers also when the target does not: that is what is not known.
        Err(error) if cx.moving.dry_run => {
            status.verdict = Some(Verdict::Unknown);
            let finding = Finding::new(
                portability::Question::Reachable,
                Severity::Unknown,
                error.to_string(),
            );
            status.findings = vec![shown(&finding)];
            return Ok(Turn::Done(Some("Unknown: the target cannot be asked".to_owned())));
        }
        Err(error) => return Err(error),
    };
    // Beside: with the replicas that it will have, so that quota counts them.
    let cargo = cx.cargo(status, &target, Start::Beside).await?;
    let facts = facts::collect(cx, &target, &cargo).await?;
    let mut judged = portability::preflight(&cargo.said, &facts.facts);
    add(&mut judged, volumes::findings(cx.moving.mode, &cargo.objects));
    keep(status, &judged);
    let verdict = verdict(judged.verdict);
    let first = status.findings.first().map_or_else(String::new, |finding| {
        let object = finding.object.as_deref().unwrap_or("the target");
        format!(": {object}: {}", finding.message)
    });
    if !cx.moving.dry_run {
        match verdict {
            Verdict::Ready | Verdict::ReadyWithWarnings => {}
            Verdict::Blocked => return Ok(Turn::Failed(Reason::PreflightBlocked, format!("blocked{first}"))),
            Verdict::Unknown => {
                return Ok(Turn::Failed(
                    Reason::PreflightUnknown,
                    format!("could not be seen{first}"),
                ));
            }
        }
    }
    let not_asked: Vec<String> = judged
        .not_asked
        .iter()
        .map(|question| format!("{question:?}"))
        .collect();
    Ok(Turn::Done(Some(format!(
        "{verdict:?}; {}; not asked: {}",
        facts.how,
        not_asked.join(", ")
    ))))
}

/// More findings, and the verdict that follows: the worst of both.
fn add(judged: &mut Preflight, more: Vec<Finding>) {
    let worst = |severity: Severity, now: portability::Verdict| match (severity, now) {
        (Severity::Block, _) | (_, portability::Verdict::Blocked) => portability::Verdict::Blocked,
        (Severity::Unknown, _) | (_, portability::Verdict::Unknown) => portability::Verdict::Unknown,
        (Severity::Warn, _) | (_, portability::Verdict::ReadyWithWarnings) => {
            portability::Verdict::ReadyWithWarnings
        }
        (Severity::Pass, portability::Verdict::Ready) => portability::Verdict::Ready,
    };
    for finding in more {
        judged.verdict = worst(finding.severity, judged.verdict);
        judged.findings.push(finding);
    }
}

fn keep(status: &mut MigrationStatus, judged: &Preflight) {
    status.verdict = Some(verdict(judged.verdict));
    let mut worst_first: Vec<&Finding> = judged.findings.iter().collect();
    worst_first.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    status.findings = worst_first.into_iter().take(KEPT).map(shown).collect();
}

fn shown(finding: &Finding) -> FindingStatus {
    FindingStatus {
        question: format!("{:?}", finding.question),
        severity: format!("{:?}", finding.severity),
        object: finding.object.as_ref().map(ToString::to_string),
        field: finding.field.clone(),
        message: finding.message.clone(),
        remedy: finding.remedy.clone(),
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
