//! What the scripts and the seeds both do to a world: put objects, delete them, read them.

use std::time::Duration;

use havenmeester_simulator::{NotInTime, until};
use http::{Method, Request, header};
use kube::Client;
use serde_json::{Value, json};

/// What a request from outside may take.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);

/// A kind of which the scenarios make objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Namespace,
    Deployment,
    StatefulSet,
    Job,
    Claim,
}

impl Kind {
    pub(crate) fn named(name: &str) -> Option<Self> {
        let all = [
            Self::Namespace,
            Self::Deployment,
            Self::StatefulSet,
            Self::Job,
            Self::Claim,
        ];
        all.into_iter().find(|kind| kind.name() == name)
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Namespace => "namespace",
            Self::Deployment => "deployment",
            Self::StatefulSet => "statefulset",
            Self::Job => "job",
            Self::Claim => "claim",
        }
    }

    pub(crate) fn collection(self, namespace: &str) -> String {
        match self {
            Self::Namespace => "/api/v1/namespaces".to_owned(),
            Self::Deployment => format!("/apis/apps/v1/namespaces/{namespace}/deployments"),
            Self::StatefulSet => format!("/apis/apps/v1/namespaces/{namespace}/statefulsets"),
            Self::Job => format!("/apis/batch/v1/namespaces/{namespace}/jobs"),
            Self::Claim => format!("/api/v1/namespaces/{namespace}/persistentvolumeclaims"),
        }
    }
}

/// How an object comes out; what is not said has a default.
#[derive(Clone, Debug)]
pub(crate) struct Shape {
    pub(crate) replicas: u32,
    pub(crate) image: String,
    pub(crate) cpu: String,
    pub(crate) class: String,
}

impl Default for Shape {
    fn default() -> Self {
        Self {
            replicas: 1,
            image: "web:1".to_owned(),
            cpu: "100m".to_owned(),
            class: "standard".to_owned(),
        }
    }
}

/// The object of this kind and shape.
pub(crate) fn object(kind: Kind, namespace: &str, name: &str, shape: &Shape) -> Value {
    let labels = json!({"app": name});
    let template = |extra: Value| {
        let mut spec = extra;
        spec["containers"] = json!([
            {"name": "main", "image": shape.image, "resources": {"requests": {"cpu": shape.cpu}}},
        ]);
        json!({"metadata": {"labels": labels}, "spec": spec})
    };
    let claim = json!({
        "accessModes": ["ReadWriteOnce"], "storageClassName": shape.class,
        "resources": {"requests": {"storage": "1Gi"}},
    });
    let (api_version, kind_name, spec) = match kind {
        Kind::Namespace => ("v1", "Namespace", json!({})),
        Kind::Deployment => (
            "apps/v1",
            "Deployment",
            json!({
                "replicas": shape.replicas, "selector": {"matchLabels": labels}, "template": template(json!({})),
                "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}},
            }),
        ),
        Kind::StatefulSet => (
            "apps/v1",
            "StatefulSet",
            json!({
                "replicas": shape.replicas, "serviceName": name, "selector": {"matchLabels": labels},
                "template": template(json!({})),
                "volumeClaimTemplates": [{"metadata": {"name": "data"}, "spec": claim}],
            }),
        ),
        Kind::Job => (
            "batch/v1",
            "Job",
            json!({
                "completions": shape.replicas, "template": template(json!({"restartPolicy": "Never"})),
            }),
        ),
        Kind::Claim => ("v1", "PersistentVolumeClaim", claim),
    };
    let mut metadata = json!({"name": name});
    if kind != Kind::Namespace {
        metadata["namespace"] = json!(namespace);
    }
    json!({"apiVersion": api_version, "kind": kind_name, "metadata": metadata, "spec": spec})
}

/// Creates the object, or merges it into the one that is there; its namespace first.
pub(crate) async fn put(
    client: &Client,
    kind: Kind,
    namespace: &str,
    name: &str,
    shape: &Shape,
) -> kube::Result<&'static str> {
    if kind != Kind::Namespace {
        let namespaces = Kind::Namespace.collection("");
        let wanted = object(Kind::Namespace, "", namespace, shape);
        match send(client, Method::POST, &namespaces, &wanted).await {
            Err(kube::Error::Api(status)) if status.reason == "AlreadyExists" => {}
            other => drop(other?),
        }
    }
    let wanted = object(kind, namespace, name, shape);
    let collection = kind.collection(namespace);
    match send(client, Method::POST, &collection, &wanted).await {
        Err(kube::Error::Api(status)) if status.reason == "AlreadyExists" => {
            send(client, Method::PATCH, &format!("{collection}/{name}"), &wanted)
                .await
                .map(|_| "changed")
        }
        other => other.map(|_| "created"),
    }
}

/// Deletes the object; its dependents go after it.
pub(crate) async fn delete(
    client: &Client,
    kind: Kind,
    namespace: &str,
    name: &str,
) -> kube::Result<&'static str> {
    let path = format!("{}/{name}", kind.collection(namespace));
    send(
        client,
        Method::DELETE,
        &path,
        &json!({"propagationPolicy": "Background"}),
    )
    .await
    .map(|_| "deleted")
}

/// The items of a list.
pub(crate) async fn list(client: &Client, path: &str) -> kube::Result<Vec<Value>> {
    let mut answer = send(client, Method::GET, path, &Value::Null).await?;
    let items = answer["items"].as_array_mut().map(std::mem::take);
    Ok(items.unwrap_or_default())
}

/// The version of the last write to the cluster.
pub(crate) async fn version(client: &Client) -> kube::Result<String> {
    let answer = send(client, Method::GET, "/api/v1/namespaces", &Value::Null).await?;
    Ok(text(&answer, "/metadata/resourceVersion").to_owned())
}

async fn send(client: &Client, method: Method, path: &str, body: &Value) -> kube::Result<Value> {
    let content = if method == Method::PATCH {
        "application/merge-patch+json"
    } else {
        "application/json"
    };
    let body = if body.is_null() {
        Vec::new()
    } else {
        body.to_string().into_bytes()
    };
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header(header::CONTENT_TYPE, content)
        .body(body);
    client.request(request.map_err(kube::Error::HttpError)?).await
}

/// What a client outside sees of a call: an answer, an error by its sort, or nothing for too long.
pub(crate) async fn outcome<T>(call: impl Future<Output = kube::Result<T>>) -> Result<T, String> {
    match tokio::time::timeout(PATIENCE, call).await {
        Err(_) => Err(format!("silent for {} s", PATIENCE.as_secs())),
        Ok(Ok(found)) => Ok(found),
        Ok(Err(kube::Error::Api(status))) => Err(format!("{} {}", status.code, status.reason)),
        Ok(Err(error)) => Err(cause(&error)),
    }
}

fn cause(error: &kube::Error) -> String {
    let mut last: &dyn std::error::Error = error;
    while let Some(next) = last.source() {
        last = next;
    }
    last.to_string()
}

/// Text of a field, or a dash.
pub(crate) fn text<'a>(object: &'a Value, pointer: &str) -> &'a str {
    object.pointer(pointer).and_then(Value::as_str).unwrap_or("-")
}

/// Number of a field, or zero.
pub(crate) fn number(object: &Value, pointer: &str) -> i64 {
    object.pointer(pointer).and_then(Value::as_i64).unwrap_or(0)
}

/// Waits until `look` finds nothing to complain about; what it complained about last otherwise.
pub(crate) async fn settled(
    limit: Duration,
    mut look: impl AsyncFnMut() -> Result<(), String>,
) -> Result<(), String> {
    let mut last = String::new();
    let found: Result<(), NotInTime> = until(limit, async || match look().await {
        Ok(()) => Some(()),
        Err(complaint) => {
            last = complaint;
            None
        }
    })
    .await;
    found.map_err(|late| format!("{last} ({late})"))
}
