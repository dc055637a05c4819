//! The Capture step: a fresh capture of the source, or the last one of a source that is lost.
//!
//! Not here: how a capture is taken (`fleet`) or kept (`ledger`). Invariant: a failover asks its source nothing.

use havenmeester_api::migration::{MigrationStatus, MoveKind};
use havenmeester_fleet::{CaptureError, Member};
use havenmeester_ledger::{Capture, CaptureRef};
use havenmeester_placement::Contact;
use havenmeester_portability::said::{Outcome, Stored, WhichCapture};
use havenmeester_portability::{Planned, Start};
use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use serde_json::Value;

use crate::{cx::Cx, errors::MemberError, plan, reason::Reason, turn::Turn};

/// Finds what is moved, and fixes the plan's hash.
pub(crate) async fn run(cx: &Cx<'_>, status: &mut MigrationStatus) -> Result<Turn, MemberError> {
    let (capture, as_of, how) = match cx.moving.kind {
        MoveKind::Failover => match last(cx).await? {
            Some((capture, as_of)) => (capture, as_of, WhichCapture::Last),
            None => return Ok(nothing(cx)),
        },
        MoveKind::Relocate | MoveKind::Failback => match fresh(cx).await {
            Ok(capture) => (capture, cx.now(), WhichCapture::Fresh),
            Err(Untaken::Empty) => return Ok(nothing(cx)),
            Err(Untaken::Failed(error)) if !cx.moving.dry_run => return Err(error),
            // A rehearsal without the source is worth having; its capture's age is said.
            Err(Untaken::Failed(error)) => match last(cx).await? {
                Some((capture, as_of)) => (capture, as_of, WhichCapture::LastOfSilent),
                None => return Err(error),
            },
        },
    };
    if capture.objects == 0 {
        return Ok(nothing(cx));
    }
    adopt(cx, status, &capture);
    status.measured.state_of = Some(Time(as_of));
    if cx.moving.kind == MoveKind::Failover {
        measure_loss(cx, status);
    }
    Ok(Turn::done(&Outcome::Captured {
        objects: capture.objects,
        how,
        at: format!("{as_of:.0}"),
    }))
}

/// A capture after the source was stopped, adopted where something but the stop has changed.
///
/// Bare Pods are gone from the source by now: they are taken over from the capture before.
pub(crate) async fn again(
    cx: &Cx<'_>,
    status: &mut MigrationStatus,
    target: &Member,
) -> Result<(), MemberError> {
    let before = cx.capture(status).await?;
    let fresh = match fresh(cx).await {
        Ok(fresh) => fresh,
        // What was there was only what stopping took away.
        Err(Untaken::Empty) => return Ok(()),
        Err(Untaken::Failed(error)) => return Err(error),
    };
    let mut after = load(cx, &fresh).await?;
    after.objects.extend(
        before
            .objects
            .iter()
            .filter(|object| is_bare_pod(object))
            .cloned(),
    );
    let sent_before = cx.pack(&before.objects, target, Start::AsCaptured).await?;
    let sent_after = cx.pack(&after.objects, target, Start::AsCaptured).await?;
    let same = |one: &Planned, other: &Planned| one.key == other.key && one.object == other.object;
    let unchanged = sent_before.objects.len() == sent_after.objects.len()
        && sent_before
            .objects
            .iter()
            .zip(&sent_after.objects)
            .all(|(one, other)| same(one, other));
    if unchanged {
        return Ok(());
    }
    let stored = cx.deps.ledger.put_capture(&after, cx.now()).await;
    let stored = stored.map_err(|source| MemberError::Store {
        what: Stored::Keeping,
        source,
    })?;
    adopt(cx, status, &stored);
    status.measured.state_of = Some(Time(cx.now()));
    Ok(())
}

fn adopt(cx: &Cx<'_>, status: &mut MigrationStatus, capture: &CaptureRef) {
    let id = capture.id.to_string();
    status.plan_hash = Some(plan::hash(&cx.moving, &id));
    status.capture = Some(id);
    status.objects = i32::try_from(capture.objects).ok();
}

/// Why there is no fresh capture.
enum Untaken {
    /// There is nothing to capture.
    Empty,
    /// It could not be taken.
    Failed(MemberError),
}

async fn fresh(cx: &Cx<'_>) -> Result<CaptureRef, Untaken> {
    let source = cx.source().await.map_err(Untaken::Failed)?;
    let taken = cx.deps.fleet.capture_now(&source.name, &cx.moving.workload).await;
    taken.map_err(|error| match error {
        CaptureError::Empty { .. } => Untaken::Empty,
        other @ (CaptureError::Unavailable(_)
        | CaptureError::NotTracked { .. }
        | CaptureError::List { .. }
        | CaptureError::Store { .. }) => Untaken::Failed(MemberError::Capture {
            cluster: source.name,
            source: Box::new(other),
        }),
    })
}

/// The last capture, and the last moment at which it was known to be what stands there.
async fn last(cx: &Cx<'_>) -> Result<Option<(CaptureRef, Timestamp)>, MemberError> {
    let (workload, source) = (&cx.moving.workload, &cx.moving.source);
    if let Some(known) = cx.deps.fleet.latest_capture(workload, source) {
        return Ok(Some(known));
    }
    // After a restart of the daemon the fleet has never seen the lost cluster; the store has.
    let stored = cx.deps.ledger.latest(workload, source).await;
    let stored = stored.map_err(|error| MemberError::Store {
        what: Stored::Finding,
        source: error,
    })?;
    Ok(stored.map(|capture| {
        let taken_at = capture.taken_at;
        (capture, taken_at)
    }))
}

async fn load(cx: &Cx<'_>, capture: &CaptureRef) -> Result<Capture, MemberError> {
    let found = cx.deps.ledger.get_capture(&capture.id).await;
    found.map_err(|source| MemberError::Store {
        what: Stored::Reading,
        source,
    })
}

fn nothing(cx: &Cx<'_>) -> Turn {
    let message = format!(
        "nothing of namespace {} on {} is captured",
        cx.moving.namespace(),
        cx.moving.source
    );
    Turn::Failed(Reason::NothingCaptured, message)
}

fn is_bare_pod(object: &Value) -> bool {
    object.get("kind").and_then(Value::as_str) == Some("Pod")
}

fn measure_loss(cx: &Cx<'_>, status: &mut MigrationStatus) {
    let view = cx.deps.fleet.view();
    if let Some(Contact::Lost {
        last_heartbeat,
        detected_at,
    }) = view.get(&cx.moving.source).map(|member| member.cluster.contact)
    {
        status.measured.down_at.get_or_insert(Time(last_heartbeat));
        status.measured.detected_at.get_or_insert(Time(detected_at));
    }
}
