//! Findings as JUnit XML: a suite per file, a case per finding, and one that passes for a file without any.
//!
//! There is no standard; the form is that of Apache Ant's reports, which GitLab, Jenkins and others read.
use std::fmt::Write as _;

use havenmeester_portability::Level;

use super::finding::{Finding, Report};

/// The document. Findings as bad as `fail_on` or worse are failures.
pub(crate) fn junit(report: &Report, fail_on: Level) -> String {
    let failures = |findings: &[&Finding]| {
        findings
            .iter()
            .filter(|finding| finding.severity >= fail_on)
            .count()
    };
    let all: Vec<&Finding> = report.findings.iter().collect();
    let suites: Vec<(&String, Vec<&Finding>)> = report
        .names
        .iter()
        .map(|name| {
            (
                name,
                all.iter()
                    .copied()
                    .filter(|finding| finding.file == *name)
                    .collect(),
            )
        })
        .collect();
    let tests: usize = suites.iter().map(|(_, findings)| findings.len().max(1)).sum();
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let _ = writeln!(
        out,
        "<testsuites name=\"havenmeester check\" tests=\"{tests}\" failures=\"{}\">",
        failures(&all)
    );
    for (name, findings) in suites {
        let name = escape(name);
        let (tests, failures) = (findings.len().max(1), failures(&findings));
        let _ = writeln!(
            out,
            "  <testsuite name=\"{name}\" tests=\"{tests}\" failures=\"{failures}\">"
        );
        if findings.is_empty() {
            let _ = writeln!(out, "    <testcase name=\"nothing found\" classname=\"{name}\"/>");
        }
        for finding in findings {
            case(&mut out, &name, finding, fail_on);
        }
        out += "  </testsuite>\n";
    }
    out + "</testsuites>\n"
}

fn case(out: &mut String, file: &str, finding: &Finding, fail_on: Level) {
    let line = finding
        .line
        .map(|line| format!(" at line {line}"))
        .unwrap_or_default();
    let name = escape(&format!("{}{line}", finding.rule));
    let text = [
        Some(format!("{}: {}", finding.place(), finding.what)),
        finding.object.as_ref().map(|object| format!("object: {object}")),
        finding.field.as_ref().map(|field| format!("field: {field}")),
        finding.seen.as_ref().map(|seen| format!("seen: {seen}")),
        Some(format!("why: {}", finding.why)),
        Some(format!("instead: {}", finding.replacement)),
    ];
    let text = escape(&text.into_iter().flatten().collect::<Vec<_>>().join("\n"));
    let _ = writeln!(out, "    <testcase name=\"{name}\" classname=\"{file}\">");
    if finding.severity >= fail_on {
        let message = escape(&finding.what);
        let _ = writeln!(
            out,
            "      <failure type=\"{}\" message=\"{message}\">{text}</failure>",
            finding.severity
        );
    } else {
        let _ = writeln!(out, "      <system-out>{text}</system-out>");
    }
    *out += "    </testcase>\n";
}

/// As text and attributes have it. What XML 1.0 (2.2) has no character for is left out.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out += "&amp;",
            '<' => out += "&lt;",
            '>' => out += "&gt;",
            '"' => out += "&quot;",
            '\n' | '\t' => out.push(letter),
            '\u{0}'..='\u{1F}' | '\u{FFFE}' | '\u{FFFF}' => {}
            _ => out.push(letter),
        }
    }
    out
}
