//! What is read of others (providers, policies, registers) and then decided with: nothing of it makes anything panic or
//! hang, what is decided is allowed, and what is wrong is told with object and field in both languages.
//!
//! Called with a few hundred made-up inputs in every run (`main`), and by the targets of `fuzz/` with as many as there is
//! time for. Invariant: knows no test framework.
use std::collections::BTreeMap;

use havenmeester_api::policy::PlacementPolicySpec;
use havenmeester_api::provider::ProviderSpec;
use havenmeester_api::workload::{CopyState, Mode, Target};
use havenmeester_api::{Criticality, Language, Sensitivity};
use havenmeester_placement::{
    ClusterView, Contact, CopyView, Demand, Fact, Reach, Reasons, Request, Say as _, Traits, WorkloadId,
    WorkloadView, decide, explain_in, import, lint, manifests, problems,
};
use jiff::Timestamp;

/// A Provider's spec as JSON; whether it could be read.
pub(crate) fn provider(text: &[u8]) -> bool {
    let Ok(spec) = serde_json::from_slice::<ProviderSpec>(text) else {
        return false;
    };
    let mut request = request();
    request.fleet.providers.insert("p".to_owned(), spec);
    judge(&request);
    true
}

/// A `PlacementPolicy`'s spec as JSON; whether it could be read.
pub(crate) fn policy(text: &[u8]) -> bool {
    let Ok(spec) = serde_json::from_slice::<PlacementPolicySpec>(text) else {
        return false;
    };
    let mut request = request();
    request.policies.insert("made-up".to_owned(), spec);
    judge(&request);
    true
}

/// A register of applications; whether its first line could be read. No line is lost.
pub(crate) fn register(text: &str) -> bool {
    let Ok(import) = import(text) else {
        return false;
    };
    let objects = manifests(&import.applications, "apps");
    assert_eq!(objects.len(), import.applications.len());
    for aside in &import.aside {
        assert!(text.contains(aside.text.as_str()), "{aside}");
        assert!(!aside.say(Language::En).is_empty() && !aside.say(Language::Nl).is_empty());
    }
    true
}

fn judge(request: &Request) {
    for problem in problems(request) {
        assert!(!problem.field.is_empty(), "{problem}");
        let told = [Language::En, Language::Nl].map(|language| problem.wrong.say(language));
        assert!(told.iter().all(|told| !told.is_empty()), "{problem}");
    }
    let plan = decide(request);
    let faults = lint(request, &plan);
    assert!(faults.is_empty(), "{faults:?}");
    let reasons = Reasons::of(request, &plan);
    for id in plan.decisions.keys() {
        for language in [Language::En, Language::Nl] {
            let told = explain_in(id, &reasons, language);
            assert!(told.is_some_and(|told| !told.to_string().is_empty()), "{id}");
        }
    }
}

/// Two providers that may own each other, a cluster of each, and a critical workload on the first.
fn request() -> Request {
    let now = Timestamp::from_second(1_795_600_000).unwrap_or_default(); // in November 2026
    let mut request = Request {
        now,
        ..Request::default()
    };
    let spec = |text: &str| serde_json::from_str::<ProviderSpec>(text).ok();
    let dutch = r#"{"legalName": "Q", "country": "NL", "category": "PrivateEu", "owners": [{"provider": "p", "shareBasisPoints": 3000}]}"#;
    let american = r#"{"legalName": "P", "country": "US", "category": "Hyperscaler"}"#;
    for (name, text) in [("q", dutch), ("p", american)] {
        let read = spec(text);
        assert!(read.is_some(), "{text}");
        request
            .fleet
            .providers
            .extend(read.map(|spec| (name.to_owned(), spec)));
    }
    for (name, provider) in [("p-1", "p"), ("q-1", "q"), ("ghost-1", "ghost")] {
        let copies = if name == "p-1" {
            vec![("shop".to_owned(), copy())]
        } else {
            Vec::new()
        };
        let cluster = ClusterView {
            provider: provider.to_owned(),
            region: "nl-west".to_owned(),
            country: None,
            contact: Contact::Reachable,
            barred: None,
            reach: Reach::Namespaces(["shop".to_owned()].into()),
            headroom: std::collections::BTreeMap::new(),
            latency: havenmeester_placement::Latency::default(),
            price: None,
            capacity: Fact::unknown(havenmeester_placement::Unseen::OnlyNamespaces),
            copies: Fact::known(copies.into_iter().collect(), now),
            traits: Traits::default(),
        };
        request.fleet.clusters.insert(name.to_owned(), cluster);
    }
    let id = WorkloadId {
        namespace: "hub".to_owned(),
        name: "shop".to_owned(),
    };
    request.workloads.insert(id, workload());
    request
}

fn copy() -> CopyView {
    CopyView {
        tags: None,
        state: CopyState::Active,
        objects: 1,
        demand: Demand::default(),
    }
}

fn workload() -> WorkloadView {
    WorkloadView {
        target: Target {
            namespace: "shop".to_owned(),
            match_labels: BTreeMap::new(),
        },
        criticality: Criticality::Critical,
        sensitivity: Sensitivity::High,
        mode: Mode::Replicable,
        demand: Demand::default(),
        home: Some("p-1".to_owned()),
        previous: None,
        standby: None,
        moving: None,
        captured: true,
        layer: None,
        uses: std::collections::BTreeSet::new(),
        through: None,
        apart: std::collections::BTreeSet::new(),
    }
}
