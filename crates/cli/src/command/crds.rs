//! `havenmeester crds`: every definition as a YAML document, in the order in which they are applied.
//!
//! Invariant: the same binary prints the same bytes. `charts/havenmeester/crds` holds what it prints.
use std::process::ExitCode;

use anyhow::Context as _;
use havenmeester_api::crds;

use crate::output;

pub(crate) fn run() -> anyhow::Result<ExitCode> {
    output::print(&documents()?)?;
    Ok(ExitCode::SUCCESS)
}

fn documents() -> anyhow::Result<String> {
    let mut out = String::new();
    for definition in crds::all() {
        let value = serde_json::to_value(&definition).context("writing a definition")?;
        out.push_str("---\n");
        out.push_str(&serde_saphyr::to_string(&value).context("writing a definition as YAML")?);
    }
    Ok(out)
}
