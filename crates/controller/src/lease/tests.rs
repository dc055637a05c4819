//! Who may lead.
use std::sync::Arc;

use havenmeester_ledger::{Keys, open_store};
use havenmeester_simulator::{ClusterSpec, Fault, User, World};

use super::*;

const DURATION: Duration = Duration::from_secs(15);

fn check(holder: Option<&str>, unchanged_secs: u64, expected: Turn) {
    let seen = Seen {
        holder: holder.map(str::to_owned),
        unchanged_for: Duration::from_secs(unchanged_secs),
    };
    assert_eq!(evaluate(&seen, "me", DURATION), expected, "{seen:?}");
}

#[test]
fn a_lease_of_ours_is_renewed_however_old() {
    check(Some("me"), 0, Turn::Renew);
    check(Some("me"), 99, Turn::Renew);
}

#[test]
fn another_leader_is_left_until_it_was_not_seen_for_the_whole_duration() {
    check(Some("other"), 15, Turn::Wait);
    check(Some("other"), 16, Turn::Take);
}

#[test]
fn a_lease_that_was_given_up_is_free_at_once() {
    check(None, 0, Turn::Take);
    check(Some(""), 0, Turn::Take);
}

fn mk_ledger() -> Ledger {
    Ledger::new(open_store("memory:").unwrap(), Keys::generate())
}

#[test]
fn the_end_of_the_log_is_published_and_never_goes_back() {
    let head = |seq: u64| Kept {
        seq,
        hash: format!("sha256-{}", "0".repeat(64)),
    };
    let mut lease = Lease::default();
    let mut published = |head: Option<Kept>| {
        publish(&mut lease, head);
        lease.metadata.annotations.clone().unwrap().get(LOG_HEAD).cloned()
    };
    assert_eq!(published(None), None);
    assert_eq!(published(Some(head(7))), Some(head(7).to_string()));
    assert_eq!(
        published(Some(head(3))),
        Some(head(7).to_string()),
        "a log that was cut off"
    );
    assert_eq!(published(None), Some(head(7).to_string()));
    assert_eq!(published(Some(head(8))), Some(head(8).to_string()));
}

/// Two that seek the Lease, the leader's way to the hub cut at any point: never both at once, never nobody for long.
#[tokio::test(start_paused = true)]
async fn a_leader_whose_requests_hang_stops_before_another_begins() {
    let phases = (0..3_000).step_by(250);
    for (phase, cut_after) in phases.flat_map(|phase| [200, 1_200, 2_200].map(|cut| (phase, cut))) {
        let world = Arc::new(
            World::builder()
                .cluster("hub", ClusterSpec::default())
                .build()
                .await
                .unwrap(),
        );
        let server = world.cluster("hub").unwrap().server().clone();
        world.network().join("other", server);
        let space =
            serde_json::from_value(serde_json::json!({"metadata": {"name": "havenmeester"}})).unwrap();
        kube::Api::<k8s_openapi::api::core::v1::Namespace>::all(world.cluster("hub").unwrap().admin())
            .create(&PostParams::default(), &space)
            .await
            .unwrap();
        let cancel = CancellationToken::new();
        let mut tasks = tokio::task::JoinSet::new();
        let mut seek = |link: &str| {
            let leading = watch::Sender::new(false);
            let seen = leading.subscribe();
            tasks.spawn(contend(
                world.client(link, User::admin()),
                Arc::new(havenmeester_fleet::SystemClock),
                "havenmeester".to_owned(),
                link.to_owned(),
                DURATION,
                (mk_ledger(), leading),
                cancel.clone(),
            ));
            seen
        };
        let first = seek("hub");
        tokio::time::sleep(Duration::from_millis(10_000 + phase)).await;
        let second = seek("other");
        assert!(*first.borrow());
        tokio::time::sleep(Duration::from_millis(cut_after)).await;
        world.cut("hub", Fault::Partition);
        let begun = Instant::now();
        while !*second.borrow() {
            assert!(
                begun.elapsed() < Duration::from_secs(30),
                "nobody leads: {phase}, {cut_after} ms"
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        assert!(!*first.borrow(), "both lead: {phase}, {cut_after} ms");
        tasks.shutdown().await;
    }
}
