//! Who set a field: a user, or the cluster's own controllers. Read from `metadata.managedFields`.
//!
//! Invariant: an object without a uid comes from a file or a capture, so all that is in it was meant.

use serde_json::Value;

use crate::field::{at, items, text};

/// Managers whose writes are the cluster's own, not a wish of a user.
const CLUSTER_MANAGERS: &[&str] = &[
    "kube-controller-manager",
    "cloud-controller-manager",
    "azure-cloud-controller-manager",
    "aws-cloud-controller-manager",
    "gcp-cloud-controller-manager",
    "kube-scheduler",
    "kube-apiserver",
    "kubelet",
];

/// One step into managed fields: a field, or the list entry whose key fields are those of an item.
pub(super) enum Step<'s> {
    Field(&'s str),
    Entry(&'s Value),
}

/// Whether some user set the field at this path.
pub(super) fn set_by_user(live: &Value, path: &[Step<'_>]) -> bool {
    if at(live, &["metadata", "uid"]).is_none() {
        return true;
    }
    items(live, &["metadata", "managedFields"])
        .iter()
        .filter(|entry| !CLUSTER_MANAGERS.contains(&text(entry, &["manager"])))
        .filter(|entry| text(entry, &["subresource"]).is_empty())
        .filter_map(|entry| entry.get("fieldsV1"))
        .any(|fields| owns(fields, path))
}

fn owns(fields: &Value, path: &[Step<'_>]) -> bool {
    let Some((first, rest)) = path.split_first() else {
        return true;
    };
    match first {
        Step::Field(name) => fields
            .get(format!("f:{name}"))
            .is_some_and(|inner| owns(inner, rest)),
        Step::Entry(item) => fields.as_object().is_some_and(|entries| {
            entries
                .iter()
                .any(|(key, inner)| is_key_of(key, item) && owns(inner, rest))
        }),
    }
}

/// `k:{"port":80,"protocol":"TCP"}` names the item that has these values.
fn is_key_of(key: &str, item: &Value) -> bool {
    let Some(Ok(Value::Object(wanted))) = key.strip_prefix("k:").map(serde_json::from_str::<Value>) else {
        return false;
    };
    wanted.iter().all(|(name, value)| item.get(name) == Some(value))
}
