//! `havenmeester sandbox`: the daemon on simulated clusters in this process, and three stories on them.
//!
//! Read `story`, then `stage`. The daemon here is the very one that `run` starts; only the clusters are not real.
//! Invariant: exit code 0 only if the story came out as it should, by what stands on the clusters.

mod apps; // what runs on Azure at the beginning
mod check; // whether it came out as it should
mod keep; // kubeconfigs to look around with
mod outcome; // what is printed at the end
mod pace; // how fast time goes
mod seen; // what the hub says at one moment
mod stage; // hub, members, daemon
mod story; // placement, contract, cut-off
mod tell; // progress, for a terminal or a log

use std::process::ExitCode;

use anyhow::Context as _;

use crate::args::{SandboxArgs, Speed};

/// Plays the story and prints what came of it.
pub(crate) fn run(args: &SandboxArgs, colour: bool) -> anyhow::Result<ExitCode> {
    let runtime = pace::runtime(args.speed).context("starting the runtime")?;
    let ok = runtime.block_on(play(args, colour))?;
    // Watches of the simulated clusters would keep their threads: nobody needs their last words.
    runtime.shutdown_background();
    Ok(if ok { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn play(args: &SandboxArgs, colour: bool) -> anyhow::Result<bool> {
    let pace = pace::Pace::start(args.speed);
    let teller = tell::Teller::new(args.output, colour);
    let stage = stage::build(args.seed, pace.virtual_time())
        .await
        .context("building the fleet")?;
    let played = story::play(&stage, args.scenario, &teller).await;
    let outcome = outcome::Outcome::of(&stage, args.scenario, played);
    teller.finish();
    outcome.print(args.output, colour)?;
    if args.keep {
        pace.end();
        keep::stay(&stage, args.output).await?;
    } else if args.output == crate::args::Output::Table {
        keep::hint(args);
    }
    stage.end().await;
    Ok(outcome.ok)
}

impl Speed {
    /// Whether tokio's clock is ours to move.
    fn is_virtual(self) -> bool {
        self != Self::Times(1)
    }
}
