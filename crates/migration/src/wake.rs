//! Starting the target's copy, as the source's last capture has it: the Start step, and the end of StopSource for a
//! copy that ran beside its source (whose Jobs wait until then).
//!
//! Invariant: nothing is started while the source is seen to run, and nothing exclusive while any other copy may.

use havenmeester_api::{
    migration::{MigrationStatus, MoveKind},
    workload::{CopyState, Mode},
};
use havenmeester_fleet::Member;
use havenmeester_portability::{Planned, Start, faithful, start_patch};
use serde_json::Value;

use crate::{
    abreast::abreast,
    cx::Cx,
    errors::{Category, MemberError},
    halt::{Copy, Halt},
    namespace::{self, Claim},
    objects,
    owned::{is_by_us, is_data},
    turn::Turn,
};

/// What became of one object.
enum Woken {
    /// It is there and was started before this look.
    Seen,
    /// Something was written: look again.
    Wrote,
    /// Something has to pass first.
    Waits(String),
}

/// Starts what stands on the target.
pub(crate) async fn run(cx: &Cx<'_>, status: &MigrationStatus) -> Result<Turn, MemberError> {
    let target = cx.target().await?;
    if let Some(turn) = source_runs(cx).await? {
        return Ok(turn);
    }
    if cx.moving.mode == Mode::Exclusive
        && let Some(what) = elsewhere(cx).await?
    {
        return Ok(Turn::wait(2_000, what));
    }
    match namespace::claim(&target, cx.moving.namespace(), cx.writer()).await? {
        Claim::Held => {}
        Claim::Superseded(by) => return Ok(Turn::Superseded(by)),
        Claim::Again | Claim::Absent | Claim::Leaving => {
            return Ok(Turn::wait(
                500,
                format!("namespace {} on {}", cx.moving.namespace(), target.name),
            ));
        }
    }
    let made_here = namespace::is_made_by_us(&target, cx.moving.namespace()).await?;
    let cargo = cx.cargo(status, &target, Start::AsCaptured).await?;
    let mut wrote = false;
    for group in cargo.objects.chunk_by(|a, b| a.order == b.order) {
        let woken = abreast(group.iter().map(|one| wake(&target, one, made_here)).collect()).await;
        for one in woken {
            match one? {
                Woken::Seen => {}
                Woken::Wrote => wrote = true,
                Woken::Waits(what) => return Ok(Turn::wait(500, what)),
            }
        }
    }
    if wrote {
        return Ok(Turn::wait(
            0,
            format!("the copy on {} to be started", target.name),
        ));
    }
    Ok(Turn::done(format!("the copy on {} is started", target.name)))
}

/// A source that was seen stopped may have been started by somebody since. One that does not answer was seen
/// stopped, which is persisted: nothing of ours starts it again.
async fn source_runs(cx: &Cx<'_>) -> Result<Option<Turn>, MemberError> {
    if cx.moving.kind == MoveKind::Failover {
        return Ok(None);
    }
    let Ok(source) = cx.source().await else {
        return Ok(None);
    };
    let seen = Copy::look(&source, cx.moving.namespace(), &cx.moving.place.match_labels).await;
    let seen = match seen {
        Ok(seen) => seen,
        Err(error) if error.category() == Category::Unreachable => return Ok(None),
        Err(error) => return Err(error),
    };
    Ok(match seen.halt() {
        Halt::Seen => None,
        Halt::Not(what) => Some(Turn::wait(
            2_000,
            format!("{what} on {}: it was started again", source.name),
        )),
    })
}

/// A copy on a third cluster, left by a move that was superseded or made by somebody: an exclusive workload is not
/// started beside it. A sentence while it runs, or may.
async fn elsewhere(cx: &Cx<'_>) -> Result<Option<String>, MemberError> {
    let (name, ours) = (cx.moving.namespace(), [&cx.moving.source, &cx.moving.target]);
    for (cluster, view) in cx.deps.fleet.view() {
        let copies = view.cluster.copies.last();
        let Some(copy) = copies.and_then(|copies| copies.get(name)) else {
            continue;
        };
        if ours.contains(&&cluster) || copy.state == CopyState::Stopped {
            continue;
        }
        let Ok(member) = cx.deps.fleet.member(&cluster).await else {
            return Ok(Some(format!(
                "the copy on {cluster}, which does not answer: it may run"
            )));
        };
        if let Halt::Not(what) = Copy::look(&member, name, &cx.moving.place.match_labels)
            .await?
            .halt()
        {
            return Ok(Some(format!("{what} on {cluster}: it is another copy")));
        }
    }
    Ok(None)
}

async fn wake(target: &Member, one: &Planned, made_here: bool) -> Result<Woken, MemberError> {
    let Some(live) = objects::get(target, &one.key).await? else {
        // Bare Pods are not created stopped, and the source may have got something new before it stopped.
        objects::create(target, &one.key, &one.object).await?;
        return Ok(Woken::Wrote);
    };
    if live.pointer("/metadata/deletionTimestamp").is_some() {
        return Ok(Woken::Waits(format!(
            "{} on {} to be gone: it is being deleted",
            one.key, target.name
        )));
    }
    let written = if let Some(patch) = start_patch(&live) {
        objects::merge(target, &one.key, patch, &live).await
    } else if (made_here || is_by_us(&live)) && is_stale(one, &live) {
        let mut next: Value = one.object.clone();
        next["metadata"]["resourceVersion"] = live["metadata"]["resourceVersion"].clone();
        objects::replace(target, &one.key, &next).await
    } else {
        return Ok(Woken::Seen);
    };
    match written {
        Ok(()) => Ok(Woken::Wrote),
        Err(error) if error.category() == Category::Conflict => Ok(Woken::Wrote),
        // What cannot be replaced is seen by Verify, which says which field.
        Err(error) if error.category() == Category::Refused && start_patch(&live).is_none() => {
            Ok(Woken::Seen)
        }
        Err(error) => Err(error),
    }
}

/// Whether the source changed the object after we had created it here. What a scaler does to replicas is no change.
fn is_stale(one: &Planned, live: &Value) -> bool {
    !is_data(&one.key)
        && faithful(&one.object, live)
            .iter()
            .any(|difference| difference.path != "spec.replicas")
}
