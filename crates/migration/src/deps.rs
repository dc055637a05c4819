//! What a move works with.

use std::sync::Arc;

use havenmeester_ledger::Ledger;

use havenmeester_fleet::{Clock, Fleet, Registries};

/// What a move works with. Cheap to clone.
#[derive(Clone)]
pub struct Deps {
    /// The hub's API server, where Migrations are kept.
    pub hub: kube::Client,
    /// The clusters.
    pub fleet: Fleet,
    /// The captures, and the log of what was done.
    pub ledger: Ledger,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Where images come from.
    pub registries: Registries,
}
