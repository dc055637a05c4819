//! Findings as a page that stands by itself: no scripts, nothing from elsewhere.
use std::fmt::Write as _;

use havenmeester_portability::{Judgement, State};

use super::finding::{Finding, Report};
use super::table::totals;

const HEAD: &str = "\
<!doctype html>
<html lang=\"en\">
<head>
<meta charset=\"utf-8\">
<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">
<title>havenmeester check</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 75rem; padding: 0 1rem; color: #1b1b1b; background: #fff; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .4rem .6rem; border-bottom: 1px solid #ccc; }
code { overflow-wrap: anywhere; }
.Block, .NotMet { color: #a30000; font-weight: 600; }
.Rewrite, .Unknown { color: #7a4300; font-weight: 600; }
.Met { color: #005a1e; font-weight: 600; }
</style>
</head>
<body>
<main>
<h1>Portability of manifests</h1>
";

/// The page.
pub(crate) fn html(report: &Report) -> String {
    let mut out = HEAD.to_owned();
    let _ = writeln!(out, "<p>{}.</p>", totals(report, report.count.info));
    if let Some(judgements) = &report.haven {
        conditions(&mut out, judgements);
    }
    if !report.findings.is_empty() {
        out += "<h2>Findings</h2>\n<table>\n<thead><tr><th scope=\"col\">Severity</th><th scope=\"col\">Where</th>\
                <th scope=\"col\">What</th><th scope=\"col\">Why, and what to do</th></tr></thead>\n<tbody>\n";
        for finding in &report.findings {
            row(&mut out, finding);
        }
        out += "</tbody>\n</table>\n";
    }
    out + "</main>\n</body>\n</html>\n"
}

fn row(out: &mut String, finding: &Finding) {
    let severity = finding.severity;
    let _ = write!(
        out,
        "<tr><td class=\"{severity}\">{severity}</td><td><code>{}</code>",
        escape(&finding.place())
    );
    for text in [&finding.object, &finding.field].into_iter().flatten() {
        let _ = write!(out, "<br><code>{}</code>", escape(text));
    }
    let rule = escape(&finding.rule);
    let _ = write!(out, "</td><td>{}<br>", escape(&finding.what));
    // Only an https address was accepted as the source of a rule.
    let _ = match &finding.source {
        Some(source) => write!(out, "<a href=\"{}\"><code>{rule}</code></a>", escape(source)),
        None => write!(out, "<code>{rule}</code>"),
    };
    if let Some(seen) = &finding.seen {
        let _ = write!(out, "<br>seen: <code>{}</code>", escape(seen));
    }
    let _ = writeln!(
        out,
        "</td><td>{}<br><strong>Instead:</strong> {}</td></tr>",
        escape(&finding.why),
        escape(&finding.replacement)
    );
}

fn conditions(out: &mut String, judgements: &[Judgement]) {
    *out += "<h2>Haven's conditions on applications</h2>\n<table>\n<thead><tr><th scope=\"col\">Condition</th>\
             <th scope=\"col\">State</th><th scope=\"col\">Seen</th></tr></thead>\n<tbody>\n";
    for judgement in judgements {
        let (class, word) = match judgement.state {
            State::Met => ("Met", "met"),
            State::Unknown => ("Unknown", "unknown"),
            State::NotMet => ("NotMet", "not met"),
        };
        let _ = write!(
            out,
            "<tr><td>{}</td><td class=\"{class}\">{word}</td><td>",
            judgement.condition.what()
        );
        for evidence in &judgement.evidence {
            let name = evidence
                .name
                .as_ref()
                .map(|name| format!("{name}: "))
                .unwrap_or_default();
            let _ = write!(out, "{}<br>", escape(&format!("{name}{}", evidence.seen)));
        }
        *out += "</td></tr>\n";
    }
    *out += "</tbody>\n</table>\n";
}

/// As text and attributes have it.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
