//! `havenmeester rules`: what `check` looks for.
use std::fmt::Write as _;
use std::process::ExitCode;

use havenmeester_portability::{Level, Rule};

use crate::args::{RulesCommand, RulesExplainArgs, RulesListArgs};
use crate::checking;
use crate::failure::BadUse;
use crate::files::near;
use crate::output::{self, Cell, Screen, Tone};

pub(crate) fn run(command: &RulesCommand, screen: Screen) -> anyhow::Result<ExitCode> {
    match command {
        RulesCommand::List(args) => list(args, screen)?,
        RulesCommand::Explain(args) => explain(args, screen)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn list(args: &RulesListArgs, screen: Screen) -> anyhow::Result<()> {
    let mut rules = checking::rules(&args.rules)?;
    if let Some(provider) = &args.provider {
        let providers = rules.providers();
        if !providers.contains(provider.as_str()) {
            let hint = near::hint(provider, providers.iter().copied());
            let listed = near::listed(&providers.into_iter().collect::<Vec<_>>());
            return Err(BadUse(format!(
                "there are no rules about {provider:?}; write {listed}{hint}"
            ))
            .into());
        }
        rules = rules.only(|name| name == provider);
    }
    output::show(args.output, &rules.rules(), |rules| table(rules, screen))
}

fn table(rules: &[Rule], screen: Screen) -> String {
    let rows = rules.iter().map(|rule| {
        vec![
            Cell::plain(&rule.id),
            Cell::plain(&rule.provider),
            Cell::toned(&rule.severity, tone(rule.severity)),
            Cell::plain(&rule.what),
        ]
    });
    screen.table(&["Rule", "Provider", "Severity", "What"], rows.collect())
}

fn tone(level: Level) -> Tone {
    match level {
        Level::Block => Tone::Bad,
        Level::Rewrite | Level::Warn => Tone::Warn,
        Level::Info => Tone::Plain,
    }
}

fn explain(args: &RulesExplainArgs, screen: Screen) -> anyhow::Result<()> {
    let rules = checking::rules(&args.rules)?;
    let Some(rule) = rules.get(&args.id) else {
        let hint = near::hint(&args.id, rules.rules().iter().map(|rule| rule.id.as_str()));
        let message = format!(
            "there is no rule {:?}; `havenmeester rules list` shows all{hint}",
            args.id
        );
        return Err(BadUse(message).into());
    };
    output::show(args.output, rule, |rule| text(rule, screen))
}

fn text(rule: &Rule, screen: Screen) -> String {
    let severity = screen.paint(&rule.severity.to_string(), tone(rule.severity));
    let mut out = format!(
        "{} ({}, {severity}): {}\n\n  why:     {}\n  instead: {}\n  source:  {}\n\nIt matches\n",
        rule.id, rule.provider, rule.what, rule.why, rule.replacement, rule.source
    );
    for clause in &rule.clauses {
        // A clause is a map of texts and lists of texts: its JSON reads as the line in the file.
        let clause = serde_json::to_string(clause).unwrap_or_default();
        let _ = writeln!(out, "  - {clause}");
    }
    if let Some(test) = &rule.test {
        let example = test
            .hit
            .objects()
            .first()
            .map(ToString::to_string)
            .unwrap_or_default();
        let _ = write!(out, "\nfor example in\n  {example}\n");
    }
    out
}
