//! The command line, as clap sees it.
use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};

mod approve; // of `approve`
mod audit; // of `audit`
mod check; // of `check` and `rules`
mod decided; // what a decision is made from
mod drill; // of `drill`
mod haven; // of `haven`
mod kpi; // of `kpi`
mod language; // in which language people are told
mod limits; // how much may move at one time
mod migrate; // of `migrate`
mod plan; // of `plan` and `explain`
mod policy; // of `policy`
mod registry; // how image registries are asked
mod run; // of `run`
mod sandbox; // of `sandbox`
mod transform; // of `closure` and `transform`

pub(crate) use approve::ApproveArgs;
pub(crate) use audit::AuditCommand;
pub(crate) use check::{CheckArgs, CheckOutput, FailOn, RulesCommand, RulesExplainArgs, RulesListArgs};
pub(crate) use decided::DecidedArgs;
pub(crate) use drill::{DrillCommand, DrillNameArgs, DrillReportArgs, DrillRunArgs, ReportFormat};
pub(crate) use haven::HavenArgs;
pub(crate) use kpi::{KpiArgs, KpiCommand, KpiImportArgs};
pub(crate) use language::LanguageArgs;
#[cfg(test)]
pub(crate) use language::Tongue;
pub(crate) use limits::LimitsArgs;
pub(crate) use migrate::{MigrateArgs, RunOutput};
pub(crate) use plan::{ExplainArgs, PlanArgs};
pub(crate) use policy::{PolicyCommand, PolicyLintArgs};
pub(crate) use registry::RegistryArgs;
pub(crate) use run::{LogFormat, RunArgs, StoreArgs};
pub(crate) use sandbox::{SandboxArgs, Scenario, Speed};
pub(crate) use transform::{Begin, ClosureArgs, TransformArgs, TransformOutput};

/// Places workloads on autonomous clusters, moves them there, and keeps them running when a provider is cut off.
///
/// Exit codes: 0 done, 1 failed, 2 bad use.
#[derive(Debug, Parser)]
#[command(
    name = "havenmeester",
    version,
    propagate_version = true,
    max_term_width = 110
)]
pub(crate) struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
    /// The kubeconfig of the hub; absent = as kubectl finds it, or in-cluster.
    #[arg(long, global = true, env = "KUBECONFIG", hide_env_values = true)]
    pub(crate) kubeconfig: Option<PathBuf>,
    /// The context in it; absent = the current one.
    #[arg(long, global = true)]
    pub(crate) context: Option<String>,
    /// The namespace on the hub.
    #[arg(
        short,
        long,
        global = true,
        env = "HAVENMEESTER_NAMESPACE",
        default_value = "havenmeester"
    )]
    pub(crate) namespace: String,
    /// When to colour: auto = on a terminal, and when NO_COLOR is not set.
    #[arg(long, global = true, value_enum, default_value_t = Colour::Auto)]
    pub(crate) color: Colour,
    /// More log lines: -v info, -vv debug. `RUST_LOG` goes before it.
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
}

/// When to colour.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum Colour {
    /// On a terminal.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// How to print.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, ValueEnum)]
pub(crate) enum Output {
    /// For people.
    #[default]
    Table,
    /// One JSON document.
    Json,
    /// One YAML document.
    Yaml,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run the daemon.
    Run(RunArgs),
    /// Play the three stories on simulated clusters, in this process.
    Sandbox(SandboxArgs),
    /// Show what would be decided now, and why; from the hub, or from files without a cluster.
    Plan(PlanArgs),
    /// Explain where one workload must stand.
    Explain(ExplainArgs),
    /// Approve a move that lowers autonomy and waits for that, in your own name.
    Approve(ApproveArgs),
    /// Measure how far the city is with its own targets, and what makes the difference.
    Kpi(KpiArgs),
    /// Check manifests for what ties them to a provider; for pull requests, without a cluster.
    ///
    /// Exit codes: 0 nothing found, 1 something found of the severity of --fail-on or worse, 2 bad use.
    Check(CheckArgs),
    /// Show the rules of `check`.
    Rules {
        /// What to show.
        #[command(subcommand)]
        command: RulesCommand,
    },
    /// Move a workload, or find out whether it could be moved.
    Migrate(MigrateArgs),
    /// Show what an application needs, what goes along with it, and what others use too.
    Closure(ClosureArgs),
    /// Rewrite an application's manifests for another cluster, with the reason of every change.
    Transform(TransformArgs),
    /// Show what a cluster is by the Haven standard, and where the official checker differs.
    Haven(HavenArgs),
    /// Rehearse a cut-off.
    Drill {
        /// What to do with drills.
        #[command(subcommand)]
        command: DrillCommand,
    },
    /// Check the policies.
    Policy {
        /// What to do with policies.
        #[command(subcommand)]
        command: PolicyCommand,
    },
    /// Check the decision log.
    Audit {
        /// What to do with the log.
        #[command(subcommand)]
        command: AuditCommand,
    },
    /// Print the CustomResourceDefinitions.
    Crds,
    /// Print a shell completion script.
    Completions {
        /// For which shell.
        shell: clap_complete::Shell,
    },
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_consistent() {
        super::Cli::command().debug_assert();
    }
}
