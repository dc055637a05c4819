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

/// What platforms are called, and of which family of rules they are.
const PLATFORMS: [(&str, &str); 6] = [
    ("aks", "azure"),
    ("eks", "aws"),
    ("gke", "gcp"),
    ("google", "gcp"),
    ("logius", "openshift"),
    ("ocp", "openshift"),
];

pub(crate) fn run(args: &CheckArgs, screen: Screen) -> anyhow::Result<ExitCode> {
    let report = if args.haven_app {
        checking::haven(checking::sources(&args.paths)?)
    } else {
        let rules = checking::rules(&args.rules)?;
        let family = |name: &Option<String>| name.as_deref().map(|name| family(name, &rules)).transpose();
        let (from, to) = (family(&args.from)?, family(&args.to)?);
        let rules = rules.between(from.as_deref(), to.as_deref());
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

/// The family of rules about a provider or a platform. A misspelt one would find nothing.
pub(crate) fn family(provider: &str, rules: &RuleSet) -> anyhow::Result<String> {
    let mut providers = rules.providers();
    providers.insert(HAVEN);
    providers.retain(|name| ![OTHER, OWN].contains(name));
    let called = PLATFORMS.iter().find(|(platform, _)| *platform == provider);
    let family = called.map_or(provider, |(_, family)| family);
    if providers.contains(family) {
        return Ok(family.to_owned());
    }
    let hint = near::hint(provider, providers.iter().copied());
    let listed = near::listed(&providers.into_iter().collect::<Vec<_>>());
    Err(BadUse(format!(
        "there are no rules about {provider:?}; write {listed}{hint}"
    ))
    .into())
}
