//! What the daemon wrote on the hub gives the decision that the daemon made.
use havenmeester_controller::build_request;
use havenmeester_placement::{Action, Contact, Demand, decide};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::{scene_from_files, scene_from_hub, told};
use crate::files::Inventory;
use crate::objects::Objects;

fn object<T: serde::de::DeserializeOwned>(kind: &str, name: &str, rest: &Value) -> T {
    let mut value = json!({
        "apiVersion": "havenmeester.dev/v1alpha1",
        "kind": kind,
        "metadata": {"name": name},
    });
    if ["Workload", "Migration"].contains(&kind) {
        value["metadata"]["namespace"] = "havenmeester".into();
    }
    value
        .as_object_mut()
        .unwrap()
        .extend(rest.as_object().unwrap().clone());
    serde_json::from_value(value).unwrap()
}

fn mk_member(name: &str, provider: &str, state: &str) -> havenmeester_api::MemberCluster {
    object(
        "MemberCluster",
        name,
        &json!({
            "spec": {"provider": provider, "region": "r", "connection": {"kubeconfigSecret": {"namespace": "n", "name": name}}},
            "status": {
                "reachability": {"state": state, "since": "2026-11-24T09:00:00Z", "lastHeartbeat": "2026-11-24T08:59:30Z"},
                "capacity": {"cpuMilli": 1000, "memoryMib": 1000, "pods": 10, "requestedCpuMilli": 0, "requestedMemoryMib": 0, "requestedPods": 0},
            },
        }),
    )
}

fn mk_hub(state_of_azure: &str) -> Objects {
    let provider = |name: &str, category: &str| {
        object(
            "Provider",
            name,
            &json!({"spec": {"legalName": name, "country": "NL", "category": category}}),
        )
    };
    Objects {
        providers: vec![provider("azure", "Hyperscaler"), provider("eu", "PrivateEu")],
        members: vec![
            mk_member("azure-weu", "azure", state_of_azure),
            mk_member("eu-west-1", "eu", "Reachable"),
        ],
        policies: vec![object(
            "PlacementPolicy",
            "p",
            &json!({"spec": {
                "require": {"categories": ["PrivateEu"]},
                "migration": {"mode": "Automatic"},
                "failover": {"mode": "Automatic", "after": "30s"},
            }}),
        )],
        workloads: vec![object(
            "Workload",
            "signalen",
            &json!({
                "metadata": {"namespace": "havenmeester", "name": "signalen", "labels": {"havenmeester.dev/origin": "discovered"}},
                "spec": {"target": {"namespace": "signalen"}},
                "status": {
                    "criticality": "Critical", "sensitivity": "High", "mode": "Replicable", "cluster": "azure-weu",
                    "copies": [{"cluster": "azure-weu", "state": "Active", "objects": 12}],
                    "capture": {"id": "sha256-00", "cluster": "azure-weu", "takenAt": "2026-11-24T08:59:00Z", "objects": 12},
                },
            }),
        )],
        ..Objects::default()
    }
}

fn now() -> Timestamp {
    "2026-11-24T10:00:00Z".parse().unwrap()
}

fn action(objects: Objects) -> Action {
    let plan = decide(&build_request(&scene_from_hub(objects, now())));
    plan.decisions.into_values().next().unwrap().action
}

/// The same with the hub's objects in files, as `kubectl get -o yaml` writes them.
fn action_from_files(objects: Objects, inventory: Inventory) -> Action {
    let plan = decide(&build_request(&scene_from_files(objects, inventory, now())));
    plan.decisions.into_values().next().unwrap().action
}

fn asking(cpu: i64) -> Objects {
    let mut objects = mk_hub("Reachable");
    let status = objects.workloads[0].status.as_mut().unwrap();
    let demand = json!({"cpuMilli": cpu, "memoryMib": 100, "pods": 1, "others": []});
    status.demand = Some(serde_json::from_value(demand).unwrap());
    objects
}

#[test]
fn what_was_written_to_files_from_the_hub_is_decided_as_on_the_hub() {
    let hubs = [mk_hub("Reachable"), mk_hub("Lost"), asking(1_000), asking(1_001)];
    for objects in hubs {
        let on_hub = action(objects.clone());
        assert_eq!(action_from_files(objects, Inventory::new()), on_hub);
    }
}

#[test]
fn a_cluster_in_a_file_has_the_storage_that_it_declares() {
    let with = |gib: i64| {
        let mut objects = asking(1_000);
        let demand = objects.workloads[0]
            .status
            .as_mut()
            .unwrap()
            .demand
            .as_mut()
            .unwrap();
        let stored = json!([{"resource": "storage/fast", "amount": 100 * 1024}]);
        demand.others = serde_json::from_value(stored).unwrap();
        for member in &mut objects.members {
            member.status = None;
            let room = json!({"storage": [{"class": "fast", "gib": gib}]});
            member.spec.room = serde_json::from_value(room).unwrap();
        }
        action_from_files(objects, Inventory::new())
    };
    assert!(matches!(with(100), Action::Relocate { .. }));
    assert!(matches!(with(99), Action::Wait(_)));
}

#[test]
fn a_namespace_in_a_file_says_where_it_stands_and_the_status_what_it_asks() {
    let on = |cluster: &str, cpu| {
        let mut objects = asking(cpu);
        let mut there = told(&objects.workloads).remove("azure-weu").unwrap();
        there.get_mut("signalen").unwrap().demand = Demand::default();
        let status = objects.workloads[0].status.as_mut().unwrap();
        (status.cluster, status.copies) = (None, Vec::new());
        let inventory = Inventory::from([(cluster.to_owned(), there)]);
        action_from_files(objects, inventory)
    };
    assert_eq!(on("eu-west-1", 1_000), Action::Stay);
    assert!(matches!(on("azure-weu", 1_000), Action::Relocate { .. }));
    assert!(matches!(on("azure-weu", 1_001), Action::Wait(_)));
}

#[test]
fn a_discovered_workload_is_placed_by_what_its_status_says() {
    let moved = Action::Relocate {
        source: "azure-weu".to_owned(),
        target: "eu-west-1".to_owned(),
    };
    assert_eq!(action(mk_hub("Reachable")), moved);
}

#[test]
fn a_cluster_that_was_seen_lost_stays_lost() {
    let failed_over =
        |action: Action| matches!(action, Action::FailOver { target, .. } if target == "eu-west-1");
    assert!(failed_over(action(mk_hub("Lost"))));
    assert!(failed_over(action(mk_hub("CutOff"))));
}

#[test]
fn what_the_daemon_never_saw_is_unknown() {
    let mut objects = mk_hub("Reachable");
    for member in &mut objects.members {
        member.status = None;
    }
    let scene = scene_from_hub(objects, Timestamp::UNIX_EPOCH);
    assert!(
        scene
            .fleet
            .values()
            .all(|view| view.cluster.contact == Contact::Unknown)
    );
}

#[test]
fn room_is_weighed_with_what_the_daemon_saw_that_it_asks() {
    let asks = |cpu| action(asking(cpu));
    assert!(matches!(asks(1_000), Action::Relocate { .. }));
    assert!(matches!(asks(1_001), Action::Wait(_)), "the target has one core");
}
