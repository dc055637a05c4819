//! `managedFields`: who set which field, by update and by apply.
//!
//! The rules are Kubernetes' own (its `FieldManager` and structured-merge-diff). Invariants: what the server itself
//! decides has no manager; a manager without fields is forgotten.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::error::ApiError;
use super::fields::{Fields, compare, merge, remove, walk};
use super::kinds::Kind;
use super::object;
use super::schema::{Schema, structs};
use super::server::{Call, Writing};

#[cfg(test)]
mod tests;

/// How a write came: that decides how its fields are recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operation {
    Update,
    Apply,
}

/// The manager as which kubectl applies.
const KUBECTL: &str = "kubectl";
const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// Managers by update that are told apart; older ones become one.
const MAX_UPDATE_MANAGERS: usize = 10;

/// Who: the manager's identity.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Manager {
    /// `Apply` sorts before `Update`, as the server sorts them.
    operation: &'static str,
    name: String,
    /// Not part of the identity of an applier.
    api_version: String,
    subresource: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    fields: Fields,
    api_version: String,
    time: String,
}

type Managed = BTreeMap<Manager, Entry>;

/// What a client sends in `managedFields` of a new object counts for nothing.
pub(crate) fn forget_given(value: &mut Value) {
    object::meta_mut(value).remove("managedFields");
}

pub(crate) fn record_create(call: &Call<'_>, writing: &Writing<'_>, value: &mut Value) {
    let empty = empty_of(&call.kind, &call.schema);
    record(call, writing, &empty, Managed::new(), value);
}

pub(crate) fn record_update(call: &Call<'_>, writing: &Writing<'_>, old: &Value, value: &mut Value) {
    let given = object::meta(value).get("managedFields");
    // A client may take all managers away by an empty list, or by one empty entry.
    let reset = given.and_then(Value::as_array).is_some_and(|list| {
        list.is_empty() || (list.len() == 1 && list[0].as_object().is_some_and(serde_json::Map::is_empty))
    });
    let managed = match given {
        Some(_) if reset => Managed::new(),
        Some(list) if call.subresource().is_empty() && !read(list).is_empty() => read(list),
        _ => read(object::meta(old).get("managedFields").unwrap_or(&Value::Null)),
    };
    let had_none = object::list_at(old, &["metadata", "managedFields"]).is_empty();
    if had_none || reset {
        // An object that never had managers gets none by an update.
        object::meta_mut(value).remove("managedFields");
        if reset || object::meta(old).get("managedFields").is_none() {
            return;
        }
    }
    record(call, writing, old, managed, value);
}

fn record(call: &Call<'_>, writing: &Writing<'_>, old: &Value, mut managed: Managed, value: &mut Value) {
    let schema = &call.schema;
    let difference = compare::compare(&comparable(old, schema), &comparable(value, schema), schema)
        .without(&reset_fields(call));
    let me = Manager {
        operation: "Update",
        name: call.manager(),
        api_version: call.kind.api_version(),
        subresource: call.subresource().to_owned(),
    };
    let taken = difference.modified.union(&difference.added);
    for entry in managed.values_mut() {
        let lost = entry.fields.intersection(&taken);
        entry.fields = entry.fields.difference(&lost).difference(&difference.removed);
    }
    // Go leaves a zero out of a `Scale`, so nobody becomes its manager.
    let zero_scale = call.subresource() == "scale" && object::int_at(value, &["spec", "replicas"]) == Some(0);
    if !taken.is_empty() && !zero_scale {
        let known = managed
            .get(&me)
            .map(|entry| entry.fields.clone())
            .unwrap_or_default();
        let entry = Entry {
            fields: known.union(&taken),
            api_version: me.api_version.clone(),
            time: writing.now.clone(),
        };
        managed.insert(me, entry);
    }
    write(value, managed);
}

/// The live object with `applied` laid over it, as one manager wants it.
pub(crate) fn apply(
    call: &Call<'_>,
    writing: &Writing<'_>,
    live: Option<&Value>,
    applied: &Value,
) -> Result<Value, ApiError> {
    let schema = &call.schema;
    let empty = empty_of(&call.kind, &call.schema);
    let live = live.unwrap_or(&empty);
    let mut managed = read(object::meta(live).get("managedFields").unwrap_or(&Value::Null));
    let me = Manager {
        operation: "Apply",
        name: call.query.field_manager.clone(),
        api_version: String::new(),
        subresource: call.subresource().to_owned(),
    };
    let bad = |why: String| untypable(&call.kind, applied, &why);
    let live = bare(live);
    let stated = walk::of(applied, schema)
        .map_err(bad)?
        .without(&reset_fields(call));
    let mut merged = merge::merge(&live, applied, schema).map_err(bad)?;
    let last = managed.get(&me).map(|entry| entry.fields.clone());
    let time = managed
        .get(&me)
        .map(|entry| entry.time.clone())
        .unwrap_or_default();
    let entry = Entry {
        fields: stated,
        api_version: call.kind.api_version(),
        time,
    };
    managed.insert(me.clone(), entry);
    if let Some(last) = last.filter(|last| !last.is_empty()) {
        merged = prune(&merged, &managed, &last, schema).map_err(bad)?;
    }
    take_over(call, &live, &merged, &mut managed, &me)?;
    // An apply that changes no value has no time.
    if let Some(entry) = managed.get_mut(&me).filter(|_| live != merged) {
        entry.time.clone_from(&writing.now);
    }
    if call.query.field_manager == KUBECTL {
        sync_last_applied(&mut merged, applied);
    }
    write(&mut merged, managed);
    Ok(merged)
}

/// kubectl's server-side apply brings the annotation of its client-side apply up to date, if it is there.
fn sync_last_applied(merged: &mut Value, applied: &Value) {
    if object::at(merged, &["metadata", "annotations", LAST_APPLIED]).is_none() {
        return;
    }
    let mut config = applied.clone();
    if let Some(Value::Object(annotations)) = object::meta_mut(&mut config).get_mut("annotations") {
        annotations.remove(LAST_APPLIED);
    }
    let annotations = object::map_mut(merged, &["metadata", "annotations"]);
    annotations.insert(LAST_APPLIED.into(), format!("{config}\n").into());
}

/// What is applied cannot be merged: an item without its key, one that is there twice, a field that is not known.
pub(crate) fn untypable(kind: &Kind, applied: &Value, why: &str) -> ApiError {
    let group = &kind.id.group;
    ApiError::unexpected(format!(
        "failed to create typed patch object ({}/{}; {group}/{}, Kind={}): {why}",
        object::namespace(applied),
        object::name(applied),
        kind.version,
        kind.kind
    ))
}

/// Takes fields that a controller removed away from whoever managed them.
pub(crate) fn forget_removed(schema: &Schema, old: &Value, value: &mut Value) {
    let removed = compare::compare(&bare(old), &bare(value), schema).removed;
    let mut managed = read(object::meta(old).get("managedFields").unwrap_or(&Value::Null));
    for entry in managed.values_mut() {
        entry.fields = entry.fields.difference(&removed);
    }
    write(value, managed);
}

/// Fields of others that this apply changes: a conflict, or with `force` theirs no more.
fn take_over(
    call: &Call<'_>,
    live: &Value,
    merged: &Value,
    managed: &mut Managed,
    me: &Manager,
) -> Result<(), ApiError> {
    let difference = compare::compare(
        &comparable(live, &call.schema),
        &comparable(merged, &call.schema),
        &call.schema,
    )
    .without(&reset_fields(call));
    let taken = difference.modified.union(&difference.added);
    let mut conflicts: Vec<(String, Vec<String>)> = Vec::new();
    for (manager, entry) in managed.iter_mut().filter(|(manager, _)| *manager != me) {
        let lost = entry.fields.intersection(&taken);
        if !lost.is_empty() {
            conflicts.push((shown(manager, entry), lost.paths()));
        }
        entry.fields = entry.fields.difference(&lost).difference(&difference.removed);
    }
    if call.query.force == Some(true) || conflicts.is_empty() {
        return Ok(());
    }
    Err(conflict(&conflicts))
}

fn conflict(conflicts: &[(String, Vec<String>)]) -> ApiError {
    let causes: Vec<(String, String)> = conflicts
        .iter()
        .flat_map(|(who, paths)| {
            paths
                .iter()
                .map(move |path| (path.clone(), format!("conflict with {who}")))
        })
        .collect();
    let message = if let [(path, why)] = causes.as_slice() {
        format!("Apply failed with 1 conflict: {why}: {path}")
    } else {
        let lines: Vec<String> = conflicts
            .iter()
            .flat_map(|(who, paths)| {
                std::iter::once(format!("conflicts with {who}:"))
                    .chain(paths.iter().map(|path| format!("- {path}")))
            })
            .collect();
        format!(
            "Apply failed with {} conflicts: {}",
            causes.len(),
            lines.join("\n")
        )
    };
    ApiError::apply_conflict(message, &causes)
}

fn shown(manager: &Manager, entry: &Entry) -> String {
    let mut text = format!("{:?}", manager.name);
    if !manager.subresource.is_empty() {
        text = format!("{text} with subresource {:?}", manager.subresource);
    }
    if manager.operation == "Update" {
        text = format!("{text} using {}", entry.api_version);
    }
    text
}

/// Drops what this manager applied last time and no longer does, unless another one owns it.
fn prune(merged: &Value, managed: &Managed, last: &Fields, schema: &Schema) -> Result<Value, String> {
    let none = || Value::Object(serde_json::Map::new());
    let pruned = remove::remove(merged, &last.with_parents(schema), schema).unwrap_or_else(none);
    let all = managed
        .values()
        .fold(Fields::default(), |all, entry| all.union(&entry.fields));
    let merged_set = walk::of(merged, schema)?.with_parents(schema);
    let kept = walk::of(&pruned, schema)?
        .with_parents(schema)
        .union(&all.with_parents(schema));
    let pruned = remove::remove(merged, &merged_set.difference(&kept), schema).unwrap_or_else(none);
    // What was not this manager's stays, though nobody owns it.
    let pruned_set = walk::of(&pruned, schema)?.with_parents(schema);
    let gone = merged_set
        .difference(&pruned_set)
        .intersection(&last.with_parents(schema));
    Ok(remove::remove(merged, &gone, schema).unwrap_or_else(none))
}

/// Fields that this address does not write, so that nobody owns them through it.
fn reset_fields(call: &Call<'_>) -> Fields {
    let mut fields = Fields::default();
    let mut reset = |path: &[&str]| {
        let path: Vec<_> = path.iter().map(|step| format!("f:{step}")).collect();
        fields.insert(&path);
    };
    match call.subresource() {
        "status" => {
            reset(&["spec"]);
            if call.kind.custom {
                reset(&["metadata"]);
            } else if call.kind.id.group == "apps" {
                reset(&["metadata", "labels"]);
            }
        }
        _ if call.kind.status => reset(&["status"]),
        _ => {}
    }
    fields
}

/// What has no manager.
fn strip(fields: &Fields) -> Fields {
    let mut server = Fields::default();
    for field in ["apiVersion", "kind", "metadata"] {
        server.insert(&[format!("f:{field}")]);
    }
    for field in [
        "name",
        "namespace",
        "creationTimestamp",
        "selfLink",
        "uid",
        "clusterName",
        "generation",
        "managedFields",
        "resourceVersion",
    ] {
        server.insert(&["f:metadata".to_owned(), format!("f:{field}")]);
    }
    fields.difference(&server)
}

/// The object that a new one is compared with: nothing but the structs that are always there.
fn empty_of(kind: &Kind, schema: &Schema) -> Value {
    let mut empty = json!({"apiVersion": kind.api_version(), "kind": kind.kind, "metadata": {}});
    structs::fill(&mut empty, schema);
    empty
}

/// As Go sees it: lists that are always written are there, if only as a null.
fn comparable(value: &Value, schema: &Schema) -> Value {
    let mut value = bare(value);
    structs::fill_nulls(&mut value, schema);
    value
}

fn bare(value: &Value) -> Value {
    let mut value = value.clone();
    object::meta_mut(&mut value).remove("managedFields");
    value
}

fn read(list: &Value) -> Managed {
    let text = |entry: &Value, field: &str| object::str_at(entry, &[field]).to_owned();
    list.as_array()
        .into_iter()
        .flatten()
        .map(|entry| {
            let applied = entry["operation"] == "Apply";
            let manager = Manager {
                operation: if applied { "Apply" } else { "Update" },
                name: text(entry, "manager"),
                api_version: if applied {
                    String::new()
                } else {
                    text(entry, "apiVersion")
                },
                subresource: text(entry, "subresource"),
            };
            let fields = Fields::from_json(&entry["fieldsV1"]);
            (
                manager,
                Entry {
                    fields,
                    api_version: text(entry, "apiVersion"),
                    time: text(entry, "time"),
                },
            )
        })
        .collect()
}

fn write(value: &mut Value, managed: Managed) {
    let mut entries: Vec<(Manager, Entry)> = managed
        .into_iter()
        .map(|(manager, entry)| {
            (
                manager,
                Entry {
                    fields: strip(&entry.fields),
                    ..entry
                },
            )
        })
        .filter(|(_, entry)| !entry.fields.is_empty())
        .collect();
    entries.sort_by(|(a, ea), (b, eb)| {
        (a.operation, &ea.time, &a.name, &ea.api_version, &a.subresource).cmp(&(
            b.operation,
            &eb.time,
            &b.name,
            &eb.api_version,
            &b.subresource,
        ))
    });
    cap(&mut entries);
    let list: Vec<Value> = entries
        .iter()
        .map(|(manager, entry)| entry_json(manager, entry))
        .collect();
    let meta = object::meta_mut(value);
    if list.is_empty() {
        meta.remove("managedFields");
    } else {
        meta.insert("managedFields".into(), list.into());
    }
}

/// Makes one manager of the oldest ones when there are too many.
fn cap(entries: &mut Vec<(Manager, Entry)>) {
    let first = entries
        .iter()
        .position(|(manager, _)| manager.operation == "Update")
        .unwrap_or(entries.len());
    while entries.len() - first > MAX_UPDATE_MANAGERS {
        let (old, oldest) = entries.remove(first);
        if let Some((manager, entry)) = entries.get_mut(first) {
            entry.fields = entry.fields.union(&oldest.fields);
            "ancient-changes".clone_into(&mut manager.name);
            manager.subresource.clear();
            manager.api_version.clone_from(&old.api_version);
        }
    }
}

fn entry_json(manager: &Manager, entry: &Entry) -> Value {
    let mut json = json!({
        "manager": manager.name, "operation": manager.operation, "apiVersion": entry.api_version,
        "fieldsType": "FieldsV1", "fieldsV1": entry.fields.to_json(),
    });
    if !entry.time.is_empty() {
        json["time"] = json!(entry.time);
    }
    if !manager.subresource.is_empty() {
        json["subresource"] = json!(manager.subresource);
    }
    json
}

/// True if two states of an object differ in nothing but the times of its managers.
pub(crate) fn same_but_for_times(old: &Value, new: &Value) -> bool {
    let timeless = |value: &Value| {
        let mut value = value.clone();
        if let Some(Value::Array(entries)) = object::meta_mut(&mut value).get_mut("managedFields") {
            for entry in entries {
                object::as_map(entry).remove("time");
            }
        }
        value
    };
    old == new || timeless(old) == timeless(new)
}
