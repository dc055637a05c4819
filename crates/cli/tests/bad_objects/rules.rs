//! What the API server would refuse is refused in files: an object for each rule of each definition.
use std::collections::BTreeSet;

use serde_json::Value;

use super::refused::{PROVIDER, refused};
use super::{exemption, member, mk, policy, provider, workload};

/// The kind, the message of its rule, and an object that breaks it.
type Sample = (&'static str, &'static str, String);

/// Every rule of our definitions that one object can break.
fn samples() -> Vec<Sample> {
    [
        of_standards(),
        of_contracts_and_exemptions(),
        of_policies(),
        of_providers(),
        of_clusters(),
        of_workloads_and_moves(),
    ]
    .concat()
}

fn of_standards() -> Vec<Sample> {
    let standard = |spec: &str| mk("AutonomyStandard", "default", spec);
    let own = |objectives: &str| {
        standard(&format!(
            "weights: {{own: {{version: v, source: s, objectives: [{objectives}]}}}}"
        ))
    };
    vec![
        (
            "AutonomyStandard",
            "until lies before since",
            standard("adverse: [{country: US, reason: x, since: 2027-01-02, until: 2027-01-01}]"),
        ),
        (
            "AutonomyStandard",
            "a limit of your own needs its source: name the law, standard or decision that sets it",
            standard("control: {individualBasisPoints: 5}"),
        ),
        (
            "AutonomyStandard",
            "name either a published set of weights or your own",
            standard("weights: {}"),
        ),
        (
            "AutonomyStandard",
            "each objective may stand once",
            own("{objective: SOV-1, percent: 50}, {objective: SOV-1, percent: 50}"),
        ),
        (
            "AutonomyStandard",
            "the weights add up to 100",
            own("{objective: SOV-1, percent: 99}"),
        ),
    ]
}

fn of_contracts_and_exemptions() -> Vec<Sample> {
    let contract = |more: &str| {
        format!(
            "{}---\n{PROVIDER}",
            mk(
                "Contract",
                "c",
                &format!("provider: a\nstart: 2026-01-01\n{more}")
            )
        )
    };
    vec![
        (
            "Contract",
            "spec.end: the contract ends before it starts; end must be later than start",
            contract("end: 2025-01-01"),
        ),
        (
            "Contract",
            "spec.dryRunsBeforeEndDays: each number may stand once",
            contract("end: 2027-01-01\ndryRunsBeforeEndDays: [30, 30]"),
        ),
        (
            "Exemption",
            "spec.until lies before spec.since",
            exemption("until", "until: 2026-10-31"),
        ),
        (
            "Exemption",
            "spec.until: an exemption lasts at most 24 months (731 days) from spec.since",
            exemption("until", "until: 2029-01-01"),
        ),
        (
            "Exemption",
            "spec.approver: the owner cannot approve its own exemption; name another",
            exemption("approver", "approver: permits"),
        ),
        (
            "Exemption",
            "spec.weighing: weigh each of the seven core values once",
            exemption("weighing", "weighing: [{value: Cost, speaks: For}]"),
        ),
    ]
}

fn of_policies() -> Vec<Sample> {
    let route = |steps: &str| {
        policy(&format!(
            "routes: [{{name: r, end: z, reason: x, steps: [{steps}]}}]"
        ))
    };
    vec![
        (
            "PlacementPolicy",
            "name jurisdictions that may reach it, or that may not",
            policy("require: {jurisdictions: {}}"),
        ),
        (
            "PlacementPolicy",
            "each objective may stand once",
            policy(
                "require: {seal: {objectives: [{objective: SOV-1, atLeast: 1}, {objective: SOV-1, atLeast: 2}]}}",
            ),
        ),
        (
            "PlacementPolicy",
            "a route ends elsewhere than on one of its steps",
            format!(
                "{}---\n{}---\n{PROVIDER}",
                route("{cluster: m, until: 2027-01-01}").replace("end: z", "end: m"),
                member("")
            ),
        ),
        (
            "PlacementPolicy",
            "the last days of the steps of a route follow each other",
            route("{cluster: x, until: 2027-06-01}, {cluster: y, until: 2027-01-01}"),
        ),
        (
            "PlacementPolicy",
            "a term names at least one of criticality, sensitivity, namespace and layer",
            policy("workloads: {anyOf: [{}]}"),
        ),
        (
            "Drill",
            "a term names at least one of criticality, sensitivity, namespace and layer",
            format!(
                "{}---\n{PROVIDER}",
                mk(
                    "Drill",
                    "d",
                    "scenario: {cutOff: {provider: a}}\nmode: Simulate\nworkloads: {anyOf: [{}]}"
                )
            ),
        ),
    ]
}

fn of_providers() -> Vec<Sample> {
    let twice = "[{objective: SOV-1, seal: 1}, {objective: SOV-1, seal: 2}]";
    vec![
        (
            "Provider",
            "until lies before since",
            provider("owners: [{name: F, country: NL, since: 2027-01-02, until: 2027-01-01}]"),
        ),
        (
            "Provider",
            "name either a provider, or a name with its country",
            provider("owners: [{}]"),
        ),
        (
            "Provider",
            "a name needs its country, and a provider has its own",
            provider("owners: [{name: F}]"),
        ),
        (
            "Provider",
            "spec.owners: the shares that hold always add up to more than 10000 basis points (100%)",
            provider("owners: [{name: F, country: NL}, {name: G, country: NL}]"),
        ),
        (
            "Provider",
            "spec.sovereignty: each objective may stand once",
            provider(&format!("sovereignty: {twice}")),
        ),
        (
            "Provider",
            "votes and rights are of owners: write them in spec.owners",
            provider("operatedBy: [{name: F, country: NL, votesBasisPoints: 5}]"),
        ),
    ]
}

fn of_clusters() -> Vec<Sample> {
    let member = |more: &str| format!("{}---\n{PROVIDER}", member(more));
    vec![
        (
            "MemberCluster",
            "spec.namespaces: list the namespaces when, and only when, spec.scope is Namespaces",
            member("scope: Namespaces"),
        ),
        (
            "MemberCluster",
            "spec.mirrors: a registry is no mirror of itself",
            member("mirrors: [{registry: docker.io, prefix: docker.io}]"),
        ),
        (
            "MemberCluster",
            "spec.mirrors: begin the prefix with a host, as in harbor.example.nl/dockerhub",
            member("mirrors: [{registry: docker.io, prefix: dockerhub}]"),
        ),
    ]
}

fn of_workloads_and_moves() -> Vec<Sample> {
    let migration = |more: &str| mk("Migration", "m", &format!("workload: w\ntarget: t\n{more}"));
    vec![
        (
            "Workload",
            "withinMilliseconds adds nothing to within: Cluster; leave one of the two out",
            format!(
                "{}---\n{}",
                workload(
                    "w",
                    "uses: [{workload: v, within: Cluster, withinMilliseconds: 5}]"
                ),
                workload("v", "")
            ),
        ),
        (
            "Migration",
            "spec.target: the workload stands there already; name another cluster",
            migration("source: t\nkind: Relocate"),
        ),
        (
            "Migration",
            "spec.source is required: name the cluster that the workload leaves",
            migration("kind: Relocate"),
        ),
        (
            "Migration",
            "spec.kind: a dry run is of kind Relocate",
            migration("kind: Failover\ndryRun: true"),
        ),
    ]
}

#[test]
fn what_the_api_server_would_refuse_is_refused_in_files() {
    let mut known = BTreeSet::new();
    for definition in havenmeester_api::crds::all() {
        let kind = definition.spec.names.kind.clone();
        let mut rules = BTreeSet::new();
        collect(&serde_json::to_value(definition).unwrap(), &mut rules);
        known.extend(rules.into_iter().map(|message| (kind.clone(), message)));
    }
    let samples = samples();
    let tried: BTreeSet<(String, String)> = samples
        .iter()
        .map(|(kind, message, _)| ((*kind).to_owned(), (*message).to_owned()))
        .collect();
    assert_eq!(
        tried, known,
        "give each rule of a definition an object that breaks it"
    );
    for (kind, message, text) in samples {
        let said = refused(&text);
        assert!(said.contains(&format!(": {kind}/")), "{message}\n{said}");
    }
}

/// The messages of all rules that do not hold an object against what it was.
fn collect(schema: &Value, found: &mut BTreeSet<String>) {
    let text = |rule: &Value, key: &str| rule[key].as_str().unwrap_or_default().to_owned();
    if let Some(rules) = schema["x-kubernetes-validations"].as_array() {
        let lasting = rules
            .iter()
            .filter(|rule| !text(rule, "rule").contains("oldSelf"));
        found.extend(lasting.map(|rule| text(rule, "message")));
    }
    match schema {
        Value::Object(fields) => fields.values().for_each(|field| collect(field, found)),
        Value::Array(elements) => elements.iter().for_each(|element| collect(element, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
