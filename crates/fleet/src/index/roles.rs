//! What is kept of an object, by what its kind is to us.
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use havenmeester_placement::Demand;
use havenmeester_portability::{Serving, capture, is_serving};
use serde_json::Value;

use super::{Index, Namespace, Place, Scoped, Touched};
use crate::copy::Kept;
use crate::demand;

/// What a kind is to us.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Role {
    /// Tells which namespaces matter.
    Namespace,
    /// Offers capacity.
    Node,
    /// Uses capacity; kept when nothing else would make it again.
    Pod,
    /// A name that claims may use.
    StorageClass,
    /// A name that ingresses may use.
    IngressClass,
    /// Cluster-scoped, and perhaps needed by a workload.
    Shared,
    /// Part of a workload.
    Part,
}

impl Role {
    /// The cluster-scoped kinds that are watched, with what they are to us.
    pub(crate) const CLUSTER: [(&'static str, &'static str, Self); 7] = [
        ("", "Namespace", Self::Namespace),
        ("", "Node", Self::Node),
        ("storage.k8s.io", "StorageClass", Self::StorageClass),
        ("networking.k8s.io", "IngressClass", Self::IngressClass),
        ("rbac.authorization.k8s.io", "ClusterRole", Self::Shared),
        ("rbac.authorization.k8s.io", "ClusterRoleBinding", Self::Shared),
        ("scheduling.k8s.io", "PriorityClass", Self::Shared),
    ];

    /// What a namespaced kind is to us.
    pub(crate) fn of(group: &str, kind: &str) -> Self {
        if (group, kind) == ("", "Pod") {
            Self::Pod
        } else {
            Self::Part
        }
    }
}

const NOTHING: Touched = Touched {
    view: false,
    capture: false,
    wanted: false,
};

const fn view(changed: bool) -> Touched {
    Touched {
        view: changed,
        ..NOTHING
    }
}

impl Index {
    /// An object is there as given.
    pub(crate) fn apply(
        &mut self,
        list: &Scoped,
        role: Role,
        namespace: &str,
        name: &str,
        object: &Value,
    ) -> Touched {
        match role {
            Role::Namespace => self.set_namespace(name, &namespace_of(object)),
            Role::Node => {
                let offered = if is_usable(object) {
                    demand::of_node(object)
                } else {
                    Demand::default()
                };
                let zone = zone_of(object).map(Box::from);
                let before = match zone.clone() {
                    Some(zone) => self.node_zones.insert(name.into(), zone),
                    None => self.node_zones.remove(name),
                };
                view(self.nodes.insert(name.into(), offered.clone()) != Some(offered) || before != zone)
            }
            Role::Pod => {
                let used = self.use_pod(namespace, name, object);
                used.and(self.keep(list, namespace, name, object))
            }
            Role::StorageClass => {
                let default = is_default_storage(object);
                view(self.storage.insert(name.into(), default) != Some(default))
            }
            Role::IngressClass => view(self.ingress.insert(name.into())),
            Role::Shared => self.share(list, name, object),
            Role::Part => self.keep(list, namespace, name, object),
        }
    }

    /// An object is gone.
    pub(crate) fn delete(&mut self, list: &Scoped, role: Role, namespace: &str, name: &str) -> Touched {
        match role {
            Role::Namespace => self.drop_namespace(name),
            Role::Node => {
                self.node_zones.remove(name);
                view(self.nodes.remove(name).is_some())
            }
            Role::Pod => {
                let place: Place = (namespace.into(), name.into());
                let used = self.pods.remove(&place).is_some();
                self.forget(list, namespace, name).and(view(used))
            }
            Role::StorageClass => view(self.storage.remove(name).is_some()),
            Role::IngressClass => view(self.ingress.remove(name)),
            Role::Shared => {
                let gone = self.shared.remove(&(list.gvk.clone(), name.into())).is_some();
                self.share_changed(gone)
            }
            Role::Part => self.forget(list, namespace, name),
        }
    }

    /// What of this list is known.
    pub(super) fn places(&self, list: &Scoped, role: Role) -> BTreeSet<Place> {
        let bare = |name: &str| (Box::from(""), Box::from(name));
        match role {
            Role::Namespace => self.namespaces.keys().map(|name| bare(name)).collect(),
            Role::Node => self.nodes.keys().map(|name| bare(name)).collect(),
            Role::StorageClass => self.storage.keys().map(|name| bare(name)).collect(),
            Role::IngressClass => self.ingress.iter().map(|name| bare(name)).collect(),
            Role::Shared => {
                let of_kind = self.shared.keys().filter(|(gvk, _)| *gvk == list.gvk);
                of_kind.map(|(_, name)| bare(name)).collect()
            }
            Role::Pod => {
                let here = |place: &&Place| list.namespace.as_deref().is_none_or(|only| *place.0 == *only);
                let mut places: BTreeSet<Place> = self.pods.keys().filter(here).cloned().collect();
                places.extend(self.kept_places(list));
                places
            }
            Role::Part => self.kept_places(list).collect(),
        }
    }

    fn kept_places<'i>(&'i self, list: &'i Scoped) -> impl Iterator<Item = Place> + 'i {
        let here = |name: &str| list.namespace.as_deref().is_none_or(|only| name == only);
        self.spaces
            .iter()
            .filter(move |(name, _)| here(name))
            .flat_map(|(namespace, space)| {
                let of_kind = space.objects.keys().filter(|(gvk, _)| *gvk == list.gvk);
                of_kind.map(|(_, name)| (namespace.as_str().into(), name.clone()))
            })
    }

    fn use_pod(&mut self, namespace: &str, name: &str, pod: &Value) -> Touched {
        let place: Place = (namespace.into(), name.into());
        let phase = pod.pointer("/status/phase").and_then(Value::as_str);
        if matches!(phase, Some("Succeeded" | "Failed")) {
            return view(self.pods.remove(&place).is_some());
        }
        let asked = pod.get("spec").map(demand::of_pod_spec).unwrap_or_default();
        view(self.pods.insert(place, asked.clone()) != Some(asked))
    }

    fn share(&mut self, list: &Scoped, name: &str, object: &Value) -> Touched {
        // The API server's own roles are on every cluster.
        let label = "/metadata/labels/kubernetes.io~1bootstrapping";
        if name.starts_with("system:") || object.pointer(label).is_some() {
            return NOTHING;
        }
        let Some(kept) = capture(object).and_then(|kept| bytes(&kept)) else {
            return NOTHING;
        };
        let before = self.shared.insert((list.gvk.clone(), name.into()), kept.clone());
        self.share_changed(before != Some(kept))
    }

    fn share_changed(&mut self, changed: bool) -> Touched {
        self.shared_generation += u64::from(changed);
        Touched {
            capture: changed,
            ..NOTHING
        }
    }

    fn keep(&mut self, list: &Scoped, namespace: &str, name: &str, object: &Value) -> Touched {
        if !self.wanted.contains(namespace) {
            return NOTHING;
        }
        let Some(kept) = Kept::of(&list.gvk, object) else {
            // Finished, or made by an owner: it may have been kept before it was.
            return self.forget(list, namespace, name);
        };
        let space = self.spaces.entry(namespace.to_owned()).or_default();
        let key = (list.gvk.clone(), name.into());
        if matches!(is_serving(object), Serving::No(_)) {
            space.idle.insert(key.clone());
        } else {
            space.idle.remove(&key);
        }
        if space.objects.get(&key) == Some(&kept) {
            return NOTHING;
        }
        space.objects.insert(key, kept);
        space.generation += 1;
        Touched {
            view: true,
            capture: true,
            ..NOTHING
        }
    }

    fn forget(&mut self, list: &Scoped, namespace: &str, name: &str) -> Touched {
        let Some(space) = self.spaces.get_mut(namespace) else {
            return NOTHING;
        };
        let key = (list.gvk.clone(), name.into());
        space.idle.remove(&key);
        if space.objects.remove(&key).is_none() {
            return NOTHING;
        }
        space.generation += 1;
        Touched {
            view: true,
            capture: true,
            ..NOTHING
        }
    }
}

/// A namespace from its object.
pub(crate) fn namespace_of(object: &Value) -> Namespace {
    let labels = object.pointer("/metadata/labels").and_then(Value::as_object);
    let text = |(name, value): (&String, &Value)| Some((name.clone(), value.as_str()?.to_owned()));
    let labels: BTreeMap<String, String> = labels.into_iter().flatten().filter_map(text).collect();
    let deleting = object.pointer("/metadata/deletionTimestamp");
    Namespace {
        terminating: deleting.is_some_and(|at| !at.is_null()),
        kept: capture(object).and_then(|kept| bytes(&kept)),
        labels,
    }
}

fn bytes(object: &Value) -> Option<Arc<[u8]>> {
    serde_json::to_vec(object).ok().map(Into::into)
}

fn is_usable(node: &Value) -> bool {
    node.pointer("/spec/unschedulable").and_then(Value::as_bool) != Some(true)
}

/// Where a node stands, by the well-known label.
fn zone_of(node: &Value) -> Option<&str> {
    node.pointer("/metadata/labels")?
        .get("topology.kubernetes.io/zone")?
        .as_str()
}

fn is_default_storage(class: &Value) -> bool {
    let annotations = class.pointer("/metadata/annotations");
    let says = |name: &str| annotations.and_then(|all| all.get(name)).and_then(Value::as_str) == Some("true");
    says("storageclass.kubernetes.io/is-default-class")
        || says("storageclass.beta.kubernetes.io/is-default-class")
}
