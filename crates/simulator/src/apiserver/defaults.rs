//! What Kubernetes fills in for its own kinds and states in no document.

use serde_json::Value;

use super::kinds::Kind;
use super::server::State;
use super::{crd, namespace};

/// `old`: the object before this write, if there was one.
pub(crate) fn fill(kind: &Kind, _state: &mut State, value: &mut Value, _old: Option<&Value>) {
    match (kind.id.group.as_str(), kind.id.plural.as_str()) {
        ("", "namespaces") => namespace::defaults(value),
        (crd::GROUP, crd::PLURAL) => crd::complete(value),
        _ => {}
    }
}
