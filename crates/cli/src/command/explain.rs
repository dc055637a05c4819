//! `havenmeester explain`: where one workload must stand, and why not elsewhere.
use std::process::ExitCode;

use anyhow::anyhow;
use havenmeester_placement::{Explanation, WorkloadId, explain};
use tracing::warn;

use crate::args::{Cli, ExplainArgs};
use crate::decided::{Decided, decided};
use crate::files::CLUSTER;
use crate::identity;
use crate::output::{self, Screen, Tone};

pub(crate) async fn run(cli: &Cli, args: &ExplainArgs, screen: Screen) -> anyhow::Result<ExitCode> {
    let id = identity::read(&args.workload, &cli.namespace)?;
    let decided = Box::pin(decided(cli, &args.filename)).await?;
    let decision = decided
        .plan
        .decisions
        .get(&id)
        .ok_or_else(|| unknown(&id, &decided, args))?;
    tell_of_the_daemon(&id, &decided, decision.desired.as_deref());
    let explanation = explain(&id, decision);
    output::show(args.output, &explanation, |explanation| text(explanation, screen))?;
    Ok(ExitCode::SUCCESS)
}

fn unknown(id: &WorkloadId, decided: &Decided, args: &ExplainArgs) -> anyhow::Error {
    let names: Vec<String> = decided.plan.decisions.keys().map(ToString::to_string).collect();
    let known = if names.is_empty() {
        "there are none".to_owned()
    } else {
        format!("there are {}", names.join(", "))
    };
    let how = if args.filename.is_empty() {
        "label its namespace on the member, or make a Workload".to_owned()
    } else {
        format!("add its Namespace with its labels and the annotation {CLUSTER}, or a Workload")
    };
    anyhow!("there is no workload {id}, or its namespace is not tagged; {known}; {how}")
}

/// The daemon sees what workloads ask for; where it came to something else, that is what counts.
fn tell_of_the_daemon(id: &WorkloadId, decided: &Decided, desired: Option<&str>) {
    let workload = decided.objects.workloads.iter().find(|workload| {
        workload.metadata.namespace.as_ref() == Some(&id.namespace)
            && workload.metadata.name.as_ref() == Some(&id.name)
    });
    let daemon = workload.and_then(|w| w.status.as_ref()?.desired.as_ref());
    if let Some(daemon) = daemon.filter(|daemon| Some(daemon.cluster.as_str()) != desired) {
        warn!(
            daemon = daemon.cluster,
            "the daemon decided otherwise, which sees how much the workload asks for: {}", daemon.because
        );
    }
}

/// The text, with its verdicts in colour.
fn text(explanation: &Explanation, screen: Screen) -> String {
    let plain = explanation.to_string();
    if !screen.colour() {
        return plain;
    }
    let paint = |line: &str| {
        let (yes, no) = (screen.paint("yes", Tone::Good), screen.paint("no", Tone::Bad));
        line.replacen("   yes  ", &format!("   {yes}  "), 1)
            .replacen("   no   ", &format!("   {no}   "), 1)
            + "\n"
    };
    plain.lines().map(paint).collect::<Vec<_>>().concat()
}
