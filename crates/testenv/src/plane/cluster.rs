//! One real control plane on loopback: etcd, API server, controller manager, scheduler.
//!
//! Not here: nodes. Pods stay pending until something plays a node.
//! Invariants: needs no root; ports and data stay the same over restarts; nothing outlives the value.

use std::{
    fmt,
    path::{Path, PathBuf},
    time::Duration,
};

use k8s_openapi::api::{
    authentication::v1::{TokenRequest, TokenRequestSpec},
    core::v1::ServiceAccount,
};
use kube::{Api, Client, api::PostParams};
use rustix::fs::statfs;
use tempfile::TempDir;
use tokio::time::{Instant, sleep};

use super::{
    ClusterOptions, Daemon, Relay, TestenvError,
    certificates::{Authority, Issued, token_keys},
    daemon::{LOOK_EVERY, Program},
    flags::{self, Numbers, file},
    guard::Guard,
    kubeconfig::{self, Credential, render},
    ports::Port,
};
use crate::binaries::{self, Binary};

/// A loaded machine needs some 10 s; a cluster that takes six times that is broken.
const READY_WITHIN: Duration = Duration::from_mins(1);
/// One look at a process that may be stopped must not take the whole limit.
const LOOK_TAKES_AT_MOST: Duration = Duration::from_secs(3);
/// `f_type` of a tmpfs (statfs(2)).
const TMPFS: u64 = 0x0102_1994;

/// A process of a control plane.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Process {
    /// The store.
    Etcd,
    /// The API server.
    ApiServer,
    /// The controllers of Kubernetes itself.
    ControllerManager,
    /// The scheduler.
    Scheduler,
}

impl Process {
    /// All of them, in the order of their start.
    pub const ALL: [Self; 4] = [
        Self::Etcd,
        Self::ApiServer,
        Self::ControllerManager,
        Self::Scheduler,
    ];
}

impl fmt::Display for Process {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Etcd => "etcd",
            Self::ApiServer => "kube-apiserver",
            Self::ControllerManager => "kube-controller-manager",
            Self::Scheduler => "kube-scheduler",
        })
    }
}

/// A running control plane. Dropping it ends its processes and removes its data.
pub struct Cluster {
    // Dropped in this order: processes, then the guard over their directory, then the ports.
    etcd: Daemon,
    apiserver: Daemon,
    controller_manager: Daemon,
    scheduler: Daemon,
    _guard: Guard,
    home: TempDir,
    ports: Ports,
    authority: Authority,
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
    /// Starts a cluster and waits until it is ready (see `wait_ready`).
    pub async fn start(options: ClusterOptions) -> Result<Self, TestenvError> {
        let programs = tokio::task::spawn_blocking(Programs::find)
            .await
            .map_err(|source| TestenvError::Spawn {
                program: "go".to_owned(),
                source: source.into(),
            })??;
        let cluster = Self::prepare(options, programs).await?;
        cluster.etcd.start()?;
        cluster.apiserver.start()?;
        cluster
            .wait_for("answers /readyz", Process::ApiServer, || cluster.serves())
            .await?;
        if cluster.controllers {
            // Not earlier: they give up on an API server that is not there.
            cluster.controller_manager.start()?;
            cluster.scheduler.start()?;
        }
        cluster.wait_ready().await?;
        Ok(cluster)
    }

    /// Waits, at most 60 s, until the API server says it is ready and, with controllers, the default
    /// service account exists: from then on pods are admitted.
    pub async fn wait_ready(&self) -> Result<(), TestenvError> {
        self.wait_for("answers /readyz", Process::ApiServer, || self.serves())
            .await?;
        if self.controllers && self.controller_manager.id().is_some() {
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
        format!("https://127.0.0.1:{}", self.ports.apiserver.number())
    }

    /// A client of an administrator, on the runtime that calls this.
    pub fn client(&self) -> Client {
        // The same configuration made the first client, so the alternative is not reached.
        Client::try_from(self.config.clone()).unwrap_or_else(|_| self.first_client.clone())
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
        Ok(self.render(&self.authority.client(user, groups)?))
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
        let token = answer.status.map(|status| status.token).unwrap_or_default();
        Ok(render(
            &self.name,
            &self.url(),
            &self.authority.certificate(),
            &Credential::Token(&token),
        ))
    }

    /// One of its processes.
    pub fn process(&self, process: Process) -> &Daemon {
        match process {
            Process::Etcd => &self.etcd,
            Process::ApiServer => &self.apiserver,
            Process::ControllerManager => &self.controller_manager,
            Process::Scheduler => &self.scheduler,
        }
    }

    /// A relay in front of the API server, on the runtime that calls this. Give its clients
    /// `relay.route(&cluster.kubeconfig())`.
    pub async fn through_relay(&self) -> Result<Relay, TestenvError> {
        Relay::start(([127, 0, 0, 1], self.ports.apiserver.number()).into()).await
    }

    async fn prepare(options: ClusterOptions, programs: Programs) -> Result<Self, TestenvError> {
        let ClusterOptions {
            name,
            controllers,
            apiserver_flags,
        } = options;
        let ports = Ports::reserve()?;
        let numbers = ports.numbers();
        let home = home(&name)?;
        let path = home.path();
        let guard = Guard::over(path)?;
        let authority = Authority::new(&name)?;
        let url = format!("https://127.0.0.1:{}", numbers.apiserver);
        let pki = Pki::issue(&authority)?;
        pki.write(path, &name, &url, &authority)?;
        let admin = render(
            &name,
            &url,
            &authority.certificate(),
            &Credential::Certificate(&pki.admin),
        );
        let config = kubeconfig::config(&admin).await?;
        let first_client = Client::try_from(config.clone()).map_err(TestenvError::api("making a client"))?;
        let daemon = |process, file, flags, port| {
            Daemon::new(
                &name,
                path,
                guard.group(),
                Program {
                    process,
                    file,
                    flags,
                    port,
                },
            )
        };
        let apiserver_flags = flags::apiserver(path, numbers, &apiserver_flags);
        let controller_flags = flags::controller_manager(path);
        Ok(Self {
            etcd: daemon(
                Process::Etcd,
                programs.etcd,
                flags::etcd(path, numbers),
                Some(numbers.etcd),
            ),
            apiserver: daemon(
                Process::ApiServer,
                programs.apiserver,
                apiserver_flags,
                Some(numbers.apiserver),
            ),
            controller_manager: daemon(
                Process::ControllerManager,
                programs.controller_manager,
                controller_flags,
                None,
            ),
            scheduler: daemon(
                Process::Scheduler,
                programs.scheduler,
                flags::scheduler(path),
                None,
            ),
            _guard: guard,
            home,
            ports,
            authority,
            controllers,
            admin,
            config,
            first_client,
            name,
        })
    }

    fn render(&self, issued: &Issued) -> String {
        render(
            &self.name,
            &self.url(),
            &self.authority.certificate(),
            &Credential::Certificate(issued),
        )
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
            self.etcd.check_alive()?;
            self.process(process).check_alive()?;
            if tokio::time::timeout(LOOK_TAKES_AT_MOST, condition())
                .await
                .unwrap_or(false)
            {
                return Ok(());
            }
            sleep(LOOK_EVERY).await;
        }
        Err(self.process(process).not_ready(waiting_for, READY_WITHIN))
    }
}

/// Where the programs are.
struct Programs {
    etcd: PathBuf,
    apiserver: PathBuf,
    controller_manager: PathBuf,
    scheduler: PathBuf,
}

impl Programs {
    fn find() -> Result<Self, binaries::BinariesError> {
        Ok(Self {
            etcd: binaries::find(Binary::Etcd)?,
            apiserver: binaries::find(Binary::KubeApiserver)?,
            controller_manager: binaries::find(Binary::KubeControllerManager)?,
            scheduler: binaries::find(Binary::KubeScheduler)?,
        })
    }
}

/// The ports of one cluster, held until it is dropped.
struct Ports {
    etcd: Port,
    peer: Port,
    apiserver: Port,
}

impl Ports {
    fn reserve() -> Result<Self, TestenvError> {
        Ok(Self {
            etcd: Port::reserve()?,
            peer: Port::reserve()?,
            apiserver: Port::reserve()?,
        })
    }

    fn numbers(&self) -> Numbers {
        Numbers {
            etcd: self.etcd.number(),
            peer: self.peer.number(),
            apiserver: self.apiserver.number(),
        }
    }
}

/// The credentials that a cluster starts with.
struct Pki {
    server: Issued,
    admin: Issued,
    controller_manager: Issued,
    scheduler: Issued,
}

impl Pki {
    fn issue(authority: &Authority) -> Result<Self, TestenvError> {
        let names = [
            "127.0.0.1",
            "localhost",
            "10.96.0.1",
            "kubernetes",
            "kubernetes.default",
            "kubernetes.default.svc",
        ];
        Ok(Self {
            server: authority.server("kube-apiserver", &names)?,
            admin: authority.client("admin", &["system:masters"])?,
            controller_manager: authority.client("system:kube-controller-manager", &[])?,
            scheduler: authority.client("system:kube-scheduler", &[])?,
        })
    }

    fn write(&self, home: &Path, name: &str, url: &str, authority: &Authority) -> Result<(), TestenvError> {
        let trusted = authority.certificate();
        let (token_key, token_public_key) = token_keys()?;
        let kubeconfig = |issued| render(name, url, &trusted, &Credential::Certificate(issued));
        for (file, content) in [
            (file::AUTHORITY, trusted.clone()),
            (file::AUTHORITY_KEY, authority.key()),
            (file::SERVER, self.server.certificate.clone()),
            (file::SERVER_KEY, self.server.key.clone()),
            (file::TOKEN_KEY, token_key),
            (file::TOKEN_PUBLIC_KEY, token_public_key),
            (file::ADMIN, kubeconfig(&self.admin)),
            (file::CONTROLLER_MANAGER, kubeconfig(&self.controller_manager)),
            (file::SCHEDULER, kubeconfig(&self.scheduler)),
        ] {
            let path = home.join(file);
            std::fs::write(&path, content).map_err(TestenvError::file("writing", path))?;
        }
        Ok(())
    }
}

/// A directory in memory where the machine has one, for etcd's sake. Only its owner can enter it.
fn home(name: &str) -> Result<TempDir, TestenvError> {
    let memory = Path::new("/dev/shm");
    let in_memory = statfs(memory).is_ok_and(|stat| u64::try_from(stat.f_type).is_ok_and(|t| t == TMPFS));
    let base = if in_memory {
        memory.to_owned()
    } else {
        std::env::temp_dir()
    };
    tempfile::Builder::new()
        .prefix(&format!("havenmeester-{name}-"))
        .tempdir_in(&base)
        .map_err(TestenvError::file("making a directory in", base))
}
