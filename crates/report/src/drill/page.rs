//! The report of a drill as blocks: brief for a terminal, full for reading.
use std::collections::BTreeMap;

use havenmeester_api::migration::{Step, StepState};

use super::{DrillReport, DrillState, Figure, Miss, Outcome, WorkloadReport};
use crate::block::{Block, Column, Table};
use crate::length::Length;
use crate::step::{self, moment};
use crate::words::{Language, Word, capital};

pub(super) fn brief(report: &DrillReport, language: Language) -> Vec<Block> {
    let mut blocks = head(report, language);
    blocks.extend(part(Word::NotMet, not_met(report, language), language));
    blocks.extend(part(Word::NotExecuted, not_executed(report), language));
    if report.total > 0 {
        blocks.push(Block::Heading(format!("{}:", Word::Contents.say(language))));
        blocks.push(Block::Table(workloads(report, language)));
    }
    blocks
}

pub(super) fn full(report: &DrillReport, language: Language) -> Vec<Block> {
    let mut blocks = brief(report, language);
    if !report.clusters.is_empty() {
        let clusters = report.clusters.join(", ");
        blocks.insert(
            1,
            Block::Text(format!("{}: {clusters}", Word::Clusters.say(language))),
        );
    }
    for block in &mut blocks {
        if let Block::Heading(heading) = block {
            *heading = capital(heading.trim_end_matches(':'));
        }
    }
    for workload in report.workloads.iter().filter(|w| !w.steps.is_empty()) {
        blocks.push(Block::Heading(format!(
            "{}: {}",
            workload.workload,
            Word::Steps.say(language)
        )));
        blocks.push(Block::List(facts(workload, language)));
        blocks.push(Block::Table(step::table(&workload.steps, language)));
    }
    blocks
}

fn head(report: &DrillReport, language: Language) -> Vec<Block> {
    let say = |word: Word| word.say(language);
    let mode = say(Word::of_mode(report.mode));
    let state = say(Word::of_drill(report.state));
    let at = report.started_at.map_or_else(|| state.to_owned(), moment);
    let (total, met) = (report.total, report.count(Outcome::Met));
    let summary = format!(
        "{total} {}, {met} {}",
        say(Word::Workloads),
        say(Word::WithinObjective)
    );
    let mut blocks = vec![Block::Title(
        format!("{} {}, {mode}, {at}", say(Word::CutOffOf), report.provider),
        Some(summary),
    )];
    let message = report
        .message
        .as_ref()
        .map_or_else(String::new, |message| format!(": {message}"));
    if report.state != DrillState::Complete || !message.is_empty() {
        blocks.push(Block::Text(format!("{state}{message}")));
    }
    if report.detected.measured + report.serving.measured > 0 {
        blocks.push(Block::Table(figures(report, language)));
    }
    blocks
}

fn figures(report: &DrillReport, language: Language) -> Table {
    let rows = [
        (Word::Detected, &report.detected),
        (Word::Decided, &report.decided),
        (Word::Created, &report.created),
        (Word::Serving, &report.serving),
        (Word::DataLoss, &report.data_loss),
    ];
    let cells = rows.map(|(word, figure)| {
        vec![
            word.say(language).to_owned(),
            length(figure.objective, language),
            length(figure.p50, language),
            length(figure.max, language),
            worst(report, figure, word == Word::Serving, language),
        ]
    });
    let say = |word: Word| word.say(language);
    Table {
        columns: vec![
            Column::left(""),
            Column::right(say(Word::Objective)),
            Column::right(say(Word::Median)),
            Column::right(say(Word::Most)),
            Column::left(say(Word::Where)),
        ],
        rows: cells.into(),
    }
}

/// Whose the worst figure is, and for serving which step took longest there.
fn worst(report: &DrillReport, figure: &Figure, with_step: bool, language: Language) -> String {
    let Some(name) = &figure.max_workload else {
        return String::new();
    };
    let workload = report.workloads.iter().find(|w| w.workload == *name);
    let step = workload
        .filter(|_| with_step)
        .and_then(WorkloadReport::longest_step);
    step.map_or_else(
        || name.clone(),
        |step| {
            let took = length(step.took, language);
            format!(
                "{name}: {:?} {took} ({} {})",
                step.name,
                Word::Step.say(language),
                step.number
            )
        },
    )
}

fn part(word: Word, lines: Vec<String>, language: Language) -> Vec<Block> {
    if lines.is_empty() {
        return Vec::new();
    }
    vec![
        Block::Heading(format!("{}:", word.say(language))),
        Block::List(lines),
    ]
}

fn not_met(report: &DrillReport, language: Language) -> Vec<String> {
    let late = report.workloads.iter().filter(|w| w.outcome == Outcome::NotMet);
    late.map(|workload| {
        let misses: Vec<String> = workload
            .misses
            .iter()
            .map(|miss| missed(miss, language))
            .collect();
        let why = workload
            .failed
            .as_ref()
            .map_or_else(String::new, |why| format!(" ({why})"));
        format!("{}: {}{why}", workload.workload, misses.join("; "))
    })
    .collect()
}

fn missed(miss: &Miss, language: Language) -> String {
    let (what, how) = (
        Word::of_objective(miss.objective).say(language),
        Word::of_miss(miss.reason).say(language),
    );
    let measured = miss
        .measured
        .map_or_else(String::new, |measured| format!(" {}", measured.say(language)));
    let allowed = miss.allowed.map_or_else(String::new, |allowed| {
        format!(", {} {}", Word::Objective.say(language), allowed.say(language))
    });
    format!("{what}{measured}: {how}{allowed}")
}

/// Workloads that were not failed over, then steps that were not taken; one line for all that have the same reason.
fn not_executed(report: &DrillReport) -> Vec<String> {
    let whole = report.workloads.iter().filter_map(|workload| {
        let why = workload.not_executed.as_ref()?;
        Some(format!("{}: {why}", workload.workload))
    });
    let mut skipped: BTreeMap<(Step, &str), Vec<&str>> = BTreeMap::new();
    for workload in &report.workloads {
        for step in workload
            .steps
            .iter()
            .filter(|step| step.state == StepState::NotExecuted)
        {
            let why = step.message.as_deref().unwrap_or("-");
            skipped
                .entry((step.name, why))
                .or_default()
                .push(&workload.workload);
        }
    }
    let steps = skipped
        .into_iter()
        .map(|((step, why), names)| format!("{step:?} ({}): {why}", names.join(", ")));
    whole.chain(steps).collect()
}

fn workloads(report: &DrillReport, language: Language) -> Table {
    let say = |word: Word| word.say(language);
    let heads = [
        Word::Detected,
        Word::Decided,
        Word::Created,
        Word::Serving,
        Word::DataLoss,
    ];
    let mut columns = vec![
        Column::left(say(Word::Workload)),
        Column::left(say(Word::Target)),
        Column::left(say(Word::Outcome)),
    ];
    columns.extend(heads.map(|word| Column::right(say(word))));
    columns.push(Column::right("RTO"));
    columns.push(Column::right("RPO"));
    columns.push(Column::left(say(Word::Plan)));
    let rows = report.workloads.iter().map(|w| {
        let mut row = vec![
            w.workload.clone(),
            w.target.clone().unwrap_or_else(|| "-".to_owned()),
            say(Word::of_outcome(w.outcome)).to_owned(),
        ];
        let lengths = [
            w.detected,
            w.decided,
            w.created,
            w.serving,
            w.data_loss,
            w.rto,
            w.rpo,
        ];
        row.extend(lengths.map(|it| length(it, language)));
        row.push(w.plan_hash.as_deref().map_or_else(|| "-".to_owned(), short));
        row
    });
    Table {
        columns,
        rows: rows.collect(),
    }
}

/// What does not fit in the columns.
fn facts(workload: &WorkloadReport, language: Language) -> Vec<String> {
    let fact =
        |word: Word, value: Option<&String>| value.map(|value| format!("{}: {value}", word.say(language)));
    let route = workload.source.as_ref().zip(workload.target.as_ref());
    let route = route.map(|(source, target)| format!("{source} → {target}"));
    let objects = [
        fact(Word::Where, route.as_ref()),
        fact(Word::AskedBy, workload.asked_by.as_ref()),
        fact(Word::Plan, workload.plan_hash.as_ref()),
        fact(Word::Capture, workload.capture.as_ref()),
    ];
    objects.into_iter().flatten().collect()
}

/// Enough of a hash to tell it from others; all of it stands with the steps and in JSON.
fn short(hash: &str) -> String {
    hash.chars().take("sha256-".len() + 8).collect()
}

fn length(length: Option<Length>, language: Language) -> String {
    length.map_or_else(|| "-".to_owned(), |length| length.say(language))
}
