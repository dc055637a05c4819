//! What moves in which order, when not everything can move at once, and when it will be done.
//!
//! A wave is what moves at one time. The next begins when the longest of it has ended, so that people can look between
//! two. Failovers wait for no window: what is lost serves nobody meanwhile.
//! Not here: starting a move (`migration` does), and how many run at once by themselves (`controller`).
//! Invariant: the same plan and limits give the same waves; the more critical never move after the less critical
//! because of anything but a limit; no wave is over a limit.
use std::collections::BTreeMap;
use std::fmt::{Display, Formatter};

use havenmeester_api::Criticality;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use crate::decision::{Action, Plan};
use crate::request::{Request, WorkloadId};

mod check; // looks at waves anew

pub use check::{WaveFault, check_waves};

/// A day, in seconds.
const DAY: i64 = 86_400;

/// What may move at one time.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Limits {
    /// Moves of one wave that leave or reach one cluster; at least 1.
    pub per_cluster: usize,
    /// Moves of one wave that leave or reach the clusters of one provider; at least 1.
    pub per_provider: usize,
    /// How long one move is taken to last, in seconds; at least 1.
    pub seconds_each: i64,
    /// When a wave without failovers may begin and must have ended; `None` = at any time.
    pub window: Option<Window>,
}

/// A part of each day, in UTC, in minutes after midnight. It may reach over midnight.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Window {
    /// From 0 to 1439.
    pub from_minute: i64,
    /// How long it is open, from 1 to 1440.
    pub minutes: i64,
}

/// Why a window cannot be read.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{0:?} is no part of a day: write HH:MM-HH:MM, as 20:00-06:00; 00:00-24:00 is all of it")]
pub struct WindowError(String);

impl std::str::FromStr for Window {
    type Err = WindowError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let minute = |clock: &str, last: i64| {
            let (hours, minutes) = clock.split_once(':')?;
            let number = |digits: &str| {
                let two = digits.len() == 2 && digits.bytes().all(|digit| digit.is_ascii_digit());
                two.then(|| digits.parse::<i64>().ok()).flatten()
            };
            let (hours, minutes) = (number(hours)?, number(minutes)?);
            let at = hours * 60 + minutes;
            (minutes < 60 && at <= last).then_some(at)
        };
        let read = || {
            let (from, until) = text.split_once('-')?;
            let (from_minute, until) = (minute(from, DAY / 60 - 1)?, minute(until, DAY / 60)?);
            let minutes = (until - from_minute - 1).rem_euclid(DAY / 60) + 1;
            (from_minute != until).then_some(Self { from_minute, minutes })
        };
        read().ok_or_else(|| WindowError(text.to_owned()))
    }
}

impl Default for Limits {
    /// Ten minutes: the objective that most policies set for a move. 8 and 16: a quarter and half of the 32 moves that
    /// the daemon runs at once unless told otherwise.
    fn default() -> Self {
        Self {
            per_cluster: 8,
            per_provider: 16,
            seconds_each: 600,
            window: None,
        }
    }
}

/// One move.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Step {
    /// Of which workload.
    pub workload: WorkloadId,
    /// From where.
    pub source: String,
    /// To where.
    pub target: String,
    /// Whether its source is lost.
    pub failover: bool,
    /// Higher goes first.
    pub criticality: Criticality,
}

/// What moves at one time.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Wave {
    /// When it begins.
    pub starts_at: Timestamp,
    /// When the longest move of it ends.
    pub ends_at: Timestamp,
    /// In the order in which they begin.
    pub moves: Vec<Step>,
}

/// All waves, and when they will be done.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Forecast {
    /// One after the other.
    pub waves: Vec<Wave>,
    /// When the last ends; now when nothing moves.
    pub ends_at: Timestamp,
    /// What that rests on.
    pub assumption: Limits,
}

impl Display for Limits {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        let (each, cluster, provider) = (self.seconds_each, self.per_cluster, self.per_provider);
        write!(
            f,
            "each move lasts {each} s; at one time at most {cluster} moves per cluster and {provider} per provider"
        )?;
        match self.window {
            None => f.write_str("; at any time of the day"),
            Some(window) => {
                let (from, until) = window.clock();
                write!(f, "; between {from} and {until} UTC, failovers at any time")
            }
        }
    }
}

/// The moves of a plan, also those that wait for a person or for their moment, in waves.
pub fn waves(request: &Request, plan: &Plan, limits: Limits) -> Forecast {
    let mut rest = steps(request, plan);
    let mut at = request.now;
    let mut waves = Vec::new();
    while !rest.is_empty() {
        let (moves, later) = fill(request, rest, limits);
        let urgent = moves.iter().any(|step| step.failover);
        let starts_at = limits
            .window
            .filter(|_| !urgent)
            .map_or(at, |window| window.opens(at, limits));
        let each = SignedDuration::from_secs(limits.seconds_each.max(1));
        let ends_at = starts_at.saturating_add(each).unwrap_or(Timestamp::MAX);
        waves.push(Wave {
            starts_at,
            ends_at,
            moves,
        });
        (at, rest) = (ends_at, later);
    }
    Forecast {
        waves,
        ends_at: at,
        assumption: limits,
    }
}

/// Everything that should stand elsewhere, failovers first, then the more critical, then by name.
fn steps(request: &Request, plan: &Plan) -> Vec<Step> {
    let step = |(id, decision): (&WorkloadId, &crate::Decision)| {
        let (home, desired) = (decision.home.clone()?, decision.desired.clone()?);
        let moving = request.workloads.get(id).is_some_and(|w| w.moving.is_some());
        let lost = request
            .fleet
            .clusters
            .get(&home)
            .is_some_and(|view| view.contact.is_lost());
        let failover = lost || matches!(decision.action, Action::FailOver { .. });
        (home != desired && !moving).then(|| Step {
            workload: id.clone(),
            source: home,
            target: desired,
            failover,
            criticality: decision.criticality,
        })
    };
    let mut steps: Vec<Step> = plan.decisions.iter().filter_map(step).collect();
    steps.sort_by(|a, b| {
        let key = |step: &Step| (!step.failover, std::cmp::Reverse(step.criticality));
        key(a).cmp(&key(b)).then_with(|| a.workload.cmp(&b.workload))
    });
    steps
}

/// As many as the limits allow, in their order; and the rest. A wave holds either failovers or moves within the window.
fn fill(request: &Request, steps: Vec<Step>, limits: Limits) -> (Vec<Step>, Vec<Step>) {
    let mut clusters: BTreeMap<String, usize> = BTreeMap::new();
    let mut providers: BTreeMap<String, usize> = BTreeMap::new();
    let mut namespaces: std::collections::BTreeSet<&str> = std::collections::BTreeSet::new();
    let first = steps.first().map(|step| step.failover);
    let (mut now, mut later) = (Vec::new(), Vec::new());
    for step in steps {
        let ends = [&step.source, &step.target];
        let mut of: Vec<&str> = ends.iter().filter_map(|end| provider(request, end)).collect();
        of.dedup();
        let room = |taken: &BTreeMap<String, usize>, name: &str, most: usize| {
            taken.get(name).copied().unwrap_or(0) < most.max(1)
        };
        let namespace = request
            .workloads
            .get(&step.workload)
            .map(|w| w.target.namespace.as_str());
        let fits = first == Some(step.failover)
            && ends.iter().all(|end| room(&clusters, end, limits.per_cluster))
            && of.iter().all(|name| room(&providers, name, limits.per_provider))
            && namespace.is_none_or(|namespace| !namespaces.contains(namespace));
        if !fits {
            later.push(step);
            continue;
        }
        for end in ends {
            *clusters.entry(end.clone()).or_default() += 1;
        }
        for name in of {
            *providers.entry(name.to_owned()).or_default() += 1;
        }
        namespaces.extend(namespace);
        now.push(step);
    }
    (now, later)
}

fn provider<'a>(request: &'a Request, cluster: &str) -> Option<&'a str> {
    Some(request.fleet.clusters.get(cluster)?.provider.as_str())
}

impl Window {
    /// Its ends as a clock shows them.
    pub(crate) fn clock(self) -> (String, String) {
        let clock = |minute: i64| format!("{:02}:{:02}", minute / 60 % 24, minute % 60);
        (clock(self.from_minute), clock(self.from_minute + self.minutes))
    }

    /// The first moment from `at` on at which a wave may begin and end before it closes. A wave that is longer than the
    /// window begins when it opens.
    fn opens(self, at: Timestamp, limits: Limits) -> Timestamp {
        let (from, open) = (self.from_minute * 60, (self.minutes * 60).clamp(60, DAY));
        let since = (at.as_second() - from).rem_euclid(DAY);
        let last = (open - limits.seconds_each).max(0);
        if since <= last {
            return at;
        }
        at.saturating_add(SignedDuration::from_secs(DAY - since))
            .unwrap_or(Timestamp::MAX)
    }
}

#[cfg(test)]
mod tests;
