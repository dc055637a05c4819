//! Quarantine, and what is said of a cluster.
use havenmeester_api::member::Cause;
use havenmeester_ledger::EntryKind;

use super::*;
use crate::mk::{self, AZURE, Moved, ago, id, mk_move, mk_scene, written};
use crate::scene::Scene;

fn status_of(scene: &Scene, cluster: &str) -> MemberClusterStatus {
    let intents = scene.intents();
    written!(intents.first, Member, cluster)
        .or_else(|| scene.members[cluster].status.clone())
        .unwrap_or_default()
}

fn stale(scene: &Scene) -> Vec<String> {
    status_of(scene, AZURE)
        .quarantine
        .map(|q| q.stale)
        .unwrap_or_default()
}

fn sweep(scene: &Scene) -> Vec<(String, WorkloadId)> {
    scene.turn(stale_copies)
}

fn shop() -> Scene {
    mk_scene().workload("shop", AZURE, mk::low())
}

fn failover() -> havenmeester_api::Migration {
    mk_move("shop-1", "shop", MoveKind::Failover, AZURE, "eu-1")
}

fn reason(scene: &Scene, kind: &str) -> String {
    let status = status_of(scene, AZURE);
    let condition = condition::get(&status.conditions, kind).unwrap();
    format!("{} {}", condition.status, condition.reason)
}

#[test]
fn the_quarantine_is_written_in_the_turn_that_makes_the_failover() {
    let scene = shop().lost(AZURE, 60);
    assert_eq!(scene.intents().migrations.len(), 1);
    assert_eq!(stale(&scene), ["havenmeester/shop"]);
}

#[test]
fn a_relocation_bars_nobody() {
    let scene = mk_scene().workload("shop", AZURE, mk::critical());
    assert_eq!(scene.intents().migrations.len(), 1);
    assert!(stale(&scene).is_empty());
}

#[test]
fn a_failover_of_a_workload_that_is_not_there_bars_nobody() {
    let nobody = mk_move("nobody-1", "nobody", MoveKind::Failover, AZURE, "eu-1");
    assert!(stale(&shop().migration(nobody)).is_empty());
}

#[test]
fn a_stale_copy_stays_on_the_list_until_it_is_seen_stopped() {
    let scene = shop()
        .quarantined(AZURE, &["shop"])
        .migration(failover().begun(1).arrived().says(condition::COMPLETE, ago(1)));
    assert_eq!(stale(&scene), ["havenmeester/shop"]);
    assert_eq!(sweep(&scene), [(AZURE.to_owned(), id("shop"))]);
    assert!(
        sweep(&scene.lost(AZURE, 60)).is_empty(),
        "a cluster that is silent is told nothing"
    );
}

#[test]
fn what_was_seen_stopped_is_not_listed_again_while_the_failover_verifies() {
    let verifying = failover().begun(1).arrived();
    assert!(stale(&shop().migration(verifying)).is_empty());
}

#[test]
fn the_old_copy_is_left_running_until_the_target_serves() {
    let scene = shop()
        .quarantined(AZURE, &["shop"])
        .migration(failover().begun(1));
    assert_eq!(stale(&scene), ["havenmeester/shop"]);
    assert!(sweep(&scene).is_empty());
}

#[test]
fn a_copy_whose_home_is_there_is_not_stale() {
    let failed = failover()
        .begun(1)
        .says(condition::FAILED, ago(1))
        .says(condition::COMPLETE, ago(1));
    let scene = shop().quarantined(AZURE, &["shop"]).migration(failed);
    assert!(stale(&scene).is_empty());
    assert!(sweep(&scene).is_empty());
}

#[test]
fn a_workload_that_is_not_known_stays_on_the_list() {
    assert_eq!(
        stale(&mk_scene().quarantined(AZURE, &["gone"])),
        ["havenmeester/gone"]
    );
}

#[test]
fn a_workload_that_comes_back_is_not_stopped() {
    let back = mk_move("shop-2", "shop", MoveKind::Failback, "eu-1", AZURE).begun(2);
    let mut scene = shop().quarantined(AZURE, &["shop"]).migration(back);
    scene.status("shop", |s| s.cluster = Some("eu-1".to_owned()));
    assert!(sweep(&scene).is_empty());
}

#[test]
fn an_exclusive_workload_whose_cluster_returns_stands_where_it_stood() {
    let exclusive = mk::tags("low", "low", "exclusive");
    let scene = mk_scene()
        .workload("shop", AZURE, exclusive)
        .lost(AZURE, 60)
        .after_turn(1);
    assert!(scene.migrations.is_empty());
    assert_eq!(reason(&scene, condition::ADMITTED), "False NotReachable");
    let back = scene.contact(AZURE, Contact::Reachable);
    assert_eq!(reason(&back, condition::ADMITTED), "True Admitted");
    assert!(stale(&back).is_empty() && sweep(&back).is_empty());
}

#[test]
fn heartbeats_are_written_every_half_minute_and_nothing_else_is() {
    let mut scene = shop().after_turn(2);
    let beat = |scene: &mut Scene, seconds: i64| {
        let at = scene.now + SignedDuration::from_secs(seconds);
        scene.view(AZURE, |view| view.reachability.last_heartbeat = Some(Time(at)));
    };
    beat(&mut scene, 0);
    assert!(scene.intents().first.is_empty());
    beat(&mut scene, 30);
    assert_eq!(scene.intents().first.len(), 1);
}

#[test]
fn a_loss_is_remembered_until_the_cluster_was_asked_again() {
    let mut scene = shop().lost(AZURE, 60).after_turn(1);
    let before = status_of(&scene, AZURE);
    assert_eq!(
        before.reachability.as_ref().unwrap().state,
        ReachabilityState::Lost
    );
    scene.view(AZURE, |view| {
        view.cluster.contact = Contact::Unknown;
        view.reachability.state = ReachabilityState::Unknown;
        view.reachability.since = Time(mk::now());
    });
    let after = status_of(&scene, AZURE);
    assert_eq!(after.reachability, before.reachability);
    assert_eq!(after.conditions, before.conditions);
    scene.view(AZURE, |view| view.reachability.state = ReachabilityState::Suspect);
    assert_eq!(status_of(&scene, AZURE).reachability, before.reachability);
    scene.view(AZURE, |view| {
        view.reachability.state = ReachabilityState::Unknown;
        view.reachability.cause = Some(Cause::Misconfigured);
    });
    assert_eq!(reason(&scene, condition::REACHABLE), "Unknown Misconfigured");
}

fn told(scene: &Scene) -> Vec<EntryKind> {
    let about = |e: &havenmeester_ledger::Entry| e.subject.contains(AZURE);
    let log = scene.intents().log;
    log.iter().filter(|e| about(e)).map(|e| e.kind).collect()
}

#[test]
fn the_log_tells_of_losses_and_returns_and_not_of_hiccups() {
    assert!(told(&shop()).is_empty(), "the first contact is no return");
    let calm = shop().after_turn(1);
    let hiccup = calm.clone().contact(AZURE, Contact::Suspect { since: ago(1) });
    assert!(told(&hiccup).is_empty());
    assert!(told(&hiccup.after_turn(1).contact(AZURE, Contact::Reachable)).is_empty());
    let lost = calm.lost(AZURE, 0);
    assert_eq!(told(&lost), [EntryKind::ClusterLost]);
    let lost = lost.after_turn(60).lost(AZURE, 60);
    assert_eq!(told(&lost), [EntryKind::Quarantined]);
    let back = lost.after_turn(1).contact(AZURE, Contact::Reachable);
    assert_eq!(told(&back), [EntryKind::ClusterReturned]);
}
