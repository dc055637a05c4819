//! How image registries are asked, wherever they are.
use std::path::PathBuf;

use clap::Args;

/// How image registries are asked.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct RegistryArgs {
    /// A registry's host (and port) that is asked without TLS. May be repeated.
    #[arg(long, value_name = "HOST")]
    pub(crate) plain_http_registry: Vec<String>,
    /// Certificate authorities (PEM) that sign for registries, beside those that the system trusts. May be repeated.
    #[arg(long, value_name = "FILE")]
    pub(crate) registry_ca: Vec<PathBuf>,
}

impl RegistryArgs {
    /// Whether anything is said.
    pub(crate) fn is_given(&self) -> bool {
        !(self.plain_http_registry.is_empty() && self.registry_ca.is_empty())
    }
}
