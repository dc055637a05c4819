//! delete and deletecollection: at once, or marked and waiting for finalizers and grace periods.

use std::sync::Arc;

use http::{Response, StatusCode};
use serde_json::{Value, json};

use super::answer;
use super::body::Body;
use super::error::{ApiError, FieldError};
use super::kinds::{Kind, ResourceId};
use super::object::{self, int_at, str_at};
use super::query::Query;
use super::selector::Filter;
use super::server::{Call, Writing};
use super::store::{Key, Place, Stored};
use super::{clock, convert, crd, decode, gc, namespace};

pub(crate) const ORPHAN: &str = "orphan";
pub(crate) const FOREGROUND: &str = "foregroundDeletion";

/// `DeleteOptions`, from the body or the query.
#[derive(Debug, Default, Clone)]
pub(crate) struct Options {
    pub(crate) propagation: String,
    pub(crate) grace_seconds: Option<i64>,
    pub(crate) uid: Option<String>,
    pub(crate) resource_version: Option<String>,
    pub(crate) dry_run: bool,
}

impl Options {
    pub(crate) fn read(query: &Query, headers: &http::HeaderMap, body: &[u8]) -> Result<Self, ApiError> {
        let given: Value = if body.is_empty() {
            json!({})
        } else {
            decode::plain(headers, body, "meta.v1.DeleteOptions")?
        };
        let text = |path: &[&str]| Some(str_at(&given, path).to_owned()).filter(|t| !t.is_empty());
        let orphan = given["orphanDependents"].as_bool().or(query.orphan_dependents);
        let propagation = text(&["propagationPolicy"])
            .or_else(|| (!query.propagation_policy.is_empty()).then(|| query.propagation_policy.clone()))
            .or_else(|| orphan.map(|orphan| if orphan { "Orphan" } else { "Background" }.to_owned()))
            .unwrap_or_default();
        if !matches!(propagation.as_str(), "" | "Orphan" | "Background" | "Foreground") {
            let supported = ["Foreground", "Background", "Orphan", "nil"].map(str::to_owned);
            let error = FieldError::not_supported("propagationPolicy", &json!(propagation), &supported);
            return Err(ApiError::invalid_options("DeleteOptions", &[error]));
        }
        Ok(Self {
            propagation,
            grace_seconds: int_at(&given, &["gracePeriodSeconds"]).or(query.grace_period_seconds),
            uid: text(&["preconditions", "uid"]),
            resource_version: text(&["preconditions", "resourceVersion"]),
            dry_run: query.is_dry_run() || !object::list_at(&given, &["dryRun"]).is_empty(),
        })
    }
}

pub(crate) fn delete(call: &Call<'_>, writing: &mut Writing<'_>) -> Result<Response<Body>, ApiError> {
    let options = Options::read(&call.query, call.headers, call.body)?;
    writing.dry_run |= options.dry_run;
    let current = writing
        .state
        .store
        .get(&call.table(), call.namespace(), call.name())
        .ok_or_else(|| ApiError::not_found(&call.kind, call.name()))?;
    check_preconditions(call, &current, &options)?;
    let left = one(writing, &call.table(), &current, &options);
    Ok(match left {
        Some(object) => answer::value(
            StatusCode::OK,
            &convert::to_kind(&object, &call.kind).unwrap_or(object),
        ),
        None if returns_object(&call.kind) => answer::value(StatusCode::OK, &current.in_version(&call.kind)),
        None => answer::value(StatusCode::OK, &success(&call.kind, &current.value)),
    })
}

/// Kinds whose deletion answers with the last state instead of a Status.
fn returns_object(kind: &Kind) -> bool {
    kind.id.group.is_empty()
        && matches!(
            kind.id.plural.as_str(),
            "pods"
                | "services"
                | "serviceaccounts"
                | "persistentvolumes"
                | "persistentvolumeclaims"
                | "resourcequotas"
                | "podtemplates"
                | "replicationcontrollers"
        )
        && kind.id.plural != "replicationcontrollers"
}

fn success(kind: &Kind, object: &Value) -> Value {
    let mut details = kind.details(object::name(object));
    details["uid"] = json!(object::uid(object));
    json!({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "details": details})
}

fn check_preconditions(call: &Call<'_>, current: &Stored, options: &Options) -> Result<(), ApiError> {
    let refuse = |what: &str, wanted: &str, found: &str| {
        let why = format!(
            "the {what} in the precondition ({wanted}) does not match the {what} in record ({found}). \
             The object might have been deleted and then recreated"
        );
        Err(ApiError::precondition(&call.kind, call.name(), &why))
    };
    if let Some(uid) = &options.uid
        && uid != object::uid(&current.value)
    {
        return refuse("UID", uid, object::uid(&current.value));
    }
    if let Some(version) = &options.resource_version
        && *version != current.version.to_string()
    {
        let why = format!(
            "the ResourceVersion in the precondition ({version}) does not match the ResourceVersion in record ({}). \
             The object might have been modified",
            current.version
        );
        return Err(ApiError::precondition(&call.kind, call.name(), &why));
    }
    Ok(())
}

pub(crate) fn collection(call: &Call<'_>, writing: &mut Writing<'_>) -> Result<Response<Body>, ApiError> {
    let options = Options::read(&call.query, call.headers, call.body)?;
    writing.dry_run |= options.dry_run;
    let filter = Filter::new(&call.kind, call.target.namespace.as_deref(), &call.query)?;
    let table = call.table();
    let found: Vec<Arc<Stored>> = writing
        .state
        .store
        .table(&table)
        .in_namespace(call.target.namespace.as_deref())
        .filter(|stored| filter.matches(stored))
        .cloned()
        .collect();
    let version = writing.state.store.version();
    let items: Vec<Value> = found
        .iter()
        .map(|stored| {
            let mut item =
                one(writing, &table, stored, &options).unwrap_or_else(|| stored.in_version(&call.kind));
            if !call.kind.custom {
                let map = object::as_map(&mut item);
                map.remove("kind");
                map.remove("apiVersion");
            }
            item
        })
        .collect();
    let list = json!({
        "kind": call.kind.list_kind, "apiVersion": call.kind.api_version(),
        "metadata": {"resourceVersion": version.to_string()}, "items": items,
    });
    Ok(answer::value(StatusCode::OK, &list))
}

/// Deletes as a controller does: dependents later.
pub(crate) fn in_background(writing: &mut Writing<'_>, id: &ResourceId, key: &Key) {
    if let Some(stored) = writing.state.store.get(id, &key.0, &key.1) {
        one(
            writing,
            id,
            &stored,
            &Options {
                propagation: "Background".into(),
                ..Options::default()
            },
        );
    }
}

/// Deletes one object. `Some` is the object that is left for now, marked as being deleted.
fn one(
    writing: &mut Writing<'_>,
    id: &ResourceId,
    current: &Arc<Stored>,
    options: &Options,
) -> Option<Value> {
    let mut value = current.value.clone();
    let finalizers = finalizers(id, &value, options);
    let grace = grace(id, &value, options.grace_seconds);
    let is_namespace = *id == ResourceId::new("", "namespaces");
    let holds = is_namespace && !object::list_at(&value, &["spec", "finalizers"]).is_empty();
    if finalizers.is_empty() && grace == 0 && !holds {
        if !writing.dry_run {
            remove(writing, id, &current.key());
        }
        if *id != ResourceId::new("", "pods") {
            return None;
        }
        // A pod is marked even when it goes at once.
        mark(&mut value, 0, &writing.now);
        return Some(value);
    }
    object::set_finalizers(&mut value, &finalizers);
    mark(&mut value, grace, &writing.now);
    if is_namespace || *id == ResourceId::new(crd::GROUP, crd::PLURAL) {
        // These two mark in their own way.
        let generation = object::meta(&current.value).get("generation").cloned();
        let meta = object::meta_mut(&mut value);
        meta.remove("deletionGracePeriodSeconds");
        if let Some(generation) = generation {
            meta.insert("generation".into(), generation);
        }
    }
    if is_namespace {
        namespace::terminate(&mut value);
    }
    if value == current.value || writing.dry_run {
        return Some(value);
    }
    let left = writing.put(id, value);
    let key = current.key();
    if is_namespace {
        namespace::empty(writing, &key.1);
    }
    if *id == ResourceId::new(crd::GROUP, crd::PLURAL) {
        clean_up_definition(writing, &left);
    }
    gc::after_marked(writing, id, &key);
    Some(left)
}

/// The finalizers after a delete with these options.
fn finalizers(id: &ResourceId, value: &Value, options: &Options) -> Vec<String> {
    let mut finalizers: Vec<String> = object::finalizers(value).map(str::to_owned).collect();
    let wanted = match options.propagation.as_str() {
        "Orphan" => Some(ORPHAN),
        "Foreground" => Some(FOREGROUND),
        "Background" => None,
        // Not said: as the object already says.
        _ => finalizers.iter().map(String::as_str).find_map(|f| match f {
            ORPHAN => Some(ORPHAN),
            FOREGROUND => Some(FOREGROUND),
            _ => None,
        }),
    };
    finalizers.retain(|f| f != ORPHAN && f != FOREGROUND);
    finalizers.extend(wanted.map(str::to_owned));
    if *id == ResourceId::new(crd::GROUP, crd::PLURAL)
        && !finalizers.iter().any(|f| f == crd::CLEANUP_FINALIZER)
    {
        finalizers.push(crd::CLEANUP_FINALIZER.to_owned());
    }
    finalizers
}

/// Seconds that the object is left running: only pods that run on a node have them.
fn grace(id: &ResourceId, value: &Value, asked: Option<i64>) -> i64 {
    if *id != ResourceId::new("", "pods") {
        return 0;
    }
    let on_node = !str_at(value, &["spec", "nodeName"]).is_empty();
    let over = matches!(str_at(value, &["status", "phase"]), "Succeeded" | "Failed");
    if !on_node || over {
        return 0;
    }
    let default = int_at(value, &["spec", "terminationGracePeriodSeconds"]).unwrap_or(30);
    let asked = asked.unwrap_or(default).max(0);
    // A second deletion may only shorten.
    int_at(value, &["metadata", "deletionGracePeriodSeconds"]).map_or(asked, |running| running.min(asked))
}

fn mark(value: &mut Value, grace: i64, now: &str) {
    let running = int_at(value, &["metadata", "deletionGracePeriodSeconds"]);
    if object::is_terminating(value) && running.is_none_or(|running| running <= grace) {
        return;
    }
    let at = clock::parse(now)
        .and_then(|t| t.checked_add(jiff::SignedDuration::from_secs(grace)).ok())
        .map_or_else(|| now.to_owned(), clock::stamp);
    let generation = int_at(value, &["metadata", "generation"]);
    let meta = object::meta_mut(value);
    if let Some(generation) = generation.filter(|_| !meta.contains_key("deletionTimestamp")) {
        meta.insert("generation".into(), json!(generation + 1));
    }
    meta.insert("deletionTimestamp".into(), at.into());
    meta.insert("deletionGracePeriodSeconds".into(), json!(grace));
}

/// Removes the object if it is marked and nothing holds it.
pub(crate) fn remove_if_done(writing: &mut Writing<'_>, id: &ResourceId, key: &Key) {
    let Some(found) = writing.state.store.get(id, &key.0, &key.1) else {
        return;
    };
    let held = object::finalizers(&found.value).next().is_some()
        || int_at(&found.value, &["metadata", "deletionGracePeriodSeconds"]).unwrap_or(0) > 0
        || (*id == ResourceId::new("", "namespaces")
            && !object::list_at(&found.value, &["spec", "finalizers"]).is_empty());
    if object::is_terminating(&found.value) && !held {
        remove(writing, id, key);
    }
}

/// Removes the object, and what follows from that.
pub(crate) fn remove(writing: &mut Writing<'_>, id: &ResourceId, key: &Key) {
    let Some(gone) = writing.state.store.remove(id, key, &writing.user) else {
        return;
    };
    if *id == ResourceId::new(crd::GROUP, crd::PLURAL) {
        writing.state.registry.undefine(&crd::resource_of(&gone.value));
    }
    gc::after_removed(writing, &gone);
    namespace::finish(writing, &key.0);
}

/// Deletes the objects of a definition, then lets the definition go.
fn clean_up_definition(writing: &mut Writing<'_>, definition: &Value) {
    let of = crd::resource_of(definition);
    let instances: Vec<Place> = writing
        .state
        .store
        .table(&of)
        .objects
        .keys()
        .map(|key| (of.clone(), key.clone()))
        .collect();
    for (id, key) in instances {
        in_background(writing, &id, &key);
    }
    finish_definition(writing, &of);
}

/// Lets a definition go that is being deleted and has no objects left.
pub(crate) fn finish_definition(writing: &mut Writing<'_>, of: &ResourceId) {
    let id = ResourceId::new(crd::GROUP, crd::PLURAL);
    let key = (String::new(), format!("{}.{}", of.plural, of.group));
    let Some(found) = writing.state.store.get(&id, "", &key.1) else {
        return;
    };
    if !object::is_terminating(&found.value) || !writing.state.store.table(of).objects.is_empty() {
        return;
    }
    let mut value = found.value.clone();
    let left: Vec<_> = object::finalizers(&value)
        .filter(|f| *f != crd::CLEANUP_FINALIZER)
        .map(str::to_owned)
        .collect();
    object::set_finalizers(&mut value, &left);
    writing.put(&id, value);
    remove_if_done(writing, &id, &key);
}
