//! One seed, one story: the whole daemon, twice, logs byte for byte.

use havenmeester_simulator::Fault;

use crate::stage::{AZURE, Stage};

async fn story(seed: u64) -> Vec<String> {
    let stage = Stage::set(seed).await;
    stage.app(AZURE, "vital", "critical", "exclusive").await;
    stage.app(AZURE, "parking", "low", "replicable").await;
    let daemon = stage.daemon("one");
    stage.settles("vital", "eu-1").await;
    stage.is_captured("parking").await;
    stage.world.cut(AZURE, Fault::Partition);
    stage.settles("parking", "eu-1").await;
    stage.world.heal(AZURE);
    tokio::time::sleep(std::time::Duration::from_mins(1)).await;
    daemon.end().await;
    let log = stage.world.log();
    stage.end().await;
    log
}

fn play(seed: u64) -> Vec<String> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .unwrap();
    runtime.block_on(story(seed))
}

#[test]
fn one_seed_gives_one_log() {
    for seed in [1, 7] {
        let (first, second) = (play(seed), play(seed));
        let differs = first.iter().zip(&second).position(|(a, b)| a != b);
        if let Some(at) = differs {
            panic!("seed {seed}: line {at}\n{}\n{}", first[at], second[at]);
        }
        assert_eq!(first.len(), second.len(), "seed {seed}");
    }
}

#[test]
fn other_seeds_give_other_logs() {
    assert_ne!(play(1), play(2));
}
