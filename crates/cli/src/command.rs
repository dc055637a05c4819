//! A file per command; here each is called.
mod approve; // a person's yes to a move
mod audit; // the decision log
mod check; // what ties manifests to a provider
mod closure; // what an application needs
mod completions; // for shells
mod crds; // the definitions
mod drill; // rehearsed cut-offs
mod explain; // one workload
mod haven; // the Haven standard
mod kpi; // how far the city is with its targets
mod migrate; // a move, or a dry run of one
mod order; // in what order what moves will move
mod plan; // every workload
mod policy; // whether policies make sense
mod rules; // what `check` looks for
mod run; // the daemon
mod transform; // manifests for another cluster
mod what_if; // what would follow if something were so

use std::future::Future;
use std::process::ExitCode;

use anyhow::Context as _;

use crate::args::{AuditCommand, Cli, Command, PolicyCommand};
use crate::output::Screen;

/// Does what the command line says.
pub(crate) fn dispatch(cli: &Cli, screen: Screen) -> anyhow::Result<ExitCode> {
    match &cli.command {
        Command::Run(args) => block_on(run::run(cli, args)),
        Command::Sandbox(args) => crate::sandbox::run(args, screen.colour()),
        Command::Plan(args) => block_on(plan::run(cli, args, screen)),
        Command::Explain(args) => block_on(explain::run(cli, args, screen)),
        Command::Approve(args) => block_on(approve::run(cli, args)),
        Command::Kpi(args) => block_on(kpi::run(cli, args, screen)),
        Command::Check(args) => check::run(args, screen),
        Command::Rules { command } => rules::run(command, screen),
        Command::Migrate(args) => block_on(migrate::run(cli, args)),
        Command::Haven(args) => block_on(haven::run(cli, args, screen)),
        Command::Closure(args) => closure::run(args, screen),
        Command::Transform(args) => block_on(transform::run(cli, args)),
        Command::Drill { command } => block_on(drill::run(cli, command, screen)),
        Command::Policy {
            command: PolicyCommand::Lint(args),
        } => block_on(policy::lint(cli, args, screen)),
        Command::Audit {
            command: AuditCommand::Verify { store, head, output },
        } => block_on(audit::verify(store, head.as_ref(), *output, screen)),
        Command::Audit {
            command: AuditCommand::Log { store, output },
        } => block_on(audit::log(store, *output, screen)),
        Command::Crds => crds::run(),
        Command::Completions { shell } => completions::run(*shell),
    }
}

/// `sandbox` has a runtime of its own, whose time it can move; the others share this one.
fn block_on(work: impl Future<Output = anyhow::Result<ExitCode>>) -> anyhow::Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("starting the runtime")?;
    runtime.block_on(work)
}

/// 0 when it is as it should be, 1 when not.
fn verdict(good: bool) -> ExitCode {
    if good {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
