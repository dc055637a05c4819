//! The definitions on a real API server: accepted, and each rule refuses what it should with its own message.
//!
//! Invariant: a rule that no case here breaks fails the test `every_rule_has_a_case`.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that panics fails, and says where"
)]
use std::collections::BTreeSet;

use havenmeester_api::crds;
use havenmeester_api::require::CoreValue;
use havenmeester_testenv::{Cluster, ClusterOptions};
use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use kube::api::{Api, DynamicObject, Patch, PatchParams, PostParams};
use kube::core::{ApiResource, GroupVersionKind};
use kube::{Client, ResourceExt};
use serde_json::{Value, json};

/// A change to a good object, and the words with which it is refused.
struct Case {
    kind: &'static str,
    /// Merged into the good spec of the kind.
    change: Value,
    /// Whether the good object is made first and then changed, or the changed one is made.
    update: bool,
    refused: &'static str,
}

fn good(kind: &str) -> Value {
    match kind {
        "Provider" => json!({"legalName": "EU Cloud B.V.", "country": "NL", "category": "PrivateEu",
            "owners": [{"provider": "eu-holding", "shareBasisPoints": 10000, "since": "2019-04-01"}],
            "sovereignty": [{"objective": "SOV-2", "seal": 3}]}),
        "AutonomyStandard" => {
            json!({"adverse": [{"country": "XX", "reason": "decision 7", "since": "2027-01-01"}],
            "control": {"individualBasisPoints": 1000, "source": "decision 8"},
            "weights": {"own": {"version": "v1", "source": "decision 9",
                "objectives": [{"objective": "SOV-1", "percent": 40}, {"objective": "SOV-2", "percent": 60}]}}})
        }
        "MemberCluster" => json!({"provider": "eu-cloud", "region": "nl-west",
            "connection": {"kubeconfigSecret": {"namespace": "havenmeester", "name": "eu-west-1"}}}),
        "Workload" => json!({"target": {"namespace": "signalen"}}),
        "PlacementPolicy" => json!({"workloads": {"anyOf": [{"criticality": "Critical"}]},
            "require": {"categories": ["PrivateEu"], "seal": {"atLeast": 2}, "jurisdictions": {"only": ["EEA"]}}}),
        "Exemption" => {
            json!({"policy": "critical-is-autonomous", "rule": "categories", "workloads": ["permits"], "reason": "a",
                "weighing": CoreValue::ALL.map(|value| json!({"value": value, "speaks": "For"})),
                "owner": "permits", "approver": "cio", "since": "2026-01-01", "until": "2028-01-01"})
        }
        "Approval" => json!({"workload": "signalen", "approver": "alderman",
            "plan": format!("sha256-{}", "0".repeat(64))}),
        "Migration" => json!({"workload": "signalen", "kind": "Relocate", "source": "a", "target": "b"}),
        "Contract" => json!({"provider": "azure", "start": "2024-04-01", "end": "2028-03-31"}),
        "ExternalApplication" => json!({"title": "Zaken & Co", "provider": "azure", "storageGib": 7,
            "contractEnd": "2027-12-31", "owner": "IT"}),
        "Drill" => json!({"scenario": {"cutOff": {"provider": "azure"}}, "mode": "Live"}),
        other => panic!("no good {other}"),
    }
}

fn make(kind: &'static str, change: Value, refused: &'static str) -> Case {
    Case {
        kind,
        change,
        update: false,
        refused,
    }
}

fn edit(kind: &'static str, change: Value, refused: &'static str) -> Case {
    Case {
        kind,
        change,
        update: true,
        refused,
    }
}

fn rules() -> Vec<Case> {
    let mut all = of_entities();
    all.extend(of_exemptions());
    all.extend(of_clusters());
    all.extend(of_the_rest());
    all.extend(of_distance());
    all
}

fn of_entities() -> Vec<Case> {
    vec![
        make(
            "Provider",
            json!({"owners": [{"provider": "a", "shareBasisPoints": 6000}, {"provider": "b", "shareBasisPoints": 6000}]}),
            "spec.owners: the shares that hold always add up to more than 10000 basis points (100%)",
        ),
        make(
            "Provider",
            json!({"sovereignty": [{"objective": "SOV-2", "seal": 3}, {"objective": "SOV-2", "seal": 4}]}),
            "spec.sovereignty: each objective may stand once",
        ),
        make(
            "Provider",
            json!({"operatedBy": [{"provider": "a", "name": "A", "country": "NL"}]}),
            "name either a provider, or a name with its country",
        ),
        make(
            "Provider",
            json!({"keysHeldBy": [{"name": "City"}]}),
            "a name needs its country, and a provider has its own",
        ),
        make(
            "Provider",
            json!({"operatedBy": [{"provider": "a", "since": "2026-02-01", "until": "2026-01-01"}]}),
            "until lies before since",
        ),
        make(
            "Provider",
            json!({"operatedBy": [{"provider": "a", "rights": ["Veto"]}]}),
            "votes and rights are of owners: write them in spec.owners",
        ),
        make(
            "AutonomyStandard",
            json!({"control": {"source": null}}),
            "a limit of your own needs its source: name the law, standard or decision that sets it",
        ),
        make(
            "AutonomyStandard",
            json!({"weights": {"published": "V121"}}),
            "name either a published set of weights or your own",
        ),
        make(
            "AutonomyStandard",
            json!({"weights": {"own": {"objectives": [{"objective": "SOV-1", "percent": 50}, {"objective": "SOV-1", "percent": 50}]}}}),
            "each objective may stand once",
        ),
        make(
            "AutonomyStandard",
            json!({"weights": {"own": {"objectives": [{"objective": "SOV-1", "percent": 99}]}}}),
            "the weights add up to 100",
        ),
        make(
            "AutonomyStandard",
            json!({"adverse": [{"country": "XX", "reason": "a", "since": "2027-01-02", "until": "2027-01-01"}]}),
            "until lies before since",
        ),
        make(
            "Provider",
            json!({"hostedIn": [{"country": "NL", "since": "2027-01-02", "until": "2027-01-01"}]}),
            "until lies before since",
        ),
    ]
}

fn of_exemptions() -> Vec<Case> {
    let case = |change: Value, refused: &'static str| make("Exemption", change, refused);
    vec![
        case(
            json!({"until": "2025-12-31"}),
            "spec.until lies before spec.since",
        ),
        case(
            json!({"until": "2028-01-03"}),
            "spec.until: an exemption lasts at most 24 months (731 days) from spec.since",
        ),
        case(
            json!({"approver": "permits"}),
            "spec.approver: the owner cannot approve its own exemption; name another",
        ),
        case(
            json!({"weighing": [{"value": "Cost", "speaks": "For"}]}),
            "spec.weighing: weigh each of the seven core values once",
        ),
    ]
}

fn of_clusters() -> Vec<Case> {
    vec![
        make(
            "MemberCluster",
            json!({"mirrors": [{"registry": "harbor.example.nl", "prefix": "harbor.example.nl"}]}),
            "spec.mirrors: a registry is no mirror of itself",
        ),
        make(
            "MemberCluster",
            json!({"mirrors": [{"registry": "docker.io", "prefix": "dockerhub/library"}]}),
            "spec.mirrors: begin the prefix with a host, as in harbor.example.nl/dockerhub",
        ),
        make(
            "MemberCluster",
            json!({"scope": "Namespaces"}),
            "spec.namespaces: list the namespaces when, and only when, spec.scope is Namespaces",
        ),
        edit(
            "MemberCluster",
            json!({"provider": "other"}),
            "spec.provider cannot be changed: a cluster that changes hands is its provider's new owner; edit the Provider",
        ),
    ]
}

fn of_the_rest() -> Vec<Case> {
    vec![
        make(
            "PlacementPolicy",
            json!({"require": {"jurisdictions": {"only": null}}}),
            "name jurisdictions that may reach it, or that may not",
        ),
        edit(
            "Workload",
            json!({"target": {"namespace": "other"}}),
            "spec.target cannot be changed: it is the workload's identity; make another Workload",
        ),
        make(
            "PlacementPolicy",
            json!({"workloads": {"anyOf": [{}]}}),
            "a term names at least one of criticality, sensitivity, namespace and layer",
        ),
        make(
            "PlacementPolicy",
            json!({"require": {"seal": {"objectives": [{"objective": "SOV-3", "atLeast": 3}, {"objective": "SOV-3", "atLeast": 2}]}}}),
            "each objective may stand once",
        ),
        edit(
            "Approval",
            json!({"approver": "somebody-else"}),
            "an approval cannot be changed: it says what somebody agreed to; delete it and make another",
        ),
        make(
            "PlacementPolicy",
            route(&[("end", "2027-01-01")]),
            "a route ends elsewhere than on one of its steps",
        ),
        make(
            "PlacementPolicy",
            route(&[("a", "2027-02-01"), ("b", "2027-01-01")]),
            "the last days of the steps of a route follow each other",
        ),
        make(
            "Migration",
            json!({"target": "a"}),
            "spec.target: the workload stands there already; name another cluster",
        ),
        make(
            "Migration",
            json!({"source": null}),
            "spec.source is required: name the cluster that the workload leaves",
        ),
        make(
            "Migration",
            json!({"dryRun": true, "kind": "Failover"}),
            "spec.kind: a dry run is of kind Relocate",
        ),
        edit(
            "Migration",
            json!({"target": "c"}),
            "a migration cannot be changed, only aborted; make another",
        ),
        edit(
            "Migration",
            json!({"pinDigests": true}),
            "a migration cannot be changed, only aborted; make another",
        ),
        edit(
            "Migration",
            json!({"abort": false}),
            "spec.abort cannot be taken back",
        ),
        make(
            "Contract",
            json!({"end": "2024-03-31"}),
            "spec.end: the contract ends before it starts; end must be later than start",
        ),
        make(
            "Contract",
            json!({"dryRunsBeforeEndDays": [30, 30]}),
            "spec.dryRunsBeforeEndDays: each number may stand once",
        ),
        edit(
            "Drill",
            json!({"mode": "Simulate"}),
            "a drill cannot be changed, only aborted; make another",
        ),
        edit(
            "Drill",
            json!({"abort": false}),
            "spec.abort cannot be taken back",
        ),
    ]
}

fn of_distance() -> Vec<Case> {
    vec![make(
        "Workload",
        json!({"uses": [{"workload": "register", "within": "Cluster", "withinMilliseconds": 5}]}),
        "withinMilliseconds adds nothing to within: Cluster; leave one of the two out",
    )]
}

/// A policy with one route, by its steps.
fn route(steps: &[(&str, &str)]) -> Value {
    let steps: Vec<Value> = steps
        .iter()
        .map(|(cluster, until)| json!({"cluster": cluster, "until": until}))
        .collect();
    json!({"routes": [{"name": "r", "end": "end", "reason": "a", "steps": steps}]})
}

/// What the schema itself refuses of how far clusters are, and of what they cost.
fn schema_of_clusters() -> Vec<Case> {
    vec![
        make(
            "Workload",
            json!({"uses": [{"workload": "register", "withinMilliseconds": 0}]}),
            "spec.uses[0].withinMilliseconds",
        ),
        make(
            "MemberCluster",
            json!({"cost": {"currency": "euro", "cpuMonth": 1, "memoryGibMonth": 1}}),
            "spec.cost.currency",
        ),
        make(
            "MemberCluster",
            json!({"cost": {"currency": "EUR", "cpuMonth": -1, "memoryGibMonth": 1}}),
            "spec.cost.cpuMonth",
        ),
        make(
            "MemberCluster",
            json!({"latency": {"regions": [{"name": "nl-west", "milliseconds": -1}]}}),
            "spec.latency.regions[0].milliseconds",
        ),
        make(
            "MemberCluster",
            json!({"latency": {"clusters": [{"name": "a", "milliseconds": 1}, {"name": "a", "milliseconds": 2}]}}),
            "spec.latency.clusters[1]",
        ),
        make(
            "MemberCluster",
            json!({"mirrors": [{"registry": "docker.io", "prefix": "https://harbor.example.nl"}]}),
            "spec.mirrors[0].prefix",
        ),
    ]
}

/// What the schema itself refuses, and says what would be right.
fn schema() -> Vec<Case> {
    vec![
        make(
            "PlacementPolicy",
            json!({"require": {"categories": ["Goverment"]}}),
            "supported values: \"Hyperscaler\", \"HyperscalerHardened\", \"PrivateEu\", \"Government\", \"OnPremises\"",
        ),
        make("Provider", json!({"country": "Netherlands"}), "spec.country"),
        make(
            "Provider",
            json!({"registries": ["https://harbor.example.nl/apps"]}),
            "spec.registries[0]",
        ),
        make(
            "MemberCluster",
            json!({"bandwidthMegabits": 0}),
            "spec.bandwidthMegabits",
        ),
        make(
            "PlacementPolicy",
            json!({"rehearse": {"every": "weekly"}}),
            "spec.rehearse.every",
        ),
        make(
            "Provider",
            json!({"sovereignty": [{"objective": "SOV-1", "seal": 5}]}),
            "spec.sovereignty[0].seal",
        ),
        make(
            "PlacementPolicy",
            json!({"objectives": {"rto": "15 minutes"}}),
            "spec.objectives.rto",
        ),
        make(
            "PlacementPolicy",
            json!({"prefer": {"coreValues": {"autonomy": 11}}}),
            "spec.prefer.coreValues.autonomy",
        ),
        make(
            "PlacementPolicy",
            json!({"require": {"jurisdictions": {"only": ["Europe"]}}}),
            "spec.require.jurisdictions.only[0]",
        ),
        make(
            "PlacementPolicy",
            route(&[("a", "2027-01-01"), ("a", "2027-02-01")]),
            "Duplicate value",
        ),
        make("Approval", json!({"plan": "sha256-0"}), "spec.plan"),
        make("Approval", json!({"approver": ""}), "spec.approver"),
        make("Contract", json!({"end": "31-03-2028"}), "spec.end"),
        make("Exemption", json!({"owner": ""}), "spec.owner"),
        make("Exemption", json!({"owner": null}), "spec.owner"),
        make("Exemption", json!({"rule": "category"}), "spec.rule"),
        make(
            "Exemption",
            json!({"weighing": [{"value": "Beauty", "speaks": "For"}]}),
            "supported values: \"Autonomy\"",
        ),
        make(
            "PlacementPolicy",
            json!({"require": {"coreValues": {"quality": 101}}}),
            "spec.require.coreValues.quality",
        ),
        make(
            "PlacementPolicy",
            json!({"require": {"zonesAtLeast": 0}}),
            "spec.require.zonesAtLeast",
        ),
        make(
            "Provider",
            json!({"owners": [{"provider": "a", "shareBasisPoints": -1}]}),
            "spec.owners[0].shareBasisPoints",
        ),
        make(
            "Workload",
            json!({"target": {"namespace": "Not A Name"}}),
            "spec.target.namespace",
        ),
        make(
            "ExternalApplication",
            json!({"storageGib": -1}),
            "spec.storageGib",
        ),
        make(
            "ExternalApplication",
            json!({"contractEnd": "31-12-2027"}),
            "spec.contractEnd",
        ),
        make(
            "Drill",
            json!({"guards": {"maxWorkloads": 0}}),
            "spec.guards.maxWorkloads",
        ),
    ]
}

#[test]
fn every_rule_has_a_case() {
    let mut messages = BTreeSet::new();
    for crd in crds::all() {
        collect(&serde_json::to_value(crd).unwrap(), &mut messages);
    }
    let cases: BTreeSet<String> = rules().into_iter().map(|c| c.refused.to_owned()).collect();
    assert_eq!(
        messages.difference(&cases).collect::<Vec<_>>(),
        Vec::<&String>::new()
    );
}

fn collect(schema: &Value, messages: &mut BTreeSet<String>) {
    if let Some(rules) = schema.get("x-kubernetes-validations").and_then(Value::as_array) {
        messages.extend(rules.iter().map(|r| r["message"].as_str().unwrap().to_owned()));
    }
    match schema {
        Value::Object(fields) => fields.values().for_each(|v| collect(v, messages)),
        Value::Array(items) => items.iter().for_each(|v| collect(v, messages)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[tokio::test]
async fn all_definitions_are_accepted_and_each_rule_refuses_with_its_message() {
    let cluster = Cluster::start(ClusterOptions::new("crds").controllers(false))
        .await
        .unwrap();
    let client = cluster.client();
    install(&client).await;
    let mut wrong = Vec::new();
    for (n, case) in rules()
        .into_iter()
        .chain(schema())
        .chain(schema_of_clusters())
        .enumerate()
    {
        if let Err(what) = check(&client, &case, &format!("case-{n}")).await {
            wrong.push(format!("{} {}: {what}", case.kind, case.change));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

async fn install(client: &Client) {
    let api: Api<CustomResourceDefinition> = Api::all(client.clone());
    for crd in crds::all() {
        let name = crd.name_any();
        api.create(&PostParams::default(), &crd)
            .await
            .unwrap_or_else(|e| panic!("{name}: {e}"));
        let established = kube::runtime::conditions::is_crd_established();
        kube::runtime::wait::await_condition(api.clone(), &name, established)
            .await
            .unwrap();
        let seen = api.get(&name).await.unwrap();
        let conditions = seen.status.unwrap().conditions.unwrap();
        let structural = conditions.iter().find(|c| c.type_ == "NonStructuralSchema");
        assert!(
            structural.is_none_or(|c| c.status == "False"),
            "{name}: {structural:?}"
        );
    }
}

async fn check(client: &Client, case: &Case, name: &str) -> Result<(), String> {
    let crd = crds::all()
        .into_iter()
        .find(|c| c.spec.names.kind == case.kind)
        .unwrap();
    let gvk = GroupVersionKind::gvk("havenmeester.dev", "v1alpha1", case.kind);
    let resource = ApiResource::from_gvk_with_plural(&gvk, &crd.spec.names.plural);
    let api: Api<DynamicObject> = match crd.spec.scope.as_str() {
        "Namespaced" => Api::namespaced_with(client.clone(), "default", &resource),
        _ => Api::all_with(client.clone(), &resource),
    };
    let mut spec = good(case.kind);
    if case.update && case.change.get("abort").is_some() {
        spec["abort"] = json!(true); // what is to be taken back
    }
    if !case.update {
        json_patch::merge(&mut spec, &case.change);
    }
    let object = DynamicObject::new(name, &resource).data(json!({"spec": spec}));
    let made = api.create(&PostParams::default(), &object).await;
    let result = if case.update {
        made.map_err(|e| format!("the good one is refused: {e}"))?;
        let patch = Patch::Merge(json!({"spec": case.change}));
        api.patch(name, &PatchParams::default(), &patch).await
    } else {
        made
    };
    match result {
        Ok(_) => Err("accepted".to_owned()),
        Err(kube::Error::Api(status)) if status.message.contains(case.refused) => Ok(()),
        Err(error) => Err(format!("refused with other words: {error}")),
    }
}
