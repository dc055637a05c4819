//! What ranks a cluster among those that may take a workload: the city's seven core values, weighed.
//!
//! Integers only, so that the order never hangs on rounding.
//! Invariant: 0 to 1000; nothing unclear scores for autonomy.
use havenmeester_api::policy::Weights;
use havenmeester_api::require::CoreValue;

use crate::autonomy::Autonomy;
use crate::bill::Charges;
use crate::decision::Score;
use crate::place::Place;

/// What the core values can bring together. With [`STABILITY`] it makes 1000.
const CORE_VALUES: i64 = 980;
/// The bonus of the place where a workload stands or was to stand already: two per cent of the whole, so that a
/// plan does not turn about over next to nothing.
pub const STABILITY: i64 = 20;
/// The highest score there is.
pub(crate) const HIGHEST: i64 = CORE_VALUES + STABILITY;
/// What a place loses that a dated change will soon forbid.
pub(crate) const NOT_FOR_LONG: i64 = CORE_VALUES;
/// What a step of a route loses: it comes after every place where the workload may stay, also for some weeks.
pub(crate) const ON_THE_WAY: i64 = 2 * CORE_VALUES;
/// What it loses more as long as nobody has agreed to it: to go is better than to ask.
pub(crate) const NOT_AGREED: i64 = CORE_VALUES;
/// What the place gains that stands by for a workload whose cluster is lost: it goes there first.
pub(crate) const STANDS_BY: i64 = CORE_VALUES;

/// A core value that nobody has judged.
const NOT_JUDGED: i32 = 50;
/// A weight that no policy names.
const NOT_WEIGHED: i32 = 1;
/// Autonomy, of 100: what it brings that no law from outside the EEA reaches.
const FREE_OF_FOREIGN_LAW: i32 = 60;
/// Autonomy, of 100: what a full sovereignty score brings. The SEAL gates; the score ranks what passed the gate.
const FULL_SCORE: i32 = 40;

/// What a score is made of.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Part {
    /// A core value.
    Value(CoreValue),
    /// What it costs more to run there than at the cheapest cluster.
    RunningCost,
    /// The same, where nobody says what it costs: as if all of it could be saved.
    CostUnknown,
    /// What it takes to bring its data there.
    MovingCost,
    /// What ties with other workloads take away.
    Ties,
    /// What staying brings.
    Stability,
    /// What a place loses that a dated change will soon forbid.
    ForbiddenSoon,
    /// What the place gains that stands by for a workload whose cluster is lost.
    StandsBy,
}

impl Part {
    /// As JSON and people have it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Value(CoreValue::Autonomy) => "autonomy",
            Self::Value(CoreValue::Quality) => "quality",
            Self::Value(CoreValue::Cost) => "cost",
            Self::Value(CoreValue::Security) => "security",
            Self::Value(CoreValue::Innovation) => "innovation",
            Self::Value(CoreValue::Sustainability) => "sustainability",
            Self::Value(CoreValue::Transparency) => "transparency",
            Self::RunningCost => "running cost",
            Self::CostUnknown => "cost unknown",
            Self::MovingCost => "cost of moving",
            Self::Ties => "ties",
            Self::Stability => "stability",
            Self::ForbiddenSoon => "forbidden soon",
            Self::StandsBy => "stands by",
        }
    }
}

impl std::fmt::Display for Part {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// By their words, so that JSON has them in that order.
impl Ord for Part {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.as_str().cmp(other.as_str())
    }
}

impl PartialOrd for Part {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl serde::Serialize for Part {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// The parts of a score before they have names of their own: cheap to keep for every class and cluster.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Marks {
    pub(crate) total: i64,
    parts: Vec<(Part, i64)>,
}

impl Marks {
    /// As it is told.
    pub(crate) fn told(&self) -> Score {
        Score {
            total: self.total,
            parts: self.parts.iter().copied().collect(),
        }
    }
}

/// The score of a cluster under some weights, without what differs from one workload to the next.
pub(crate) fn score(weights: &Weights, place: &Place<'_>) -> Marks {
    let values = &place.core_values;
    let judged = |value: Option<i32>| value.unwrap_or(NOT_JUDGED);
    let weighed = [
        (CoreValue::Autonomy, weights.autonomy, autonomy(&place.autonomy)),
        (CoreValue::Quality, weights.quality, judged(values.quality)),
        (CoreValue::Cost, weights.cost, judged(values.cost)),
        (CoreValue::Security, weights.security, judged(values.security)),
        (
            CoreValue::Innovation,
            weights.innovation,
            judged(values.innovation),
        ),
        (
            CoreValue::Sustainability,
            weights.sustainability,
            judged(values.sustainability),
        ),
        (
            CoreValue::Transparency,
            weights.transparency,
            judged(values.transparency),
        ),
    ]
    .map(|(value_of, weight, value)| (value_of, weight_of(weight), i64::from(value.clamp(0, 100))));
    let sum: i64 = weighed.iter().map(|(_, weight, _)| weight).sum();
    let mut marks = Marks::default();
    for (value_of, weight, value) in weighed.into_iter().filter(|(_, weight, _)| *weight > 0) {
        let part = CORE_VALUES * weight * value / (100 * sum);
        marks.total += part;
        marks.parts.push((Part::Value(value_of), part));
    }
    marks
}

/// What the core value cost can bring under some weights: as much as what a place really costs can take away.
pub(crate) fn cost_points(weights: &Weights) -> i64 {
    let all = [
        weights.autonomy,
        weights.quality,
        weights.cost,
        weights.security,
        weights.innovation,
        weights.sustainability,
        weights.transparency,
    ];
    let sum: i64 = all.into_iter().map(weight_of).sum();
    (CORE_VALUES * weight_of(weights.cost))
        .checked_div(sum)
        .unwrap_or(0)
}

/// Adds a part that is the workload's own.
pub(crate) fn with(mut score: Score, part: Part, points: i64) -> Score {
    if points != 0 {
        score.total += points;
        score.parts.insert(part, points);
    }
    score
}

/// How far a place meets one core value, 0 to 100; `None`: nobody has judged it.
pub(crate) fn core_value(value: CoreValue, place: &Place<'_>) -> Option<i32> {
    let values = &place.core_values;
    match value {
        CoreValue::Autonomy => Some(autonomy(&place.autonomy)),
        CoreValue::Quality => values.quality,
        CoreValue::Cost => values.cost,
        CoreValue::Security => values.security,
        CoreValue::Innovation => values.innovation,
        CoreValue::Sustainability => values.sustainability,
        CoreValue::Transparency => values.transparency,
    }
}

/// The same without what it costs there.
pub(crate) fn charged(score: Score, charges: Charges) -> Score {
    let score = with(score, charges.runs, -charges.running);
    with(score, Part::MovingCost, -charges.moving)
}

/// The same with the bonus.
pub(crate) fn with_stability(score: Score) -> Score {
    with(score, Part::Stability, STABILITY)
}

/// The same of a place that a dated change will soon forbid: after every other that may take the workload. Only who
/// has lost its cluster goes there: to serve for some weeks is better than not to serve.
pub(crate) fn not_for_long(score: Score) -> Score {
    with(score, Part::ForbiddenSoon, -NOT_FOR_LONG)
}

/// 0 to 100.
fn autonomy(facts: &Autonomy) -> i32 {
    if facts.unclear.is_some() {
        return 0;
    }
    let free = if facts.is_autonomous() {
        FREE_OF_FOREIGN_LAW
    } else {
        0
    };
    free + FULL_SCORE * facts.score / 10_000
}

fn weight_of(weight: Option<i32>) -> i64 {
    i64::from(weight.unwrap_or(NOT_WEIGHED).clamp(0, 10))
}

#[cfg(test)]
mod tests;
