//! `havenmeester haven`: what a cluster is by the Haven standard, check by check, with the evidence.
//!
//! The daemon evaluates; this shows its status, a file of the official checker, or both side by side.
use std::fmt::Write as _;
use std::process::ExitCode;

use anyhow::{Context as _, anyhow};
use havenmeester_api::haven::{HavenComponent, HavenOutcome, HavenStatus};
use havenmeester_portability::haven::{CheckName, Official, Outcome, read_official};
use jiff::Timestamp;
use serde::Serialize;

use crate::args::{Cli, HavenArgs};
use crate::hub;
use crate::output::{self, Cell, Screen, Tone};

/// Serialised as `havenmeester haven -o json`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Told {
    /// The cluster, when it was asked for.
    cluster: Option<String>,
    /// Whether all required checks hold, by our own look; without a cluster, by the official checker.
    compliant: HavenOutcome,
    /// When the cluster was looked at.
    observed_at: Option<Timestamp>,
    /// Version and day of the official result in the file.
    official: Option<String>,
    /// Each check.
    checks: Vec<Row>,
    /// Names of the checks in which the two differ, both knowing.
    differences: Vec<&'static str>,
    /// Components of Haven+.
    components: Vec<HavenComponent>,
}

/// One check.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Row {
    /// Its name, as the official checker has it.
    name: &'static str,
    /// Its label, as the official checker has it.
    label: &'static str,
    /// Whether a cluster must pass it.
    required: bool,
    /// What the daemon finds.
    ours: Option<HavenOutcome>,
    /// What the file says.
    official: Option<HavenOutcome>,
    /// On what ours rests.
    evidence: Option<String>,
}

pub(crate) async fn run(cli: &Cli, args: &HavenArgs, screen: Screen) -> anyhow::Result<ExitCode> {
    let official = match &args.file {
        None => None,
        Some(file) => {
            let reading = || format!("reading {}", file.display());
            let text = std::fs::read_to_string(file).with_context(reading)?;
            Some(read_official(&text).with_context(reading)?)
        }
    };
    let ours = match &args.cluster {
        None => None,
        Some(name) => Some(Box::pin(status(cli, name)).await?),
    };
    let told = Told::of(args.cluster.clone(), ours.as_ref(), official.as_ref());
    output::show(args.output, &told, |told| told.table(screen))?;
    Ok(super::verdict(told.compliant == HavenOutcome::Yes))
}

async fn status(cli: &Cli, name: &str) -> anyhow::Result<HavenStatus> {
    let objects = Box::pin(hub::connect(cli).await?.objects()).await?;
    let mut members = objects.members.into_iter();
    let member = members
        .find(|member| member.metadata.name.as_deref() == Some(name))
        .ok_or_else(|| anyhow!("there is no MemberCluster {name}"))?;
    member
        .status
        .and_then(|status| status.haven)
        .ok_or_else(|| anyhow!("the daemon has not looked at {name} yet"))
}

fn said(outcome: Outcome) -> HavenOutcome {
    match outcome {
        Outcome::Yes => HavenOutcome::Yes,
        Outcome::No => HavenOutcome::No,
        Outcome::Unknown => HavenOutcome::Unknown,
    }
}

impl Told {
    fn of(cluster: Option<String>, ours: Option<&HavenStatus>, official: Option<&Official>) -> Self {
        let row = |name: CheckName| {
            let check = ours.and_then(|ours| ours.checks.iter().find(|check| check.name == name.name()));
            Row {
                name: name.name(),
                label: name.label(),
                required: name.is_required(),
                ours: check.map(|check| check.result),
                official: official.and_then(|official| official.outcome(name)).map(said),
                evidence: check.map(|check| check.evidence.clone()),
            }
        };
        let checks: Vec<Row> = CheckName::ALL.into_iter().map(row).collect();
        let theirs = official.map_or(HavenOutcome::Unknown, |run| {
            if run.compliant {
                HavenOutcome::Yes
            } else {
                HavenOutcome::No
            }
        });
        Self {
            cluster,
            compliant: ours.map_or(theirs, |ours| ours.compliant),
            observed_at: ours.and_then(|ours| ours.observed_at.as_ref()).map(|at| at.0),
            official: official.map(|run| match run.created {
                Some(at) => format!("{} of {at}", run.version),
                None => run.version.clone(),
            }),
            differences: checks
                .iter()
                .filter(|row| row.differs())
                .map(|row| row.name)
                .collect(),
            checks,
            components: ours.map(|ours| ours.components.clone()).unwrap_or_default(),
        }
    }

    fn table(&self, screen: Screen) -> String {
        let rows = self.checks.iter().map(|row| {
            let name = if row.required {
                row.name.to_owned()
            } else {
                format!("{} (suggested)", row.name)
            };
            vec![
                Cell::plain(&name),
                outcome(row.ours),
                outcome(row.official),
                Cell::plain(row.evidence.as_deref().unwrap_or(row.label)),
            ]
        });
        let mut text = screen.table(&["check", "ours", "official", "evidence"], rows.collect());
        let components = self.components.iter().map(|one| {
            vec![
                Cell::plain(&one.name),
                outcome(Some(one.running)),
                Cell::maybe(one.version.as_ref()),
            ]
        });
        let components: Vec<_> = components.collect();
        if !components.is_empty() {
            text.push('\n');
            text.push_str(&screen.table(&["component", "runs", "version"], components));
        }
        let when = self
            .observed_at
            .map_or(String::new(), |at| format!(", looked at {at}"));
        let _ = writeln!(text, "\nHaven compliant: {:?}{when}", self.compliant);
        if !self.differences.is_empty() {
            let _ = writeln!(
                text,
                "the official checker differs in: {}",
                self.differences.join(", ")
            );
        }
        text
    }
}

impl Row {
    fn differs(&self) -> bool {
        match (self.ours, self.official) {
            (Some(ours), Some(official)) => {
                ours != official && ![ours, official].contains(&HavenOutcome::Unknown)
            }
            (None, _) | (_, None) => false,
        }
    }
}

fn outcome(outcome: Option<HavenOutcome>) -> Cell {
    match outcome {
        Some(HavenOutcome::Yes) => Cell::toned("yes", Tone::Good),
        Some(HavenOutcome::No) => Cell::toned("no", Tone::Bad),
        Some(HavenOutcome::Unknown) => Cell::toned("unknown", Tone::Warn),
        None => Cell::plain("-"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = r#"{"Version": "v12.8.0", "HavenCompliant": true, "StopTS": "2026-04-30T00:00:00Z",
        "CompliancyChecks": {"Results": [{"Name": "multiaz", "Result": "YES"}]}}"#;

    #[test]
    fn a_file_alone_says_what_it_says() {
        let told = Told::of(None, None, read_official(FILE).ok().as_ref());
        assert_eq!(told.compliant, HavenOutcome::Yes);
        let text = told.table(Screen::new(crate::args::Colour::Never));
        let row = text.lines().find(|line| line.starts_with("multiaz")).unwrap();
        let cells: Vec<&str> = row.split_whitespace().take(3).collect();
        assert_eq!(cells, ["multiaz", "-", "yes"]);
    }

    #[test]
    fn beside_the_daemons_look_differences_are_named() {
        let status: HavenStatus = serde_json::from_value(serde_json::json!({
            "compliant": "No", "passed": 0, "failed": 1, "unknown": 16,
            "checks": [{"name": "multiaz", "result": "No", "evidence": "zones: one"}],
        }))
        .unwrap();
        let told = Told::of(
            Some("a".to_owned()),
            Some(&status),
            read_official(FILE).ok().as_ref(),
        );
        assert_eq!(
            (told.compliant, told.differences),
            (HavenOutcome::No, vec!["multiaz"])
        );
    }
}
