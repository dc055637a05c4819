//! Findings for people: where, then once per rule why and what to do.
use std::collections::BTreeMap;
use std::fmt::Write as _;

use havenmeester_portability::{Judgement, Level, State};

use super::finding::{Finding, PASSED_OVER, Report};
use crate::output::{Cell, Screen, Tone};

/// The text of a report.
pub(crate) fn table(report: &Report, screen: Screen) -> String {
    let told: Vec<&Finding> = report
        .findings
        .iter()
        .filter(|finding| finding.rule != PASSED_OVER)
        .collect();
    let mut out = String::new();
    if let Some(judgements) = &report.haven {
        out += &conditions(judgements, screen);
        out.push('\n');
    }
    if !told.is_empty() {
        let heads = ["Severity", "Where", "Rule", "Object", "Field", "Seen"];
        out += &screen.table(&heads, told.iter().map(|finding| row(finding)).collect());
        out.push('\n');
        out += &reasons(&told, screen);
        out.push('\n');
    }
    out + &summary(report)
}

fn row(finding: &Finding) -> Vec<Cell> {
    // A key that was seen stands in the field's path already.
    let in_field = |seen: &str| finding.field.as_ref().is_some_and(|field| field.contains(seen));
    vec![
        Cell::toned(&finding.severity, tone(finding.severity)),
        Cell::plain(&finding.place()),
        Cell::plain(&finding.rule),
        Cell::maybe(finding.object.as_ref()),
        Cell::maybe(finding.field.as_ref()),
        Cell::maybe(finding.seen.as_ref().filter(|seen| !in_field(seen))),
    ]
}

fn tone(level: Level) -> Tone {
    match level {
        Level::Block => Tone::Bad,
        Level::Rewrite | Level::Warn => Tone::Warn,
        Level::Info => Tone::Plain,
    }
}

/// Each reason once, the worst first.
fn reasons(findings: &[&Finding], screen: Screen) -> String {
    let mut reasons = BTreeMap::new();
    for finding in findings {
        let key = (std::cmp::Reverse(finding.severity), &finding.rule, &finding.why);
        reasons.entry(key).or_insert(*finding);
    }
    let mut out = String::new();
    for finding in reasons.into_values() {
        let rule = screen.paint(&finding.rule, tone(finding.severity));
        let _ = write!(
            out,
            "{rule}: {}\n  why:     {}\n  instead: {}\n",
            finding.what, finding.why, finding.replacement
        );
    }
    out
}

fn conditions(judgements: &[Judgement], screen: Screen) -> String {
    let rows = judgements.iter().map(|judgement| {
        let (word, tone) = match judgement.state {
            State::Met => ("met", Tone::Good),
            State::Unknown => ("unknown", Tone::Warn),
            State::NotMet => ("not met", Tone::Bad),
        };
        let worst = judgement
            .evidence
            .iter()
            .filter(|evidence| evidence.state == judgement.state);
        let (mut seen, mut others) = (String::new(), 0);
        for evidence in worst {
            if seen.is_empty() {
                let name = evidence
                    .name
                    .as_ref()
                    .map(|name| format!("{name}: "))
                    .unwrap_or_default();
                seen = format!("{name}{}", evidence.seen);
            } else {
                others += 1;
            }
        }
        if others > 0 {
            seen = format!("{seen}; and {others} more");
        }
        vec![
            Cell::plain(&judgement.condition),
            Cell::toned(word, tone),
            Cell::plain(&seen),
        ]
    });
    screen.table(&["Condition", "State", "Seen"], rows.collect())
}

fn summary(report: &Report) -> String {
    let passed_over = report
        .findings
        .iter()
        .filter(|finding| finding.rule == PASSED_OVER)
        .count();
    let mut out = totals(report, report.count.info - passed_over);
    if passed_over > 0 {
        let _ = write!(
            out,
            "; {}",
            if passed_over == 1 {
                "1 document that is no object was passed over".to_owned()
            } else {
                format!("{passed_over} documents that are no objects were passed over")
            }
        );
    }
    out + "\n"
}

/// How much was looked at and found, with as much that is only worth knowing as is told.
pub(super) fn totals(report: &Report, info: usize) -> String {
    let count = report.count;
    format!(
        "{} in {}: {} block, {} rewrite, {} warn, {info} info",
        counted(report.objects, "object"),
        counted(report.files, "file"),
        count.block,
        count.rewrite,
        count.warn,
    )
}

fn counted(number: usize, word: &str) -> String {
    format!("{number} {word}{}", if number == 1 { "" } else { "s" })
}
