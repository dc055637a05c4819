//! How long closure and transform of a namespace with many objects take: `cargo xtask bench transform`, or
//! `portability` for this and `check`.
//!
//! One JSON line on stdout: {"bench":"portability","case":"closure-transform-5000","oursSeconds":...}. The goal is 300 ms.
//! The namespace is made up of small applications as they are: claims, accounts, Secrets, a Deployment with a mount and
//! an environment, a Service, an Ingress, a policy and a budget; one in ten has a database of CloudNativePG.
use std::collections::BTreeMap;
use std::io::Write as _;
use std::time::Instant;

use anyhow::ensure;
use havenmeester_portability::{ClusterClasses, Route, Start, StorageClassKind, closure, transform};
use serde_json::{Value, json};

const OBJECTS: usize = 5_000;
/// The best of so many: what else runs on the machine only ever adds.
const TIMES: u32 = 5;

fn main() -> anyhow::Result<()> {
    let objects = namespace();
    ensure!(objects.len() == OBJECTS, "{} objects", objects.len());
    let (from, to) = (classes("azure"), classes("logius"));
    let route = Route {
        from: &from,
        to: &to,
        namespaces_only: None,
        served: None,
    };
    let (mut best, mut references, mut changed) = (f64::INFINITY, 0, 0);
    for _ in 0..TIMES {
        #[expect(clippy::disallowed_methods, reason = "it measures real time")]
        let begun = Instant::now();
        let closed = closure(&objects, &[]);
        let sent = transform(&objects, &route, Start::AsCaptured);
        best = best.min(begun.elapsed().as_secs_f64());
        references = closed.references.len();
        changed = sent.objects.iter().filter(|one| !one.changes.is_empty()).count();
        ensure!(
            sent.objects.len() == OBJECTS && closed.dangling.is_empty(),
            "the namespace is not whole"
        );
    }
    let line = json!({
        "bench": "portability", "case": "closure-transform-5000", "oursSeconds": (best * 1e6).round() / 1e6,
        "references": references, "changed": changed,
    });
    writeln!(std::io::stdout(), "{line}")?;
    Ok(())
}

fn classes(of: &str) -> ClusterClasses {
    ClusterClasses {
        storage: [(StorageClassKind::Rwo, format!("{of}-disk"))].into(),
        ingress: Some(format!("{of}-web")),
        registries: BTreeMap::from([("apps".to_owned(), format!("{of}.example.nl"))]),
        priorities: BTreeMap::from([("high".to_owned(), format!("{of}-high"))]),
        ..ClusterClasses::default()
    }
}

fn namespace() -> Vec<Value> {
    let mut all = Vec::new();
    for number in 0.. {
        all.extend(application(&format!("app-{number}"), number % 10 == 0));
        if all.len() >= OBJECTS {
            break;
        }
    }
    all.truncate(OBJECTS);
    all
}

/// The order is such that what is cut off at the end is referred to by nothing.
fn application(name: &str, database: bool) -> Vec<Value> {
    let meta = json!({ "name": name, "namespace": "big", "labels": { "app": name }, "annotations": { "owner": "a team" } });
    let object = |api_version: &str, kind: &str, rest: Value| {
        let mut object = json!({ "apiVersion": api_version, "kind": kind, "metadata": meta });
        if let (Some(object), Value::Object(rest)) = (object.as_object_mut(), rest) {
            object.extend(rest);
        }
        object
    };
    let labels = json!({ "app": name });
    let secret = json!({ "secretKeyRef": { "name": name, "key": "password" } });
    let pod = json!({
        "serviceAccountName": name, "priorityClassName": "azure-high",
        "containers": [{
            "name": "app", "image": format!("azure.example.nl/{name}:1"), "ports": [{ "containerPort": 8080 }],
            "envFrom": [{ "configMapRef": { "name": name } }],
            "env": [{ "name": "PASSWORD", "valueFrom": secret }, { "name": "COLOUR", "value": "red" }],
            "resources": { "requests": { "cpu": "10m", "memory": "16Mi" } },
            "volumeMounts": [{ "name": "data", "mountPath": "/data" }],
        }],
        "volumes": [{ "name": "data", "persistentVolumeClaim": { "claimName": name } }],
    });
    let claim = json!({ "accessModes": ["ReadWriteOnce"], "storageClassName": "azure-disk", "resources": { "requests": { "storage": "1Gi" } } });
    let backend = json!({ "service": { "name": name, "port": { "number": 80 } } });
    let template = json!({ "metadata": { "labels": labels }, "spec": pod });
    let mut all = vec![
        object("v1", "PersistentVolumeClaim", json!({ "spec": claim })),
        object("v1", "ServiceAccount", json!({})),
        object(
            "v1",
            "Secret",
            json!({ "data": { "password": "eA==", "padding": "x".repeat(600) } }),
        ),
        object(
            "v1",
            "ConfigMap",
            json!({ "data": { "settings": "x".repeat(600) } }),
        ),
        object(
            "v1",
            "Service",
            json!({ "spec": { "selector": labels, "ports": [{ "port": 80 }] } }),
        ),
        object(
            "apps/v1",
            "Deployment",
            json!({ "spec": { "replicas": 2, "selector": { "matchLabels": labels }, "template": template } }),
        ),
        object(
            "policy/v1",
            "PodDisruptionBudget",
            json!({ "spec": { "minAvailable": 1, "selector": { "matchLabels": labels } } }),
        ),
        object(
            "networking.k8s.io/v1",
            "NetworkPolicy",
            json!({ "spec": { "podSelector": { "matchLabels": labels } } }),
        ),
        object(
            "networking.k8s.io/v1",
            "Ingress",
            json!({ "spec": {
            "ingressClassName": "azure-web", "rules": [{ "host": "x.example.nl", "http": { "paths": [{ "path": "/", "backend": backend }] } }],
        } }),
        ),
    ];
    if database {
        let cluster = json!({ "instances": 3, "storage": { "storageClass": "azure-disk", "size": "1Gi" } });
        all.push(object(
            "postgresql.cnpg.io/v1",
            "Cluster",
            json!({ "spec": cluster }),
        ));
    }
    all
}
