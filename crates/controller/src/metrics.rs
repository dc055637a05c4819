//! What Prometheus sees. Labels are closed sets or names of objects, never text of errors.
use std::sync::atomic::AtomicU64;

use havenmeester_migration::Category as MoveCategory;
use prometheus_client::encoding::{EncodeLabelSet, EncodeLabelValue};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;

/// What failed, as a metric label.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Failure {
    /// The decision log or the capture store.
    Ledger,
    /// A write to the hub's API server.
    HubWrite,
    /// A plan that broke an invariant of its own: nothing of it was enacted.
    Lint,
    /// A step of a move.
    Move(MoveCategory),
}

#[derive(Clone, Debug, EncodeLabelSet, Eq, Hash, PartialEq)]
struct FailureLabels {
    kind: &'static str,
}

#[derive(Clone, Debug, EncodeLabelSet, Eq, Hash, PartialEq)]
struct ClusterLabels {
    cluster: String,
}

#[derive(Clone, Debug, EncodeLabelSet, Eq, Hash, PartialEq)]
struct WorkloadLabels {
    compliant: Compliance,
}

#[derive(Clone, Debug, EncodeLabelValue, Eq, Hash, PartialEq)]
enum Compliance {
    Yes,
    No,
}

/// All metrics of the daemon, under the prefix `havenmeester_`.
pub(crate) struct Metrics {
    registry: Registry,
    failures: Family<FailureLabels, Counter>,
    reachable: Family<ClusterLabels, Gauge>,
    heartbeat_age: Family<ClusterLabels, Gauge<f64, AtomicU64>>,
    workloads: Family<WorkloadLabels, Gauge>,
    moves: Gauge,
    leading: Gauge,
    round: Histogram,
}

impl Metrics {
    pub(crate) fn new() -> Self {
        let mut registry = Registry::with_prefix("havenmeester");
        let failures = Family::default();
        registry.register("failures", "What failed, by category", failures.clone());
        let reachable = Family::default();
        registry.register(
            "cluster_reachable",
            "1 when the API server answers, else 0",
            reachable.clone(),
        );
        let heartbeat_age = Family::<ClusterLabels, Gauge<f64, AtomicU64>>::default();
        registry.register(
            "cluster_heartbeat_age_seconds",
            "Seconds since the last good heartbeat",
            heartbeat_age.clone(),
        );
        let workloads = Family::default();
        registry.register(
            "workloads",
            "Workloads, by whether they stand where they may",
            workloads.clone(),
        );
        let moves = Gauge::default();
        registry.register(
            "migrations_running",
            "Migrations that have begun and not ended",
            moves.clone(),
        );
        let leading = Gauge::default();
        registry.register("leader", "1 when this replica leads, else 0", leading.clone());
        let round = Histogram::new(exponential_buckets(0.001, 2.0, 14));
        registry.register(
            "round_seconds",
            "From observation to the last write of a round",
            round.clone(),
        );
        Self {
            registry,
            failures,
            reachable,
            heartbeat_age,
            workloads,
            moves,
            leading,
            round,
        }
    }

    pub(crate) fn failed(&self, what: Failure) {
        let kind = match what {
            Failure::Ledger => "ledger",
            Failure::HubWrite => "hub_write",
            Failure::Lint => "plan_lint",
            Failure::Move(MoveCategory::Unreachable) => "move_unreachable",
            Failure::Move(MoveCategory::Conflict) => "move_conflict",
            Failure::Move(MoveCategory::Refused) => "move_refused",
            Failure::Move(MoveCategory::Store) => "move_store",
        };
        self.failures.get_or_create(&FailureLabels { kind }).inc();
    }

    pub(crate) fn leads(&self, leading: bool) {
        self.leading.set(i64::from(leading));
    }

    pub(crate) fn cluster(&self, name: &str, reachable: bool, heartbeat_age: Option<f64>) {
        let labels = ClusterLabels {
            cluster: name.to_owned(),
        };
        self.reachable.get_or_create(&labels).set(i64::from(reachable));
        if let Some(age) = heartbeat_age {
            self.heartbeat_age.get_or_create(&labels).set(age);
        }
    }

    pub(crate) fn counts(&self, compliant: i64, violating: i64, moving: i64) {
        let set = |compliant, n| {
            self.workloads.get_or_create(&WorkloadLabels { compliant }).set(n);
        };
        set(Compliance::Yes, compliant);
        set(Compliance::No, violating);
        self.moves.set(moving);
    }

    pub(crate) fn round_took(&self, seconds: f64) {
        self.round.observe(seconds);
    }

    /// In the OpenMetrics text format.
    pub(crate) fn text(&self) -> Result<String, std::fmt::Error> {
        let mut text = String::new();
        prometheus_client::encoding::text::encode(&mut text, &self.registry)?;
        Ok(text)
    }
}
