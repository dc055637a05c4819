//! What stays known, and what counts as current.
use std::collections::BTreeSet;
use std::sync::Arc;

use havenmeester_portability::Gvk;
use serde_json::{Value, json};

use super::{Index, Role, Scoped};

fn list(group: &str, kind: &str) -> Scoped {
    Scoped {
        gvk: Arc::new(Gvk::new(group, "v1", kind)),
        namespace: None,
    }
}

fn namespace(tagged: bool) -> Value {
    let labels = if tagged {
        json!({"havenmeester.dev/criticality": "low"})
    } else {
        json!({})
    };
    json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop", "labels": labels}})
}

fn config(name: &str, value: &str) -> Value {
    json!({
        "apiVersion": "v1", "kind": "ConfigMap", "data": {"key": value},
        "metadata": {"name": name, "namespace": "shop", "uid": "u", "resourceVersion": "7"},
    })
}

/// An index that follows namespaces and config maps, with a tagged namespace and one map.
struct Made {
    index: Index,
    namespaces: Scoped,
    maps: Scoped,
}

fn mk_index() -> Made {
    let (namespaces, maps) = (list("", "Namespace"), list("", "ConfigMap"));
    let mut index = Index::default();
    index.watch_only(&BTreeSet::from([namespaces.clone(), maps.clone()]));
    index.begin(&namespaces, Role::Namespace);
    index.list(&namespaces, Role::Namespace, "", "shop", &namespace(true));
    index.finish(&namespaces, Role::Namespace);
    index.live(&namespaces);
    index.begin(&maps, Role::Part);
    index.list(&maps, Role::Part, "shop", "one", &config("one", "a"));
    index.finish(&maps, Role::Part);
    index.live(&maps);
    Made {
        index,
        namespaces,
        maps,
    }
}

fn names(index: &Index) -> Vec<&str> {
    index
        .spaces
        .get("shop")
        .map(|space| space.objects.keys().map(|(_, name)| &**name).collect())
        .unwrap_or_default()
}

#[test]
fn what_a_complete_list_lacks_is_gone_and_what_a_broken_one_lacks_is_not() {
    let Made { mut index, maps, .. } = mk_index();
    assert!(index.settle());
    index.begin(&maps, Role::Part);
    index.broken(&maps);
    assert_eq!(names(&index), ["one"]);
    assert!(!index.is_current());
    index.begin(&maps, Role::Part);
    index.list(&maps, Role::Part, "shop", "two", &config("two", "b"));
    assert_eq!(names(&index), ["one", "two"], "until the list is complete");
    let touched = index.finish(&maps, Role::Part);
    assert!(touched.capture && touched.view);
    assert_eq!(names(&index), ["two"]);
}

#[test]
fn the_same_content_is_no_change() {
    let Made { mut index, maps, .. } = mk_index();
    let generation = index.generation("shop").unwrap();
    let mut same = config("one", "a");
    same["metadata"]["resourceVersion"] = json!("9");
    let touched = index.apply(&maps, Role::Part, "shop", "one", &same);
    assert!(!touched.capture && index.generation("shop").unwrap() == generation);
    assert!(
        index
            .apply(&maps, Role::Part, "shop", "one", &config("one", "b"))
            .capture
    );
    assert!(index.generation("shop").unwrap() > generation);
    assert!(index.delete(&maps, Role::Part, "shop", "one").capture);
}

#[test]
fn objects_of_namespaces_that_do_not_matter_are_not_kept() {
    let Made {
        mut index,
        namespaces,
        maps,
    } = mk_index();
    index.apply(&maps, Role::Part, "other", "one", &config("one", "a"));
    assert!(!index.spaces.contains_key("other"));
    assert!(
        index
            .apply(&namespaces, Role::Namespace, "", "shop", &namespace(false))
            .wanted
    );
    assert!(index.spaces.is_empty() && index.ready().next().is_none());
}

#[test]
fn a_namespace_that_begins_to_matter_is_not_current_before_it_was_read() {
    let Made { mut index, maps, .. } = mk_index();
    assert!(index.settle() && index.is_ready("shop"));
    index.track(BTreeSet::from(["late".to_owned()]));
    assert!(!index.settle() && !index.is_ready("late") && index.is_ready("shop"));
    assert_eq!(index.take_joins(&maps), BTreeSet::from(["late".to_owned()]));
    assert!(!index.settle(), "it is being read");
    index.joined(&maps);
    assert!(index.settle() && index.is_ready("late"));
}

#[test]
fn a_disconnected_index_keeps_everything_and_is_not_current() {
    let Made { mut index, .. } = mk_index();
    assert!(index.settle());
    index.disconnected();
    assert!(!index.is_current() && index.is_ready("shop"));
    assert_eq!(names(&index), ["one"]);
}

#[test]
fn a_kind_that_is_refused_does_not_make_the_rest_stale() {
    let Made {
        mut index,
        namespaces,
        maps,
    } = mk_index();
    index.begin(&maps, Role::Part);
    index.refused(&maps, "forbidden".to_owned());
    assert!(index.is_current());
    assert_eq!(index.refusals().count(), 1);
    assert_eq!(names(&index), ["one"], "what was seen before stays");
    let lists = BTreeSet::from([namespaces, maps]);
    index.disconnected();
    index.watch_only(&lists);
    assert!(
        !index.is_current(),
        "over a new connection everything is to be seen anew"
    );
}

#[test]
fn a_kind_in_a_new_version_replaces_the_old_one() {
    let Made {
        mut index,
        namespaces,
        ..
    } = mk_index();
    let newer = Scoped {
        gvk: Arc::new(Gvk::new("", "v2", "ConfigMap")),
        namespace: None,
    };
    index.watch_only(&BTreeSet::from([namespaces, newer.clone()]));
    assert!(names(&index).is_empty() && !index.is_current());
    index.begin(&newer, Role::Part);
    index.list(&newer, Role::Part, "shop", "one", &config("one", "a"));
    index.finish(&newer, Role::Part);
    assert_eq!(names(&index), ["one"]);
}

#[test]
fn pods_use_capacity_until_they_end_and_bare_ones_are_kept() {
    let Made { mut index, .. } = mk_index();
    let pods = list("", "Pod");
    let mut pod = json!({
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {"name": "p", "namespace": "shop", "ownerReferences": [{"kind": "ReplicaSet", "name": "r"}]},
        "spec": {"containers": [{"resources": {"requests": {"cpu": "1"}}}]},
    });
    assert!(index.apply(&pods, Role::Pod, "shop", "p", &pod).view);
    assert_eq!((index.requested().cpu_milli, names(&index).len()), (1000, 1));
    pod["metadata"]["ownerReferences"] = json!([]);
    index.apply(&pods, Role::Pod, "shop", "p", &pod);
    assert_eq!(names(&index).len(), 2);
    pod["status"] = json!({"phase": "Succeeded"});
    index.apply(&pods, Role::Pod, "shop", "p", &pod);
    assert_eq!((index.requested().cpu_milli, names(&index).len()), (0, 1));
}

#[test]
fn a_namespace_serves_when_all_that_should_serve_does_and_that_is_no_change_of_a_capture() {
    let Made { mut index, .. } = mk_index();
    let deployments = list("apps", "Deployment");
    index.watch_first(&deployments);
    index.begin(&deployments, Role::Part);
    index.finish(&deployments, Role::Part);
    index.live(&deployments);
    assert_eq!(index.serves("shop"), None, "it was not seen completely");
    assert!(index.settle());
    assert_eq!(index.serves("shop"), Some(true), "a map has nothing to wait for");

    let with = |ready: i64| {
        json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web", "namespace": "shop", "generation": 1},
            "spec": {"replicas": 1, "selector": {}, "template": {}},
            "status": {"observedGeneration": 1, "updatedReplicas": 1, "replicas": 1, "readyReplicas": ready, "availableReplicas": ready}})
    };
    index.apply(&deployments, Role::Part, "shop", "web", &with(0));
    assert_eq!(index.serves("shop"), Some(false));
    let before = index.generation("shop");
    index.apply(&deployments, Role::Part, "shop", "web", &with(1));
    assert_eq!(index.serves("shop"), Some(true));
    assert_eq!(index.generation("shop"), before);

    index.apply(&deployments, Role::Part, "shop", "web", &with(0));
    index.delete(&deployments, Role::Part, "shop", "web");
    assert_eq!(index.serves("shop"), Some(true), "what is gone is not waited for");
    assert_eq!(index.serves("elsewhere"), None);
}

#[test]
fn zones_are_those_of_the_nodes_that_are_there() {
    let Made { mut index, .. } = mk_index();
    let nodes = list("", "Node");
    let node = |zone: Option<&str>| {
        let labels = zone.map_or_else(|| json!({}), |zone| json!({"topology.kubernetes.io/zone": zone}));
        json!({"apiVersion": "v1", "kind": "Node", "metadata": {"name": "n", "labels": labels}})
    };
    let zones = |index: &Index| index.zones().into_iter().collect::<Vec<_>>().join(",");
    for (name, zone) in [
        ("n1", Some("a")),
        ("n2", Some("b")),
        ("n3", Some("b")),
        ("n4", None),
    ] {
        index.apply(&nodes, Role::Node, "", name, &node(zone));
    }
    assert_eq!(zones(&index), "a,b");
    assert!(index.apply(&nodes, Role::Node, "", "n1", &node(Some("c"))).view);
    assert_eq!(zones(&index), "b,c");
    index.delete(&nodes, Role::Node, "", "n1");
    assert!(index.apply(&nodes, Role::Node, "", "n2", &node(None)).view);
    assert_eq!(zones(&index), "b");
}
