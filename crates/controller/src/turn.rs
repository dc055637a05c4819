//! What one turn of the daemon hands to every reconcile.
use std::collections::BTreeMap;

use havenmeester_placement::autonomy::Timeline;
use havenmeester_placement::{Plan, Problem, Reasons, Request, WorkloadId};

use crate::identity::Identity;
use crate::scene::Scene;

/// All that a reconcile may know.
pub(crate) struct Turn<'a> {
    pub(crate) scene: &'a Scene,
    pub(crate) identities: &'a BTreeMap<WorkloadId, Identity>,
    pub(crate) request: &'a Request,
    pub(crate) plan: &'a Plan,
    /// Who stands behind whom, today and on each day of a year on which that changes.
    pub(crate) timeline: &'a Timeline<'a>,
    /// Why not elsewhere.
    pub(crate) reasons: &'a Reasons<'a>,
    pub(crate) problems: &'a [Problem],
    /// The hub's namespace for what the daemon makes itself.
    pub(crate) namespace: &'a str,
    /// The name of this replica, for the log.
    pub(crate) actor: &'a str,
}
