//! Rules of the Haven checks, each test named as its rule.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{
    CheckName, FACTS_LAST, Haven, HavenFacts, NodeFact, OFFICIAL_LASTS, Outcome, StorageFact, WorkloadFact,
    evaluate,
    known::{known, told},
    newest_official, read_official,
};
use crate::facts::Fact;
use crate::said::Unseen;

fn now() -> Timestamp {
    "2026-05-01T00:00:00Z".parse().expect("a time")
}

fn mk_node(place: usize, control_plane: bool) -> NodeFact {
    NodeFact {
        name: format!("node-{place}"),
        zone: Some(format!("zone-{}", place % 2)),
        control_plane,
        os_image: "Talos (v1.10.0)".to_owned(),
        external_ip: None,
        labels: BTreeSet::new(),
    }
}

fn mk_workload(name: &str, image: &str) -> WorkloadFact {
    WorkloadFact {
        namespace: "haven".to_owned(),
        name: name.to_owned(),
        images: vec![image.to_owned()],
    }
}

/// A cluster in which everything that can be seen is as it should be.
fn mk_facts() -> HavenFacts {
    let groups = ["rbac.authorization.k8s.io", "metrics.k8s.io", "cert-manager.io"];
    HavenFacts {
        observed_at: Some(now()),
        nodes: Fact::Known((0..6).map(|place| mk_node(place, place < 3)).collect()),
        version: Fact::Known("v1.36.1".to_owned()),
        groups: Fact::Known(groups.map(str::to_owned).into()),
        storage: Fact::Known(vec![StorageFact {
            name: "longhorn".to_owned(),
            provisioner: "driver.longhorn.io".to_owned(),
        }]),
        workloads: Fact::Known(vec![
            mk_workload("cert-manager", "quay.io/jetstack/cert-manager-controller:v1.18.2"),
            mk_workload("loki", "docker.io/grafana/loki:3.5.1"),
            mk_workload("alloy", "docker.io/grafana/alloy:v1.9.0@sha256:ab"),
        ]),
        admin: Fact::Known(true),
    }
}

fn mk_official(created: &str, answer: &str) -> Value {
    let all = CheckName::ALL
        .into_iter()
        .partition::<Vec<_>, _>(|name| name.is_required());
    let results = |names: Vec<CheckName>| -> Vec<Value> {
        names
            .iter()
            .map(|name| json!({ "name": name.name(), "label": name.label(), "category": name.category(), "result": answer }))
            .collect()
    };
    json!({ "kind": "Compliancy", "spec": { "created": created, "output": {
        "version": "v12.8.0", "havenCompliant": answer == "YES", "config": { "CNCF": true, "CIS": false, "kubescape": false },
        "compliancyChecks": { "results": results(all.0) }, "suggestedChecks": { "results": results(all.1) },
    } } })
}

#[track_caller]
fn check(facts: &HavenFacts, name: CheckName, expected: Outcome) -> String {
    let haven = evaluate(facts, None, now());
    let found = haven
        .checks
        .iter()
        .find(|check| check.name == name)
        .expect("every check");
    assert_eq!(found.outcome, expected, "{}", found.evidence);
    assert!(!found.evidence.is_empty());
    found.evidence.clone()
}

fn nodes(facts: &mut HavenFacts) -> &mut Vec<NodeFact> {
    match &mut facts.nodes {
        Fact::Known(nodes) => nodes,
        Fact::Unknown { why } => panic!("{why}"),
    }
}

#[test]
fn the_data_can_be_read() {
    assert!(known().is_some());
    assert!(told().len() > 20);
}

#[test]
fn a_good_cluster_is_compliant_only_when_the_official_checker_says_its_part() {
    let alone = evaluate(&mk_facts(), None, now());
    assert_eq!((alone.compliant, alone.count(Outcome::No)), (Outcome::Unknown, 0));
    assert_eq!(alone.count(Outcome::Unknown), 5, "{:#?}", alone.checks);
    let official = newest_official(&[mk_official("2026-04-01T08:00:00Z", "YES")]).expect("a result");
    let both = evaluate(&mk_facts(), Some(&official), now());
    assert_eq!((both.compliant, both.count(Outcome::Yes)), (Outcome::Yes, 17));
    assert_eq!(both.differences, []);
}

#[test]
fn what_cannot_be_seen_is_never_a_pass() {
    let haven = evaluate(&HavenFacts::unseen(&Unseen::NamespacesOnly), None, now());
    assert_eq!(
        (haven.compliant, haven.count(Outcome::Unknown)),
        (Outcome::Unknown, 17)
    );
    assert_eq!(
        evaluate(&HavenFacts::default(), None, now()).count(Outcome::Unknown),
        17
    );
}

#[test]
fn what_only_the_official_checker_sees_counts_and_our_own_rights_say_nothing_of_the_cluster() {
    let mut facts = mk_facts();
    facts.admin = Fact::Known(false);
    check(&facts, CheckName::ClusterAdmin, Outcome::Unknown);
    facts.nodes = Fact::unknown(Unseen::NotAsked);
    let official = newest_official(&[mk_official("2026-04-01T08:00:00Z", "YES")]).expect("a result");
    let haven = evaluate(&facts, Some(&official), now());
    assert_eq!(haven.compliant, Outcome::Yes);
    let zones = &haven.checks[2].evidence;
    assert_eq!(
        zones,
        "the official checker v12.8.0 of 2026-04-01 said so; our own look: it was not asked"
    );
}

#[test]
fn old_facts_count_as_not_seen() {
    let later = now() + FACTS_LAST + SignedDuration::from_secs(1);
    assert_eq!(evaluate(&mk_facts(), None, later).count(Outcome::Unknown), 17);
}

#[test]
fn nodes_tell_zones_masters_workers_and_addresses() {
    let mut facts = mk_facts();
    for node in nodes(&mut facts) {
        node.zone = Some("one".to_owned());
    }
    check(&facts, CheckName::MultiAz, Outcome::No);
    nodes(&mut facts)[4].external_ip = Some("203.0.113.9".to_owned());
    assert_eq!(
        check(&facts, CheckName::PrivateNetworking, Outcome::No),
        "node-4 has the external address 203.0.113.9"
    );
    nodes(&mut facts).remove(0);
    check(&facts, CheckName::HaMasters, Outcome::No);
    nodes(&mut facts).pop();
    check(&facts, CheckName::HaWorkers, Outcome::No);
}

#[test]
fn a_managed_control_plane_counts_and_one_that_is_not_seen_is_unknown() {
    let mut facts = mk_facts();
    nodes(&mut facts).retain(|node| !node.control_plane);
    check(&facts, CheckName::HaMasters, Outcome::Unknown);
    for node in nodes(&mut facts) {
        node.labels.insert("kubernetes.azure.com/cluster".to_owned());
    }
    assert_eq!(
        check(&facts, CheckName::HaMasters, Outcome::Yes),
        "the control plane is managed (AKS)"
    );
}

#[test]
fn an_image_of_which_nothing_is_known_is_not_hardened_by_guess() {
    let mut facts = mk_facts();
    nodes(&mut facts)[1].os_image = "Arch Linux".to_owned();
    check(&facts, CheckName::NodeHardening, Outcome::Unknown);
}

#[test]
fn a_version_passes_at_three_minors_behind_and_is_unknown_where_newer_ones_may_be_out() {
    let mut facts = mk_facts();
    let mut at = |version: &str, day: &str| {
        facts.version = Fact::Known(version.to_owned());
        let now: Timestamp = day.parse().expect("a time");
        facts.observed_at = Some(now);
        evaluate(&facts, None, now).checks[7].outcome
    };
    assert_eq!(at("v1.33.4", "2026-05-01T00:00:00Z"), Outcome::Yes);
    assert_eq!(at("v1.32.9+rke2", "2026-05-01T00:00:00Z"), Outcome::No);
    assert_eq!(at("v1.33.4", "2026-11-24T00:00:00Z"), Outcome::Unknown);
    assert_eq!(at("1.36", "2026-11-24T00:00:00Z"), Outcome::Yes);
    assert_eq!(at("later", "2026-05-01T00:00:00Z"), Outcome::Unknown);
}

#[test]
fn volumes_for_many_writers_are_told_by_the_provisioner() {
    let mut facts = mk_facts();
    let class = |provisioner: &str| StorageFact {
        name: "a".to_owned(),
        provisioner: provisioner.to_owned(),
    };
    facts.storage = Fact::Known(vec![class("ebs.csi.aws.com")]);
    check(&facts, CheckName::RwxVolumes, Outcome::Unknown);
    facts.storage = Fact::Known(vec![class("rook-ceph.cephfs.csi.ceph.com")]);
    check(&facts, CheckName::RwxVolumes, Outcome::Yes);
    facts.storage = Fact::Known(Vec::new());
    check(&facts, CheckName::RwxVolumes, Outcome::No);
}

#[test]
fn a_component_runs_when_its_group_is_served_and_its_image_is_seen() {
    let mut facts = mk_facts();
    let find = |haven: &Haven, name: &str| haven.components.iter().find(|one| one.name == name).cloned();
    let found = find(&evaluate(&facts, None, now()), "cert-manager").expect("it runs");
    assert_eq!(
        (found.state, found.version.as_deref()),
        (Outcome::Yes, Some("v1.18.2"))
    );
    facts.workloads = Fact::Known(vec![mk_workload("loki", "grafana/loki:3")]);
    let found = find(&evaluate(&facts, None, now()), "cert-manager").expect("half of it");
    assert_eq!(found.state, Outcome::No);
    check(&facts, CheckName::AutoCerts, Outcome::No);
    assert_eq!(check(&facts, CheckName::Logs, Outcome::No), "alloy does not run");
    facts.workloads = Fact::unknown(Unseen::NotAsked);
    check(&facts, CheckName::AutoCerts, Outcome::Unknown);
    assert_eq!(find(&evaluate(&facts, None, now()), "velero"), None);
}

#[test]
fn the_newest_official_result_counts_and_an_old_one_does_not() {
    let newest = newest_official(&[
        mk_official("2026-04-01T08:00:00Z", "YES"),
        mk_official("2026-04-20T08:00:00Z", "NO"),
        json!({ "kind": "Compliancy", "spec": {} }),
    ])
    .expect("a result");
    assert!(!newest.compliant);
    let haven = evaluate(&mk_facts(), Some(&newest), now());
    assert_eq!(haven.compliant, Outcome::No);
    assert_eq!(haven.differences.len(), 12, "all that can be seen");
    let created = newest.created.expect("a day");
    let later = created + OFFICIAL_LASTS + SignedDuration::from_secs(1);
    let mut facts = mk_facts();
    facts.observed_at = Some(later);
    let haven = evaluate(&facts, Some(&newest), later);
    assert_eq!((haven.compliant, haven.differences.len()), (Outcome::Unknown, 0));
}

#[test]
fn a_file_of_the_official_checker_is_read_in_its_own_case() {
    let text = json!({
        "Version": "v12.8.0", "HavenCompliant": false, "StartTS": "2026-04-01T08:00:00Z", "StopTS": "2026-04-01T08:01:00Z",
        "Config": { "CNCF": true, "CIS": false, "KESC": false },
        "CompliancyChecks": { "Results": [
            { "Name": "multiaz", "Label": "x", "Category": "Infrastructure", "Rationale": "", "Result": "NO" },
            { "Name": "cncf", "Result": "SKIPPED" }, { "Name": "new-one", "Result": "YES" },
        ], "Summary": { "Total": 3 } },
        "SuggestedChecks": { "Results": [{ "Name": "cis", "Result": "YES" }] },
    });
    let official = read_official(&text.to_string()).expect("a result");
    assert_eq!(official.version, "v12.8.0");
    assert_eq!(official.outcome(CheckName::MultiAz), Some(Outcome::No));
    assert_eq!(official.outcome(CheckName::Cncf), Some(Outcome::Unknown));
    assert_eq!(official.outcome(CheckName::Cis), Some(Outcome::Yes));
    assert_eq!(official.outcome(CheckName::Rbac), None);
    let haven = evaluate(&mk_facts(), Some(&official), now());
    assert_eq!(
        haven.differences.iter().map(|one| one.name).collect::<Vec<_>>(),
        [CheckName::MultiAz]
    );
    assert!(read_official("{}").is_err());
    assert!(read_official("nonsense").is_err());
}
