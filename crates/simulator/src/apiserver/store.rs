//! The objects, by resource, and the recent history of each resource.
//!
//! Not here: any rule about what may be written. Invariants: one counter of resource versions for all
//! resources; a stored object never changes, it is replaced; who watches shares the stored object.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use serde_json::Value;
use tokio::sync::watch;

use super::kinds::{Kind, ResourceId};
use super::{convert, object};

/// (namespace, name); the namespace is empty for cluster-scoped objects. Sorts as etcd does.
pub(crate) type Key = (String, String);

/// One version of one object.
#[derive(Debug)]
pub(crate) struct Stored {
    pub(crate) value: Value,
    pub(crate) version: u64,
    pub(crate) labels: BTreeMap<String, String>,
    json: OnceLock<Bytes>,
}

impl Stored {
    fn new(value: Value, version: u64) -> Self {
        let labels = object::labels(&value);
        Self {
            value,
            version,
            labels,
            json: OnceLock::new(),
        }
    }

    /// The object as JSON in the version of `kind`. Most of it is made once and shared.
    pub(crate) fn json(&self, kind: &Kind) -> Bytes {
        if let Some(converted) = convert::to_kind(&self.value, kind) {
            return Bytes::from(converted.to_string());
        }
        let bare = self.bare();
        let head = format!(
            "{{\"kind\":{:?},\"apiVersion\":{:?},",
            kind.kind,
            kind.api_version()
        );
        let mut whole = Vec::with_capacity(head.len() + bare.len());
        whole.extend_from_slice(head.as_bytes());
        whole.extend_from_slice(bare.get(1..).unwrap_or_default());
        Bytes::from(whole)
    }

    /// The object as an item of a list: the real server leaves `kind` and `apiVersion` out of its own kinds.
    pub(crate) fn item_json(&self, kind: &Kind) -> Bytes {
        if kind.custom || convert::to_kind(&self.value, kind).is_some() {
            self.json(kind)
        } else {
            self.bare()
        }
    }

    fn bare(&self) -> Bytes {
        let make = || {
            let mut value = self.value.clone();
            let map = object::as_map(&mut value);
            map.remove("kind");
            map.remove("apiVersion");
            Bytes::from(value.to_string())
        };
        self.json.get_or_init(make).clone()
    }

    /// The object as a value in the version of `kind`.
    pub(crate) fn in_version(&self, kind: &Kind) -> Value {
        convert::to_kind(&self.value, kind).unwrap_or_else(|| {
            let mut value = self.value.clone();
            object::as_map(&mut value).insert("apiVersion".into(), kind.api_version().into());
            value
        })
    }

    /// The same object, said to be of another version.
    pub(crate) fn at_version(&self, version: u64) -> Self {
        let mut value = self.value.clone();
        object::meta_mut(&mut value).insert("resourceVersion".into(), version.to_string().into());
        Self::new(value, version)
    }

    pub(crate) fn key(&self) -> Key {
        (
            object::namespace(&self.value).to_owned(),
            object::name(&self.value).to_owned(),
        )
    }
}

/// One write: the object before and after it.
#[derive(Debug, Clone)]
pub(crate) struct Change {
    pub(crate) version: u64,
    pub(crate) before: Option<Arc<Stored>>,
    /// After the write; for a deletion, the last state with the version of the deletion.
    pub(crate) after: Arc<Stored>,
    pub(crate) deleted: bool,
}

/// All objects of one resource.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) objects: BTreeMap<Key, Arc<Stored>>,
    history: VecDeque<Change>,
    /// History is complete for all versions after this one.
    floor: u64,
    changed: watch::Sender<u64>,
}

impl Table {
    fn new() -> Self {
        let (changed, _) = watch::channel(0);
        Self {
            objects: BTreeMap::new(),
            history: VecDeque::new(),
            floor: 0,
            changed,
        }
    }

    /// The objects of one namespace, or of all, in order.
    pub(crate) fn in_namespace<'a>(
        &'a self,
        namespace: Option<&'a str>,
    ) -> impl Iterator<Item = &'a Arc<Stored>> {
        let from = (namespace.unwrap_or_default().to_owned(), String::new());
        self.objects
            .range(from..)
            .map(|(_, stored)| stored)
            .take_while(move |stored| namespace.is_none_or(|n| object::namespace(&stored.value) == n))
    }

    /// What changed after `version`; `None` when that is no longer known.
    pub(crate) fn since(&self, version: u64) -> Option<impl Iterator<Item = &Change>> {
        if version < self.floor {
            return None;
        }
        let first = self.history.partition_point(|change| change.version <= version);
        Some(self.history.range(first..))
    }

    /// The objects as they were at `version`; `None` when that is no longer known.
    pub(crate) fn as_of(&self, version: u64) -> Option<BTreeMap<Key, Arc<Stored>>> {
        if version < self.floor {
            return None;
        }
        let mut objects = self.objects.clone();
        for change in self.history.iter().rev().take_while(|c| c.version > version) {
            match &change.before {
                Some(before) => objects.insert(before.key(), Arc::clone(before)),
                None => objects.remove(&change.after.key()),
            };
        }
        Some(objects)
    }

    /// Wakes when this resource changes.
    pub(crate) fn subscribe(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }

    fn record(&mut self, change: Change, keep: usize) {
        let version = change.version;
        self.history.push_back(change);
        while self.history.len() > keep {
            if let Some(dropped) = self.history.pop_front() {
                self.floor = dropped.version;
            }
        }
        self.changed.send_replace(version);
    }
}

/// All resources.
#[derive(Debug)]
pub(crate) struct Store {
    version: u64,
    tables: BTreeMap<ResourceId, Table>,
    /// Who has whom as an owner, by the owner's uid.
    dependents: BTreeMap<String, BTreeSet<Place>>,
    /// Where each object is, by uid.
    places: BTreeMap<String, Place>,
    history_per_resource: usize,
    log: Vec<String>,
}

/// Where an object is.
pub(crate) type Place = (ResourceId, Key);

impl Store {
    /// `first_version`: no object has a version at or below it.
    pub(crate) fn new(first_version: u64, history_per_resource: usize) -> Self {
        Self {
            version: first_version,
            tables: BTreeMap::new(),
            dependents: BTreeMap::new(),
            places: BTreeMap::new(),
            history_per_resource,
            log: Vec::new(),
        }
    }

    /// The version of the last write, of whatever resource.
    pub(crate) fn version(&self) -> u64 {
        self.version
    }

    pub(crate) fn log(&self) -> &[String] {
        &self.log
    }

    pub(crate) fn table(&mut self, id: &ResourceId) -> &mut Table {
        self.tables.entry(id.clone()).or_insert_with(Table::new)
    }

    pub(crate) fn tables(&self) -> impl Iterator<Item = (&ResourceId, &Table)> {
        self.tables.iter()
    }

    pub(crate) fn get(&self, id: &ResourceId, namespace: &str, name: &str) -> Option<Arc<Stored>> {
        let table = self.tables.get(id)?;
        table
            .objects
            .get(&(namespace.to_owned(), name.to_owned()))
            .cloned()
    }

    /// Writes an object and gives it the next version.
    pub(crate) fn put(&mut self, id: &ResourceId, mut value: Value, note: &str) -> Arc<Stored> {
        self.version += 1;
        let version = self.version;
        object::meta_mut(&mut value).insert("resourceVersion".into(), version.to_string().into());
        let stored = Arc::new(Stored::new(value, version));
        let keep = self.history_per_resource;
        let table = self.table(id);
        let before = table.objects.insert(stored.key(), Arc::clone(&stored));
        let before_index = before.clone();
        let verb = if before.is_some() { "update" } else { "create" };
        table.record(
            Change {
                version,
                before,
                after: Arc::clone(&stored),
                deleted: false,
            },
            keep,
        );
        if let Some(before) = before_index {
            self.forget_owners(id, &before);
        }
        self.index(id, &stored);
        self.write_log(verb, id, &stored, note);
        stored
    }

    /// Removes an object; the answer is its last state with the version of the removal.
    pub(crate) fn remove(&mut self, id: &ResourceId, key: &Key, note: &str) -> Option<Arc<Stored>> {
        let before = self.table(id).objects.remove(key)?;
        self.version += 1;
        let version = self.version;
        let mut value = before.value.clone();
        object::meta_mut(&mut value).insert("resourceVersion".into(), version.to_string().into());
        let after = Arc::new(Stored::new(value, version));
        let keep = self.history_per_resource;
        let change = Change {
            version,
            before: Some(before),
            after: Arc::clone(&after),
            deleted: true,
        };
        self.table(id).record(change, keep);
        self.forget_owners(id, &after);
        self.places.remove(object::uid(&after.value));
        self.write_log("delete", id, &after, note);
        Some(after)
    }

    /// The objects that name `uid` as an owner.
    pub(crate) fn dependents(&self, uid: &str) -> Vec<Place> {
        self.dependents
            .get(uid)
            .map(|places| places.iter().cloned().collect())
            .unwrap_or_default()
    }

    /// Where the object with this uid is.
    pub(crate) fn place(&self, uid: &str) -> Option<&Place> {
        self.places.get(uid)
    }

    fn index(&mut self, id: &ResourceId, stored: &Stored) {
        let place = (id.clone(), stored.key());
        self.places
            .insert(object::uid(&stored.value).to_owned(), place.clone());
        for owner in owners(stored) {
            self.dependents
                .entry(owner.to_owned())
                .or_default()
                .insert(place.clone());
        }
    }

    fn forget_owners(&mut self, id: &ResourceId, stored: &Stored) {
        let place = (id.clone(), stored.key());
        for owner in owners(stored) {
            if let Some(places) = self.dependents.get_mut(owner) {
                places.remove(&place);
                if places.is_empty() {
                    self.dependents.remove(owner);
                }
            }
        }
    }

    fn write_log(&mut self, verb: &str, id: &ResourceId, stored: &Stored, note: &str) {
        let (namespace, name) = stored.key();
        let group = if id.group.is_empty() { "core" } else { &id.group };
        self.log.push(format!(
            "{} {verb} {group}/{} {namespace}/{name} {note}",
            stored.version, id.plural
        ));
    }
}

fn owners(stored: &Stored) -> impl Iterator<Item = &str> {
    object::list_at(&stored.value, &["metadata", "ownerReferences"])
        .iter()
        .map(|o| object::str_at(o, &["uid"]))
}
