//! An object being changed, with a note of every change and its reason.
//!
//! Invariant: setting what is already so, or removing what is not there, is no change.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Why a field is not sent as it was captured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Why {
    /// The API server of the source wrote it.
    ServerSet,
    /// The source cluster allocated it: an address, a port, a node, a volume.
    Allocated,
    /// An address of the source's network that the user asked for.
    SourceAddress,
    /// Points to an owner by a uid that exists only on the source.
    OwnerStaysBehind,
    /// Its controller is not served on the target: deletion would hang for ever.
    FinalizerUnserved,
    /// An admission webhook or controller put it in, and does so again on the target.
    Injected,
    /// A controller of the source's cloud wrote it.
    CloudWritten,
    /// The network or runtime of the source's nodes wrote it.
    RuntimeWritten,
    /// The delivery controller of the source would take the copy for its own.
    DeliveryTracking,
    /// The other cluster has another name for the same storage.
    StorageClassMapped,
    /// The other cluster has another name for the same entry point.
    EntryClassMapped,
    /// The other cluster has another issuer in the same role.
    IssuerMapped,
    /// The other cluster has another registry in the same role.
    RegistryMapped,
    /// By the digest to which its name led: the same bytes whatever becomes of the name.
    DigestPinned,
    /// The other cluster has another priority in the same role.
    PriorityMapped,
    /// The other cluster has other labels on the nodes of the same role.
    NodesMapped,
    /// Data comes by a data engine, not from a snapshot on the source.
    DataSourceStaysBehind,
    /// Created stopped: it starts when the source stands still.
    Stopped,
    /// Was stopped by an earlier move and runs again here.
    Restored,
    /// Must not run a second time: a person decides.
    HeldOnce,
    /// The server writes this label itself from the object's name.
    ServerLabel,
}

impl fmt::Display for Why {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::ServerSet => "set by the source's API server",
            Self::Allocated => "allocated by the source cluster",
            Self::SourceAddress => "an address in the source's network",
            Self::OwnerStaysBehind => "the owner's uid exists only on the source",
            Self::FinalizerUnserved => "no controller on the target would remove this finalizer",
            Self::Injected => "injected again on the target",
            Self::CloudWritten => "written by a controller of the source's cloud",
            Self::RuntimeWritten => "written by the source's network or runtime",
            Self::DeliveryTracking => "tracks the delivery controller of the source",
            Self::StorageClassMapped => "the target's name for this storage",
            Self::EntryClassMapped => "the target's name for this entry point",
            Self::IssuerMapped => "the target's issuer in this role",
            Self::RegistryMapped => "the target's registry in this role",
            Self::DigestPinned => "the digest to which the name led",
            Self::PriorityMapped => "the target's priority in this role",
            Self::NodesMapped => "the target's nodes in this role",
            Self::DataSourceStaysBehind => "the data source stays on the source",
            Self::Stopped => "created stopped, started when the source stands still",
            Self::Restored => "as it was before it was stopped",
            Self::HeldOnce => "may have run on the source, must not run twice",
            Self::ServerLabel => "the server sets this label itself",
        })
    }
}

/// One field that differs between what was captured and what is sent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// Field path: `spec.ports[0].nodePort`, `metadata.annotations[a.b/c]`.
    pub path: String,
    /// Value before; none where there was none, and where it is bulky (`status`, `managedFields`) or may
    /// hold what a Secret holds.
    pub before: Option<Value>,
    /// Value after; none where the field is gone.
    pub after: Option<Value>,
    /// The reason.
    pub why: Why,
}

/// Maps that mean nothing when empty: the last entry's removal removes them too.
const PRUNED: &[&str] = &["annotations", "labels", "nodeSelector", "finalizers"];

/// An object under change.
pub(crate) struct Draft {
    object: Value,
    changes: Vec<Change>,
    /// Values of Secrets (their annotations too: `kubectl apply` keeps all of the object there) are not noted.
    discreet: bool,
}

impl Draft {
    pub(crate) fn new(object: Value) -> Self {
        let discreet = object.get("kind").and_then(Value::as_str) == Some("Secret");
        Self {
            object,
            changes: Vec::new(),
            discreet,
        }
    }

    pub(crate) fn object(&self) -> &Value {
        &self.object
    }

    pub(crate) fn finish(self) -> (Value, Vec<Change>) {
        (self.object, self.changes)
    }

    /// Notes a field that was left out when the object was copied, without its value.
    pub(crate) fn note_left_out(&mut self, path: &[&str], why: Why) {
        self.changes.push(Change {
            path: spell(path),
            before: None,
            after: None,
            why,
        });
    }

    /// Takes the field at a path away. Numbers in the path are places in lists.
    pub(crate) fn remove(&mut self, path: &[&str], why: Why) {
        let Some((last, parents)) = path.split_last() else {
            return;
        };
        let Some(parent) = reach(&mut self.object, parents) else {
            return;
        };
        let (before, emptied) = if let Some(list) = parent.as_array_mut() {
            let Some(place) = last.parse::<usize>().ok().filter(|place| *place < list.len()) else {
                return;
            };
            (list.remove(place), list.is_empty())
        } else if let Some(map) = parent.as_object_mut() {
            let Some(before) = map.remove(*last) else { return };
            (before, map.is_empty())
        } else {
            return;
        };
        if emptied && parents.last().is_some_and(|name| PRUNED.contains(name)) {
            self.prune(parents);
        }
        let before = (!self.discreet).then_some(before);
        self.changes.push(Change {
            path: spell(path),
            before,
            after: None,
            why,
        });
    }

    fn prune(&mut self, path: &[&str]) {
        let Some((last, parents)) = path.split_last() else {
            return;
        };
        if let Some(map) = reach(&mut self.object, parents).and_then(Value::as_object_mut) {
            map.remove(*last);
        }
    }

    /// Puts a value at a path, making the maps on the way.
    pub(crate) fn set(&mut self, path: &[&str], value: Value, why: Why) {
        let Some((last, parents)) = path.split_last() else {
            return;
        };
        let mut parent = &mut self.object;
        for step in parents {
            let Some(inner) = enter(parent, step) else { return };
            parent = inner;
        }
        if parent.is_null() {
            *parent = Value::Object(Map::new());
        }
        let Some(map) = parent.as_object_mut() else { return };
        if map.get(*last) == Some(&value) {
            return;
        }
        let before = map
            .insert((*last).to_owned(), value.clone())
            .filter(|_| !self.discreet);
        self.changes.push(Change {
            path: spell(path),
            before,
            after: Some(value),
            why,
        });
    }

    /// Takes away every annotation that a test picks, on the object or on its Pods (`at`).
    pub(crate) fn remove_annotations(&mut self, at: &[&str], why: Why, picks: impl Fn(&str) -> bool) {
        self.remove_entries(&[at, &["metadata", "annotations"]].concat(), why, picks);
    }

    /// Takes away every item of the list at `path` that a test picks; an emptied list goes too.
    pub(crate) fn remove_items(&mut self, path: &[&str], why: Why, picks: impl Fn(&Value) -> bool) {
        let list = crate::field::items(&self.object, path);
        let places: Vec<usize> = list
            .iter()
            .enumerate()
            .filter(|(_, item)| picks(item))
            .map(|(place, _)| place)
            .collect();
        if places.len() == list.len() && !places.is_empty() {
            return self.remove(path, why);
        }
        for place in places.iter().rev() {
            self.remove(&[path, &[place.to_string().as_str()]].concat(), why);
        }
    }

    /// Takes away every entry of the map at `path` whose name a test picks.
    pub(crate) fn remove_entries(&mut self, path: &[&str], why: Why, picks: impl Fn(&str) -> bool) {
        let names: Vec<String> = crate::field::entries(&self.object, path)
            .filter(|(name, _)| picks(name))
            .map(|(name, _)| name.clone())
            .collect();
        for name in &names {
            self.remove(&[path, &[name.as_str()]].concat(), why);
        }
    }
}

fn enter<'v>(value: &'v mut Value, step: &str) -> Option<&'v mut Value> {
    if value.is_array() {
        return value.as_array_mut()?.get_mut(step.parse::<usize>().ok()?);
    }
    if value.is_null() {
        *value = Value::Object(Map::new());
    }
    Some(
        value
            .as_object_mut()?
            .entry(step.to_owned())
            .or_insert_with(|| Value::Object(Map::new())),
    )
}

fn reach<'v>(value: &'v mut Value, path: &[&str]) -> Option<&'v mut Value> {
    path.iter().try_fold(value, |inner, step| {
        if inner.is_array() {
            inner.as_array_mut()?.get_mut(step.parse::<usize>().ok()?)
        } else {
            inner.get_mut(step)
        }
    })
}

/// A path as people write it.
pub(crate) fn spell(path: &[&str]) -> String {
    let mut out = String::new();
    for step in path {
        if step.contains(['.', '/']) || step.bytes().all(|b| b.is_ascii_digit()) {
            out.push('[');
            out.push_str(step);
            out.push(']');
        } else {
            if !out.is_empty() {
                out.push('.');
            }
            out.push_str(step);
        }
    }
    out
}
