//! Runs the moves: one task each, never two for the same Migration.
//!
//! Invariant: everything a task knows it reads from the hub; a task that is killed loses nothing.
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use havenmeester_api::{Migration, Workload};
use havenmeester_migration::{Deps, Next, advance};
use kube::{Api, ResourceExt};
use tokio::sync::Notify;
use tokio::task::{AbortHandle, JoinSet};
use tokio_util::sync::CancellationToken;
use tracing::warn;

use crate::metrics::{Failure, Metrics};
use crate::observe::Hub;
use crate::shelf::Key;

/// The first pause after an error; doubled each time.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
/// The longest pause after errors.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// The running moves.
pub(crate) struct Driver {
    deps: Arc<Deps>,
    hub: Hub,
    metrics: Arc<Metrics>,
    tasks: JoinSet<Key>,
    running: BTreeMap<Key, AbortHandle>,
    at_most: usize,
    /// Told whenever a task ends.
    ended: Arc<Notify>,
    cancel: CancellationToken,
}

impl Driver {
    pub(crate) fn new(
        deps: Deps,
        hub: Hub,
        metrics: Arc<Metrics>,
        at_most: usize,
        ended: Arc<Notify>,
        cancel: CancellationToken,
    ) -> Self {
        Self {
            deps: Arc::new(deps),
            hub,
            metrics,
            tasks: JoinSet::new(),
            running: BTreeMap::new(),
            at_most,
            ended,
            cancel,
        }
    }

    /// Starts what may run and does not yet, in the given order, as far as there is room. A failover always finds
    /// room: it is let in beyond the limit up to twice of it, since it waits behind moves that have hours.
    pub(crate) fn start(&mut self, queue: Vec<(Key, Arc<Migration>)>) {
        while let Some(done) = self.tasks.try_join_next() {
            if let Ok(key) = done {
                self.running.remove(&key);
            }
        }
        self.running.retain(|_, task| !task.is_finished());
        let mut busy = self.busy();
        for (key, migration) in queue {
            let retaining = migration
                .status
                .as_ref()
                .is_some_and(|s| s.measured.serving_at.is_some());
            let urgent = !migration.spec.kind.source_answers() && !migration.spec.dry_run;
            let room = if urgent || retaining {
                self.at_most * 2
            } else {
                self.at_most
            };
            if self.running.contains_key(&key) || (busy >= room && !retaining) {
                continue;
            }
            busy += usize::from(!retaining);
            let task = drive(
                Arc::clone(&self.deps),
                self.hub.clone(),
                Arc::clone(&self.metrics),
                key.clone(),
                migration,
                Arc::clone(&self.ended),
                self.cancel.clone(),
            );
            self.running.insert(key, self.tasks.spawn(task));
        }
    }

    /// Tasks that write to members now. Those that only wait for pods to serve, or keep a stopped source, do not
    /// count: an application that starts slowly, or never, holds up no other.
    fn busy(&self) -> usize {
        self.running
            .keys()
            .filter(|(namespace, name)| {
                self.hub
                    .migrations
                    .get(namespace, name)
                    .and_then(|m| m.status.as_ref().map(|s| s.measured.created_at.is_none()))
                    .unwrap_or(true)
            })
            .count()
    }

    /// Ends every task and waits for it.
    pub(crate) async fn stop(mut self) {
        self.tasks.shutdown().await;
    }
}

#[tracing::instrument(name = "move", skip_all, fields(namespace = %key.0, migration = %key.1, workload = %migration.spec.workload, kind = ?migration.spec.kind))]
async fn drive(
    deps: Arc<Deps>,
    hub: Hub,
    metrics: Arc<Metrics>,
    key: Key,
    mut migration: Arc<Migration>,
    ended: Arc<Notify>,
    cancel: CancellationToken,
) -> Key {
    let mut pause = FIRST_PAUSE;
    while !cancel.is_cancelled() {
        let Some(workload) = hub.workloads.get(&key.0, &migration.spec.workload) else {
            warn!(migration = %key.1, workload = %migration.spec.workload, "no such Workload; the move waits for it");
            break; // started again by a later round
        };
        let wait = match advance(&migration, &workload, &deps).await {
            Ok(Next::Finished) => break,
            Ok(Next::In(wait)) => {
                pause = FIRST_PAUSE;
                wait
            }
            Err(error) => {
                metrics.failed(Failure::Move(error.category()));
                warn!(migration = %key.1, error = %crate::chain::chain(&error), "a move could not go on; it is tried again");
                let wait = pause;
                pause = (pause * 2).min(LONGEST_PAUSE);
                wait
            }
        };
        tokio::select! {
            biased; // no chance: one seed, one log
            () = tokio::time::sleep(wait) => {}
            () = cancel.cancelled() => break,
        }
        match newest(&deps, &key, &workload).await {
            Some(now) => migration = now,
            None => break,
        }
    }
    ended.notify_one();
    key
}

/// The Migration as the hub has it now; `None`: gone, or not to be read at this moment (a later round tries again).
async fn newest(deps: &Deps, key: &Key, workload: &Workload) -> Option<Arc<Migration>> {
    let api: Api<Migration> = Api::namespaced(deps.hub.clone(), &key.0);
    match api.get_opt(&key.1).await {
        Ok(found) => found.map(Arc::new),
        Err(error) => {
            warn!(migration = %key.1, workload = %workload.name_any(), error = %crate::chain::chain(&error), "reading a move");
            None
        }
    }
}
