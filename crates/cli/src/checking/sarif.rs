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
    let results: Vec<Value> = report
        .findings
        .iter()
        .map(|finding| {
            result(
                finding,
                places.get(finding.rule.as_str()).copied().unwrap_or_default(),
            )
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

fn result(finding: &Finding, rule: usize) -> Value {
    let mut physical = json!({"artifactLocation": {"uri": uri(&finding.file)}});
    if let Some(line) = finding.line {
        physical["region"] = json!({"startLine": line, "startColumn": finding.column.unwrap_or(1)});
    }
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
        "properties": {"severity": finding.severity},
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
