//! Haven's conditions on applications, as far as manifests show them.
//!
//! Haven asks that an application is containerised, described by manifests, has a metrics endpoint and can run in several
//! replicas. No public validator exists; what is looked at here, and why, stands with each condition.
//! Invariant: what cannot be seen is `Unknown`, never `Met`. A condition is as its worst workload.

mod metrics; // is there something to scrape
mod replicas; // can there be several
#[cfg(test)]
mod tests;
mod workload; // what runs, and its Pods

use std::fmt;

use serde::Serialize;
use serde_json::Value;

use crate::key::ObjectKey;
use crate::reading::FieldPath;
use crate::rules::Level;
use workload::Workload;

/// One of the four.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum Condition {
    /// Everything that runs, runs in containers.
    Containerised,
    /// It is described by Kubernetes manifests, and all of them can be read.
    Manifests,
    /// What runs for long has an endpoint with metrics.
    MetricsEndpoint,
    /// What runs for long can run in several replicas at once.
    SeveralReplicas,
}

impl Condition {
    /// All four, in the order in which they are told.
    pub const ALL: [Self; 4] = [
        Self::Containerised,
        Self::Manifests,
        Self::MetricsEndpoint,
        Self::SeveralReplicas,
    ];

    /// In the form of a rule's id.
    pub fn id(self) -> &'static str {
        match self {
            Self::Containerised => "haven-containerised",
            Self::Manifests => "haven-manifests",
            Self::MetricsEndpoint => "haven-metrics-endpoint",
            Self::SeveralReplicas => "haven-several-replicas",
        }
    }

    /// What it asks.
    pub fn what(self) -> &'static str {
        match self {
            Self::Containerised => "Everything runs in containers",
            Self::Manifests => "It is described by Kubernetes manifests that can be read",
            Self::MetricsEndpoint => "There is an endpoint with metrics",
            Self::SeveralReplicas => "It can run in several replicas",
        }
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, out)
    }
}

/// Whether a condition is met. The order is from good to bad, and the worst counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum State {
    /// Seen to be so.
    Met,
    /// The manifests do not show it.
    Unknown,
    /// Seen not to be so.
    NotMet,
}

/// What was seen about one condition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Judgement {
    /// Which.
    pub condition: Condition,
    /// The worst over the workloads.
    pub state: State,
    /// One per workload that matters to it, or one about all.
    pub evidence: Vec<Evidence>,
}

/// What was seen about one workload.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Evidence {
    /// Whether this one meets it.
    pub state: State,
    /// Which of the objects, by its place in what was given; none = all together.
    #[serde(skip)]
    pub object: Option<usize>,
    /// The same, as people call it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The field that shows it.
    #[serde(skip)]
    pub field: FieldPath,
    /// What was seen, one sentence.
    pub seen: String,
    /// What to do; empty when it is met.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub remedy: &'static str,
}

impl State {
    /// How bad it is as a finding: a condition that is not met keeps an application from being one for Haven.
    pub fn level(self) -> Level {
        match self {
            Self::Met => Level::Info,
            Self::Unknown => Level::Warn,
            Self::NotMet => Level::Block,
        }
    }
}

impl Judgement {
    fn new(condition: Condition, evidence: Vec<Evidence>) -> Self {
        let state = evidence.iter().map(|one| one.state).max();
        Self {
            condition,
            state: state.unwrap_or(State::Unknown),
            evidence,
        }
    }
}

impl Evidence {
    fn all(state: State, seen: impl Into<String>, remedy: &'static str) -> Self {
        Self {
            state,
            object: None,
            name: None,
            field: FieldPath::default(),
            seen: seen.into(),
            remedy,
        }
    }

    fn of(
        workload: &Workload<'_>,
        state: State,
        field: &[&str],
        seen: impl Into<String>,
        remedy: &'static str,
    ) -> Self {
        Self {
            object: Some(workload.place),
            name: Some(workload.name.clone()),
            field: FieldPath::of(field),
            ..Self::all(state, seen, remedy)
        }
    }
}

/// Judges the four conditions over all objects of an application.
///
/// `unread`: how many documents could not be read; what they hold is not known.
pub fn haven_app(objects: &[&Value], unread: usize) -> Vec<Judgement> {
    let workloads = workload::workloads(objects);
    vec![
        Judgement::new(Condition::Containerised, containerised(objects, &workloads)),
        Judgement::new(Condition::Manifests, manifests(objects, unread)),
        Judgement::new(Condition::MetricsEndpoint, metrics::judge(objects, &workloads)),
        Judgement::new(Condition::SeveralReplicas, replicas::judge(objects, &workloads)),
    ]
}

fn manifests(objects: &[&Value], unread: usize) -> Vec<Evidence> {
    let evidence = match (objects.len(), unread) {
        (0, _) => Evidence::all(
            State::NotMet,
            "there is no manifest",
            "write manifests, a Helm chart or a kustomization",
        ),
        (found, 0) => Evidence::all(State::Met, format!("{found} objects"), ""),
        (found, unread) => Evidence::all(
            State::NotMet,
            format!("{found} objects, and {unread} documents that cannot be read"),
            "correct what cannot be read",
        ),
    };
    vec![evidence]
}

/// A virtual machine is no container, wherever it runs.
fn containerised(objects: &[&Value], workloads: &[Workload<'_>]) -> Vec<Evidence> {
    let mut evidence = Vec::new();
    for (place, object) in objects.iter().enumerate() {
        let key = ObjectKey::from_value(object);
        let Ok(key) = key.as_ref().map(|key| (key.group_kind(), key.to_string())) else {
            continue;
        };
        if let (("kubevirt.io", "VirtualMachine" | "VirtualMachineInstance"), name) = key {
            evidence.push(Evidence {
                object: Some(place),
                name: Some(name),
                ..Evidence::all(
                    State::NotMet,
                    "it is a virtual machine",
                    "put the software into a container image",
                )
            });
        }
    }
    for workload in workloads {
        evidence.push(match workload.images() {
            0 => Evidence::of(
                workload,
                State::Unknown,
                &[],
                "no image is named in it",
                "name the image of each container",
            ),
            images => Evidence::of(
                workload,
                State::Met,
                &[],
                format!("container images: {images}"),
                "",
            ),
        });
    }
    if evidence.is_empty() {
        let remedy = "check the manifests of the whole application: Deployments, StatefulSets, Jobs";
        evidence.push(Evidence::all(State::Unknown, "nothing in it runs", remedy));
    }
    evidence
}
