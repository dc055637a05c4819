//! The programs of a control plane: given, cached, or built with Go.
//!
//! Order: `KUBEBUILDER_ASSETS` (the ecosystem's own convention), the cache, a build into the cache. A
//! directory of assets that lacks a program (the usual ones have no controller manager) is no error:
//! the search goes on for that program.
//! Invariant: never a silent skip; without assets, cache and Go there is one error that names the ways out.

mod build; // with Go, once per machine
#[cfg(test)]
mod tests;

use std::{fmt, path::PathBuf};

/// Kubernetes release that is built when none is given.
pub const KUBERNETES: &str = "v1.36.3";
/// The older minor of which there is an API server too, for members that lag behind.
pub const KUBERNETES_OLDER: &str = "v1.34.4";
/// etcd release that is built when none is given.
pub const ETCD: &str = "v3.6.14";
/// Helm release that is built when none is given.
pub const HELM: &str = "v4.2.4";
/// Release of the distribution project's registry that is built when none is given.
pub const REGISTRY: &str = "v3.0.0";

/// A program that tests run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Binary {
    /// The store of a control plane.
    Etcd,
    /// The API server.
    KubeApiserver,
    /// The API server of [`KUBERNETES_OLDER`].
    KubeApiserverOlder,
    /// The controllers of Kubernetes itself.
    KubeControllerManager,
    /// The scheduler.
    KubeScheduler,
    /// The command line client.
    Kubectl,
    /// The package manager.
    Helm,
    /// An image registry.
    Registry,
}

impl Binary {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Etcd,
        Self::KubeApiserver,
        Self::KubeControllerManager,
        Self::KubeScheduler,
        Self::Kubectl,
        Self::Helm,
        Self::Registry,
        // Last: it takes as long as all the others together.
        Self::KubeApiserverOlder,
    ];

    /// The file name. That of the older API server says so: assets have one directory for all.
    pub fn name(self) -> &'static str {
        match self {
            Self::Etcd => "etcd",
            Self::KubeApiserver => "kube-apiserver",
            Self::KubeApiserverOlder => "kube-apiserver-1.34",
            Self::KubeControllerManager => "kube-controller-manager",
            Self::KubeScheduler => "kube-scheduler",
            Self::Kubectl => "kubectl",
            Self::Helm => "helm",
            Self::Registry => "registry",
        }
    }

    /// Its directory in the cache: the product and its release.
    fn cached(self) -> PathBuf {
        match self {
            Self::Etcd => ["etcd", ETCD].iter().collect(),
            Self::KubeApiserver | Self::KubeControllerManager | Self::KubeScheduler | Self::Kubectl => {
                ["kube", KUBERNETES].iter().collect()
            }
            Self::KubeApiserverOlder => ["kube", KUBERNETES_OLDER].iter().collect(),
            Self::Helm => ["helm", HELM].iter().collect(),
            Self::Registry => ["registry", REGISTRY].iter().collect(),
        }
    }
}

impl fmt::Display for Binary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Why a program could not be had.
#[derive(Debug, thiserror::Error)]
pub enum BinariesError {
    /// Neither given nor cached, and no Go to build it.
    #[error(
        "{binary} is not in KUBEBUILDER_ASSETS ({assets}) and not in {}, and there is no `go` on PATH to build it. \
         Either set KUBEBUILDER_ASSETS to a directory with etcd, kube-apiserver, kube-controller-manager, \
         kube-scheduler, kubectl, helm and registry, or install Go 1.26 or newer and run `cargo xtask kube`",
        cache.display()
    )]
    Missing {
        /// The program.
        binary: Binary,
        /// The value of `KUBEBUILDER_ASSETS`, or that it is not set.
        assets: String,
        /// Where a built one would be.
        cache: PathBuf,
    },
    /// `HOME` and `XDG_CACHE_HOME` are both unset.
    #[error("no place for a cache: set HOME or XDG_CACHE_HOME")]
    NoCache,
    /// The cache cannot be written.
    #[error("{action} {}", path.display())]
    File {
        /// The verb.
        action: &'static str,
        /// The file or directory.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// Go could not be started.
    #[error("starting go to build {binary}")]
    Go {
        /// The program.
        binary: Binary,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// Go refused. It said why on standard error.
    #[error("building {binary} in {} failed ({status})", module.display())]
    Build {
        /// The program.
        binary: Binary,
        /// The Go module.
        module: PathBuf,
        /// Go's exit status.
        status: std::process::ExitStatus,
    },
}

/// Where `binary` is; builds it first if it must. May take minutes the first time, and says so on
/// standard error; blocks, so call it off the async threads.
pub fn find(binary: Binary) -> Result<PathBuf, BinariesError> {
    let assets = std::env::var_os("KUBEBUILDER_ASSETS").map(PathBuf::from);
    if let Some(given) = assets.as_ref().map(|directory| directory.join(binary.name()))
        && given.is_file()
    {
        return Ok(given);
    }
    let directory = cache()?.join(binary.cached());
    let cached = directory.join(binary.name());
    if cached.is_file() {
        return Ok(cached);
    }
    if !build::go_is_there() {
        let assets = assets.map_or_else(|| "not set".to_owned(), |given| given.display().to_string());
        return Err(BinariesError::Missing {
            binary,
            assets,
            cache: directory,
        });
    }
    build::build(binary, &directory)
}

/// Where this project keeps what is expensive to make again.
pub fn cache() -> Result<PathBuf, BinariesError> {
    let base = match std::env::var_os("XDG_CACHE_HOME") {
        Some(given) if !given.is_empty() => PathBuf::from(given),
        Some(_) | None => {
            PathBuf::from(std::env::var_os("HOME").ok_or(BinariesError::NoCache)?).join(".cache")
        }
    };
    Ok(base.join("havenmeester"))
}
