//! The questions of a dry run with their answers, as sentences.
//!
//! Invariant: a question that was not asked is Unknown, never a pass. A question without its Dutch does not compile.
use havenmeester_api::migration::{Answer, Question, QuestionStatus};
use jiff::Timestamp;
use serde::Serialize;

use crate::block::{Column, Table};
use crate::step::moment;
use crate::words::{Language, Word};

/// One question with its answer.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct QuestionReport {
    /// Which.
    pub question: Question,
    /// The answer; its evidence stands in the findings of this question.
    pub answer: Answer,
    /// When what it rests on was seen; `null` = nothing was seen.
    pub seen_at: Option<Timestamp>,
}

impl QuestionReport {
    /// All of them, in their order.
    pub(crate) fn all(questions: &[QuestionStatus]) -> Vec<Self> {
        let report = |status: &QuestionStatus| Self {
            question: status.question,
            answer: status.answer,
            seen_at: status.seen_at.as_ref().map(|at| at.0),
        };
        questions.iter().map(report).collect()
    }
}

/// Questions as rows.
pub(crate) fn table(questions: &[QuestionReport], language: Language) -> Table {
    let rows = questions.iter().map(|asked| {
        vec![
            sentence(asked.question, language).to_owned(),
            Word::of_answer(asked.answer).say(language).to_owned(),
            asked.seen_at.map_or_else(|| "-".to_owned(), moment),
        ]
    });
    Table {
        columns: vec![
            Column::left(Word::Question.say(language)),
            Column::left(Word::Answer.say(language)),
            Column::left(Word::SeenAt.say(language)),
        ],
        rows: rows.collect(),
    }
}

/// The question, for people.
const fn sentence(question: Question, language: Language) -> &'static str {
    match language {
        Language::En => english(question),
        Language::Nl => dutch(question),
    }
}

const fn english(question: Question) -> &'static str {
    match question {
        Question::Reachable => "Is the target there, not older than the source, and is its clock right?",
        Question::Served => "Does the target serve every kind in its version?",
        Question::Access => "May we do all that a move and its rollback need?",
        Question::DryRun => "Does the target itself accept each object, and keep every field?",
        Question::Admission => {
            "Do Pod Security, quota, limit ranges, webhooks, policies and classes let it in?"
        }
        Question::References => "Is everything that the objects refer to there?",
        Question::Capacity => "Is there room, and a node for each Pod?",
        Question::Images => "Can every image be pulled from a registry that survives the cut-off?",
        Question::Storage => "Does the target have the storage that is asked for?",
        Question::Transfer => "How much data goes, and does it arrive in time?",
        Question::SourceHealth => "Is the source healthy and its capture recent?",
        Question::LockIn => "What is tied to one provider?",
        Question::Collisions => "What stands on the target under the same name?",
        Question::Delivery => "Which delivery controller owns it, and can it be suspended?",
        Question::Dns => "Are host names free there, and do their records and certificates follow?",
        Question::Egress => "Does it call what stays behind?",
        Question::Once => "Can a Job or CronJob run twice?",
        Question::Fencing => "Can the source be stopped and the move undone?",
    }
}

const fn dutch(question: Question) -> &'static str {
    match question {
        Question::Reachable => "Is het doel er, is het niet ouder dan de bron, en loopt de klok gelijk?",
        Question::Served => "Kent het doel elke soort object in de juiste versie?",
        Question::Access => "Mogen wij alles wat nodig is om te verhuizen en terug te draaien?",
        Question::DryRun => "Neemt het doel zelf elk object aan, en houdt het elk veld?",
        Question::Admission => {
            "Laten Pod Security, quota, limieten, webhooks, beleid en klassen de applicatie toe?"
        }
        Question::References => "Is alles er waar de objecten naar verwijzen?",
        Question::Capacity => "Is er ruimte, en een node voor elke Pod?",
        Question::Images => "Komt elke image uit een register dat de afsluiting overleeft?",
        Question::Storage => "Heeft het doel de opslag die wordt gevraagd?",
        Question::Transfer => "Hoeveel gegevens gaan er mee, en komen ze op tijd aan?",
        Question::SourceHealth => "Is de bron gezond en de vastlegging recent?",
        Question::LockIn => "Wat zit vast aan één leverancier?",
        Question::Collisions => "Wat staat er op het doel al onder dezelfde naam?",
        Question::Delivery => "Welk programma levert de applicatie uit, en kan dat even stoppen?",
        Question::Dns => "Zijn de hostnamen daar vrij, en verhuizen records en certificaten mee?",
        Question::Egress => "Gebruikt de applicatie iets dat achterblijft?",
        Question::Once => "Kan een Job of CronJob dubbel draaien?",
        Question::Fencing => "Kan de bron worden gestopt en de verhuizing worden teruggedraaid?",
    }
}
