//! Where a home is, and when it is another one.
use havenmeester_api::condition;
use havenmeester_api::migration::{MoveKind, Step, StepState};
use havenmeester_placement::Fact;
use proptest::prelude::*;

use super::*;
use crate::mk::{self, AZURE, Moved, id, mk_move, mk_scene};

fn of(scene: &Scene, name: &str) -> Identity {
    resolve(scene).remove(&id(name)).unwrap()
}

fn home_of(scene: &Scene) -> Option<String> {
    of(scene, "shop").home.map(|h| h.cluster)
}

fn shop() -> Scene {
    mk_scene().workload("shop", AZURE, mk::low())
}

fn failover(name: &str, target: &str) -> Migration {
    mk_move(name, "shop", MoveKind::Failover, AZURE, target)
}

#[test]
fn a_home_flips_when_the_failover_serves_and_not_before() {
    let begun = failover("shop-1", "eu-1").begun(1);
    assert_eq!(home_of(&shop().migration(begun.clone())).unwrap(), AZURE);
    let arrived = shop().migration(begun.arrived());
    assert_eq!(of(&arrived, "shop").home.unwrap().generation, Some(1));
    assert_eq!(home_of(&arrived).unwrap(), "eu-1");
}

#[test]
fn a_relocation_is_not_home_while_its_source_runs() {
    let serving = mk_move("shop-1", "shop", MoveKind::Relocate, AZURE, "eu-1")
        .begun(1)
        .step(Step::AwaitServing, StepState::Done);
    assert_eq!(home_of(&shop().migration(serving.clone())).unwrap(), AZURE);
    let stopped = serving.step(Step::StopSource, StepState::Done);
    assert_eq!(home_of(&shop().migration(stopped.clone())).unwrap(), "eu-1");
    let back = stopped.step(Step::RestartSource, StepState::Done);
    assert_eq!(home_of(&shop().migration(back)).unwrap(), AZURE);
}

#[test]
fn a_move_of_an_older_plan_is_history() {
    let mut scene = shop().migration(failover("shop-1", "eu-1").begun(3).arrived());
    scene.status("shop", |s| {
        s.cluster = Some("eu-2".to_owned());
        s.plan_generation = Some(3);
    });
    assert_eq!(home_of(&scene).unwrap(), "eu-2");
    let newer = scene.migration(failover("shop-2", "eu-3").begun(4).arrived());
    assert_eq!(home_of(&newer).unwrap(), "eu-3");
}

#[test]
fn the_home_stays_where_it_was_seen_when_its_cluster_is_lost_or_gone() {
    assert_eq!(home_of(&shop().lost(AZURE, 60)).unwrap(), AZURE);
    let mut gone = shop();
    gone.fleet.remove(AZURE);
    assert_eq!(home_of(&gone).unwrap(), AZURE);
}

#[test]
fn without_a_record_the_active_copy_is_the_home() {
    let scene = mk_scene()
        .written("shop", |_| {})
        .copy(AZURE, "shop", mk::low(), CopyState::Stopped)
        .copy("eu-2", "shop", mk::low(), CopyState::Active);
    assert_eq!(home_of(&scene).unwrap(), "eu-2");
}

#[test]
fn of_two_copies_the_strictest_label_counts() {
    let scene = shop().copy(
        "eu-1",
        "shop",
        mk::tags("critical", "medium", "exclusive"),
        CopyState::Stopped,
    );
    let identity = of(&scene, "shop");
    assert_eq!(identity.criticality, Criticality::Critical);
    assert_eq!(identity.sensitivity, Sensitivity::Medium);
    assert_eq!(identity.mode, Mode::Exclusive);
    assert_eq!(identity.copies.len(), 2);
}

#[test]
fn what_is_written_is_never_loosened_by_a_label() {
    let mut scene = shop();
    let workload = Arc::make_mut(scene.workloads.get_mut(&id("shop")).unwrap());
    workload.spec.criticality = Some(Criticality::Critical);
    assert_eq!(of(&scene, "shop").criticality, Criticality::Critical);
}

#[test]
fn a_level_that_cannot_be_read_is_the_strictest_and_says_so() {
    let scene = mk_scene().workload("shop", AZURE, mk::tags("urgent", "low", "replicable"));
    let identity = of(&scene, "shop");
    assert_eq!(identity.criticality, Criticality::Critical);
    assert!(identity.misread[0].contains("urgent"), "{:?}", identity.misread);
}

#[test]
fn levels_are_remembered_when_no_label_can_be_seen() {
    let mut scene = mk_scene().written("shop", |_| {});
    scene.status("shop", |s| {
        s.cluster = Some(AZURE.to_owned());
        s.criticality = Some(Criticality::Low);
        s.mode = Some(Mode::Replicable);
    });
    let identity = of(&scene, "shop");
    assert_eq!(identity.criticality, Criticality::Low);
    assert_eq!(identity.mode, Mode::Replicable);
    assert_eq!(
        identity.sensitivity,
        Sensitivity::default(),
        "never known: the strictest"
    );
}

#[test]
fn a_copy_on_a_lost_cluster_is_unknown_not_gone() {
    let scene = shop().lost(AZURE, 60);
    assert_eq!(of(&scene, "shop").copies[0].state, CopyState::Unknown);
}

#[test]
fn a_copy_on_a_cluster_never_seen_since_the_start_is_kept_as_unknown() {
    let mut scene = shop();
    scene.status("shop", |s| {
        s.copies = vec![WorkloadCopy {
            cluster: AZURE.to_owned(),
            state: CopyState::Active,
            objects: Some(6),
        }];
    });
    scene.view(AZURE, |view| {
        view.cluster.copies = Fact::unknown(havenmeester_placement::Unseen::NotYet);
    });
    let copies = of(&scene, "shop").copies;
    assert_eq!(copies[0].state, CopyState::Unknown);
    assert_eq!(copies[0].objects, Some(6));
    scene.fleet.clear();
    assert_eq!(
        of(&scene, "shop").copies.len(),
        1,
        "before the fleet is known nothing is gone"
    );
}

#[test]
fn of_two_workloads_with_one_target_the_older_counts() {
    let dated = |second: i64| {
        move |workload: &mut Workload| {
            workload.spec.target.namespace = "shop".to_owned();
            let at = k8s_openapi::apimachinery::pkg::apis::meta::v1::Time(mk::ago(second));
            workload.metadata.creation_timestamp = Some(at);
        }
    };
    let scene = mk_scene()
        .written("aaa", dated(10))
        .written("zzz", dated(100))
        .copy(AZURE, "shop", mk::low(), CopyState::Active);
    assert_eq!(of(&scene, "aaa").standing, Standing::Duplicate { of: id("zzz") });
    assert_eq!(of(&scene, "zzz").standing, Standing::Placed);
}

#[test]
fn a_namespace_that_lost_its_labels_is_left_alone() {
    assert_eq!(
        of(&mk_scene().workload("shop", AZURE, None), "shop").standing,
        Standing::Untagged
    );
}

#[test]
fn labels_that_cannot_be_seen_are_not_absent() {
    let silent = mk_scene().workload("shop", AZURE, None).lost(AZURE, 5);
    assert_eq!(of(&silent, "shop").standing, Standing::Placed);
    let mut narrow = mk_scene().workload("shop", AZURE, None);
    narrow.view(AZURE, |view| {
        view.cluster.reach = havenmeester_placement::Reach::Namespaces(["shop".to_owned()].into());
    });
    assert_eq!(of(&narrow, "shop").standing, Standing::Placed);
}

#[test]
fn a_move_that_goes_back_is_still_under_way() {
    let back = mk_move("shop-1", "shop", MoveKind::Relocate, AZURE, "eu-1")
        .begun(1)
        .says(condition::FAILED, mk::ago(5))
        .step(Step::RestartSource, StepState::Running);
    assert!(moving(shop().migration(back.clone()).moves_of(&id("shop"))).is_some());
    let over = back.step(Step::RestartSource, StepState::Done);
    assert!(moving(shop().migration(over).moves_of(&id("shop"))).is_none());
    let kept = mk_move("shop-1", "shop", MoveKind::Relocate, AZURE, "eu-1")
        .begun(1)
        .arrived()
        .says(condition::COMPLETE, mk::ago(5))
        .step(Step::Retain, StepState::Running);
    assert!(moving(shop().migration(kept).moves_of(&id("shop"))).is_none());
}

fn any_move() -> impl Strategy<Value = Migration> {
    let kinds = prop_oneof![
        Just(MoveKind::Relocate),
        Just(MoveKind::Failover),
        Just(MoveKind::Failback)
    ];
    let targets = prop_oneof![Just("eu-1"), Just("eu-2"), Just("eu-3")];
    (0..1000u32, kinds, targets, 0..6i64, any::<bool>()).prop_map(|(n, kind, target, generation, arrived)| {
        let one = mk_move(&format!("shop-{n}"), "shop", kind, AZURE, target).begun(generation);
        if arrived { one.arrived() } else { one }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    /// Also when Migrations come to be seen in any order, one at a time, and the status is written after each.
    #[test]
    fn a_home_never_goes_to_a_lower_generation(moves in prop::collection::vec(any_move(), 0..8)) {
        let mut scene = shop();
        let mut last: Option<i64> = None;
        for one in moves {
            scene = scene.migration(one);
            let home = of(&scene, "shop").home.unwrap();
            prop_assert!(home.generation >= last);
            last = home.generation;
            scene.status("shop", |s| {
                s.cluster = Some(home.cluster.clone());
                s.plan_generation = home.generation;
            });
            prop_assert_eq!(of(&scene, "shop").home.unwrap(), home, "looking again changes nothing");
        }
    }
}
