//! `havenmeester kpi`: how far the city is with its own targets.
//!
//! Invariant: a line of a register that cannot be read is told, kept aside when asked, and never dropped in silence.
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::process::ExitCode;

use havenmeester_placement::{External, Kpi, Measure, Register, kpis};
use serde::Serialize;

use crate::args::{Cli, KpiArgs, KpiCommand};
use crate::decided::{Decided, decided};
use crate::output::{self, Cell, Screen, Tone};

mod import; // manifests of a register
mod register; // CSV files

use register::Registers;

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
    if let Some(KpiCommand::Import(args)) = &args.command {
        return import::run(cli, args, screen);
    }
    let registers = Registers::read(&args.external)?;
    if let Some(path) = &args.aside {
        registers.write_aside(path)?;
    }
    let decided = Box::pin(decided(cli, &args.filename)).await?;
    let externals = externals(&decided, registers.applications);
    let register = Register {
        externals: &externals,
        stored: &BTreeMap::new(),
    };
    let measured = Measured {
        kpis: kpis(&decided.request, &decided.plan, register),
        external: externals.len(),
        aside: registers.aside,
    };
    output::show(args.output, &measured, |measured| {
        measured.table(screen, args.top)
    })?;
    Ok(super::verdict(measured.aside.is_empty()))
}

/// The objects, but for those that a line of a register takes the place of; and the lines.
fn externals(decided: &Decided, lines: Vec<External>) -> Vec<External> {
    let named: BTreeSet<&str> = lines.iter().map(|line| line.name.as_str()).collect();
    let objects = decided.objects.externals.iter().map(External::of);
    let mut all: Vec<External> = objects
        .filter(|object| !named.contains(object.name.as_str()))
        .collect();
    all.extend(lines);
    all
}

impl Measured {
    fn table(&self, screen: Screen, top: usize) -> String {
        let heads = ["Measure", "Of", "Now", "Planned", "Target", "Met"];
        let rows = self.kpis.iter().map(|kpi| {
            let (word, tone) = match (kpi.of, kpi.met, kpi.unknown) {
                (0, _, 0) => ("nothing to count", Tone::Warn),
                (_, true, _) => ("yes", Tone::Good),
                (_, false, 0) => ("no", Tone::Bad),
                (_, false, _) => ("not known", Tone::Bad),
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
        for kpi in self.kpis.iter().filter(|kpi| kpi.unknown > 0) {
            let (name, unknown) = (name(kpi.measure), kpi.unknown);
            let _ = writeln!(
                out,
                "{name}: of {unknown} it is not known how much, and they are not counted."
            );
        }
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
