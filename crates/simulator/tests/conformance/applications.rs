//! Cases out of real manifests and of our own definitions and examples: each object made by a create, then by an apply.
//!
//! The manifests are not part of the project; a machine without them fails, and says what to do.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::case::{Case, Step};

/// What differs in all of them.
const DIFFERS: [&str; 2] = [
    // The real server accepts the names of a definition a moment later.
    "/status/conditions",
    "/status/acceptedNames",
];

pub(crate) fn all() -> Vec<Case> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let manifests = here.join("../../../shared/manifests");
    assert!(
        manifests.is_dir(),
        "the real manifests are not at {}. Put them beside the checkout, in ../shared/manifests",
        manifests.display()
    );
    let mut cases = vec![definitions()];
    for (name, directory) in [
        ("manifest", manifests),
        ("example", here.join("../../examples/amsterdam")),
    ] {
        for (at, file) in files(&directory).iter().enumerate() {
            let steps = documents(file).iter().flat_map(steps).collect();
            let stem = file.file_stem().unwrap().to_string_lossy().into_owned();
            cases.push(case(
                name,
                &format!("objects of {stem}"),
                &format!("{name}-{at}"),
                steps,
            ));
        }
    }
    cases
}

fn definitions() -> Case {
    let mut steps = Vec::new();
    for definition in havenmeester_api::crds::all() {
        let value = serde_json::to_value(&definition).unwrap();
        let (group, plural) = (definition.spec.group, definition.spec.names.plural);
        steps.push(step(
            "POST",
            "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
            value.to_string(),
        ));
        let served = format!("/apis/{group}/v1alpha1/{plural}");
        steps.push(Step {
            number: Some(200),
            ..step("WAIT", &served, String::new())
        });
    }
    case("definition", "our own definitions", "definition", steps)
}

fn case(file: &str, name: &str, namespace: &str, steps: Vec<Step>) -> Case {
    Case {
        file: file.to_owned(),
        name: name.to_owned(),
        namespace: namespace.to_owned(),
        differs: DIFFERS.map(str::to_owned).to_vec(),
        steps,
    }
}

fn files(directory: &Path) -> Vec<PathBuf> {
    let mut files: Vec<_> = std::fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "yaml"))
        .collect();
    files.sort();
    files
}

fn documents(file: &Path) -> Vec<Value> {
    let lines: Vec<String> = std::fs::read_to_string(file)
        .unwrap()
        .lines()
        .map(octal)
        .collect();
    let text = lines.join(
        "
",
    );
    let documents: Vec<Value> = serde_saphyr::from_multiple(&text).unwrap();
    documents.into_iter().filter(Value::is_object).collect()
}

/// kubectl reads `0755` as an octal number, as YAML 1.1 has it; the parser here knows only YAML 1.2.
fn octal(line: &str) -> String {
    let Some((field, digits)) = line.split_once(": 0").filter(|(_, digits)| digits.len() == 3) else {
        return line.to_owned();
    };
    match u32::from_str_radix(digits, 8) {
        Ok(number) => format!("{field}: {number}"),
        Err(_) => line.to_owned(),
    }
}

/// Create it, then apply it as another manager.
fn steps(object: &Value) -> Vec<Step> {
    let mut object = object.clone();
    object["metadata"].as_object_mut().unwrap().remove("namespace");
    let version = object["apiVersion"].as_str().unwrap().to_owned();
    let root = if version.contains('/') {
        format!("/apis/{version}")
    } else {
        format!("/api/{version}")
    };
    let kind = object["kind"].as_str().unwrap();
    let of_cluster = havenmeester_api::crds::all()
        .iter()
        .any(|definition| definition.spec.names.kind == kind && definition.spec.scope == "Cluster");
    let scope = if of_cluster {
        String::new()
    } else {
        "/namespaces/$ns".to_owned()
    };
    let all = format!("{root}{scope}/{}", plural(kind));
    let name = object["metadata"]["name"].as_str().unwrap();
    let one = format!("{all}/{name}?fieldManager=one&force=true");
    vec![
        step("POST", &all, object.to_string()),
        step("APPLY", &one, object.to_string()),
    ]
}

fn plural(kind: &str) -> String {
    let lower = kind.to_lowercase();
    match lower.strip_suffix('y') {
        Some(stem) => format!("{stem}ies"),
        None if lower.ends_with('s') => format!("{lower}es"),
        None => format!("{lower}s"),
    }
}

fn step(method: &str, path: &str, body: String) -> Step {
    Step {
        as_app: false,
        method: method.to_owned(),
        number: None,
        field: String::new(),
        path: path.to_owned(),
        body,
    }
}
