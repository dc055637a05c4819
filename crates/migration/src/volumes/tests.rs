//! The rules about data in volumes.
use havenmeester_portability::{Route, Start, transform};
use serde_json::json;

use super::*;

fn mk_objects() -> Vec<Planned> {
    let objects = [
        json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c", "namespace": "n"}}),
        json!({"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": "media", "namespace": "n"},
            "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}}),
    ];
    let classes = havenmeester_portability::ClusterClasses::default();
    let route = Route {
        from: &classes,
        to: &classes,
        namespaces_only: None,
        served: None,
    };
    transform(&objects, &route, Start::Beside).objects
}

#[test]
fn an_exclusive_workload_with_a_volume_does_not_move() {
    let found = findings(Mode::Exclusive, &mk_objects());
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].severity, Severity::Block);
    assert!(found[0].object.as_ref().is_some_and(|key| key.name == "media"));
}

#[test]
fn a_replicable_one_moves_with_a_warning_that_the_volume_is_made_empty() {
    let found = findings(Mode::Replicable, &mk_objects());
    assert_eq!(
        found.iter().map(|f| f.severity).collect::<Vec<_>>(),
        [Severity::Warn]
    );
}
