//! The binary as people use it, on simulated clusters that listen on loopback: the daemon is started, a workload is
//! found, dry-run, moved and drilled, the log is verified, and the daemon is asked to end.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test: its helpers too stop it at the first surprise"
)]

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use havenmeester_api::{Approval, MemberCluster, PlacementPolicy, Provider, Workload};
use havenmeester_fleet::{Clock as _, SystemClock};
use havenmeester_simulator::{ClusterSpec, Served, User, World, serve, until};
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::{Namespace, Secret};
use kube::api::{ListParams, Patch, PatchParams, PostParams};
use kube::{Api, Client, Resource};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

const SOON: Duration = Duration::from_mins(1);

/// Takes what is posted to it, as a collector of traces would; gives the first line of each request.
async fn collect(listener: TcpListener, seen: mpsc::UnboundedSender<String>) {
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        let mut stream = BufReader::new(stream);
        let mut first = String::new();
        stream.read_line(&mut first).await.unwrap();
        seen.send(first).unwrap();
        stream
            .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
            .await
            .unwrap();
    }
}

struct Bench {
    world: World,
    served: BTreeMap<String, Served>,
    home: tempfile::TempDir,
}

impl Bench {
    async fn new() -> Self {
        let mut builder = World::builder().start(SystemClock.now());
        for name in ["hub", "azure-weu", "eu-west-1"] {
            builder = builder.cluster(name, ClusterSpec::default());
        }
        let world = builder.build().await.unwrap();
        let (mut served, home) = (BTreeMap::new(), tempfile::tempdir().unwrap());
        for name in ["hub", "azure-weu", "eu-west-1"] {
            let tokens = BTreeMap::from([("token".to_owned(), User::admin())]);
            let listening = serve(world.cluster(name).unwrap().server().clone(), tokens, 0)
                .await
                .unwrap();
            served.insert(name.to_owned(), listening);
        }
        std::fs::write(
            home.path().join("hub.yaml"),
            served["hub"].kubeconfig("hub", "token"),
        )
        .unwrap();
        Self { world, served, home }
    }

    fn client(&self, cluster: &str) -> Client {
        self.world.cluster(cluster).unwrap().admin()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(assert_cmd::cargo::cargo_bin!("havenmeester"));
        command
            .current_dir(self.home.path())
            .env("KUBECONFIG", "hub.yaml")
            .args(arguments);
        command
    }

    /// Runs a command beside the simulation, which lives in this runtime.
    async fn run(&self, arguments: &[&str]) -> Output {
        let mut command = self.command(arguments);
        tokio::task::spawn_blocking(move || command.output().unwrap())
            .await
            .unwrap()
    }

    /// What a command that must succeed prints.
    async fn printed(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments).await;
        assert!(
            output.status.success(),
            "{arguments:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout).unwrap()
    }

    async fn json(&self, arguments: &[&str]) -> Value {
        serde_json::from_str(&self.printed(arguments).await).unwrap()
    }

    fn daemon(&self, collector: &str) -> Daemon {
        let log = std::fs::File::create(self.home.path().join("daemon.log")).unwrap();
        let arguments = [
            "run",
            "--no-registries",
            "--install-crds",
            "--store",
            "store",
            "--capture-key-file",
            "key",
            "--listen",
            "127.0.0.1:0",
            "--otlp-endpoint",
            collector,
        ];
        Daemon(
            self.command(&arguments)
                .stderr(log)
                .stdin(Stdio::null())
                .spawn()
                .unwrap(),
        )
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.home.path().join("daemon.log")).unwrap()
    }
}

/// Ends with the test, however it ends.
struct Daemon(Child);

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

async fn make<K>(client: &Client, object: Value)
where
    K: Resource<DynamicType = ()> + Clone + std::fmt::Debug + DeserializeOwned + serde::Serialize,
{
    let object: K = serde_json::from_value(object).unwrap();
    let api = Api::<K>::all(client.clone());
    api.create(&PostParams::default(), &object).await.unwrap();
}

async fn mk_fleet(bench: &Bench) {
    let hub = bench.client("hub");
    for (provider, category, cluster) in [
        ("azure", "Hyperscaler", "azure-weu"),
        ("eu-cloud", "PrivateEu", "eu-west-1"),
    ] {
        make::<Provider>(
            &hub,
            json!({
                "apiVersion": "havenmeester.dev/v1alpha1", "kind": "Provider", "metadata": {"name": provider},
                "spec": {"legalName": provider, "country": "NL", "category": category},
            }),
        )
        .await;
        let kubeconfig = bench.served[cluster].kubeconfig(cluster, "token");
        let secret: Secret = serde_json::from_value(json!({
            "metadata": {"name": cluster},
            "data": {"kubeconfig": k8s_openapi::ByteString(kubeconfig.into_bytes())},
        }))
        .unwrap();
        let secrets = Api::<Secret>::namespaced(hub.clone(), "havenmeester");
        secrets.create(&PostParams::default(), &secret).await.unwrap();
        make::<MemberCluster>(&hub, json!({
            "apiVersion": "havenmeester.dev/v1alpha1", "kind": "MemberCluster", "metadata": {"name": cluster},
            "spec": {"provider": provider, "region": "r",
                "connection": {"kubeconfigSecret": {"namespace": "havenmeester", "name": cluster}}},
        }))
        .await;
    }
    make::<PlacementPolicy>(&hub, json!({
        "apiVersion": "havenmeester.dev/v1alpha1", "kind": "PlacementPolicy", "metadata": {"name": "autonomous"},
        "spec": {"workloads": {"anyOf": [{"criticality": "Critical"}]}, "require": {"categories": ["PrivateEu"]},
            "objectives": {"rto": "15m", "rpo": "5m"}},
    }))
    .await;
}

async fn mk_application(azure: &Client) {
    make::<Namespace>(
        azure,
        json!({"metadata": {"name": "signalen", "labels": {
            "havenmeester.dev/criticality": "critical",
            "havenmeester.dev/sensitivity": "high",
            "havenmeester.dev/mode": "replicable",
        }}}),
    )
    .await;
    let web: Deployment = serde_json::from_value(json!({
        "metadata": {"name": "web"},
        "spec": {
            "replicas": 2,
            "selector": {"matchLabels": {"app": "web"}},
            "template": {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [{"name": "web", "image": "web:1"}]}},
        },
    }))
    .unwrap();
    Api::<Deployment>::namespaced(azure.clone(), "signalen")
        .create(&PostParams::default(), &web)
        .await
        .unwrap();
}

/// The status of the Workload, once it says what it should.
async fn workload(bench: &Bench, says: impl Fn(&Value) -> bool) -> Value {
    let api = Api::<Workload>::namespaced(bench.client("hub"), "havenmeester");
    let look = async || {
        let workload = api.get_opt("signalen").await.unwrap()?;
        let status = serde_json::to_value(workload.status).unwrap();
        says(&status).then_some(status)
    };
    until(SOON, look)
        .await
        .unwrap_or_else(|error| panic!("{error}\n{}", bench.log()))
}

fn end(daemon: &mut Daemon) -> Option<i32> {
    let id = daemon.0.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-TERM", &id])
            .status()
            .unwrap()
            .success()
    );
    daemon.0.wait().unwrap().code()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn from_the_first_start_to_a_verified_log() {
    let bench = Bench::new().await;
    make::<Namespace>(
        &bench.client("hub"),
        json!({"metadata": {"name": "havenmeester"}}),
    )
    .await;
    let collector = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut daemon = bench.daemon(&format!("http://{}", collector.local_addr().unwrap()));
    let (sender, mut traces) = mpsc::unbounded_channel();
    let mut tasks = JoinSet::new();
    tasks.spawn(collect(collector, sender));
    let hub = bench.client("hub");
    let served = async || {
        Api::<Workload>::all(hub.clone())
            .list(&ListParams::default())
            .await
            .ok()
    };
    until(SOON, served)
        .await
        .unwrap_or_else(|error| panic!("{error}\n{}", bench.log()));
    mk_application(&bench.client("azure-weu")).await;
    mk_fleet(&bench).await;
    workload(&bench, |status| {
        status["desired"]["cluster"] == "eu-west-1" && !status["capture"].is_null()
    })
    .await;

    decide(&bench).await;
    rehearse(&bench).await;
    drill(&bench).await;
    move_it(&bench).await;
    agree(&bench).await;

    let code = tokio::task::spawn_blocking(move || end(&mut daemon))
        .await
        .unwrap();
    assert_eq!(code, Some(0), "{}", bench.log());
    let posted = tokio::time::timeout(SOON, traces.recv()).await.unwrap();
    assert_eq!(posted.as_deref(), Some("POST /v1/traces HTTP/1.1\r\n"));
    let verified = bench
        .json(&["audit", "verify", "--store", "store", "-o", "json"])
        .await;
    assert_eq!(verified["log"], "Intact");
    assert!(verified["entries"].as_u64().unwrap() > 3, "{verified}");
    assert!(Path::new(&bench.home.path().join("key")).exists());
    for (_, served) in bench.served {
        served.stop().await;
    }
    bench.world.shutdown().await;
}

async fn decide(bench: &Bench) {
    let plan = bench.json(&["plan", "-o", "json"]).await;
    let row = &plan["workloads"][0];
    assert_eq!(
        (&row["home"], &row["desired"]),
        (&"azure-weu".into(), &"eu-west-1".into()),
        "{plan:#}"
    );
    assert_eq!(row["next"]["rule"], "ManualMigration", "{plan:#}");
    let explained = bench.printed(&["explain", "signalen"]).await;
    assert!(
        explained.starts_with("havenmeester/signalen must stand on eu-west-1. It stands on azure-weu."),
        "{explained}"
    );
    let absent = bench.run(&["explain", "nothing"]).await;
    assert_eq!(absent.status.code(), Some(1));
}

async fn rehearse(bench: &Bench) {
    let run = bench
        .run(&["migrate", "signalen", "--dry-run", "-o", "json"])
        .await;
    assert_eq!(run.status.code(), Some(1), "what is not known is no pass");
    let report: Value = serde_json::from_slice(&run.stdout).unwrap();
    assert_eq!(
        (&report["dryRun"], &report["target"]),
        (&true.into(), &"eu-west-1".into()),
        "{report:#}"
    );
    // No registry is there to be asked, and nothing stands in the way.
    assert_eq!(report["verdict"], "Unknown", "{report:#}");
    assert_eq!(report["counts"]["block"], 0, "{report:#}");
    let nothing = Api::<Namespace>::all(bench.client("eu-west-1"))
        .get_opt("signalen")
        .await
        .unwrap();
    assert!(nothing.is_none(), "a dry run writes nothing");
    let refused = bench.run(&["migrate", "signalen", "--to", "mars"]).await;
    assert_eq!(refused.status.code(), Some(1));
}

async fn drill(bench: &Bench) {
    let simulated = bench
        .run(&["drill", "run", "d1", "--provider", "azure", "--wait"])
        .await;
    let said = String::from_utf8_lossy(&simulated.stdout).into_owned();
    assert!(
        said.starts_with("Cut-off of azure, simulated"),
        "{said}{}",
        String::from_utf8_lossy(&simulated.stderr)
    );
    let twice = bench.run(&["drill", "run", "d1", "--provider", "azure"]).await;
    assert!(String::from_utf8_lossy(&twice.stderr).contains("choose another name"));
    let report = bench.json(&["drill", "report", "d1", "-o", "json"]).await;
    assert_eq!(report["total"], 1, "{report:#}");
    bench.printed(&["drill", "report", "d1", "-o", "markdown"]).await;
    bench.printed(&["drill", "status", "d1"]).await;
    bench.printed(&["drill", "abort", "d1"]).await;
    let unknown = bench.run(&["drill", "run", "--provider", "nobody"]).await;
    assert!(String::from_utf8_lossy(&unknown.stderr).contains("there are azure, eu-cloud"));
}

async fn move_it(bench: &Bench) {
    let said = bench.printed(&["migrate", "signalen"]).await;
    assert!(
        said.contains("signalen serves on eu-west-1; its stopped source is kept for "),
        "{said}"
    );
    workload(bench, |status| status["cluster"] == "eu-west-1").await;
    let web = Api::<Deployment>::namespaced(bench.client("eu-west-1"), "signalen")
        .get("web")
        .await
        .unwrap();
    assert_eq!(web.status.unwrap().ready_replicas, Some(2));
    let plan = bench.json(&["plan", "-o", "json"]).await;
    assert_eq!(plan["workloads"][0]["compliant"], true, "{plan:#}");
}

/// Nobody asks, then the only cluster that is left is a hyperscaler: somebody says yes to just that.
async fn agree(bench: &Bench) {
    let told = |output: &Output| String::from_utf8_lossy(&output.stderr).into_owned();
    let too_soon = bench.run(&["approve", "signalen"]).await;
    assert_eq!(too_soon.status.code(), Some(1));
    assert!(
        told(&too_soon).contains("nothing is asked"),
        "{}",
        told(&too_soon)
    );
    let policies = Api::<PlacementPolicy>::all(bench.client("hub"));
    let only_azure = json!({"spec": {"require": {"categories": null, "clusters": ["azure-weu"]}}});
    policies
        .patch("autonomous", &PatchParams::default(), &Patch::Merge(only_azure))
        .await
        .unwrap();
    let status = workload(bench, |status| !status["approval"].is_null()).await;
    let plan = status["approval"]["plan"].as_str().unwrap().to_owned();
    assert_eq!(status["approval"]["informCouncil"], true, "{status:#}");
    let explained = bench.printed(&["explain", "signalen"]).await;
    assert!(
        explained.contains("havenmeester approve havenmeester/signalen"),
        "{explained}"
    );
    let other = format!("sha256-{}", "0".repeat(64));
    let other = bench.run(&["approve", "signalen", "--plan", &other]).await;
    assert!(told(&other).contains(&plan), "{}", told(&other));
    let printed = bench.printed(&["approve", "signalen", "--print"]).await;
    assert!(printed.contains(&plan), "{printed}");
    let approvals = Api::<Approval>::namespaced(bench.client("hub"), "havenmeester");
    assert_eq!(
        approvals.list(&ListParams::default()).await.unwrap().items.len(),
        0
    );
    let said = bench
        .printed(&[
            "approve",
            "signalen",
            "--role",
            "alderman",
            "--reason",
            "letter 118",
        ])
        .await;
    assert!(
        said.contains("may go to azure-weu") && said.contains("The council is to be informed."),
        "{said}"
    );
    let made = approvals.list(&ListParams::default()).await.unwrap().items;
    assert_eq!(
        (made[0].spec.plan.as_str(), made[0].spec.role.as_deref()),
        (plan.as_str(), Some("alderman"))
    );
    let twice = bench.run(&["approve", "signalen"]).await;
    assert_eq!(twice.status.code(), Some(1));
    workload(bench, |status| status["approval"].is_null()).await;
}
