//! The arguments of `run`, and what it shares with `audit`: where the store is.
use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::RegistryArgs;

/// Where captures and the decision log are kept.
#[derive(Args, Clone, Debug)]
pub(crate) struct StoreArgs {
    /// A directory, file:///path, memory:, or s3://bucket/prefix (credentials and endpoint from AWS_* variables).
    #[arg(long, env = "HAVENMEESTER_STORE", default_value = "/var/lib/havenmeester")]
    pub(crate) store: String,
    /// The age identity file with which captures are sealed. Captures are sealed to every identity in it.
    #[arg(long, env = "HAVENMEESTER_CAPTURE_KEY_FILE")]
    pub(crate) capture_key_file: Option<PathBuf>,
}

/// How logs are written.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// `run`.
#[derive(Args, Debug)]
pub(crate) struct RunArgs {
    #[command(flatten)]
    pub(crate) store: StoreArgs,
    /// The name of this replica; different for each.
    #[arg(long, env = "POD_NAME")]
    pub(crate) identity: Option<String>,
    /// Where health and metrics are served.
    #[arg(long, env = "HAVENMEESTER_LISTEN", default_value = "127.0.0.1:8080")]
    pub(crate) listen: SocketAddr,
    /// How logs are written to stderr.
    #[arg(long, env = "HAVENMEESTER_LOG_FORMAT", value_enum, default_value_t = LogFormat::Json)]
    pub(crate) log_format: LogFormat,
    /// Where traces go (OTLP over HTTP); absent = nowhere.
    #[arg(long, env = "OTEL_EXPORTER_OTLP_ENDPOINT")]
    pub(crate) otlp_endpoint: Option<String>,
    /// How many moves run at once.
    #[arg(long, default_value_t = 32, value_parser = clap::value_parser!(u16).range(1..=512))]
    pub(crate) concurrent_moves: u16,
    /// Ask no image registry. Dry runs then say of images that they are not known.
    #[arg(long, conflicts_with_all = ["plain_http_registry", "registry_ca"])]
    pub(crate) no_registries: bool,
    #[command(flatten)]
    pub(crate) registry: RegistryArgs,
    /// Install or update the CustomResourceDefinitions first.
    #[arg(long)]
    pub(crate) install_crds: bool,
}
