//! One of each reason why a cluster may not take a workload.
use super::*;

pub(super) fn all() -> [Vec<Refusal>; 4] {
    [refusals(), further_refusals(), unseen(), gaps()]
}

fn refusals() -> Vec<Refusal> {
    let policy = || s("critical");
    vec![
        Refusal::NotReachable,
        Refusal::Barred {
            bar: Bar {
                since: now(),
                stale: Some(3),
            },
        },
        Refusal::UnknownProvider { provider: s("ghost") },
        Refusal::Category {
            policy: policy(),
            seen: Some(Category::Hyperscaler),
            wanted: vec![
                Category::HyperscalerHardened,
                Category::PrivateEu,
                Category::Government,
                Category::OnPremises,
            ],
        },
        Refusal::Jurisdiction {
            policy: policy(),
            country: s("US"),
            through: through(),
            wanted: vec![s("EEA")],
        },
        Refusal::JurisdictionDenied {
            policy: policy(),
            country: s("US"),
            through: Vec::new(),
            denied: vec![s("US"), s("CN")],
        },
        Refusal::Adverse {
            policy: policy(),
            country: s("XX"),
            through: Vec::new(),
            reason: s("decision 7"),
        },
    ]
}

fn further_refusals() -> Vec<Refusal> {
    let policy = || s("critical");
    vec![
        Refusal::AwayFromData {
            data: id("registry"),
            seen: s("nl-west"),
            wanted: s("nl-east"),
        },
        Refusal::SlowToData {
            data: id("registry"),
            cluster: s("eu-1"),
            seen: Some(25),
            wanted: 10,
        },
        Refusal::SlowToData {
            data: id("registry"),
            cluster: s("eu-1"),
            seen: None,
            wanted: 10,
        },
        Refusal::Announced {
            on: date("2027-03-01"),
            refusal: Box::new(Refusal::NotNamed {
                policy: policy(),
                wanted: vec![s("eu-1"), s("eu-2")],
            }),
        },
        Refusal::OwnershipUnclear {
            why: Doubt::at(
                "eu",
                "spec.owners[0].provider",
                Flaw::NoProvider { name: s("ghost") },
            ),
        },
        Refusal::Seal {
            policy: policy(),
            seen: 1,
            wanted: 2,
        },
        Refusal::ObjectiveSeal {
            policy: policy(),
            objective: Objective::Sov3,
            seen: 1,
            wanted: 3,
        },
        Refusal::Region {
            policy: policy(),
            seen: s("us-1"),
            wanted: vec![s("nl-west"), s("nl-east")],
        },
        Refusal::NotNamed {
            policy: policy(),
            wanted: Vec::new(),
        },
        Refusal::NamespaceOutOfReach { namespace: s("shop") },
        Refusal::Capacity {
            demand: Demand {
                others: [("fast", 10_240), ("slow", 2_048)]
                    .map(|(class, mib)| (Resource::Storage(class.to_owned()), mib))
                    .into(),
                ..Demand::default()
            },
            free: Demand {
                others: [(Resource::Storage("slow".to_owned()), 1_024)].into(),
                ..Demand::default()
            },
        },
        Refusal::Capacity {
            demand: Demand {
                cpu_milli: 4_000,
                memory_mib: 8_192,
                pods: 3,
                ..Demand::default()
            },
            free: Demand {
                cpu_milli: 2_500,
                memory_mib: 7_000,
                pods: 50,
                ..Demand::default()
            },
        },
    ]
}

fn unseen() -> Vec<Refusal> {
    [
        Unseen::NotYet,
        Unseen::LastSeen { at: now() },
        Unseen::OnlyNamespaces,
        Unseen::NodesAndPodsRefused,
        Unseen::NodesRefused,
        Unseen::NodesNotSeen,
        Unseen::ServedNotSeen,
        Unseen::NoHavenCheck,
        Unseen::HavenNotSeen,
        Unseen::NotTold,
    ]
    .map(|why| Refusal::CapacityUnknown { why })
    .into()
}

fn gaps() -> Vec<Refusal> {
    let gap = |gap| Refusal::Lacks {
        policy: s("critical"),
        gap,
    };
    [
        Gap::Haven {
            failed: Vec::new(),
            known: true,
        },
        Gap::Haven {
            failed: vec![s("rwxvolumes")],
            known: true,
        },
        Gap::Haven {
            failed: vec![s("cncf"), s("logs")],
            known: false,
        },
        Gap::Component {
            group: s("cert-manager.io"),
        },
        Gap::Zones { seen: 1, wanted: 3 },
        Gap::Scope {
            seen: Scope::Namespaces,
            wanted: Scope::Cluster,
        },
        Gap::NotEligible {
            reason: s("central government only"),
            until: Some(date("2026-12-31")),
        },
        Gap::NotEligible {
            reason: s("central government only"),
            until: None,
        },
        Gap::CoreValue {
            value: CoreValue::Sustainability,
            seen: Some(20),
            wanted: 40,
        },
        Gap::CoreValue {
            value: CoreValue::Transparency,
            seen: None,
            wanted: 40,
        },
        Gap::Unseen {
            what: Trait::Haven,
            why: Some(Unseen::NoHavenCheck),
        },
        Gap::Unseen {
            what: Trait::Components,
            why: None,
        },
        Gap::Unseen {
            what: Trait::Zones,
            why: Some(Unseen::NodesNotSeen),
        },
    ]
    .map(gap)
    .into()
}
