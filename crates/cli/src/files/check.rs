//! What is wrong with objects that each are well-formed: names of others that are not there, and two where one may be.
//!
//! Not here: rules between the fields of one object (`rules`).
use std::collections::{BTreeMap, BTreeSet};

use havenmeester_api::workload::Target;
use havenmeester_api::{Contract, Drill, ExternalApplication};
use havenmeester_placement::{Object, Problem};
use kube::{Resource, ResourceExt};

use super::fault::Fault;
use super::load::{Key, Loaded};
use super::near;
use super::rules;

/// What can be told without a decision.
pub(super) fn alone(loaded: &Loaded) -> Vec<Fault> {
    let providers: BTreeSet<String> = loaded
        .objects
        .providers
        .iter()
        .map(ResourceExt::name_any)
        .collect();
    let mut faults = rules::broken(loaded);
    faults.extend(contracts(loaded, &providers));
    faults.extend(drills(loaded, &providers));
    faults.extend(externals(loaded, &providers));
    faults.extend(workloads(loaded));
    faults
}

impl Loaded {
    /// What the decision found wrong, with its place. Problems that only say that a policy has no effect are left out:
    /// they are told with the plan.
    pub(crate) fn faults_of(&self, problems: &[Problem]) -> Vec<Fault> {
        let wrong = problems.iter().filter(|problem| !says_no_effect(problem));
        let mut faults: Vec<Fault> = wrong
            .filter_map(|problem| {
                let document = self.documents.get(&key_of(&problem.object))?;
                Some(document.fault(&problem.field, problem.wrong.to_string()))
            })
            .collect();
        faults.sort();
        faults
    }

    pub(super) fn fault<K>(&self, object: &K, field: &str, message: &str) -> Option<Fault>
    where
        K: Resource<DynamicType = ()>,
    {
        let key = (K::kind(&()).into_owned(), object.namespace(), object.name_any());
        let document = self.documents.get(&key)?;
        Some(document.fault(field, message))
    }

    fn known_provider<K>(
        &self,
        object: &K,
        (field, provider): (&str, &str),
        known: &BTreeSet<String>,
    ) -> Option<Fault>
    where
        K: Resource<DynamicType = ()>,
    {
        if known.contains(provider) {
            return None;
        }
        let hint = near::hint(provider, known.iter().map(String::as_str));
        self.fault(object, field, &format!("there is no Provider {provider:?}{hint}"))
    }
}

fn key_of(object: &Object) -> Key {
    let of = |kind: &str, namespace: Option<&str>, name: &str| {
        (kind.to_owned(), namespace.map(str::to_owned), name.to_owned())
    };
    match object {
        Object::Provider(name) => of("Provider", None, name),
        Object::MemberCluster(name) => of("MemberCluster", None, name),
        Object::PlacementPolicy(name) => of("PlacementPolicy", None, name),
        Object::AutonomyStandard(name) => of("AutonomyStandard", None, name),
        Object::Exemption(id) => of("Exemption", Some(&id.namespace), &id.name),
        Object::Workload(id) => of("Workload", Some(&id.namespace), &id.name),
    }
}

/// Whether it is about a policy as a whole: it holds, and changes nothing.
pub(crate) fn says_no_effect(problem: &Problem) -> bool {
    !problem.reason.is_wrong()
}

fn contracts(loaded: &Loaded, known: &BTreeSet<String>) -> Vec<Fault> {
    let of = |it: &Contract| loaded.known_provider(it, ("spec.provider", &it.spec.provider), known);
    loaded.objects.contracts.iter().filter_map(of).collect()
}

fn drills(loaded: &Loaded, known: &BTreeSet<String>) -> Vec<Fault> {
    let of = |it: &Drill| {
        let provider = &it.spec.scenario.cut_off.provider;
        loaded.known_provider(it, ("spec.scenario.cutOff.provider", provider), known)
    };
    loaded.objects.drills.iter().filter_map(of).collect()
}

fn externals(loaded: &Loaded, known: &BTreeSet<String>) -> Vec<Fault> {
    let of =
        |it: &ExternalApplication| loaded.known_provider(it, ("spec.provider", &it.spec.provider), known);
    loaded.objects.externals.iter().filter_map(of).collect()
}

/// Two Workloads of one target: on the hub only the older would be placed.
fn workloads(loaded: &Loaded) -> Vec<Fault> {
    let mut first: BTreeMap<&Target, String> = BTreeMap::new();
    let mut faults = Vec::new();
    for workload in &loaded.objects.workloads {
        let name = format!(
            "{}/{}",
            workload.namespace().unwrap_or_default(),
            workload.name_any()
        );
        match first.get(&workload.spec.target) {
            Some(other) => {
                let message = format!("Workload {other} has the same target; keep one");
                faults.extend(loaded.fault(workload, "spec.target", &message));
            }
            None => {
                first.insert(&workload.spec.target, name);
            }
        }
    }
    faults
}
