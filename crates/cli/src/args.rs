//! The command line, as clap sees it.
use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

mod approve; // of `approve`
mod kpi; // of `kpi`
mod language; // in which language people are told

pub(crate) use approve::ApproveArgs;
pub(crate) use kpi::{KpiArgs, KpiCommand, KpiImportArgs};
pub(crate) use language::LanguageArgs;
#[cfg(test)]
pub(crate) use language::Tongue;

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
    #[arg(long, conflicts_with = "plain_http_registry")]
    pub(crate) no_registries: bool,
    /// A registry's host (and port) that is asked without TLS. May be repeated.
    #[arg(long, value_name = "HOST")]
    pub(crate) plain_http_registry: Vec<String>,
    /// Install or update the CustomResourceDefinitions first.
    #[arg(long)]
    pub(crate) install_crds: bool,
}

/// Which story.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum Scenario {
    /// All three, one after the other on one fleet.
    All,
    /// Workloads that stand where they may not are moved.
    Placement,
    /// A provider is cut off.
    Cutoff,
    /// A contract ends: dry runs.
    Contract,
}

/// `sandbox`.
#[derive(Args, Debug)]
pub(crate) struct SandboxArgs {
    /// Which story.
    #[arg(long, value_enum, default_value_t = Scenario::All)]
    pub(crate) scenario: Scenario,
    /// All chance in the simulation follows from it.
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// How fast simulated time goes: 1 = real time, up to 1000, or max.
    #[arg(long, default_value = "1")]
    pub(crate) speed: Speed,
    /// Stay up after the story, with kubeconfigs to look around with.
    #[arg(long)]
    pub(crate) keep: bool,
    /// How to print the result.
    #[arg(short, long, value_enum, default_value_t)]
    pub(crate) output: Output,
}

/// How fast simulated time goes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Speed {
    /// So many times as fast as real time.
    Times(u32),
    /// As fast as the machine can.
    Max,
}

impl std::str::FromStr for Speed {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        if text == "max" {
            return Ok(Self::Max);
        }
        match text.parse() {
            Ok(times @ 1..=1000) => Ok(Self::Times(times)),
            Ok(_) | Err(_) => Err("write a whole number from 1 to 1000, or max".to_owned()),
        }
    }
}

/// `plan`.
#[derive(Args, Debug)]
pub(crate) struct PlanArgs {
    /// Suppose that something were so, and show what would move, what could not, in what order and how long it takes;
    /// nothing is written. A file with our kinds, or policy=FILE, or provider=NAME,lost, or cluster=NAME,lost, or
    /// cluster=NAME,cpu=-50% (cpu, memory, pods), or owner=PROVIDER:COUNTRY@YYYY-MM-DD. May be given several times.
    #[arg(long, value_name = "WHAT")]
    pub(crate) what_if: Vec<String>,
    /// Files or directories with our kinds (and, as `havenmeester.dev/cluster`-annotated namespaces, what runs where)
    /// instead of the hub.
    #[arg(short, long)]
    pub(crate) filename: Vec<PathBuf>,
    /// How to print.
    #[arg(short, long, value_enum, default_value_t)]
    pub(crate) output: Output,
    #[command(flatten)]
    pub(crate) language: LanguageArgs,
}

/// `explain`.
#[derive(Args, Debug)]
pub(crate) struct ExplainArgs {
    /// The Workload: NAME, or NAMESPACE/NAME.
    pub(crate) workload: String,
    /// Files or directories instead of the hub.
    #[arg(short, long)]
    pub(crate) filename: Vec<PathBuf>,
    /// How to print.
    #[arg(short, long, value_enum, default_value_t)]
    pub(crate) output: Output,
    #[command(flatten)]
    pub(crate) language: LanguageArgs,
}

/// `check`.
#[derive(Args, Debug)]
pub(crate) struct CheckArgs {
    /// Files, directories (with those in them), or - for stdin.
    #[arg(required = true)]
    pub(crate) paths: Vec<PathBuf>,
    /// Where the manifests run now: only rules about this provider (and about none) count; absent = all.
    #[arg(long, value_name = "PROVIDER", conflicts_with = "haven_app")]
    pub(crate) from: Option<String>,
    /// Where they go: rules about this provider do not count; haven = to a cluster with nothing of any provider.
    #[arg(long, value_name = "PROVIDER", conflicts_with = "haven_app")]
    pub(crate) to: Option<String>,
    /// Rules of your own: a file, or a directory of files (in it a directory per provider).
    #[arg(long, value_name = "DIR", conflicts_with = "haven_app")]
    pub(crate) rules: Vec<PathBuf>,
    /// Check Haven's conditions on applications instead of the rules.
    #[arg(long)]
    pub(crate) haven_app: bool,
    /// The mildest severity that makes the exit code 1.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) fail_on: FailOn,
    /// How to print.
    #[arg(short, long, value_enum, default_value_t)]
    pub(crate) output: CheckOutput,
}

/// The mildest severity that fails a check.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, ValueEnum)]
pub(crate) enum FailOn {
    /// What needs a choice and a migration, or could not be read.
    #[default]
    Block,
    /// What must be written otherwise, too.
    Rewrite,
    /// What works otherwise elsewhere, too.
    Warn,
    /// Anything.
    Info,
}

/// As what a check is printed.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, ValueEnum)]
pub(crate) enum CheckOutput {
    /// For people.
    #[default]
    Table,
    /// One JSON document.
    Json,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// JUnit XML, for test reports.
    Junit,
    /// A page of its own.
    Html,
}

/// `rules`.
#[derive(Debug, Subcommand)]
pub(crate) enum RulesCommand {
    /// List the rules.
    List(RulesListArgs),
    /// Show one rule: what it matches, why, and what to do.
    Explain(RulesExplainArgs),
}

/// `rules list`.
#[derive(Args, Debug)]
pub(crate) struct RulesListArgs {
    /// Only those of this provider.
    #[arg(long)]
    pub(crate) provider: Option<String>,
    /// Rules of your own as well.
    #[arg(long, value_name = "DIR")]
    pub(crate) rules: Vec<PathBuf>,
    /// How to print.
    #[arg(short, long, value_enum, default_value_t)]
    pub(crate) output: Output,
}

/// `rules explain`.
#[derive(Args, Debug)]
pub(crate) struct RulesExplainArgs {
    /// The rule.
    pub(crate) id: String,
    /// Rules of your own as well.
    #[arg(long, value_name = "DIR")]
    pub(crate) rules: Vec<PathBuf>,
    /// How to print.
    #[arg(short, long, value_enum, default_value_t)]
    pub(crate) output: Output,
}

/// `migrate`.
#[derive(Args, Debug)]
pub(crate) struct MigrateArgs {
    /// The Workload: NAME, or NAMESPACE/NAME.
    pub(crate) workload: String,
    /// The cluster to go to; absent = where the policies want it.
    #[arg(long)]
    pub(crate) to: Option<String>,
    /// Only find out whether it could be done; nothing is written on either cluster.
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Name images by the digests to which their names lead, also where no policy asks for it.
    #[arg(long, conflicts_with = "dry_run")]
    pub(crate) pin_digests: bool,
    /// How long to wait for the end, in seconds.
    #[arg(long, default_value_t = 600)]
    pub(crate) timeout: u64,
    /// How to print.
    #[arg(short, long, value_enum, default_value_t)]
    pub(crate) output: RunOutput,
    #[command(flatten)]
    pub(crate) language: LanguageArgs,
}

/// As what a dry run or a move is printed.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, ValueEnum)]
pub(crate) enum RunOutput {
    /// For people, on a terminal: the verdict, and all findings but those that pass.
    #[default]
    Table,
    /// One JSON document.
    Json,
    /// One YAML document.
    Yaml,
    /// A page of its own, with what is in order as well, and every step.
    Html,
    /// The same for a wiki or an issue.
    Markdown,
}

/// `closure`.
#[derive(Args, Debug)]
pub(crate) struct ClosureArgs {
    /// Files or directories with the manifests of the application, and of all that stands around it.
    #[arg(short, long, required = true)]
    pub(crate) filename: Vec<PathBuf>,
    /// The namespace that is the application; absent = everything in the files.
    #[arg(long)]
    pub(crate) of: Option<String>,
    /// Only the objects with these labels are the application: name=value,name=value.
    #[arg(short = 'l', long)]
    pub(crate) selector: Option<String>,
    /// How to print.
    #[arg(short, long, value_enum, default_value_t)]
    pub(crate) output: Output,
}

/// `transform`.
#[derive(Args, Debug)]
pub(crate) struct TransformArgs {
    /// Files or directories with the application's manifests; `-` = stdin.
    #[arg(short, long, required = true)]
    pub(crate) filename: Vec<PathBuf>,
    /// The MemberCluster on which they stand.
    #[arg(long)]
    pub(crate) from: String,
    /// The MemberCluster for which they are rewritten.
    #[arg(long)]
    pub(crate) to: String,
    /// Files or directories with the MemberClusters; absent = they stand among the manifests.
    #[arg(long)]
    pub(crate) fleet: Vec<PathBuf>,
    /// How what runs is created.
    #[arg(long, value_enum, default_value_t = Begin::AsCaptured)]
    pub(crate) start: Begin,
    /// Ask the registries, with the pull Secrets among the manifests, and name images by their digests.
    #[arg(long)]
    pub(crate) pin_digests: bool,
    /// A registry's host (and port) that is asked without TLS. May be repeated.
    #[arg(long, value_name = "HOST", requires = "pin_digests")]
    pub(crate) plain_http_registry: Vec<String>,
    /// How to print. What changed and why goes to stderr, but with json.
    #[arg(short, long, value_enum, default_value_t = TransformOutput::Yaml)]
    pub(crate) output: TransformOutput,
}

/// How what runs is created.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum Begin {
    /// Running.
    AsCaptured,
    /// Running, but for Jobs and CronJobs, beside a copy that still runs.
    Beside,
    /// Nothing runs: replicas 0, Jobs and CronJobs suspended.
    Stopped,
}

/// How the outcome of `transform` is printed.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum TransformOutput {
    /// The manifests, in the order in which they must be created.
    Yaml,
    /// What changes, as `diff -u` shows it.
    Diff,
    /// One JSON document with objects, changes, findings and what to ask the platform team for.
    Json,
}

/// `haven`.
#[derive(Args, Debug)]
pub(crate) struct HavenArgs {
    /// The MemberCluster; absent = only what the file says.
    #[arg(required_unless_present = "file")]
    pub(crate) cluster: Option<String>,
    /// The output of `haven check --output=json`, to hold beside it.
    #[arg(long)]
    pub(crate) file: Option<PathBuf>,
    /// How to print.
    #[arg(short, long, value_enum, default_value_t)]
    pub(crate) output: Output,
}

/// `drill`.
#[derive(Debug, Subcommand)]
pub(crate) enum DrillCommand {
    /// Begin a cut-off of a provider.
    Run(DrillRunArgs),
    /// Show how a drill stands.
    Status(DrillNameArgs),
    /// End a drill now: contact is restored.
    Abort(DrillNameArgs),
    /// Print the report of a drill.
    Report(DrillReportArgs),
}

/// `drill run`.
#[derive(Args, Debug)]
pub(crate) struct DrillRunArgs {
    /// The drill's name; absent = made from the provider and the time.
    pub(crate) name: Option<String>,
    /// The Provider that is cut off.
    #[arg(long)]
    pub(crate) provider: String,
    /// Really stop talking to its clusters. Without it the drill only decides and reports.
    #[arg(long)]
    pub(crate) live: bool,
    /// The most workloads that may take part.
    #[arg(long)]
    pub(crate) max_workloads: Option<i32>,
    /// When it ends at the latest, as in 2h.
    #[arg(long)]
    pub(crate) deadline: Option<havenmeester_api::Span>,
    /// Wait for the end and print the report.
    #[arg(long)]
    pub(crate) wait: bool,
}

/// One drill.
#[derive(Args, Debug)]
pub(crate) struct DrillNameArgs {
    /// The drill.
    pub(crate) name: String,
    /// How to print.
    #[arg(short, long, value_enum, default_value_t)]
    pub(crate) output: Output,
}

/// `drill report`.
#[derive(Args, Debug)]
pub(crate) struct DrillReportArgs {
    /// The drill.
    pub(crate) name: String,
    /// As what.
    #[arg(short, long, value_enum, default_value_t = ReportFormat::Text)]
    pub(crate) output: ReportFormat,
    #[command(flatten)]
    pub(crate) language: LanguageArgs,
}

/// As what a report is printed.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum ReportFormat {
    /// Aligned columns, for a terminal.
    Text,
    /// For a wiki or an issue.
    Markdown,
    /// A page of its own.
    Html,
    /// For programs.
    Json,
}

/// `policy`.
#[derive(Debug, Subcommand)]
pub(crate) enum PolicyCommand {
    /// Find policies that no cluster can satisfy, rules that another policy makes idle, policies and exemptions that do
    /// nothing or end soon. Exit code 1 when something cannot be satisfied or used.
    Lint(PolicyLintArgs),
}

/// `policy lint`.
#[derive(Args, Debug)]
pub(crate) struct PolicyLintArgs {
    /// Files or directories with our kinds instead of the hub.
    #[arg(short, long)]
    pub(crate) filename: Vec<PathBuf>,
    /// How to print.
    #[arg(short, long, value_enum, default_value_t)]
    pub(crate) output: Output,
    #[command(flatten)]
    pub(crate) language: LanguageArgs,
}

/// `audit`.
#[derive(Debug, Subcommand)]
pub(crate) enum AuditCommand {
    /// Walk the chain: finds a changed, removed or reordered entry.
    Verify {
        #[command(flatten)]
        store: StoreArgs,
        /// How to print.
        #[arg(short, long, value_enum, default_value_t)]
        output: Output,
    },
    /// Print the entries.
    Log {
        #[command(flatten)]
        store: StoreArgs,
        /// How to print.
        #[arg(short, long, value_enum, default_value_t)]
        output: Output,
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
