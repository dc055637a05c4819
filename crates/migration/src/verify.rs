//! The Verify step: what stands on the target is what was sent, and the source stands still.
//!
//! Invariant: a difference is named by object and field, never by a value.

use futures::{StreamExt as _, stream};
use havenmeester_api::migration::{MigrationStatus, MoveKind};
use havenmeester_fleet::Member;
use havenmeester_portability::{Difference, Planned, Start, faithful};

use crate::{
    create::AT_ONCE,
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
    if cx.moving.kind != MoveKind::Failover {
        let source = cx.source().await?;
        let seen = Copy::look(&source, cx.moving.namespace(), &cx.moving.place.match_labels).await?;
        if let Halt::Not(what) = seen.halt() {
            return Ok(Turn::wait(
                5_000,
                format!("{what} on {}: it was started again", source.name),
            ));
        }
    }
    let cargo = cx.cargo(status, &target, Start::AsCaptured).await?;
    let looks = stream::iter(&cargo.objects)
        .map(|one| compare(&target, one))
        .buffered(AT_ONCE);
    let looks: Vec<Result<Option<String>, MemberError>> = looks.collect().await;
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
    Ok(Turn::Done(Some(format!(
        "{} objects stand as sent",
        cargo.objects.len()
    ))))
}

/// One sentence on what differs; `None`: nothing does.
async fn compare(target: &Member, one: &Planned) -> Result<Option<String>, MemberError> {
    let Some(live) = objects::get(target, &one.key).await? else {
        return Ok(Some(format!("{} is not on {}", one.key, target.name)));
    };
    let differences = faithful(&one.object, &live);
    let counts = |difference: &&Difference| !is_data(&one.key) || !difference.path.starts_with("spec");
    Ok(differences
        .iter()
        .find(counts)
        .map(|found| format!("{} on {}: {} is not as sent", one.key, target.name, found.path)))
}
