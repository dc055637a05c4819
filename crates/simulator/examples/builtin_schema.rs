//! Makes `src/apiserver/builtin/kubernetes.json`: Kubernetes' own OpenAPI document without prose and without the
//! kinds that the simulator does not serve.
//!
//! `cargo run -p havenmeester-simulator --example builtin_schema -- swagger.json > kubernetes.json`, where
//! `swagger.json` is `api/openapi-spec/swagger.json` of the Kubernetes release (Apache-2.0) to simulate.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

/// The groups and versions that are served.
const SERVED: &[&str] = &[
    "admissionregistration.v1",
    "apps.v1",
    "autoscaling.v1",
    "autoscaling.v2",
    "batch.v1",
    "coordination.v1",
    "core.v1",
    "discovery.v1",
    "events.v1",
    "networking.v1",
    "node.v1",
    "policy.v1",
    "rbac.v1",
    "scheduling.v1",
    "storage.v1",
];
const EXTENSIONS: &str = "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinition";
/// Recursive, and as free as the schema it describes.
const FREE: &str = "JSONSchemaProps";
const KEPT: &[&str] = &[
    "$ref",
    "additionalProperties",
    "default",
    "format",
    "items",
    "properties",
    "required",
    "type",
    "x-kubernetes-list-map-keys",
    "x-kubernetes-list-type",
    "x-kubernetes-map-type",
    "x-kubernetes-patch-merge-key",
    "x-kubernetes-patch-strategy",
];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args()
        .nth(1)
        .ok_or("usage: builtin_schema SWAGGER_JSON")?;
    let swagger: Value = serde_json::from_slice(&std::fs::read(path)?)?;
    let definitions = swagger["definitions"].as_object().ok_or("no definitions")?;
    let mut wanted: Vec<String> = definitions
        .iter()
        .filter(|(name, node)| node.get("x-kubernetes-group-version-kind").is_some() && is_served(name))
        .map(|(name, _)| name.clone())
        .collect();
    let mut kept = BTreeMap::new();
    let mut seen = BTreeSet::new();
    while let Some(name) = wanted.pop() {
        let Some(node) = definitions.get(&name).filter(|_| seen.insert(name.clone())) else {
            continue;
        };
        let node = if name.ends_with(FREE) {
            Value::Object(Map::new())
        } else {
            strip(node, &mut wanted)
        };
        kept.insert(short(&name), node);
    }
    println!("{}", serde_json::to_string(&kept)?.replace("},\"", "},\n\""));
    Ok(())
}

fn is_served(name: &str) -> bool {
    name == EXTENSIONS
        || name.strip_prefix("io.k8s.api.").is_some_and(|rest| {
            rest.rsplit_once('.')
                .is_some_and(|(version, kind)| SERVED.contains(&version) && !kind.ends_with("List"))
        })
}

/// `apps.v1.Deployment` of `io.k8s.api.apps.v1.Deployment`.
fn short(name: &str) -> String {
    name.rsplit('.')
        .take(3)
        .collect::<Vec<_>>()
        .into_iter()
        .rev()
        .collect::<Vec<_>>()
        .join(".")
}

fn strip(node: &Value, wanted: &mut Vec<String>) -> Value {
    let Some(map) = node.as_object() else {
        return node.clone();
    };
    let mut out = Map::new();
    for (key, value) in map {
        if !KEPT.contains(&key.as_str()) {
            continue;
        }
        let value = match (key.as_str(), value) {
            ("$ref", Value::String(target)) => {
                let name = target.trim_start_matches("#/definitions/").to_owned();
                let shortened = short(&name);
                wanted.push(name);
                Value::String(shortened)
            }
            ("properties", Value::Object(fields)) => fields
                .iter()
                .map(|(name, field)| (name.clone(), strip(field, wanted)))
                .collect::<Map<_, _>>()
                .into(),
            ("items" | "additionalProperties", _) => strip(value, wanted),
            _ => value.clone(),
        };
        out.insert(key.clone(), value);
    }
    Value::Object(out)
}
