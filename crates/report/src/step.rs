//! One step of a move, with its times; those that were not executed too.
use havenmeester_api::migration::{Step, StepState, StepStatus};
use jiff::Timestamp;
use serde::Serialize;

use crate::block::{Column, Table};
use crate::length::Length;
use crate::words::{Language, Word};

/// One step.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StepReport {
    /// Its place, from 1 on.
    pub number: usize,
    /// Which.
    pub name: Step,
    /// How it stands.
    pub state: StepState,
    /// When it began.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// How long it took; `null` when it did not end.
    #[serde(rename = "seconds")]
    pub took: Option<Length>,
    /// What came of it, what it waits for, or why it was not executed.
    pub message: Option<String>,
    /// The message in Dutch; absent = nobody wrote it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dutch: Option<String>,
}

impl StepReport {
    /// All steps of a move, in their order.
    pub(crate) fn all(steps: &[StepStatus]) -> Vec<Self> {
        steps
            .iter()
            .zip(1..)
            .map(|(step, number)| Self::of(step, number))
            .collect()
    }

    fn of(step: &StepStatus, number: usize) -> Self {
        let (started_at, finished_at) = (
            step.started_at.as_ref().map(|t| t.0),
            step.finished_at.as_ref().map(|t| t.0),
        );
        Self {
            number,
            name: step.name,
            state: step.state,
            started_at,
            finished_at,
            took: started_at
                .zip(finished_at)
                .map(|(from, to)| Length::between(from, to)),
            message: step.message.clone(),
            dutch: step.dutch.clone(),
        }
    }
}

/// Steps as rows.
pub(crate) fn table(steps: &[StepReport], language: Language) -> Table {
    let rows = steps.iter().map(|step| {
        vec![
            step.number.to_string(),
            format!("{:?}", step.name),
            Word::of_step(step.state).say(language).to_owned(),
            step.started_at.map_or_else(|| "-".to_owned(), clock),
            step.took
                .map_or_else(|| "-".to_owned(), |took| took.say(language)),
            match language {
                Language::En => step.message.clone(),
                Language::Nl => step.dutch.clone().or_else(|| step.message.clone()),
            }
            .unwrap_or_default(),
        ]
    });
    let say = |word: Word| word.say(language);
    Table {
        columns: vec![
            Column::right("#"),
            Column::left(say(Word::Step)),
            Column::left(say(Word::State)),
            Column::left(say(Word::Started)),
            Column::right(say(Word::Took)),
            Column::left(say(Word::Message)),
        ],
        rows: rows.collect(),
    }
}

/// A moment to the second, in UTC.
pub(crate) fn moment(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
}

fn clock(at: Timestamp) -> String {
    at.strftime("%H:%M:%S").to_string()
}
