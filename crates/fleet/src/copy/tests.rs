//! What a namespace is and does.
use std::sync::Arc;

use havenmeester_api::workload::CopyState;
use havenmeester_portability::Gvk;
use serde_json::{Value, json};

use super::{Kept, view};
use crate::index::{Namespace, Space};

fn deployment(replicas: i64) -> Value {
    json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web", "namespace": "shop"},
        "spec": {"replicas": replicas, "template": {"spec": {"containers": [{"resources": {"requests": {"cpu": "1"}}}]}}},
    })
}

fn mk_space(objects: &[Value]) -> Space {
    let mut space = Space::default();
    for (i, object) in objects.iter().enumerate() {
        let gvk = Gvk::new("apps", "v1", "Deployment");
        let kept = Kept::of(&gvk, object).unwrap();
        space.objects.insert((Arc::new(gvk), i.to_string().into()), kept);
    }
    space
}

#[test]
fn a_copy_is_active_while_anything_of_it_wants_to_run() {
    let there = Namespace::default();
    let check = |replicas: &[i64], wanted: CopyState| {
        let objects: Vec<Value> = replicas.iter().map(|n| deployment(*n)).collect();
        let copy = view(Some(&there), Some(&mk_space(&objects))).unwrap();
        assert_eq!(
            (copy.state, copy.objects),
            (wanted, replicas.len()),
            "{replicas:?}"
        );
    };
    check(&[0, 2], CopyState::Active);
    check(&[0, 0], CopyState::Stopped);
    check(&[], CopyState::Stopped);
}

#[test]
fn objects_prove_a_namespace_that_may_not_be_read() {
    assert!(view(None, None).is_none());
    assert!(view(None, Some(&Space::default())).is_none());
    let copy = view(None, Some(&mk_space(&[deployment(2)]))).unwrap();
    assert_eq!(
        (copy.tags, copy.demand.cpu_milli, copy.demand.pods),
        (None, 2000, 2)
    );
}
