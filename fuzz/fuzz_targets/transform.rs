//! No manifest makes the transform or the rewriting of its text panic; doing either twice changes nothing more, and what is
//! written reads as what is sent.
#![no_main]

use std::{collections::BTreeMap, sync::LazyLock};

use havenmeester_portability::{ClusterClasses, Route, Start, StorageClassKind, manifests, read, retouch, transform};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

/// Two clusters on which nothing has the same name.
static CLASSES: LazyLock<(ClusterClasses, ClusterClasses)> = LazyLock::new(|| {
    let mk = |storage: &str, ingress: &str, registry: &str, priority: &str| ClusterClasses {
        storage: BTreeMap::from([(StorageClassKind::Rwo, storage.to_owned())]),
        default_storage: Some(storage.to_owned()),
        ingress: Some(ingress.to_owned()),
        registries: BTreeMap::from([("apps".to_owned(), registry.to_owned())]),
        priorities: BTreeMap::from([("high".to_owned(), priority.to_owned())]),
        ..ClusterClasses::default()
    };
    (
        mk("managed-csi", "azure-application-gateway", "parkeren.azurecr.io", "high"),
        mk("thin-csi", "nginx", "harbor.example.nl/parkeren", "important"),
    )
});

fuzz_target!(|bytes: &[u8]| {
    let objects: Vec<Value> = read(bytes).manifests.into_iter().map(|manifest| manifest.object).collect();
    let (from, to) = &*CLASSES;
    let route = Route {
        from,
        to,
        namespaces_only: None,
        served: None,
    };
    let once = transform(&objects, &route, Start::Stopped);
    let sent: Vec<Value> = once.objects.iter().map(|planned| planned.object.clone()).collect();
    let twice = transform(&sent, &route, Start::Stopped);
    let again: Vec<Value> = twice.objects.iter().map(|planned| planned.object.clone()).collect();
    assert_eq!(sent, again);
    let ([after], Ok(text)) = (sent.as_slice(), str::from_utf8(bytes)) else {
        return;
    };
    if let Some(written) = retouch(text, after) {
        assert_eq!(manifests(&written).ok().as_deref(), Some(sent.as_slice()));
        assert_eq!(retouch(&written, after).as_ref(), Some(&written));
    }
});
