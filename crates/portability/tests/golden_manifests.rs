//! Real applications, as files and as the API server would show them, through capture, closure and transform.
//!
//! The manifests are not part of the project. A machine without them fails these tests, and says what to do.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot read its input fails, and says why"
)]

use std::{fmt::Write as _, fs, path::PathBuf};

use base64::{Engine, engine::general_purpose::STANDARD};
use havenmeester_portability::{
    ClusterClasses, Route, Start, StorageClassKind, Transformed, capture, closure, faithful, manifests,
    transform,
};
use serde_json::{Value, json};

/// An application: its name, which is its namespace too, and its objects.
struct Application {
    name: String,
    objects: Vec<Value>,
}

fn applications() -> Vec<Application> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/manifests");
    let entries = fs::read_dir(&root).unwrap_or_else(|why| {
        panic!(
            "the real manifests are not at {}: {why}. Put them beside the checkout, in ../shared/manifests",
            root.display()
        )
    });
    let mut files: Vec<PathBuf> = entries
        .map(|entry| entry.expect("a readable directory").path())
        .collect();
    files.retain(|file| file.extension().is_some_and(|end| end == "yaml"));
    files.sort();
    assert!(!files.is_empty(), "no manifests in {}", root.display());
    files.iter().map(read).collect()
}

fn read(file: &PathBuf) -> Application {
    let stem = file
        .file_stem()
        .and_then(|stem| stem.to_str())
        .expect("a file name");
    let name = stem.split_once('-').expect("project-application").1.to_owned();
    let text = fs::read_to_string(file).expect("a readable file");
    let mut objects = manifests(&text).expect("valid YAML");
    for object in &mut objects {
        let metadata = object["metadata"].as_object_mut().expect("metadata");
        metadata.entry("namespace").or_insert_with(|| json!(name));
    }
    Application { name, objects }
}

/// What an API server keeps of a manifest: no nulls, a Secret's text as data.
fn kept(manifest: &Value) -> Value {
    let mut object = without_nulls(manifest);
    if let Some(Value::Object(text)) = object
        .as_object_mut()
        .and_then(|fields| fields.remove("stringData"))
    {
        for (name, value) in text {
            object["data"][name] = json!(STANDARD.encode(value.as_str().unwrap_or_default()));
        }
    }
    object
}

fn without_nulls(value: &Value) -> Value {
    if let Some(fields) = value.as_object() {
        let full = fields.iter().filter(|(_, inner)| !inner.is_null());
        return full
            .map(|(name, inner)| (name.clone(), without_nulls(inner)))
            .collect();
    }
    match value.as_array() {
        Some(items) => items.iter().map(without_nulls).collect(),
        None => value.clone(),
    }
}

/// What it shows: books, addresses and status as well.
fn live(object: &Value) -> Value {
    let mut live = kept(object);
    let kind = object["kind"].as_str().unwrap_or_default();
    let applied = object.to_string();
    json_patch::merge(
        &mut live,
        &json!({
            "metadata": {
                "uid": "6f2c", "resourceVersion": "812", "generation": 2, "creationTimestamp": "2026-01-01T00:00:00Z",
                "managedFields": [{ "manager": "kubectl", "operation": "Apply", "fieldsV1": {} }],
                "annotations": { "kubectl.kubernetes.io/last-applied-configuration": applied },
            },
            "status": { "phase": "Running" },
        }),
    );
    match kind {
        "Service" if object["spec"]["clusterIP"].is_null() => {
            live["spec"]["clusterIP"] = json!("10.0.0.9");
            live["spec"]["clusterIPs"] = json!(["10.0.0.9"]);
        }
        "PersistentVolumeClaim" => {
            live["spec"]["volumeName"] = json!("pvc-6f2c");
            live["metadata"]["annotations"]["pv.kubernetes.io/bound-by-controller"] = json!("yes");
            live["metadata"]["finalizers"] = json!(["kubernetes.io/pvc-protection"]);
        }
        "Deployment" => live["metadata"]["annotations"]["deployment.kubernetes.io/revision"] = json!("3"),
        _ => {}
    }
    live
}

fn mk_classes(storage: &str, ingress: &str) -> ClusterClasses {
    ClusterClasses {
        storage: [(StorageClassKind::Rwo, storage.to_owned())].into(),
        default_storage: Some(storage.to_owned()),
        ingress: Some(ingress.to_owned()),
        ..ClusterClasses::default()
    }
}

fn azure_to_logius(objects: &[Value], start: Start) -> Transformed {
    let (from, to) = (mk_classes("managed-csi", "azure"), mk_classes("thin", "nginx"));
    transform(
        objects,
        &Route {
            from: &from,
            to: &to,
            namespaces_only: None,
            served: None,
        },
        start,
    )
}

#[test]
fn a_live_application_is_captured_as_it_was_written() {
    for application in applications() {
        for object in &application.objects {
            let hook = object["metadata"]["annotations"].get("helm.sh/hook").is_some();
            match capture(&live(object)) {
                None => assert!(
                    hook,
                    "{}: {} is lost",
                    application.name, object["metadata"]["name"]
                ),
                Some(captured) => assert_eq!(captured, kept(object), "{}", application.name),
            }
        }
    }
}

#[test]
fn nothing_is_lost_and_nothing_changed_that_need_not() {
    for application in applications() {
        let captured: Vec<Value> = application
            .objects
            .iter()
            .filter_map(|object| capture(&live(object)))
            .collect();
        let out = azure_to_logius(&captured, Start::Beside);
        assert_eq!(out.objects.len(), captured.len(), "{}", application.name);
        for one in &out.objects {
            let suspended = matches!(one.key.kind.as_str(), "Job" | "CronJob");
            assert!(
                suspended || one.changes.is_empty(),
                "{}: {:?}",
                one.key,
                one.changes
            );
            let before = captured.iter().find(|object| {
                object["metadata"]["name"] == one.key.name.as_str() && object["kind"] == one.key.kind.as_str()
            });
            let before = before.expect("each sent object was captured");
            assert!(suspended || *before == one.object, "{}", one.key);
            assert_eq!(faithful(&one.object, &live(&one.object)), [], "{}", one.key);
        }
    }
}

#[test]
fn the_summary_of_each_move_is_as_agreed() {
    let mut text = String::new();
    for application in applications() {
        summarise(&mut text, &application);
    }
    let golden = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden/manifests.txt");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&golden, &text).expect("a writable golden file");
    }
    let agreed = fs::read_to_string(&golden).expect("the golden file; UPDATE_GOLDEN=1 writes it");
    assert_eq!(text, agreed, "UPDATE_GOLDEN=1 rewrites {}", golden.display());
}

fn summarise(text: &mut String, application: &Application) {
    let closure = closure(&application.objects, &[]);
    let out = azure_to_logius(&application.objects, Start::Stopped);
    let _ = writeln!(
        text,
        "{}: {} objects, {} references",
        application.name,
        out.objects.len(),
        closure.references.len()
    );
    let mut kind = "";
    for one in &out.objects {
        if one.key.kind != kind {
            kind = &one.key.kind;
            let _ = write!(text, "{}  {kind}", if text.ends_with('\n') { "" } else { "\n" });
        }
        let changes: Vec<String> = one
            .changes
            .iter()
            .map(|change| format!("{} {:?}", change.path, change.why))
            .collect();
        let changes = if changes.is_empty() {
            String::new()
        } else {
            format!(" ({})", changes.join(", "))
        };
        let _ = write!(text, " {}{changes}", one.key.name);
    }
    text.push('\n');
    for left in &out.left_out {
        let _ = writeln!(text, "  left out: {} {}", left.key, left.why);
    }
    for finding in closure.dangling.iter().chain(&out.findings) {
        let object = finding
            .object
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default();
        let _ = writeln!(
            text,
            "  {:?} {:?}: {object} {}",
            finding.severity, finding.question, finding.message
        );
    }
}
