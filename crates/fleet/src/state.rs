//! What outlives a connection: all that is known of one cluster, shared by the tasks that look after it.
//!
//! Invariant: nothing here is forgotten because contact was lost. Times of facts move only while the watches are
//! open and the heartbeat is good.
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use havenmeester_api::MemberCluster;
use havenmeester_api::member::{Cause, Reachability, ReachabilityState};
use havenmeester_ledger::CaptureRef;
use havenmeester_placement::Contact;
use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use kube::{Client, ResourceExt};
use tokio::sync::{Notify, Semaphore, watch};
use tokio::time::Instant;

use crate::fleet::Tracked;
use crate::gate::Gate;
use crate::haven::HavenLook;
use crate::index::{Index, Touched};
use crate::limits::Limits;
use crate::reachability::{History, Met, Moment, Verdict, evaluate};
use crate::served::Served;
use crate::view::MemberView;

/// Whether a cluster answers, and since when.
#[derive(Debug)]
pub(crate) struct Health {
    pub(crate) history: History,
    pub(crate) verdict: Verdict,
    pub(crate) since: Timestamp,
    pub(crate) last_heartbeat: Option<Timestamp>,
    /// When it was called lost, by the hub's record of an earlier run.
    recorded_loss: Option<Timestamp>,
    pub(crate) message: Option<String>,
    pub(crate) version: Option<String>,
}

/// A capture that is in the store.
#[derive(Clone, Debug)]
pub(crate) struct Captured {
    pub(crate) reference: CaptureRef,
    /// What it was taken of.
    pub(crate) of: Tracked,
    /// The generation of the namespace that it holds. `None`: it was found in the store.
    pub(crate) generation: Option<u64>,
    /// Until when the copy was seen to be as captured.
    pub(crate) as_of: Timestamp,
}

/// What the other tasks must know of the heartbeat.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Pulse {
    /// It answers now, or did a moment ago: Reachable or Suspect.
    pub(crate) alive: bool,
    /// Counts recoveries; each is a reason to try again at once what failed.
    pub(crate) recoveries: u64,
}

/// All that is known of one cluster.
pub(crate) struct ClusterState {
    pub(crate) name: String,
    pub(crate) limits: Limits,
    pub(crate) gate: Gate,
    begun: Instant,
    member: Mutex<Arc<MemberCluster>>,
    health: Mutex<Health>,
    index: Mutex<Index>,
    served: Mutex<Arc<Served>>,
    pub(crate) write: Mutex<Option<Client>>,
    /// Places for the requests of moves.
    pub(crate) in_flight: Arc<Semaphore>,
    /// By Workload.
    captured: Mutex<BTreeMap<String, Captured>>,
    capture_problem: Mutex<Option<String>>,
    /// The last look for the Haven checks.
    pub(crate) haven: Mutex<Arc<HavenLook>>,
    /// When copies and capacity were last known to be as the index says.
    current_at: Mutex<Option<Timestamp>>,
    pub(crate) view: Mutex<Arc<MemberView>>,
    pub(crate) pulse: watch::Sender<Pulse>,
    /// Bumps when the set of namespaces that matter changed.
    pub(crate) wanted: watch::Sender<u64>,
    /// Bumps when a list was completed or refused.
    pub(crate) listed: watch::Sender<u64>,
    /// The view is out of date.
    pub(crate) outdated: Notify,
    /// Something that a capture holds changed.
    pub(crate) uncaptured: Notify,
    /// Somebody saw a failure: ask now instead of at the next turn.
    pub(crate) doubt: Notify,
}

impl ClusterState {
    pub(crate) fn new(member: MemberCluster, limits: &Limits, now: Timestamp) -> Self {
        let recorded = member
            .status
            .as_ref()
            .and_then(|status| status.reachability.as_ref());
        let last_heartbeat = recorded
            .and_then(|recorded| recorded.last_heartbeat.as_ref())
            .map(|at| at.0);
        let was_lost = |recorded: &&Reachability| {
            matches!(
                recorded.state,
                ReachabilityState::Lost | ReachabilityState::CutOff
            )
        };
        let health = Health {
            history: History {
                met: if last_heartbeat.is_some() {
                    Met::Recorded
                } else {
                    Met::Never
                },
                ..History::default()
            },
            verdict: Verdict {
                state: ReachabilityState::Unknown,
                cause: None,
            },
            since: now,
            last_heartbeat,
            recorded_loss: recorded.filter(was_lost).map(|recorded| recorded.since.0),
            message: None,
            version: None,
        };
        let view = MemberView::unasked(&member, now);
        Self {
            name: member.name_any(),
            limits: *limits,
            gate: Gate::new(),
            begun: Instant::now(),
            member: Mutex::new(Arc::new(member)),
            health: Mutex::new(health),
            index: Mutex::default(),
            served: Mutex::default(),
            write: Mutex::default(),
            in_flight: Arc::new(Semaphore::new(limits.in_flight)),
            captured: Mutex::default(),
            capture_problem: Mutex::default(),
            haven: Mutex::default(),
            current_at: Mutex::default(),
            view: Mutex::new(Arc::new(view)),
            pulse: watch::Sender::default(),
            wanted: watch::Sender::default(),
            listed: watch::Sender::default(),
            outdated: Notify::new(),
            uncaptured: Notify::new(),
            doubt: Notify::new(),
        }
    }

    pub(crate) fn moment(&self) -> Moment {
        self.begun.elapsed()
    }

    /// The tokio instant of a moment.
    pub(crate) fn instant(&self, moment: Moment) -> Instant {
        self.begun + moment
    }

    pub(crate) fn member(&self) -> Arc<MemberCluster> {
        locked(&self.member).clone()
    }

    pub(crate) fn set_member(&self, member: MemberCluster) {
        let mut now = locked(&self.member);
        if **now != member {
            *now = Arc::new(member);
            self.outdated.notify_one();
        }
    }

    pub(crate) fn served(&self) -> Arc<Served> {
        locked(&self.served).clone()
    }

    pub(crate) fn set_served(&self, served: Served) {
        *locked(&self.served) = Arc::new(served);
        self.outdated.notify_one();
    }

    pub(crate) fn index(&self) -> MutexGuard<'_, Index> {
        locked(&self.index)
    }

    pub(crate) fn health(&self) -> MutexGuard<'_, Health> {
        locked(&self.health)
    }

    pub(crate) fn captured(&self) -> MutexGuard<'_, BTreeMap<String, Captured>> {
        locked(&self.captured)
    }

    pub(crate) fn capture_problem(&self) -> Option<String> {
        locked(&self.capture_problem).clone()
    }

    pub(crate) fn set_capture_problem(&self, problem: Option<String>) {
        let mut now = locked(&self.capture_problem);
        if *now != problem {
            *now = problem;
            self.outdated.notify_one();
        }
    }

    pub(crate) fn current_at(&self) -> Option<Timestamp> {
        *locked(&self.current_at)
    }

    /// Tells who must know what a change to the index touched.
    pub(crate) fn touched(&self, touched: Touched) {
        if touched.view {
            self.outdated.notify_one();
        }
        if touched.capture {
            self.uncaptured.notify_one();
        }
        if touched.wanted {
            self.wanted.send_modify(|version| *version += 1);
        }
    }

    /// Marks what is known as known to be so at the last good heartbeat, when every watch is open. Says whether.
    pub(crate) fn mark_current(&self) -> bool {
        let heartbeat = {
            let health = self.health();
            let reachable = health.verdict.state == ReachabilityState::Reachable;
            health
                .last_heartbeat
                .filter(|_| reachable && health.history.met == Met::Heard)
        };
        let current = heartbeat.is_some() && self.index().settle();
        if current {
            *locked(&self.current_at) = heartbeat;
        }
        current
    }

    /// Works out anew whether the cluster answers. `now` is the wall time of this moment.
    pub(crate) fn judge(&self, now: Timestamp) {
        let mut health = self.health();
        let verdict = evaluate(&health.history, self.moment(), &self.limits);
        let before = std::mem::replace(&mut health.verdict, verdict);
        let lost = verdict.state == ReachabilityState::Lost;
        health.history.lost |= lost;
        if before.state != verdict.state {
            let recorded = health
                .recorded_loss
                .take_if(|_| lost || verdict.state == ReachabilityState::Reachable);
            health.since = recorded.filter(|_| lost).unwrap_or(now);
            tracing::info!(
                cluster = %self.name, from = ?before.state, to = ?verdict.state, cause = ?verdict.cause,
                detail = health.message.as_deref().unwrap_or(""), "reachability"
            );
        }
        drop(health);
        if before != verdict {
            self.outdated.notify_one();
        }
        let alive = matches!(
            verdict.state,
            ReachabilityState::Reachable | ReachabilityState::Suspect
        );
        let recovered = verdict.state == ReachabilityState::Reachable && before.state != verdict.state;
        self.pulse.send_if_modified(|pulse| {
            let next = Pulse {
                alive,
                recoveries: pulse.recoveries + u64::from(recovered),
            };
            std::mem::replace(pulse, next) != next
        });
    }

    /// Whether the cluster may be asked anything now, and if not why, as far as that is known.
    pub(crate) fn unavailable(&self) -> Result<(), Option<Cause>> {
        if self.gate.is_shut() {
            return Err(Some(Cause::Drill));
        }
        let health = self.health();
        match health.verdict.state {
            ReachabilityState::Reachable | ReachabilityState::Suspect => Ok(()),
            ReachabilityState::Unknown | ReachabilityState::Lost | ReachabilityState::CutOff => {
                Err(health.verdict.cause)
            }
        }
    }
}

impl Health {
    /// For the decision.
    pub(crate) fn contact(&self) -> Contact {
        let last = self.last_heartbeat.unwrap_or(self.since);
        match self.verdict.state {
            ReachabilityState::Unknown => Contact::Unknown,
            ReachabilityState::Reachable => Contact::Reachable,
            ReachabilityState::Suspect => Contact::Suspect { since: last },
            ReachabilityState::Lost | ReachabilityState::CutOff => Contact::Lost {
                last_heartbeat: last,
                detected_at: self.since,
            },
        }
    }

    /// For the status of the MemberCluster.
    pub(crate) fn reachability(&self) -> Reachability {
        let drill = self.verdict.cause == Some(Cause::Drill);
        let state = if drill && self.verdict.state == ReachabilityState::Lost {
            ReachabilityState::CutOff
        } else {
            self.verdict.state
        };
        Reachability {
            state,
            cause: self.verdict.cause,
            since: Time(self.since),
            last_heartbeat: self.last_heartbeat.map(Time),
            message: self.message.clone(),
        }
    }
}

/// A lock whose holder panicked still guards whole values: each change here is one assignment.
pub(crate) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The wait before the next try: doubles, up to a limit.
pub(crate) fn backoff(first: Duration, longest: Duration, failures: u32) -> Duration {
    first
        .saturating_mul(2_u32.saturating_pow(failures.saturating_sub(1).min(16)))
        .min(longest)
}
