//! What is not compared.
use havenmeester_portability::ObjectKey;
use serde_json::json;

use super::*;

#[test]
fn what_an_autoscaler_scales_is_known_by_kind_and_name() {
    let object = json!({
        "apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": {"name": "web"},
        "spec": {"scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}},
    });
    let key = ObjectKey::from_value(&object).unwrap();
    let planned = Planned {
        key,
        order: 610,
        object,
        changes: Vec::new(),
    };
    assert_eq!(
        scaled(&[planned]),
        BTreeSet::from([("Deployment".to_owned(), "web".to_owned())])
    );
}
