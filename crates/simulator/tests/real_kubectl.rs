//! The real kubectl against a simulated cluster that listens on loopback.
#![allow(clippy::expect_used, reason = "a test that cannot go on has failed")]

use std::{
    collections::BTreeMap,
    process::{Output, Stdio},
    time::Duration,
};

use havenmeester_simulator::{ClusterSpec, Served, User, World, serve, until};
use havenmeester_testenv::binaries::{Binary, find};
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    process::Command,
};

const SOON: Duration = Duration::from_secs(30);

const WEB: &str = "
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {app: web}}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: 'web:1'}]}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80}]}
";

struct Bench {
    kubectl: std::path::PathBuf,
    home: TempDir,
    _world: World,
    served: Served,
}

async fn mk_bench() -> Bench {
    let kubectl = tokio::task::spawn_blocking(|| find(Binary::Kubectl))
        .await
        .expect("runs")
        .expect("is there");
    let world = World::builder()
        .cluster("azure", ClusterSpec::default())
        .build()
        .await
        .expect("is built");
    let tokens = BTreeMap::from([("secret".to_owned(), User::admin())]);
    let azure = world.cluster("azure").expect("is there").server().clone();
    let served = serve(azure, tokens, 0).await.expect("listens");
    let home = TempDir::new().expect("a directory");
    std::fs::write(home.path().join("config"), served.kubeconfig("azure", "secret")).expect("is written");
    Bench {
        kubectl,
        home,
        _world: world,
        served,
    }
}

impl Bench {
    fn command(&self, arguments: &str) -> Command {
        let mut command = Command::new(&self.kubectl);
        command
            .args(arguments.split_whitespace())
            .kill_on_drop(true)
            .stdin(Stdio::null());
        command
            .env("KUBECONFIG", self.home.path().join("config"))
            .env("HOME", self.home.path());
        command
    }

    /// What it prints; it must succeed.
    async fn kubectl(&self, arguments: &str) -> String {
        let output = self.command(arguments).output().await.expect("kubectl starts");
        text(arguments, output)
    }

    async fn kubectl_with(&self, arguments: &str, input: &str) -> String {
        let mut command = self.command(arguments);
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().expect("kubectl starts");
        let mut stdin = child.stdin.take().expect("is piped");
        stdin.write_all(input.as_bytes()).await.expect("reads");
        drop(stdin);
        text(arguments, child.wait_with_output().await.expect("ends"))
    }
}

fn text(arguments: &str, output: Output) -> String {
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "kubectl {arguments}: {said}");
    String::from_utf8(output.stdout).expect("is text")
}

#[tokio::test(flavor = "multi_thread")]
async fn apply_get_scale_and_delete() {
    let bench = mk_bench().await;
    let applied = bench.kubectl_with("apply -f -", WEB).await;
    assert_eq!(applied, "deployment.apps/web created\nservice/web created\n");
    let again = bench.kubectl_with("apply -f -", WEB).await;
    assert_eq!(again, "deployment.apps/web unchanged\nservice/web unchanged\n");
    bench.kubectl("rollout status deployment/web --timeout=30s").await;
    let table = bench.kubectl("get deployments").await;
    assert!(
        table.starts_with("NAME   READY   UP-TO-DATE   AVAILABLE   AGE\nweb    2/2     2            2"),
        "{table}"
    );
    bench.kubectl("scale deployment/web --replicas=3").await;
    bench
        .kubectl("wait deployment/web --for=jsonpath={.status.readyReplicas}=3 --timeout=30s")
        .await;
    bench.kubectl("label deployment/web tier=front").await;
    assert_eq!(
        bench.kubectl("get deployments -l tier=front -o name").await,
        "deployment.apps/web\n"
    );
    let next = WEB.replace("web:1", "web:2");
    assert_eq!(
        bench.kubectl_with("apply -f -", &next).await,
        "deployment.apps/web configured\nservice/web unchanged\n"
    );
    bench.kubectl("rollout status deployment/web --timeout=30s").await;
    bench.kubectl("delete deployment,service web").await;
    let rest = async || bench.kubectl("get pods -o name").await.is_empty().then_some(());
    until(SOON, rest).await.expect("no pod is left");
}

#[tokio::test(flavor = "multi_thread")]
async fn server_side_apply_meets_conflicts() {
    let bench = mk_bench().await;
    let first = bench.kubectl_with("apply --server-side -f -", WEB).await;
    assert_eq!(
        first,
        "deployment.apps/web serverside-applied\nservice/web serverside-applied\n"
    );
    let other = WEB.replace("replicas: 2", "replicas: 5");
    let mut command = bench.command("apply --server-side --field-manager=other -f -");
    let mut child = command
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("kubectl starts");
    let mut stdin = child.stdin.take().expect("is piped");
    stdin.write_all(other.as_bytes()).await.expect("reads");
    drop(stdin);
    let output = child.wait_with_output().await.expect("ends");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        !output.status.success() && said.contains("conflict with \"kubectl\": .spec.replicas"),
        "{said}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn discovery_and_a_watch() {
    let bench = mk_bench().await;
    let resources = bench.kubectl("api-resources").await;
    for kind in [
        "deployments",
        "statefulsets",
        "persistentvolumeclaims",
        "customresourcedefinitions",
    ] {
        assert!(
            resources.lines().any(|line| line.starts_with(kind)),
            "{kind} in\n{resources}"
        );
    }
    let mut command = bench.command("get configmaps -w -o name");
    let mut watch = command.stdout(Stdio::piped()).spawn().expect("kubectl starts");
    let mut lines = BufReader::new(watch.stdout.take().expect("is piped")).lines();
    bench
        .kubectl_with(
            "apply -f -",
            "{apiVersion: v1, kind: ConfigMap, metadata: {name: seen}}",
        )
        .await;
    let seen = async {
        while let Some(line) = lines.next_line().await.expect("reads") {
            if line == "configmap/seen" {
                return;
            }
        }
        panic!("the watch ended");
    };
    tokio::time::timeout(SOON, seen).await.expect("is seen");
    watch.kill().await.expect("ends");
    bench.served.stop().await;
}
