//! Runs the moves: one task each, never two for the same Migration.
//!
//! Invariant: everything a task knows it reads from the hub; a task that is killed loses nothing.
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use havenmeester_api::{Migration, Workload};
use havenmeester_migration::{Deps, MoveError, Next, advance};
use kube::{Api, ResourceExt};
use tokio::sync::{Notify, Semaphore};
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tracing::warn;

use crate::admission::is_urgent;
use crate::metrics::{Failure, Metrics};
use crate::observe::Hub;
use crate::shelf::Key;

/// The first pause after an error; doubled each time.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
/// The longest pause after errors.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// The longest time between two looks at a copy that the watches say does not serve: its deadline, and what it waits
/// for, are noticed to within this.
const LOOK_AT_LAST: Duration = Duration::from_secs(5);

/// The running moves.
pub(crate) struct Driver {
    road: Arc<Road>,
    tasks: JoinSet<Key>,
    running: BTreeMap<Key, Running>,
}

/// What every move drives on.
struct Road {
    deps: Deps,
    hub: Hub,
    metrics: Arc<Metrics>,
    /// Places of failovers: they never wait behind moves that have hours.
    urgent: Arc<Semaphore>,
    /// Places of all others.
    places: Arc<Semaphore>,
    /// Told whenever a task ends.
    ended: Arc<Notify>,
    cancel: CancellationToken,
}

struct Running {
    task: AbortHandle,
    told: Arc<Told>,
    /// The spec that its task was last told of.
    generation: Option<i64>,
}

/// What a task and the driver tell each other.
#[derive(Default)]
struct Told {
    /// That it got a place once: from then on only its own end ends it.
    begun: AtomicBool,
    /// That a person changed the spec: a source is kept for hours, and an abort, or a shorter window, is meant now.
    edited: Notify,
}

impl Running {
    fn tell(&mut self, migration: &Migration) {
        if self.generation != migration.metadata.generation {
            self.generation = migration.metadata.generation;
            self.told.edited.notify_one();
        }
    }
}

impl Driver {
    /// `at_most` failovers and as many other moves write to members at the same time.
    pub(crate) fn new(
        deps: Deps,
        hub: Hub,
        metrics: Arc<Metrics>,
        at_most: usize,
        ended: Arc<Notify>,
        cancel: CancellationToken,
    ) -> Self {
        let road = Road {
            deps,
            hub,
            metrics,
            urgent: Arc::new(Semaphore::new(at_most)),
            places: Arc::new(Semaphore::new(at_most)),
            ended,
            cancel,
        };
        Self {
            road: Arc::new(road),
            tasks: JoinSet::new(),
            running: BTreeMap::new(),
        }
    }

    /// Starts what may run and does not yet. Places are given in the order of the queue, at the moment at which one is
    /// free; what waits for one and is no longer in the queue is sent home.
    pub(crate) fn start(&mut self, queue: Vec<(Key, Arc<Migration>)>) {
        while let Some(done) = self.tasks.try_join_next() {
            if let Ok(key) = done {
                self.running.remove(&key);
            }
        }
        let wanted: BTreeSet<&Key> = queue.iter().map(|(key, _)| key).collect();
        self.running.retain(|key, running| {
            let stays = running.told.begun.load(Ordering::Acquire) || wanted.contains(key);
            if !stays {
                running.task.abort();
            }
            stays && !running.task.is_finished()
        });
        for (key, migration) in queue {
            if let Some(running) = self.running.get_mut(&key) {
                running.tell(&migration);
                continue;
            }
            let generation = migration.metadata.generation;
            let told = Arc::<Told>::default();
            let task = drive(Arc::clone(&self.road), key.clone(), migration, Arc::clone(&told));
            let running = Running {
                task: self.tasks.spawn(task),
                told,
                generation,
            };
            self.running.insert(key, running);
        }
    }

    /// Ends every task and waits for it.
    pub(crate) async fn stop(mut self) {
        self.tasks.shutdown().await;
    }
}

/// Whether a move has nothing to write for now, so that another has use for its place: its pods start, or something has
/// to pass first. An application that starts slowly, and a target that refuses, hold up no other.
fn waits(next: &Result<Next, MoveError>) -> bool {
    !matches!(next, Ok(Next::In(wait)) if wait.is_zero())
}

/// Whether what the target is sent is still to be written. What comes after it is little, and takes no place.
fn writes(migration: &Migration) -> bool {
    migration
        .status
        .as_ref()
        .is_none_or(|status| status.measured.created_at.is_none())
}

#[tracing::instrument(name = "move", skip_all, fields(namespace = %key.0, migration = %key.1, workload = %migration.spec.workload, kind = ?migration.spec.kind))]
async fn drive(road: Arc<Road>, key: Key, mut migration: Arc<Migration>, told: Arc<Told>) -> Key {
    let places = road.places_for(&migration);
    let mut place = None;
    let mut pause = FIRST_PAUSE;
    while !road.cancel.is_cancelled() {
        if place.is_none() && writes(&migration) {
            place = Arc::clone(places).acquire_owned().await.ok();
        }
        told.begun.store(true, Ordering::Release);
        let Some(workload) = road.hub.workloads.get(&key.0, &migration.spec.workload) else {
            warn!(migration = %key.1, workload = %migration.spec.workload, "no such Workload; the move waits for it");
            break; // started again by a later round
        };
        let next = advance(&migration, &workload, &road.deps).await;
        if next.is_ok() {
            pause = FIRST_PAUSE;
        }
        if waits(&next) {
            place = None;
        }
        let wait = async {
            match next {
                Ok(Next::Finished) => return false,
                Ok(Next::In(wait)) => tokio::time::sleep(wait).await,
                Ok(Next::Serving(wait)) => road.served(&migration, &workload, wait).await,
                Err(error) => {
                    road.metrics.failed(Failure::Move(error.category()));
                    warn!(migration = %key.1, error = %crate::chain::chain(&error), "a move could not go on; it is tried again");
                    tokio::time::sleep(pause).await;
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
            }
            true
        };
        tokio::select! {
            biased; // no chance: one seed, one log
            goes_on = wait => if !goes_on { break },
            () = told.edited.notified() => {},
            () = road.cancel.cancelled() => break,
        }
        match road.newest(&key, &workload).await {
            Some(now) => migration = now,
            None => break,
        }
    }
    drop(place);
    road.ended.notify_one();
    key
}

impl Road {
    fn places_for(&self, migration: &Migration) -> &Arc<Semaphore> {
        if is_urgent(migration) {
            &self.urgent
        } else {
            &self.places
        }
    }

    /// Waits until the copy on the target is seen to serve, or cannot be seen; at most until a look is due anyway. Hundreds of moves wait here at once, and a look costs the hub and the target
    /// requests that the moves behind them need.
    async fn served(&self, migration: &Migration, workload: &Workload, after: Duration) {
        let since = Instant::now();
        let target = &workload.spec.target;
        loop {
            tokio::time::sleep(after).await;
            // Of a part of a namespace the watch does not tell.
            let seen = target
                .match_labels
                .is_empty()
                .then(|| self.deps.fleet.serves(&migration.spec.target, &target.namespace))
                .flatten();
            if seen != Some(false) || since.elapsed() >= LOOK_AT_LAST {
                return;
            }
        }
    }

    /// The Migration as the hub has it now; `None`: gone, or not to be read at this moment (a later round tries again).
    /// What has begun is read by `advance` itself.
    async fn newest(&self, key: &Key, workload: &Workload) -> Option<Arc<Migration>> {
        let seen = self.hub.migrations.get(&key.0, &key.1);
        let begun = |m: &Arc<Migration>| m.status.as_ref().is_some_and(|s| !s.steps.is_empty());
        if let Some(migration) = seen.filter(begun) {
            return Some(migration);
        }
        let api: Api<Migration> = Api::namespaced(self.deps.hub.clone(), &key.0);
        match api.get_opt(&key.1).await {
            Ok(found) => found.map(Arc::new),
            Err(error) => {
                warn!(migration = %key.1, workload = %workload.name_any(), error = %crate::chain::chain(&error), "reading a move");
                None
            }
        }
    }
}
