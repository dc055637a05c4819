//! Which kinds are watched.
use havenmeester_portability::Gvk;
use kube::core::{ApiResource, GroupVersionKind};
use kube::discovery::{ApiCapabilities, Scope};

use super::Served;

fn add(
    served: &mut Served,
    group: &str,
    version: &str,
    kind: &str,
    scope: Scope,
    verbs: &[&str],
    preferred: bool,
) {
    let resource = ApiResource::from_gvk(&GroupVersionKind::gvk(group, version, kind));
    let operations = verbs.iter().map(|verb| (*verb).to_owned()).collect();
    let can = ApiCapabilities {
        scope,
        subresources: Vec::new(),
        operations,
    };
    served.add(resource, &can, preferred);
}

#[test]
fn only_kinds_that_can_be_watched_and_captured_are_watched_once() {
    let mut served = Served::default();
    let both = ["list", "watch"];
    add(
        &mut served,
        "apps",
        "v1",
        "Deployment",
        Scope::Namespaced,
        &both,
        true,
    );
    add(
        &mut served,
        "example.org",
        "v1",
        "Thing",
        Scope::Namespaced,
        &both,
        true,
    );
    add(
        &mut served,
        "example.org",
        "v1beta1",
        "Thing",
        Scope::Namespaced,
        &both,
        false,
    );
    add(&mut served, "", "v1", "Event", Scope::Namespaced, &both, true);
    add(
        &mut served,
        "",
        "v1",
        "Binding",
        Scope::Namespaced,
        &["create"],
        true,
    );
    add(&mut served, "", "v1", "Node", Scope::Cluster, &both, true);
    let captured: Vec<String> = served.captured().map(|(gvk, _)| gvk.to_string()).collect();
    assert_eq!(captured, ["apps/v1 Deployment", "example.org/v1 Thing"]);
    assert!(served.contains(&Gvk::new("example.org", "v1beta1", "Thing")));
    assert!(served.cluster_kind("", "Node").is_some() && served.cluster_kind("apps", "Deployment").is_none());
    assert_eq!(
        served
            .get(&Gvk::new("apps", "v1", "Deployment"))
            .map(|(_, namespaced)| namespaced),
        Some(true)
    );
}
