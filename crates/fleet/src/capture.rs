//! Into the ledger, whenever something of a workload changed.
//!
//! A namespace is captured when it was quiet for a moment, or has not been for too long. A store that does not
//! take it is a problem that is shown and tried again; watches and heartbeats know nothing of it.
//! Not here: what of an object is kept (`portability`).
//! Invariant: only what was seen completely, on a cluster that answers, is captured; nothing never replaces
//! something.
pub(crate) mod now; // when it is asked for

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use futures::stream::FuturesUnordered;
use havenmeester_ledger::{Capture, CaptureRef, Category, Ledger, LedgerError};
use havenmeester_portability::closure;
use serde_json::Value;
use tokio::sync::watch;
use tokio::time::{Instant, timeout};

use crate::clock::Clock;
use crate::fleet::Tracked;
use crate::heartbeat::chain;
use crate::index::Index;
use crate::state::{Captured, ClusterState, backoff};

/// A store that takes longer than this for one capture is taken for one that does not answer.
const STORE_PATIENCE: Duration = Duration::from_secs(30);

/// Changes are gathered for so long before all namespaces are looked at.
const GATHER: Duration = Duration::from_millis(50);

/// What Workloads claim, by Workload.
pub(crate) type Claims = Arc<BTreeMap<String, Tracked>>;

/// Captures until it is dropped.
pub(crate) async fn run(
    state: Arc<ClusterState>,
    ledger: Ledger,
    clock: Arc<dyn Clock>,
    claims: watch::Receiver<Claims>,
) {
    let work = FuturesUnordered::new();
    Capturing {
        state,
        ledger,
        clock,
        claims,
        pending: BTreeMap::new(),
        work,
        failures: 0,
        hold: None,
    }
    .go_on()
    .await;
}

/// A Workload that changed since it was captured.
#[derive(Clone, Copy, Debug)]
struct Pending {
    first: Instant,
    last: Instant,
    generation: u64,
    /// It is being written.
    writing: bool,
}

/// What came of one piece of work.
enum Done {
    /// The store had this capture already, from an earlier run.
    Found {
        workload: String,
        tracked: Tracked,
        found: Option<CaptureRef>,
    },
    /// A capture was written, or not.
    Written {
        workload: String,
        tracked: Tracked,
        generation: u64,
        result: Result<CaptureRef, Refusal>,
    },
}

/// Why a capture was not written.
enum Refusal {
    Store(LedgerError),
    Silent,
}

type Work = Pin<Box<dyn Future<Output = Done> + Send>>;

struct Capturing {
    state: Arc<ClusterState>,
    ledger: Ledger,
    clock: Arc<dyn Clock>,
    claims: watch::Receiver<Claims>,
    pending: BTreeMap<String, Pending>,
    work: FuturesUnordered<Work>,
    failures: u32,
    /// Nothing is written until then: the store refused.
    hold: Option<Instant>,
}

impl Capturing {
    async fn go_on(mut self) {
        self.recall();
        self.look();
        loop {
            self.write_due();
            let wake = self.wake();
            tokio::select! {
                biased;
                // Only at its own workload: hundreds are written one after the other, and each would look at all.
                Some(done) = self.work.next(), if !self.work.is_empty() => {
                    let workload = self.done(done);
                    self.look_at(&workload);
                }
                changed = self.claims.changed() => match changed {
                    Ok(()) => {
                        self.recall();
                        self.look();
                    }
                    Err(_) => return, // the fleet is gone
                },
                () = self.state.uncaptured.notified() => {
                    tokio::time::sleep(GATHER).await;
                    self.look();
                }
                () = tokio::time::sleep_until(wake) => self.look(),
            }
        }
    }

    /// Looks in the store for captures of an earlier run: a cluster that is lost from the beginning has no others.
    fn recall(&mut self) {
        let claims = self.claims.borrow_and_update().clone();
        let mut captured = self.state.captured();
        captured.retain(|workload, captured| {
            claims
                .get(workload)
                .is_some_and(|tracked| tracked.namespace == captured.of.namespace)
        });
        self.pending.retain(|workload, _| claims.contains_key(workload));
        for (workload, tracked) in claims
            .iter()
            .filter(|(workload, _)| !captured.contains_key(*workload))
        {
            let (ledger, cluster) = (self.ledger.clone(), self.state.name.clone());
            let (workload, tracked) = (workload.clone(), tracked.clone());
            self.work.push(Box::pin(async move {
                let found = timeout(STORE_PATIENCE, ledger.latest(&workload, &cluster)).await;
                Done::Found {
                    workload,
                    tracked,
                    found: found.ok().and_then(Result::ok).flatten(),
                }
            }));
        }
    }

    /// Takes note of the namespaces whose objects changed since they were captured.
    fn look(&mut self) {
        let claims = self.claims.borrow().clone();
        for (workload, tracked) in claims.iter() {
            self.note(workload, tracked);
        }
    }

    fn look_at(&mut self, workload: &str) {
        let claims = self.claims.borrow().clone();
        if let Some(tracked) = claims.get(workload) {
            self.note(workload, tracked);
        }
    }

    fn note(&mut self, workload: &str, tracked: &Tracked) {
        let now = Instant::now();
        let generation = capturable(&self.state.index(), &tracked.namespace);
        let held = self
            .state
            .captured()
            .get(workload)
            .is_some_and(|captured| captured.generation == generation && captured.of == *tracked);
        let Some(generation) = generation.filter(|_| !held) else {
            self.pending.remove(workload);
            return;
        };
        let fresh = Pending {
            first: now,
            last: now,
            generation,
            writing: false,
        };
        let pending = self.pending.entry(workload.to_owned()).or_insert(fresh);
        if pending.generation != generation {
            (pending.generation, pending.last) = (generation, now);
        }
    }

    fn due(&self, pending: &Pending) -> Instant {
        let limits = &self.state.limits;
        let due = (pending.last + limits.quiet).min(pending.first + limits.unquiet);
        self.hold.map_or(due, |hold| due.max(hold))
    }

    /// When the next workload is due.
    fn wake(&self) -> Instant {
        let room = self.writing() < self.state.limits.captures;
        let waiting = self.pending.values().filter(|pending| room && !pending.writing);
        let idle = Instant::now() + self.state.limits.heartbeat;
        // What is due already and was not written waits for the cluster to answer.
        let soon = Instant::now() + self.state.limits.quiet;
        waiting
            .map(|pending| self.due(pending).max(soon))
            .min()
            .map_or(idle, |due| due.min(idle))
    }

    fn writing(&self) -> usize {
        self.pending.values().filter(|pending| pending.writing).count()
    }

    fn write_due(&mut self) {
        if !self.state.mark_current() {
            return;
        }
        let now = Instant::now();
        let room = self.state.limits.captures.saturating_sub(self.writing());
        let due: Vec<String> = self
            .pending
            .iter()
            .filter(|(_, pending)| !pending.writing && self.due(pending) <= now)
            .map(|(workload, _)| workload.clone())
            .take(room)
            .collect();
        for workload in due {
            self.write(workload);
        }
    }

    fn write(&mut self, workload: String) {
        let claims = self.claims.borrow().clone();
        let (Some(pending), Some(tracked)) = (self.pending.get_mut(&workload), claims.get(&workload)) else {
            return;
        };
        let Some((generation, objects)) = gather(&self.state.index(), tracked) else {
            return;
        };
        pending.writing = true;
        let capture = Capture {
            workload: workload.clone(),
            cluster: self.state.name.clone(),
            objects,
        };
        let (ledger, at, tracked) = (self.ledger.clone(), self.clock.now(), tracked.clone());
        self.work.push(Box::pin(async move {
            let result = match timeout(STORE_PATIENCE, ledger.put_capture(&capture, at)).await {
                Ok(result) => result.map_err(Refusal::Store),
                Err(_) => Err(Refusal::Silent),
            };
            Done::Written {
                workload,
                tracked,
                generation,
                result,
            }
        }));
    }

    /// Takes in what came of a piece of work. Returns its workload.
    fn done(&mut self, done: Done) -> String {
        match done {
            Done::Found {
                workload,
                tracked,
                found: Some(reference),
            } => {
                let as_of = reference.taken_at;
                let found = Captured {
                    reference,
                    of: tracked,
                    generation: None,
                    as_of,
                };
                self.state.captured().entry(workload.clone()).or_insert(found);
                self.state.outdated.notify_one();
                workload
            }
            Done::Found {
                workload,
                found: None,
                ..
            } => workload,
            Done::Written {
                workload,
                tracked,
                generation,
                result: Ok(reference),
            } => {
                (self.failures, self.hold) = (0, None);
                self.pending.remove(&workload);
                let as_of = reference.taken_at;
                let captured = Captured {
                    reference,
                    of: tracked,
                    generation: Some(generation),
                    as_of,
                };
                self.state.captured().insert(workload.clone(), captured);
                self.state.set_capture_problem(None);
                self.state.outdated.notify_one();
                workload
            }
            Done::Written {
                workload,
                result: Err(refusal),
                ..
            } => {
                self.refused(&workload, &refusal);
                workload
            }
        }
    }

    fn refused(&mut self, workload: &str, refusal: &Refusal) {
        self.failures += 1;
        let limits = &self.state.limits;
        self.hold = Some(Instant::now() + backoff(limits.store_retry, limits.store_retry_max, self.failures));
        if let Some(pending) = self.pending.get_mut(workload) {
            pending.writing = false;
        }
        let problem = advice(refusal);
        tracing::warn!(cluster = %self.state.name, workload, %problem, "capture not stored");
        self.state.set_capture_problem(Some(problem));
    }
}

/// What is wrong with the store, and what to do about it.
fn advice(refusal: &Refusal) -> String {
    let Refusal::Store(error) = refusal else {
        return "the capture store does not answer; check that it runs and can be reached".to_owned();
    };
    let what = match error.category() {
        Category::Full => "the capture store is full; make room in it or enlarge it",
        Category::ReadOnly => "the capture store cannot be written; make it writable for the daemon",
        Category::Unavailable => {
            "the capture store cannot be reached; check its address, credentials and network"
        }
        Category::Missing => "the capture store is not there; check its address",
        Category::Corrupt => "the capture store holds what was not written there; verify it",
        Category::Undecryptable => "the capture store's keys do not fit; check the age identities",
        Category::Conflict => "the capture store is written by another daemon at the same time",
    };
    format!("{what} ({})", chain(error))
}

/// The generation of a namespace that can be captured; `None`: there is nothing, not everything was seen, or it is
/// being deleted.
fn capturable(index: &Index, namespace: &str) -> Option<u64> {
    let empty = index
        .spaces
        .get(namespace)
        .is_none_or(|space| space.objects.is_empty());
    let terminating = index
        .namespaces
        .get(namespace)
        .is_some_and(|seen| seen.terminating);
    let good = !empty && !terminating && index.is_ready(namespace);
    index.generation(namespace).filter(|_| good)
}

/// All that a capture of a Workload holds.
fn gather(index: &Index, tracked: &Tracked) -> Option<(u64, Vec<Value>)> {
    let namespace = tracked.namespace.as_str();
    let generation = capturable(index, namespace)?;
    let read = |bytes: &Arc<[u8]>| serde_json::from_slice::<Value>(bytes).ok();
    let space = index.spaces.get(namespace)?;
    let objects = space
        .objects
        .values()
        .filter_map(|kept| read(&kept.bytes))
        .collect();
    let seen = index
        .namespaces
        .get(namespace)
        .and_then(|seen| seen.kept.as_ref())
        .and_then(read);
    let shared: Vec<Value> = index.shared().filter_map(read).collect();
    Some((generation, complete(objects, seen, &shared, tracked)?))
}

/// The objects that the labels select, what of the rest goes along with them, the namespace itself, and the
/// cluster-scoped objects that they need. `None`: the labels select nothing.
pub(crate) fn complete(
    objects: Vec<Value>,
    namespace: Option<Value>,
    shared: &[Value],
    tracked: &Tracked,
) -> Option<Vec<Value>> {
    let (mut objects, mut around): (Vec<Value>, Vec<Value>) =
        objects.into_iter().partition(|object| tracked.selects(object));
    if objects.is_empty() {
        return None;
    }
    let needed = if around.is_empty() {
        closure(&objects, shared).needed_cluster_scoped
    } else {
        around.extend(shared.iter().cloned());
        let gathered = havenmeester_portability::gather(&objects, &around);
        objects.extend(gathered.objects);
        gathered.cluster_scoped
    };
    objects.extend(namespace);
    objects.extend(needed);
    Some(objects)
}

#[cfg(test)]
mod tests;
