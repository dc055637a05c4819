//! `havenmeester kpi`: how far the city is with its own targets.
//!
//! Invariant: a line of a register that cannot be read is told, kept aside when asked, and never dropped in silence.
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::process::ExitCode;

use havenmeester_api::Language;
use havenmeester_placement::{Demand, External, Kpi, Register, WorkloadId, kpis};
use kube::ResourceExt as _;
use serde::Serialize;

use crate::args::{Cli, KpiArgs, KpiCommand};
use crate::decided::{Decided, decided};
use crate::output::{self, Cell, Screen, Tone};
use crate::words::{self, Word};

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
    let language = args.language.of(args.output);
    let decided = Box::pin(decided(cli, &args.filename)).await?;
    let aside = registers.told(language);
    let externals = externals(&decided, registers.applications);
    let register = Register {
        externals: &externals,
        stored: &stored(&decided),
    };
    let measured = Measured {
        kpis: kpis(&decided.request, &decided.plan, register),
        external: externals.len(),
        aside,
    };
    output::show(args.output, &measured, |measured| {
        measured.table(screen, args.top, language)
    })?;
    Ok(super::verdict(measured.aside.is_empty()))
}

/// What Workloads store in GiB, begun ones counted whole, by the claims that the daemon saw.
fn stored(decided: &Decided) -> BTreeMap<WorkloadId, i64> {
    let seen = decided.objects.workloads.iter().filter_map(|workload| {
        let demand = workload.status.as_ref()?.demand.as_ref()?;
        let id = WorkloadId {
            namespace: workload.namespace().unwrap_or_default(),
            name: workload.name_any(),
        };
        let mib = Demand::from(demand).storage_mib();
        Some((id, mib.saturating_add(1023) / 1024))
    });
    seen.collect()
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
    fn table(&self, screen: Screen, top: usize, language: Language) -> String {
        let say = |word: Word| word.say(language);
        let heads = [
            say(Word::Measure),
            say(Word::Of),
            say(Word::Now),
            say(Word::Planned),
            say(Word::Target),
            say(Word::Met),
        ];
        let rows = self.kpis.iter().map(|kpi| cells(kpi, language));
        let mut out = screen.table(&heads, rows.collect());
        let _ = writeln!(out, "\n{} {}.", say(Word::External), self.external);
        for kpi in self.kpis.iter().filter(|kpi| kpi.unknown > 0) {
            let (name, unknown) = (words::measure(kpi.measure, language), kpi.unknown);
            let (of, rest) = (say(Word::UnknownOf), say(Word::UnknownRest));
            let _ = writeln!(out, "{name}: {of} {unknown} {rest}.");
        }
        for kpi in self.kpis.iter().filter(|kpi| !kpi.met && kpi.of > 0 && top > 0) {
            drill_down(&mut out, kpi, top, language);
        }
        let not_counted = screen.paint(say(Word::NotCounted), Tone::Bad);
        for line in &self.aside {
            let _ = writeln!(out, "\n{not_counted}: {line}");
        }
        out
    }
}

fn cells(kpi: &Kpi, language: Language) -> Vec<Cell> {
    let (word, tone) = match (kpi.of, kpi.met, kpi.unknown) {
        (0, _, 0) => (Word::NothingToCount, Tone::Warn),
        (_, true, _) => (Word::Yes, Tone::Good),
        (_, false, 0) => (Word::No, Tone::Bad),
        (_, false, _) => (Word::NotKnown, Tone::Bad),
    };
    let by = Word::By.say(language);
    vec![
        Cell::plain(words::measure(kpi.measure, language)),
        Cell::plain(&kpi.of),
        Cell::plain(&percent(kpi.per_mille(), language)),
        Cell::plain(&percent(kpi.planned_per_mille(), language)),
        Cell::plain(&format!("{}% {by} {}", kpi.target_percent, kpi.year)),
        Cell::toned(word.say(language), tone),
    ]
}

/// What makes the difference, the most critical and the largest first.
fn drill_down(out: &mut String, kpi: &Kpi, top: usize, language: Language) {
    let say = |word: Word| word.say(language);
    let name = words::measure(kpi.measure, language);
    let _ = writeln!(out, "\n{name}: {}", say(Word::Difference));
    for missing in kpi.missing.iter().take(top) {
        let place = missing.place.as_deref().unwrap_or(say(Word::NobodyKnowsWhere));
        let planned = if missing.planned {
            format!(", {}", say(Word::PutRight))
        } else {
            String::new()
        };
        let _ = writeln!(out, "  {} ({place}): {}{planned}", missing.name, missing.weight);
    }
    if kpi.missing.len() > top {
        let (and, more) = (say(Word::And), say(Word::AndMore));
        let _ = writeln!(out, "  {and} {} {more}", kpi.missing.len() - top);
    }
}

fn percent(per_mille: Option<i64>, language: Language) -> String {
    let mark = Word::DecimalMark.say(language);
    per_mille.map_or_else(
        || "-".to_owned(),
        |share| format!("{}{mark}{}%", share / 10, share % 10),
    )
}
