//! `havenmeester policy lint`: whether policies and exemptions make sense, by themselves and together.
//!
//! Invariant: tells what the daemon writes into the conditions of the same objects, and nothing else.
use std::process::ExitCode;

use havenmeester_api::Language;
use havenmeester_placement::{Object, Problem, Reason, Say as _};
use serde::Serialize;

use crate::args::{Cli, PolicyLintArgs};
use crate::decided::decided;
use crate::output::{self, Cell, Screen, Tone};
use crate::words::{self, Word};

/// What was found. Serialised as `havenmeester policy lint -o json`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Linted {
    /// How many policies were looked at.
    policies: usize,
    /// How many exemptions were looked at.
    exemptions: usize,
    /// What was found, sorted by object.
    findings: Vec<Finding>,
}

/// One thing that was found.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Finding {
    /// Invalid, Unsatisfiable, Shadowed, Unused or Noted.
    reason: Reason,
    /// The object, as Kind/name.
    object: String,
    /// The path of the field.
    field: String,
    /// What is wrong, and what would be right.
    message: String,
}

/// Exit code 1 when something cannot be used or cannot be satisfied.
pub(crate) async fn lint(cli: &Cli, args: &PolicyLintArgs, screen: Screen) -> anyhow::Result<ExitCode> {
    let language = args.decided.language();
    let decided = Box::pin(decided(cli, &args.decided.filename)).await?;
    let linted = Linted {
        policies: decided.request.policies.len(),
        exemptions: decided.request.exemptions.len(),
        findings: decided
            .problems
            .iter()
            .filter(|problem| is_ours(problem))
            .map(|problem| Finding::of(problem, language))
            .collect(),
    };
    output::show(args.decided.output, &linted, |linted| {
        linted.table(screen, language)
    })?;
    let good = linted.findings.iter().all(|finding| !is_bad(finding.reason));
    Ok(super::verdict(good))
}

fn is_ours(problem: &Problem) -> bool {
    matches!(problem.object, Object::PlacementPolicy(_) | Object::Exemption(_))
}

fn is_bad(reason: Reason) -> bool {
    matches!(reason, Reason::Invalid | Reason::Unsatisfiable)
}

impl Finding {
    fn of(problem: &Problem, language: Language) -> Self {
        Self {
            reason: problem.reason,
            object: problem.object.to_string(),
            field: problem.field.clone(),
            message: problem.wrong.say(language),
        }
    }

    fn cells(&self, language: Language) -> Vec<Cell> {
        let tone = if is_bad(self.reason) {
            Tone::Bad
        } else {
            Tone::Warn
        };
        vec![
            Cell::toned(words::reason(self.reason, language), tone),
            Cell::plain(&self.object),
            Cell::plain(&self.field),
            Cell::plain(&self.message),
        ]
    }
}

impl Linted {
    fn table(&self, screen: Screen, language: Language) -> String {
        let say = |word: Word| word.say(language);
        if self.findings.is_empty() {
            let (policies, exemptions) = (self.policies, self.exemptions);
            let [counted, and, nothing] = [Word::Policies, Word::Exemptions, Word::NothingFound].map(say);
            return format!("{counted} {policies}, {and} {exemptions}. {nothing}\n");
        }
        let rows = self
            .findings
            .iter()
            .map(|finding| finding.cells(language))
            .collect();
        let heads = [
            say(Word::Finding),
            say(Word::Object),
            say(Word::Field),
            say(Word::Message),
        ];
        screen.table(&heads, rows)
    }
}
