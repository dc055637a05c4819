//! Rules between the fields of one object: those that the definitions state in CEL, for files.
//!
//! Not here: rules that placement holds against objects from files and from the hub alike (`placement::problems`): shares,
//! dates of stakes, exemptions, weights of one's own.
//! Invariant: every CEL rule that a single object can break is told of a file, here or there (tests/bad_objects/rules.rs).
use std::collections::BTreeSet;

use havenmeester_api::member::{Mirror, Scope};
use havenmeester_api::migration::MoveKind;
use havenmeester_api::policy::{PlacementPolicySpec, Selector, Term};
use havenmeester_api::provider::{ProviderSpec, Stake};
use havenmeester_api::standard::AutonomyStandardSpec;
use havenmeester_api::workload::Within;
use havenmeester_api::{Contract, Date, MemberCluster, Migration, Workload};
use kube::Resource;

use super::fault::Fault;
use super::load::Loaded;

/// A field, and what would be right.
type Broken = (String, String);

/// Everything that breaks one, in every object.
pub(super) fn broken(loaded: &Loaded) -> Vec<Fault> {
    let objects = &loaded.objects;
    let mut faults = of_each(loaded, &objects.providers, |it| provider(&it.spec));
    faults.extend(of_each(loaded, &objects.members, member));
    faults.extend(of_each(loaded, &objects.policies, |it| policy(&it.spec)));
    faults.extend(of_each(loaded, &objects.standards, |it| standard(&it.spec)));
    faults.extend(of_each(loaded, &objects.contracts, contract));
    faults.extend(of_each(loaded, &objects.workloads, workload));
    faults.extend(of_each(loaded, &objects.migrations, migration));
    faults.extend(of_each(loaded, &objects.drills, |it| terms(&it.spec.workloads)));
    faults
}

fn of_each<K>(loaded: &Loaded, objects: &[K], rules: impl Fn(&K) -> Vec<Broken>) -> Vec<Fault>
where
    K: Resource<DynamicType = ()>,
{
    let mut faults = Vec::new();
    for object in objects {
        let broken = rules(object).into_iter();
        faults.extend(broken.filter_map(|(field, message)| loaded.fault(object, &field, &message)));
    }
    faults
}

fn at(field: impl Into<String>, message: impl Into<String>) -> Broken {
    (field.into(), message.into())
}

fn provider(spec: &ProviderSpec) -> Vec<Broken> {
    let mut broken = once(
        "spec.sovereignty",
        spec.sovereignty.iter().map(|one| one.objective),
    );
    for (list, stakes) in [
        ("spec.operatedBy", &spec.operated_by),
        ("spec.keysHeldBy", &spec.keys_held_by),
    ] {
        let of_owners = |stake: &Stake| !stake.rights.is_empty() || stake.votes_basis_points.is_some();
        let wrong = stakes.iter().enumerate().filter(|(_, stake)| of_owners(stake));
        let message = "votes and rights are of owners: write them in spec.owners";
        broken.extend(wrong.map(|(i, _)| at(format!("{list}[{i}]"), message)));
    }
    for (list, places) in [
        ("spec.hostedIn", &spec.hosted_in),
        ("spec.supportedFrom", &spec.supported_from),
    ] {
        for (i, place) in places.iter().enumerate() {
            broken.extend(in_order(&format!("{list}[{i}]"), place.since, place.until));
        }
    }
    broken
}

fn in_order(field: &str, since: Option<Date>, until: Option<Date>) -> Option<Broken> {
    let (since, until) = (since?, until?);
    let message = format!("{until} lies before since, {since}; it never holds");
    (until < since).then(|| at(format!("{field}.until"), message))
}

/// Whatever stands there a second time.
fn once<T: Copy + Ord + std::fmt::Display>(list: &str, all: impl Iterator<Item = T>) -> Vec<Broken> {
    let mut seen = BTreeSet::new();
    let twice = all.enumerate().filter(|(_, one)| !seen.insert(*one));
    twice
        .map(|(i, one)| {
            at(
                format!("{list}[{i}]"),
                format!("{one} stands there already; keep one"),
            )
        })
        .collect()
}

fn member(member: &MemberCluster) -> Vec<Broken> {
    let wrong = (member.spec.scope == Scope::Namespaces) == member.spec.namespaces.is_empty();
    let message = "list the namespaces when, and only when, spec.scope is Namespaces";
    let mut broken: Vec<Broken> = wrong
        .then(|| at("spec.namespaces", message))
        .into_iter()
        .collect();
    for (i, mirror) in member.spec.mirrors.iter().enumerate() {
        broken.extend(in_place(mirror).map(|message| at(format!("spec.mirrors[{i}].prefix"), message)));
    }
    broken
}

/// What is wrong with the place of a mirror.
fn in_place(mirror: &Mirror) -> Option<&'static str> {
    let host = mirror.prefix.split('/').next().unwrap_or_default();
    if mirror.prefix == mirror.registry {
        Some("a registry is no mirror of itself; name another place")
    } else if !host.contains(['.', ':']) && host != "localhost" {
        Some("begin the prefix with a host, as in harbor.example.nl/dockerhub")
    } else {
        None
    }
}

fn policy(spec: &PlacementPolicySpec) -> Vec<Broken> {
    let mut broken = terms(&spec.workloads);
    if let Some(seal) = &spec.require.seal {
        let objectives = seal.objectives.iter().map(|one| one.objective);
        broken.extend(once("spec.require.seal.objectives", objectives));
    }
    if let Some(laws) = &spec.require.jurisdictions
        && laws.only.is_empty()
        && laws.denied.is_empty()
    {
        let message = "name jurisdictions that may reach it (only), or that may not (denied)";
        broken.push(at("spec.require.jurisdictions", message));
    }
    for (i, route) in spec.routes.iter().enumerate() {
        if !route.steps.is_sorted_by_key(|step| step.until) {
            let message = "the last days of the steps of a route follow each other; put them in their order";
            broken.push(at(format!("spec.routes[{i}].steps"), message));
        }
    }
    broken
}

/// Terms that name nothing.
fn terms(chosen: &Selector) -> Vec<Broken> {
    let terms = chosen.any_of.iter().enumerate();
    let empty = terms.filter(|(_, term)| **term == Term::default());
    let message = "it names nothing; name at least one of criticality, sensitivity, namespace and layer";
    empty
        .map(|(i, _)| at(format!("spec.workloads.anyOf[{i}]"), message))
        .collect()
}

fn standard(spec: &AutonomyStandardSpec) -> Vec<Broken> {
    let mut broken = Vec::new();
    let control = &spec.control;
    let own = control.individual_basis_points.is_some() || control.collective_basis_points.is_some();
    if own && control.source.is_none() {
        let message = "a limit of your own needs its source: name the law, standard or decision that sets it";
        broken.push(at("spec.control.source", message));
    }
    if let Some(weights) = &spec.weights
        && weights.published.is_some() == weights.own.is_some()
    {
        broken.push(at(
            "spec.weights",
            "name either a published set of weights or your own",
        ));
    }
    broken
}

fn contract(contract: &Contract) -> Vec<Broken> {
    let spec = &contract.spec;
    let mut broken = once(
        "spec.dryRunsBeforeEndDays",
        spec.dry_runs_before_end_days.iter().copied(),
    );
    if spec.end <= spec.start {
        let message = format!(
            "{} does not lie after start, {}; write a later day",
            spec.end, spec.start
        );
        broken.push(at("spec.end", message));
    }
    broken
}

fn workload(workload: &Workload) -> Vec<Broken> {
    let uses = workload.spec.uses.iter().enumerate();
    let idle = uses.filter(|(_, used)| used.within == Within::Cluster && used.within_milliseconds.is_some());
    let message = "it adds nothing to within: Cluster; leave one of the two out";
    idle.map(|(i, _)| at(format!("spec.uses[{i}].withinMilliseconds"), message))
        .collect()
}

fn migration(migration: &Migration) -> Vec<Broken> {
    let spec = &migration.spec;
    let mut broken = Vec::new();
    if spec.source.as_ref() == Some(&spec.target) {
        broken.push(at(
            "spec.target",
            "the workload stands there already; name another cluster",
        ));
    }
    if spec.source.is_none() && !spec.dry_run {
        broken.push(at(
            "spec.source",
            "it is missing: name the cluster that the workload leaves",
        ));
    }
    if spec.dry_run && spec.kind != MoveKind::Relocate {
        broken.push(at("spec.kind", "a dry run is of kind Relocate"));
    }
    broken
}
