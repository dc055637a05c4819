//! Rules of `haven_app`, each test named as its rule.

use serde_json::{Value, json};

use super::{Condition, State, haven_app};

fn mk_deployment(name: &str) -> Value {
    json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name}, "spec": {"template": {
        "metadata": {"labels": {"app": name}}, "spec": {"containers": [{"name": "a", "image": "a"}]}}}})
}

/// The state of a condition over some objects, and the worst thing seen about it.
#[track_caller]
fn check(condition: Condition, objects: &[Value], wanted: State, seen: &str) {
    let objects: Vec<&Value> = objects.iter().collect();
    let judged = haven_app(&objects, 0);
    let judged = judged
        .iter()
        .find(|one| one.condition == condition)
        .expect("all four are judged");
    let evidence: Vec<&str> = judged.evidence.iter().map(|one| one.seen.as_str()).collect();
    assert_eq!(judged.state, wanted, "{evidence:?}");
    assert!(evidence.iter().any(|text| text.contains(seen)), "{evidence:?}");
}

#[test]
fn nothing_is_unknown_and_no_manifest_is_not_met() {
    check(
        Condition::Containerised,
        &[],
        State::Unknown,
        "nothing in it runs",
    );
    check(
        Condition::MetricsEndpoint,
        &[],
        State::Unknown,
        "nothing in it runs",
    );
    check(Condition::Manifests, &[], State::NotMet, "no manifest");
}

#[test]
fn what_cannot_be_read_is_not_described_by_manifests() {
    let object = mk_deployment("a");
    let judged = haven_app(&[&object], 1);
    assert_eq!(judged[1].state, State::NotMet);
    assert_eq!(haven_app(&[&object], 0)[1].state, State::Met);
}

#[test]
fn a_virtual_machine_is_not_containerised() {
    let machine =
        json!({"apiVersion": "kubevirt.io/v1", "kind": "VirtualMachine", "metadata": {"name": "m"}});
    check(
        Condition::Containerised,
        &[mk_deployment("a"), machine],
        State::NotMet,
        "virtual machine",
    );
    check(
        Condition::Containerised,
        &[mk_deployment("a")],
        State::Met,
        "images: 1",
    );
}

#[test]
fn metrics_are_seen_by_annotation_port_and_monitor() {
    let condition = Condition::MetricsEndpoint;
    check(condition, &[mk_deployment("a")], State::Unknown, "nothing says");
    let mut annotated = mk_deployment("a");
    annotated["spec"]["template"]["metadata"]["annotations"] = json!({"prometheus.io/scrape": "true"});
    check(condition, &[annotated], State::Met, "annotated");
    let mut with_port = mk_deployment("a");
    with_port["spec"]["template"]["spec"]["containers"][0]["ports"] = json!([{"name": "metrics"}]);
    check(condition, &[with_port], State::Met, "metrics");
    let service = json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "s", "labels": {"scrape": "me"}},
        "spec": {"selector": {"app": "a"}}});
    let monitor = json!({"apiVersion": "monitoring.coreos.com/v1", "kind": "ServiceMonitor", "metadata": {"name": "m"},
        "spec": {"selector": {"matchLabels": {"scrape": "me"}}}});
    check(
        condition,
        &[mk_deployment("a"), service.clone(), monitor.clone()],
        State::Met,
        "ServiceMonitor m",
    );
    let both = [mk_deployment("a"), mk_deployment("b"), service, monitor];
    check(condition, &both, State::Unknown, "nothing says");
    let pods = json!({"apiVersion": "monitoring.coreos.com/v1", "kind": "PodMonitor", "metadata": {"name": "p"},
        "spec": {"selector": {"matchLabels": {"app": "a"}}}});
    check(condition, &[mk_deployment("a"), pods], State::Met, "PodMonitor p");
}

#[test]
fn several_replicas_are_met_by_count_autoscaler_and_daemon_set() {
    let condition = Condition::SeveralReplicas;
    check(condition, &[mk_deployment("a")], State::Unknown, "one replica");
    let mut two = mk_deployment("a");
    two["spec"]["replicas"] = json!(2);
    check(condition, &[two], State::Met, "2 replicas");
    let scaler = json!({"apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": {"name": "h"},
        "spec": {"scaleTargetRef": {"kind": "Deployment", "name": "a"}, "maxReplicas": 5}});
    check(condition, &[mk_deployment("a"), scaler], State::Met, "up to 5");
    let mut daemon = mk_deployment("a");
    daemon["kind"] = json!("DaemonSet");
    check(condition, &[daemon], State::Met, "every node");
}

#[test]
fn a_claim_of_one_node_and_recreate_are_obstacles() {
    let condition = Condition::SeveralReplicas;
    let mut with_claim = mk_deployment("a");
    with_claim["spec"]["template"]["spec"]["volumes"] =
        json!([{"persistentVolumeClaim": {"claimName": "c"}}]);
    let claim = |mode: &str| json!({"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": "c"}, "spec": {"accessModes": [mode]}});
    check(
        condition,
        &[with_claim.clone(), claim("ReadWriteOnce")],
        State::NotMet,
        "claim c",
    );
    check(
        condition,
        &[with_claim, claim("ReadWriteMany")],
        State::Unknown,
        "one replica",
    );
    let mut recreated = mk_deployment("a");
    recreated["spec"]["strategy"] = json!({"type": "Recreate"});
    check(condition, &[recreated], State::NotMet, "Recreate");
}

#[test]
fn a_hook_of_helm_is_no_workload() {
    let mut hook = mk_deployment("a");
    hook["metadata"]["annotations"] = json!({"helm.sh/hook": "pre-install"});
    check(
        Condition::SeveralReplicas,
        &[hook],
        State::Unknown,
        "nothing in it runs",
    );
}

#[test]
fn what_others_call_a_deployment_runs_as_well() {
    for (version, kind) in [
        ("apps.openshift.io/v1", "DeploymentConfig"),
        ("argoproj.io/v1alpha1", "Rollout"),
    ] {
        let mut object = mk_deployment("a");
        object["apiVersion"] = version.into();
        object["kind"] = kind.into();
        object["spec"]["replicas"] = 3.into();
        let objects = [object];
        check(
            Condition::Containerised,
            &objects,
            State::Met,
            "container images: 1",
        );
        check(
            Condition::SeveralReplicas,
            &objects,
            State::Met,
            "it runs in 3 replicas",
        );
    }
}
