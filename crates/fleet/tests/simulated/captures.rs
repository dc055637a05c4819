//! A change on a cluster is in the ledger within five seconds, and what is in it can be trusted.
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use crate::support::{Given, SOON, Scene, config, deployment, whole};
use havenmeester_placement::Contact;
use havenmeester_simulator::{Fault, Rule, User};
use object_store::local::LocalFileSystem;
use object_store::memory::InMemory;
use serde_json::{Value, json};

const WORKLOAD: &str = "havenmeester/shop";

/// The objects of the latest capture, by kind and name.
async fn latest(scene: &Scene, cluster: &str) -> Option<Vec<Value>> {
    let (reference, _) = scene.fleet.latest_capture(WORKLOAD, cluster)?;
    Some(scene.ledger.get_capture(&reference.id).await.unwrap().objects)
}

fn find<'o>(objects: &'o [Value], kind: &str) -> Option<&'o Value> {
    objects.iter().find(|object| object["kind"] == kind)
}

async fn until(scene: &Scene, cluster: &str, limit: Duration, wanted: impl Fn(&[Value]) -> bool) -> Duration {
    let begun = tokio::time::Instant::now();
    let found = havenmeester_simulator::until(limit, async || {
        latest(scene, cluster)
            .await
            .is_some_and(|objects| wanted(&objects))
            .then_some(())
    });
    assert!(
        found.await.is_ok(),
        "not within {limit:?}: {:#?}",
        latest(scene, cluster).await
    );
    begun.elapsed()
}

#[tokio::test(start_paused = true)]
async fn a_change_is_captured_within_five_seconds() {
    let scene = Scene::of(&["azure"]).await;
    scene.shop("azure").await;
    scene.track(&["shop"]);
    until(&scene, "azure", SOON, |objects| {
        find(objects, "Deployment").is_some()
    })
    .await;
    let objects = latest(&scene, "azure").await.unwrap();
    assert!(find(&objects, "Namespace").is_some() && find(&objects, "ConfigMap").is_some());
    assert!(find(&objects, "ReplicaSet").is_none() && find(&objects, "Pod").is_none());
    for value in ["b", "c", "d"] {
        tokio::time::sleep(Duration::from_secs(20)).await;
        scene.apply("azure", config("shop", value)).await;
        let changed =
            |objects: &[Value]| find(objects, "ConfigMap").is_some_and(|it| it["data"]["key"] == value);
        until(&scene, "azure", Duration::from_secs(5), changed).await;
    }
    scene.end().await;
}

#[tokio::test(start_paused = true)]
async fn a_namespace_that_never_rests_is_captured_too() {
    let scene = Scene::of(&["azure"]).await;
    scene.shop("azure").await;
    scene.track(&["shop"]);
    until(&scene, "azure", SOON, |objects| {
        find(objects, "Deployment").is_some()
    })
    .await;
    for value in 0..100 {
        scene.apply("azure", config("shop", &value.to_string())).await;
        tokio::time::sleep(Duration::from_millis(100)).await;
        let objects = latest(&scene, "azure").await.unwrap();
        let captured = find(&objects, "ConfigMap").unwrap()["data"]["key"]
            .as_str()
            .unwrap()
            .to_owned();
        if value > 50 {
            let captured: i64 = captured.parse().unwrap();
            assert!(value - captured <= 50, "{captured} captured at {value}");
        }
    }
    scene.end().await;
}

#[tokio::test(start_paused = true)]
async fn the_last_capture_of_a_lost_cluster_stays_as_it_was_and_says_until_when_it_held() {
    let scene = Scene::of(&["azure"]).await;
    scene.shop("azure").await;
    scene.track(&["shop"]);
    until(&scene, "azure", SOON, |objects| {
        find(objects, "Deployment").is_some()
    })
    .await;
    tokio::time::sleep(Duration::from_mins(1)).await;
    let (before, held) = scene.fleet.latest_capture(WORKLOAD, "azure").unwrap();
    let now = scene.world.clock().now();
    assert!(now.duration_since(held).as_secs() <= 2 && held > before.taken_at);
    scene.world.cut("azure", Fault::Refuse);
    scene.delete("azure", &deployment("shop", 2)).await;
    tokio::time::sleep(Duration::from_mins(5)).await;
    let (after, held) = scene.fleet.latest_capture(WORKLOAD, "azure").unwrap();
    assert_eq!(after, before);
    assert!(held.duration_since(now).as_secs() <= 2);
    scene.end().await;
}

#[tokio::test(start_paused = true)]
async fn captures_of_an_earlier_run_are_known_though_the_cluster_is_silent_from_the_start() {
    let store = Arc::new(InMemory::new());
    let scene = Scene::with(vec![whole("azure")], store).await;
    scene.shop("azure").await;
    scene.track(&["shop"]);
    until(&scene, "azure", SOON, |objects| {
        find(objects, "Deployment").is_some()
    })
    .await;
    let (before, _) = scene.fleet.latest_capture(WORKLOAD, "azure").unwrap();
    scene.world.cut("azure", Fault::Partition);
    // Another daemon on the same store.
    scene.fleet.set_members(Vec::new());
    scene.fleet.track(BTreeMap::default());
    scene
        .fleet
        .set_members(vec![crate::support::member(&whole("azure"))]);
    scene.track(&["shop"]);
    tokio::time::sleep(Duration::from_secs(1)).await;
    let (after, held) = scene.fleet.latest_capture(WORKLOAD, "azure").unwrap();
    assert_eq!(after.id, before.id);
    assert_eq!(held, after.taken_at);
    scene.end().await;
}

#[tokio::test(start_paused = true)]
async fn only_the_objects_that_the_labels_select_are_captured() {
    let scene = Scene::of(&["azure"]).await;
    scene.shop("azure").await;
    let mut labelled = config("shop", "x");
    labelled["metadata"]["name"] = json!("labelled");
    labelled["metadata"]["labels"] = json!({"part": "one"});
    scene.apply("azure", labelled).await;
    let tracked = havenmeester_fleet::Tracked {
        namespace: "shop".to_owned(),
        match_labels: [("part".to_owned(), "one".to_owned())].into(),
    };
    scene.fleet.track([(WORKLOAD.to_owned(), tracked)].into());
    until(&scene, "azure", SOON, |objects| {
        find(objects, "ConfigMap").is_some()
    })
    .await;
    let objects = latest(&scene, "azure").await.unwrap();
    let names: Vec<&str> = objects
        .iter()
        .filter_map(|object| object["metadata"]["name"].as_str())
        .collect();
    assert_eq!(names, ["labelled", "shop"]);
    scene.end().await;
}

#[tokio::test(start_paused = true)]
async fn a_capture_that_is_asked_for_comes_from_fresh_lists() {
    let scene = Scene::of(&["azure"]).await;
    scene.shop("azure").await;
    scene.track(&["shop"]);
    scene
        .until("azure", SOON, |view| {
            view.cluster.contact == Contact::Reachable && view.served_groups.is_some()
        })
        .await;
    scene.apply("azure", config("shop", "fresh")).await;
    let reference = scene.fleet.capture_now("azure", WORKLOAD).await.unwrap();
    let taken = scene.ledger.get_capture(&reference.id).await.unwrap();
    assert_eq!(find(&taken.objects, "ConfigMap").unwrap()["data"]["key"], "fresh");
    // The index comes to the same content: what was asked for and what is watched are one thing.
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert_eq!(
        scene.fleet.latest_capture(WORKLOAD, "azure").unwrap().0.id,
        reference.id
    );
    assert!(scene.fleet.capture_now("azure", "nobody").await.is_err());
    scene.end().await;
}

#[tokio::test(start_paused = true)]
async fn a_store_that_does_not_take_it_is_a_problem_with_advice_and_is_tried_again() {
    let root = tempfile::tempdir().unwrap();
    let place = root.path().join("store");
    std::fs::create_dir(&place).unwrap();
    let store = LocalFileSystem::new_with_prefix(&place).unwrap();
    // A file where the captures' directory should be, whoever runs the test.
    std::fs::write(place.join("captures"), "in the way").unwrap();
    let scene = Scene::with(vec![whole("azure")], Arc::new(store)).await;
    scene.shop("azure").await;
    scene.track(&["shop"]);
    scene
        .until("azure", Duration::from_secs(30), |view| {
            view.capture_problem.is_some()
        })
        .await;
    let problem = scene.view("azure").capture_problem.clone().unwrap();
    assert!(
        problem.contains("the capture store") && problem.contains(';'),
        "{problem}"
    );
    // The watches go on.
    scene.apply("azure", deployment("shop", 0)).await;
    scene
        .until("azure", SOON, |view| {
            let copy = view.cluster.copies.last().and_then(|copies| copies.get("shop"));
            copy.is_some_and(|copy| copy.state == havenmeester_api::workload::CopyState::Stopped)
        })
        .await;
    std::fs::remove_file(place.join("captures")).unwrap();
    scene
        .until("azure", Duration::from_secs(90), |view| {
            view.capture_problem.is_none()
        })
        .await;
    assert!(latest(&scene, "azure").await.is_some());
    scene.end().await;
}

#[tokio::test(start_paused = true)]
async fn a_role_that_the_workload_begins_to_need_is_captured_with_it() {
    let scene = Scene::of(&["azure"]).await;
    scene.shop("azure").await;
    scene
        .apply(
            "azure",
            json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "robot", "namespace": "shop"}}),
        )
        .await;
    scene.track(&["shop"]);
    until(&scene, "azure", SOON, |objects| {
        find(objects, "ServiceAccount").is_some()
    })
    .await;
    assert!(find(&latest(&scene, "azure").await.unwrap(), "ClusterRoleBinding").is_none());
    let group = "rbac.authorization.k8s.io";
    let version = format!("{group}/v1");
    let role =
        json!({"apiVersion": version, "kind": "ClusterRole", "metadata": {"name": "reader"}, "rules": []});
    let binding = json!({
        "apiVersion": version, "kind": "ClusterRoleBinding", "metadata": {"name": "robot"},
        "roleRef": {"apiGroup": group, "kind": "ClusterRole", "name": "reader"},
        "subjects": [{"kind": "ServiceAccount", "name": "robot", "namespace": "shop"}],
    });
    scene.apply("azure", role).await;
    scene.apply("azure", binding).await;
    let both = |objects: &[Value]| {
        find(objects, "ClusterRoleBinding").is_some() && find(objects, "ClusterRole").is_some()
    };
    until(&scene, "azure", Duration::from_secs(5), both).await;
    scene.end().await;
}

#[tokio::test(start_paused = true)]
async fn kinds_that_may_not_be_read_are_named_and_the_rest_is_captured() {
    let rule = |groups: &[&str], resources: &[&str]| {
        let owned = |all: &[&str]| all.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>();
        Rule {
            groups: owned(groups),
            resources: owned(resources),
            ..Rule::all(None)
        }
    };
    let rules = vec![
        rule(&["apps"], &["*"]),
        rule(&[""], &["namespaces", "configmaps", "services"]),
    ];
    let given = Given {
        name: "azure",
        who: User::with_rules("narrow", rules),
        namespaces: None,
    };
    let scene = Scene::with(vec![given], Arc::new(InMemory::new())).await;
    scene.shop("azure").await;
    scene.track(&["shop"]);
    until(&scene, "azure", SOON, |objects| {
        find(objects, "Deployment").is_some()
    })
    .await;
    let view = scene.view("azure");
    let why = &view.refused["v1 Secret"];
    assert!(why.contains("cannot list"), "{why}");
    assert!(!view.refused.contains_key("v1 ConfigMap"));
    assert!(view.cluster.capacity.last().is_none(), "nodes cannot be seen");
    scene.end().await;
}

#[tokio::test(start_paused = true)]
async fn two_workloads_that_share_a_namespace_are_captured_each_for_itself() {
    let scene = Scene::of(&["azure"]).await;
    scene.shop("azure").await;
    let claims = ["one", "two"].map(|part| {
        let tracked = havenmeester_fleet::Tracked {
            namespace: "shop".to_owned(),
            match_labels: [("part".to_owned(), part.to_owned())].into(),
        };
        (format!("havenmeester/{part}"), tracked)
    });
    for part in ["one", "two"] {
        let mut map = config("shop", part);
        map["metadata"]["name"] = json!(part);
        map["metadata"]["labels"] = json!({"part": part});
        scene.apply("azure", map).await;
    }
    scene.fleet.track(claims.into());
    scene.until("azure", SOON, |view| view.captures.len() == 2).await;
    for part in ["one", "two"] {
        let (reference, _) = scene
            .fleet
            .latest_capture(&format!("havenmeester/{part}"), "azure")
            .unwrap();
        let objects = scene.ledger.get_capture(&reference.id).await.unwrap().objects;
        assert_eq!(find(&objects, "ConfigMap").unwrap()["metadata"]["name"], part);
    }
    scene.end().await;
}
