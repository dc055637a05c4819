//! A move that lowers autonomy waits for somebody's yes to just that move, and nobody rides on a route that is over.
use havenmeester_api::{Approval, Provider, condition};
use kube::Api;
use kube::api::{Patch, PatchParams};
use serde_json::{Value, json};

use crate::stage::{AZURE, SPACE, Stage, ours};

/// The plan that a workload waits for, when it waits for one.
async fn asked(stage: &Stage, name: &str) -> Option<String> {
    let status = stage.workload(name).await?.status?;
    Some(status.approval?.plan)
}

async fn approve(stage: &Stage, name: &str, workload: &str, plan: &str) {
    let spec = json!({"workload": workload, "plan": plan, "approver": "alderman"});
    stage.put("hub", ours("Approval", name, spec)).await;
}

/// How an approval stands.
async fn in_force(stage: &Stage, name: &str) -> String {
    let api: Api<Approval> = Api::namespaced(stage.hub.clone(), SPACE);
    let status = api.get(name).await.unwrap().status.unwrap_or_default();
    let found = condition::get(&status.conditions, condition::IN_FORCE);
    found.map_or_else(String::new, |c| format!("{} {}", c.status, c.reason))
}

/// Waits until a workload asks for a yes.
async fn asks(stage: &Stage, name: &str) -> String {
    stage
        .eventually(&format!("{name} to ask"), async || {
            asked(stage, name).await.is_some()
                && stage.says(name, condition::APPROVED).await == "False ApprovalNeeded"
        })
        .await;
    asked(stage, name).await.unwrap()
}

/// A policy for one namespace, that moves by itself.
async fn policy(stage: &Stage, namespace: &str, require: Value, routes: Value) {
    let spec = json!({"workloads": {"anyOf": [{"namespace": namespace}]}, "require": require,
        "migration": {"mode": "Automatic"}, "routes": routes});
    stage.put("hub", ours("PlacementPolicy", "of-one", spec)).await;
}

#[tokio::test(start_paused = true)]
async fn a_move_to_a_hyperscaler_waits_for_a_yes_to_just_that_move() {
    let stage = Stage::set(31).await;
    stage.app("eu-1", "parking", "low", "replicable").await;
    policy(&stage, "parking", json!({"clusters": [AZURE]}), json!([])).await;
    let daemon = stage.daemon("one");
    let plan = asks(&stage, "parking").await;
    let other = format!("sha256-{}", "0".repeat(64));
    approve(&stage, "of-something-else", "parking", &other).await;
    stage
        .eventually("it to be said that this is another plan", async || {
            in_force(&stage, "of-something-else").await == "False AnotherPlan"
        })
        .await;
    assert_eq!(stage.migrations().await.len(), 0, "nobody said yes to this move");
    approve(&stage, "yes", "parking", &plan).await;
    stage.settles("parking", AZURE).await;
    let made = stage.migrations().await;
    let reason = made["parking-1"].spec.reason.clone().unwrap_or_default();
    assert!(reason.contains("approved by alderman (Approval yes)"), "{reason}");
    daemon.end().await;
    stage.end().await;
}

#[tokio::test(start_paused = true)]
async fn nobody_rides_on_a_route_that_ended_while_the_daemon_was_down() {
    let stage = Stage::set(32).await;
    stage.app("eu-2", "permits", "low", "replicable").await;
    // A route ends autonomous: something is to be shown for that.
    let shown = |n: i32| json!({"objective": format!("SOV-{n}"), "seal": 3, "evidence": {"reference": "audit", "date": "2026-01-01"}});
    let shown: Vec<Value> = (1..=8).map(shown).collect();
    let providers: Api<Provider> = Api::all(stage.hub.clone());
    let patch = Patch::Merge(json!({"spec": {"sovereignty": shown}}));
    providers
        .patch("eu", &PatchParams::default(), &patch)
        .await
        .unwrap();
    let route = json!([{"name": "r", "steps": [{"cluster": AZURE, "until": "2026-12-04"}], "end": "eu-1", "reason": "full"}]);
    let require = json!({"clusters": [AZURE, "eu-1"], "categories": ["PrivateEu"]});
    stage.world.cut("eu-1", havenmeester_simulator::Fault::Partition);
    policy(&stage, "permits", require, route).await;
    let daemon = stage.daemon("one");
    let plan = asks(&stage, "permits").await;
    approve(&stage, "yes", "permits", &plan).await;
    stage.settles("permits", AZURE).await;
    stage
        .eventually("permits to stand on its route", async || {
            stage.says("permits", condition::COMPLIANT).await == "True OnRoute"
        })
        .await;
    daemon.kill().await;
    stage.days_pass(11);
    let daemon = stage.daemon("two");
    stage
        .eventually("the route to be over", async || {
            stage.says("permits", condition::COMPLIANT).await == "False CategoryForbidden"
        })
        .await;
    stage.world.heal("eu-1");
    stage.settles("permits", "eu-1").await;
    daemon.end().await;
    stage.end().await;
}
