//! Days left, rounds of dry runs, and how ready we are to leave.
//!
//! Invariant: a round is made once, on time; one that was overtaken while nobody looked is said to be skipped.
use std::collections::BTreeMap;
use std::sync::Arc;

use havenmeester_api::condition::{self, State};
use havenmeester_api::contract::{ContractStatus, ExitReadiness, Round};
use havenmeester_api::migration::{MigrationSpec, MoveKind, Verdict};
use havenmeester_api::{Contract, Date, Migration, labels};
use havenmeester_placement::{Candidate, Refusal, WorkloadId};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;

use crate::intent::{About, Intents, NewMigration, Notice, StatusWrite};
use crate::log_entry;
use crate::scene::{ended, workload_of};
use crate::turn::Turn;

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
    rounds(contract, today, status);
    let due: Vec<usize> = (0..status.rounds.len())
        .filter(|i| {
            let round = &status.rounds[*i];
            round.due <= today && round.started_at.is_none() && round.skipped.is_none()
        })
        .collect();
    if let Some((last, overtaken)) = due.split_last() {
        let lead = status.rounds[*last].lead_days;
        for i in overtaken {
            status.rounds[*i].skipped = Some(format!("overtaken by the round at {lead} days"));
        }
        status.rounds[*last].started_at = Some(Time(turn.scene.now));
        tell(turn, contract, lead, intents);
    }
    let Some(round) = status.rounds.iter_mut().rfind(|r| r.started_at.is_some()) else {
        let unknown = in_scope(turn, &contract.spec.provider).count();
        status.exit_readiness = Some(ExitReadiness {
            unknown: i32::try_from(unknown).unwrap_or(i32::MAX),
            ..ExitReadiness::default()
        });
        return;
    };
    let Asked {
        readiness,
        missing,
        unseen,
    } = ask(turn, contract, round);
    status.exit_readiness = Some(readiness);
    if round.finished_at.is_some() {
        return;
    }
    let under_way = runs(turn, contract, round).values().any(|run| !ended(run));
    if missing.is_empty() && unseen == 0 && !under_way {
        round.finished_at = Some(Time(turn.scene.now));
    }
    for (id, target) in missing {
        intents.migrations.push(NewMigration {
            criticality: turn
                .identities
                .get(&id)
                .map(|i| i.criticality)
                .unwrap_or_default(),
            object: Box::new(dry_run(turn, contract, round, &id, &target)),
        });
    }
}

/// One entry per lead time, the earliest first; what was done stays.
fn rounds(contract: &Contract, today: Date, status: &mut ContractStatus) {
    let mut leads = contract.spec.dry_runs_before_end_days.clone();
    leads.sort_unstable_by(|a, b| b.cmp(a));
    leads.dedup();
    let mut old: BTreeMap<i32, Round> = status.rounds.drain(..).map(|r| (r.lead_days, r)).collect();
    status.rounds = leads
        .into_iter()
        .map(|lead_days| {
            let due = contract.spec.end.plus_days(-i64::from(lead_days));
            match old.remove(&lead_days) {
                // Of a contract that was extended, what was rehearsed for the old end counts no more.
                Some(round) if round.due == due || due <= today => Round { due, ..round },
                Some(_) | None => Round {
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

fn tell(turn: &Turn, contract: &Arc<Contract>, lead_days: i32, intents: &mut Intents) {
    let count = in_scope(turn, &contract.spec.provider).count();
    intents
        .log
        .push(log_entry::contract(turn, contract, lead_days, count));
    intents.notices.push(Notice {
        about: About::Contract(Arc::clone(contract)),
        warning: false,
        reason: "DryRunsDue",
        note: format!("{lead_days} days before the end: {count} workloads are dry-run"),
    });
}

/// The best place for a workload on a cluster of another provider.
pub(super) fn elsewhere(turn: &Turn, id: &WorkloadId, provider: &str) -> Option<String> {
    let candidates = turn.reasons.candidates(id);
    let fits = candidates
        .iter()
        .filter_map(|(cluster, candidate)| match candidate {
            Candidate::Fits(score) => Some((score.total, cluster)),
            Candidate::Refused(_) => None,
        });
    // The first by name wins a tie, so that the same turn gives the same target.
    fits.filter(|(_, cluster)| is_others(turn, cluster, provider))
        .max_by_key(|(total, cluster)| (*total, std::cmp::Reverse(*cluster)))
        .map(|(_, cluster)| cluster.clone())
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

fn dry_run(turn: &Turn, contract: &Contract, round: &Round, id: &WorkloadId, target: &str) -> Migration {
    let contract_name = contract.metadata.name.clone().unwrap_or_default();
    let source = turn
        .identities
        .get(id)
        .and_then(|i| i.home.as_ref())
        .map(|h| h.cluster.clone());
    let decision = turn.plan.decisions.get(id);
    let mut migration = Migration::new(
        &format!("{}{}", prefix(contract, round), id.name),
        MigrationSpec {
            workload: id.name.clone(),
            kind: MoveKind::Relocate,
            source,
            target: target.to_owned(),
            dry_run: true,
            pin_digests: false,
            rollback_window: None,
            rto: decision.and_then(|d| d.rules.rto),
            rpo: decision.and_then(|d| d.rules.rpo),
            reason: Some(format!(
                "{} days before the end of contract {contract_name}",
                round.lead_days
            )),
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

/// How the names of one round's dry runs begin: `CONTRACT-DAY-`, so that a contract that is extended, or made anew
/// under the same name, is rehearsed anew.
fn prefix(contract: &Contract, round: &Round) -> String {
    let name = contract.metadata.name.as_deref().unwrap_or_default();
    format!("{name}-{}-", round.due)
}

/// The dry runs of one round, by workload.
fn runs<'a>(turn: &'a Turn, contract: &Contract, round: &Round) -> BTreeMap<WorkloadId, &'a Arc<Migration>> {
    let prefix = prefix(contract, round);
    turn.scene
        .migrations
        .values()
        .filter(|m| m.spec.dry_run)
        .filter(|m| m.metadata.name.as_deref().is_some_and(|n| n.starts_with(&prefix)))
        .map(|m| (workload_of(m), m))
        .collect()
}

/// What one round has come to.
#[derive(Default)]
struct Asked {
    readiness: ExitReadiness,
    /// Workloads that have somewhere to go but no dry run yet, and where.
    missing: Vec<(WorkloadId, String)>,
    /// How many may have somewhere to go: a cluster that could take them cannot be seen at this moment.
    unseen: i32,
}

/// By the round's dry runs. A workload that no other provider's cluster may take is blocked; one without a verdict is
/// unknown.
fn ask(turn: &Turn, contract: &Contract, round: &Round) -> Asked {
    let mut asked = Asked::default();
    let counts = &mut asked.readiness;
    let runs = runs(turn, contract, round);
    for id in in_scope(turn, &contract.spec.provider) {
        if let Some(run) = runs.get(id) {
            match run.status.as_ref().and_then(|s| s.verdict) {
                Some(Verdict::Ready) => counts.ready += 1,
                Some(Verdict::ReadyWithWarnings) => counts.with_warnings += 1,
                Some(Verdict::Blocked) => counts.blocked += 1,
                Some(Verdict::Unknown) | None => counts.unknown += 1,
            }
            continue;
        }
        if !turn.plan.decisions.contains_key(id) {
            counts.unknown += 1; // takes no part in placement
            continue;
        }
        match elsewhere(turn, id, &contract.spec.provider) {
            Some(target) => {
                counts.unknown += 1;
                asked.missing.push((id.clone(), target));
            }
            None if may_clear(turn, id, &contract.spec.provider) => {
                counts.unknown += 1;
                asked.unseen += 1;
            }
            None => counts.blocked += 1,
        }
    }
    asked
}

/// Whether another provider's cluster refuses only for what cannot be seen of it at this moment, or will pass.
fn may_clear(turn: &Turn, id: &WorkloadId, provider: &str) -> bool {
    turn.reasons
        .candidates(id)
        .iter()
        .any(|(cluster, candidate)| match candidate {
            Candidate::Refused(why) => {
                is_others(turn, cluster, provider) && why.iter().all(Refusal::may_pass)
            }
            Candidate::Fits(_) => false,
        })
}

fn is_others(turn: &Turn, cluster: &str, provider: &str) -> bool {
    let view = turn.request.fleet.clusters.get(cluster);
    view.is_some_and(|v| v.provider != provider)
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

#[cfg(test)]
mod tests;
