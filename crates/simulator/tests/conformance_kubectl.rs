//! The real kubectl against a simulated and a real API server: the same commands, the same words.
//!
//! Compared are exit code, output and complaints. Made equal first: ages, addresses drawn at random, and versions and
//! times within conflicts.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test that cannot go on has failed"
)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use havenmeester_simulator::{ApiServer, ApiServerConfig, User, serve};
use havenmeester_testenv::binaries::{Binary, find};
use havenmeester_testenv::{Cluster, ClusterOptions};
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

const WITHOUT: &str = "--disable-admission-plugins=ServiceAccount,StorageObjectInUseProtection";

const WEB: &str = "
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {app: web}}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: 'web:1', env: [{name: A, value: '1'}]}]}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80}]}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: {a: '1', b: '1'}
";

const SHIPS: &str = "
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: ships.harbour.example}
spec:
  group: harbour.example
  scope: Namespaced
  names: {plural: ships, kind: Ship, shortNames: [sh]}
  versions:
  - name: v1
    served: true
    storage: true
    additionalPrinterColumns: [{name: Flag, type: string, jsonPath: .spec.flag}]
    schema:
      openAPIV3Schema:
        type: object
        properties: {spec: {type: object, properties: {flag: {type: string, enum: [NL, BE]}}}}
";

type Line = (&'static str, String);

fn ship(flag: &str) -> String {
    format!("{{apiVersion: harbour.example/v1, kind: Ship, metadata: {{name: a}}, spec: {{flag: {flag}}}}}")
}

fn settings(a: &str) -> String {
    format!("{{apiVersion: v1, kind: ConfigMap, metadata: {{name: settings}}, data: {{a: '{a}'}}}}")
}

fn none() -> String {
    String::new()
}

/// Commands in order: arguments, and what is put in.
fn script() -> Vec<Line> {
    let mut commands = applied();
    commands.extend(made());
    commands
}

/// What is applied, changed and shown.
fn applied() -> Vec<Line> {
    vec![
        // A real server puts a service of its own into `default`.
        ("create namespace work", none()),
        ("config set-context --current --namespace=work", none()),
        ("apply -f -", WEB.to_owned()),
        ("apply -f -", WEB.to_owned()),
        ("apply --server-side -f -", WEB.to_owned()),
        ("apply --server-side -f -", WEB.to_owned()),
        (
            "get deployment web -o jsonpath={.metadata.managedFields[*].manager}",
            none(),
        ),
        ("get deployments", none()),
        ("get services", none()),
        ("get configmaps,secrets", none()),
        ("get all -o name", none()),
        (
            "get deployment web -o jsonpath={.spec.replicas}{.spec.strategy}",
            none(),
        ),
        ("get configmap settings -o jsonpath={.data}", none()),
        ("describe configmap settings", none()),
        ("get configmap none", none()),
        ("get deployment web -o jsonpath={.metadata.generation}", none()),
        ("rollout restart deployment/web", none()),
        ("rollout status deployment/web --watch=false", none()),
        ("get nodes", none()),
        ("get deployment web -o jsonpath={.metadata.generation}", none()),
        ("get --raw /healthz", none()),
        ("get things", none()),
        (
            "apply -f -",
            WEB.replace("web:1", "web:2")
                .replace("A, value: '1'", "B, value: '2'"),
        ),
        (
            "get deployment web -o jsonpath={.spec.template.spec.containers[0].env}{.metadata.generation}",
            none(),
        ),
        ("apply -f -", WEB.replace(", b: '1'", "")),
        ("get configmap settings -o jsonpath={.data}", none()),
        ("diff -f -", WEB.replace(", b: '1'", "")),
        ("scale deployment/web --replicas=3", none()),
        ("scale deployment/web --replicas=4 --current-replicas=9", none()),
        ("label deployment/web tier=front", none()),
        ("label deployment/web tier=back", none()),
        ("label deployment/web tier-", none()),
        ("annotate configmap/settings note=x", none()),
        ("get deployments -l app=web,tier!=front -o name", none()),
        ("set image deployment/web web=web:3", none()),
        ("set env deployment/web C=3", none()),
        (
            "patch deployment web -p {\"spec\":{\"minReadySeconds\":5}}",
            none(),
        ),
        (
            "patch configmap settings --type=json -p [{\"op\":\"add\",\"path\":\"/data/c\",\"value\":\"3\"}]",
            none(),
        ),
        (
            "patch configmap settings --type=merge -p {\"data\":{\"c\":null}}",
            none(),
        ),
        ("apply --server-side --field-manager=other -f -", settings("2")),
        (
            "apply --server-side --field-manager=other --force-conflicts -f -",
            settings("2"),
        ),
        ("apply --server-side --field-manager=other -f -", settings("2")),
        ("get configmap settings -o jsonpath={.data}", none()),
    ]
}

/// What is made by commands of its own, custom kinds, and the end of it all.
fn made() -> Vec<Line> {
    vec![
        ("expose deployment web --port=81 --name=web-two", none()),
        ("create configmap made --from-literal=k=v", none()),
        ("create configmap made --from-literal=k=v", none()),
        ("create secret generic hidden --from-literal=k=v", none()),
        ("get secret hidden -o jsonpath={.data.k}", none()),
        ("create namespace other", none()),
        ("get namespace other", none()),
        ("create deployment two --image=two:1 -n other", none()),
        ("get deployments -A", none()),
        ("apply --dry-run=server -f -", WEB.replace("web:1", "web:9")),
        (
            "apply -f -",
            "{apiVersion: v1, kind: ConfigMap, metadata: {name: y}, date: {a: '1'}}".to_owned(),
        ),
        (
            "apply -f -",
            "{apiVersion: v1, kind: ConfigMap, metadata: {name: Bad_Name}}".to_owned(),
        ),
        ("apply -f - -n missing", settings("1")),
        ("replace -f -", settings("5")),
        ("auth can-i create pods", none()),
        ("api-resources --api-group=apps", none()),
        ("api-resources --api-group=batch -o wide", none()),
        ("apply -f -", SHIPS.to_owned()),
        (
            "wait --for=condition=Established crd/ships.harbour.example --timeout=20s",
            none(),
        ),
        ("apply -f -", ship("NL")),
        ("get ships", none()),
        ("get sh a -o jsonpath={.spec}", none()),
        ("apply -f -", ship("FR")),
        ("apply -f -", ship("BE")),
        ("api-resources --api-group=harbour.example", none()),
        ("delete ship a", none()),
        ("delete crd ships.harbour.example", none()),
        ("delete -f -", WEB.to_owned()),
        ("delete configmap made settings", none()),
        ("delete secret --all", none()),
        ("get all,configmaps,secrets -o name", none()),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn kubectl_says_the_same() {
    let kubectl = tokio::task::spawn_blocking(|| find(Binary::Kubectl))
        .await
        .unwrap()
        .unwrap();
    let real = Cluster::start(
        ClusterOptions::new("kubectl")
            .controllers(false)
            .apiserver_flag(WITHOUT),
    )
    .await
    .unwrap();
    let simulated = ApiServer::new(ApiServerConfig {
        garbage_collector: false,
        namespace_controller: false,
        start: "2026-11-24T10:00:00Z".parse().unwrap(),
        ..ApiServerConfig::default()
    });
    let tokens = BTreeMap::from([("secret".to_owned(), User::admin())]);
    let served = serve(simulated, tokens, 0).await.unwrap();
    let home = tempfile::TempDir::new().unwrap();
    let (ours, theirs) = (home.path().join("ours"), home.path().join("real"));
    std::fs::write(&ours, served.kubeconfig("kubectl", "secret")).unwrap();
    std::fs::write(&theirs, real.kubeconfig()).unwrap();
    let mut differences = Vec::new();
    for (arguments, input) in script() {
        let left = run(&kubectl, &ours, arguments, &input).await;
        let right = run(&kubectl, &theirs, arguments, &input).await;
        if left != right {
            differences.push(format!("> kubectl {arguments}\nours:\n{left}\nreal:\n{right}"));
        }
    }
    assert!(
        differences.is_empty(),
        "{} differ:\n\n{}",
        differences.len(),
        differences.join("\n\n")
    );
}

async fn run(kubectl: &PathBuf, kubeconfig: &Path, arguments: &str, input: &str) -> String {
    let mut child = Command::new(kubectl)
        .args(arguments.split_whitespace())
        .env("KUBECONFIG", kubeconfig)
        .env("HOME", kubeconfig.with_extension("home"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(input.as_bytes()).await.unwrap();
    drop(stdin);
    let output = child.wait_with_output().await.unwrap();
    let text = |bytes: &[u8]| normal(&String::from_utf8_lossy(bytes));
    format!(
        "exit {:?}\n{}{}",
        output.status.code(),
        text(&output.stdout),
        text(&output.stderr)
    )
}

/// Ages, times and drawn addresses; and runs of blanks, which follow their widths.
fn normal(text: &str) -> String {
    let made = |word: &str| {
        let age = word.len() > 1
            && word.ends_with(['s', 'm', 'h', 'd'])
            && word
                .trim_end_matches(|c: char| c.is_ascii_alphabetic())
                .parse::<u32>()
                .is_ok();
        let address = word.starts_with("10.96.");
        let time = word.len() == 20 && word.ends_with('Z') && word.contains('T');
        age || address || time
    };
    let lines = text.lines().map(|line| {
        let words: Vec<_> = line
            .split_whitespace()
            .map(|word| if made(word) { "<made>" } else { word })
            .collect();
        words.join(" ")
    });
    lines.map(|line| line + "\n").collect()
}
