//! Dry runs by themselves: on the schedule of policies, and sooner when what they rest on changed.
//!
//! Not here: the rounds of a contract (`contract`), what a dry run looks at (`migration`).
//! Invariant: a few at once, none while a failover or a cut-off is under way; the same turn names the same dry run.
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Arc;

use havenmeester_api::migration::{MigrationSpec, MoveKind};
use havenmeester_api::policy::Rehearse;
use havenmeester_api::{Criticality, Migration, Span, condition, labels};
use havenmeester_placement::{Action, Decision, WorkloadId};
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

use super::{contract, drill};
use crate::admission::is_urgent;
use crate::identity::moving;
use crate::intent::{Intents, NewMigration};
use crate::scene::{ended, workload_of};
use crate::turn::Turn;

/// Under way at once. Each asks its target some hundreds of questions in some seconds: with four a city's 500 workloads are
/// done within the hour, and moves keep the rest of the places.
const AT_ONCE: usize = 4;
/// What changed is looked at again after this: a rollout changes a workload many times, and a dry run answers for the last.
/// It is also the shortest time that a policy can ask for.
const REST: Span = Span::hours(1);
/// Ended ones that are kept of each workload and target: the last, and the one with which it was compared.
const KEPT: usize = 2;

pub(super) fn reconcile(turn: &Turn, intents: &mut Intents) {
    let past = past(turn);
    for runs in past.values() {
        let over: Vec<&Arc<Migration>> = runs.iter().copied().filter(|run| ended(run)).collect();
        let keep = over.len().saturating_sub(KEPT);
        intents.outdated.extend(over.into_iter().take(keep).cloned());
    }
    if is_held(turn, intents) {
        return;
    }
    let under_way = past.values().flatten().filter(|run| !ended(run)).count();
    let mut due = due(turn, &past);
    due.sort_by(|one, other| one.rank().cmp(&other.rank()));
    let mut names = Names::of(turn);
    for one in due.into_iter().take(AT_ONCE.saturating_sub(under_way)) {
        intents.migrations.push(NewMigration {
            criticality: one.criticality,
            object: Box::new(migration(turn, &one, &names.next(one.id))),
        });
    }
}

/// Rehearsals by workload and target, the oldest first.
type Past<'t> = BTreeMap<(WorkloadId, &'t str), Vec<&'t Arc<Migration>>>;

fn past<'t>(turn: &'t Turn) -> Past<'t> {
    let mut past: Past<'t> = BTreeMap::new();
    for migration in turn.scene.migrations.values().filter(|m| is_rehearsal(m)) {
        let key = (workload_of(migration), migration.spec.target.as_str());
        past.entry(key).or_default().push(migration);
    }
    for runs in past.values_mut() {
        runs.sort_by_key(|run| number(run));
    }
    past
}

fn is_rehearsal(migration: &Migration) -> bool {
    let tags = migration.metadata.labels.as_ref();
    migration.spec.dry_run && tags.is_some_and(|tags| tags.contains_key(labels::REHEARSAL))
}

/// Whether none may begin now: whoever is brought back, or rehearses a cut-off, has the clusters for himself.
fn is_held(turn: &Turn, intents: &Intents) -> bool {
    let made = intents.migrations.iter().any(|made| is_urgent(&made.object));
    let running = || {
        turn.scene
            .moves
            .values()
            .flatten()
            .any(|m| is_urgent(m) && !ended(m))
    };
    made || running() || !drill::cut_off(turn.scene).is_empty()
}

/// A dry run that should be made.
struct Due<'t> {
    id: &'t WorkloadId,
    target: String,
    criticality: Criticality,
    /// The end of the one before it.
    last: Option<Timestamp>,
    reason: String,
    rests_on: String,
}

impl Due<'_> {
    /// What was never rehearsed goes first, then the most critical, then what waits longest.
    fn rank(&self) -> impl Ord {
        (
            self.last.is_some(),
            Reverse(self.criticality),
            self.last,
            self.id.clone(),
            self.target.clone(),
        )
    }
}

fn due<'t>(turn: &'t Turn, past: &Past<'t>) -> Vec<Due<'t>> {
    let mut all = Vec::new();
    if turn
        .scene
        .policies
        .values()
        .all(|policy| policy.spec.rehearse.is_none())
    {
        return all;
    }
    let mut grounds = Grounds::default();
    for (id, decision) in &turn.plan.decisions {
        let rules = rules(turn, decision);
        let Some(every) = rules.iter().map(|rule| rule.every.max(REST)).min() else {
            continue;
        };
        let goes = matches!(decision.action, Action::Relocate { .. } | Action::FailOver { .. });
        if goes || moving(turn.scene.moves_of(id)).is_some() {
            continue; // where it goes is being seen
        }
        for target in targets(turn, id, decision, &rules) {
            let key = (id.clone(), target.as_str());
            let runs = past.get(&key).map(Vec::as_slice).unwrap_or_default();
            if runs.iter().any(|run| !ended(run)) {
                continue;
            }
            let last = runs.last().map(|run| (end(run), run));
            let age = last.and_then(|(at, _)| Some(turn.scene.now.duration_since(at?)));
            if age.is_some_and(|age| age < REST.to_signed()) {
                continue;
            }
            let rests_on = grounds.of(turn, id, decision, &target);
            let reason = match (last, age) {
                (None, _) | (_, None) => "it was never rehearsed".to_owned(),
                (_, Some(age)) if age >= every.to_signed() => {
                    format!("the last dry run is {} h old", age.as_hours())
                }
                (Some((_, run)), _) if rested_on(run) != Some(rests_on.as_str()) => {
                    "the workload, its target, a policy or the rules changed since the last dry run"
                        .to_owned()
                }
                (Some(_), Some(_)) => continue,
            };
            all.push(Due {
                id,
                criticality: decision.criticality,
                last: last.and_then(|(at, _)| at),
                reason,
                rests_on,
                target,
            });
        }
    }
    all
}

/// What the policies that hold for it say.
fn rules<'t>(turn: &'t Turn, decision: &Decision) -> Vec<&'t Rehearse> {
    let held = decision.rules.policies.iter();
    held.filter_map(|name| turn.scene.policies.get(name)?.spec.rehearse.as_ref())
        .collect()
}

fn targets(turn: &Turn, id: &WorkloadId, decision: &Decision, rules: &[&Rehearse]) -> BTreeSet<String> {
    let Some(home) = &decision.home else {
        return BTreeSet::new();
    };
    let mut all: BTreeSet<String> = rules.iter().flat_map(|rule| &rule.to).cloned().collect();
    if rules.iter().any(|rule| rule.to.is_empty()) {
        let elsewhere = || {
            let provider = &turn.request.fleet.clusters.get(home)?.provider;
            contract::elsewhere(turn, id, provider)
        };
        let wanted = decision.desired.clone().filter(|wanted| wanted != home);
        all.extend(wanted.or_else(elsewhere));
    }
    all.retain(|cluster| cluster != home && turn.scene.members.contains_key(cluster));
    all
}

/// When a dry run came to its end.
fn end(migration: &Migration) -> Option<Timestamp> {
    let conditions = &migration.status.as_ref()?.conditions;
    let over = [condition::COMPLETE, condition::FAILED].map(|kind| condition::get(conditions, kind));
    over.into_iter()
        .flatten()
        .filter(|one| one.status == "True")
        .map(|one| one.last_transition_time.0)
        .max()
}

fn rested_on(migration: &Migration) -> Option<&str> {
    let notes = migration.metadata.annotations.as_ref()?;
    notes.get(labels::REHEARSED).map(String::as_str)
}

/// What dry runs rest on, as hashes; policies and targets are many workloads' and are read once.
#[derive(Default)]
struct Grounds {
    policies: BTreeMap<String, String>,
    targets: BTreeMap<String, String>,
}

impl Grounds {
    fn of(&mut self, turn: &Turn, id: &WorkloadId, decision: &Decision, target: &str) -> String {
        let home = decision.home.as_deref().unwrap_or_default();
        let view = turn.scene.fleet.get(home);
        let capture = view.and_then(|view| view.captures.get(&id.to_string()));
        let capture = capture.map_or_else(String::new, |(capture, _)| capture.id.to_string());
        // What a dry run judges by is part of the program: another release, other rules.
        let mut text = format!("{} {home} {capture}", env!("CARGO_PKG_VERSION"));
        for name in &decision.rules.policies {
            let policy = self.policies.entry(name.clone()).or_insert_with(|| {
                let policy = turn.scene.policies.get(name);
                hash(&serde_json::to_string(&policy.map(|policy| &policy.spec)).unwrap_or_default())
            });
            let _ = write!(text, " {policy}");
        }
        let target = self
            .targets
            .entry(target.to_owned())
            .or_insert_with(|| hash(&cluster(turn, target)));
        let _ = write!(text, " {target}");
        hash(&text)
    }
}

/// What is said and seen of a target that a dry run may answer by, but for what changes all the time.
fn cluster(turn: &Turn, name: &str) -> String {
    let said = turn.scene.members.get(name).map(|member| &member.spec);
    let seen = turn.scene.fleet.get(name);
    let seen = seen.map(|view| {
        (
            &view.version,
            &view.storage_classes,
            &view.ingress_classes,
            view.served_groups,
        )
    });
    serde_json::to_string(&(said, seen)).unwrap_or_default()
}

/// Eight bytes: a hash that is the same by chance costs one dry run, which the schedule makes up for.
fn hash(text: &str) -> String {
    hex::encode(&Sha256::digest(text.as_bytes())[..8])
}

/// How the names of a workload's rehearsals begin.
fn prefix(workload: &str) -> String {
    format!("{workload}-rehearsal-")
}

fn number(migration: &Migration) -> Option<u64> {
    let name = migration.metadata.name.as_deref()?;
    name.strip_prefix(&prefix(&migration.spec.workload))?.parse().ok()
}

/// Numbers that no Migration bears, each given once.
struct Names<'t, 's> {
    turn: &'t Turn<'s>,
    given: BTreeMap<&'t WorkloadId, u64>,
}

impl<'t, 's> Names<'t, 's> {
    fn of(turn: &'t Turn<'s>) -> Self {
        Self {
            turn,
            given: BTreeMap::new(),
        }
    }

    fn next(&mut self, id: &'t WorkloadId) -> String {
        let prefix = prefix(&id.name);
        let given = self.given.entry(id).or_insert_with(|| {
            let from = (id.namespace.clone(), prefix.clone());
            let all = self.turn.scene.migrations.range(from..);
            let numbers = all
                .take_while(|((namespace, name), _)| *namespace == id.namespace && name.starts_with(&prefix))
                .filter_map(|((_, name), _)| name.strip_prefix(&prefix)?.parse::<u64>().ok());
            numbers.max().unwrap_or(0)
        });
        *given += 1;
        format!("{prefix}{given}")
    }
}

fn migration(turn: &Turn, due: &Due<'_>, name: &str) -> Migration {
    let decision = turn.plan.decisions.get(due.id);
    let mut migration = Migration::new(
        name,
        MigrationSpec {
            workload: due.id.name.clone(),
            kind: MoveKind::Relocate,
            source: decision.and_then(|decision| decision.home.clone()),
            target: due.target.clone(),
            dry_run: true,
            pin_digests: false,
            rollback_window: None,
            rto: decision.and_then(|decision| decision.rules.rto),
            rpo: decision.and_then(|decision| decision.rules.rpo),
            reason: Some(due.reason.clone()),
            abort: false,
        },
    );
    migration.metadata.namespace = Some(due.id.namespace.clone());
    migration.metadata.labels = Some(BTreeMap::from([
        (labels::WORKLOAD.to_owned(), due.id.name.clone()),
        (labels::REHEARSAL.to_owned(), "true".to_owned()),
    ]));
    migration.metadata.annotations = Some(BTreeMap::from([(
        labels::REHEARSED.to_owned(),
        due.rests_on.clone(),
    )]));
    migration
}

#[cfg(test)]
mod tests;
