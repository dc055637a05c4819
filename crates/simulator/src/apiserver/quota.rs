//! `ResourceQuota`: refuses what would use more than a namespace may, and keeps the quota's status.
//!
//! Counted are objects (`count/RESOURCE`, and the old short names) and what pods and claims ask for. Not here: scopes.
//! Invariant: use is counted from the objects that are there, so it cannot drift.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::error::ApiError;
use super::kinds::{Kind, ResourceId};
use super::object::{self, list_at, map_at, str_at};
use super::server::{State, Writing};
use crate::quantity;

#[cfg(test)]
mod tests;

/// What is used, by the quota's name for it, in thousandths.
type Usage = BTreeMap<String, u64>;

/// Refuses the object if a quota of its namespace has no room for it.
pub(crate) fn admit(
    writing: &Writing<'_>,
    kind: &Kind,
    old: Option<&Value>,
    new: &Value,
) -> Result<(), ApiError> {
    let namespace = object::namespace(new);
    let wanted = usage_of(&kind.id, new);
    if namespace.is_empty() || wanted.is_empty() {
        return Ok(());
    }
    let before = old.map(|old| usage_of(&kind.id, old)).unwrap_or_default();
    for quota in quotas(writing.state, namespace) {
        let name = object::name(&quota);
        let hard = map_at(&quota, &["spec", "hard"]);
        if let Some(why) = unstated(kind, hard, new) {
            return Err(ApiError::forbidden(
                kind,
                object::name(new),
                &format!("failed quota: {name}: {why}"),
            ));
        }
        let used = used(writing.state, namespace, hard);
        let over: Vec<(&String, u64, u64, &Value)> = hard
            .iter()
            .filter_map(|(resource, limit)| {
                let wanted = *wanted.get(resource)?;
                let more = wanted.saturating_sub(before.get(resource).copied().unwrap_or(0));
                let used = used.get(resource).copied().unwrap_or(0);
                (more > 0 && used + more > milli(limit)).then_some((resource, more, used, limit))
            })
            .collect();
        if !over.is_empty() {
            return Err(ApiError::forbidden(
                kind,
                object::name(new),
                &exceeded(name, &over),
            ));
        }
    }
    Ok(())
}

fn exceeded(name: &str, over: &[(&String, u64, u64, &Value)]) -> String {
    let mut parts = [Vec::new(), Vec::new(), Vec::new()];
    for (resource, more, used, limit) in over {
        let limited = limit.as_str().map_or_else(|| limit.to_string(), str::to_owned);
        for (part, amount) in parts
            .iter_mut()
            .zip([shown(*more, limit), shown(*used, limit), limited])
        {
            part.push(format!("{resource}={amount}"));
        }
    }
    let [requested, used, limited] = parts.map(|part| part.join(","));
    format!("exceeded quota: {name}, requested: {requested}, used: {used}, limited: {limited}")
}

/// A quota on requests or limits makes it an error not to state them.
fn unstated(kind: &Kind, hard: &object::Object, pod: &Value) -> Option<String> {
    if !kind.is("", "pods") {
        return None;
    }
    let mut missing: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for resource in hard.keys() {
        let (part, name) = match resource.as_str() {
            "cpu" | "requests.cpu" => ("requests", "cpu"),
            "memory" | "requests.memory" => ("requests", "memory"),
            "limits.cpu" => ("limits", "cpu"),
            "limits.memory" => ("limits", "memory"),
            _ => continue,
        };
        for container in list_at(pod, &["spec", "containers"]) {
            if object::at(container, &["resources", part, name]).is_none() {
                missing
                    .entry(resource)
                    .or_default()
                    .push(str_at(container, &["name"]));
            }
        }
    }
    if missing.is_empty() {
        return None;
    }
    let listed: Vec<_> = missing
        .iter()
        .map(|(what, who)| format!("{what} for: {}", who.join(",")))
        .collect();
    Some(format!("must specify {}", listed.join("; ")))
}

fn quotas(state: &State, namespace: &str) -> Vec<Value> {
    let id = ResourceId::new("", "resourcequotas");
    state
        .store
        .tables()
        .filter(|(table, _)| **table == id)
        .flat_map(|(_, table)| table.in_namespace(Some(namespace)))
        .map(|stored| stored.value.clone())
        .collect()
}

/// What is used of each resource that is limited.
fn used(state: &State, namespace: &str, hard: &object::Object) -> Usage {
    let mut all: Usage = hard.keys().map(|resource| (resource.clone(), 0)).collect();
    for (id, table) in state.store.tables() {
        for stored in table.in_namespace(Some(namespace)) {
            for (resource, amount) in usage_of(id, &stored.value) {
                if let Some(sum) = all.get_mut(&resource) {
                    *sum += amount;
                }
            }
        }
    }
    all
}

/// What one object uses.
fn usage_of(id: &ResourceId, value: &Value) -> Usage {
    let mut usage = Usage::new();
    let counted = if id.group.is_empty() {
        id.plural.clone()
    } else {
        format!("{}.{}", id.plural, id.group)
    };
    usage.insert(format!("count/{counted}"), 1000);
    let short = matches!(
        id.plural.as_str(),
        "pods"
            | "services"
            | "secrets"
            | "configmaps"
            | "persistentvolumeclaims"
            | "resourcequotas"
            | "replicationcontrollers"
    );
    if id.group.is_empty() && short {
        usage.insert(id.plural.clone(), 1000);
    }
    if *id == ResourceId::new("", "pods") {
        pod(value, &mut usage);
    }
    if *id == ResourceId::new("", "persistentvolumeclaims") {
        let storage = object::at(value, &["spec", "resources", "requests", "storage"]);
        usage.insert("requests.storage".into(), storage.map_or(0, milli));
    }
    if *id == ResourceId::new("", "services") {
        match str_at(value, &["spec", "type"]) {
            "LoadBalancer" => usage.insert("services.loadbalancers".into(), 1000),
            "NodePort" => usage.insert("services.nodeports".into(), 1000),
            _ => None,
        };
    }
    usage
}

/// A pod that is over uses nothing but its place.
fn pod(value: &Value, usage: &mut Usage) {
    if matches!(str_at(value, &["status", "phase"]), "Succeeded" | "Failed") {
        usage.remove("pods");
        return;
    }
    for part in ["requests", "limits"] {
        for resource in ["cpu", "memory"] {
            let sum = list_at(value, &["spec", "containers"])
                .iter()
                .filter_map(|c| object::at(c, &["resources", part, resource]))
                .map(milli)
                .sum();
            usage.insert(format!("{part}.{resource}"), sum);
            if part == "requests" {
                usage.insert(resource.to_owned(), sum);
            }
        }
    }
}

fn milli(quantity: &Value) -> u64 {
    let text = quantity
        .as_str()
        .map_or_else(|| quantity.to_string(), str::to_owned);
    quantity::milli(&text).unwrap_or(0)
}

/// An amount, written with the suffix of `like` where it fits.
fn shown(amount: u64, like: &Value) -> String {
    if !amount.is_multiple_of(1000) {
        return format!("{amount}m");
    }
    let whole = amount / 1000;
    let text = like.as_str().unwrap_or_default();
    for (suffix, size) in [("Gi", 1_u64 << 30), ("Mi", 1 << 20), ("Ki", 1 << 10)] {
        if text.ends_with('i') && whole > 0 && whole.is_multiple_of(size) {
            return format!("{}{suffix}", whole / size);
        }
    }
    whole.to_string()
}

/// Brings the status of the quotas of a namespace up to date, as kube-controller-manager does.
pub(crate) fn refresh(writing: &mut Writing<'_>, namespace: &str) {
    if namespace.is_empty() || writing.dry_run || !writing.config.quota_controller {
        return;
    }
    for mut quota in quotas(writing.state, namespace) {
        let hard = map_at(&quota, &["spec", "hard"]).clone();
        let used: object::Object = used(writing.state, namespace, &hard)
            .into_iter()
            .map(|(resource, amount)| {
                let text = shown(amount, &hard[&resource]);
                (resource, json!(text))
            })
            .collect();
        let status = json!({"hard": hard, "used": used});
        if quota["status"] != status {
            quota["status"] = status;
            writing.put(&ResourceId::new("", "resourcequotas"), quota);
        }
    }
}
