//! `havenmeester run`: the daemon, from the command line to the end of the process.
//!
//! Invariant: SIGTERM and SIGINT end it in order; moves that are under way are left resumable.
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use havenmeester_api::{FIELD_MANAGER, crds};
use havenmeester_controller::Options;
use havenmeester_fleet::{KubeconfigConnector, Registries, SystemClock};
use havenmeester_ledger::Ledger;
use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use kube::api::{Patch, PatchParams};
use kube::runtime::wait::{await_condition, conditions};
use kube::{Api, Client, ResourceExt as _};
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;
use tracing::{info, instrument};

use crate::args::{Cli, RunArgs};
use crate::hub::{self, ask};
use crate::{registries, store};

/// How long a definition may take to be served. An API server takes a second; a busy one some more.
const ESTABLISHED_WITHIN: Duration = Duration::from_mins(1);

pub(crate) async fn run(cli: &Cli, args: &RunArgs) -> anyhow::Result<ExitCode> {
    let (hub, ledger) = start(cli, args).await?;
    let cancel = CancellationToken::new();
    let options = Options {
        listen: Some(args.listen),
        concurrent_moves: usize::from(args.concurrent_moves),
        registries: registries(args)?,
        ..Options::new(identity(args), &cli.namespace)
    };
    info!(identity = options.identity, namespace = options.namespace, listen = %args.listen, "starting");
    let connector = Arc::new(KubeconfigConnector::new(hub.clone()));
    let daemon = havenmeester_controller::run(
        hub,
        connector,
        Arc::new(SystemClock),
        ledger,
        options,
        cancel.clone(),
    );
    tokio::pin!(daemon);
    tokio::select! {
        ended = &mut daemon => ended.context("the daemon could not start")?,
        asked = asked_to_end() => {
            info!(signal = asked?, "ending; what is under way is left resumable");
            cancel.cancel();
            daemon.await.context("ending the daemon")?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn registries(args: &RunArgs) -> anyhow::Result<Registries> {
    if args.no_registries {
        return Ok(Registries::not_asked());
    }
    registries::of(&args.registry)
}

/// Different for each replica: the name of the pod, or of the machine with the process.
fn identity(args: &RunArgs) -> String {
    args.identity
        .clone()
        .filter(|identity| !identity.is_empty())
        .unwrap_or_else(|| {
            let machine = std::fs::read_to_string("/etc/hostname").unwrap_or_default();
            format!(
                "{}-{}",
                Some(machine.trim())
                    .filter(|name| !name.is_empty())
                    .unwrap_or("hub"),
                std::process::id()
            )
        })
}

async fn asked_to_end() -> anyhow::Result<&'static str> {
    let mut terminate = signal(SignalKind::terminate()).context("listening for SIGTERM")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("listening for SIGINT")?;
    Ok(tokio::select! {
        _ = terminate.recv() => "SIGTERM",
        _ = interrupt.recv() => "SIGINT",
    })
}

/// What comes before the daemon: the store, the hub, the definitions.
#[instrument(skip_all)]
async fn start(cli: &Cli, args: &RunArgs) -> anyhow::Result<(Client, Ledger)> {
    let ledger = store::open(&args.store)?;
    let hub = hub::connect(cli).await?.client;
    if args.install_crds {
        install(&hub).await?;
    }
    Ok((hub, ledger))
}

/// Applies every definition and waits until each is served.
#[instrument(skip_all)]
async fn install(hub: &Client) -> anyhow::Result<()> {
    let api = Api::<CustomResourceDefinition>::all(hub.clone());
    let how = PatchParams::apply(FIELD_MANAGER).force();
    for definition in crds::all() {
        let name = definition.name_any();
        ask(
            &format!("installing {name}"),
            api.patch(&name, &how, &Patch::Apply(&definition)),
        )
        .await?;
        let served = await_condition(api.clone(), &name, conditions::is_crd_established());
        tokio::time::timeout(ESTABLISHED_WITHIN, served)
            .await
            .with_context(|| format!("{name} is not served after {} s", ESTABLISHED_WITHIN.as_secs()))?
            .with_context(|| format!("waiting until {name} is served"))?;
        info!(name, "definition installed");
    }
    Ok(())
}
