//! Days left, rounds of dry runs, and how ready we are to leave.
//!
//! Invariant: a round is made once, on time; one that was overtaken while nobody looked is said to be skipped.
use std::collections::BTreeMap;
use std::sync::Arc;

use havenmeester_api::condition::{self, State};
use havenmeester_api::contract::{ContractStatus, ExitReadiness, Round};
use havenmeester_api::migration::{MigrationSpec, MoveKind, Verdict};
use havenmeester_api::{Contract, Date, Migration, labels};
use havenmeester_placement::{Plan, WorkloadId};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;

use super::Turn;
use crate::intent::{About, Intents, NewMigration, Notice, StatusWrite};
use crate::log_entry;
use crate::scene::{ended, workload_of};

pub(super) fn reconcile(turn: &Turn, intents: &mut Intents) {
    for contract in turn.scene.contracts.values() {
        let old = contract.status.clone().unwrap_or_default();
        let mut new = old.clone();
        new.observed_generation = contract.metadata.generation;
        let problem = problem(turn, contract);
        if problem.is_none() {
            follow(turn, contract, &mut new, intents);
        }
        conditions(turn, contract, problem, &mut new);
        if new == old {
            continue;
        }
        let mut object = Contract::clone(contract);
        object.status = Some(new);
        intents.statuses.push(StatusWrite::Contract(Box::new(object)));
    }
}

/// The API server refuses most of this; a Contract from an older definition or a file may still have it.
fn problem(turn: &Turn, contract: &Contract) -> Option<String> {
    let spec = &contract.spec;
    if spec.end <= spec.start {
        return Some(format!(
            "spec.end: {} is not later than spec.start {}; write a later date",
            spec.end, spec.start
        ));
    }
    let known = turn.scene.providers.contains_key(&spec.provider);
    (!known).then(|| {
        format!(
            "spec.provider: there is no Provider {:?}; make it, or name another",
            spec.provider
        )
    })
}

fn follow(turn: &Turn, contract: &Arc<Contract>, status: &mut ContractStatus, intents: &mut Intents) {
    let today = Date::of(turn.scene.now);
    let end = contract.spec.end;
    status.days_left = Some(today.days_until(end));
    status.notice_by = contract
        .spec
        .notice_days
        .map(|days| end.plus_days(-i64::from(days)));
    rounds(contract, status);
    let due: Vec<usize> = (0..status.rounds.len())
        .filter(|i| {
            let round = &status.rounds[*i];
            round.due <= today && round.started_at.is_none() && round.skipped.is_none()
        })
        .collect();
    if let Some((last, overtaken)) = due.split_last() {
        for i in overtaken {
            let by = status.rounds[*last].lead_days;
            status.rounds[*i].skipped = Some(format!("overtaken by the round at {by} days"));
        }
        start(turn, contract, &mut status.rounds[*last], intents);
    }
    let newest = status.rounds.iter_mut().rfind(|r| r.started_at.is_some());
    let (readiness, all_ended) = readiness(turn, contract, newest.as_deref());
    status.exit_readiness = Some(readiness);
    if let Some(round) = newest
        && round.finished_at.is_none()
        && all_ended
        && round.started_at.as_ref().is_some_and(|t| t.0 < turn.scene.now)
    {
        round.finished_at = Some(Time(turn.scene.now));
    }
}

/// One entry per lead time, the earliest first; what was done stays.
fn rounds(contract: &Contract, status: &mut ContractStatus) {
    let mut leads = contract.spec.dry_runs_before_end_days.clone();
    leads.sort_unstable_by(|a, b| b.cmp(a));
    leads.dedup();
    let mut old: BTreeMap<i32, Round> = status.rounds.drain(..).map(|r| (r.lead_days, r)).collect();
    status.rounds = leads
        .into_iter()
        .map(|lead_days| {
            let due = contract.spec.end.plus_days(-i64::from(lead_days));
            match old.remove(&lead_days) {
                Some(round) => Round { due, ..round },
                None => Round {
                    lead_days,
                    due,
                    started_at: None,
                    finished_at: None,
                    skipped: None,
                },
            }
        })
        .collect();
}

/// Makes a dry run of every workload in scope that has somewhere to go.
fn start(turn: &Turn, contract: &Arc<Contract>, round: &mut Round, intents: &mut Intents) {
    round.started_at = Some(Time(turn.scene.now));
    let without = without_provider(turn, &contract.spec.provider);
    let mut made = 0;
    for id in in_scope(turn, &contract.spec.provider) {
        let Some(target) = without.decisions.get(id).and_then(|d| d.desired.clone()) else {
            continue; // counted as blocked: no cluster may take it
        };
        let Some(decision) = turn.plan.decisions.get(id) else {
            continue;
        };
        made += 1;
        intents.migrations.push(NewMigration {
            criticality: decision.criticality,
            object: Box::new(dry_run(turn, contract, round.lead_days, id, &target)),
        });
    }
    intents
        .log
        .push(log_entry::contract(turn, contract, round.lead_days, made));
    intents.notices.push(Notice {
        about: About::Contract(Arc::clone(contract)),
        warning: false,
        reason: "DryRunsDue",
        note: format!("{} days before the end: {made} dry runs made", round.lead_days),
    });
}

/// Where everything would stand if the provider's clusters could take nothing and had to be left.
fn without_provider(turn: &Turn, provider: &str) -> Plan {
    let mut request = turn.request.clone();
    for view in request.fleet.clusters.values_mut() {
        if view.provider == provider {
            view.barred = Some(format!("the contract with {provider} ends"));
        }
    }
    for workload in request.workloads.values_mut() {
        let leaves = workload
            .home
            .as_ref()
            .and_then(|home| request.fleet.clusters.get(home))
            .is_some_and(|view| view.provider == provider);
        if leaves {
            // Its home no longer binds it, or it would be allowed to stay where it is.
            workload.home = None;
            workload.previous = None;
            workload.moving = None;
        }
    }
    havenmeester_placement::decide(&request)
}

fn in_scope<'a>(turn: &'a Turn, provider: &'a str) -> impl Iterator<Item = &'a WorkloadId> {
    turn.identities
        .iter()
        .filter(move |(_, identity)| {
            identity
                .home
                .as_ref()
                .and_then(|h| turn.scene.members.get(&h.cluster))
                .is_some_and(|m| m.spec.provider == provider)
        })
        .map(|(id, _)| id)
}

fn dry_run(turn: &Turn, contract: &Contract, lead: i32, id: &WorkloadId, target: &str) -> Migration {
    let contract_name = contract.metadata.name.clone().unwrap_or_default();
    let source = turn
        .identities
        .get(id)
        .and_then(|i| i.home.as_ref())
        .map(|h| h.cluster.clone());
    let decision = turn.plan.decisions.get(id);
    let mut migration = Migration::new(
        &format!("{contract_name}-{lead}d-{}", id.name),
        MigrationSpec {
            workload: id.name.clone(),
            kind: MoveKind::Relocate,
            source,
            target: target.to_owned(),
            dry_run: true,
            rollback_window: None,
            rto: decision.and_then(|d| d.rules.rto),
            rpo: decision.and_then(|d| d.rules.rpo),
            reason: Some(format!("{lead} days before the end of contract {contract_name}")),
            abort: false,
        },
    );
    migration.metadata.namespace = Some(id.namespace.clone());
    migration.metadata.labels = Some(BTreeMap::from([
        (labels::WORKLOAD.to_owned(), id.name.clone()),
        (labels::CONTRACT.to_owned(), contract_name),
    ]));
    migration
}

/// By the newest round's dry runs, and whether all of them have ended. A workload that no cluster may take is blocked;
/// one without a verdict is unknown.
fn readiness(turn: &Turn, contract: &Contract, round: Option<&Round>) -> (ExitReadiness, bool) {
    let mut counts = ExitReadiness::default();
    let mut all_ended = true;
    let Some(round) = round else {
        counts.unknown = i32::try_from(in_scope(turn, &contract.spec.provider).count()).unwrap_or(i32::MAX);
        return (counts, false);
    };
    let name = contract.metadata.name.clone().unwrap_or_default();
    let prefix = format!("{name}-{}d-", round.lead_days);
    let runs: BTreeMap<WorkloadId, &Arc<Migration>> = turn
        .scene
        .migrations
        .values()
        .filter(|m| m.spec.dry_run)
        .filter(|m| m.metadata.name.as_deref().is_some_and(|n| n.starts_with(&prefix)))
        .map(|m| (workload_of(m), m))
        .collect();
    for id in in_scope(turn, &contract.spec.provider) {
        match runs.get(id) {
            Some(run) => {
                all_ended &= ended(run);
                match run.status.as_ref().and_then(|s| s.verdict) {
                    Some(Verdict::Ready) => counts.ready += 1,
                    Some(Verdict::ReadyWithWarnings) => counts.with_warnings += 1,
                    Some(Verdict::Blocked) => counts.blocked += 1,
                    Some(Verdict::Unknown) | None => counts.unknown += 1,
                }
            }
            None if turn.plan.decisions.get(id).is_some_and(goes_nowhere) => counts.blocked += 1,
            None => counts.unknown += 1,
        }
    }
    (counts, all_ended)
}

/// Whether no cluster other than its home may take it.
fn goes_nowhere(decision: &havenmeester_placement::Decision) -> bool {
    use havenmeester_placement::Candidate;
    !decision
        .candidates
        .iter()
        .any(|(cluster, c)| Some(cluster) != decision.home.as_ref() && matches!(c, Candidate::Fits(_)))
}

fn conditions(turn: &Turn, contract: &Contract, problem: Option<String>, status: &mut ContractStatus) {
    let generation = contract.metadata.generation;
    let now = turn.scene.now;
    let under_way = status
        .rounds
        .iter()
        .find(|r| r.started_at.is_some() && r.finished_at.is_none());
    let due = match under_way {
        Some(round) => (
            State::True,
            "UnderWay",
            format!("the round at {} days", round.lead_days),
        ),
        None => (State::False, "NothingDue", String::new()),
    };
    let ready = match &status.exit_readiness {
        Some(r) if r.blocked > 0 => (
            State::False,
            "Blocked",
            format!("{} workloads cannot leave", r.blocked),
        ),
        Some(r) if r.unknown > 0 => (
            State::Unknown,
            "NotKnown",
            format!("{} workloads without a verdict", r.unknown),
        ),
        Some(_) => (State::True, "AllCanLeave", String::new()),
        None => (State::Unknown, "NotKnown", String::new()),
    };
    let valid = match problem {
        Some(problem) => (State::False, "Invalid", problem),
        None => (State::True, "Valid", String::new()),
    };
    for (kind, (state, reason, message)) in [
        (condition::VALID, valid),
        (condition::DRY_RUN_DUE, due),
        (condition::EXIT_READY, ready),
    ] {
        condition::set(
            &mut status.conditions,
            kind,
            state,
            reason,
            message,
            generation,
            now,
        );
    }
}
