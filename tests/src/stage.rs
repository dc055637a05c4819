//! A hub, members, and the daemon as a process beside them.
//!
//! Invariant: every wait has an end, and a failure says what the hub and the daemon's log say.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Output;
use std::time::Duration;

use anyhow::{Context as _, bail};
use havenmeester_api::crds;
use havenmeester_ledger::Keys;
use havenmeester_testenv::{Cluster, ClusterOptions, Entry, Registry};
use k8s_openapi::api::core::v1::Secret;
use kube::api::{Patch, PatchParams};
use kube::{Api, Client};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::app::App;
use crate::daemon::{Daemon, Running};
use crate::member::{Member, Plan};
use crate::objects::{self, create};
use crate::seen::Seen;

/// The hub's namespace.
pub const NAMESPACE: &str = "havenmeester";
/// The longest that any wait lasts. A quiet machine needs a tenth of it.
const PATIENCE: Duration = Duration::from_mins(3);
/// How often the hub is looked at.
const LOOK: Duration = Duration::from_millis(200);

/// The Provider that runs the city's registry.
const CITY: &str = "city";

/// A Dutch Provider that runs these registries and no cluster.
fn provider_of(name: &str, registries: &[String]) -> Value {
    json!({"apiVersion": "havenmeester.dev/v1alpha1", "kind": "Provider", "metadata": {"name": name},
        "spec": {"legalName": name, "country": "NL", "registries": registries}})
}

/// Everything together.
pub struct Stage {
    // Dropped in this order: the daemon, the nodes, the clusters, the files.
    running: Option<Running>,
    cancel: CancellationToken,
    tasks: JoinSet<()>,
    members: BTreeMap<&'static str, Member>,
    hub: Cluster,
    /// The city's registry, from which every member's nodes pull what is of the world's registries.
    pub registry: Registry,
    begun: tokio::time::Instant,
    /// The daemon's files.
    pub daemon: Daemon,
    home: TempDir,
}

impl Stage {
    /// A hub with our definitions and the daemon's rights, and members with their credentials on it. No daemon yet.
    pub async fn set(plans: &[Plan]) -> anyhow::Result<Self> {
        let (home, begun) = (tempfile::tempdir()?, tokio::time::Instant::now());
        let (cancel, mut tasks) = (CancellationToken::new(), JoinSet::new());
        let hub = Cluster::start(ClusterOptions::new("hub").controllers(false)).await?;
        let registry = Registry::start("city", Entry::Open).await?;
        let mut members = BTreeMap::new();
        for plan in plans {
            let member = Member::start(*plan, home.path(), &registry, &mut tasks, &cancel).await?;
            members.insert(plan.name, member);
        }
        let daemon = Daemon {
            kubeconfig: home.path().join("hub.kubeconfig"),
            store: home.path().join("store"),
            key: home.path().join("capture.key"),
            log: home.path().join("daemon.log"),
            plain_http: vec![registry.host()],
        };
        std::fs::create_dir(&daemon.store)?;
        std::fs::write(&daemon.key, Keys::generate().to_identity_file())?;
        let stage = Self {
            running: None,
            cancel,
            tasks,
            members,
            hub,
            registry,
            begun,
            daemon,
            home,
        };
        stage.furnish_hub().await.context("furnishing the hub")?;
        stage.tell("the fleet stands");
        Ok(stage)
    }

    /// The definitions, and the rights that `deploy` gives the daemon on the hub: no more.
    async fn furnish_hub(&self) -> anyhow::Result<()> {
        let hub = self.hub();
        let space = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}});
        create(&hub, None, &space).await?;
        for definition in crds::all() {
            create(&hub, None, &serde_json::to_value(&definition)?).await?;
        }
        let rights = [
            "ServiceAccount",
            "ClusterRole",
            "ClusterRoleBinding",
            "Role",
            "RoleBinding",
        ];
        for object in objects::read(&objects::root().join("deploy/20-hub.yaml"))? {
            if object["kind"].as_str().is_some_and(|kind| rights.contains(&kind)) {
                create(&hub, None, &object).await?;
            }
        }
        let credentials = self
            .hub
            .service_account_kubeconfig(NAMESPACE, "havenmeester")
            .await?;
        std::fs::write(&self.daemon.kubeconfig, credentials)?;
        for (name, member) in &self.members {
            self.write_credentials(name, &member.credentials().await?).await?;
        }
        Ok(())
    }

    /// An administrator's client of the hub.
    pub fn hub(&self) -> Client {
        self.hub.client()
    }

    /// A member.
    pub fn member(&self, name: &str) -> anyhow::Result<&Member> {
        self.members
            .get(name)
            .with_context(|| format!("no member {name}"))
    }

    /// Every member.
    pub fn members(&self) -> impl Iterator<Item = &Member> {
        self.members.values()
    }

    /// Puts a member's kubeconfig on the hub, in the place of an older one.
    pub async fn write_credentials(&self, member: &str, kubeconfig: &str) -> anyhow::Result<()> {
        let secrets: Api<Secret> = Api::namespaced(self.hub(), NAMESPACE);
        let secret = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": member},
            "stringData": {"kubeconfig": kubeconfig}});
        let params = PatchParams::apply("end-to-end").force();
        secrets.patch(member, &params, &Patch::Apply(&secret)).await?;
        Ok(())
    }

    /// Registers every member, with the example's Providers.
    pub async fn register(&self) -> anyhow::Result<()> {
        self.apply(&objects::example("10-providers.yaml")?).await?;
        let mirror = self.registry.host();
        self.apply(&[provider_of(CITY, std::slice::from_ref(&mirror))])
            .await?;
        for member in self.members.values() {
            self.apply(&[member.plan.object(NAMESPACE, &mirror)]).await?;
        }
        Ok(())
    }

    /// Creates objects on the hub.
    pub async fn apply(&self, objects: &[Value]) -> anyhow::Result<()> {
        for object in objects {
            let namespaced = matches!(object["kind"].as_str(), Some("Workload" | "Migration" | "Drill"));
            create(&self.hub(), namespaced.then_some(NAMESPACE), object).await?;
        }
        Ok(())
    }

    /// Puts applications on a member and waits until all of them serve.
    pub async fn run_apps(&self, member: &str, apps: &[App]) -> anyhow::Result<()> {
        let member = self.member(member)?;
        for app in apps {
            for image in app.images() {
                self.registry.push(&image, &["amd64"]).await?;
            }
            app.set_up(&member.client()).await?;
        }
        for app in apps {
            self.serves(member.plan.name, app.name).await?;
        }
        Ok(())
    }

    /// Waits until a namespace on a member serves.
    pub async fn serves(&self, member: &str, namespace: &str) -> anyhow::Result<()> {
        let member = self.member(member)?;
        let begun = tokio::time::Instant::now();
        loop {
            let copy = member.copy(namespace).await?;
            let missing = copy.not_serving();
            if missing.is_empty() && !copy.captured().is_empty() {
                self.tell(&format!("{namespace} serves on {}", member.plan.name));
                return Ok(());
            }
            if begun.elapsed() > PATIENCE {
                bail!("{namespace} on {} does not serve: {missing:?}", member.plan.name);
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Says that something has come to pass, and when.
    fn tell(&self, what: &str) {
        eprintln!("{:6.1} s: {what}", self.begun.elapsed().as_secs_f64());
    }

    /// Starts the daemon.
    pub fn start_daemon(&mut self) -> anyhow::Result<()> {
        self.running = Some(self.daemon.start()?);
        Ok(())
    }

    /// SIGKILL: no end in order, nothing given up.
    pub fn kill_daemon(&mut self) -> anyhow::Result<()> {
        self.running.take().context("no daemon runs")?.kill()
    }

    /// SIGTERM, and an end in order.
    pub async fn end_daemon(&mut self) -> anyhow::Result<()> {
        let running = self.running.take().context("no daemon runs")?;
        running.end().await.with_context(|| self.daemon.end_of_log())
    }

    /// The store that the stage was set with.
    pub fn first_store(&self) -> PathBuf {
        self.home.path().join("store")
    }

    /// What another command of the same binary prints of the hub.
    pub fn ask_daemon(&self, arguments: &[&str]) -> anyhow::Result<Vec<u8>> {
        self.daemon.ask(arguments)
    }

    /// Runs another command of the same binary against the hub; its output, whatever its exit code.
    pub fn command(&self, arguments: &[&str]) -> anyhow::Result<Output> {
        self.daemon.command(arguments)
    }

    /// What the hub says now.
    pub async fn look(&self) -> anyhow::Result<Seen> {
        Seen::read(&self.hub()).await.context("looking at the hub")
    }

    /// Looks until `done`, and gives up with everything that helps to see why.
    pub async fn wait(&mut self, what: &str, done: impl Fn(&Seen) -> bool) -> anyhow::Result<Seen> {
        let begun = tokio::time::Instant::now();
        loop {
            let mut seen = self.look().await?;
            if done(&seen) {
                // The kinds were read one after the other: only a second look has everything from after it was so.
                seen = self.look().await?;
                if done(&seen) {
                    self.tell(what);
                    return Ok(seen);
                }
            }
            let alive = self.running.as_mut().map_or(Ok(()), Running::check_alive);
            if begun.elapsed() > PATIENCE || alive.is_err() {
                let log = self.daemon.end_of_log();
                alive.with_context(|| {
                    format!("waiting for {what}\n{seen}\nthe daemon's log ends with\n{log}")
                })?;
                bail!("waited {PATIENCE:?} for {what}\n{seen}\nthe daemon's log ends with\n{log}");
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Ends the daemon in order and checks what it leaves: no panic, a decision log that is whole.
    pub async fn end(mut self) -> anyhow::Result<()> {
        if self.running.is_some() {
            self.end_daemon().await?;
        }
        self.daemon.never_panicked()?;
        let verified = self.daemon.verify_log()?;
        if !verified.status.success() {
            let said = String::from_utf8_lossy(&verified.stdout);
            let why = String::from_utf8_lossy(&verified.stderr);
            bail!("audit verify: {said} {why}");
        }
        self.cancel.cancel();
        while self.tasks.join_next().await.is_some() {}
        Ok(())
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("the daemon's log ends with\n{}", self.daemon.end_of_log());
        }
    }
}
