//! Every way of vanishing is seen in time, under its own name, and none is seen where there is none.
use std::time::Duration;

use crate::support::{SOON, Scene};
use havenmeester_api::member::{Cause, ReachabilityState};
use havenmeester_placement::Contact;
use havenmeester_simulator::{Fault, Quality};
use http::StatusCode;

async fn check(fault: Fault, within: u64, cause: Cause) {
    let scene = Scene::of(&["azure"]).await;
    scene
        .until("azure", SOON, |view| view.cluster.contact == Contact::Reachable)
        .await;
    // Whatever the phase of the heartbeat.
    for phase in [0, 300, 900, 1_500, 1_950] {
        tokio::time::sleep(Duration::from_millis(10_000 + phase)).await;
        scene.world.cut("azure", fault);
        let lost = |contact: Contact| matches!(contact, Contact::Lost { .. });
        let after = scene
            .until("azure", Duration::from_mins(1), |view| lost(view.cluster.contact))
            .await;
        assert!(
            after <= Duration::from_secs(within),
            "{fault}: lost after {after:?}"
        );
        let view = scene.view("azure");
        assert_eq!(view.reachability.state, ReachabilityState::Lost);
        assert_eq!(view.reachability.cause, Some(cause));
        let refused = scene.fleet.member("azure").await.unwrap_err();
        assert_eq!(refused.cause, Some(cause));
        scene.world.heal("azure");
        scene
            .until("azure", SOON, |view| view.cluster.contact == Contact::Reachable)
            .await;
    }
    scene.end().await;
}

#[tokio::test(start_paused = true)]
async fn dropped_packets_are_seen_within_ten_seconds() {
    check(Fault::Partition, 10, Cause::Unreachable).await;
}

#[tokio::test(start_paused = true)]
async fn refused_connections_are_seen_within_five_seconds() {
    check(Fault::Refuse, 5, Cause::Refused).await;
    check(Fault::Reset, 5, Cause::Refused).await;
}

#[tokio::test(start_paused = true)]
async fn refused_credentials_are_seen_within_ten_seconds() {
    check(Fault::Answer(StatusCode::UNAUTHORIZED), 10, Cause::Unauthorized).await;
    check(Fault::Answer(StatusCode::FORBIDDEN), 10, Cause::Unauthorized).await;
}

#[tokio::test(start_paused = true)]
async fn what_answers_is_not_lost_however_it_answers() {
    for (fault, cause) in [
        (Fault::Answer(StatusCode::TOO_MANY_REQUESTS), Cause::Throttled),
        (Fault::Answer(StatusCode::SERVICE_UNAVAILABLE), Cause::Slow),
        (Fault::Slow(Duration::from_secs(4)), Cause::Slow),
    ] {
        let scene = Scene::of(&["azure"]).await;
        scene
            .until("azure", SOON, |view| view.cluster.contact == Contact::Reachable)
            .await;
        scene.world.cut("azure", fault);
        for _ in 0..120 {
            tokio::time::sleep(Duration::from_secs(1)).await;
            let contact = scene.view("azure").cluster.contact;
            assert!(!matches!(contact, Contact::Lost { .. }), "{fault}");
        }
        assert_eq!(scene.view("azure").cluster.contact, Contact::Reachable, "{fault}");
        assert_eq!(scene.view("azure").reachability.cause, Some(cause), "{fault}");
        scene.end().await;
    }
}

#[tokio::test(start_paused = true)]
async fn twenty_percent_loss_is_no_loss_of_the_cluster() {
    let scene = Scene::of(&["azure", "logius", "eu"]).await;
    for cluster in ["azure", "logius", "eu"] {
        let lossy = Quality {
            loss_per_mille: 200,
            ..Quality::NEAR
        };
        scene.world.network().set_quality(cluster, lossy);
        scene
            .until(cluster, SOON, |view| view.cluster.contact == Contact::Reachable)
            .await;
    }
    let end = tokio::time::Instant::now() + Duration::from_mins(10);
    while tokio::time::Instant::now() < end {
        tokio::time::sleep(Duration::from_millis(200)).await;
        for (name, view) in scene.fleet.view() {
            assert!(
                !matches!(view.cluster.contact, Contact::Lost { .. }),
                "{name}: {:?}",
                view.reachability
            );
        }
    }
    scene.end().await;
}

#[tokio::test(start_paused = true)]
async fn an_unreadable_kubeconfig_is_never_a_loss_and_says_what_is_wrong() {
    let scene = Scene::of(&["azure", "eu"]).await;
    scene.connector.broken.lock().unwrap().push("azure".to_owned());
    // Of a cluster that was never reached: engage it again.
    let eu = crate::support::member(&crate::support::whole("eu"));
    scene.fleet.set_members(vec![eu.clone()]);
    scene
        .fleet
        .set_members(vec![eu, crate::support::member(&crate::support::whole("azure"))]);
    tokio::time::sleep(Duration::from_mins(5)).await;
    let view = scene.view("azure");
    assert_eq!(view.cluster.contact, Contact::Unknown);
    assert_eq!(view.reachability.cause, Some(Cause::Misconfigured));
    assert!(
        view.reachability
            .message
            .as_deref()
            .is_some_and(|text| text.contains("it is empty"))
    );
    assert_eq!(scene.view("eu").cluster.contact, Contact::Reachable);
    scene.connector.broken.lock().unwrap().clear();
    scene
        .until("azure", SOON, |view| view.cluster.contact == Contact::Reachable)
        .await;
    scene.end().await;
}

#[tokio::test(start_paused = true)]
async fn a_loss_that_the_hub_recorded_keeps_its_time_over_a_restart() {
    let scene = Scene::of(&["azure"]).await;
    scene.world.cut("azure", Fault::Partition);
    scene.fleet.set_members(Vec::new());
    let mut member = crate::support::member(&crate::support::whole("azure"));
    let (heard, lost) = ("2025-12-31T23:00:00Z", "2025-12-31T23:00:09Z");
    let status =
        serde_json::json!({"reachability": {"state": "Lost", "since": lost, "lastHeartbeat": heard}});
    member.status = Some(serde_json::from_value(status).unwrap());
    scene.fleet.set_members(vec![member]);
    scene
        .until("azure", SOON, |view| {
            matches!(view.cluster.contact, Contact::Lost { last_heartbeat, detected_at }
                if last_heartbeat.to_string() == heard && detected_at.to_string() == lost)
        })
        .await;
    scene.end().await;
}
