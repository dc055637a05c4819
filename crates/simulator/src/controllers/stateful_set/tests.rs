//! The order of pods, and their claims.

use serde_json::{Value, json};

use super::{
    super::{
        cache::Cache,
        kind::{Key, Kind},
        write::Write,
    },
    decide,
};

fn mk_set(replicas: i32) -> Value {
    json!({
        "metadata": {"namespace": "a", "name": "db", "uid": "s", "generation": 1},
        "spec": {
            "replicas": replicas, "serviceName": "db",
            "selector": {"matchLabels": {"app": "db"}},
            "template": {
                "metadata": {"labels": {"app": "db"}},
                "spec": {"containers": [{"name": "c", "image": "one"}]},
            },
            "volumeClaimTemplates": [{
                "metadata": {"name": "data"},
                "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}},
            }],
        },
    })
}

fn mk_cache(set: Value) -> Cache {
    let mut cache = Cache::default();
    cache.absorb(Kind::StatefulSet, set);
    cache
}

fn writes(cache: &Cache) -> Vec<Write> {
    let key: Key = ("a".to_owned(), "db".to_owned());
    decide(cache, &key).writes
}

/// Makes what the set asks for, with the pods in this state.
fn make(cache: &mut Cache, ready: bool) {
    for write in writes(cache) {
        if let Write::Create { kind, mut body, .. } = write {
            body["metadata"]["uid"] = body["metadata"]["name"].clone();
            let ready = if ready { "True" } else { "False" };
            body["status"] = json!({"phase": "Running", "conditions": [{"type": "Ready", "status": ready}]});
            cache.absorb(kind, body);
        }
    }
}

fn names(writes: &[Write]) -> Vec<String> {
    let name = |write: &Write| match write {
        Write::Create { body, .. } => Some(format!("+{}", body["metadata"]["name"].as_str()?)),
        Write::Delete { key, .. } => Some(format!("-{}", key.1)),
        Write::Patch { .. } | Write::Status { .. } => None,
    };
    writes.iter().filter_map(name).collect()
}

#[test]
fn pods_come_in_order_each_with_its_claim() {
    let mut cache = mk_cache(mk_set(2));
    assert_eq!(names(&writes(&cache)), ["+data-db-0", "+db-0"]);
    make(&mut cache, true);
    assert_eq!(names(&writes(&cache)), ["+data-db-1", "+db-1"]);
}

#[test]
fn the_next_pod_waits_until_the_one_before_is_ready() {
    let mut cache = mk_cache(mk_set(2));
    make(&mut cache, false);
    assert!(names(&writes(&cache)).is_empty());
}

#[test]
fn parallel_sets_do_not_wait() {
    let mut set = mk_set(2);
    set["spec"]["podManagementPolicy"] = json!("Parallel");
    assert_eq!(
        names(&writes(&mk_cache(set))),
        ["+data-db-0", "+db-0", "+data-db-1", "+db-1"]
    );
}

#[test]
fn the_last_pod_goes_first_and_its_claim_stays() {
    let mut cache = mk_cache(mk_set(2));
    make(&mut cache, true);
    make(&mut cache, true);
    let mut smaller = mk_set(0);
    smaller["metadata"]["resourceVersion"] = json!("9");
    cache.absorb(Kind::StatefulSet, smaller);
    assert_eq!(names(&writes(&cache)), ["-db-1"]);
}

#[test]
fn a_new_template_replaces_from_the_last_pod() {
    let mut cache = mk_cache(mk_set(2));
    make(&mut cache, true);
    make(&mut cache, true);
    let mut newer = mk_set(2);
    newer["metadata"]["resourceVersion"] = json!("9");
    newer["spec"]["template"]["spec"]["containers"][0]["image"] = json!("two");
    cache.absorb(Kind::StatefulSet, newer);
    assert_eq!(names(&writes(&cache)), ["-db-1"]);
}

#[test]
fn pods_mount_their_own_claims() {
    let made = writes(&mk_cache(mk_set(1)));
    let Some(Write::Create { body, .. }) = made.get(1) else {
        panic!("{made:?}")
    };
    assert_eq!(
        body["spec"]["volumes"],
        json!([{"name": "data", "persistentVolumeClaim": {"claimName": "data-db-0"}}])
    );
    assert_eq!(
        body["metadata"]["labels"]["statefulset.kubernetes.io/pod-name"],
        "db-0"
    );
}
