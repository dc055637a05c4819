//! Quarantine: stopping the stale copy on a cluster that was lost and has come back.
//!
//! Not here: which copies are stale (the controller knows the homes). Invariant: nothing is deleted that is not
//! captured first; stopped means seen stopped.

use std::collections::BTreeMap;

use crate::{
    deps::Deps,
    errors::{MemberError, MoveError},
    halt::{Copy, Halt},
    namespace,
};
use havenmeester_fleet::Member;

/// How far a stale copy is stopped.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Stopped {
    /// No Pod of it was seen, and nothing would start one.
    pub seen: bool,
    /// What it waits for while it is not.
    pub waiting_for: Option<String>,
}

/// Looks at the copy of one Workload (`namespace/name` on the hub) and asks what runs of it to stop. Call it again until `seen`.
pub async fn stop_stale(
    cluster: &Member,
    workload: &str,
    space: &str,
    match_labels: &BTreeMap<String, String>,
    deps: &Deps,
) -> Result<Stopped, MoveError> {
    let copy = Copy::look(cluster, space, match_labels).await?;
    if copy.is_absent() {
        return Ok(Stopped {
            seen: true,
            waiting_for: None,
        });
    }
    namespace::mark_stopped(cluster, space, Some("quarantine")).await?;
    let Halt::Not(what) = copy.halt() else {
        return Ok(Stopped {
            seen: true,
            waiting_for: None,
        });
    };
    let bare = copy.bare_pods().next().is_some();
    if bare {
        // A bare Pod can only be deleted: it is captured now, so that it is not lost.
        let taken = deps.fleet.capture_now(&cluster.name, workload).await;
        taken.map_err(|error| MemberError::Capture {
            cluster: cluster.name.clone(),
            source: Box::new(error),
        })?;
    }
    copy.stop(cluster, |_| bare).await?;
    Ok(Stopped {
        seen: false,
        waiting_for: Some(format!("{what} on {}", cluster.name)),
    })
}
