//! Sends the requests of a case to one server.

use std::time::Duration;

use http_body_util::BodyExt;
use kube::Client;
use kube::client::Body;
use serde_json::{Value, json};

use crate::case::{Case, Step};

pub(crate) struct Clients {
    pub(crate) admin: Client,
    pub(crate) app: Client,
}

/// One answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) code: u16,
    pub(crate) body: Value,
    pub(crate) warnings: Vec<String>,
}

/// How long a real server may take to do what the simulator does at once.
const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) async fn play(case: &Case, clients: &Clients) -> Vec<Answer> {
    set_up(case, clients).await;
    let mut answers: Vec<Answer> = Vec::new();
    for step in &case.steps {
        let client = if step.as_app { &clients.app } else { &clients.admin };
        let path = fill(&step.path, case, &answers);
        let body = fill(&step.body, case, &answers);
        let answer = match step.method.as_str() {
            "WATCH" => watch(client, step, &path).await,
            "SEEN" => seen(client, step, &path).await,
            "WAIT" => wait(client, step, &path, &body).await,
            _ => send(client, step, &path, body).await,
        };
        answers.push(answer);
    }
    answers
}

/// The namespace, and in a real cluster the permission of the user `app` in it.
async fn set_up(case: &Case, clients: &Clients) {
    let post = |path: &str| Step {
        as_app: false,
        method: "POST".into(),
        number: None,
        field: String::new(),
        path: path.into(),
        body: String::new(),
    };
    let namespace = json!({"metadata": {"name": case.namespace}}).to_string();
    let step = post("/api/v1/namespaces");
    let made = send(&clients.admin, &step, &step.path, namespace).await;
    assert_eq!(made.code, 201, "{}: {}", case.name, made.body);
    let binding = json!({
        "metadata": {"name": "set-up-app"},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "cluster-admin"},
        "subjects": [{"kind": "User", "name": "app"}],
    });
    if case.steps.iter().any(|step| step.as_app) {
        let path = format!(
            "/apis/rbac.authorization.k8s.io/v1/namespaces/{}/rolebindings",
            case.namespace
        );
        send(&clients.admin, &post(&path), &path, binding.to_string()).await;
        // The authorizer of a real server learns of it by a watch.
        let maps = format!("/api/v1/namespaces/{}/configmaps", case.namespace);
        let step = Step {
            method: "WAIT".into(),
            number: Some(200),
            ..post(&maps)
        };
        wait(&clients.app, &step, &maps, "").await;
    }
}

/// Puts in `$ns` and values of earlier answers.
fn fill(text: &str, case: &Case, answers: &[Answer]) -> String {
    let mut filled = text.replace("$ns", &case.namespace);
    // Manifests have `${..}` of their own; ours begin with the number of an answer.
    while let Some(start) = filled
        .match_indices("${")
        .map(|(at, _)| at)
        .find(|at| filled[at + 2..].starts_with(|next: char| next.is_ascii_digit()))
    {
        let end = start + filled[start..].find('}').expect("${..}");
        let (number, path) = filled[start + 2..end].split_once('.').expect("${NUMBER.PATH}");
        let answer = &answers[number.parse::<usize>().unwrap() - 1];
        let value = answer
            .body
            .pointer(&format!("/{}", path.replace('.', "/")))
            .cloned()
            .unwrap_or_default();
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        filled.replace_range(start..=end, &value);
    }
    filled
}

fn request(step: &Step, path: &str, body: String) -> http::Request<Body> {
    let (method, content) = match step.method.as_str() {
        "JSON" => ("PATCH", "application/json-patch+json"),
        "MERGE" => ("PATCH", "application/merge-patch+json"),
        "STRATEGIC" => ("PATCH", "application/strategic-merge-patch+json"),
        "APPLY" => ("PATCH", "application/apply-patch+yaml"),
        "WAIT" if !body.is_empty() => ("POST", "application/json"),
        "TABLE" | "META" | "METALIST" | "WATCH" | "WAIT" | "SEEN" => ("GET", ""),
        other => (other, "application/json"),
    };
    let accept = match step.method.as_str() {
        "TABLE" => "application/json;as=Table;v=v1;g=meta.k8s.io,application/json",
        "METALIST" => "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io",
        "META" => "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io",
        _ => "application/json",
    };
    let mut request = http::Request::builder()
        .method(method)
        .uri(path)
        .header("accept", accept)
        .header("user-agent", "conformance/1");
    if !content.is_empty() {
        request = request.header("content-type", content);
    }
    request.body(Body::from(body.into_bytes())).unwrap()
}

async fn send(client: &Client, step: &Step, path: &str, body: String) -> Answer {
    let response = client.send(request(step, path, body)).await.unwrap();
    let code = response.status().as_u16();
    let warnings = response
        .headers()
        .get_all("warning")
        .iter()
        .map(|value| value.to_str().unwrap().to_owned())
        .collect();
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    let body = serde_json::from_slice(&bytes).unwrap_or_else(|_| json!(String::from_utf8_lossy(&bytes)));
    Answer { code, body, warnings }
}

/// Reads events until there are as many as asked for.
async fn watch(client: &Client, step: &Step, path: &str) -> Answer {
    let response = client.send(request(step, path, String::new())).await.unwrap();
    let code = response.status().as_u16();
    let wanted = usize::from(step.number.unwrap_or(1));
    let mut body = response.into_body();
    let mut text = String::new();
    let read = async {
        while text.lines().count() < wanted || !text.ends_with('\n') {
            let Some(Ok(frame)) = body.frame().await else {
                break;
            };
            if let Some(data) = frame.data_ref() {
                text.push_str(&String::from_utf8_lossy(data));
            }
        }
    };
    let in_time = tokio::time::timeout(PATIENCE, read).await.is_ok();
    let events: Vec<Value> = text
        .lines()
        .take(wanted)
        .map(|line| serde_json::from_str(line).unwrap_or_else(|_| json!(line)))
        .collect();
    Answer {
        code,
        body: json!({"inTime": in_time, "events": events}),
        warnings: Vec::new(),
    }
}

/// Asks, or with a body posts, until the code is the wanted one.
async fn wait(client: &Client, step: &Step, path: &str, body: &str) -> Answer {
    let deadline = tokio::time::Instant::now() + PATIENCE;
    loop {
        let answer = send(client, step, path, body.to_owned()).await;
        if Some(answer.code) == step.number || tokio::time::Instant::now() > deadline {
            return answer;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Asks until the answer has the field, and in it the text that is wanted.
async fn seen(client: &Client, step: &Step, path: &str) -> Answer {
    let deadline = tokio::time::Instant::now() + PATIENCE;
    loop {
        let answer = send(client, step, path, String::new()).await;
        let (field, wanted) = match step.field.split_once('=') {
            Some((field, wanted)) => (field, Some(wanted)),
            None => (step.field.as_str(), None),
        };
        let found = field
            .split('.')
            .try_fold(&answer.body, |value, name| value.get(name));
        if found.is_some_and(|found| wanted.is_none() || found.as_str() == wanted)
            || tokio::time::Instant::now() > deadline
        {
            return answer;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
