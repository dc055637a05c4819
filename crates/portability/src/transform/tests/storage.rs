//! Classes of storage, claims, and the volumes behind them.
use super::*;

#[test]
fn a_storage_class_is_mapped_by_what_the_claim_needs() {
    for (class, modes, expected) in [
        ("managed-csi", &["ReadWriteOnce"][..], "thin"),
        ("managed-premium", &["ReadWriteOnce"], "thin-fast"),
        ("azurefile", &["ReadWriteMany"], "nfs"),
        ("managed-csi", &["ReadWriteMany"], "nfs"),
        ("thin", &["ReadWriteOnce"], "thin"),
    ] {
        let out = one(&mk_claim(class, modes), Start::AsCaptured);
        assert_eq!(out["spec"]["storageClassName"], json!(expected), "{class}");
        assert_eq!(
            out["metadata"],
            mk_claim(class, modes)["metadata"],
            "no annotation where none is needed"
        );
    }
}

#[test]
fn a_class_of_a_template_is_mapped_too() {
    let claim = json!({ "metadata": { "name": "data" }, "spec": { "storageClassName": "managed-premium" } });
    let set = mk(
        "apps/v1",
        "StatefulSet",
        &json!({ "spec": { "volumeClaimTemplates": [claim] } }),
    );
    let out = one(&set, Start::AsCaptured);
    assert_eq!(
        out["spec"]["volumeClaimTemplates"][0]["spec"]["storageClassName"],
        json!("thin-fast")
    );
}

#[test]
fn clusters_that_swap_names_do_not_confuse_a_second_transform_nor_the_way_back() {
    use StorageClassKind::{Rwo, RwoFast};
    let (from, to) = (
        mk_classes(&[(Rwo, "a"), (RwoFast, "b")]),
        mk_classes(&[(Rwo, "b"), (RwoFast, "a")]),
    );
    let there = Route {
        from: &from,
        to: &to,
        namespaces_only: None,
        served: None,
    };
    let out = run(&[mk_claim("a", &["ReadWriteOnce"])], &there, Start::AsCaptured);
    let sent = &out.objects[0].object;
    assert_eq!(sent["spec"]["storageClassName"], json!("b"));
    assert_eq!(sent["metadata"]["annotations"][mark::STORAGE_KIND], json!("Rwo"));
    let back = Route {
        from: &to,
        to: &from,
        namespaces_only: None,
        served: None,
    };
    let out = run(std::slice::from_ref(sent), &back, Start::AsCaptured);
    assert_eq!(out.objects[0].object["spec"]["storageClassName"], json!("a"));
}

#[test]
fn storage_that_the_target_lacks_blocks_and_storage_not_known_is_unknown() {
    let (from, plain) = (mk_azure(), mk_classes(&[(StorageClassKind::Rwo, "thin")]));
    let claim = [mk_claim("azurefile", &["ReadWriteMany"])];
    let route = Route {
        from: &from,
        to: &plain,
        namespaces_only: None,
        served: None,
    };
    has(
        &run(&claim, &route, Start::AsCaptured),
        Question::Storage,
        Severity::Block,
    );
    let unknown = ClusterClasses::default();
    let route = Route {
        to: &unknown,
        ..route
    };
    has(
        &run(&claim, &route, Start::AsCaptured),
        Question::Storage,
        Severity::Unknown,
    );
}

#[test]
fn without_a_known_default_class_plain_storage_is_named() {
    let claim = mk(
        "v1",
        "PersistentVolumeClaim",
        &json!({ "spec": { "accessModes": ["ReadWriteOnce"] } }),
    );
    let (from, mut to) = (mk_azure(), mk_classes(&[(StorageClassKind::Rwo, "thin")]));
    to.default_storage = None;
    let route = Route {
        from: &from,
        to: &to,
        namespaces_only: None,
        served: None,
    };
    let out = run(std::slice::from_ref(&claim), &route, Start::AsCaptured);
    has(&out, Question::Storage, Severity::Warn);
    assert_eq!(out.objects[0].object["spec"]["storageClassName"], json!("thin"));
    let other = ClusterClasses {
        storage: BTreeMap::from([(StorageClassKind::Rwx, "nfs".to_owned())]),
        ..ClusterClasses::default()
    };
    let route = Route { to: &other, ..route };
    let out = run(&[claim], &route, Start::AsCaptured);
    has(&out, Question::Storage, Severity::Block);
}

#[test]
fn a_claim_without_a_class_is_flagged() {
    let claim = mk(
        "v1",
        "PersistentVolumeClaim",
        &json!({ "spec": { "accessModes": ["ReadWriteOnce"] } }),
    );
    let out = azure_to_logius(std::slice::from_ref(&claim), Start::AsCaptured);
    has(&out, Question::Storage, Severity::Warn);
    assert_eq!(out.objects[0].object, claim);
    let many = mk(
        "v1",
        "PersistentVolumeClaim",
        &json!({ "spec": { "accessModes": ["ReadWriteMany"] } }),
    );
    assert_eq!(
        one(&many, Start::AsCaptured)["spec"]["storageClassName"],
        json!("nfs")
    );
}

#[test]
fn a_claims_volume_and_data_source_stay_behind() {
    let claim = mk(
        "v1",
        "PersistentVolumeClaim",
        &json!({ "spec": {
            "storageClassName": "thin", "volumeName": "pv", "volumeMode": "Block",
            "dataSource": { "kind": "VolumeSnapshot", "name": "s" }, "dataSourceRef": { "kind": "VolumeSnapshot", "name": "s" },
        } }),
    );
    let out = azure_to_logius(&[claim], Start::AsCaptured);
    has(&out, Question::Storage, Severity::Warn);
    assert_eq!(
        out.objects[0].object["spec"],
        json!({ "storageClassName": "thin", "volumeMode": "Block" })
    );
}

#[test]
fn plain_storage_that_is_named_for_want_of_a_default_stays_plain() {
    use StorageClassKind::{Rwo, RwoFast};
    // What the target calls plain is what the source calls fast.
    let from = mk_classes(&[(Rwo, "a"), (RwoFast, "b")]);
    let to = ClusterClasses {
        default_storage: None,
        ..mk_classes(&[(Rwo, "b"), (RwoFast, "c")])
    };
    let route = Route {
        from: &from,
        to: &to,
        namespaces_only: None,
        served: None,
    };
    let claim = mk(
        "v1",
        "PersistentVolumeClaim",
        &json!({ "spec": { "accessModes": ["ReadWriteOnce"] } }),
    );
    let out = run(&[claim], &route, Start::AsCaptured);
    assert_eq!(out.objects[0].object["spec"]["storageClassName"], "b");
}
