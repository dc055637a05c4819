//! One dry run: could the workload be moved, and if not, what to do.
//!
//! Invariant: a severity that is not understood counts as Unknown, never as a pass.
use havenmeester_api::migration::{FindingStatus, FindingWords, Verdict};
use havenmeester_api::{Migration, condition};
use jiff::Timestamp;
use serde::Serialize;

use crate::block::{Block, Column, Table};
use crate::question::{self, QuestionReport};
use crate::step::{self, StepReport};
use crate::words::{Language, Word, capital};
use crate::{html, markdown, text};

/// What a dry run came to. Serialised as `havenmeester migrate --dry-run -o json`.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DryRunReport {
    /// The Migration's namespace and name on the hub.
    pub migration: String,
    /// The Workload, in the same namespace.
    pub workload: String,
    /// Where it stands; `null` = where the hub knows it to stand.
    pub source: Option<String>,
    /// Where it would go.
    pub target: String,
    /// Whether nothing would be written: false for a real move, whose preflight is reported the same way.
    pub dry_run: bool,
    /// How far it is.
    pub state: DryRunState,
    /// Why it failed, or what it waits for.
    pub message: Option<String>,
    /// What came of it; `null` = no verdict yet.
    pub verdict: Option<Verdict>,
    /// Every question with its answer; empty = the target was not asked yet.
    pub questions: Vec<QuestionReport>,
    /// How many findings of each severity.
    pub counts: FindingCounts,
    /// Worst first.
    pub findings: Vec<Finding>,
    /// How many objects would be moved.
    pub objects: Option<i32>,
    /// The capture that was tried.
    pub capture: Option<String>,
    /// The hash of what was planned.
    pub plan_hash: Option<String>,
    /// Who or what asked for it, and why.
    pub asked_by: Option<String>,
    /// When the first step began.
    pub started_at: Option<Timestamp>,
    /// When the last step ended.
    pub finished_at: Option<Timestamp>,
    /// Every step, those not executed too.
    pub steps: Vec<StepReport>,
}

/// How far a dry run is.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
pub enum DryRunState {
    /// Not ended.
    Running,
    /// Ended.
    Complete,
    /// It could not be made.
    Failed,
}

/// How much a finding matters, the worst first.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
pub enum Severity {
    /// The move would fail.
    Block,
    /// It could not be seen.
    Unknown,
    /// Something to know.
    Warn,
    /// In order.
    Pass,
}

/// How many findings of each severity.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FindingCounts {
    /// The move would fail.
    pub block: usize,
    /// Could not be seen.
    pub unknown: usize,
    /// Something to know.
    pub warn: usize,
    /// In order.
    pub pass: usize,
}

/// One thing that was found.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// How much it matters.
    pub severity: Severity,
    /// Which question of the preflight.
    pub question: String,
    /// The object, as Kind namespace/name.
    pub object: Option<String>,
    /// The field in it.
    pub field: Option<String>,
    /// What was seen.
    pub message: String,
    /// What to do.
    pub remedy: Option<String>,
    /// The same in Dutch; absent = a report in Dutch has the English.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dutch: Option<FindingWords>,
}

impl DryRunReport {
    /// From a Migration, as far as it is.
    pub fn new(migration: &Migration) -> Self {
        let status = migration.status.clone().unwrap_or_default();
        let steps = StepReport::all(&status.steps);
        let mut findings: Vec<Finding> = status.findings.iter().map(Finding::of).collect();
        findings.sort();
        let (state, message) = state(&status.conditions, status.waiting_for.as_ref());
        let namespace = migration.metadata.namespace.as_deref().unwrap_or_default();
        let name = migration.metadata.name.as_deref().unwrap_or_default();
        Self {
            migration: format!("{namespace}/{name}"),
            workload: migration.spec.workload.clone(),
            source: migration.spec.source.clone(),
            target: migration.spec.target.clone(),
            dry_run: migration.spec.dry_run,
            state,
            message,
            verdict: status.verdict,
            questions: QuestionReport::all(&status.questions),
            counts: FindingCounts::of(&findings),
            findings,
            objects: status.objects,
            capture: status.capture,
            plan_hash: status.plan_hash,
            asked_by: migration.spec.reason.clone(),
            started_at: steps.iter().filter_map(|step| step.started_at).min(),
            finished_at: steps.iter().filter_map(|step| step.finished_at).max(),
            steps,
        }
    }

    /// Whether the workload could be moved: Unknown is never a pass.
    pub fn passes(&self) -> bool {
        self.state != DryRunState::Failed
            && matches!(self.verdict, Some(Verdict::Ready | Verdict::ReadyWithWarnings))
    }

    /// For a terminal: the verdict, and all findings but those that pass.
    pub fn text(&self, language: Language) -> String {
        text::render(&self.brief(language))
    }

    /// For a wiki or an issue: also what is in order, and every step.
    pub fn markdown(&self, language: Language) -> String {
        markdown::render(&self.full(language))
    }

    /// The same as a page that stands by itself.
    pub fn html(&self, language: Language) -> String {
        html::render(&self.full(language), language)
    }

    /// For programs.
    pub fn json(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string_pretty(self)
    }

    fn head(&self, language: Language) -> Vec<Block> {
        let say = |word: Word| word.say(language);
        let from = self
            .source
            .as_ref()
            .map_or_else(String::new, |s| format!(", {} {s}", say(Word::From)));
        let title = format!(
            "{} {}{from} {} {}",
            say(if self.dry_run {
                Word::DryRunOf
            } else {
                Word::MoveOf
            }),
            self.workload,
            say(Word::To),
            self.target
        );
        let verdict = format!("{}: {}", say(Word::Verdict), say(Word::of_verdict(self.verdict)));
        let mut blocks = vec![Block::Title(title, Some(verdict))];
        let message = self
            .message
            .as_ref()
            .map_or_else(String::new, |message| format!(": {message}"));
        if self.state != DryRunState::Complete {
            blocks.push(Block::Text(format!(
                "{}{message}",
                say(Word::of_dry_run(self.state))
            )));
        }
        blocks
    }

    fn brief(&self, language: Language) -> Vec<Block> {
        let mut blocks = self.head(language);
        let told = self
            .findings
            .iter()
            .filter(|finding| finding.severity != Severity::Pass);
        let table = table(told, language);
        if !table.rows.is_empty() {
            blocks.push(Block::Table(table));
        }
        blocks
    }

    fn full(&self, language: Language) -> Vec<Block> {
        let mut blocks = self.head(language);
        let say = |word: Word| word.say(language);
        let facts = [
            self.objects
                .map(|objects| format!("{}: {objects}", say(Word::Objects))),
            self.capture
                .as_ref()
                .map(|capture| format!("{}: {capture}", say(Word::Capture))),
            self.plan_hash
                .as_ref()
                .map(|hash| format!("{}: {hash}", say(Word::Plan))),
            self.asked_by
                .as_ref()
                .map(|who| format!("{}: {who}", say(Word::AskedBy))),
        ];
        blocks.push(Block::List(facts.into_iter().flatten().collect()));
        if !self.questions.is_empty() {
            blocks.push(Block::Heading(capital(say(Word::Questions))));
            blocks.push(Block::Table(question::table(&self.questions, language)));
        }
        for severity in [Severity::Block, Severity::Unknown, Severity::Warn, Severity::Pass] {
            let table = table(self.findings.iter().filter(|f| f.severity == severity), language);
            if !table.rows.is_empty() {
                blocks.push(Block::Heading(capital(say(Word::of_severity(severity)))));
                blocks.push(Block::Table(table));
            }
        }
        if !self.steps.is_empty() {
            blocks.push(Block::Heading(capital(say(Word::Steps))));
            blocks.push(Block::Table(step::table(&self.steps, language)));
        }
        blocks
    }
}

impl Finding {
    /// What was seen, in a language; the English where there is no other.
    pub(crate) fn message(&self, language: Language) -> &str {
        match (language, &self.dutch) {
            (Language::Nl, Some(dutch)) => &dutch.message,
            (Language::En, _) | (Language::Nl, None) => &self.message,
        }
    }

    /// What to do, likewise.
    pub(crate) fn remedy(&self, language: Language) -> Option<&str> {
        match (language, &self.dutch) {
            (Language::Nl, Some(dutch)) => dutch.remedy.as_deref(),
            (Language::En, _) | (Language::Nl, None) => self.remedy.as_deref(),
        }
    }

    pub(crate) fn of(status: &FindingStatus) -> Self {
        Self {
            severity: Severity::read(&status.severity),
            question: status.question.clone(),
            object: status.object.clone(),
            field: status.field.clone(),
            message: status.message.clone(),
            remedy: status.remedy.clone(),
            dutch: status.dutch.clone(),
        }
    }
}

impl Severity {
    fn read(word: &str) -> Self {
        match word {
            "Block" => Self::Block,
            "Warn" => Self::Warn,
            "Pass" => Self::Pass,
            _ => Self::Unknown,
        }
    }
}

impl FindingCounts {
    fn of(findings: &[Finding]) -> Self {
        let mut counts = Self::default();
        for finding in findings {
            let count = match finding.severity {
                Severity::Block => &mut counts.block,
                Severity::Unknown => &mut counts.unknown,
                Severity::Warn => &mut counts.warn,
                Severity::Pass => &mut counts.pass,
            };
            *count += 1;
        }
        counts
    }
}

fn state(
    conditions: &[k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition],
    waiting_for: Option<&String>,
) -> (DryRunState, Option<String>) {
    if let Some(failed) = condition::get(conditions, condition::FAILED).filter(|c| c.status == "True") {
        (DryRunState::Failed, Some(failed.message.clone()))
    } else if condition::is_true(conditions, condition::COMPLETE) {
        (DryRunState::Complete, None)
    } else {
        (DryRunState::Running, waiting_for.cloned())
    }
}

fn table<'a>(findings: impl Iterator<Item = &'a Finding>, language: Language) -> Table {
    let say = |word: Word| word.say(language);
    let rows = findings.map(|finding| {
        let field = finding
            .field
            .as_ref()
            .map_or_else(String::new, |field| format!(" {field}"));
        vec![
            say(Word::of_severity(finding.severity)).to_owned(),
            finding.question.clone(),
            format!("{}{field}", finding.object.as_deref().unwrap_or("-")),
            finding.message(language).to_owned(),
            finding.remedy(language).unwrap_or("-").to_owned(),
        ]
    });
    Table {
        columns: vec![
            Column::left(""),
            Column::left(say(Word::Question)),
            Column::left(say(Word::Object)),
            Column::left(say(Word::Seen)),
            Column::left(say(Word::Remedy)),
        ],
        rows: rows.collect(),
    }
}
