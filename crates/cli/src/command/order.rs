//! In what order what moves will move, under the limits of the command line, and when the last is done.
use havenmeester_api::Language;
use havenmeester_placement::{
    Action, Decision, Forecast, Limits, Plan, Request, Say as _, Waiting, WorkloadId, waves,
};
use jiff::Timestamp;

use crate::words::Word;

/// Of some decisions: those that come to a move without somebody's doing.
pub(crate) fn forecast<'a>(
    request: &Request,
    decisions: impl Iterator<Item = (&'a WorkloadId, &'a Decision)>,
    limits: Limits,
) -> Forecast {
    let going = decisions.filter(|(_, decision)| goes(decision));
    let decisions = going.map(|(id, decision)| (id.clone(), decision.clone()));
    let plan = Plan {
        decisions: decisions.collect(),
    };
    waves(request, &plan, limits)
}

/// Whether it comes to a move without somebody's doing. What waits for a person, a yes, a capture or a fence does not.
pub(crate) fn goes(decision: &Decision) -> bool {
    match &decision.action {
        Action::Relocate { .. } | Action::FailOver { .. } => true,
        Action::Wait(waiting) => matches!(
            waiting,
            Waiting::Moving { .. } | Waiting::FailoverDelay { .. } | Waiting::SharesNamespace { .. }
        ),
        Action::Stay => false,
    }
}

/// One line: how many, in how many waves, and how long that takes. `words`: for one, and for more.
pub(crate) fn told(forecast: &Forecast, at: Timestamp, words: [Word; 2], language: Language) -> String {
    let count: usize = forecast.waves.iter().map(|wave| wave.moves.len()).sum();
    let [one, more] = words;
    let word = if count == 1 { one } else { more };
    let many = forecast.waves.len();
    let minutes = forecast.ends_at.duration_since(at).as_mins();
    let (word, until) = (word.say(language), Word::MinutesUntil.say(language));
    let assumption = forecast.assumption.say(language);
    format!("{count} {word} {many}; {until} {minutes} ({assumption}).")
}
