//! One real control plane on loopback: etcd, API server, controller manager, scheduler.
//!
//! Not here: nodes. Pods stay pending until something plays a node.
//! Invariants: needs no root; ports and data stay the same over restarts; nothing outlives the value.

use std::{fmt, path::PathBuf, time::Duration};

use k8s_openapi::api::{
    authentication::v1::{TokenRequest, TokenRequestSpec},
    core::v1::ServiceAccount,
};
use kube::{Api, Client, api::PostParams};
use tempfile::TempDir;
use tokio::time::{Instant, sleep, timeout};

use super::{
    ClusterOptions, Daemon, Process, Relay, TestenvError,
    daemon::LOOK_EVERY,
    flags::file,
    guard::Guard,
    home::home,
    kubeconfig,
    pki::Pki,
    programs::{Daemons, Ports, Programs},
};

/// A loaded machine needs some 10 s; a cluster that takes six times that is broken.
const READY_WITHIN: Duration = Duration::from_mins(1);
/// One look at a process that may be stopped must not take the whole limit.
const LOOK_TAKES_AT_MOST: Duration = Duration::from_secs(3);

/// A running control plane. Dropping it ends its processes and removes its data.
pub struct Cluster {
    // Dropped in this order: processes, then the guard over their directory, then the ports.
    daemons: Daemons,
    _guard: Guard,
    home: TempDir,
    ports: Ports,
    pki: Pki,
    name: String,
    controllers: bool,
    admin: String,
    config: kube::Config,
    first_client: Client,
}

impl fmt::Debug for Cluster {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cluster")
            .field("name", &self.name)
            .field("url", &self.url())
            .finish_non_exhaustive()
    }
}

impl Cluster {
    /// Starts a cluster and waits until it is ready (see `wait_ready`). If the programs must be built
    /// first, that takes minutes.
    pub async fn start(options: ClusterOptions) -> Result<Self, TestenvError> {
        let older = options.older;
        let programs = tokio::task::spawn_blocking(move || Programs::find(older))
            .await
            .map_err(|source| TestenvError::Spawn {
                program: "go".to_owned(),
                source: source.into(),
            })??;
        let cluster = Self::prepare(options, programs).await?;
        cluster.daemons.get(Process::Etcd).start()?;
        cluster.daemons.get(Process::ApiServer).start()?;
        cluster
            .wait_for("answers /readyz", Process::ApiServer, || cluster.serves())
            .await?;
        if cluster.controllers {
            // Not earlier: they give up on an API server that is not there.
            cluster.daemons.get(Process::ControllerManager).start()?;
            cluster.daemons.get(Process::Scheduler).start()?;
        }
        cluster.wait_ready().await?;
        Ok(cluster)
    }

    /// Waits, at most 60 s, until the API server says it is ready and, with a controller manager running,
    /// the default service account exists: from then on pods are admitted.
    pub async fn wait_ready(&self) -> Result<(), TestenvError> {
        self.wait_for("answers /readyz", Process::ApiServer, || self.serves())
            .await?;
        if self.process(Process::ControllerManager).id().is_some() {
            let ready = || self.has_default_service_account();
            self.wait_for(
                "makes the default service account",
                Process::ControllerManager,
                ready,
            )
            .await?;
        }
        Ok(())
    }

    /// The name it was given.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The API server's address, `https://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        self.pki.url().to_owned()
    }

    /// A client of an administrator, on the runtime that calls this.
    pub fn client(&self) -> Client {
        self.client_by(self.config.clone())
    }

    /// Credentials of an administrator (group `system:masters`), as YAML with everything embedded.
    pub fn kubeconfig(&self) -> String {
        self.admin.clone()
    }

    /// The same as a file, for programs such as kubectl. It goes when the cluster goes.
    pub fn kubeconfig_file(&self) -> PathBuf {
        self.home.path().join(file::ADMIN)
    }

    /// Credentials of `user`, in at most one group. It may do what its RBAC says: at first, nothing.
    pub fn kubeconfig_for(&self, user: &str, groups: &[&str]) -> Result<String, TestenvError> {
        self.pki.kubeconfig(user, groups)
    }

    /// Credentials of a service account that exists, by a token that is valid for an hour.
    pub async fn service_account_kubeconfig(
        &self,
        namespace: &str,
        name: &str,
    ) -> Result<String, TestenvError> {
        let accounts: Api<ServiceAccount> = Api::namespaced(self.client(), namespace);
        let spec = TokenRequestSpec {
            expiration_seconds: Some(3600),
            ..TokenRequestSpec::default()
        };
        let request = TokenRequest {
            spec,
            ..TokenRequest::default()
        };
        let answer = accounts
            .create_token_request(name, &PostParams::default(), &request)
            .await
            .map_err(TestenvError::api("asking a token of a service account"))?;
        Ok(self
            .pki
            .token_kubeconfig(&answer.status.map(|status| status.token).unwrap_or_default()))
    }

    /// One of its processes, to kill, stop, continue or restart.
    pub fn process(&self, process: Process) -> &Daemon {
        self.daemons.get(process)
    }

    /// A relay in front of the API server, on the runtime that calls this. Give its clients
    /// `relay.route(&cluster.kubeconfig())`.
    pub async fn through_relay(&self) -> Result<Relay, TestenvError> {
        Relay::start(([127, 0, 0, 1], self.ports.numbers().apiserver).into()).await
    }

    /// Everything but running processes.
    async fn prepare(options: ClusterOptions, programs: Programs) -> Result<Self, TestenvError> {
        let ClusterOptions {
            name,
            controllers,
            apiserver_flags,
            older: _,
        } = options;
        let ports = Ports::reserve()?;
        let numbers = ports.numbers();
        let home = home(&name)?;
        let guard = Guard::over(home.path())?;
        let pki = Pki::new(&name, format!("https://127.0.0.1:{}", numbers.apiserver))?;
        let admin = pki.write(home.path())?;
        let config = kubeconfig::config(&admin).await?;
        let first_client = Client::try_from(config.clone()).map_err(TestenvError::api("making a client"))?;
        let daemons = Daemons::new(
            &name,
            home.path(),
            guard.group(),
            programs,
            numbers,
            &apiserver_flags,
        );
        Ok(Self {
            daemons,
            _guard: guard,
            home,
            ports,
            pki,
            name,
            controllers,
            admin,
            config,
            first_client,
        })
    }

    async fn serves(&self) -> bool {
        let Ok(request) = http::Request::get("/readyz").body(Vec::new()) else {
            return false;
        };
        self.probe().request_text(request).await.is_ok()
    }

    async fn has_default_service_account(&self) -> bool {
        let accounts: Api<ServiceAccount> = Api::namespaced(self.probe(), "default");
        accounts
            .get_metadata_opt("default")
            .await
            .is_ok_and(|found| found.is_some())
    }

    /// A client that gives up at once, where the usual one would try again for minutes.
    fn probe(&self) -> Client {
        let mut config = self.config.clone();
        config.default_retry = false;
        self.client_by(config)
    }

    /// The same credentials made the first client, so the alternative is not reached.
    fn client_by(&self, config: kube::Config) -> Client {
        Client::try_from(config).unwrap_or_else(|_| self.first_client.clone())
    }

    async fn wait_for<F: Future<Output = bool>>(
        &self,
        waiting_for: &'static str,
        process: Process,
        condition: impl Fn() -> F,
    ) -> Result<(), TestenvError> {
        let deadline = Instant::now() + READY_WITHIN;
        while Instant::now() < deadline {
            self.process(Process::Etcd).check_alive()?;
            self.process(process).check_alive()?;
            if timeout(LOOK_TAKES_AT_MOST, condition()).await.unwrap_or(false) {
                return Ok(());
            }
            sleep(LOOK_EVERY).await;
        }
        Err(self.process(process).not_ready(waiting_for, READY_WITHIN))
    }
}
