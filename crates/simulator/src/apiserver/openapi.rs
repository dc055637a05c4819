//! As much of `/openapi` as kubectl needs to believe that the server validates: which kinds take `fieldValidation`.
//!
//! Not here: the schemas. `kubectl explain` shows no fields.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::kinds::Kind;
use super::registry::Registry;

/// `/openapi/v3`
pub(crate) fn index(registry: &Registry) -> Value {
    let mut paths = Map::new();
    for kind in registry.all() {
        let path = group_path(kind);
        let url = json!({"serverRelativeURL": format!("/openapi/v3/{path}")});
        paths.insert(path, url);
    }
    json!({ "paths": paths })
}

/// `/openapi/v3/api/v1`, `/openapi/v3/apis/GROUP/VERSION`
pub(crate) fn document(registry: &Registry, path: &str) -> Option<Value> {
    let kinds: Vec<&Arc<Kind>> = registry.all().filter(|kind| group_path(kind) == path).collect();
    if kinds.is_empty() {
        return None;
    }
    Some(json!({
        "openapi": "3.0.0",
        "info": {"title": "Kubernetes (simulated)", "version": "v1"},
        "paths": paths(&kinds),
        "components": {"schemas": schemas(&kinds)},
    }))
}

/// `/openapi/v2`, for clients that know no other.
pub(crate) fn v2(registry: &Registry) -> Value {
    let kinds: Vec<&Arc<Kind>> = registry.all().collect();
    json!({
        "swagger": "2.0",
        "info": {"title": "Kubernetes (simulated)", "version": "v1"},
        "paths": paths(&kinds),
        "definitions": schemas(&kinds),
    })
}

fn group_path(kind: &Kind) -> String {
    if kind.id.group.is_empty() {
        format!("api/{}", kind.version)
    } else {
        format!("apis/{}/{}", kind.id.group, kind.version)
    }
}

fn gvk(kind: &Kind) -> Value {
    json!({"group": kind.id.group, "version": kind.version, "kind": kind.kind})
}

fn paths(kinds: &[&Arc<Kind>]) -> Value {
    let parameters: Vec<_> = ["dryRun", "fieldManager", "fieldValidation"]
        .iter()
        .map(|name| json!({"name": name, "in": "query", "schema": {"type": "string"}}))
        .collect();
    let mut paths = Map::new();
    for kind in kinds {
        let scope = if kind.namespaced {
            "namespaces/{namespace}/"
        } else {
            ""
        };
        let operation = json!({
            "parameters": parameters, "x-kubernetes-group-version-kind": gvk(kind), "responses": {},
        });
        let path = format!("/{}/{scope}{}/{{name}}", group_path(kind), kind.id.plural);
        paths.insert(path, json!({"patch": operation}));
    }
    Value::Object(paths)
}

fn schemas(kinds: &[&Arc<Kind>]) -> Value {
    let mut schemas = Map::new();
    for kind in kinds {
        let name = format!("{}.{}.{}", kind.id.group, kind.version, kind.kind);
        let schema = json!({
            "type": "object", "x-kubernetes-group-version-kind": [gvk(kind)],
            "x-kubernetes-preserve-unknown-fields": true,
        });
        schemas.insert(name, schema);
    }
    Value::Object(schemas)
}
