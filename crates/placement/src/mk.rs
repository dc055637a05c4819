//! The smallest valid things, for tests; a test adds what matters to it.
use std::collections::{BTreeMap, BTreeSet};

use havenmeester_api::exemption::{ExemptionSpec, Speaks, Weighed};
use havenmeester_api::member::Capacity;
use havenmeester_api::policy::{
    FailoverRule, MigrationRule, Objectives, PlacementPolicySpec, Prefer, Require, SealRule, Selector, Term,
    Trigger,
};
use havenmeester_api::provider::{
    Assessment, Category, CoreValues, Evidence, Objective, ProviderSpec, Stake,
};
use havenmeester_api::require::{CoreValue, JurisdictionRule, Rule};
use havenmeester_api::room::OtherRoom;
use havenmeester_api::route::{Route, RouteStep};
use havenmeester_api::workload::{CopyState, Mode, Target, Within};
use havenmeester_api::{Criticality, Date, Sensitivity, Span};
use jiff::{SignedDuration, Timestamp};

use crate::approval::{ApprovalView, Asked};
use crate::fact::Fact;
use crate::fleet::{ClusterView, Contact, CopyView, Demand, Reach};
use crate::latency::Latency;
use crate::request::{Moving, Request, Using, WorkloadId, WorkloadView};
use crate::resource::Resource;
use crate::tariff::Price;
use crate::traits::Traits;

/// The moment at which every test plays.
pub(crate) const NOW: &str = "2026-11-24T10:00:00Z";

pub(crate) fn now() -> Timestamp {
    NOW.parse().unwrap()
}

pub(crate) fn today() -> Date {
    Date::of(now())
}

pub(crate) fn ago(seconds: i64) -> Timestamp {
    now() - SignedDuration::from_secs(seconds)
}

/// A private Dutch provider without owners, at SEAL 3 on all objectives.
pub(crate) fn mk_provider(country: &str) -> ProviderSpec {
    ProviderSpec {
        legal_name: "A provider".to_owned(),
        country: country.to_owned(),
        category: Some(Category::PrivateEu),
        owners: Vec::new(),
        operated_by: Vec::new(),
        keys_held_by: Vec::new(),
        hosted_in: Vec::new(),
        supported_from: Vec::new(),
        registries: Vec::new(),
        sovereignty: Objective::ALL.into_iter().map(|o| mk_assessment(o, 3)).collect(),
        core_values: CoreValues::default(),
    }
}

pub(crate) fn mk_hyperscaler() -> ProviderSpec {
    ProviderSpec {
        category: Some(Category::Hyperscaler),
        sovereignty: Vec::new(),
        ..mk_provider("US")
    }
}

pub(crate) fn mk_assessment(objective: Objective, seal: i32) -> Assessment {
    let evidence = Evidence {
        reference: "audit".to_owned(),
        date: date("2026-01-01"),
    };
    Assessment {
        objective,
        seal,
        evidence: Some(evidence),
    }
}

pub(crate) fn date(text: &str) -> Date {
    text.parse().unwrap()
}

/// A stake of another Provider, in basis points.
pub(crate) fn mk_stake(provider: &str, share: i32) -> Stake {
    Stake {
        provider: Some(provider.to_owned()),
        share_basis_points: Some(share),
        ..nobody()
    }
}

/// A stake of an entity that is only named.
pub(crate) fn mk_named(name: &str, country: &str, share: i32) -> Stake {
    Stake {
        name: Some(name.to_owned()),
        country: Some(country.to_owned()),
        share_basis_points: Some(share),
        ..nobody()
    }
}

pub(crate) fn nobody() -> Stake {
    Stake {
        provider: None,
        name: None,
        country: None,
        share_basis_points: None,
        votes_basis_points: None,
        rights: Vec::new(),
        since: None,
        until: None,
    }
}

/// A reachable, empty cluster with 10 cores, 10 GiB and 100 pods.
pub(crate) fn mk_cluster(provider: &str) -> ClusterView {
    ClusterView {
        provider: provider.to_owned(),
        region: "nl-west".to_owned(),
        country: None,
        contact: Contact::Reachable,
        barred: None,
        reach: Reach::Cluster,
        capacity: Fact::known(
            Capacity {
                cpu_milli: 10_000,
                memory_mib: 10_240,
                pods: 100,
                ..Capacity::default()
            },
            now(),
        ),
        headroom: BTreeMap::new(),
        latency: Latency::default(),
        price: None,
        copies: Fact::known(BTreeMap::new(), now()),
        traits: Traits::default(),
    }
}

impl ClusterView {
    pub(crate) fn with_copy(mut self, namespace: &str, state: CopyState) -> Self {
        if let Fact::Known { value, .. } = &mut self.copies {
            let copy = CopyView {
                tags: None,
                state,
                objects: 6,
                demand: Demand::default(),
            };
            value.insert(namespace.to_owned(), copy);
        }
        self
    }

    pub(crate) fn lost(mut self, seconds_ago: i64) -> Self {
        let detected_at = ago(seconds_ago);
        let last_heartbeat = detected_at - SignedDuration::from_secs(10);
        self.contact = Contact::Lost {
            last_heartbeat,
            detected_at,
        };
        self
    }

    pub(crate) fn suspect(mut self) -> Self {
        self.contact = Contact::Suspect { since: ago(3) };
        self
    }

    pub(crate) fn requested_cpu(mut self, milli: i64) -> Self {
        if let Fact::Known { value, .. } = &mut self.capacity {
            value.requested_cpu_milli = milli;
        }
        self
    }

    pub(crate) fn with_other(mut self, resource: &str, offered: i64, requested: i64) -> Self {
        if let Fact::Known { value, .. } = &mut self.capacity {
            value.others.push(OtherRoom {
                resource: resource.to_owned(),
                offered,
                requested,
            });
        }
        self
    }

    /// Says what it costs: so many cents for a core, and for a TiB that leaves; memory and storage are free.
    pub(crate) fn priced(mut self, cpu_month: i64, egress_tib: Option<i64>) -> Self {
        self.price = Some(Price {
            currency: "EUR".to_owned(),
            cpu_month,
            memory_gib_month: 0,
            others: [(Resource::named("storage/Rwo"), 0)].into(),
            egress_tib,
        });
        self
    }

    /// Says how long it takes to another cluster and back.
    pub(crate) fn away_from(mut self, cluster: &str, milliseconds: i64) -> Self {
        self.latency.clusters.insert(cluster.to_owned(), milliseconds);
        self
    }

    pub(crate) fn only(mut self, namespaces: &[&str]) -> Self {
        let namespaces: BTreeSet<String> = namespaces.iter().map(|n| (*n).to_owned()).collect();
        self.reach = Reach::Namespaces(namespaces);
        self.capacity = Fact::unknown(crate::fact::Unseen::NodesRefused);
        self
    }
}

/// A replicable, captured, low workload of one core.
pub(crate) fn mk_workload(namespace: &str, home: &str) -> WorkloadView {
    WorkloadView {
        target: Target {
            namespace: namespace.to_owned(),
            match_labels: BTreeMap::new(),
        },
        criticality: Criticality::Low,
        sensitivity: Sensitivity::Low,
        mode: Mode::Replicable,
        demand: Demand {
            cpu_milli: 1_000,
            memory_mib: 512,
            pods: 1,
            ..Demand::default()
        },
        home: Some(home.to_owned()),
        previous: None,
        standby: None,
        moving: None,
        captured: true,
        layer: None,
        uses: BTreeSet::new(),
        through: None,
        apart: BTreeSet::new(),
    }
}

impl WorkloadView {
    pub(crate) fn critical(mut self) -> Self {
        self.criticality = Criticality::Critical;
        self
    }

    pub(crate) fn using(mut self, name: &str, within: Within) -> Self {
        self.uses.insert(Using {
            workload: id(name),
            within,
            milliseconds: None,
        });
        self
    }

    pub(crate) fn using_in_time(mut self, name: &str, milliseconds: i64) -> Self {
        self.uses.insert(Using {
            workload: id(name),
            within: Within::Anywhere,
            milliseconds: Some(milliseconds),
        });
        self
    }

    pub(crate) fn exclusive(mut self) -> Self {
        self.mode = Mode::Exclusive;
        self
    }

    pub(crate) fn cpu(mut self, milli: i64) -> Self {
        self.demand.cpu_milli = milli;
        self
    }

    pub(crate) fn moving_to(mut self, target: &str) -> Self {
        self.moving = Some(Moving {
            migration: "a-move".to_owned(),
            target: target.to_owned(),
        });
        self
    }
}

/// A policy that chooses all, and neither asks nor does anything.
pub(crate) fn mk_empty_policy() -> PlacementPolicySpec {
    PlacementPolicySpec {
        workloads: Selector::default(),
        require: Require::default(),
        prefer: Prefer::default(),
        objectives: Objectives::default(),
        migration: None,
        failover: None,
        routes: Vec::new(),
        rehearse: None,
    }
}

/// The same, that moves and fails over by itself.
pub(crate) fn mk_policy() -> PlacementPolicySpec {
    PlacementPolicySpec {
        migration: Some(MigrationRule {
            mode: Trigger::Automatic,
            rollback_window: None,
            lead_time: None,
            pin_digests: false,
        }),
        failover: Some(FailoverRule {
            mode: Trigger::Automatic,
            after: Some(Span::seconds(30)),
        }),
        ..mk_empty_policy()
    }
}

/// The same, for critical workloads: European law and SEAL 2 only.
pub(crate) fn mk_autonomous() -> PlacementPolicySpec {
    let mut policy = mk_policy();
    policy.workloads.any_of = vec![Term {
        criticality: Some(Criticality::Critical),
        ..Term::default()
    }];
    policy.require.categories = vec![Category::PrivateEu, Category::Government, Category::OnPremises];
    policy.require.jurisdictions = Some(JurisdictionRule {
        only: vec!["EEA".to_owned()],
        denied: Vec::new(),
    });
    policy.require.seal = Some(SealRule {
        at_least: 2,
        objectives: Vec::new(),
    });
    policy
}

/// An exemption of a rule of the policy `autonomous` for one workload, in force for a year from a month ago.
pub(crate) fn mk_exemption(rule: Rule, workload: &str) -> ExemptionSpec {
    let weighed = |value| Weighed {
        value,
        speaks: Speaks::Neither,
        because: None,
    };
    ExemptionSpec {
        policy: "autonomous".to_owned(),
        rule,
        workloads: vec![workload.to_owned()],
        reason: "no autonomous offer supports its database".to_owned(),
        weighing: CoreValue::ALL.into_iter().map(weighed).collect(),
        owner: "permits".to_owned(),
        approver: "cio".to_owned(),
        since: today().plus_days(-30),
        until: today().plus_days(335),
    }
}

pub(crate) fn id(name: &str) -> WorkloadId {
    WorkloadId {
        namespace: "havenmeester".to_owned(),
        name: name.to_owned(),
    }
}

/// An American `azure` with a cluster `azure-weu`, a Dutch `eu` with `eu-1` and `eu-2`, and the two policies.
pub(crate) fn mk_request() -> Request {
    let mut request = Request {
        now: now(),
        ..Request::default()
    };
    let mut azure = mk_provider("NL");
    azure.category = Some(Category::Hyperscaler);
    azure.owners = vec![mk_stake("microsoft", 10_000)];
    azure.sovereignty = Vec::new();
    request.fleet.providers = [
        ("azure".to_owned(), azure),
        ("microsoft".to_owned(), mk_hyperscaler()),
        ("eu".to_owned(), mk_provider("NL")),
    ]
    .into();
    request.policies = [
        ("autonomous".to_owned(), mk_autonomous()),
        ("default".to_owned(), mk_policy()),
    ]
    .into();
    request
        .cluster("azure-weu", mk_cluster("azure"))
        .cluster("eu-1", mk_cluster("eu"))
        .cluster("eu-2", mk_cluster("eu"))
}

/// A route of one step, which ends on `eu-1`.
pub(crate) fn mk_route(cluster: &str, days: i64) -> Route {
    Route {
        name: "on-the-way".to_owned(),
        steps: vec![RouteStep {
            cluster: cluster.to_owned(),
            until: today().plus_days(days),
        }],
        end: "eu-1".to_owned(),
        reason: "eu-1 is being enlarged".to_owned(),
    }
}

/// A yes of today to a plan, of the workload that it is of.
pub(crate) fn mk_approval(asked: &Asked) -> ApprovalView {
    ApprovalView {
        workload: asked.workload.name.clone(),
        plan: asked.plan.clone(),
        approver: "alderman".to_owned(),
        since: today(),
        until: today().plus_days(30),
    }
}

impl Request {
    /// Somebody says yes to what is asked.
    pub(crate) fn approved(mut self, asked: &Asked) -> Self {
        self.approvals.insert(id("a-yes"), mk_approval(asked));
        self
    }

    pub(crate) fn cluster(mut self, name: &str, cluster: ClusterView) -> Self {
        self.fleet.clusters.insert(name.to_owned(), cluster);
        self
    }

    /// Adds a workload in a namespace of its own name, with its active copy where its home is.
    pub(crate) fn workload(mut self, name: &str, workload: WorkloadView) -> Self {
        let home = workload
            .home
            .as_ref()
            .and_then(|home| self.fleet.clusters.get_mut(home));
        if let Some(home) = home {
            *home = home
                .clone()
                .with_copy(&workload.target.namespace, CopyState::Active);
        }
        self.workloads.insert(id(name), workload);
        self
    }
}

/// A quarantine.
pub(crate) fn mk_bar() -> crate::fleet::Bar {
    crate::fleet::Bar {
        since: now(),
        stale: Some(2),
    }
}
