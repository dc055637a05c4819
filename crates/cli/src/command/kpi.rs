//! `havenmeester kpi`: how far the city is with its own targets.
//!
//! Invariant: a line of a register that cannot be read is told, kept aside when asked, and never dropped in silence.
use std::fmt::Write as _;
use std::path::Path;
use std::process::ExitCode;

use anyhow::Context as _;
use havenmeester_placement::{External, Import, Kpi, Measure, import, kpis};
use serde::Serialize;
use tracing::warn;

use crate::args::{Cli, KpiArgs};
use crate::decided::decided;
use crate::output::{self, Cell, Screen, Tone};

/// Serialised as `havenmeester kpi -o json`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Measured {
    /// Each measure, with all that does not meet it.
    kpis: Vec<Kpi>,
    /// Applications that are not on Kubernetes.
    external: usize,
    /// Lines of registers that could not be read, and are not counted.
    aside: Vec<String>,
}

pub(crate) async fn run(cli: &Cli, args: &KpiArgs, screen: Screen) -> anyhow::Result<ExitCode> {
    let mut external: Vec<External> = Vec::new();
    let (mut aside, mut kept) = (Vec::new(), String::new());
    for path in &args.external {
        let register = read(path)?;
        keep(path, &register, &mut aside, &mut kept);
        external.extend(register.applications);
    }
    if let Some(path) = &args.aside {
        std::fs::write(path, kept).with_context(|| format!("writing {}", path.display()))?;
    }
    for line in &aside {
        warn!("not counted: {line}");
    }
    let decided = Box::pin(decided(cli, &args.filename)).await?;
    let measured = Measured {
        kpis: kpis(&decided.request, &decided.plan, &external),
        external: external.len(),
        aside,
    };
    output::show(args.output, &measured, |measured| {
        measured.table(screen, args.top)
    })?;
    Ok(super::verdict(measured.aside.is_empty()))
}

fn read(path: &Path) -> anyhow::Result<Import> {
    let text = std::fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
    import(&text).with_context(|| format!("{}", path.display()))
}

/// Bad lines, under the first line of their file, so that they can be put right and read again.
fn keep(path: &Path, register: &Import, aside: &mut Vec<String>, kept: &mut String) {
    if register.aside.is_empty() {
        return;
    }
    if kept.is_empty() {
        *kept = format!("{}\n", register.heads);
    }
    for line in &register.aside {
        aside.push(format!("{}, {line}", path.display()));
        *kept += &line.text;
        kept.push('\n');
    }
}

impl Measured {
    fn table(&self, screen: Screen, top: usize) -> String {
        let heads = ["Measure", "Of", "Now", "Planned", "Target", "Met"];
        let rows = self.kpis.iter().map(|kpi| {
            let (word, tone) = match (kpi.of, kpi.met) {
                (0, _) => ("nothing to count", Tone::Warn),
                (_, true) => ("yes", Tone::Good),
                (_, false) => ("no", Tone::Bad),
            };
            vec![
                Cell::plain(name(kpi.measure)),
                Cell::plain(&kpi.of),
                Cell::plain(&percent(kpi.per_mille())),
                Cell::plain(&percent(kpi.planned_per_mille())),
                Cell::plain(&format!("{}% by {}", kpi.target_percent, kpi.year)),
                Cell::toned(word, tone),
            ]
        });
        let mut out = screen.table(&heads, rows.collect());
        let external = self.external;
        let _ = writeln!(out, "\nApplications that are not on Kubernetes: {external}.");
        for kpi in self.kpis.iter().filter(|kpi| !kpi.met && kpi.of > 0 && top > 0) {
            let _ = writeln!(out, "\n{}: what makes the difference", name(kpi.measure));
            for missing in kpi.missing.iter().take(top) {
                let place = missing.place.as_deref().unwrap_or("nobody knows where");
                let planned = if missing.planned {
                    ", put right by the plan"
                } else {
                    ""
                };
                let _ = writeln!(out, "  {} ({place}): {}{planned}", missing.name, missing.weight);
            }
            if kpi.missing.len() > top {
                let _ = writeln!(out, "  and {} more", kpi.missing.len() - top);
            }
        }
        for line in &self.aside {
            let _ = writeln!(out, "\n{}: {line}", screen.paint("not counted", Tone::Bad));
        }
        out
    }
}

fn name(measure: Measure) -> &'static str {
    match measure {
        Measure::Classified => "classified",
        Measure::EuropeanApplications => "applications at European providers",
        Measure::EuropeanStorage => "storage (GiB) at European providers",
        Measure::EuropeanCritical => "critical processes on European platforms",
        Measure::AutonomousCritical => "critical processes on autonomous places",
        Measure::AutonomousSensitive => "sensitive data on autonomous places",
        Measure::SensitiveInEurope => "sensitive data on hardware in Europe",
    }
}

fn percent(per_mille: Option<i64>) -> String {
    per_mille.map_or_else(
        || "-".to_owned(),
        |share| format!("{}.{}%", share / 10, share % 10),
    )
}
