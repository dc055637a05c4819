//! One object or one list on one member, as JSON: the verbs, each with our field manager.
//!
//! Not here: why. Invariant: every request here is counted among the writes and reads of `migration`, and no
//! other module builds one.

use havenmeester_api::FIELD_MANAGER;
use havenmeester_fleet::Member;
use havenmeester_portability::{Gvk, ObjectKey};
use kube::api::{
    DeleteParams, GetParams, ListParams, Patch, PatchParams, PostParams, Preconditions, Request,
};
use serde_json::Value;

use crate::{
    errors::{MemberError, code, is_reason},
    served::{Resource, resource},
};

/// Objects asked for in one page of a list.
const PAGE: u32 = 500;

/// What became of a creation.
#[derive(Debug)]
pub(crate) enum Created {
    /// It is there, by us.
    Yes,
    /// It was there already.
    AlreadyThere,
}

/// Reads one object; `None` where there is none.
pub(crate) async fn get(member: &Member, key: &ObjectKey) -> Result<Option<Value>, MemberError> {
    let at = resource(member, &key.gvk())?;
    let request = Request::new(at.path(key.namespace.as_deref()));
    let request = request.get(&key.name, &GetParams::default());
    match send(member, "reading", key, request).await {
        Ok(mut found) => {
            at.complete(&mut found);
            Ok(Some(found))
        }
        Err(MemberError::Request { source, .. }) if code(&source) == Some(404) => Ok(None),
        Err(other) => Err(other),
    }
}

/// Creates one object. With `dry_run` the API server checks it and keeps nothing.
pub(crate) async fn create(
    member: &Member,
    key: &ObjectKey,
    object: &Value,
    dry_run: bool,
) -> Result<Created, MemberError> {
    let at = resource(member, &key.gvk())?;
    let request = Request::new(at.path(key.namespace.as_deref()));
    let params = PostParams {
        dry_run,
        field_manager: Some(FIELD_MANAGER.to_owned()),
    };
    let request = request.create(&params, object.to_string().into_bytes());
    let verb = if dry_run { "dry run of" } else { "creating" };
    match send(member, verb, key, request).await {
        Ok(_) => Ok(Created::Yes),
        Err(MemberError::Request { source, .. }) if is_reason(&source, "AlreadyExists") => {
            Ok(Created::AlreadyThere)
        }
        Err(other) => Err(other),
    }
}

/// Replaces one object, when it is still the version that `object` names in its metadata.
pub(crate) async fn replace(
    member: &Member,
    key: &ObjectKey,
    object: &Value,
    dry_run: bool,
) -> Result<(), MemberError> {
    let at = resource(member, &key.gvk())?;
    let request = Request::new(at.path(key.namespace.as_deref()));
    let params = PostParams {
        dry_run,
        field_manager: Some(FIELD_MANAGER.to_owned()),
    };
    let request = request.replace(&key.name, &params, object.to_string().into_bytes());
    let verb = if dry_run { "dry run of" } else { "replacing" };
    send(member, verb, key, request).await.map(drop)
}

/// Merges into one object, when it is still the version that was seen.
pub(crate) async fn merge(
    member: &Member,
    key: &ObjectKey,
    mut patch: Value,
    seen: &Value,
) -> Result<(), MemberError> {
    if let Some(version) = seen.pointer("/metadata/resourceVersion") {
        patch["metadata"]["resourceVersion"] = version.clone();
    }
    let at = resource(member, &key.gvk())?;
    let request = Request::new(at.path(key.namespace.as_deref()));
    let params = PatchParams {
        field_manager: Some(FIELD_MANAGER.to_owned()),
        ..PatchParams::default()
    };
    let request = request.patch(&key.name, &params, &Patch::Merge(patch));
    send(member, "patching", key, request).await.map(drop)
}

/// Deletes one object and what belongs to it, when it is still the object that was seen. Gone already is fine.
pub(crate) async fn delete(member: &Member, key: &ObjectKey, seen: &Value) -> Result<(), MemberError> {
    let uid = seen
        .pointer("/metadata/uid")
        .and_then(Value::as_str)
        .map(str::to_owned);
    let params = DeleteParams {
        preconditions: uid.map(|uid| Preconditions {
            uid: Some(uid),
            resource_version: None,
        }),
        ..DeleteParams::background()
    };
    let at = resource(member, &key.gvk())?;
    let request = Request::new(at.path(key.namespace.as_deref())).delete(&key.name, &params);
    match send(member, "deleting", key, request).await {
        Ok(_) => Ok(()),
        Err(MemberError::Request { source, .. }) if code(&source) == Some(404) => Ok(()),
        Err(other) => Err(other),
    }
}

/// All objects of one kind in one namespace, read anew, with their apiVersion and kind filled in.
pub(crate) async fn list(member: &Member, gvk: &Gvk, namespace: &str) -> Result<Vec<Value>, MemberError> {
    pages(member, gvk, Some(namespace)).await
}

/// All objects of one cluster-scoped kind.
pub(crate) async fn list_all(member: &Member, gvk: &Gvk) -> Result<Vec<Value>, MemberError> {
    pages(member, gvk, None).await
}

async fn pages(member: &Member, gvk: &Gvk, namespace: Option<&str>) -> Result<Vec<Value>, MemberError> {
    let at = resource(member, gvk)?;
    let subject = ObjectKey {
        group: gvk.group.clone(),
        version: gvk.version.clone(),
        kind: gvk.kind.clone(),
        namespace: namespace.map(str::to_owned),
        name: "*".to_owned(),
    };
    let mut found = Vec::new();
    let mut params = ListParams::default().limit(PAGE);
    loop {
        let request = Request::new(at.path(namespace)).list(&params);
        let mut page = send(member, "listing", &subject, request).await?;
        if let Some(items) = page.get_mut("items").and_then(Value::as_array_mut) {
            found.extend(items.drain(..).map(|mut item| {
                at.complete(&mut item);
                item
            }));
        }
        match page.pointer("/metadata/continue").and_then(Value::as_str) {
            Some(token) if !token.is_empty() => params = params.continue_token(token),
            _ => return Ok(found),
        }
    }
}

/// Asks whether we may do something.
pub(crate) async fn may(
    member: &Member,
    at: &Resource,
    namespace: Option<&str>,
    verb: &str,
) -> Result<bool, MemberError> {
    let review = serde_json::json!({
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectAccessReview",
        "spec": {"resourceAttributes": {
            "namespace": namespace.unwrap_or_default(), "verb": verb, "group": at.group(), "resource": at.plural(),
        }},
    });
    let subject = ObjectKey {
        group: "authorization.k8s.io".to_owned(),
        version: "v1".to_owned(),
        kind: "SelfSubjectAccessReview".to_owned(),
        namespace: None,
        name: format!("{verb} {}", at.plural()),
    };
    let request = Request::new("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews")
        .create(&PostParams::default(), review.to_string().into_bytes());
    let answer = send(member, "asking for", &subject, request).await?;
    Ok(answer
        .pointer("/status/allowed")
        .and_then(Value::as_bool)
        .unwrap_or(false))
}

async fn send(
    member: &Member,
    verb: &'static str,
    key: &ObjectKey,
    request: Result<http::Request<Vec<u8>>, kube::core::request::Error>,
) -> Result<Value, MemberError> {
    let failed = |source| MemberError::Request {
        cluster: member.name.clone(),
        verb,
        object: key.to_string(),
        source: Box::new(source),
    };
    let request = request.map_err(|source| failed(kube::Error::BuildRequest(source)))?;
    // Never closed; were it, the request would go out without a place.
    let _place = member.in_flight.acquire().await;
    member.client.request(request).await.map_err(failed)
}
