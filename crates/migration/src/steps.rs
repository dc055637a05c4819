//! Which steps a move has, how long each may take, and what goes back when one fails.
//!
//! Pure. Not here: doing them. Invariant: an exclusive workload's target is started only by a step that stands
//! after StopSource; CleanUp stands after AwaitServing and Verify.

use havenmeester_api::{
    migration::{MoveKind, Step},
    workload::Mode,
};
use jiff::SignedDuration;

use Step::{
    AwaitServing, Capture, CleanUp, Create, CreateStopped, Preflight, RemoveTarget, RestartSource, Retain,
    Start, StopSource, Verify,
};

/// Both may run for a while: the source stops when the target serves.
const MAKE_BEFORE_BREAK: &[Step] = &[
    Capture,
    Preflight,
    Create,
    AwaitServing,
    StopSource,
    Verify,
    Retain,
    CleanUp,
];

/// Never two live copies: the target starts when the source is seen stopped.
const FENCE_BEFORE_START: &[Step] = &[
    Capture,
    Preflight,
    CreateStopped,
    StopSource,
    Start,
    AwaitServing,
    Verify,
    Retain,
    CleanUp,
];

/// The source is gone: there is nothing to ask it.
const FROM_LAST_CAPTURE: &[Step] = &[Capture, Create, AwaitServing, Verify];

/// Only questions.
const REHEARSAL: &[Step] = &[Capture, Preflight];

/// What is taken back when a move fails, in this order.
pub(crate) const WAY_BACK: &[Step] = &[RestartSource, RemoveTarget];

/// What a failover leaves to others.
pub(crate) const NOT_IN_A_FAILOVER: &[Step] = &[StopSource, Retain, CleanUp];

/// The steps that a move executes, in their order. Empty: such a move is refused (the failover of an exclusive
/// workload, whose lost copy cannot be fenced).
pub fn steps(kind: MoveKind, mode: Mode, dry_run: bool) -> Vec<Step> {
    let list = match (dry_run, kind, mode) {
        (true, _, _) => REHEARSAL,
        (false, MoveKind::Failover, Mode::Replicable) => FROM_LAST_CAPTURE,
        (false, MoveKind::Failover, Mode::Exclusive) => &[],
        (false, MoveKind::Relocate | MoveKind::Failback, Mode::Replicable) => MAKE_BEFORE_BREAK,
        (false, MoveKind::Relocate | MoveKind::Failback, Mode::Exclusive) => FENCE_BEFORE_START,
    };
    list.to_vec()
}

/// How long a step may take, in seconds, before it fails or (where nothing may go back) is stuck.
///
/// Capture 120: lists of one namespace, twice over a slow link. Preflight 300: several requests per object, for some
/// hundreds of objects. Create 300: the same once. AwaitServing 900: image pulls of minutes are usual, see the
/// report of any failover; shorter rolls back moves that would have come good. StopSource 600: more than any usual
/// terminationGracePeriodSeconds. Start 120: one patch per controller. Verify 300. CleanUp 600: finalizers.
/// Retain has no deadline of this kind: it waits for the rollback window.
pub fn time_limit(step: Step) -> Option<SignedDuration> {
    let seconds = match step {
        Capture | Start => 120,
        Preflight | Create | CreateStopped | Verify => 300,
        AwaitServing | RestartSource => 900,
        StopSource | CleanUp | RemoveTarget => 600,
        Retain => return None,
    };
    Some(SignedDuration::from_secs(seconds))
}

/// Whether a move can still be taken back while this step is the first that is not done.
pub(crate) fn goes_back(step: Step, kind: MoveKind) -> bool {
    if kind == MoveKind::Failover {
        return false; // there is nothing to go back to
    }
    match step {
        Capture | Preflight | Create | CreateStopped | StopSource | Start | AwaitServing => true,
        Verify | Retain | CleanUp | RestartSource | RemoveTarget => false,
    }
}

/// Whether the step may have written on a member.
pub(crate) fn writes(step: Step) -> bool {
    match step {
        Capture | Preflight | AwaitServing | Verify | Retain => false,
        Create | CreateStopped | StopSource | Start | CleanUp | RestartSource | RemoveTarget => true,
    }
}

/// Whether the workload is moved, and only its stopped source is left to be kept or cleared away.
pub(crate) fn keeps_source(step: Step) -> bool {
    matches!(step, Retain | CleanUp)
}

#[cfg(test)]
mod tests;
