//! The smallest valid scenes, for tests; a test adds what matters to it.
use std::collections::BTreeMap;
use std::sync::Arc;

use havenmeester_api::condition::{self, State};
use havenmeester_api::labels::{self, Tags};
use havenmeester_api::member::{Capacity, MemberClusterStatus, Quarantine, Reachability, ReachabilityState};
use havenmeester_api::migration::{MigrationStatus, MoveKind, Step, StepState, StepStatus};
use havenmeester_api::workload::{CaptureStatus, CopyState, WorkloadStatus};
use havenmeester_api::{
    Contract, Date, Drill, ExternalApplication, MemberCluster, Migration, PlacementPolicy, Provider, Workload,
};
use havenmeester_fleet::MemberView;
use havenmeester_placement::autonomy::Timeline;
use havenmeester_placement::{
    ClusterView, Contact, CopyView, Demand, Fact, Latency, Reach, Reasons, Traits, WorkloadId, decide, lint,
    problems,
};
use jiff::{SignedDuration, Timestamp};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use serde_json::{Value, json};

use crate::identity;
use crate::intent::{Intents, StatusWrite};
use crate::reconcile;
use crate::request;
use crate::scene::Scene;
use crate::turn::Turn;

/// The hub's namespace.
pub(crate) const SPACE: &str = "havenmeester";
/// Where everything stands at first.
pub(crate) const AZURE: &str = "azure-weu";

pub(crate) fn now() -> Timestamp {
    "2026-11-24T10:00:00Z".parse().unwrap()
}

pub(crate) fn ago(seconds: i64) -> Timestamp {
    now() - SignedDuration::from_secs(seconds)
}

pub(crate) fn id(name: &str) -> WorkloadId {
    WorkloadId {
        namespace: SPACE.to_owned(),
        name: name.to_owned(),
    }
}

pub(crate) fn tags(criticality: &str, sensitivity: &str, mode: &str) -> Option<Tags> {
    Tags::read(&BTreeMap::from([
        (labels::CRITICALITY.to_owned(), criticality.to_owned()),
        (labels::SENSITIVITY.to_owned(), sensitivity.to_owned()),
        (labels::MODE.to_owned(), mode.to_owned()),
    ]))
}

/// Low, low, replicable.
pub(crate) fn low() -> Option<Tags> {
    tags("low", "low", "replicable")
}

/// Critical, low, replicable.
pub(crate) fn critical() -> Option<Tags> {
    tags("critical", "low", "replicable")
}

/// An American `azure` with `azure-weu`, a Dutch `eu` with `eu-1`, `eu-2` and `eu-3`, all reachable and roomy; critical
/// workloads may not stand on azure; everything moves and fails over by itself. No workloads.
pub(crate) fn mk_scene() -> Scene {
    let mut scene = Scene {
        now: now(),
        ..Scene::default()
    };
    for (name, country, category) in [("azure", "US", "Hyperscaler"), ("eu", "NL", "PrivateEu")] {
        let shown = |n: i32| json!({"objective": format!("SOV-{n}"), "seal": 3, "evidence": {"reference": "audit", "date": "2026-01-01"}});
        let shown: Vec<Value> = (1..=8).map(shown).collect();
        let spec = json!({"legalName": name, "country": country, "category": category, "sovereignty": shown});
        let provider = Provider::new(name, serde_json::from_value(spec).unwrap());
        scene.providers.insert(name.to_owned(), Arc::new(provider));
    }
    for (name, provider) in [(AZURE, "azure"), ("eu-1", "eu"), ("eu-2", "eu"), ("eu-3", "eu")] {
        scene
            .members
            .insert(name.to_owned(), Arc::new(mk_member(name, provider)));
        scene.fleet.insert(name.to_owned(), Arc::new(mk_view(provider)));
    }
    let automatic =
        json!({"migration": {"mode": "Automatic"}, "failover": {"mode": "Automatic", "after": "30s"}});
    let mut autonomous = automatic.clone();
    autonomous["workloads"] = json!({"anyOf": [{"criticality": "Critical"}]});
    autonomous["require"] = json!({"categories": ["PrivateEu"]});
    scene
        .policy("default", automatic)
        .policy("autonomous", autonomous)
}

pub(crate) fn mk_member(name: &str, provider: &str) -> MemberCluster {
    let spec = json!({"provider": provider, "region": "nl-west",
        "connection": {"kubeconfigSecret": {"namespace": SPACE, "name": name}}});
    let mut member = MemberCluster::new(name, serde_json::from_value(spec).unwrap());
    member.metadata.resource_version = Some("1".to_owned());
    member
}

pub(crate) fn mk_view(provider: &str) -> MemberView {
    let capacity = Capacity {
        cpu_milli: 100_000,
        memory_mib: 100_000,
        pods: 1_000,
        ..Capacity::default()
    };
    MemberView {
        cluster: ClusterView {
            provider: provider.to_owned(),
            region: "nl-west".to_owned(),
            country: None,
            contact: Contact::Reachable,
            barred: None,
            reach: Reach::Cluster,
            capacity: Fact::known(capacity, now()),
            headroom: BTreeMap::new(),
            latency: Latency::default(),
            price: None,
            copies: Fact::known(BTreeMap::new(), now()),
            traits: Traits::default(),
        },
        reachability: Reachability {
            state: ReachabilityState::Reachable,
            cause: None,
            since: Time(ago(3600)),
            last_heartbeat: Some(Time(now())),
            message: None,
        },
        version: Some("v1.33.0".to_owned()),
        storage_classes: Vec::new(),
        ingress_classes: Vec::new(),
        served_groups: Some(20),
        captures: BTreeMap::new(),
        capture_problem: None,
        refused: BTreeMap::new(),
        haven: std::sync::Arc::default(),
    }
}

impl Scene {
    pub(crate) fn policy(mut self, name: &str, spec: Value) -> Self {
        let policy = PlacementPolicy::new(name, serde_json::from_value(spec).unwrap());
        self.policies.insert(name.to_owned(), Arc::new(policy));
        self
    }

    /// A Workload on the hub, nowhere seen.
    pub(crate) fn written(mut self, name: &str, change: impl FnOnce(&mut Workload)) -> Self {
        let spec = json!({"target": {"namespace": name}});
        let mut workload = Workload::new(name, serde_json::from_value(spec).unwrap());
        workload.metadata.namespace = Some(SPACE.to_owned());
        workload.metadata.resource_version = Some("1".to_owned());
        workload.metadata.labels = Some(BTreeMap::from([(
            labels::ORIGIN.to_owned(),
            "discovered".to_owned(),
        )]));
        change(&mut workload);
        self.workloads.insert(id(name), Arc::new(workload));
        self
    }

    /// A Workload whose captured, active copy stands on a cluster, and whose home that is.
    pub(crate) fn workload(self, name: &str, cluster: &str, tags: Option<Tags>) -> Self {
        self.written(name, |workload| {
            workload.status = Some(mk_status(cluster));
        })
        .copy(cluster, name, tags, CopyState::Active)
    }

    pub(crate) fn copy(
        mut self,
        cluster: &str,
        namespace: &str,
        tags: Option<Tags>,
        state: CopyState,
    ) -> Self {
        let copy = CopyView {
            tags,
            state,
            objects: 6,
            demand: Demand {
                cpu_milli: 100,
                memory_mib: 128,
                pods: 1,
                ..Demand::default()
            },
        };
        self.view(cluster, |view| {
            if let Fact::Known { value, .. } = &mut view.cluster.copies {
                value.insert(namespace.to_owned(), copy);
            }
        });
        self
    }

    pub(crate) fn view(&mut self, cluster: &str, change: impl FnOnce(&mut MemberView)) {
        change(Arc::make_mut(self.fleet.get_mut(cluster).unwrap()));
    }

    pub(crate) fn member(&mut self, cluster: &str, change: impl FnOnce(&mut MemberClusterStatus)) {
        let member = Arc::make_mut(self.members.get_mut(cluster).unwrap());
        change(member.status.get_or_insert_default());
    }

    pub(crate) fn status(&mut self, workload: &str, change: impl FnOnce(&mut WorkloadStatus)) {
        let workload = Arc::make_mut(self.workloads.get_mut(&id(workload)).unwrap());
        change(workload.status.get_or_insert_default());
    }

    pub(crate) fn contact(mut self, cluster: &str, contact: Contact) -> Self {
        let state = match contact {
            Contact::Unknown => ReachabilityState::Unknown,
            Contact::Reachable => ReachabilityState::Reachable,
            Contact::Suspect { .. } => ReachabilityState::Suspect,
            Contact::Lost { .. } => ReachabilityState::Lost,
        };
        self.view(cluster, |view| {
            view.cluster.contact = contact;
            view.reachability.state = state;
        });
        self
    }

    /// Lost so many seconds ago.
    pub(crate) fn lost(self, cluster: &str, seconds: i64) -> Self {
        let contact = Contact::Lost {
            last_heartbeat: ago(seconds + 9),
            detected_at: ago(seconds),
        };
        self.contact(cluster, contact)
    }

    pub(crate) fn quarantined(mut self, cluster: &str, workloads: &[&str]) -> Self {
        let stale = workloads.iter().map(|w| id(w).to_string()).collect();
        self.member(cluster, |status| {
            status.quarantine = Some(Quarantine {
                since: Time(ago(60)),
                stale,
            });
        });
        self
    }

    pub(crate) fn migration(mut self, migration: Migration) -> Self {
        let name = migration.metadata.name.clone().unwrap();
        self.migrations
            .insert((SPACE.to_owned(), name), Arc::new(migration));
        self.moves = crate::scene::moves(&self.migrations);
        self
    }

    pub(crate) fn contract(mut self, spec: Value) -> Self {
        let mut contract = Contract::new("azure-2024", serde_json::from_value(spec).unwrap());
        contract.metadata.resource_version = Some("1".to_owned());
        self.contracts
            .insert((String::new(), "azure-2024".to_owned()), Arc::new(contract));
        self
    }

    pub(crate) fn external(mut self, name: &str, spec: Value) -> Self {
        let mut external = ExternalApplication::new(name, serde_json::from_value(spec).unwrap());
        external.metadata.namespace = Some(SPACE.to_owned());
        external.metadata.resource_version = Some("1".to_owned());
        self.externals
            .insert((SPACE.to_owned(), name.to_owned()), Arc::new(external));
        self
    }

    pub(crate) fn drill(mut self, name: &str, spec: Value) -> Self {
        let mut drill = Drill::new(name, serde_json::from_value(spec).unwrap());
        drill.metadata.namespace = Some(SPACE.to_owned());
        drill.metadata.resource_version = Some("1".to_owned());
        drill.metadata.uid = Some(format!("uid-{name}"));
        self.drills
            .insert((SPACE.to_owned(), name.to_owned()), Arc::new(drill));
        self
    }

    /// What one turn wants; the plan is sound.
    pub(crate) fn intents(&self) -> Intents {
        self.turn(|turn| {
            let mut intents = reconcile::deeds(turn);
            reconcile::words(turn, &mut intents);
            intents
        })
    }

    pub(crate) fn turn<T>(&self, look: impl FnOnce(&Turn) -> T) -> T {
        let identities = identity::resolve(self);
        let request = request::from_identities(self, &identities);
        let plan = decide(&request);
        assert!(lint(&request, &plan).is_empty());
        let fleet = &request.fleet;
        look(&Turn {
            scene: self,
            identities: &identities,
            request: &request,
            plan: &plan,
            timeline: &Timeline::of_a_year(&fleet.providers, &fleet.standard, Date::of(request.now)),
            reasons: &Reasons::of(&request, &plan),
            problems: &problems(&request),
            namespace: SPACE,
            actor: "test",
        })
    }

    /// The scene after one turn was written and seen again, so many seconds later.
    pub(crate) fn after_turn(mut self, seconds: i64) -> Self {
        let Intents {
            first,
            discovered,
            migrations,
            statuses,
            ..
        } = self.intents();
        for write in first.into_iter().chain(statuses) {
            self.take_in(write);
        }
        for workload in discovered {
            let name = workload.metadata.name.clone().unwrap();
            self.workloads.insert(id(&name), Arc::new(workload));
        }
        for made in migrations {
            self = self.migration(*made.object);
        }
        self.later(SignedDuration::from_secs(seconds))
    }

    /// Time passes, and what answers is seen anew.
    pub(crate) fn later(mut self, after: SignedDuration) -> Self {
        self.now += after;
        let now = self.now;
        for view in self.fleet.values_mut().map(Arc::make_mut) {
            if view.cluster.contact != Contact::Reachable {
                continue;
            }
            let (capacity, copies) = (&mut view.cluster.capacity, &mut view.cluster.copies);
            if let Fact::Known { observed_at, .. } = capacity {
                *observed_at = now;
            }
            if let Fact::Known { observed_at, .. } = copies {
                *observed_at = now;
            }
        }
        self
    }

    fn take_in(&mut self, write: StatusWrite) {
        let name = |meta: &kube::core::ObjectMeta| meta.name.clone().unwrap();
        match write {
            StatusWrite::Provider(o) => drop(self.providers.insert(name(&o.metadata), Arc::new(*o))),
            StatusWrite::Member(o) => drop(self.members.insert(name(&o.metadata), Arc::new(*o))),
            StatusWrite::Standard(o) => drop(self.standards.insert(name(&o.metadata), Arc::new(*o))),
            StatusWrite::Exemption(o) => drop(self.exemptions.insert(id(&name(&o.metadata)), Arc::new(*o))),
            StatusWrite::External(o) => drop(
                self.externals
                    .insert((SPACE.to_owned(), name(&o.metadata)), Arc::new(*o)),
            ),
            StatusWrite::Approval(o) => drop(self.approvals.insert(id(&name(&o.metadata)), Arc::new(*o))),
            StatusWrite::Policy(o) => drop(self.policies.insert(name(&o.metadata), Arc::new(*o))),
            StatusWrite::Workload(o) => drop(self.workloads.insert(id(&name(&o.metadata)), Arc::new(*o))),
            StatusWrite::Contract(o) => drop(
                self.contracts
                    .insert((String::new(), name(&o.metadata)), Arc::new(*o)),
            ),
            StatusWrite::Drill(o) => drop(
                self.drills
                    .insert((SPACE.to_owned(), name(&o.metadata)), Arc::new(*o)),
            ),
        }
    }
}

pub(crate) fn mk_status(cluster: &str) -> WorkloadStatus {
    WorkloadStatus {
        cluster: Some(cluster.to_owned()),
        capture: Some(CaptureStatus {
            id: "sha256-0".to_owned(),
            cluster: cluster.to_owned(),
            taken_at: Time(ago(60)),
            objects: 6,
        }),
        ..WorkloadStatus::default()
    }
}

/// A move that has not begun.
pub(crate) fn mk_move(name: &str, workload: &str, kind: MoveKind, source: &str, target: &str) -> Migration {
    let spec = json!({"workload": workload, "kind": kind, "source": source, "target": target});
    let mut migration = Migration::new(name, serde_json::from_value(spec).unwrap());
    migration.metadata.namespace = Some(SPACE.to_owned());
    migration
}

/// What tests do to moves.
pub(crate) trait Moved: Sized {
    /// Begun, with this plan generation.
    fn begun(self, generation: i64) -> Self;
    fn step(self, step: Step, state: StepState) -> Self;
    /// Everything that matters done: it serves on its target.
    fn arrived(self) -> Self;
    fn says(self, condition: &str, at: Timestamp) -> Self;
}

impl Moved for Migration {
    fn begun(mut self, generation: i64) -> Self {
        let status: &mut MigrationStatus = self.status.get_or_insert_default();
        status.plan_generation = Some(generation);
        self
    }

    fn step(mut self, step: Step, state: StepState) -> Self {
        let status = self.status.get_or_insert_default();
        status.steps.retain(|s| s.name != step);
        status.steps.push(StepStatus {
            name: step,
            state,
            started_at: None,
            finished_at: None,
            deadline: None,
            message: None,
            dutch: None,
        });
        self
    }

    fn arrived(self) -> Self {
        let answers = self.spec.kind.source_answers();
        let moved = self.step(Step::AwaitServing, StepState::Done);
        if answers {
            moved.step(Step::StopSource, StepState::Done)
        } else {
            moved
        }
    }

    fn says(mut self, kind: &str, at: Timestamp) -> Self {
        let status = self.status.get_or_insert_default();
        condition::set(
            &mut status.conditions,
            kind,
            State::True,
            "Test",
            "as the test says",
            None,
            at,
        );
        self
    }
}

/// The status that a turn writes of one object, by the kind's variant.
macro_rules! written {
    ($writes:expr, $variant:ident, $name:expr) => {
        $writes.iter().find_map(|write| match write {
            crate::intent::StatusWrite::$variant(o) if o.metadata.name.as_deref() == Some($name) => {
                o.status.clone()
            }
            _ => None,
        })
    };
}
pub(crate) use written;
