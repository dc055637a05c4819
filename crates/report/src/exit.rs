//! Could we leave before the contract ends: the last dry run of each workload, and what stands in the way most.
//!
//! Invariant: a workload without a verdict counts as unknown, never as ready.
use std::collections::BTreeMap;

use havenmeester_api::contract::{ExitReadiness, Round};
use havenmeester_api::migration::Verdict;
use havenmeester_api::{Contract, Date, Migration, labels};
use jiff::Timestamp;
use serde::Serialize;

use crate::block::{Block, Column, Table};
use crate::dry_run::{DryRunReport, Finding, FindingCounts, Severity};
use crate::step::moment;
use crate::words::{Language, Word, capital};
use crate::{markdown, text};

/// How ready we are to leave a provider.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ExitReport {
    /// The Contract.
    pub contract: String,
    /// The Provider that it is with.
    pub provider: String,
    /// Its last day.
    pub end: Date,
    /// Days until the last day; negative after it.
    pub days_left: i64,
    /// The last day on which notice can be given.
    pub notice_by: Option<Date>,
    /// Counts by the last verdict of each workload, those that were never dry-run as unknown.
    pub readiness: ExitReadiness,
    /// Each round of dry runs.
    pub rounds: Vec<Round>,
    /// What stands in the way, by how many workloads it holds back.
    pub in_the_way: Vec<CommonFinding>,
    /// The last dry run of each workload: blocked first, then unknown, with warnings, ready; by name.
    pub workloads: Vec<ExitRow>,
}

/// The last dry run of one workload.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ExitRow {
    /// The Workload's namespace and name on the hub.
    pub workload: String,
    /// Where it would go.
    pub target: String,
    /// What came of it; `null` = no verdict yet.
    pub verdict: Option<Verdict>,
    /// When it ended.
    pub at: Option<Timestamp>,
    /// The Migration that was the dry run.
    pub migration: String,
    /// How many findings of each severity.
    pub counts: FindingCounts,
    /// The worst finding, when it is worse than a pass.
    pub worst: Option<String>,
    /// The same in Dutch.
    #[serde(skip)]
    worst_dutch: Option<String>,
}

/// A question that several workloads fail.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CommonFinding {
    /// Which question of the preflight.
    pub question: String,
    /// The worst that came of it.
    pub severity: Severity,
    /// The workloads, by name.
    pub workloads: Vec<String>,
    /// What to do, where all agree.
    pub remedy: Option<String>,
    /// The same in Dutch.
    #[serde(skip)]
    remedy_dutch: Option<String>,
}

impl ExitReport {
    /// From a Contract and Migrations; those that are no dry runs of this contract are left out.
    pub fn new(contract: &Contract, migrations: &[Migration], now: Timestamp) -> Self {
        let name = contract.metadata.name.clone().unwrap_or_default();
        let status = contract.status.clone().unwrap_or_default();
        let last = last_of_each(&name, migrations);
        let mut rows: Vec<ExitRow> = last.iter().map(|(id, run)| ExitRow::of(id, run)).collect();
        rows.sort_by(|a, b| (rank(a.verdict), &a.workload).cmp(&(rank(b.verdict), &b.workload)));
        Self {
            provider: contract.spec.provider.clone(),
            end: contract.spec.end,
            days_left: Date::of(now).days_until(contract.spec.end),
            notice_by: contract
                .spec
                .notice_days
                .map(|days| contract.spec.end.plus_days(-i64::from(days))),
            readiness: readiness(&rows, status.exit_readiness),
            rounds: status.rounds,
            in_the_way: in_the_way(&last),
            workloads: rows,
            contract: name,
        }
    }

    /// For a terminal.
    pub fn text(&self, language: Language) -> String {
        text::render(&self.blocks(language, |heading| format!("{heading}:")))
    }

    /// For a wiki or an issue.
    pub fn markdown(&self, language: Language) -> String {
        markdown::render(&self.blocks(language, capital))
    }

    /// For programs.
    pub fn json(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string_pretty(self)
    }

    fn blocks(&self, language: Language, heading: fn(&str) -> String) -> Vec<Block> {
        let say = |word: Word| word.say(language);
        let title = format!("{} {} ({})", say(Word::ExitFrom), self.provider, self.contract);
        let left = format!(
            "{} {}: {} {}",
            say(Word::EndsOn),
            self.end,
            self.days_left,
            say(Word::DaysLeft)
        );
        let mut blocks = vec![Block::Title(title, Some(left))];
        if let Some(day) = self.notice_by {
            blocks.push(Block::Text(format!("{}: {day}", say(Word::NoticeBy))));
        }
        blocks.push(Block::Table(self.counts(language)));
        let parts = [
            (Word::InTheWay, self.obstacles(language)),
            (Word::Contents, self.rows(language)),
            (Word::Rounds, self.round_rows(language)),
        ];
        for (word, table) in parts {
            if !table.rows.is_empty() {
                blocks.push(Block::Heading(heading(say(word))));
                blocks.push(Block::Table(table));
            }
        }
        blocks
    }

    fn counts(&self, language: Language) -> Table {
        let ExitReadiness {
            ready,
            with_warnings,
            blocked,
            unknown,
        } = self.readiness;
        let of = |verdict| Column::right(Word::of_verdict(Some(verdict)).say(language));
        Table {
            columns: vec![
                of(Verdict::Ready),
                of(Verdict::ReadyWithWarnings),
                of(Verdict::Blocked),
                of(Verdict::Unknown),
            ],
            rows: vec![
                [ready, with_warnings, blocked, unknown]
                    .map(|n| n.to_string())
                    .to_vec(),
            ],
        }
    }

    fn obstacles(&self, language: Language) -> Table {
        let say = |word: Word| word.say(language);
        let rows = self.in_the_way.iter().map(|common| {
            vec![
                say(Word::of_severity(common.severity)).to_owned(),
                common.question.clone(),
                common.workloads.len().to_string(),
                common.workloads.join(", "),
                chosen(language, common.remedy.as_ref(), common.remedy_dutch.as_ref()),
            ]
        });
        Table {
            columns: vec![
                Column::left(""),
                Column::left(say(Word::Question)),
                Column::right(say(Word::HowMany)),
                Column::left(say(Word::Workloads)),
                Column::left(say(Word::Remedy)),
            ],
            rows: rows.collect(),
        }
    }

    fn rows(&self, language: Language) -> Table {
        let say = |word: Word| word.say(language);
        let rows = self.workloads.iter().map(|row| {
            vec![
                row.workload.clone(),
                row.target.clone(),
                say(Word::of_verdict(row.verdict)).to_owned(),
                row.at.map_or_else(|| "-".to_owned(), moment),
                chosen(language, row.worst.as_ref(), row.worst_dutch.as_ref()),
            ]
        });
        Table {
            columns: [
                Word::Workload,
                Word::Target,
                Word::Verdict,
                Word::At,
                Word::Findings,
            ]
            .map(|word| Column::left(say(word)))
            .to_vec(),
            rows: rows.collect(),
        }
    }

    fn round_rows(&self, language: Language) -> Table {
        let say = |word: Word| word.say(language);
        let at = |time: Option<&k8s_openapi::apimachinery::pkg::apis::meta::v1::Time>| {
            time.map_or_else(|| "-".to_owned(), |time| moment(time.0))
        };
        let rows = self.rounds.iter().map(|round| {
            vec![
                round.lead_days.to_string(),
                round.due.to_string(),
                at(round.started_at.as_ref()),
                at(round.finished_at.as_ref()),
                round.skipped.clone().unwrap_or_else(|| "-".to_owned()),
            ]
        });
        Table {
            columns: vec![
                Column::right(say(Word::LeadDays)),
                Column::left(say(Word::Due)),
                Column::left(say(Word::Started)),
                Column::left(say(Word::Ended)),
                Column::left(say(Word::NotExecuted)),
            ],
            rows: rows.collect(),
        }
    }
}

impl ExitRow {
    fn of(workload: &str, run: &DryRunReport) -> Self {
        let worst = run
            .findings
            .first()
            .filter(|finding| finding.severity != Severity::Pass);
        Self {
            workload: workload.to_owned(),
            target: run.target.clone(),
            verdict: run.verdict,
            at: run.verdict.and(run.finished_at),
            migration: run.migration.clone(),
            counts: run.counts,
            worst: worst.map(|finding| told(finding, Language::En)),
            worst_dutch: worst.map(|finding| told(finding, Language::Nl)),
        }
    }
}

fn told(finding: &Finding, language: Language) -> String {
    format!("{}: {}", finding.question, finding.message(language))
}

fn chosen(language: Language, english: Option<&String>, dutch: Option<&String>) -> String {
    let said = match language {
        Language::En => english,
        Language::Nl => dutch,
    };
    said.map_or_else(|| "-".to_owned(), Clone::clone)
}

/// The latest dry run of each workload that this contract asked for; by creation, then by name.
fn last_of_each(contract: &str, migrations: &[Migration]) -> BTreeMap<String, DryRunReport> {
    let is_ours = |migration: &&Migration| {
        let label = migration
            .metadata
            .labels
            .as_ref()
            .and_then(|all| all.get(labels::CONTRACT));
        migration.spec.dry_run && label.is_some_and(|label| label == contract)
    };
    let mut runs: Vec<&Migration> = migrations.iter().filter(is_ours).collect();
    runs.sort_by_key(|run| (run.metadata.creation_timestamp.clone(), run.metadata.name.clone()));
    let namespaced = |run: &Migration| {
        format!(
            "{}/{}",
            run.metadata.namespace.as_deref().unwrap_or_default(),
            run.spec.workload
        )
    };
    runs.into_iter()
        .map(|run| (namespaced(run), DryRunReport::new(run)))
        .collect()
}

fn rank(verdict: Option<Verdict>) -> u8 {
    match verdict {
        Some(Verdict::Blocked) => 0,
        None | Some(Verdict::Unknown) => 1,
        Some(Verdict::ReadyWithWarnings) => 2,
        Some(Verdict::Ready) => 3,
    }
}

/// What the hub counted, which knows of workloads that were never dry-run; else what the dry runs say.
fn readiness(rows: &[ExitRow], counted: Option<ExitReadiness>) -> ExitReadiness {
    counted.unwrap_or_else(|| {
        let mut readiness = ExitReadiness::default();
        for row in rows {
            let count = match row.verdict {
                Some(Verdict::Ready) => &mut readiness.ready,
                Some(Verdict::ReadyWithWarnings) => &mut readiness.with_warnings,
                Some(Verdict::Blocked) => &mut readiness.blocked,
                None | Some(Verdict::Unknown) => &mut readiness.unknown,
            };
            *count += 1;
        }
        readiness
    })
}

fn in_the_way(runs: &BTreeMap<String, DryRunReport>) -> Vec<CommonFinding> {
    let mut common: BTreeMap<&str, CommonFinding> = BTreeMap::new();
    for (workload, run) in runs {
        for finding in run.findings.iter().filter(|f| f.severity <= Severity::Unknown) {
            let entry = common.entry(&finding.question).or_insert_with(|| CommonFinding {
                question: finding.question.clone(),
                severity: finding.severity,
                workloads: Vec::new(),
                remedy: finding.remedy.clone(),
                remedy_dutch: finding.remedy(Language::Nl).map(str::to_owned),
            });
            entry.severity = entry.severity.min(finding.severity);
            if entry.workloads.last() != Some(workload) {
                entry.workloads.push(workload.clone());
            }
            if entry.remedy != finding.remedy {
                entry.remedy = None;
                entry.remedy_dutch = None;
            }
        }
    }
    let mut all: Vec<CommonFinding> = common.into_values().collect();
    all.sort_by_key(|it| (it.severity, std::cmp::Reverse(it.workloads.len())));
    all
}
