//! Findings as SARIF, which code scanning reads.
//!
//! Source: SARIF 2.1.0 (OASIS, 27 March 2020). Columns count characters (`unicodeCodePoints`).
use std::collections::BTreeMap;

use havenmeester_portability::Level;
use serde_json::{Value, json};

use super::finding::{Finding, Report};

/// The log of one run.
pub(crate) fn sarif(report: &Report) -> Value {
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    let mut rules = Vec::new();
    for finding in &report.findings {
        places.entry(&finding.rule).or_insert_with(|| {
            rules.push(rule(finding));
            rules.len() - 1
        });
    }
    let mut seen: BTreeMap<u64, usize> = BTreeMap::new();
    let results: Vec<Value> = report
        .findings
        .iter()
        .map(|finding| {
            let rule = places.get(finding.rule.as_str()).copied().unwrap_or_default();
            let print = fingerprint(finding);
            let times = seen.entry(print).or_default();
            *times += 1;
            result(finding, rule, &format!("{print:016x}:{times}"))
        })
        .collect();
    json!({
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "havenmeester",
                "version": env!("CARGO_PKG_VERSION"),
                "informationUri": "https://havenmeester.dev",
                "rules": rules,
            }},
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    })
}

/// How a severity is called there: only an error fails a check by default.
fn level(severity: Level) -> &'static str {
    match severity {
        Level::Block => "error",
        Level::Rewrite | Level::Warn => "warning",
        Level::Info => "note",
    }
}

fn rule(finding: &Finding) -> Value {
    let mut rule = json!({
        "id": finding.rule,
        "shortDescription": {"text": finding.what},
        "fullDescription": {"text": finding.why},
        "help": {"text": finding.replacement},
        "defaultConfiguration": {"level": level(finding.severity)},
    });
    if let Some(source) = &finding.source {
        rule["helpUri"] = json!(source);
    }
    rule
}

fn result(finding: &Finding, rule: usize, print: &str) -> Value {
    let mut physical = json!({"artifactLocation": {"uri": uri(&finding.file)}});
    // What is about a file as a whole stands at its beginning: code hosts show nothing without a line.
    physical["region"] = json!({
        "startLine": finding.line.unwrap_or(1),
        "startColumn": finding.column.unwrap_or(1),
    });
    let mut location = json!({"physicalLocation": physical});
    if let Some(object) = &finding.object {
        let field = finding
            .field
            .as_ref()
            .map(|field| format!(" {field}"))
            .unwrap_or_default();
        location["logicalLocations"] =
            json!([{"fullyQualifiedName": format!("{object}{field}"), "kind": "object"}]);
    }
    json!({
        "ruleId": finding.rule,
        "ruleIndex": rule,
        "level": level(finding.severity),
        "message": {"text": finding.message()},
        "locations": [location],
        "partialFingerprints": {"primaryLocationLineHash": print},
        "properties": {"severity": finding.severity},
    })
}

/// What makes a finding the same one when its line has moved: file, rule, object, field and thing seen, by FNV-1a, whose
/// result is the same on every machine. Code hosts close and open alerts by it.
fn fingerprint(finding: &Finding) -> u64 {
    let parts = [
        Some(finding.file.as_str()),
        Some(finding.rule.as_str()),
        finding.object.as_deref(),
        finding.field.as_deref(),
        finding.seen.as_deref(),
    ];
    let bytes = parts
        .into_iter()
        .flat_map(|part| part.unwrap_or_default().bytes().chain([0]));
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// A path as a reference of RFC 3986, relative where the path is.
fn uri(file: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
    let encode = |byte: u8| {
        if plain(byte) {
            char::from(byte).to_string()
        } else {
            format!("%{byte:02X}")
        }
    };
    file.bytes().map(encode).collect()
}
