//! What came of the story: a table for people, or one JSON object.
use std::io::Write as _;

use havenmeester_api::contract::ExitReadiness;
use owo_colors::{OwoColorize as _, Style};
use serde::Serialize;

use super::apps::APPS;
use super::check::Check;
use super::stage::Stage;
use super::story::Played;
use crate::args::{Output, Scenario};

/// What came of it. `ok` only if every check holds and the story was played to its end.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Outcome {
    pub(super) ok: bool,
    scenario: &'static str,
    workloads: Workloads,
    rto: Rto,
    dry_runs: ExitReadiness,
    checks: Vec<Check>,
    #[serde(skip_serializing_if = "Option::is_none")]
    broken_off: Option<String>,
    /// How much time passed in the story.
    story_seconds: f64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Workloads {
    total: usize,
    moved: usize,
    failed_over: usize,
    blocked: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rto {
    p50_seconds: Option<f64>,
    max_seconds: Option<f64>,
}

impl Outcome {
    pub(super) fn of(stage: &Stage, scenario: Scenario, played: Played) -> Self {
        let mut recovery = played.recovery;
        recovery.sort_by(f64::total_cmp);
        let ok =
            played.broken_off.is_none() && !played.checks.is_empty() && played.checks.iter().all(|c| c.ok);
        Self {
            ok,
            scenario: match scenario {
                Scenario::All => "all",
                Scenario::Placement => "placement",
                Scenario::Cutoff => "cutoff",
                Scenario::Contract => "contract",
            },
            workloads: Workloads {
                total: APPS.iter().filter(|a| a.is_tagged()).count(),
                moved: played.moved.len(),
                failed_over: played.failed_over.len(),
                blocked: played.blocked.len(),
            },
            rto: Rto {
                // The upper of the two in the middle: never better than it was.
                p50_seconds: recovery.get(recovery.len() / 2).copied(),
                max_seconds: recovery.last().copied(),
            },
            dry_runs: played.dry_runs.unwrap_or_default(),
            checks: played.checks,
            broken_off: played.broken_off,
            story_seconds: stage.world.clock().elapsed().as_secs_f64(),
        }
    }

    pub(super) fn print(&self, output: Output, colour: bool) -> anyhow::Result<()> {
        let mut out = std::io::stdout().lock();
        match output {
            Output::Json => writeln!(out, "{}", serde_json::to_string(self)?)?,
            Output::Yaml => write!(out, "{}", serde_saphyr::to_string(self)?)?,
            Output::Table => self.table(&mut out, colour)?,
        }
        Ok(())
    }

    fn table(&self, out: &mut impl std::io::Write, colour: bool) -> std::io::Result<()> {
        let paint = |good: bool| match (colour, good) {
            (false, _) => Style::new(),
            (true, true) => Style::new().green(),
            (true, false) => Style::new().red().bold(),
        };
        writeln!(out)?;
        for check in &self.checks {
            let word = if check.ok { "ok" } else { "NOT" };
            writeln!(out, "  {:>3}  {}", word.style(paint(check.ok)), check.what)?;
            if let Some(saw) = &check.saw {
                writeln!(out, "       {saw}")?;
            }
        }
        if let Some(why) = &self.broken_off {
            writeln!(out, "  {}  {why}", "NOT".style(paint(false)))?;
        }
        let Workloads {
            total,
            moved,
            failed_over,
            blocked,
        } = &self.workloads;
        writeln!(out)?;
        writeln!(
            out,
            "workloads   {total} in all, {moved} moved, {failed_over} failed over, {blocked} blocked"
        )?;
        if let (Some(p50), Some(max)) = (self.rto.p50_seconds, self.rto.max_seconds) {
            writeln!(
                out,
                "recovery    p50 {p50:.0} s, max {max:.0} s from the last sign of life until serving"
            )?;
        }
        let runs = &self.dry_runs;
        if runs.ready + runs.with_warnings + runs.blocked + runs.unknown > 0 {
            writeln!(
                out,
                "dry runs    {} ready, {} with warnings, {} blocked, {} unknown",
                runs.ready, runs.with_warnings, runs.blocked, runs.unknown
            )?;
        }
        writeln!(out, "story time  {:.0} s", self.story_seconds)?;
        let verdict = if self.ok {
            "The story came out as it should."
        } else {
            "The story did NOT come out as it should."
        };
        writeln!(out, "{}", verdict.style(paint(self.ok)))
    }
}
