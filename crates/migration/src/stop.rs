//! The StopSource step: the source stands still, and is seen to.
//!
//! Invariant: Done only when no Pod of the copy was seen and nothing would start one; what changed on the source
//! until then is captured before the target goes on.

use std::collections::BTreeSet;

use havenmeester_api::{migration::MigrationStatus, workload::Mode};
use havenmeester_placement::Contact;
use havenmeester_portability::ObjectKey;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;

use crate::{
    cx::Cx,
    errors::MemberError,
    halt::{Copy, Halt},
    namespace::{self, Claim},
    take,
    turn::Turn,
    wake,
};

/// Stops the source, and takes what it last was.
pub(crate) async fn run(cx: &Cx<'_>, status: &mut MigrationStatus) -> Result<Turn, MemberError> {
    let source = match cx.source().await {
        Ok(source) => source,
        Err(_) if is_lost(cx) && cx.moving.mode == Mode::Replicable => {
            // The target serves: going back to a cluster that is lost would be a loss of both.
            let woken = wake::run(cx, status).await?;
            let why = format!(
                "{} is lost; its stale copy is stopped when it returns",
                cx.moving.source
            );
            return Ok(if matches!(woken, Turn::Done(_)) {
                Turn::Skip(why)
            } else {
                woken
            });
        }
        Err(error) => return Err(error),
    };
    let name = cx.moving.namespace();
    match namespace::claim(&source, name, cx.writer()).await? {
        Claim::Held => {}
        Claim::Superseded(by) => return Ok(Turn::Superseded(by)),
        Claim::Again => return Ok(Turn::wait(0, format!("namespace {name} on {}", source.name))),
        // Gone by somebody's hand: nothing of it can run.
        Claim::Absent => {
            return Ok(Turn::done(format!(
                "namespace {name} is gone from {}",
                source.name
            )));
        }
        Claim::Leaving => {
            return Ok(Turn::wait(
                2_000,
                format!("namespace {name} on {} to be gone", source.name),
            ));
        }
    }
    namespace::mark_stopped(&source, name, Some(&cx.moving.id)).await?;
    let seen = Copy::look(&source, name, &cx.moving.place.match_labels).await?;
    if let Halt::Not(what) = seen.halt() {
        if cx.moving.mode == Mode::Exclusive {
            // From the first stop on it is down, until the target serves.
            status.measured.down_at.get_or_insert(Time(cx.now()));
        }
        let captured = captured(cx, status).await?;
        let wrote = seen.stop(&source, |key| captured.contains(key)).await?;
        return Ok(Turn::wait(
            if wrote { 500 } else { 1_000 },
            format!("{what} on {}", source.name),
        ));
    }
    let before = status.capture.clone();
    take::again(cx, status, &cx.target().await?).await?;
    if before != status.capture {
        // The new capture is persisted before anything is done with it.
        return Ok(Turn::wait(0, "what changed on the source until it stopped"));
    }
    if cx.moving.mode == Mode::Replicable {
        match wake::run(cx, status).await? {
            Turn::Done(_) => {}
            other @ (Turn::Wait { .. } | Turn::Failed(..) | Turn::Skip(_) | Turn::Superseded(_)) => {
                return Ok(other);
            }
        }
    }
    Ok(Turn::done(format!("no Pod of it is seen on {}", source.name)))
}

fn is_lost(cx: &Cx<'_>) -> bool {
    let view = cx.deps.fleet.view();
    view.get(&cx.moving.source)
        .is_some_and(|member| matches!(member.cluster.contact, Contact::Lost { .. }))
}

/// The keys of what the capture holds.
async fn captured(cx: &Cx<'_>, status: &MigrationStatus) -> Result<BTreeSet<ObjectKey>, MemberError> {
    let capture = cx.capture(status).await?;
    Ok(capture
        .objects
        .iter()
        .filter_map(|object| ObjectKey::from_value(object).ok())
        .collect())
}
