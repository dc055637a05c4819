//! What an API server serves: each kind in each version, and which of them are worth a watch.
use std::collections::BTreeMap;

use havenmeester_portability::{Gvk, is_captured_kind};
use kube::Client;
use kube::discovery::{ApiCapabilities, ApiResource, Discovery, Scope, verbs};

/// What an API server serves, as it said it at one time.
#[derive(Clone, Debug, Default)]
pub struct Served {
    kinds: BTreeMap<Gvk, Kind>,
    groups: usize,
}

/// One kind in one version.
#[derive(Clone, Debug)]
struct Kind {
    resource: ApiResource,
    namespaced: bool,
    watchable: bool,
    preferred: bool,
}

impl Served {
    /// Asks the API server: two requests, or two and one per group where it does not aggregate its answer.
    pub(crate) async fn discover(client: &Client) -> kube::Result<Self> {
        let aggregated = Discovery::new(client.clone()).run_aggregated().await;
        let found = match aggregated {
            // An older server answers in the old form, which reads as no groups at all.
            Ok(found) if found.groups().next().is_some() => found,
            Err(error @ (kube::Error::HyperError(_) | kube::Error::Service(_))) => return Err(error),
            Ok(_) | Err(_) => Discovery::new(client.clone()).run().await?,
        };
        Ok(Self::from_discovery(&found))
    }

    fn from_discovery(found: &Discovery) -> Self {
        let mut served = Self::default();
        for group in found.groups() {
            served.groups += 1;
            let preferred = group.preferred_version_or_latest().to_owned();
            for version in group.versions() {
                for (resource, can) in group.versioned_resources(version) {
                    served.add(resource, &can, version == preferred);
                }
            }
        }
        served
    }

    pub(crate) fn add(&mut self, resource: ApiResource, can: &ApiCapabilities, preferred: bool) {
        let gvk = Gvk::new(&resource.group, &resource.version, &resource.kind);
        let kind = Kind {
            namespaced: can.scope == Scope::Namespaced,
            watchable: can.supports_operation(verbs::LIST) && can.supports_operation(verbs::WATCH),
            preferred,
            resource,
        };
        self.kinds.insert(gvk, kind);
    }

    /// How to address a kind, and whether its objects live in namespaces. `None`: it is not served.
    pub fn get(&self, gvk: &Gvk) -> Option<(&ApiResource, bool)> {
        self.kinds.get(gvk).map(|kind| (&kind.resource, kind.namespaced))
    }

    /// Whether the kind is served in that version.
    pub fn contains(&self, gvk: &Gvk) -> bool {
        self.kinds.contains_key(gvk)
    }

    /// Every kind in every version.
    pub fn kinds(&self) -> impl Iterator<Item = &Gvk> {
        self.kinds.keys()
    }

    /// How many API groups there are, the core group included.
    pub const fn groups(&self) -> usize {
        self.groups
    }

    /// The names of the API groups, the core group left out.
    pub fn group_names(&self) -> std::collections::BTreeSet<String> {
        let groups = self.kinds.keys().map(|gvk| gvk.group.clone());
        groups.filter(|group| !group.is_empty()).collect()
    }

    /// Whether nothing is known yet.
    pub fn is_empty(&self) -> bool {
        self.kinds.is_empty()
    }

    /// The namespaced kinds whose objects are captured, each in the version that the server prefers.
    pub(crate) fn captured(&self) -> impl Iterator<Item = (&Gvk, &ApiResource)> {
        self.kinds.iter().filter_map(|(gvk, kind)| {
            let wanted = kind.namespaced
                && kind.watchable
                && kind.preferred
                && is_captured_kind(&gvk.group, &gvk.kind);
            wanted.then_some((gvk, &kind.resource))
        })
    }

    /// A cluster-scoped kind in the version that the server prefers.
    pub(crate) fn cluster_kind(&self, group: &str, kind: &str) -> Option<(&Gvk, &ApiResource)> {
        self.kinds.iter().find_map(|(gvk, found)| {
            let wanted = gvk.group == group && gvk.kind == kind && !found.namespaced && found.watchable;
            (wanted && found.preferred).then_some((gvk, &found.resource))
        })
    }
}

#[cfg(test)]
mod tests;
