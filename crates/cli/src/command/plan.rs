//! `havenmeester plan`: where every workload must stand, and what would be done now.
use std::process::ExitCode;

use havenmeester_api::workload::Mode;
use havenmeester_api::{Criticality, Sensitivity};
use havenmeester_placement::{Decision, Explanation, WorkloadId, WorkloadView, explain, lint};
use jiff::Timestamp;
use serde::Serialize;

use crate::args::{Cli, PlanArgs};
use crate::decided::{Decided, decided};
use crate::output::{self, Cell, Screen, Tone};

/// What would be decided now. Serialised as `havenmeester plan -o json`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Planned {
    /// For which moment.
    at: Timestamp,
    /// Each workload, by its name.
    workloads: Vec<Row>,
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
    let planned = Planned::of(&Box::pin(decided(cli, &args.filename)).await?);
    output::show(args.output, &planned, |planned| planned.table(screen))?;
    Ok(super::verdict(planned.faults.is_empty()))
}

impl Planned {
    fn of(decided: &Decided) -> Self {
        let Decided {
            request,
            plan,
            problems,
            objects: _,
        } = decided;
        let rows = plan.decisions.iter().filter_map(|(id, decision)| {
            let workload = request.workloads.get(id)?;
            Some(Row::of(id, workload, decision))
        });
        Self {
            at: request.now,
            workloads: rows.collect(),
            problems: problems
                .iter()
                .map(|problem| ProblemRow {
                    object: problem.object.to_string(),
                    field: problem.field.clone(),
                    message: problem.message.clone(),
                })
                .collect(),
            faults: lint(request, plan).iter().map(ToString::to_string).collect(),
        }
    }

    fn table(&self, screen: Screen) -> String {
        let heads = [
            "Workload",
            "Criticality",
            "Sensitivity",
            "Cluster",
            "Must be",
            "Compliant",
            "Next",
        ];
        let mut out = if self.workloads.is_empty() {
            "no workloads: nothing that runs carries havenmeester.dev/criticality or havenmeester.dev/sensitivity\n".to_owned()
        } else {
            screen.table(&heads, self.workloads.iter().map(Row::cells).collect())
        };
        if !self.problems.is_empty() || !self.faults.is_empty() {
            out.push('\n');
        }
        for ProblemRow {
            object,
            field,
            message,
        } in &self.problems
        {
            out.push_str(&format_line(
                screen,
                "note",
                Tone::Warn,
                &format!("{object}, {field}: {message}"),
            ));
        }
        for fault in &self.faults {
            out.push_str(&format_line(screen, "the plan is wrong", Tone::Bad, fault));
        }
        out
    }
}

fn format_line(screen: Screen, word: &str, tone: Tone, rest: &str) -> String {
    format!("{}: {rest}\n", screen.paint(word, tone))
}

impl Row {
    fn of(id: &WorkloadId, workload: &WorkloadView, decision: &Decision) -> Self {
        Self {
            criticality: workload.criticality,
            sensitivity: workload.sensitivity,
            mode: workload.mode,
            compliant: decision.violations.is_empty(),
            explanation: explain(id, decision),
        }
    }

    fn cells(&self) -> Vec<Cell> {
        let Explanation {
            workload,
            home,
            desired,
            next,
            ..
        } = &self.explanation;
        let moves = desired.is_some() && desired != home;
        let (word, tone) = if self.compliant {
            ("yes", Tone::Good)
        } else {
            ("no", Tone::Bad)
        };
        vec![
            Cell::plain(workload),
            Cell::plain(&self.criticality),
            Cell::plain(&self.sensitivity),
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
