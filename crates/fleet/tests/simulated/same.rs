//! One seed, one log: the fleet adds no chance of its own to a simulated world.
use std::time::Duration;

use havenmeester_placement::Contact;
use havenmeester_simulator::{Fault, Quality};

use crate::support::{SOON, Scene, config};

/// Everything that happened in a world in which a cluster is lost and comes back, and how often each was asked.
async fn play() -> (Vec<String>, usize, usize) {
    let scene = Scene::of(&["azure", "eu"]).await;
    let lossy = Quality {
        loss_per_mille: 50,
        ..Quality::NEAR
    };
    scene.world.network().set_quality("eu", lossy);
    scene.shop("azure").await;
    scene.track(&["shop"]);
    scene.until("azure", SOON, |view| !view.captures.is_empty()).await;
    scene.apply("azure", config("shop", "b")).await;
    tokio::time::sleep(Duration::from_secs(20)).await;
    scene.world.cut("azure", Fault::Partition);
    tokio::time::sleep(Duration::from_secs(30)).await;
    scene.world.heal("azure");
    scene
        .until("azure", SOON, |view| view.cluster.contact == Contact::Reachable)
        .await;
    tokio::time::sleep(Duration::from_mins(1)).await;
    let played = (scene.world.log(), scene.requests("azure"), scene.requests("eu"));
    scene.end().await;
    played
}

#[test]
fn the_same_world_twice_is_the_same_to_the_last_request() {
    let run = || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .start_paused(true)
            .build()
            .unwrap();
        runtime.block_on(play())
    };
    assert_eq!(run(), run());
}
