//! What is put is got back, sealed in the store, also over a change of keys.

mod on_disk;

use std::sync::Arc;

use futures::TryStreamExt as _;
use object_store::{ObjectStore, ObjectStoreExt as _, memory::InMemory};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::Ledger;
use crate::{
    capture::{Capture, CaptureId},
    error::{Category, LedgerError},
    keys::Keys,
};

fn mk_at(second: i64) -> jiff::Timestamp {
    jiff::Timestamp::from_second(1_795_000_000 + second).unwrap()
}

fn mk_capture(password: &str) -> Capture {
    let secret = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"namespace": "shop", "name": "db"}, "stringData": {"password": password}});
    Capture {
        workload: "havenmeester/shop".to_owned(),
        cluster: "azure-weu".to_owned(),
        objects: vec![secret],
    }
}

fn mk_store() -> Arc<InMemory> {
    Arc::new(InMemory::new())
}

/// Every object of a store, by its path.
async fn contents(store: &dyn ObjectStore) -> Vec<(String, Vec<u8>)> {
    let metas: Vec<_> = store.list(None).try_collect().await.unwrap();
    let mut found = Vec::new();
    for meta in metas {
        let bytes = store.get(&meta.location).await.unwrap().bytes().await.unwrap();
        found.push((meta.location.to_string(), bytes.to_vec()));
    }
    found.sort_unstable();
    found
}

async fn sealed(store: &dyn ObjectStore) -> Vec<(String, Vec<u8>)> {
    contents(store)
        .await
        .into_iter()
        .filter(|(path, _)| path.starts_with("captures/"))
        .collect()
}

#[tokio::test]
async fn a_capture_is_read_back_as_it_was_put() {
    let ledger = Ledger::new(mk_store(), Keys::generate());
    let capture = mk_capture("hunter2");
    let put = ledger.put_capture(&capture, mk_at(1)).await.unwrap();
    assert_eq!((put.objects, put.taken_at), (1, mk_at(1)));
    assert_eq!(put.bytes, capture.plaintext().unwrap().len() as u64);
    assert_eq!(ledger.get_capture(&put.id).await.unwrap(), capture);
    assert_eq!(
        ledger.latest("havenmeester/shop", "azure-weu").await.unwrap(),
        Some(put.clone())
    );
    assert_eq!(ledger.captures("havenmeester/shop").await.unwrap(), [put]);
}

#[tokio::test]
async fn the_same_content_is_written_once() {
    let store = mk_store();
    let ledger = Ledger::new(store.clone(), Keys::generate());
    let first = ledger
        .put_capture(&mk_capture("hunter2"), mk_at(1))
        .await
        .unwrap();
    let before = contents(&*store).await;
    assert_eq!(
        ledger
            .put_capture(&mk_capture("hunter2"), mk_at(1))
            .await
            .unwrap(),
        first
    );
    assert_eq!(contents(&*store).await, before, "repeating it changes nothing");
    let again = ledger
        .put_capture(&mk_capture("hunter2"), mk_at(2))
        .await
        .unwrap();
    assert_eq!((again.id, again.taken_at), (first.id, mk_at(2)));
    assert_eq!(
        sealed(&*store).await,
        before
            .into_iter()
            .filter(|(p, _)| p.starts_with("captures/"))
            .collect::<Vec<_>>()
    );
}

#[tokio::test]
async fn no_plaintext_is_in_the_store() {
    let store = mk_store();
    let ledger = Ledger::new(store.clone(), Keys::generate());
    ledger
        .put_capture(&mk_capture("correct-horse-battery-staple"), mk_at(1))
        .await
        .unwrap();
    let found = contents(&*store).await;
    assert_eq!(found.len(), 2);
    for (path, bytes) in found {
        for plain in ["correct-horse", "stringData", "password"] {
            assert!(!path.contains(plain));
            assert!(
                !bytes.windows(plain.len()).any(|part| part == plain.as_bytes()),
                "{plain} in {path}"
            );
        }
    }
}

#[tokio::test]
async fn a_capture_that_is_not_there_is_missing() {
    let ledger = Ledger::new(mk_store(), Keys::generate());
    let error = ledger.get_capture(&CaptureId::of(b"x")).await.unwrap_err();
    assert!(matches!(error, LedgerError::NoCapture { .. }));
    assert_eq!(error.category(), Category::Missing);
}

#[tokio::test]
async fn without_the_key_a_capture_is_undecryptable() {
    let store = mk_store();
    let put = Ledger::new(store.clone(), Keys::generate())
        .put_capture(&mk_capture("a"), mk_at(1))
        .await
        .unwrap();
    let error = Ledger::new(store, Keys::generate())
        .get_capture(&put.id)
        .await
        .unwrap_err();
    assert_eq!(error.category(), Category::Undecryptable);
}

#[tokio::test]
async fn after_a_rotation_old_captures_open_and_are_sealed_anew_when_put_again() {
    let store = mk_store();
    let old = Keys::generate();
    let put = Ledger::new(store.clone(), old.clone())
        .put_capture(&mk_capture("a"), mk_at(1))
        .await
        .unwrap();
    let ledger = Ledger::new(store.clone(), old.rotated());
    assert_eq!(ledger.get_capture(&put.id).await.unwrap(), mk_capture("a"));
    ledger.put_capture(&mk_capture("a"), mk_at(2)).await.unwrap();
    assert_eq!(sealed(&*store).await.len(), 2);
}

/// Else the hub would believe that it can fail over, and could not.
#[tokio::test]
async fn after_the_loss_of_the_keys_the_same_content_is_sealed_to_the_new_ones() {
    let store = mk_store();
    Ledger::new(store.clone(), Keys::generate())
        .put_capture(&mk_capture("a"), mk_at(1))
        .await
        .unwrap();
    let ledger = Ledger::new(store, Keys::generate());
    let put = ledger.put_capture(&mk_capture("a"), mk_at(1)).await.unwrap();
    assert_eq!(ledger.get_capture(&put.id).await.unwrap(), mk_capture("a"));
}

#[tokio::test]
async fn damaged_content_and_content_of_another_are_corrupt() {
    let store = mk_store();
    let ledger = Ledger::new(store.clone(), Keys::generate());
    let a = ledger.put_capture(&mk_capture("a"), mk_at(1)).await.unwrap();
    let b = ledger.put_capture(&mk_capture("b"), mk_at(2)).await.unwrap();
    let paths: Vec<_> = sealed(&*store)
        .await
        .into_iter()
        .map(|(path, bytes)| (path.into(), bytes))
        .collect();
    let [(first, bytes), (second, _)]: [(object_store::path::Path, Vec<u8>); 2] = paths.try_into().unwrap();
    store.put(&second, bytes.clone().into()).await.unwrap();
    store
        .put(&first, bytes[..bytes.len() / 2].to_vec().into())
        .await
        .unwrap();
    for id in [a.id, b.id] {
        assert_eq!(
            ledger.get_capture(&id).await.unwrap_err().category(),
            Category::Corrupt
        );
    }
}

#[tokio::test(start_paused = true)]
async fn it_works_while_time_stands_still() {
    let before = tokio::time::Instant::now();
    let ledger = Ledger::new(mk_store(), Keys::generate());
    let put = ledger.put_capture(&mk_capture("a"), mk_at(1)).await.unwrap();
    ledger.get_capture(&put.id).await.unwrap();
    ledger.append_all(Vec::new()).await.unwrap();
    ledger.verify().await.unwrap();
    assert_eq!(tokio::time::Instant::now(), before);
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>()
            .prop_map(|number| serde_json::Number::from_f64(number).map_or(Value::Null, Value::Number)),
        ".{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::btree_map(".{0,6}", inner, 0..4)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_capture_is_read_back(workload in ".{0,12}", cluster in ".{0,12}", objects in proptest::collection::vec(any_json(), 0..5)) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let capture = Capture { workload, cluster, objects };
        runtime.block_on(async {
            let ledger = Ledger::new(mk_store(), Keys::generate());
            let put = ledger.put_capture(&capture, mk_at(0)).await.unwrap();
            let mut got = ledger.get_capture(&put.id).await.unwrap();
            let mut wanted = capture.clone();
            wanted.objects.sort_by_key(ToString::to_string);
            got.objects.sort_by_key(ToString::to_string);
            assert_eq!(got, wanted);
            assert_eq!(ledger.latest(&capture.workload, &capture.cluster).await.unwrap(), Some(put.clone()));
            assert_eq!(ledger.captures(&capture.workload).await.unwrap(), [put]);
        });
    }
}
