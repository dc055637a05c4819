//! What a Workload's status says.
use havenmeester_api::workload::CopyState;
use havenmeester_placement::{Contact, Fact, Unseen};

use super::*;
use crate::mk::{self, AZURE, ago, mk_scene, written};
use crate::scene::Scene;

fn status(scene: &Scene) -> WorkloadStatus {
    written!(scene.intents().statuses, Workload, "shop").unwrap()
}

fn says(scene: &Scene, kind: &str) -> String {
    let status = status(scene);
    let condition = condition::get(&status.conditions, kind).unwrap();
    format!("{} {}", condition.status, condition.reason)
}

fn shop(tags: Option<havenmeester_api::labels::Tags>) -> Scene {
    mk_scene().workload("shop", AZURE, tags)
}

#[test]
fn a_violation_says_why_where_to_and_why_not_elsewhere() {
    let scene = shop(mk::critical());
    assert_eq!(says(&scene, condition::COMPLIANT), "False CategoryForbidden");
    let status = status(&scene);
    assert_eq!(status.desired.unwrap().cluster, "eu-1");
    assert_eq!(status.violations[0].policy.as_deref(), Some("autonomous"));
    assert_eq!(status.rejected[0].cluster, AZURE);
}

#[test]
fn what_it_asks_is_told_and_kept_while_it_cannot_be_seen() {
    let seen = status(&shop(mk::low())).demand.unwrap();
    assert_eq!((seen.cpu_milli, seen.memory_mib, seen.pods), (100, 128, 1));
    let mut lost = shop(mk::low());
    lost.status("shop", |s| s.demand = Some(seen.clone()));
    lost.view(AZURE, |view| {
        view.cluster.copies = Fact::unknown(Unseen::NotYet);
    });
    assert_eq!(status(&lost).demand, Some(seen));
}

#[test]
fn two_active_copies_of_an_exclusive_workload_are_a_violation() {
    let exclusive = || mk::tags("low", "low", "exclusive");
    let scene = shop(exclusive()).copy("eu-1", "shop", exclusive(), CopyState::Active);
    assert!(says(&scene, condition::SINGLE).starts_with("False "));
    let staged = shop(exclusive()).copy("eu-1", "shop", exclusive(), CopyState::Stopped);
    assert_eq!(says(&staged, condition::SINGLE), "True OneActiveCopy");
}

#[test]
fn on_a_lost_cluster_the_copy_is_unknown_and_the_home_stays() {
    let status = status(&shop(mk::tags("low", "low", "exclusive")).lost(AZURE, 60));
    assert_eq!(status.cluster.as_deref(), Some(AZURE));
    assert_eq!(status.copies[0].state, CopyState::Unknown);
}

#[test]
fn failover_ready_says_what_stands_in_the_way() {
    assert_eq!(
        says(&shop(mk::low()), condition::FAILOVER_READY),
        "True TargetFits"
    );
    let exclusive = shop(mk::tags("low", "low", "exclusive"));
    assert_eq!(says(&exclusive, condition::FAILOVER_READY), "False NotFenced");
    let mut uncaptured = shop(mk::low());
    uncaptured.status("shop", |s| s.capture = None);
    assert_eq!(says(&uncaptured, condition::FAILOVER_READY), "False NotCaptured");
}

#[test]
fn a_store_that_refuses_is_said_on_the_workload() {
    let mut scene = shop(mk::low());
    scene.view(AZURE, |view| {
        view.capture_problem = Some("the store is full".to_owned());
    });
    assert_eq!(says(&scene, condition::CAPTURED), "False StoreRefuses");
}

#[test]
fn a_hub_that_lost_most_of_the_fleet_does_nothing_and_says_so() {
    let scene = [AZURE, "eu-1", "eu-2"]
        .into_iter()
        .fold(shop(mk::low()), |scene, cluster| scene.lost(cluster, 600));
    assert!(scene.intents().migrations.is_empty());
    let waiting = scene.turn(|turn| turn.plan.decisions[&mk::id("shop")].action.clone());
    assert!(
        matches!(waiting, Action::Wait(Waiting::HubSuspectsItself { .. })),
        "{waiting:?}"
    );
}

#[test]
fn a_hiccup_moves_nothing() {
    let scene = shop(mk::low()).contact(AZURE, Contact::Suspect { since: ago(4) });
    assert!(scene.intents().migrations.is_empty());
}

#[test]
fn a_namespace_without_labels_is_said_to_be_left_alone() {
    assert_eq!(says(&shop(None), condition::VALID), "False Untagged");
}

#[test]
fn an_unknown_level_is_said_with_what_would_be_right() {
    let scene = shop(mk::tags("urgent", "low", "replicable"));
    assert_eq!(says(&scene, condition::VALID), "False UnknownLevel");
}
