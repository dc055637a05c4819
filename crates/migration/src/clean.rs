//! The CleanUp step: the stopped source is deleted.
//!
//! Invariant: nothing is deleted unless, in this very look, the copy that took its place serves, wherever later moves
//! have brought that, and the source stands still; claims and their data are never deleted, nor what only went along with
//! a part of a namespace; a namespace only when nothing but what Kubernetes makes by itself is in it.

use std::collections::BTreeMap;

use havenmeester_api::migration::MigrationStatus;
use havenmeester_fleet::Member;
use havenmeester_portability::{Gvk, ObjectKey, Start, capture, is_captured_kind, is_stopped};
use serde_json::Value;

use crate::{
    cx::Cx,
    errors::{Category, MemberError},
    halt::{Copy, Halt},
    namespace::{self, Claim, is_narrow},
    objects,
    owned::is_data,
    plan::Later,
    serving,
    turn::Turn,
};

/// Deletes what was captured, last created first.
pub(crate) async fn run(cx: &Cx<'_>, status: &MigrationStatus) -> Result<Turn, MemberError> {
    let (source, home) = match &cx.later {
        Later::None | Later::Needs(_) => (cx.source().await?, cx.target().await?),
        Later::StandsOn(cluster) => (cx.source().await?, cx.member(cluster).await?),
        Later::UnderWay(other) => {
            let source = &cx.moving.source;
            return Ok(Turn::wait(
                30_000,
                format!(
                    "{other} to end; until it is known where the workload stands, the copy on {source} is kept"
                ),
            ));
        }
    };
    if let Some(what) = serving::missing(cx, status, &home).await? {
        return Ok(Turn::wait(
            30_000,
            format!("{what}; until it serves, the copy on {} is kept", source.name),
        ));
    }
    let name = cx.moving.namespace();
    match namespace::claim(&source, name, cx.writer()).await? {
        Claim::Held => {}
        Claim::Again => return Ok(Turn::wait(0, format!("namespace {name} on {}", source.name))),
        Claim::Superseded(by) => return Ok(Turn::Superseded(by)),
        Claim::Absent => return Ok(Turn::done(format!("nothing is left on {}", source.name))),
        Claim::Leaving => {
            return Ok(Turn::wait(
                2_000,
                format!("namespace {name} on {} to be gone", source.name),
            ));
        }
    }
    let copy = Copy::look(&source, name, &cx.moving.place.match_labels).await?;
    if let Halt::Not(what) = copy.halt() {
        return Ok(Turn::Skip(format!(
            "the copy on {} is active again ({what}): it is kept",
            source.name
        )));
    }
    let left = delete_captured(cx, status, &source).await?;
    if left.going > 0 {
        return Ok(Turn::wait(
            1_000,
            format!("what was deleted on {} to be gone", source.name),
        ));
    }
    if left.claims > 0 {
        let kept = left.claims;
        return Ok(Turn::done(format!(
            "deleted, but for {kept} claims with their data on {}",
            source.name
        )));
    }
    leave(cx, &source).await
}

/// What a deletion left.
#[derive(Default)]
struct Left {
    /// Objects that were there in this look.
    going: usize,
    /// Claims that stay.
    claims: usize,
}

async fn delete_captured(
    cx: &Cx<'_>,
    status: &MigrationStatus,
    source: &Member,
) -> Result<Left, MemberError> {
    let capture = cx.capture(status).await?;
    let mut left = Left::default();
    // The source's own order, reversed: what runs goes before what it needs.
    let order = cx.pack(&capture.objects, source, Start::AsCaptured).await?;
    for one in order.objects.iter().rev() {
        let Some(live) = objects::get(source, &one.key).await? else {
            continue;
        };
        if is_data(&one.key) {
            left.claims += 1;
            continue;
        }
        if one.key.namespace.as_deref() != Some(cx.moving.namespace()) || !is_stopped(&live) {
            continue; // cluster-scoped things may serve others
        }
        if !is_selected(&live, &cx.moving.place.match_labels) {
            continue; // it went along because it was needed; who else uses it keeps it
        }
        left.going += 1;
        if live.pointer("/metadata/deletionTimestamp").is_none() {
            objects::delete(source, &one.key, &live).await?;
        }
    }
    Ok(left)
}

/// Whether the object carries the labels by which the workload is told from its neighbours in the namespace.
fn is_selected(live: &Value, match_labels: &BTreeMap<String, String>) -> bool {
    let label = |name: &str| live.pointer("/metadata/labels")?.get(name)?.as_str();
    match_labels
        .iter()
        .all(|(name, value)| label(name) == Some(value))
}

/// Deletes the namespace when nothing is left in it that anybody made.
async fn leave(cx: &Cx<'_>, source: &Member) -> Result<Turn, MemberError> {
    let name = cx.moving.namespace();
    if is_narrow(source) || !cx.moving.place.match_labels.is_empty() {
        return Ok(Turn::done(format!(
            "the copy on {} is deleted; its namespace stays",
            source.name
        )));
    }
    if let Some(found) = anything(source, name).await? {
        return Ok(Turn::done(format!(
            "the copy on {} is deleted; its namespace stays: {found}",
            source.name
        )));
    }
    let Some(seen) = namespace::look(source, name)
        .await?
        .filter(|seen| !seen.is_null())
    else {
        return Ok(Turn::done(format!("nothing is left on {}", source.name)));
    };
    objects::delete(source, &namespace::key(name), &seen).await?;
    Ok(Turn::wait(
        1_000,
        format!("namespace {name} on {} to be gone", source.name),
    ))
}

/// Something in the namespace that would be captured, or why that cannot be seen. `None`: it is empty.
pub(crate) async fn anything(member: &Member, namespace: &str) -> Result<Option<String>, MemberError> {
    let served: Vec<Gvk> = member.served.kinds().cloned().collect();
    for gvk in served
        .iter()
        .filter(|gvk| is_captured_kind(&gvk.group, &gvk.kind))
    {
        let Some((_, true)) = member.served.get(gvk) else {
            continue;
        };
        let found = match objects::list(member, gvk, namespace).await {
            Ok(found) => found,
            // A kind without a list (reviews and the like) holds nothing.
            Err(MemberError::Request { source, .. }) if crate::errors::code(&source) == Some(405) => continue,
            Err(error) if error.category() == Category::Refused => return Ok(Some(error.sentence())),
            Err(error) => return Err(error),
        };
        if let Some(key) = found.iter().find_map(made_by_somebody) {
            return Ok(Some(format!("{key} is in it")));
        }
    }
    Ok(None)
}

fn made_by_somebody(live: &Value) -> Option<ObjectKey> {
    capture(live)?;
    ObjectKey::from_value(live).ok()
}

#[cfg(test)]
mod tests;
