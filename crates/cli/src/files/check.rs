//! What is wrong with objects that each are well-formed: rules between fields, and names of others.
//!
//! The rules between fields are those of the definitions' CEL; the names are what the daemon tells in `Valid`.
use std::collections::BTreeSet;

use havenmeester_api::ExternalApplication;
use havenmeester_api::member::Scope;
use havenmeester_api::policy::Term;
use havenmeester_placement::Problem;
use kube::ResourceExt;

use super::fault::Fault;
use super::load::Loaded;
use super::near;

/// What can be told without a decision.
pub(super) fn alone(loaded: &Loaded) -> Vec<Fault> {
    let mut faults = Vec::new();
    faults.extend(contracts(loaded));
    faults.extend(drills(loaded));
    faults.extend(externals(loaded));
    faults.extend(members(loaded));
    faults.extend(policies(loaded));
    faults
}

impl Loaded {
    /// What the decision found wrong, with its place. Problems that only say that a policy has no effect are left out:
    /// they are told with the plan.
    pub(crate) fn faults_of(&self, problems: &[Problem]) -> Vec<Fault> {
        let mut faults: Vec<Fault> = problems
            .iter()
            .filter(|problem| !says_no_effect(problem))
            .filter_map(|problem| {
                self.fault(
                    &problem.object.to_string(),
                    &problem.field,
                    &problem.wrong.to_string(),
                )
            })
            .collect();
        faults.sort();
        faults
    }

    fn fault(&self, object: &str, field: &str, message: &str) -> Option<Fault> {
        self.documents
            .get(object)
            .map(|document| document.fault(field, message))
    }

    fn known_provider(&self, object: &str, field: &str, provider: &str) -> Option<Fault> {
        let known: BTreeSet<String> = self.objects.providers.iter().map(ResourceExt::name_any).collect();
        if known.contains(provider) {
            return None;
        }
        let hint = near::hint(provider, known.iter().map(String::as_str));
        self.fault(object, field, &format!("there is no Provider {provider:?}{hint}"))
    }
}

/// Whether it is about a policy as a whole: it holds, and changes nothing.
pub(crate) fn says_no_effect(problem: &Problem) -> bool {
    !problem.reason.is_wrong()
}

fn contracts(loaded: &Loaded) -> Vec<Fault> {
    let mut faults = Vec::new();
    for contract in &loaded.objects.contracts {
        let (object, spec) = (format!("Contract/{}", contract.name_any()), &contract.spec);
        if spec.end <= spec.start {
            let message = format!(
                "{} does not lie after start, {}; write a later day",
                spec.end, spec.start
            );
            faults.extend(loaded.fault(&object, "spec.end", &message));
        }
        faults.extend(loaded.known_provider(&object, "spec.provider", &spec.provider));
    }
    faults
}

fn drills(loaded: &Loaded) -> Vec<Fault> {
    let mut faults = Vec::new();
    for drill in &loaded.objects.drills {
        let object = format!("Drill/{}", drill.name_any());
        let provider = &drill.spec.scenario.cut_off.provider;
        faults.extend(loaded.known_provider(&object, "spec.scenario.cutOff.provider", provider));
    }
    faults
}

fn externals(loaded: &Loaded) -> Vec<Fault> {
    let of = |external: &ExternalApplication| {
        let object = format!("ExternalApplication/{}", external.name_any());
        loaded.known_provider(&object, "spec.provider", &external.spec.provider)
    };
    loaded.objects.externals.iter().filter_map(of).collect()
}

fn members(loaded: &Loaded) -> Vec<Fault> {
    let mut faults = Vec::new();
    for member in &loaded.objects.members {
        let object = format!("MemberCluster/{}", member.name_any());
        if (member.spec.scope == Scope::Namespaces) == member.spec.namespaces.is_empty() {
            let message = "list the namespaces when, and only when, spec.scope is Namespaces";
            faults.extend(loaded.fault(&object, "spec.namespaces", message));
        }
    }
    faults
}

fn policies(loaded: &Loaded) -> Vec<Fault> {
    let mut faults = Vec::new();
    for policy in &loaded.objects.policies {
        let object = format!("PlacementPolicy/{}", policy.name_any());
        for (i, term) in policy.spec.workloads.any_of.iter().enumerate() {
            if *term == Term::default() {
                let message =
                    "it names nothing; name at least one of criticality, sensitivity, namespace and layer";
                faults.extend(loaded.fault(&object, &format!("spec.workloads.anyOf[{i}]"), message));
            }
        }
    }
    faults
}
