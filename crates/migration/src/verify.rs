//! The Verify step: what stands on the target is what was sent, and the source stands still.
//!
//! Invariant: a difference is named by object and field, never by a value.

use std::collections::BTreeSet;

use havenmeester_api::migration::{MigrationStatus, MoveKind};
use havenmeester_fleet::Member;
use havenmeester_portability::{Difference, Planned, Start, faithful};
use serde_json::Value;

use crate::{
    abreast::abreast,
    cx::Cx,
    errors::MemberError,
    halt::{Copy, Halt},
    namespace, objects,
    owned::is_data,
    turn::Turn,
};

/// Compares object by object.
pub(crate) async fn run(cx: &Cx<'_>, status: &MigrationStatus) -> Result<Turn, MemberError> {
    let target = cx.target().await?;
    // A source that does not answer was seen stopped, or its stop was left to quarantine.
    if cx.moving.kind != MoveKind::Failover
        && let Ok(source) = cx.source().await
    {
        let seen = Copy::look(&source, cx.moving.namespace(), &cx.moving.place.match_labels).await?;
        if let Halt::Not(what) = seen.halt() {
            return Ok(Turn::wait(
                5_000,
                format!("{what} on {}: it was started again", source.name),
            ));
        }
    }
    let cargo = cx.cargo(status, &target, Start::AsCaptured).await?;
    let scaled = scaled(&cargo.objects);
    let looks = abreast(
        cargo
            .objects
            .iter()
            .map(|one| compare(&target, one, &scaled))
            .collect(),
    )
    .await;
    let mut different = Vec::new();
    for look in looks {
        different.extend(look?);
    }
    if let Some(first) = different.first() {
        let more = different.len() - 1;
        let rest = if more > 0 {
            format!(" (and {more} more)")
        } else {
            String::new()
        };
        return Ok(Turn::wait(5_000, format!("{first}{rest}")));
    }
    namespace::mark_stopped(&target, cx.moving.namespace(), None).await?;
    Ok(Turn::done(format!(
        "{} objects stand as sent",
        cargo.objects.len()
    )))
}

/// What autoscalers scale, by kind and name: its replicas are theirs.
fn scaled(objects: &[Planned]) -> BTreeSet<(String, String)> {
    let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
    let target = |one: &Planned| {
        let of = one.object.pointer("/spec/scaleTargetRef")?;
        Some((text(of.get("kind"))?, text(of.get("name"))?))
    };
    objects
        .iter()
        .filter(|one| one.key.kind == "HorizontalPodAutoscaler")
        .filter_map(target)
        .collect()
}

/// One sentence on what differs; `None`: nothing does.
async fn compare(
    target: &Member,
    one: &Planned,
    scaled: &BTreeSet<(String, String)>,
) -> Result<Option<String>, MemberError> {
    let Some(live) = objects::get(target, &one.key).await? else {
        // A Job that has done its work and is to vanish then has vanished.
        let passing = one.key.kind == "Job" && one.object.pointer("/spec/ttlSecondsAfterFinished").is_some();
        return Ok((!passing).then(|| format!("{} is not on {}", one.key, target.name)));
    };
    let is_scaled = scaled.contains(&(one.key.kind.clone(), one.key.name.clone()));
    let counts = |difference: &&Difference| {
        let claimed = is_data(&one.key) && difference.path.starts_with("spec");
        let by_scaler = is_scaled && difference.path == "spec.replicas";
        !(claimed || by_scaler)
    };
    let differences = faithful(&one.object, &live);
    let found = differences.iter().find(counts);
    Ok(found.map(|found| format!("{} on {}: {} is not as sent", one.key, target.name, found.path)))
}

#[cfg(test)]
mod tests;
