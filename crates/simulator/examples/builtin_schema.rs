//! Makes `src/apiserver/builtin/kubernetes.json`: Kubernetes' own OpenAPI documents without prose and without the
//! kinds that the simulator does not serve.
//!
//! `cargo run -p havenmeester-simulator --example builtin_schema -- DIRECTORY TYPES.. > kubernetes.json`, where `DIRECTORY`
//! is `api/openapi-spec/v3` of the Kubernetes release (Apache-2.0) to simulate and `TYPES` are the `types.go` of its
//! groups. The documents do not say which zero values Go leaves out; the sources do: `x-go` is `omit` for a field that is
//! no pointer and has `omitempty`, and `always` for one that is no pointer and has not. They also say the numbers of
//! fields in protobuf: `x-pb` is `2.1` for field 1 of a struct that Go embeds as field 2.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::{Map, Value};

/// The groups and versions that are served, as file names and as packages.
const SERVED: &[(&str, &str)] = &[
    ("api__v1", "core.v1"),
    (
        "apis__admissionregistration.k8s.io__v1",
        "admissionregistration.v1",
    ),
    ("apis__apiextensions.k8s.io__v1", "apiextensions.v1"),
    ("apis__apps__v1", "apps.v1"),
    ("apis__authentication.k8s.io__v1", "authentication.v1"),
    ("apis__authorization.k8s.io__v1", "authorization.v1"),
    ("apis__autoscaling__v2", "autoscaling.v2"),
    ("apis__batch__v1", "batch.v1"),
    ("apis__coordination.k8s.io__v1", "coordination.v1"),
    ("apis__discovery.k8s.io__v1", "discovery.v1"),
    ("apis__events.k8s.io__v1", "events.v1"),
    ("apis__networking.k8s.io__v1", "networking.v1"),
    ("apis__node.k8s.io__v1", "node.v1"),
    ("apis__policy__v1", "policy.v1"),
    ("apis__rbac.authorization.k8s.io__v1", "rbac.v1"),
    ("apis__scheduling.k8s.io__v1", "scheduling.v1"),
    ("apis__storage.k8s.io__v1", "storage.v1"),
];
/// Recursive, and as free as the schema it describes.
const FREE: &str = "JSONSchemaProps";
const KEPT: &[&str] = &[
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

type Error = Box<dyn std::error::Error>;

fn main() -> Result<(), Error> {
    let mut arguments = std::env::args().skip(1);
    let directory = arguments
        .next()
        .ok_or("usage: builtin_schema DIRECTORY TYPES..")?;
    let (definitions, mut wanted) = read(Path::new(&directory))?;
    let structs = structs(arguments)?;
    let mut kept = BTreeMap::new();
    let mut seen = BTreeSet::new();
    while let Some(name) = wanted.pop() {
        let Some(node) = definitions.get(&name).filter(|_| seen.insert(name.clone())) else {
            continue;
        };
        let mut node = if name.ends_with(FREE) {
            Value::Object(Map::new())
        } else {
            strip(node, &mut wanted)
        };
        let go = structs.get(&short(&name));
        let properties = node.pointer_mut("/properties").and_then(Value::as_object_mut);
        for (field, property) in properties.into_iter().flatten() {
            if let Some(found) = go.and_then(|fields| fields.get(field)) {
                if let Some(written) = found.written {
                    property["x-go"] = written.into();
                }
                property["x-pb"] = found.number.as_str().into();
            }
        }
        kept.insert(short(&name), node);
    }
    println!("{}", serde_json::to_string(&kept)?.replace("},\"", "},\n\""));
    Ok(())
}

/// All definitions, and the names of those that are served as kinds.
fn read(directory: &Path) -> Result<(BTreeMap<String, Value>, Vec<String>), Error> {
    let mut definitions = BTreeMap::new();
    let mut wanted = Vec::new();
    for (file, package) in SERVED {
        let text = std::fs::read(directory.join(format!("{file}_openapi.json")))?;
        let mut document: Value = serde_json::from_slice(&text)?;
        let Some(Value::Object(schemas)) = document.pointer_mut("/components/schemas").map(Value::take)
        else {
            return Err(format!("{file}: no schemas").into());
        };
        for (name, node) in schemas {
            let is_kind = node.get("x-kubernetes-group-version-kind").is_some() && !name.ends_with("List");
            if is_kind && short(&name).starts_with(&format!("{package}.")) {
                wanted.push(name.clone());
            }
            definitions.insert(name, node);
        }
    }
    Ok((definitions, wanted))
}

/// `apps.v1.Deployment` of `io.k8s.api.apps.v1.Deployment`.
fn short(name: &str) -> String {
    let start = name.rmatch_indices('.').nth(2).map_or(0, |(at, _)| at + 1);
    name[start..].to_owned()
}

/// What Go's sources say of a field.
#[derive(Clone)]
struct Field {
    /// How the zero value is written; nothing for pointers.
    written: Option<&'static str>,
    number: String,
}

/// By short name of the definition.
type Structs = BTreeMap<String, BTreeMap<String, Field>>;

/// Reads the struct definitions of Go sources; the group and version are the last directories of a path.
fn structs(files: impl Iterator<Item = String>) -> Result<Structs, Error> {
    let head = regex::Regex::new(r"^type (\w+) struct \{")?;
    let field = regex::Regex::new(
        r#"^\t(?:\w+\s+)?(\*?)(\S+)\s+`json:"(\w*)((?:,\w+)*)"(?:.*protobuf:"\w+,(\d+))?"#,
    )?;
    let mut structs = Structs::new();
    let mut inlined = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(&file)?;
        let mut directories = file.rsplit('/').skip(1);
        let (version, group) = (
            directories.next().unwrap_or_default(),
            directories.next().unwrap_or_default(),
        );
        let mut current = String::new();
        for line in text.lines() {
            if let Some(found) = head.captures(line) {
                current = format!("{group}.{version}.{}", &found[1]);
            } else if let Some(found) = field.captures(line) {
                let number = found.get(5).map_or("", |number| number.as_str()).to_owned();
                if found[4].contains("inline") {
                    let of = found[2].rsplit('.').next().unwrap_or_default();
                    inlined.push((current.clone(), format!("{group}.{version}.{of}"), number));
                    continue;
                }
                let written = if found[4].contains("omitempty") {
                    "omit"
                } else {
                    "always"
                };
                let field = Field {
                    written: found[1].is_empty().then_some(written),
                    number,
                };
                structs
                    .entry(current.clone())
                    .or_default()
                    .insert(found[3].to_owned(), field);
            }
        }
    }
    for (outer, inner, number) in inlined {
        for (name, mut field) in structs.get(&inner).cloned().unwrap_or_default() {
            field.number = format!("{number}.{}", field.number);
            structs.entry(outer.clone()).or_default().insert(name, field);
        }
    }
    Ok(structs)
}

fn strip(node: &Value, wanted: &mut Vec<String>) -> Value {
    let Some(map) = node.as_object() else {
        return node.clone();
    };
    let mut out = Map::new();
    if let Some(target) = reference(node) {
        let name = target.trim_start_matches("#/components/schemas/").to_owned();
        out.insert("$ref".into(), short(&name).into());
        wanted.push(name);
    }
    for (key, value) in map {
        let value = match (key.as_str(), value) {
            ("properties", Value::Object(fields)) => fields
                .iter()
                .map(|(name, field)| (name.clone(), strip(field, wanted)))
                .collect::<Map<_, _>>()
                .into(),
            ("items" | "additionalProperties", _) => strip(value, wanted),
            (key, _) if KEPT.contains(&key) => value.clone(),
            _ => continue,
        };
        out.insert(key.clone(), value);
    }
    Value::Object(out)
}

/// The one definition that a node stands for: with a default it is written as `allOf`.
fn reference(node: &Value) -> Option<&str> {
    node.get("$ref")
        .or_else(|| node.pointer("/allOf/0/$ref"))
        .and_then(Value::as_str)
}
