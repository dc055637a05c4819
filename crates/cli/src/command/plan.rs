//! `havenmeester plan`: where every workload must stand, and what would be done now.
use std::fmt::Write as _;
use std::process::ExitCode;

use havenmeester_api::workload::Mode;
use havenmeester_api::{Criticality, Language, Sensitivity};
use havenmeester_placement::{
    Decision, Explanation, Forecast, Limits, Reasons, Say as _, WorkloadView, lint,
};
use jiff::Timestamp;
use serde::Serialize;

use crate::args::{Cli, PlanArgs};
use crate::decided::{Decided, decided};
use crate::output::{self, Cell, Screen, Tone};
use crate::words::{self, Word};

use super::order;

/// What would be decided now. Serialised as `havenmeester plan -o json`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Planned {
    /// For which moment.
    at: Timestamp,
    /// Each workload, by its name.
    workloads: Vec<Row>,
    /// What moves in which order, and how long it takes.
    forecast: Forecast,
    /// What is wrong with providers, clusters and policies, or has no effect.
    problems: Vec<ProblemRow>,
    /// What the linter holds against the plan; anything here is a defect of ours, and the daemon would not enact it.
    faults: Vec<String>,
}

/// One workload.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Row {
    /// How critical it is.
    criticality: Criticality,
    /// How sensitive its data is.
    sensitivity: Sensitivity,
    /// Whether two copies may be active at once.
    mode: Mode,
    /// Whether nothing is wrong with where it stands.
    compliant: bool,
    /// Where the daemon wants it, when that is elsewhere: it sees how much the workload asks for.
    daemon: Option<String>,
    /// Where it must stand, what happens next, and why not elsewhere.
    #[serde(flatten)]
    explanation: Explanation,
}

/// Something that is wrong with an object.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ProblemRow {
    /// The object, as Kind/name.
    object: String,
    /// The path of the field.
    field: String,
    /// What is wrong, and what would be right.
    message: String,
}

pub(crate) async fn run(cli: &Cli, args: &PlanArgs, screen: Screen) -> anyhow::Result<ExitCode> {
    if !args.what_if.is_empty() {
        return Box::pin(super::what_if::run(cli, args, screen)).await;
    }
    let language = args.decided.language();
    let decided = Box::pin(decided(cli, &args.decided.filename)).await?;
    let planned = Planned::of(&decided, args.limits.limits(), language);
    output::show(args.decided.output, &planned, |planned| {
        planned.table(screen, language)
    })?;
    Ok(super::verdict(planned.faults.is_empty()))
}

impl Planned {
    fn of(decided: &Decided, limits: Limits, language: Language) -> Self {
        let Decided {
            request,
            plan,
            problems,
            ..
        } = decided;
        let reasons = Reasons::of(request, plan);
        let rows = plan.decisions.iter().filter_map(|(id, decision)| {
            let workload = request.workloads.get(id)?;
            let daemon = decided
                .daemon_wants(id, decision)
                .map(|wanted| wanted.cluster.clone());
            Some(Row::of(
                workload,
                decision,
                daemon,
                decided.explained(id, &reasons, language)?,
            ))
        });
        Self {
            at: request.now,
            workloads: rows.collect(),
            forecast: order::forecast(request, plan.decisions.iter(), limits),
            problems: problems
                .iter()
                .map(|problem| ProblemRow {
                    object: problem.object.to_string(),
                    field: problem.field.clone(),
                    message: problem.wrong.say(language),
                })
                .collect(),
            faults: lint(request, plan)
                .iter()
                .map(|finding| finding.say(language))
                .collect(),
        }
    }

    fn table(&self, screen: Screen, language: Language) -> String {
        let say = |word: Word| word.say(language);
        let heads = [
            say(Word::Workload),
            say(Word::Criticality),
            say(Word::Sensitivity),
            say(Word::Cluster),
            say(Word::MustBe),
            say(Word::Compliant),
            say(Word::Next),
        ];
        let mut out = if self.workloads.is_empty() {
            format!("{}\n", say(Word::NoWorkloads))
        } else {
            let rows = self.workloads.iter().map(|row| row.cells(language));
            screen.table(&heads, rows.collect())
        };
        if !self.forecast.waves.is_empty() {
            let told = order::told(&self.forecast, self.at, [Word::MovesAlone, Word::Moves], language);
            let _ = writeln!(out, "\n{told}");
        }
        let notes = self.notes(language);
        if !notes.is_empty() || !self.faults.is_empty() {
            out.push('\n');
        }
        let told = notes.iter().map(|note| (say(Word::Note), Tone::Warn, note));
        let wrong = self
            .faults
            .iter()
            .map(|fault| (say(Word::PlanIsWrong), Tone::Bad, fault));
        let lines = told
            .chain(wrong)
            .map(|(word, tone, rest)| format!("{}: {rest}\n", screen.paint(word, tone)));
        out.extend(lines);
        out
    }

    /// What does not fit in the columns.
    fn notes(&self, language: Language) -> Vec<String> {
        let problems = self.problems.iter().map(
            |ProblemRow {
                 object,
                 field,
                 message,
             }| { format!("{object}, {field}: {message}") },
        );
        let elsewhere = self.workloads.iter().filter_map(|row| {
            let (daemon, workload) = (row.daemon.as_ref()?, &row.explanation.workload);
            let wants = Word::DaemonWants.say(language);
            Some(format!("{workload}: {wants} {daemon}"))
        });
        problems.chain(elsewhere).collect()
    }
}

impl Row {
    fn of(
        workload: &WorkloadView,
        decision: &Decision,
        daemon: Option<String>,
        explanation: Explanation,
    ) -> Self {
        Self {
            criticality: workload.criticality,
            sensitivity: workload.sensitivity,
            mode: workload.mode,
            compliant: decision.violations.is_empty(),
            daemon,
            explanation,
        }
    }

    fn cells(&self, language: Language) -> Vec<Cell> {
        let Explanation {
            workload,
            home,
            desired,
            next,
            ..
        } = &self.explanation;
        let moves = desired.is_some() && desired != home;
        let (word, tone) = if self.compliant {
            (Word::Yes.say(language), Tone::Good)
        } else {
            (Word::No.say(language), Tone::Bad)
        };
        vec![
            Cell::plain(workload),
            Cell::plain(words::criticality(self.criticality, language)),
            Cell::plain(words::sensitivity(self.sensitivity, language)),
            Cell::maybe(home.as_ref()),
            Cell::toned(
                desired.as_deref().unwrap_or("-"),
                if moves { Tone::Warn } else { Tone::Plain },
            ),
            Cell::toned(word, tone),
            Cell::plain(&next.message),
        ]
    }
}
