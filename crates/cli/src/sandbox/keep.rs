//! After the story: kubeconfigs of every simulated cluster, and where to look.
use std::collections::BTreeMap;

use anyhow::Context as _;
use havenmeester_simulator::{User, serve};

use super::stage::{HUB, Stage};
use crate::args::{Output, SandboxArgs};

/// Serves every cluster on loopback until the user has seen enough (Ctrl-C, or SIGTERM).
pub(super) async fn stay(stage: &Stage, output: Output) -> anyhow::Result<()> {
    let directory = std::env::temp_dir().join(format!("havenmeester-sandbox-{}", std::process::id()));
    std::fs::create_dir_all(&directory).with_context(|| format!("making {}", directory.display()))?;
    let mut doors = Vec::new();
    for (name, cluster) in stage.world.clusters() {
        let tokens = BTreeMap::from([("sandbox".to_owned(), User::admin())]);
        let server = serve(cluster.server().clone(), tokens, 0).await?;
        let path = directory.join(format!("{name}.kubeconfig"));
        std::fs::write(&path, server.kubeconfig(name, "sandbox"))
            .with_context(|| format!("writing {}", path.display()))?;
        doors.push(server);
    }
    if output == Output::Table {
        let hub = directory.join(format!("{HUB}.kubeconfig"));
        println!("\nThe clusters stay up until you press Ctrl-C. Look around:\n");
        println!("  export KUBECONFIG={}", hub.display());
        println!("  kubectl get memberclusters");
        println!("  kubectl -n havenmeester get workloads,migrations");
        println!("  havenmeester explain signalen");
        println!(
            "  kubectl --kubeconfig {}/azure-weu.kubeconfig get deployments -A",
            directory.display()
        );
    }
    wait_for_the_end().await?;
    for server in doors {
        server.stop().await;
    }
    std::fs::remove_dir_all(&directory).with_context(|| format!("removing {}", directory.display()))?;
    Ok(())
}

async fn wait_for_the_end() -> anyhow::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate()).context("listening for SIGTERM")?;
    tokio::select! {
        result = tokio::signal::ctrl_c() => result.context("listening for Ctrl-C")?,
        _ = terminate.recv() => {}
    }
    Ok(())
}

/// Where to look next, for those who did not ask to stay.
pub(super) fn hint(args: &SandboxArgs) {
    let scenario = match args.scenario {
        crate::args::Scenario::All => String::new(),
        crate::args::Scenario::Placement => " --scenario placement".to_owned(),
        crate::args::Scenario::Cutoff => " --scenario cutoff".to_owned(),
        crate::args::Scenario::Contract => " --scenario contract".to_owned(),
    };
    println!(
        "\nNext: `havenmeester sandbox{scenario} --keep` stays up afterwards, with kubeconfigs to look around."
    );
    println!("      examples/amsterdam/ holds what was applied; docs/ tells what each part does.");
}
