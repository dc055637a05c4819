//! The namespace of a workload on a member, and whose turn it is to write there.
//!
//! The namespace carries the Migration that wrote there last and the generation of its plan: no lock, but a writer
//! that sees a higher generation than its own stops.
//! Invariant: a namespace is only ever created by us with `CREATED_BY` on it, so that we know which we may delete.

use std::collections::BTreeMap;

use havenmeester_api::labels;
use havenmeester_fleet::Member;
use havenmeester_placement::Reach;
use havenmeester_portability::ObjectKey;
use serde_json::{Value, json};

use crate::{
    errors::{Category, MemberError, code},
    objects::{self, Created},
};

/// Annotation on a namespace that we created: the Migration that did.
pub(crate) const CREATED_BY: &str = "havenmeester.dev/created-by";

/// Annotation on a namespace whose copy we stopped: by what. While it is there, what stands there stopped may be
/// overwritten by a later move of the workload; a copy that somebody else staged may not.
pub(crate) const STOPPED_BY: &str = "havenmeester.dev/stopped-by";

/// The longest name part of an annotation's key.
const KEY_CHARS: usize = 63;

/// Who wants to write, and how new its plan is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Writer<'a> {
    /// The Migration, `namespace/name`.
    pub(crate) migration: &'a str,
    /// The generation of its plan.
    pub(crate) generation: i64,
    /// The workload, where it is only a part of the namespace: others in it have plans of their own.
    pub(crate) part: Option<&'a str>,
}

/// Whether a writer may write.
#[derive(Debug)]
pub(crate) enum Claim {
    /// It may; the namespace says so, or cannot be written with our credentials and nobody else is seen.
    Held,
    /// It was just written: look again.
    Again,
    /// A newer plan owns it: the Migration that wrote there.
    Superseded(String),
    /// There is no such namespace.
    Absent,
    /// It is being deleted.
    Leaving,
}

/// The key of a namespace.
pub(crate) fn key(name: &str) -> ObjectKey {
    ObjectKey {
        group: String::new(),
        version: "v1".to_owned(),
        kind: "Namespace".to_owned(),
        namespace: None,
        name: name.to_owned(),
    }
}

/// Whether our credentials reach no further than namespaces.
pub(crate) fn is_narrow(member: &Member) -> bool {
    matches!(member.reach, Reach::Namespaces(_))
}

/// The namespace; `Value::Null` where only it cannot be read although our credentials reach into it.
pub(crate) async fn look(member: &Member, name: &str) -> Result<Option<Value>, MemberError> {
    match objects::get(member, &key(name)).await {
        Err(MemberError::Request { source, .. }) if code(&source) == Some(403) && is_narrow(member) => {
            Ok(Some(Value::Null))
        }
        other => other,
    }
}

/// Whether a move of ours made the namespace, and with it what moves put into it.
pub(crate) async fn is_made_by_us(member: &Member, name: &str) -> Result<bool, MemberError> {
    let seen = look(member, name).await?;
    Ok(seen
        .as_ref()
        .is_some_and(|seen| annotation(seen, CREATED_BY).is_some()))
}

/// Makes the namespace the writer's, if nobody newer has it.
pub(crate) async fn claim(member: &Member, name: &str, writer: Writer<'_>) -> Result<Claim, MemberError> {
    let Some(seen) = look(member, name).await? else {
        return Ok(Claim::Absent);
    };
    if seen.is_null() {
        return Ok(Claim::Held);
    }
    if seen.pointer("/metadata/deletionTimestamp").is_some() {
        return Ok(Claim::Leaving);
    }
    if let Some(known) = judge(&seen, writer) {
        return Ok(known);
    }
    let patch = json!({"metadata": {"annotations": BTreeMap::from(marks(writer))}});
    match objects::merge(member, &key(name), patch, &seen).await {
        Ok(()) => Ok(Claim::Again),
        Err(error) if error.category() == Category::Conflict => Ok(Claim::Again),
        // A narrow role may read its namespace and not write it; then the hub alone keeps the order of writers.
        Err(error) if error.category() == Category::Refused && is_narrow(member) => Ok(Claim::Held),
        Err(error) => Err(error),
    }
}

/// What the namespace says about the writer; `None`: it is the writer's to take. Pure.
fn judge(seen: &Value, writer: Writer<'_>) -> Option<Claim> {
    let [(migration, _), (generation, _)] = marks(writer);
    let by = annotation(seen, &migration).unwrap_or_default();
    let theirs = annotation(seen, &generation).and_then(|text| text.parse().ok());
    let theirs: i64 = theirs.unwrap_or(0);
    if by == writer.migration && theirs == writer.generation {
        return Some(Claim::Held);
    }
    // Two plans of one generation were made at the same moment: who came first goes on.
    let newer =
        theirs > writer.generation || (theirs == writer.generation && theirs > 0 && by != writer.migration);
    newer.then(|| Claim::Superseded(by.to_owned()))
}

/// Creates the namespace for the writer. Already there is no error: look again.
pub(crate) async fn create(
    member: &Member,
    name: &str,
    writer: Writer<'_>,
    planned: &Value,
) -> Result<Created, MemberError> {
    let mut object = planned.clone();
    if let Some(annotations) = object
        .pointer_mut("/metadata/annotations")
        .and_then(Value::as_object_mut)
    {
        annotations.remove(STOPPED_BY); // true of where it was captured
    }
    for (mark, value) in marks(writer) {
        object["metadata"]["annotations"][mark] = value.into();
    }
    object["metadata"]["annotations"][CREATED_BY] = writer.migration.into();
    objects::create(member, &key(name), &object).await
}

/// Says on the namespace that its copy was stopped by us, or (`None`) that it lives again. A namespace that cannot be
/// written with narrow credentials goes without.
pub(crate) async fn mark_stopped(member: &Member, name: &str, by: Option<&str>) -> Result<(), MemberError> {
    let Some(seen) = look(member, name).await?.filter(|seen| !seen.is_null()) else {
        return Ok(());
    };
    if annotation(&seen, STOPPED_BY) == by {
        return Ok(());
    }
    let patch = json!({"metadata": {"annotations": {STOPPED_BY: by}}});
    match objects::merge(member, &key(name), patch, &seen).await {
        Err(error) if error.category() == Category::Refused && is_narrow(member) => Ok(()),
        other => other,
    }
}

/// The annotations of a writer: those of the namespace, or of its part of it (cut to what a key may have).
fn marks(writer: Writer<'_>) -> [(String, String); 2] {
    let key = |whole: &str| {
        let Some(part) = writer.part else {
            return whole.to_owned();
        };
        let (domain, word) = whole.split_once('/').unwrap_or(("", whole));
        let part: String = part.chars().take(KEY_CHARS).collect();
        format!("{word}.{domain}/{}", part.trim_end_matches(['-', '.']))
    };
    [
        (key(labels::MIGRATION), writer.migration.to_owned()),
        (key(labels::PLAN_GENERATION), writer.generation.to_string()),
    ]
}

/// An annotation of a live object.
pub(crate) fn annotation<'v>(object: &'v Value, name: &str) -> Option<&'v str> {
    object.get("metadata")?.get("annotations")?.get(name)?.as_str()
}

#[cfg(test)]
mod tests;
