//! The way back: the source is started again, and what the move made on the target is removed.
//!
//! Invariant: an exclusive source is started only when the target's copy is seen stopped; on the target only that is
//! deleted which this move made or nobody but us has written.

use havenmeester_api::{
    migration::{MigrationStatus, Step},
    workload::Mode,
};
use havenmeester_fleet::Member;
use havenmeester_portability::{Serving, Start, is_serving};

use crate::{
    cx::Cx,
    errors::MemberError,
    halt::{Copy, Halt},
    namespace::{self, Claim, annotation},
    objects,
    owned::{is_data, is_empty_since, is_only_by_us},
    state,
    turn::Turn,
};

/// Starts the source as it was, and sees it serve.
pub(crate) async fn restart_source(cx: &Cx<'_>, status: &MigrationStatus) -> Result<Turn, MemberError> {
    // From the moment at which Start began, the target may run.
    if cx.moving.mode == Mode::Exclusive
        && state::has_begun(status, Step::Start)
        && let Halt::Not(what) = halt_target(cx).await?
    {
        return Ok(Turn::wait(1_000, format!("{what} on {}", cx.moving.target)));
    }
    let source = cx.source().await?;
    let name = cx.moving.namespace();
    match namespace::claim(&source, name, cx.writer()).await? {
        Claim::Held => {}
        Claim::Again => return Ok(Turn::wait(0, format!("namespace {name} on {}", source.name))),
        Claim::Superseded(by) => return Ok(Turn::Superseded(by)),
        Claim::Absent | Claim::Leaving => {
            return Ok(Turn::wait(
                5_000,
                format!("namespace {name}, which is gone from {}", source.name),
            ));
        }
    }
    let copy = Copy::look(&source, name, &cx.moving.place.match_labels).await?;
    if copy.start(&source).await? {
        return Ok(Turn::wait(
            1_000,
            format!("the copy on {} to be started again", source.name),
        ));
    }
    if let Some(what) = bare_pods(cx, status, &source).await? {
        return Ok(Turn::wait(1_000, what));
    }
    for (key, live) in copy.controllers() {
        if let Serving::No(why) = is_serving(live) {
            return Ok(Turn::wait(1_000, format!("{key} on {}: {why}", source.name)));
        }
    }
    namespace::mark_stopped(&source, name, None).await?;
    Ok(Turn::done(format!("the copy on {} serves again", source.name)))
}

/// Bare Pods that were deleted to stop the source come back from the capture. A sentence while one is missing.
async fn bare_pods(
    cx: &Cx<'_>,
    status: &MigrationStatus,
    source: &Member,
) -> Result<Option<String>, MemberError> {
    let capture = cx.capture(status).await?;
    let cargo = cx.pack(&capture.objects, source, Start::AsCaptured).await?;
    for one in cargo
        .objects
        .iter()
        .filter(|one| one.key.group.is_empty() && one.key.kind == "Pod")
    {
        if objects::get(source, &one.key).await?.is_none() {
            objects::create(source, &one.key, &one.object).await?;
            return Ok(Some(format!("{} on {}", one.key, source.name)));
        }
    }
    Ok(None)
}

async fn halt_target(cx: &Cx<'_>) -> Result<Halt, MemberError> {
    let target = cx.target().await?;
    let copy = Copy::look(&target, cx.moving.namespace(), &cx.moving.place.match_labels).await?;
    let halt = copy.halt();
    if halt != Halt::Seen {
        // Its bare Pods were made by us from the capture, which keeps them.
        copy.stop(&target, |_| true).await?;
    }
    Ok(halt)
}

/// Deletes what this move made on the target; what stood there before is stopped.
pub(crate) async fn remove_target(cx: &Cx<'_>, status: &MigrationStatus) -> Result<Turn, MemberError> {
    let target = cx.target().await?;
    let name = cx.moving.namespace();
    let Some(seen) = namespace::look(&target, name).await? else {
        return Ok(Turn::done(format!("nothing is left on {}", target.name)));
    };
    let ours = annotation(&seen, namespace::CREATED_BY) == Some(cx.moving.id.as_str());
    match namespace::claim(&target, name, cx.writer()).await? {
        Claim::Held => {}
        Claim::Again => return Ok(Turn::wait(0, format!("namespace {name} on {}", target.name))),
        Claim::Superseded(by) => return Ok(Turn::Superseded(by)),
        Claim::Absent => return Ok(Turn::done(format!("nothing is left on {}", target.name))),
        Claim::Leaving => {
            return Ok(Turn::wait(
                2_000,
                format!("namespace {name} on {} to be gone", target.name),
            ));
        }
    }
    let mut going = 0_usize;
    let cargo = cx.cargo(status, &target, Start::AsCaptured).await?;
    for one in cargo.objects.iter().rev() {
        let live = match objects::get(&target, &one.key).await {
            Ok(Some(live)) => live,
            // What it does not serve it does not hold either.
            Ok(None) | Err(MemberError::NotServed { .. }) => continue,
            Err(error) => return Err(error),
        };
        // A claim in a namespace that was there before may hold data that was there before.
        let keep = (is_data(&one.key) && !ours) || one.key.namespace.as_deref() != Some(name);
        if keep || !(ours || is_only_by_us(&live) || is_empty_since(&live, &seen)) {
            continue;
        }
        going += 1;
        if live.pointer("/metadata/deletionTimestamp").is_none() {
            objects::delete(&target, &one.key, &live).await?;
        }
    }
    if going > 0 {
        return Ok(Turn::wait(
            1_000,
            format!("what was made on {} to be gone", target.name),
        ));
    }
    if let Halt::Not(what) = halt_target(cx).await? {
        return Ok(Turn::wait(1_000, format!("{what} on {}", target.name)));
    }
    if ours && !seen.is_null() && crate::clean::anything(&target, name).await?.is_none() {
        objects::delete(&target, &namespace::key(name), &seen).await?;
        return Ok(Turn::wait(
            1_000,
            format!("namespace {name} on {} to be gone", target.name),
        ));
    }
    Ok(Turn::done(format!("what was made on {} is gone", target.name)))
}
