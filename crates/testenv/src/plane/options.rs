//! What a test may choose about a cluster; everything else is the same for all.

/// How to start one cluster.
#[derive(Debug, Clone)]
pub struct ClusterOptions {
    pub(crate) name: String,
    pub(crate) controllers: bool,
    pub(crate) older: bool,
    pub(crate) apiserver_flags: Vec<String>,
}

impl ClusterOptions {
    /// A cluster called `name` (a DNS label; it names the kubeconfig's context) with controllers and
    /// scheduler, role-based access control, and the admission plugins that are on by default.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            controllers: true,
            older: false,
            apiserver_flags: Vec::new(),
        }
    }

    /// Whether the controller manager and the scheduler run. Default: true. Without them a cluster is
    /// ready sooner and takes half the memory, but nothing makes pods or service accounts.
    #[must_use]
    pub fn controllers(mut self, on: bool) -> Self {
        self.controllers = on;
        self
    }

    /// Whether the API server is that of [`crate::binaries::KUBERNETES_OLDER`]. Default: false. The controllers and the
    /// scheduler are not: the release that is newer than its API server is not supported, so leave them out.
    #[must_use]
    pub fn older(mut self, on: bool) -> Self {
        self.older = on;
        self
    }

    /// Turns admission plugins on that are off by default, such as `AlwaysPullImages`.
    #[must_use]
    pub fn admission(self, plugins: &[&str]) -> Self {
        self.apiserver_flag(format!("--enable-admission-plugins={}", plugins.join(",")))
    }

    /// One more flag for the API server, such as `--feature-gates=...`. It comes after ours: a list adds to
    /// what we set, any other value takes its place.
    #[must_use]
    pub fn apiserver_flag(mut self, flag: impl Into<String>) -> Self {
        self.apiserver_flags.push(flag.into());
        self
    }
}
