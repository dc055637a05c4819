//! The latest capture of a workload on a cluster, and no other's; names as paths.

use std::sync::Arc;

use futures::StreamExt as _;
use object_store::{ObjectStore, memory::InMemory, path::Path};
use proptest::prelude::*;

use super::{all, escape, latest, record, unescape};
use crate::{
    capture::{CaptureId, CaptureRef},
    objects::Objects,
};

const WORKLOAD: &str = "havenmeester/shop";
const CLUSTER: &str = "azure-weu";

fn mk_ref(content: &str, second: i64) -> CaptureRef {
    CaptureRef {
        id: CaptureId::of(content.as_bytes()),
        workload: WORKLOAD.to_owned(),
        cluster: CLUSTER.to_owned(),
        taken_at: jiff::Timestamp::from_second(1_795_000_000 + second).unwrap(),
        objects: 3,
        bytes: 4096,
    }
}

fn mk_objects() -> Objects {
    Objects::new(Arc::new(InMemory::new()))
}

async fn latest_of(objects: &Objects) -> Option<CaptureRef> {
    latest(objects, WORKLOAD, CLUSTER).await.unwrap()
}

#[tokio::test]
async fn nothing_was_captured_yet() {
    let objects = mk_objects();
    assert_eq!(latest_of(&objects).await, None);
    assert_eq!(all(&objects, WORKLOAD).await.unwrap(), []);
}

#[tokio::test]
async fn the_latest_never_goes_back_in_time() {
    let objects = mk_objects();
    let (older, newer) = (mk_ref("a", 1), mk_ref("b", 2));
    assert_eq!(record(&objects, newer.clone()).await.unwrap(), newer);
    assert_eq!(record(&objects, older.clone()).await.unwrap(), older);
    assert_eq!(latest_of(&objects).await, Some(newer.clone()));
    assert_eq!(all(&objects, WORKLOAD).await.unwrap(), [newer, older]);
}

#[tokio::test]
async fn the_latest_is_found_across_days() {
    let objects = mk_objects();
    for (content, day) in [("a", 0), ("b", 40), ("c", 3)] {
        record(&objects, mk_ref(content, day * 86_400)).await.unwrap();
    }
    assert_eq!(latest_of(&objects).await, Some(mk_ref("b", 40 * 86_400)));
}

#[tokio::test]
async fn the_same_content_moves_the_latest_on_and_leaves_one_reference() {
    let objects = mk_objects();
    for second in [0, 5, 90_000, 90_000] {
        assert_eq!(
            record(&objects, mk_ref("a", second)).await.unwrap(),
            mk_ref("a", second)
        );
    }
    assert_eq!(all(&objects, WORKLOAD).await.unwrap(), [mk_ref("a", 90_000)]);
    assert_eq!(
        record(&objects, mk_ref("a", 7)).await.unwrap(),
        mk_ref("a", 90_000),
        "known to be so later"
    );
}

#[tokio::test]
async fn content_that_comes_back_is_a_change_of_its_own() {
    let objects = mk_objects();
    for (content, second) in [("a", 1), ("b", 2), ("a", 3)] {
        record(&objects, mk_ref(content, second)).await.unwrap();
    }
    let wanted = [mk_ref("a", 3), mk_ref("b", 2), mk_ref("a", 1)];
    assert_eq!(all(&objects, WORKLOAD).await.unwrap(), wanted);
}

#[tokio::test]
async fn clusters_and_workloads_with_like_names_are_kept_apart() {
    let objects = mk_objects();
    let one = mk_ref("a", 1);
    let other_cluster = CaptureRef {
        cluster: "azure-weu-2".to_owned(),
        ..mk_ref("b", 2)
    };
    let other_workload = CaptureRef {
        workload: "havenmeester/shop-2".to_owned(),
        ..mk_ref("c", 3)
    };
    for new in [&one, &other_cluster, &other_workload] {
        record(&objects, new.clone()).await.unwrap();
    }
    assert_eq!(latest_of(&objects).await, Some(one.clone()));
    assert_eq!(all(&objects, WORKLOAD).await.unwrap(), [other_cluster, one]);
}

#[tokio::test]
async fn a_stray_file_is_passed_over() {
    let store = Arc::new(InMemory::new());
    let objects = Objects::new(store.clone());
    record(&objects, mk_ref("a", 1)).await.unwrap();
    let day = store.list(None).next().await.unwrap().unwrap().location;
    let day: Vec<_> = day.parts().collect();
    let stray = day[..day.len() - 1]
        .iter()
        .cloned()
        .collect::<Path>()
        .join("zzz.txt");
    objects.create(&stray, bytes::Bytes::new()).await.unwrap();
    assert_eq!(latest_of(&objects).await, Some(mk_ref("a", 1)));
    assert_eq!(all(&objects, WORKLOAD).await.unwrap().len(), 1);
}

proptest! {
    #[test]
    fn any_text_survives_as_a_part_of_a_path(text in ".{0,40}") {
        let part = escape(&text);
        prop_assert_eq!(unescape(&part), Some(text));
        let path = Path::from_iter([part.as_str()]);
        prop_assert_eq!(path.as_ref(), part.as_str());
    }

    #[test]
    fn names_of_kubernetes_stay_as_they_are(name in "[a-z0-9]([-a-z0-9.]{0,30}[a-z0-9])?") {
        prop_assert_eq!(escape(&name), name);
    }
}
