//! Rounds of dry runs, on time, and what they say.
use havenmeester_placement::Contact;
use jiff::SignedDuration;
use serde_json::json;

use super::*;
use crate::mk::{self, AZURE, Moved, mk_scene, now, written};
use crate::scene::Scene;

/// Today is so many days before the end.
fn ends_in(scene: Scene, days: i64) -> Scene {
    let today = Date::of(now());
    scene.contract(
        json!({"provider": "azure", "start": "2024-01-01", "end": today.plus_days(days),
        "noticeDays": 60, "dryRunsBeforeEndDays": [30, 180, 90]}),
    )
}

fn shop() -> Scene {
    mk_scene().workload("shop", AZURE, mk::low())
}

fn status(scene: &Scene) -> ContractStatus {
    let intents = scene.intents();
    written!(intents.statuses, Contract, "azure-2024")
        .or_else(|| scene.contracts.values().next().unwrap().status.clone())
        .unwrap()
}

fn runs_made(scene: &Scene) -> Vec<String> {
    let dry = |m: &NewMigration| {
        m.object
            .spec
            .dry_run
            .then(|| m.object.metadata.name.clone().unwrap())
    };
    scene.intents().migrations.iter().filter_map(dry).collect()
}

fn says(scene: &Scene, kind: &str) -> String {
    let status = status(scene);
    let condition = condition::get(&status.conditions, kind).unwrap();
    format!("{} {}", condition.status, condition.reason)
}

fn days(scene: Scene, days: i64) -> Scene {
    scene.later(SignedDuration::from_hours(24 * days))
}

fn answered(scene: Scene, name: &str, verdict: Verdict) -> Scene {
    let key = (mk::SPACE.to_owned(), name.to_owned());
    let mut run = Migration::clone(&scene.migrations[&key]).says(condition::COMPLETE, scene.now);
    run.status.as_mut().unwrap().verdict = Some(verdict);
    scene.migration(run)
}

#[test]
fn nothing_is_due_before_the_first_lead_time() {
    let scene = ends_in(shop(), 181);
    assert!(runs_made(&scene).is_empty());
    let status = status(&scene);
    assert_eq!(status.days_left, Some(181));
    assert_eq!(status.notice_by, Some(Date::of(now()).plus_days(121)));
    let leads: Vec<i32> = status.rounds.iter().map(|r| r.lead_days).collect();
    assert_eq!(leads, [180, 90, 30]);
    assert_eq!(status.exit_readiness.unwrap().unknown, 1);
    assert_eq!(says(&scene, condition::DRY_RUN_DUE), "False NothingDue");
}

#[test]
fn each_round_is_made_on_its_day_and_once() {
    let scene = days(ends_in(shop(), 181).after_turn(0), 1);
    assert_eq!(runs_made(&scene), ["azure-2024-2026-11-25-shop"]);
    let scene = scene.after_turn(1);
    assert_eq!(says(&scene, condition::DRY_RUN_DUE), "True UnderWay");
    assert!(runs_made(&scene).is_empty(), "once");
    let scene = answered(scene, "azure-2024-2026-11-25-shop", Verdict::Ready).after_turn(1);
    assert!(status(&scene).rounds[0].finished_at.is_some());
    assert_eq!(says(&scene, condition::EXIT_READY), "True AllCanLeave");
    assert!(runs_made(&days(scene.clone(), 89)).is_empty());
    assert_eq!(runs_made(&days(scene, 90)), ["azure-2024-2027-02-23-shop"]);
}

#[test]
fn rounds_that_were_overtaken_are_skipped_and_say_so() {
    let scene = ends_in(shop(), 20);
    assert_eq!(runs_made(&scene), ["azure-2024-2026-11-14-shop"]);
    let rounds = status(&scene).rounds;
    assert!(rounds[0].skipped.is_some() && rounds[1].skipped.is_some());
    assert!(rounds[2].skipped.is_none() && rounds[2].started_at.is_some());
}

#[test]
fn readiness_counts_verdicts() {
    let scene = ["a", "b", "c", "d"]
        .into_iter()
        .fold(mk_scene(), |scene, name| scene.workload(name, AZURE, mk::low()));
    let scene = ends_in(scene, 30).after_turn(1);
    let scene = answered(scene, "azure-2024-2026-11-24-a", Verdict::Ready);
    let scene = answered(scene, "azure-2024-2026-11-24-b", Verdict::ReadyWithWarnings);
    let scene = answered(scene, "azure-2024-2026-11-24-c", Verdict::Blocked);
    let counts = status(&scene).exit_readiness.unwrap();
    assert_eq!(
        (counts.ready, counts.with_warnings, counts.blocked, counts.unknown),
        (1, 1, 1, 1)
    );
    assert!(
        status(&scene).rounds[2].finished_at.is_none(),
        "one is still asked"
    );
    assert_eq!(says(&scene, condition::EXIT_READY), "False Blocked");
}

#[test]
fn a_workload_that_no_other_cluster_may_take_is_blocked() {
    let bound = shop().policy("bound", json!({"require": {"clusters": ["azure-weu"]}}));
    let scene = ends_in(bound, 30);
    assert!(runs_made(&scene).is_empty());
    assert_eq!(status(&scene).exit_readiness.unwrap().blocked, 1);
    assert!(status(&scene).rounds[2].finished_at.is_some());
}

#[test]
fn clusters_that_cannot_be_seen_now_block_nobody_and_finish_no_round() {
    let blind = ["eu-1", "eu-2", "eu-3"]
        .into_iter()
        .fold(shop(), |scene, cluster| scene.contact(cluster, Contact::Unknown));
    let scene = ends_in(blind, 30).after_turn(1);
    let counts = status(&scene).exit_readiness.unwrap();
    assert_eq!((counts.blocked, counts.unknown), (0, 1));
    assert!(status(&scene).rounds[2].finished_at.is_none());
    assert_eq!(
        runs_made(&scene.contact("eu-2", Contact::Reachable)),
        ["azure-2024-2026-11-24-shop"]
    );
}

#[test]
fn what_stands_elsewhere_is_not_in_scope() {
    let scene = ends_in(mk_scene().workload("shop", "eu-1", mk::low()), 30);
    assert!(runs_made(&scene).is_empty());
    assert_eq!(says(&scene, condition::EXIT_READY), "True AllCanLeave");
}

#[test]
fn an_end_before_the_start_is_invalid_and_makes_nothing() {
    let scene = shop().contract(json!({"provider": "azure", "start": "2028-01-01", "end": "2026-11-25"}));
    assert_eq!(says(&scene, condition::VALID), "False Invalid");
    assert!(runs_made(&scene).is_empty());
}

#[test]
fn a_provider_that_is_not_there_is_invalid() {
    let scene = shop().contract(json!({"provider": "nobody", "start": "2024-01-01", "end": "2026-11-25"}));
    assert_eq!(says(&scene, condition::VALID), "False Invalid");
    assert!(
        status(&scene)
            .conditions
            .iter()
            .any(|c| c.message.contains("nobody"))
    );
}

#[test]
fn a_contract_that_is_extended_is_rehearsed_again() {
    let scene = answered(
        ends_in(shop(), 30).after_turn(1),
        "azure-2024-2026-11-24-shop",
        Verdict::Ready,
    )
    .after_turn(1);
    let mut extended = scene;
    let contract = Arc::make_mut(extended.contracts.values_mut().next().unwrap());
    contract.spec.end = contract.spec.end.plus_days(365);
    let rounds = status(&extended).rounds;
    assert!(
        rounds
            .iter()
            .all(|r| r.started_at.is_none() && r.skipped.is_none()),
        "{rounds:?}"
    );
    let due = days(extended.after_turn(1), 366);
    assert_eq!(runs_made(&due).len(), 1, "under a name of its own");
}
