//! No manifest makes the transform panic, and doing it twice changes nothing more.
#![no_main]

use havenmeester_portability::{ClusterClasses, Route, Start, read, transform};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

fuzz_target!(|bytes: &[u8]| {
    let objects: Vec<Value> = read(bytes).manifests.into_iter().map(|manifest| manifest.object).collect();
    let (from, to) = (ClusterClasses::default(), ClusterClasses::default());
    let route = Route {
        from: &from,
        to: &to,
        namespaces_only: None,
        served: None,
    };
    let once = transform(&objects, &route, Start::Stopped);
    let sent: Vec<Value> = once.objects.iter().map(|planned| planned.object.clone()).collect();
    let twice = transform(&sent, &route, Start::Stopped);
    let again: Vec<Value> = twice.objects.iter().map(|planned| planned.object.clone()).collect();
    assert_eq!(sent, again);
});
