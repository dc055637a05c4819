//! Which claims get a volume, and what becomes of it.

use serde_json::{Value, json};

use super::{
    super::{
        cache::{Cache, Seen},
        kind::{Key, Kind},
        write::Write,
    },
    decide, release,
};
use crate::reflect::Change;

fn mk_claim(class: &Value) -> Value {
    json!({
        "metadata": {"namespace": "a", "name": "c", "uid": "u"},
        "spec": {
            "storageClassName": class, "accessModes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": "1Gi"}},
        },
        "status": {"phase": "Pending"},
    })
}

fn mk_cache(claim: Value) -> Cache {
    let mut cache = Cache::default();
    let class = json!({
        "metadata": {"name": "fast", "annotations": {"storageclass.kubernetes.io/is-default-class": "true"}},
        "provisioner": "p",
    });
    cache.see(Seen::Class(Change::Applied(Box::new(
        serde_json::from_value(class).unwrap(),
    ))));
    cache.absorb(Kind::Claim, claim);
    cache
}

fn writes(cache: &Cache) -> Vec<Write> {
    let key: Key = ("a".to_owned(), "c".to_owned());
    decide(cache, &key).writes
}

#[test]
fn a_claim_of_a_class_gets_a_volume_and_is_bound_to_it() {
    let mut cache = mk_cache(mk_claim(&json!("fast")));
    let made = writes(&cache);
    let [
        Write::Create {
            kind: Kind::PersistentVolume,
            body,
            ..
        },
    ] = made.as_slice()
    else {
        panic!("{made:?}")
    };
    assert_eq!(body["metadata"]["name"], "pvc-u");
    assert_eq!(body["spec"]["storageClassName"], "fast");
    cache.absorb(Kind::PersistentVolume, body.clone());
    let bound = |write: &Write| matches!(write, Write::Status { status, .. } if status["phase"] == "Bound");
    assert_eq!(writes(&cache).iter().filter(|write| bound(write)).count(), 2);
}

#[test]
fn a_claim_of_an_unknown_class_stays_unbound() {
    assert_eq!(writes(&mk_cache(mk_claim(&json!("slow")))), []);
    assert_eq!(writes(&mk_cache(mk_claim(&json!("")))), []);
}

#[test]
fn a_claim_without_a_class_takes_the_default() {
    let made = writes(&mk_cache(mk_claim(&Value::Null)));
    assert!(
        matches!(
            made.last(),
            Some(Write::Create {
                kind: Kind::PersistentVolume,
                ..
            })
        ),
        "{made:?}"
    );
}

#[test]
fn a_volume_goes_with_its_claim_unless_it_is_retained() {
    let volume = |policy| {
        let mut cache = Cache::default();
        cache.absorb(
            Kind::PersistentVolume,
            json!({
                "metadata": {"name": "v", "uid": "v"},
                "spec": {
                    "persistentVolumeReclaimPolicy": policy,
                    "claimRef": {"namespace": "a", "name": "c", "uid": "u"},
                },
                "status": {"phase": "Bound"},
            }),
        );
        release(&cache, &(String::new(), "v".to_owned())).writes
    };
    assert!(matches!(volume("Delete").as_slice(), [Write::Delete { .. }]));
    assert!(
        matches!(volume("Retain").as_slice(), [Write::Status { status, .. }] if status["phase"] == "Released")
    );
}
