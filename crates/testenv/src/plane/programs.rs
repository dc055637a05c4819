//! The programs of one control plane with their command lines, as daemons that do not run yet.

use std::path::{Path, PathBuf};

use super::{
    Daemon, Process, TestenvError,
    daemon::Program,
    flags::{self, Numbers},
    ports::Port,
};
use crate::binaries::{BinariesError, Binary, find};

/// Where the programs are.
pub(crate) struct Programs {
    etcd: PathBuf,
    apiserver: PathBuf,
    controller_manager: PathBuf,
    scheduler: PathBuf,
}

impl Programs {
    /// Finds or builds them; blocks.
    pub(crate) fn find(older: bool) -> Result<Self, BinariesError> {
        let apiserver = if older {
            Binary::KubeApiserverOlder
        } else {
            Binary::KubeApiserver
        };
        Ok(Self {
            etcd: find(Binary::Etcd)?,
            apiserver: find(apiserver)?,
            controller_manager: find(Binary::KubeControllerManager)?,
            scheduler: find(Binary::KubeScheduler)?,
        })
    }
}

/// The ports of one cluster, held until it is dropped.
#[derive(Debug)]
pub(crate) struct Ports {
    etcd: Port,
    peer: Port,
    apiserver: Port,
}

impl Ports {
    pub(crate) fn reserve() -> Result<Self, TestenvError> {
        Ok(Self {
            etcd: Port::reserve()?,
            peer: Port::reserve()?,
            apiserver: Port::reserve()?,
        })
    }

    pub(crate) fn numbers(&self) -> Numbers {
        Numbers {
            etcd: self.etcd.number(),
            peer: self.peer.number(),
            apiserver: self.apiserver.number(),
        }
    }
}

/// The processes of one cluster. Dropping them kills them.
#[derive(Debug)]
pub(crate) struct Daemons {
    etcd: Daemon,
    apiserver: Daemon,
    controller_manager: Daemon,
    scheduler: Daemon,
}

impl Daemons {
    /// For `cluster`, in the directory `home` and the process group `group`; `extra` flags go to the API
    /// server.
    pub(crate) fn new(
        cluster: &str,
        home: &Path,
        group: i32,
        programs: Programs,
        ports: Numbers,
        extra: &[String],
    ) -> Self {
        let Programs {
            etcd,
            apiserver,
            controller_manager,
            scheduler,
        } = programs;
        let daemon = |process, file, flags, port| {
            Daemon::new(
                cluster,
                home,
                group,
                Program {
                    process,
                    file,
                    flags,
                    port,
                },
            )
        };
        let apiserver_flags = flags::apiserver(home, ports, extra);
        let controller_flags = flags::controller_manager(home);
        Self {
            etcd: daemon(Process::Etcd, etcd, flags::etcd(home, ports), Some(ports.etcd)),
            apiserver: daemon(
                Process::ApiServer,
                apiserver,
                apiserver_flags,
                Some(ports.apiserver),
            ),
            controller_manager: daemon(
                Process::ControllerManager,
                controller_manager,
                controller_flags,
                None,
            ),
            scheduler: daemon(Process::Scheduler, scheduler, flags::scheduler(home), None),
        }
    }

    pub(crate) fn get(&self, process: Process) -> &Daemon {
        match process {
            Process::Etcd => &self.etcd,
            Process::ApiServer => &self.apiserver,
            Process::ControllerManager => &self.controller_manager,
            Process::Scheduler => &self.scheduler,
        }
    }
}
