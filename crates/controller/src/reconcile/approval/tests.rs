//! A move that lowers autonomy waits for a yes to just that move, and everybody is told.
use serde_json::{Value, json};

use super::*;
use crate::mk::{AZURE, SPACE, critical, id, low, mk_move, mk_scene, written};
use crate::scene::Scene;
use havenmeester_api::workload::WorkloadStatus;

/// `permits` stands on `eu-1`, and a policy names only azure.
fn to_azure() -> Scene {
    mk_scene().workload("permits", "eu-1", low()).policy(
        "named",
        json!({"require": {"clusters": [AZURE]}, "migration": {"mode": "Automatic"}}),
    )
}

fn approve(mut scene: Scene, name: &str, change: &Value) -> Scene {
    let mut spec = json!({"workload": "permits", "approver": "alderman", "plan": asked(&scene)});
    for (field, value) in change.as_object().into_iter().flatten() {
        spec[field] = value.clone();
    }
    let mut approval = Approval::new(name, serde_json::from_value(spec).unwrap());
    approval.metadata.namespace = Some(SPACE.to_owned());
    scene.approvals.insert(id(name), Arc::new(approval));
    scene
}

fn workload(scene: &Scene) -> WorkloadStatus {
    written!(scene.intents().statuses, Workload, "permits").unwrap()
}

/// The plan that its status asks for.
fn asked(scene: &Scene) -> String {
    workload(scene).approval.unwrap().plan
}

fn in_force(scene: &Scene, name: &str) -> (String, String) {
    let status = written!(scene.intents().statuses, Approval, name).unwrap();
    let found = condition::get(&status.conditions, condition::IN_FORCE).unwrap();
    (
        format!("{} {}", found.status, found.reason),
        found.message.clone(),
    )
}

#[test]
fn a_move_to_a_hyperscaler_waits_and_its_condition_and_event_say_that_the_council_is_informed() {
    let scene = to_azure();
    let intents = scene.intents();
    assert_eq!(intents.migrations.len(), 0);
    let status = workload(&scene);
    let approval = status.approval.unwrap();
    assert!(approval.inform_council);
    assert_eq!(approval.cluster, AZURE);
    let said = condition::get(&status.conditions, condition::APPROVED).unwrap();
    assert_eq!(
        (said.status.as_str(), said.reason.as_str()),
        ("False", "ApprovalNeeded")
    );
    for wanted in [
        "the council is to be informed",
        "havenmeester approve havenmeester/permits",
        &approval.plan,
    ] {
        assert!(said.message.contains(wanted), "{}", said.message);
    }
    let event = intents
        .notices
        .iter()
        .find(|n| n.reason == "ApprovalNeeded")
        .unwrap();
    assert!(
        event.warning && event.note.contains("the council is to be informed"),
        "{event:?}"
    );
}

#[test]
fn once_approved_it_goes_and_the_record_says_who_agreed() {
    let scene = approve(to_azure(), "yes", &json!({}));
    let intents = scene.intents();
    let [made] = intents.migrations.as_slice() else {
        panic!("{:?}", intents.migrations);
    };
    let reason = made.object.spec.reason.clone().unwrap();
    assert!(
        reason.ends_with("; approved by alderman (Approval yes)"),
        "{reason}"
    );
    assert_eq!(intents.log[0].data["approval"]["given"]["approver"], "alderman");
    assert_eq!(in_force(&scene, "yes").0, "True Approved");
    assert_eq!(workload(&scene).approval, None);
}

#[test]
fn what_says_yes_to_nothing_that_is_asked_does_nothing_and_says_so() {
    let other = format!("sha256-{}", "0".repeat(64));
    let cases = [
        (json!({"plan": other}), "False AnotherPlan"),
        (json!({"workload": "nobody"}), "False NoWorkload"),
        (json!({"until": "2026-11-23"}), "False Expired"),
    ];
    for (change, expected) in cases {
        let scene = approve(to_azure(), "yes", &change);
        let (said, message) = in_force(&scene, "yes");
        assert_eq!(said, expected, "{message}");
        assert_eq!(scene.intents().migrations.len(), 0, "{change}");
        let events = scene.intents().notices;
        assert!(
            events
                .iter()
                .any(|n| matches!(n.about, About::Approval(_)) && n.warning),
            "{change}"
        );
    }
    let scene = approve(to_azure(), "yes", &json!({"plan": other}));
    assert!(in_force(&scene, "yes").1.contains(&asked(&to_azure())));
}

#[test]
fn a_yes_to_what_nobody_asks_is_kept_for_when_it_is() {
    let mut scene = approve(to_azure(), "yes", &json!({}));
    scene.policies.remove("named");
    assert_eq!(in_force(&scene, "yes").0, "False NotAsked");
}

#[test]
fn a_move_that_a_person_makes_waits_for_the_yes_as_well() {
    let by_hand = mk_move("by-hand", "permits", MoveKind::Relocate, "eu-1", AZURE);
    let mut by_hand = by_hand;
    by_hand.status = None;
    let scene = mk_scene()
        .workload("permits", "eu-1", low())
        .migration(by_hand.clone());
    assert!(scene.turn(|turn| holds(turn, &by_hand)));
    assert!(workload(&scene).approval.unwrap().inform_council);
    let agreed = approve(scene, "yes", &json!({}));
    assert!(!agreed.turn(|turn| holds(turn, &by_hand)));
    assert_eq!(in_force(&agreed, "yes").0, "True Approved");
    // Between two autonomous clusters nothing is asked, nor of what has begun, nor of a rehearsal.
    let mut dry = by_hand.clone();
    dry.spec.dry_run = true;
    assert!(!agreed.turn(|turn| holds(turn, &dry)));
    let away = mk_move("away", "permits", MoveKind::Relocate, "eu-1", "eu-2");
    assert!(!agreed.turn(|turn| holds(turn, &away)));
}

#[test]
fn a_failback_asks_nothing_where_it_stood_before_and_only_there() {
    let mut back = mk_move("back", "permits", MoveKind::Failback, "eu-1", AZURE);
    back.status = None;
    let scene = mk_scene().workload("permits", "eu-1", low());
    assert!(scene.turn(|turn| holds(turn, &back)), "it never stood there");
    let away = mk_move("permits-1", "permits", MoveKind::Failover, AZURE, "eu-1");
    let scene = scene.migration(away);
    assert!(!scene.turn(|turn| holds(turn, &back)));
}

#[test]
fn a_move_that_waits_holds_up_no_failover() {
    let mut by_hand = mk_move("by-hand", "permits", MoveKind::Relocate, "eu-1", AZURE);
    by_hand.status = None;
    let scene = mk_scene()
        .workload("permits", "eu-1", critical())
        .migration(by_hand)
        .lost("eu-1", 60);
    let made = scene.intents().migrations;
    assert_eq!(made.len(), 1, "{made:?}");
    assert_eq!(made[0].object.spec.kind, MoveKind::Failover);
}
