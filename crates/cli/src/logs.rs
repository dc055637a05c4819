//! Logs to stderr, and traces over OTLP where an endpoint is given.
//!
//! Invariant: no log line goes to stdout; without an endpoint nothing is sent anywhere.
use std::io::{self, IsTerminal as _};

use anyhow::Context as _;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer as _};

use crate::args::{Cli, Command, LogFormat};

/// Sends what is left of the traces when it is dropped.
pub(crate) struct Logs {
    traces: Option<SdkTracerProvider>,
}

impl Drop for Logs {
    fn drop(&mut self) {
        if let Some(traces) = &self.traces {
            // A collector that does not answer must not keep a daemon from ending.
            let _ = traces.shutdown();
        }
    }
}

/// Starts logging as the command wants it.
pub(crate) fn start(cli: &Cli) -> anyhow::Result<Logs> {
    let (format, endpoint) = match &cli.command {
        Command::Run(run) => (run.log_format, run.otlp_endpoint.as_deref()),
        Command::Sandbox(_)
        | Command::Plan(_)
        | Command::Explain(_)
        | Command::Approve(_)
        | Command::Kpi(_)
        | Command::Check(_)
        | Command::Rules { .. }
        | Command::Migrate(_)
        | Command::Closure(_)
        | Command::Haven(_)
        | Command::Transform(_)
        | Command::Drill { .. }
        | Command::Policy { .. }
        | Command::Audit { .. }
        | Command::Crds
        | Command::Completions { .. } => (LogFormat::Text, None),
    };
    let lines = match format {
        LogFormat::Json => tracing_subscriber::fmt::layer()
            .json()
            .flatten_event(true)
            .with_writer(io::stderr)
            .boxed(),
        LogFormat::Text => tracing_subscriber::fmt::layer()
            .with_ansi(io::stderr().is_terminal())
            .with_target(false)
            .with_writer(io::stderr)
            .boxed(),
    };
    let traces = endpoint.map(exporter).transpose()?;
    let spans = traces
        .as_ref()
        .map(|provider| tracing_opentelemetry::layer().with_tracer(provider.tracer("havenmeester")));
    tracing_subscriber::registry()
        .with(filter(cli)?)
        .with(lines)
        .with(spans)
        .init();
    Ok(Logs { traces })
}

fn filter(cli: &Cli) -> anyhow::Result<EnvFilter> {
    if std::env::var_os("RUST_LOG").is_some_and(|value| !value.is_empty()) {
        return EnvFilter::try_from_default_env()
            .context("reading RUST_LOG; write for example info or havenmeester_fleet=debug");
    }
    let runs = matches!(cli.command, Command::Run(_));
    let level = match (runs, cli.verbose) {
        (false, 0) => "warn",
        (true, 0) | (false, 1) => "info",
        (true, 1) | (false, 2) => "info,havenmeester=debug",
        (true | false, _) => "debug",
    };
    EnvFilter::try_new(level).context("reading the log level")
}

/// OTLP over HTTP. The endpoint is the collector's, as OTEL_EXPORTER_OTLP_ENDPOINT has it: the path of traces is added.
fn exporter(endpoint: &str) -> anyhow::Result<SdkTracerProvider> {
    let url = format!("{}/v1/traces", endpoint.trim_end_matches('/'));
    let exporter = SpanExporter::builder()
        .with_http()
        .with_protocol(Protocol::HttpBinary)
        .with_endpoint(url)
        .build()
        .with_context(|| {
            format!("--otlp-endpoint {endpoint:?}: wanted an address such as http://collector:4318")
        })?;
    let resource = Resource::builder().with_service_name("havenmeester").build();
    Ok(SdkTracerProvider::builder()
        .with_batch_exporter(exporter)
        .with_resource(resource)
        .build())
}
