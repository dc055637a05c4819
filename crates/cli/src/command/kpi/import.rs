//! `havenmeester kpi import`: manifests of a register of applications, to be applied on the hub.
//!
//! Invariant: nothing is written on the hub, and a line that cannot be read is kept aside in a file.
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use havenmeester_api::{ExternalApplication, Language};
use havenmeester_placement::manifests;
use kube::ResourceExt as _;
use serde_json::json;
use tracing::warn;

use super::register::Registers;
use crate::args::{Cli, KpiImportArgs, Output};
use crate::output::{self, Cell, Screen};
use crate::words::{self, Word};

/// Exit code 1 when a line was kept aside.
pub(super) fn run(cli: &Cli, args: &KpiImportArgs, screen: Screen) -> anyhow::Result<ExitCode> {
    let registers = Registers::read(std::slice::from_ref(&args.file))?;
    if let Some(path) = aside(args, &registers) {
        registers.write_aside(&path)?;
        let count = registers.aside.len();
        warn!("lines kept aside in {}: {count}", path.display());
    }
    let objects = manifests(&registers.applications, &cli.namespace);
    // One List, not a document per object: readers of YAML put a limit on documents.
    let list = json!({"apiVersion": "v1", "kind": "List", "items": objects});
    let text = match args.output {
        Output::Table => table(&objects, screen, args.language.of(args.output)),
        Output::Yaml => serde_saphyr::to_string(&list).context("writing YAML")?,
        Output::Json => serde_json::to_string_pretty(&list).context("writing JSON")? + "\n",
    };
    output::print(&text)?;
    Ok(super::super::verdict(registers.aside.is_empty()))
}

/// Where bad lines go: nowhere when there are none and no file was asked for.
fn aside(args: &KpiImportArgs, registers: &Registers) -> Option<PathBuf> {
    let beside = || beside(&args.file);
    match &args.aside {
        Some(path) => Some(path.clone()),
        None => (!registers.aside.is_empty()).then(beside),
    }
}

/// `applications.csv` has `applications.aside.csv` beside it.
fn beside(file: &Path) -> PathBuf {
    file.with_extension("aside.csv")
}

fn table(objects: &[ExternalApplication], screen: Screen, language: Language) -> String {
    let rows = objects.iter().map(|object| {
        let spec = &object.spec;
        let criticality = spec.criticality.map(|level| words::criticality(level, language));
        let sensitivity = spec.sensitivity.map(|level| words::sensitivity(level, language));
        vec![
            Cell::plain(&object.name_any()),
            Cell::plain(&spec.provider),
            Cell::maybe(criticality.as_ref()),
            Cell::maybe(sensitivity.as_ref()),
            Cell::maybe(spec.storage_gib.as_ref()),
            Cell::maybe(spec.contract_end.as_ref()),
            Cell::maybe(spec.owner.as_ref()),
        ]
    });
    let heads = [
        Word::Name,
        Word::Provider,
        Word::Criticality,
        Word::Sensitivity,
        Word::StorageGib,
        Word::ContractEnd,
        Word::Owner,
    ];
    screen.table(&heads.map(|word| word.say(language)), rows.collect())
}
