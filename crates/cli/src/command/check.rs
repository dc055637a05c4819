//! `havenmeester check`: what ties manifests to a provider.
use std::process::ExitCode;

use anyhow::Context as _;
use havenmeester_portability::{Level, OTHER, OWN, RuleSet};

use crate::args::{CheckArgs, CheckOutput, FailOn};
use crate::checking::{self, Report};
use crate::failure::BadUse;
use crate::files::near;
use crate::output::{self, Screen};

/// A target with nothing of any provider.
const HAVEN: &str = "haven";

pub(crate) fn run(args: &CheckArgs, screen: Screen) -> anyhow::Result<ExitCode> {
    let report = if args.haven_app {
        checking::haven(checking::sources(&args.paths)?)
    } else {
        let rules = checking::rules(&args.rules)?;
        for provider in [&args.from, &args.to].into_iter().flatten() {
            known(provider, &rules)?;
        }
        let rules = rules.between(args.from.as_deref(), args.to.as_deref());
        checking::check(checking::sources(&args.paths)?, &rules)
    };
    let fail_on = level(args.fail_on);
    output::print(&printed(&report, args.output, fail_on, screen)?)?;
    Ok(super::verdict(!report.reaches(fail_on)))
}

fn printed(report: &Report, output: CheckOutput, fail_on: Level, screen: Screen) -> anyhow::Result<String> {
    let json = |data: serde_json::Result<String>| Ok(data.context("writing JSON")? + "\n");
    match output {
        CheckOutput::Table => Ok(checking::table(report, screen)),
        CheckOutput::Json => json(serde_json::to_string_pretty(report)),
        CheckOutput::Sarif => json(serde_json::to_string_pretty(&checking::sarif(report))),
        CheckOutput::Junit => Ok(checking::junit(report, fail_on)),
        CheckOutput::Html => Ok(checking::html(report)),
    }
}

fn level(fail_on: FailOn) -> Level {
    match fail_on {
        FailOn::Block => Level::Block,
        FailOn::Rewrite => Level::Rewrite,
        FailOn::Warn => Level::Warn,
        FailOn::Info => Level::Info,
    }
}

/// That there are rules about a provider: a misspelt one would find nothing.
fn known(provider: &str, rules: &RuleSet) -> anyhow::Result<()> {
    let mut providers = rules.providers();
    providers.insert(HAVEN);
    providers.retain(|name| ![OTHER, OWN].contains(name));
    if providers.contains(provider) {
        return Ok(());
    }
    let hint = near::hint(provider, providers.iter().copied());
    let listed = near::listed(&providers.into_iter().collect::<Vec<_>>());
    Err(BadUse(format!(
        "there are no rules about {provider:?}; write {listed}{hint}"
    ))
    .into())
}
