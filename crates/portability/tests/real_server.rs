//! The whole way of an application, on two real API servers: applied, captured, transformed, created stopped,
//! started, and captured again.
//!
//! Invariant: the capture of the copy is the capture of the original, but for Jobs, which are held.
#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot reach its cluster fails, and says why"
)]

use std::{collections::BTreeMap, fs, path::PathBuf, time::Duration};

use havenmeester_portability::{
    ClusterClasses, ObjectKey, Route, Serving, Start, capture, faithful, is_serving, is_stopped, manifests,
    start_patch, transform,
};
use havenmeester_testenv::{Cluster, ClusterOptions};
use kube::{
    Api, Client, ResourceExt,
    api::{ApiResource, DynamicObject, GroupVersionKind, ListParams, Patch, PatchParams, PostParams},
};
use serde_json::{Value, json};

/// Kinds that the applications consist of, with what the server makes of them.
const KINDS: &[(&str, &str, &str)] = &[
    ("", "v1", "ConfigMap"),
    ("", "v1", "PersistentVolumeClaim"),
    ("", "v1", "Pod"),
    ("", "v1", "Secret"),
    ("", "v1", "Service"),
    ("", "v1", "ServiceAccount"),
    ("apps", "v1", "ControllerRevision"),
    ("apps", "v1", "DaemonSet"),
    ("apps", "v1", "Deployment"),
    ("apps", "v1", "ReplicaSet"),
    ("apps", "v1", "StatefulSet"),
    ("autoscaling", "v2", "HorizontalPodAutoscaler"),
    ("batch", "v1", "CronJob"),
    ("batch", "v1", "Job"),
    ("networking.k8s.io", "v1", "Ingress"),
    ("networking.k8s.io", "v1", "NetworkPolicy"),
    ("policy", "v1", "PodDisruptionBudget"),
    ("rbac.authorization.k8s.io", "v1", "Role"),
    ("rbac.authorization.k8s.io", "v1", "RoleBinding"),
];

/// What charts seldom hold and clusters often.
const MORE: &str = r#"
{apiVersion: v1, kind: Service, metadata: {name: asked},
  spec: {type: NodePort, selector: {a: b}, ports: [{name: free, port: 80}, {name: asked, port: 443, nodePort: 30999}]}}
---
{apiVersion: v1, kind: Service, metadata: {name: balanced},
  spec: {type: LoadBalancer, externalTrafficPolicy: Local, selector: {a: b}, ports: [{port: 80}]}}
---
{apiVersion: v1, kind: Service, metadata: {name: headless}, spec: {clusterIP: None, selector: {a: b}, ports: [{port: 80}]}}
---
{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: db}, spec: {serviceName: headless, replicas: 2,
  selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {containers: [
    {name: c, image: i, resources: {requests: {cpu: 1000m, memory: 1024Mi}}}]}},
  volumeClaimTemplates: [{metadata: {name: data}, spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}]}}
---
{apiVersion: apps/v1, kind: DaemonSet, metadata: {name: each}, spec: {selector: {matchLabels: {a: d}},
  template: {metadata: {labels: {a: d}}, spec: {containers: [{name: c, image: i}]}}}}
---
{apiVersion: batch/v1, kind: Job, metadata: {name: once},
  spec: {template: {spec: {restartPolicy: Never, containers: [{name: c, image: i}]}}}}
---
{apiVersion: batch/v1, kind: CronJob, metadata: {name: nightly}, spec: {schedule: "0 3 * * *",
  jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: c, image: i}]}}}}}}
---
{apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: {name: db},
  spec: {maxReplicas: 3, scaleTargetRef: {apiVersion: apps/v1, kind: StatefulSet, name: db}}}
---
{apiVersion: rbac.authorization.k8s.io/v1, kind: Role, metadata: {name: reader},
  rules: [{apiGroups: [""], resources: [pods], verbs: [get]}]}
---
{apiVersion: rbac.authorization.k8s.io/v1, kind: RoleBinding, metadata: {name: reader},
  roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader},
  subjects: [{kind: ServiceAccount, name: default, namespace: more}]}
"#;

/// Namespace and objects of each application. The file's name is its namespace, where it gives none.
fn applications() -> BTreeMap<String, Vec<Value>> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/manifests");
    let files = fs::read_dir(&root)
        .unwrap_or_else(|why| panic!("no real manifests at {}: {why}. Put them there", root.display()));
    let mut out = BTreeMap::from([("more".to_owned(), manifests(MORE).expect("YAML"))]);
    for file in files.map(|file| file.expect("a readable directory").path()) {
        if file.extension().is_some_and(|end| end == "yaml") {
            let stem = file.file_stem().and_then(|stem| stem.to_str()).expect("a name");
            let objects = manifests(&fs::read_to_string(&file).expect("a file")).expect("YAML");
            let given = objects
                .iter()
                .find_map(|object| object["metadata"]["namespace"].as_str());
            let name = given
                .or(stem.split_once('-').map(|(_, name)| name))
                .expect("project-application");
            out.insert(name.to_owned(), objects);
        }
    }
    out
}

fn api(client: &Client, namespace: &str, (group, version, kind): (&str, &str, &str)) -> Api<DynamicObject> {
    let resource = ApiResource::from_gvk(&GroupVersionKind::gvk(group, version, kind));
    Api::namespaced_with(client.clone(), namespace, &resource)
}

async fn create(client: &Client, namespace: &str, object: &Value) -> Result<(), kube::Error> {
    let key = ObjectKey::from_value(object).expect("a key");
    let object: DynamicObject = serde_json::from_value(object.clone()).expect("an object");
    let api = api(client, namespace, (&key.group, &key.version, &key.kind));
    api.create(&PostParams::default(), &object).await.map(|_| ())
}

async fn make_namespace(client: &Client, name: &str) {
    let object = json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": name } });
    let object: DynamicObject = serde_json::from_value(object).expect("an object");
    let resource = ApiResource::from_gvk(&GroupVersionKind::gvk("", "v1", "Namespace"));
    let api: Api<DynamicObject> = Api::all_with(client.clone(), &resource);
    api.create(&PostParams::default(), &object)
        .await
        .expect("a namespace");
}

/// Everything of a namespace, each object with the kind that a list leaves out.
async fn list(client: &Client, namespace: &str) -> Vec<Value> {
    let mut out = Vec::new();
    for (group, version, kind) in KINDS {
        let found = api(client, namespace, (group, version, kind))
            .list(&ListParams::default())
            .await;
        for object in found.expect("a list").items {
            let mut object = serde_json::to_value(object).expect("JSON");
            object["apiVersion"] = json!(if group.is_empty() {
                (*version).to_owned()
            } else {
                format!("{group}/{version}")
            });
            object["kind"] = json!(kind);
            out.push(object);
        }
    }
    out
}

/// Lists until a condition holds, at most a minute.
async fn list_until(client: &Client, namespace: &str, holds: impl Fn(&[Value]) -> bool) -> Vec<Value> {
    let waiting = async {
        loop {
            let seen = list(client, namespace).await;
            if holds(&seen) {
                return seen;
            }
            tokio::time::sleep(Duration::from_millis(250)).await;
        }
    };
    let waited = tokio::time::timeout(Duration::from_mins(1), waiting).await;
    waited.unwrap_or_else(|_| panic!("{namespace} did not settle in a minute"))
}

/// Whether the controllers have looked at every workload, and made the first claim of each that makes some.
fn observed(objects: &[Value]) -> bool {
    let seen = |object: &Value| object["status"]["observedGeneration"] == object["metadata"]["generation"];
    let has_claim = |object: &Value| {
        let template = object["spec"]["volumeClaimTemplates"][0]["metadata"]["name"].as_str();
        let first = template
            .zip(object["metadata"]["name"].as_str())
            .map(|(claim, set)| format!("{claim}-{set}-0"));
        first.is_none_or(|first| {
            object["spec"]["replicas"] == 0
                || objects.iter().any(|other| {
                    other["metadata"]["name"] == first.as_str() && other["kind"] == "PersistentVolumeClaim"
                })
        })
    };
    objects
        .iter()
        .filter(|object| {
            matches!(
                object["kind"].as_str(),
                Some("Deployment" | "StatefulSet" | "DaemonSet")
            )
        })
        .all(|object| seen(object) && has_claim(object))
}

fn captured(live: &[Value]) -> BTreeMap<ObjectKey, Value> {
    let kept = live.iter().filter_map(capture);
    kept.map(|object| (ObjectKey::from_value(&object).expect("a key"), object))
        .collect()
}

#[tokio::test]
async fn an_application_arrives_stopped_and_started_it_is_what_it_was() {
    let source = Cluster::start(ClusterOptions::new("source"))
        .await
        .expect("starts");
    let target = Cluster::start(ClusterOptions::new("target"))
        .await
        .expect("starts");
    let mut refused = Vec::new();
    for (namespace, objects) in applications() {
        make_namespace(&source.client(), &namespace).await;
        for object in &objects {
            match create(&source.client(), &namespace, object).await {
                Ok(()) => {}
                Err(kube::Error::Api(status)) if status.code == 422 => {
                    refused.push(ObjectKey::from_value(object).expect("a key").to_string());
                }
                Err(why) => panic!("{}: {why}", object["metadata"]["name"]),
            }
        }
        move_stopped(&namespace, &source.client(), &target.client()).await;
        start_and_compare(&namespace, &source.client(), &target.client()).await;
    }
    // Charts that no API server takes with their default values: a name that ends in a dash, no rules.
    assert_eq!(
        refused,
        [
            "batch/Job docs/docs-backend-migrate-",
            "batch/Job docs/docs-backend-createsuperuser-",
            "networking.k8s.io/Ingress mb-nextcloud/mb-nextcloud",
        ]
    );
}

async fn move_stopped(namespace: &str, source: &Client, target: &Client) {
    let live = list_until(source, namespace, observed).await;
    let objects: Vec<Value> = captured(&live).into_values().collect();
    let classes = ClusterClasses::default();
    let route = Route {
        from: &classes,
        to: &classes,
        namespaces_only: None,
        served: None,
    };
    let out = transform(&objects, &route, Start::Stopped);
    make_namespace(target, namespace).await;
    for one in &out.objects {
        create(target, namespace, &one.object)
            .await
            .unwrap_or_else(|why| panic!("{}: {why}", one.key));
    }
    let there = list_until(target, namespace, observed).await;
    assert!(
        there.iter().all(|object| object["kind"] != "Pod"),
        "{namespace}: something runs"
    );
    for one in &out.objects {
        let live = there
            .iter()
            .find(|object| ObjectKey::from_value(object).as_ref() == Ok(&one.key));
        let live = live.unwrap_or_else(|| panic!("{} is lost", one.key));
        assert_eq!(faithful(&one.object, live), [], "{}", one.key);
        assert!(is_stopped(live), "{}", one.key);
        assert!(
            !matches!(is_serving(live), Serving::No(_)),
            "{}: {:?}",
            one.key,
            is_serving(live)
        );
    }
}

async fn start_and_compare(namespace: &str, source: &Client, target: &Client) {
    for live in list(target, namespace).await {
        let Some(patch) = start_patch(&live) else { continue };
        let key = ObjectKey::from_value(&live).expect("a key");
        let api = api(target, namespace, (&key.group, &key.version, &key.kind));
        let patched = api
            .patch(&key.name, &PatchParams::default(), &Patch::Merge(&patch))
            .await;
        assert!(patched.expect("started").uid().is_some());
    }
    let there = captured(&list_until(target, namespace, observed).await);
    for (key, original) in captured(&list(source, namespace).await) {
        if key.kind != "Job" {
            assert_eq!(there.get(&key), Some(&original), "{key}");
        }
    }
}
