//! One cluster of the fleet: its control plane, its nodes, the network to it, and what the daemon may do there.
//!
//! Invariant: the daemon has no more rights than `deploy/member` gives it.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use futures::future::BoxFuture;
use havenmeester_fleet::{Clock as _, SystemClock};
use havenmeester_simulator::{ImageSource, Nodes, NodesConfig, NodesControl, SimClock, until};
use havenmeester_testenv::{Cluster, ClusterOptions, Puller, Registry, Relay};
use k8s_openapi::api::core::v1::ServiceAccount;
use kube::{Api, Client, api::PostParams, core::ApiResource};
use serde_json::{Value, json};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::{
    audit,
    copy::{self, Copy},
    objects::{self, create},
};

/// The namespace of the daemon's account on every member.
const ACCOUNTS: &str = "havenmeester-member";
/// The registries that the applications' images name.
const WORLD: [&str; 3] = ["docker.io", "ghcr.io", "registry.example.nl"];
/// The account.
const ACCOUNT: &str = "havenmeester";

/// What a member is like.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// Its name, also as a MemberCluster.
    pub name: &'static str,
    /// Its Provider.
    pub provider: &'static str,
    /// What it calls storage for one writer, which is its default, and for many.
    pub storage: [&'static str; 2],
    /// What it calls its entry point.
    pub ingress: &'static str,
    /// The only namespaces that the daemon reaches; empty: the whole cluster.
    pub namespaces: &'static [&'static str],
    /// Whether its nodes pull images from real registries; else every image is there.
    pub pulls: bool,
}

impl Plan {
    /// The hyperscaler, where everything begins.
    pub const AZURE: Self = Self {
        name: "azure",
        provider: "azure",
        storage: ["managed-csi", "azurefile-csi"],
        ingress: "nginx",
        namespaces: &[],
        pulls: false,
    };
    /// The European provider.
    pub const EU: Self = Self {
        name: "eu",
        provider: "eu-cloud",
        storage: ["ceph-block", "cephfs"],
        ingress: "haproxy",
        namespaces: &[],
        pulls: false,
    };
    /// The government's platform, of which we have two namespaces.
    pub const LOGIUS: Self = Self {
        name: "logius",
        provider: "logius",
        storage: ["thin-csi", "nfs-csi"],
        ingress: "openshift-default",
        namespaces: &["signalen", "keycloak"],
        pulls: false,
    };

    /// The MemberCluster; its nodes pull what is of the world's registries from `mirror` and nowhere else.
    pub fn object(&self, secret_namespace: &str, mirror: &str) -> Value {
        let [rwo, rwx] = self.storage;
        let mut spec = json!({
            "provider": self.provider, "region": "nl", "country": "NL",
            "connection": {"kubeconfigSecret": {"namespace": secret_namespace, "name": self.name}},
            "classes": {"storage": [{"kind": "Rwo", "name": rwo}, {"kind": "Rwx", "name": rwx}], "ingress": self.ingress},
            "room": {"storage": [{"class": rwo, "gib": 1000}, {"class": rwx, "gib": 1000}]},
        });
        let mirrors = WORLD.map(|registry| json!({"registry": registry, "prefix": mirror, "only": true}));
        spec["mirrors"] = json!(mirrors);
        if !self.namespaces.is_empty() {
            spec["scope"] = "Namespaces".into();
            spec["namespaces"] = json!(self.namespaces);
        }
        json!({"apiVersion": "havenmeester.dev/v1alpha1", "kind": "MemberCluster",
            "metadata": {"name": self.name}, "spec": spec})
    }
}

/// Nodes that pull from real registries.
#[derive(Debug)]
struct Pulls(Puller);

impl ImageSource for Pulls {
    fn pull<'a>(&'a self, image: &'a str) -> BoxFuture<'a, Result<(), String>> {
        Box::pin(self.0.pull(image))
    }
}

/// A member that runs.
pub struct Member {
    /// What it is like.
    pub plan: Plan,
    /// Its control plane.
    pub cluster: Cluster,
    /// The network between the daemon and it.
    pub relay: Relay,
    /// Its nodes.
    pub nodes: NodesControl,
    audit: PathBuf,
    kinds: Vec<ApiResource>,
}

impl Member {
    pub(crate) async fn start(
        plan: Plan,
        home: &Path,
        mirror: &Registry,
        tasks: &mut JoinSet<()>,
        cancel: &CancellationToken,
    ) -> anyhow::Result<Self> {
        let (policy, audit) = (
            home.join(format!("{}-policy.yaml", plan.name)),
            home.join(format!("{}-audit.log", plan.name)),
        );
        std::fs::write(&policy, audit::POLICY)?;
        let options = ClusterOptions::new(plan.name)
            .apiserver_flag(format!("--audit-policy-file={}", policy.display()))
            .apiserver_flag(format!("--audit-log-path={}", audit.display()));
        let cluster = Cluster::start(options).await?;
        let nodes = NodesControl::default();
        let images: Option<Arc<dyn ImageSource>> = if plan.pulls {
            Some(Arc::new(Pulls(Puller::through(mirror.host())?)))
        } else {
            None
        };
        let config = NodesConfig {
            clock: SimClock::begin(SystemClock.now()),
            control: nodes.clone(),
            count: 2,
            provision: true,
            images,
            ..NodesConfig::default()
        };
        tasks.spawn(Nodes::run(cluster.client(), config, cancel.clone()));
        let relay = cluster.through_relay().await?;
        let kinds = copy::kinds(&cluster.client()).await?;
        let member = Self {
            plan,
            cluster,
            relay,
            nodes,
            audit,
            kinds,
        };
        member
            .furnish()
            .await
            .with_context(|| format!("furnishing {}", plan.name))?;
        Ok(member)
    }

    /// An administrator's client.
    pub fn client(&self) -> Client {
        self.cluster.client()
    }

    /// What stands in a namespace.
    pub async fn copy(&self, namespace: &str) -> anyhow::Result<Copy> {
        let copy = Copy::read(&self.client(), &self.kinds, namespace).await;
        copy.with_context(|| format!("reading {namespace} on {}", self.plan.name))
    }

    /// What the daemon asked of it so far.
    pub fn asked(&self) -> anyhow::Result<Vec<audit::Asked>> {
        audit::asked(&self.audit)
    }

    /// What the daemon wrote on it so far.
    pub fn written(&self) -> anyhow::Result<Vec<String>> {
        let writes = self.asked()?.into_iter().filter(audit::Asked::writes);
        Ok(writes.map(|one| format!("{} {}", one.verb, one.uri)).collect())
    }

    /// Credentials for the daemon; new ones each time.
    pub async fn credentials(&self) -> anyhow::Result<String> {
        Ok(self.cluster.service_account_kubeconfig(ACCOUNTS, ACCOUNT).await?)
    }

    /// The same, by way of the relay.
    pub async fn relayed(&self) -> anyhow::Result<String> {
        Ok(self.relay.route(&self.credentials().await?))
    }

    /// Makes every token of the daemon worthless.
    pub async fn revoke(&self) -> anyhow::Result<()> {
        self.accounts()
            .delete(ACCOUNT, &kube::api::DeleteParams::default())
            .await?;
        Ok(())
    }

    /// Makes the account again; its old tokens stay worthless.
    pub async fn readmit(&self) -> anyhow::Result<()> {
        let account = serde_json::from_value(json!({"metadata": {"name": ACCOUNT}}))?;
        self.accounts().create(&PostParams::default(), &account).await?;
        Ok(())
    }

    fn accounts(&self) -> Api<ServiceAccount> {
        Api::namespaced(self.client(), ACCOUNTS)
    }

    /// What the cluster has before anything runs on it: classes, the daemon's account and its rights.
    async fn furnish(&self) -> anyhow::Result<()> {
        let client = self.client();
        for (class, default) in self.plan.storage.into_iter().zip(["true", "false"]) {
            let object = json!({"apiVersion": "storage.k8s.io/v1", "kind": "StorageClass", "metadata": {"name": class,
                "annotations": {"storageclass.kubernetes.io/is-default-class": default}},
                "provisioner": havenmeester_simulator::PROVISIONER});
            create(&client, None, &object).await?;
        }
        let ingress = json!({"apiVersion": "networking.k8s.io/v1", "kind": "IngressClass",
            "metadata": {"name": self.plan.ingress, "annotations": {"ingressclass.kubernetes.io/is-default-class": "true"}},
            "spec": {"controller": "example.nl/ingress"}});
        create(&client, None, &ingress).await?;
        let deploy = objects::root().join("deploy/member");
        if self.plan.namespaces.is_empty() {
            for object in objects::read(&deploy.join("cluster.yaml"))? {
                create(&client, None, &object).await?;
            }
            return self.rights_are_there().await;
        }
        for name in self.plan.namespaces.iter().chain([&ACCOUNTS]) {
            create(
                &client,
                None,
                &json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}),
            )
            .await?;
        }
        self.readmit().await?;
        for namespace in self.plan.namespaces {
            for object in objects::read(&deploy.join("namespaces.yaml"))? {
                create(&client, Some(namespace), &object).await?;
            }
        }
        Ok(())
    }

    /// Waits until the aggregated role is filled in.
    async fn rights_are_there(&self) -> anyhow::Result<()> {
        let roles: Api<k8s_openapi::api::rbac::v1::ClusterRole> = Api::all(self.client());
        let filled = async || {
            let role = roles.get("havenmeester-member").await.ok()?;
            role.rules.filter(|rules| rules.len() > 10)
        };
        until(Duration::from_mins(1), filled)
            .await
            .context("the aggregated ClusterRole havenmeester-member")?;
        Ok(())
    }
}
