//! `havenmeester plan --what-if`: what would follow if something were so.
//!
//! Invariant: nothing is written anywhere; the supposed plan is made and checked by the same code as the real one.
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use havenmeester_api::Language;
use havenmeester_placement::{
    Decision, Forecast, Hypothesis, Limits, Plan, Reasons, Request, Say as _, Step, Told, WorkloadId, decide,
    explain_in, lint,
};
use jiff::Timestamp;
use serde::Serialize;

use crate::args::{Cli, PlanArgs};
use crate::decided::supposed;
use crate::files;
use crate::output::{self, Cell, Screen, Tone};
use crate::scene::says_nothing_of_captures;
use crate::words::Word;

use super::order;

/// What would follow. Serialised as `havenmeester plan --what-if … -o json`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Supposed {
    /// What is supposed.
    what_if: Vec<String>,
    /// For which moment it is decided.
    at: Timestamp,
    /// What would move that does not now, or would move elsewhere.
    moves: Vec<Move>,
    /// What should move and would not by itself, or is lost and would not be brought back.
    cannot: Vec<Move>,
    /// What would be decided otherwise and would stay where it is.
    stays: Vec<WorkloadId>,
    /// What no file says and the plan rests on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    assumes: Vec<String>,
    /// In what order, and how long it takes.
    forecast: Forecast,
    /// What the linter holds against the plan; anything here is a defect of ours.
    faults: Vec<String>,
}

/// One workload that is decided otherwise.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Move {
    workload: WorkloadId,
    /// Where it stands.
    home: Option<String>,
    /// Where it would have to stand.
    desired: Option<String>,
    /// What would happen next.
    next: Told,
    /// Per cluster that may not take it, why.
    rejected: Vec<Rejected>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Rejected {
    cluster: String,
    reasons: Vec<Told>,
}

pub(crate) async fn run(cli: &Cli, args: &PlanArgs, screen: Screen) -> anyhow::Result<ExitCode> {
    let (mut hypotheses, mut paths): (Vec<Hypothesis>, Vec<PathBuf>) = (Vec::new(), Vec::new());
    for what in &args.what_if {
        match what.strip_prefix("policy=") {
            Some(path) => paths.push(path.into()),
            None if what.contains('=') || !Path::new(what).exists() => hypotheses.push(what.parse()?),
            None => paths.push(what.into()),
        }
    }
    let others = files::load(&paths, &cli.namespace)?;
    let (decided, mut request) = Box::pin(supposed(cli, &args.decided.filename, &others)).await?;
    for hypothesis in &hypotheses {
        hypothesis.put_in(&mut request)?;
    }
    let language = args.decided.language();
    let limits = args.limits.limits();
    let mut supposed = Supposed::of(args.what_if.clone(), &decided.plan, &request, (limits, language));
    let mut steps = supposed.forecast.waves.iter().flat_map(|wave| &wave.moves);
    let untold = |step: &Step| step.failover && says_nothing_of_captures(decided.workload(&step.workload));
    if !args.decided.filename.is_empty() && steps.any(untold) {
        let taken = Word::TakenAsCaptured.say(language);
        supposed.assumes.push(taken.to_owned());
    }
    output::show(args.decided.output, &supposed, |supposed| {
        supposed.table(screen, language)
    })?;
    Ok(super::verdict(supposed.faults.is_empty()))
}

impl Supposed {
    fn of(
        what_if: Vec<String>,
        before: &Plan,
        request: &Request,
        (limits, language): (Limits, Language),
    ) -> Self {
        let plan = decide(request);
        let findings = lint(request, &plan);
        let faults = findings.iter().map(|finding| finding.say(language)).collect();
        let reasons = Reasons::of(request, &plan);
        let (mut moves, mut cannot, mut stays) = (Vec::new(), Vec::new(), Vec::new());
        let mut going = Vec::new();
        for (id, decision) in &plan.decisions {
            let same = |old: &Decision| {
                old.desired == decision.desired && old.action.rule() == decision.action.rule()
            };
            if before.decisions.get(id).is_some_and(same) {
                continue;
            }
            let list = match &decision.desired {
                Some(desired) if decision.home.as_ref() == Some(desired) => {
                    stays.push(id.clone());
                    continue;
                }
                Some(_) if order::goes(decision) => {
                    going.push((id, decision));
                    &mut moves
                }
                Some(_) | None => &mut cannot,
            };
            list.extend(Move::of(id, &reasons, language));
        }
        Self {
            assumes: Vec::new(),
            forecast: order::forecast(request, going.into_iter(), limits),
            what_if,
            at: request.now,
            moves,
            cannot,
            stays,
            faults,
        }
    }

    fn table(&self, screen: Screen, language: Language) -> String {
        let say = |word: Word| word.say(language);
        let supposed = self.what_if.join(&format!(" {} ", say(Word::And)));
        let mut out = format!("{} {supposed}:\n", say(Word::If));
        if self.moves.is_empty() && self.cannot.is_empty() {
            let _ = writeln!(out, "\n{}", say(Word::NothingMoves));
        }
        if !self.moves.is_empty() {
            let heads = [
                say(Word::Wave),
                say(Word::Workload),
                say(Word::Cluster),
                say(Word::WouldBe),
                say(Word::Next),
            ];
            let _ = write!(out, "\n{}", screen.table(&heads, self.rows()));
            let words = [Word::WouldMoveAlone, Word::WouldMove];
            let told = order::told(&self.forecast, self.at, words, language);
            let _ = writeln!(out, "\n{told}");
        }
        if !self.cannot.is_empty() {
            let heads = [
                say(Word::Workload),
                say(Word::Cluster),
                say(Word::CouldNotMove),
                say(Word::WhyNot),
            ];
            let rows = self.cannot.iter().map(Move::cannot).collect();
            let _ = write!(out, "\n{}", screen.table(&heads, rows));
        }
        out.extend(self.assumes.iter().map(|taken| format!("\n{taken}\n")));
        let wrong = screen.paint(say(Word::PlanIsWrong), Tone::Bad);
        out.extend(self.faults.iter().map(|fault| format!("{wrong}: {fault}\n")));
        out
    }

    fn rows(&self) -> Vec<Vec<Cell>> {
        let waves = self.forecast.waves.iter().enumerate();
        let steps = waves.flat_map(|(n, wave)| wave.moves.iter().map(move |step| (n + 1, step)));
        let row = |(wave, step): (usize, &Step)| {
            let told = self.moves.iter().find(|moved| moved.workload == step.workload);
            vec![
                Cell::plain(&wave),
                Cell::plain(&step.workload),
                Cell::plain(&step.source),
                Cell::toned(&step.target, Tone::Warn),
                Cell::plain(told.map_or("", |moved| moved.next.message.as_str())),
            ]
        };
        steps.map(row).collect()
    }
}

impl Move {
    fn of(id: &WorkloadId, reasons: &Reasons<'_>, language: Language) -> Option<Self> {
        let told = explain_in(id, reasons, language)?;
        let rejected = told.clusters.into_iter().filter(|row| !row.fits);
        Some(Self {
            workload: told.workload,
            home: told.home,
            desired: told.desired,
            next: told.next,
            rejected: rejected
                .map(|row| Rejected {
                    cluster: row.cluster,
                    reasons: row.reasons,
                })
                .collect(),
        })
    }

    /// The first reason of each cluster; all of them are in the JSON.
    fn cannot(&self) -> Vec<Cell> {
        let why = self.rejected.iter().filter_map(|rejected| {
            let first = rejected.reasons.first()?;
            Some(format!("{}: {}", rejected.cluster, first.message))
        });
        vec![
            Cell::plain(&self.workload),
            Cell::maybe(self.home.as_ref()),
            Cell::toned(&self.next.message, Tone::Bad),
            Cell::plain(&why.collect::<Vec<_>>().join("\n")),
        ]
    }
}
