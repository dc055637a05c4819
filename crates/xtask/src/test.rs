//! `cargo xtask test`: the tests, tier by tier.
//!
//! Invariant: a tier that has targets and runs no test is a failure, not a success.

use std::{process::Command, time::Duration};

use crate::{
    artifacts::{Artifacts, TestProgram},
    harness, kube, shell,
    tally::Tally,
    tier::Tier,
    workspace::Workspace,
};

/// After which a test program is stopped and counts as failed: 15 minutes, several times what the longest
/// takes on two cores. Lower fails slow machines; higher lets one hanging test use up the time of all.
const TIME_LIMIT: Duration = Duration::from_mins(15);

/// Where property tests begin to choose their cases, unless the environment names a seed: what passed once passes again,
/// so that a change is judged by what it changed. Other seeds, and more cases, are for looking for trouble.
const SEED: (&str, &str) = ("PROPTEST_RNG_SEED", "20350101");

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Only these tiers (separated by commas)
    #[arg(long, value_enum, value_delimiter = ',')]
    only: Vec<Tier>,
    /// Handed to each test program: a filter, `--nocapture`, ...
    #[arg(last = true)]
    handed_on: Vec<String>,
}

/// Runs and prints; whether nothing failed.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<bool> {
    let tiers: Vec<Tier> = Tier::ALL
        .into_iter()
        .filter(|tier| arguments.only.is_empty() || arguments.only.contains(tier))
        .collect();
    let tally = tiers_of(&Workspace::load()?, &tiers, &arguments.handed_on)?;
    println!("{tally}");
    Ok(tally.failed == 0)
}

/// All tiers, for `ci`: the sum.
pub(crate) fn all(workspace: &Workspace) -> anyhow::Result<Tally> {
    tiers_of(workspace, &Tier::ALL, &[])
}

fn tiers_of(workspace: &Workspace, tiers: &[Tier], handed_on: &[String]) -> anyhow::Result<Tally> {
    if tiers.iter().any(|tier| tier.needs_clusters()) {
        kube::programs()?;
    }
    let Some(artifacts) = Artifacts::build(workspace, tiers)? else {
        println!("the tests do not compile");
        return Ok(Tally::ONE_FAILURE);
    };
    let mut sum = Tally::default();
    let mut failed = Vec::new();
    for tier in tiers {
        let tally = one(workspace, &artifacts, *tier, handed_on, &mut failed)?;
        println!("\n{tier}\n{tally}\n");
        sum += tally;
    }
    if !failed.is_empty() {
        println!("failed:");
        for name in failed {
            println!("  {name}");
        }
    }
    Ok(sum)
}

/// One tier; the names of what failed are added to `failed`.
fn one(
    workspace: &Workspace,
    artifacts: &Artifacts,
    tier: Tier,
    handed_on: &[String],
    failed: &mut Vec<String>,
) -> anyhow::Result<Tally> {
    let mut sum = Tally::default();
    let mut count = |name: String, tally: Tally| {
        if tally.failed > 0 {
            failed.push(name);
        }
        sum += tally;
    };
    for test in artifacts.of(tier) {
        println!("\n     Running {} {} ({tier})", test.package, test.target);
        let mut command = artifacts.command(test);
        limit(&mut command, test);
        if std::env::var_os(SEED.0).is_none() {
            command.env(SEED.0, SEED.1);
        }
        let name = format!("{} {}", test.package, test.target);
        let tally = harness::run(&name, command.args(handed_on), TIME_LIMIT)?;
        count(name, tally);
    }
    if tier == Tier::Unit {
        println!("\n     Running the examples of the documentation ({tier})");
        let mut command = shell::cargo(workspace.root());
        command
            .args(["test", "--workspace", "--doc", "--quiet", "--"])
            .args(handed_on);
        let name = "documentation";
        count(name.to_owned(), harness::run(name, &mut command, TIME_LIMIT)?);
    }
    let has_targets = artifacts.of(tier).next().is_some();
    if has_targets && handed_on.is_empty() && !sum.ran_something() {
        println!("no test of the tier {tier} ran, though it has targets");
        failed.push(format!("{tier}: nothing ran"));
        sum += Tally::ONE_FAILURE;
    }
    Ok(sum)
}

/// Clusters take half a gibibyte each, and what is measured on them suffers from company: the end-to-end
/// tests run one at a time, other tests with clusters two at a time.
fn limit(command: &mut Command, test: &TestProgram) {
    if test.tier.needs_clusters() {
        let threads = if test.package == "havenmeester-tests" {
            "1"
        } else {
            "2"
        };
        command.env("RUST_TEST_THREADS", threads);
    }
}
