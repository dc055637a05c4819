//! Replicas that append at once, writes that are cut short, and tampering with the store.

use std::{collections::BTreeSet, sync::Arc};

use futures::{TryStreamExt as _, future::try_join_all};
use object_store::{ObjectStore, ObjectStoreExt as _, memory::InMemory, path::Path};
use proptest::{prelude::*, sample::Index};
use serde_json::json;

use crate::{Category, Entry, EntryKind, Keys, Ledger, LedgerError, Tampering, Verified};

const HEAD: &str = "log/head.json";

fn mk_entry(message: &str) -> Entry {
    Entry {
        at: "2026-11-24T10:00:03Z".parse().unwrap(),
        actor: "controller".to_owned(),
        kind: EntryKind::Decided,
        subject: "Workload/havenmeester/shop".to_owned(),
        message: message.to_owned(),
        data: json!({"to": "eu-west-1", "score": 0.1 + 0.2}),
    }
}

fn mk_entries(prefix: &str, n: usize) -> Vec<Entry> {
    (0..n).map(|i| mk_entry(&format!("{prefix}{i}"))).collect()
}

fn mk_ledger(store: &Arc<InMemory>) -> Ledger {
    Ledger::new(store.clone(), Keys::generate())
}

/// A log with one object per number, of that many entries.
async fn mk_log(sizes: &[usize]) -> (Arc<InMemory>, Ledger) {
    let store = Arc::new(InMemory::new());
    let ledger = mk_ledger(&store);
    for (i, size) in sizes.iter().enumerate() {
        ledger
            .append_all(mk_entries(&format!("{i}-"), *size))
            .await
            .unwrap();
    }
    (store, ledger)
}

async fn paths(store: &InMemory) -> Vec<Path> {
    let metas: Vec<_> = store.list(Some(&Path::from("log"))).try_collect().await.unwrap();
    let mut paths: Vec<_> = metas.into_iter().map(|meta| meta.location).collect();
    paths.sort_unstable();
    paths
}

async fn read(store: &InMemory, path: &Path) -> Vec<u8> {
    store.get(path).await.unwrap().bytes().await.unwrap().to_vec()
}

async fn write(store: &InMemory, path: &Path, bytes: Vec<u8>) {
    store.put(path, bytes.into()).await.unwrap();
}

async fn length(ledger: &Ledger) -> u64 {
    match ledger.verify().await.unwrap() {
        Verified::Intact { entries, .. } => entries,
        broken @ Verified::Broken { .. } => panic!("{broken:?}"),
    }
}

async fn broken(ledger: &Ledger) -> Option<(u64, Tampering)> {
    match ledger.verify().await.unwrap() {
        Verified::Intact { .. } => None,
        Verified::Broken { seq, kind, .. } => Some((seq, kind)),
    }
}

#[tokio::test]
async fn entries_are_numbered_from_one_and_read_back() {
    let (_, ledger) = mk_log(&[]).await;
    assert_eq!(length(&ledger).await, 0);
    let one = ledger.append(mk_entry("a")).await.unwrap();
    let more = ledger.append_all(mk_entries("b", 3)).await.unwrap();
    assert_eq!((one.seq, more[0].seq, more[2].seq), (1, 2, 4));
    let all: Vec<_> = std::iter::once(one).chain(more).collect();
    for from in 0..6 {
        let wanted: Vec<_> = all.iter().filter(|entry| entry.seq >= from).cloned().collect();
        assert_eq!(ledger.entries(from).await.unwrap(), wanted, "from {from}");
    }
    assert_eq!(length(&ledger).await, 4);
}

#[tokio::test]
async fn a_batch_is_one_object() {
    let (store, ledger) = mk_log(&[500, 0]).await;
    assert_eq!(paths(&store).await.len(), 2, "the batch and the head");
    assert_eq!(length(&ledger).await, 500);
}

#[tokio::test]
async fn replicas_that_append_at_once_lose_nothing() {
    let store = Arc::new(InMemory::new());
    let replicas = [mk_ledger(&store), mk_ledger(&store), mk_ledger(&store)];
    let writes = (0..60).map(|i| replicas[i % 3].append(mk_entry(&format!("entry {i}"))));
    let sealed = try_join_all(writes).await.unwrap();
    let numbers: BTreeSet<u64> = sealed.iter().map(|entry| entry.seq).collect();
    assert_eq!(numbers, (1..=60).collect());
    let messages: BTreeSet<String> = replicas[0]
        .entries(1)
        .await
        .unwrap()
        .into_iter()
        .map(|entry| entry.entry.message)
        .collect();
    assert_eq!(messages, (0..60).map(|i| format!("entry {i}")).collect());
    assert_eq!(length(&replicas[1]).await, 60);
}

/// The client of S3 repeats a request whose answer was lost, and then finds its own object in the way.
#[tokio::test]
async fn a_write_whose_answer_was_lost_is_known_again() {
    let store = Arc::new(InMemory::new());
    let (a, b) = (mk_ledger(&store), mk_ledger(&store));
    a.append(mk_entry("before")).await.unwrap();
    b.append(mk_entry("the same")).await.unwrap();
    assert_eq!(a.append(mk_entry("the same")).await.unwrap().seq, 2);
    assert_eq!(length(&a).await, 2);
}

#[tokio::test]
async fn a_crash_between_entry_and_head_is_no_tampering_and_heals() {
    let (store, ledger) = mk_log(&[1, 2]).await;
    let lagging = read(&store, &HEAD.into()).await;
    ledger.append_all(mk_entries("last", 2)).await.unwrap();
    let caught_up = read(&store, &HEAD.into()).await;
    write(&store, &HEAD.into(), lagging).await;

    let restarted = mk_ledger(&store);
    assert_eq!(length(&restarted).await, 5);
    let next = restarted.append(mk_entry("after")).await.unwrap();
    assert_eq!(next.seq, 6);
    assert_ne!(read(&store, &HEAD.into()).await, caught_up);
    assert_eq!(length(&restarted).await, 6);
}

#[tokio::test]
async fn a_crash_before_the_first_head_is_no_tampering_and_heals() {
    let (store, _) = mk_log(&[2]).await;
    store.delete(&HEAD.into()).await.unwrap();
    let restarted = mk_ledger(&store);
    assert_eq!(length(&restarted).await, 2);
    assert_eq!(restarted.append(mk_entry("after")).await.unwrap().seq, 3);
    assert_eq!(length(&restarted).await, 3);
}

#[tokio::test]
async fn a_head_that_was_removed_or_damaged_is_not_covered_up_by_the_next_entry() {
    for damage in [None, Some(b"{}".to_vec())] {
        let (store, ledger) = mk_log(&[1, 1]).await;
        match damage {
            None => store.delete(&HEAD.into()).await.unwrap(),
            Some(bytes) => write(&store, &HEAD.into(), bytes).await,
        }
        for writer in [&ledger, &mk_ledger(&store)] {
            let error = writer.append(mk_entry("next")).await.unwrap_err();
            assert_eq!(error.category(), Category::Corrupt, "{error}");
            let LedgerError::Append { source } = error else {
                panic!("{error}")
            };
            assert!(
                matches!(*source, LedgerError::NoHead | LedgerError::HeadChanged),
                "{source}"
            );
            assert!(matches!(broken(&ledger).await, Some((_, Tampering::Head))));
        }
    }
}

/// Going on is right: what happens after a tampering must be in the log as well.
#[tokio::test]
async fn an_entry_after_a_cut_tail_does_not_cover_it_up() {
    let (store, _) = mk_log(&[1, 1, 1]).await;
    let paths = paths(&store).await;
    store.delete(&paths[2]).await.unwrap();
    let restarted = mk_ledger(&store);
    assert_eq!(restarted.append(mk_entry("after")).await.unwrap().seq, 4);
    assert_eq!(broken(&restarted).await, Some((3, Tampering::Removed)));
}

#[tokio::test]
async fn swapped_and_renamed_objects_are_reordered() {
    let (store, ledger) = mk_log(&[2, 1, 2]).await;
    let paths = paths(&store).await;
    let (one, two) = (read(&store, &paths[0]).await, read(&store, &paths[1]).await);
    write(&store, &paths[0], two.clone()).await;
    write(&store, &paths[1], one.clone()).await;
    assert_eq!(broken(&ledger).await, Some((1, Tampering::Reordered)));

    write(&store, &paths[0], one).await;
    store.delete(&paths[1]).await.unwrap();
    assert_eq!(broken(&ledger).await, Some((3, Tampering::Removed)));
    write(&store, &"log/entries/00000000000000000009.jsonl".into(), two).await;
    assert_eq!(broken(&ledger).await, Some((3, Tampering::Reordered)));
}

#[tokio::test]
async fn a_foreign_object_is_inserted() {
    let (store, ledger) = mk_log(&[2, 1]).await;
    write(&store, &"log/entries/3.jsonl".into(), b"{}".to_vec()).await;
    assert!(matches!(broken(&ledger).await, Some((_, Tampering::Inserted))));
}

#[derive(Clone, Debug)]
enum Mutation {
    FlipByte { object: Index, at: Index, by: u8 },
    DropByte { object: Index, at: Index },
    RemoveObject { object: Index },
    RemoveLine { object: Index, line: Index },
    SwapObjects { one: Index, other: Index },
    CopyObject { from: Index, to: u64 },
}

fn any_mutation() -> impl Strategy<Value = Mutation> {
    let index = any::<Index>;
    prop_oneof![
        (index(), index(), 1..=255_u8).prop_map(|(object, at, by)| Mutation::FlipByte { object, at, by }),
        (index(), index()).prop_map(|(object, at)| Mutation::DropByte { object, at }),
        index().prop_map(|object| Mutation::RemoveObject { object }),
        (index(), index()).prop_map(|(object, line)| Mutation::RemoveLine { object, line }),
        (index(), index()).prop_map(|(one, other)| Mutation::SwapObjects { one, other }),
        (index(), 1..40_u64).prop_map(|(from, to)| Mutation::CopyObject { from, to }),
    ]
}

/// Does it; `false` where it would leave everything as it was.
async fn mutate(store: &InMemory, mutation: Mutation) -> bool {
    let all = paths(store).await; // the entries, then the head
    let entries = &all[..all.len() - 1];
    match mutation {
        Mutation::FlipByte { object, at, by } => {
            let path = object.get(&all);
            let mut bytes = read(store, path).await;
            let at = at.index(bytes.len());
            bytes[at] ^= by;
            write(store, path, bytes).await;
        }
        Mutation::DropByte { object, at } => {
            let path = object.get(&all);
            let mut bytes = read(store, path).await;
            bytes.remove(at.index(bytes.len()));
            write(store, path, bytes).await;
        }
        Mutation::RemoveObject { object } => store.delete(object.get(&all)).await.unwrap(),
        Mutation::RemoveLine { object, line } => {
            let path = object.get(entries);
            let bytes = read(store, path).await;
            let mut lines: Vec<_> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
            lines.remove(line.index(lines.len()));
            write(store, path, lines.concat()).await;
        }
        Mutation::SwapObjects { one, other } => {
            let (one, other) = (one.get(entries), other.get(entries));
            let (first, second) = (read(store, one).await, read(store, other).await);
            write(store, one, second).await;
            write(store, other, first).await;
            return one != other;
        }
        Mutation::CopyObject { from, to } => {
            let (from, to) = (from.get(entries), super::place(to));
            write(store, &to, read(store, from).await).await;
            return *from != to;
        }
    }
    true
}

proptest! {
    #[test]
    fn any_single_mutation_is_seen(
        sizes in proptest::collection::vec(1..4_usize, 2..6),
        mutation in any_mutation(),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let (store, ledger) = mk_log(&sizes).await;
            assert_eq!(length(&ledger).await, sizes.iter().sum::<usize>() as u64);
            let changed = mutate(&store, mutation).await;
            assert_eq!(broken(&ledger).await.is_some(), changed);
        });
    }
}
