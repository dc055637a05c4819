//! What changed and why, for people and for programs.
use std::fmt::Write as _;
use std::io::{self, Write as _};

use anyhow::Context as _;
use havenmeester_portability::{Finding, LeftOut, ObjectKey, Planned};
use serde::Serialize;
use serde_json::Value;

use super::{Moved, called};

/// Serialised as `havenmeester transform -o json`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Account<'m> {
    /// The source.
    from: &'m str,
    /// The target.
    to: &'m str,
    /// What is sent, in the order of creation, each with its changes and their reasons.
    objects: &'m [Planned],
    /// What is not sent, and why.
    left_out: &'m [LeftOut],
    /// What the platform team of the target must be asked for: manifests, in the order of creation.
    ask_platform: &'m [Value],
    /// What somebody should know, the worst first.
    findings: &'m [Finding],
}

/// For programs.
pub(super) fn json(moved: &Moved) -> anyhow::Result<String> {
    let account = Account {
        from: &moved.from,
        to: &moved.to,
        objects: &moved.transformed.objects,
        left_out: &moved.transformed.left_out,
        ask_platform: &moved.transformed.ask_platform,
        findings: &moved.findings,
    };
    Ok(serde_json::to_string_pretty(&account).context("writing JSON")? + "\n")
}

/// For people, on stderr.
pub(super) fn tell(moved: &Moved) -> anyhow::Result<()> {
    let mut out = String::new();
    summary(&mut out, moved);
    changes(&mut out, moved);
    for finding in &moved.findings {
        found(&mut out, finding);
    }
    asked(&mut out, moved)?;
    io::stderr()
        .write_all(out.as_bytes())
        .context("writing to stderr")
}

fn summary(out: &mut String, moved: &Moved) {
    let sent = &moved.transformed.objects;
    let changed = sent.iter().filter(|one| !one.changes.is_empty()).count();
    let _ = writeln!(
        out,
        "{} -> {}: {} objects, {changed} of them changed; {} left out; {} to ask the platform team for",
        moved.from,
        moved.to,
        sent.len(),
        moved.transformed.left_out.len(),
        moved.transformed.ask_platform.len(),
    );
}

fn changes(out: &mut String, moved: &Moved) {
    for planned in moved
        .transformed
        .objects
        .iter()
        .filter(|one| !one.changes.is_empty())
    {
        let _ = writeln!(out, "  {}", called(&planned.key));
        for change in &planned.changes {
            let _ = writeln!(out, "    {}: {}", change.path, change.why);
        }
    }
    for left in &moved.transformed.left_out {
        let _ = writeln!(out, "  left out: {} {}", called(&left.key), left.why);
    }
}

fn found(out: &mut String, finding: &Finding) {
    let about = finding
        .object
        .as_ref()
        .map_or(String::new(), |key| format!(" {}", called(key)));
    let field = finding
        .field
        .as_ref()
        .map_or(String::new(), |field| format!(" ({field})"));
    let remedy = finding
        .remedy
        .as_ref()
        .map_or(String::new(), |remedy| format!("; {remedy}"));
    let _ = writeln!(
        out,
        "{:?}:{about}{field}: {}{remedy}",
        finding.severity, finding.message
    );
}

/// Each object that the target's credentials cannot make, with the manifest to send to who can.
fn asked(out: &mut String, moved: &Moved) -> anyhow::Result<()> {
    for object in &moved.transformed.ask_platform {
        let name = ObjectKey::from_value(object).map_or(String::new(), |key| called(&key));
        let _ = writeln!(out, "ask the platform team of {} for {name}:", moved.to);
        let text = serde_saphyr::to_string(object).context("writing YAML")?;
        for line in text.lines() {
            let _ = writeln!(out, "  {line}");
        }
    }
    Ok(())
}
