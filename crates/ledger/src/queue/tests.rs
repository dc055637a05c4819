//! Entries are written together, once each, also when a writer gives up or a write fails.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use futures::{StreamExt as _, future::try_join_all};
use object_store::{
    ObjectStore,
    memory::InMemory,
    throttle::{ThrottleConfig, ThrottledStore},
};
use tokio::time::{Instant, timeout};

use crate::{Category, Entry, EntryKind, Keys, Ledger, LedgerError, Sealed, Verified};

const STEP: Duration = Duration::from_millis(10);

/// A store of which every request takes `STEP`.
fn mk_store() -> Arc<ThrottledStore<InMemory>> {
    let config = ThrottleConfig {
        wait_get_per_call: STEP,
        wait_put_per_call: STEP,
        ..ThrottleConfig::default()
    };
    Arc::new(ThrottledStore::new(InMemory::new(), config))
}

fn mk_ledger(store: &Arc<ThrottledStore<InMemory>>) -> Ledger {
    Ledger::new(store.clone(), Keys::generate())
}

fn mk_entry(message: &str) -> Entry {
    Entry {
        at: "2026-11-24T10:00:03Z".parse().unwrap(),
        actor: "controller".to_owned(),
        kind: EntryKind::StepDone,
        subject: "Migration/havenmeester/shop".to_owned(),
        message: message.to_owned(),
        data: serde_json::Value::Null,
    }
}

async fn messages(ledger: &Ledger) -> Vec<String> {
    let entries = ledger.entries(1).await.unwrap();
    let verified = ledger.verify().await.unwrap();
    assert!(matches!(verified, Verified::Intact { .. }), "{verified:?}");
    entries.into_iter().map(|sealed| sealed.entry.message).collect()
}

fn appends(
    ledger: &Ledger,
    prefix: &str,
    n: usize,
) -> Vec<impl Future<Output = Result<Sealed, LedgerError>> + use<>> {
    let mk = |i| {
        let (ledger, entry) = (ledger.clone(), mk_entry(&format!("{prefix}{i}")));
        async move { ledger.append(entry).await }
    };
    (0..n).map(mk).collect()
}

#[tokio::test(start_paused = true)]
async fn those_who_wait_are_written_together() {
    let store = mk_store();
    let ledger = mk_ledger(&store);
    let began = Instant::now();
    let sealed = try_join_all(appends(&ledger, "", 500)).await.unwrap();
    // Two writes: the first to come alone, then everyone else. Looking for the end takes two requests,
    // each write three: look at the head, put the entries, move the head.
    assert!(began.elapsed() <= STEP * 10, "{:?}", began.elapsed());
    assert_eq!(store.list(None).count().await, 3);
    for (i, sealed) in sealed.iter().enumerate() {
        assert_eq!(sealed.entry.message, i.to_string(), "each gets its own");
    }
    assert_eq!(messages(&ledger).await.len(), 500);
}

#[tokio::test(start_paused = true)]
async fn replicas_that_write_at_the_same_moment_lose_nothing() {
    let store = mk_store();
    let replicas: Vec<_> = (0..4).map(|_| mk_ledger(&store)).collect();
    let all = replicas
        .iter()
        .enumerate()
        .flat_map(|(r, ledger)| appends(ledger, &format!("{r}-"), 20));
    let sealed = try_join_all(all).await.unwrap();
    let numbers: BTreeSet<u64> = sealed.iter().map(|sealed| sealed.seq).collect();
    assert_eq!(numbers, (1..=80).collect());
    let written: BTreeSet<String> = messages(&replicas[0]).await.into_iter().collect();
    assert_eq!(
        written,
        sealed.into_iter().map(|sealed| sealed.entry.message).collect()
    );
}

#[tokio::test(start_paused = true)]
async fn a_writer_cancelled_at_any_moment_loses_and_doubles_nothing() {
    for after in 0..120 {
        let store = mk_store();
        let ledger = mk_ledger(&store);
        // The first writes alone; meanwhile the others queue up, and the leader writes for the follower.
        let [first, leader, follower] = appends(&ledger, "", 3).try_into().ok().unwrap();
        let mut tasks = tokio::task::JoinSet::new();
        tasks.spawn(async move { drop(first.await.unwrap()) });
        tasks.spawn(async move { drop(timeout(Duration::from_millis(after), leader).await) });
        tasks.spawn(async move { drop(follower.await.unwrap()) });
        tasks.join_all().await;
        ledger.append(mk_entry("after")).await.unwrap();

        let written = messages(&ledger).await;
        let times = |message: &str| written.iter().filter(|written| *written == message).count();
        let others = [times("0"), times("2"), times("after")];
        assert_eq!(others, [1, 1, 1], "cancelled after {after} ms: {written:?}");
        assert!(times("1") <= 1, "cancelled after {after} ms: {written:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn who_gives_up_before_its_turn_is_not_written() {
    let store = mk_store();
    let ledger = mk_ledger(&store);
    let [leader, impatient] = appends(&ledger, "", 2).try_into().ok().unwrap();
    let (led, gave_up) = tokio::join!(leader, timeout(STEP, impatient));
    led.unwrap();
    gave_up.unwrap_err();
    ledger.append(mk_entry("after")).await.unwrap();
    assert_eq!(messages(&ledger).await, ["0", "after"]);
}

#[tokio::test(start_paused = true)]
async fn who_waits_for_a_write_that_fails_is_told_why() {
    let store = mk_store();
    let ledger = mk_ledger(&store);
    ledger.append(mk_entry("before")).await.unwrap();
    let damaged = Ledger::new(store.clone(), Keys::generate());
    store
        .put_opts(
            &"log/head.json".into(),
            b"{}".to_vec().into(),
            object_store::PutOptions::default(),
        )
        .await
        .unwrap();
    for append in appends(&damaged, "", 3)
        .into_iter()
        .chain(appends(&ledger, "", 1))
    {
        assert_eq!(append.await.unwrap_err().category(), Category::Corrupt);
    }
    for failed in futures::future::join_all(appends(&ledger, "", 3)).await {
        assert_eq!(failed.unwrap_err().category(), Category::Corrupt);
    }
}
