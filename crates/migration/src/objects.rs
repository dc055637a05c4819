//! One object or one list on one member, as JSON: the verbs, each with our field manager.
//!
//! Not here: why. Invariant: every request here is counted among the writes and reads of `migration`, and no
//! other module builds one.

use std::collections::BTreeSet;

use havenmeester_api::FIELD_MANAGER;
use havenmeester_fleet::Member;
use havenmeester_portability::{Gvk, ObjectKey, said::Asked};
use kube::{
    api::{DeleteParams, GetParams, ListParams, Patch, PatchParams, PostParams, Preconditions, Request},
    client::Body,
    core::Status,
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

/// What became of a creation that was only tried.
#[derive(Debug)]
pub(crate) enum Rehearsed {
    /// It would be there.
    Kept {
        /// As it would stand.
        kept: Value,
        /// What the API server warned of.
        warnings: BTreeSet<String>,
    },
    /// It was there already.
    AlreadyThere,
}

/// Reads one object; `None` where there is none.
pub(crate) async fn get(member: &Member, key: &ObjectKey) -> Result<Option<Value>, MemberError> {
    let at = resource(member, &key.gvk())?;
    let request = Request::new(at.path(key.namespace.as_deref()));
    let request = request.get(&key.name, &GetParams::default());
    match send(member, Asked::Reading, key, request).await {
        Ok(mut found) => {
            at.complete(&mut found);
            Ok(Some(found))
        }
        Err(MemberError::Request { source, .. }) if code(&source) == Some(404) => Ok(None),
        Err(other) => Err(other),
    }
}

/// Creates one object.
pub(crate) async fn create(member: &Member, key: &ObjectKey, object: &Value) -> Result<Created, MemberError> {
    let at = resource(member, &key.gvk())?;
    let request = Request::new(at.path(key.namespace.as_deref()));
    let request = request.create(&post(false), object.to_string().into_bytes());
    // Only whether it was done is asked: what was written needs not be read back.
    match answer(member, Asked::Creating, key, request).await {
        Ok(_) => Ok(Created::Yes),
        Err(MemberError::Request { source, .. }) if is_reason(&source, "AlreadyExists") => {
            Ok(Created::AlreadyThere)
        }
        Err(other) => Err(other),
    }
}

/// Has the API server check the creation of one object; it keeps nothing.
pub(crate) async fn rehearse(
    member: &Member,
    key: &ObjectKey,
    object: &Value,
) -> Result<Rehearsed, MemberError> {
    let at = resource(member, &key.gvk())?;
    let request = Request::new(at.path(key.namespace.as_deref()));
    let request = request.create(&post(true), object.to_string().into_bytes());
    match send_whole(member, Asked::DryRun, key, request).await {
        Ok((kept, headers)) => Ok(Rehearsed::Kept {
            kept,
            warnings: warnings(&headers),
        }),
        Err(MemberError::Request { source, .. }) if is_reason(&source, "AlreadyExists") => {
            Ok(Rehearsed::AlreadyThere)
        }
        Err(other) => Err(other),
    }
}

/// The same of a replacement: what would stand there, and what the API server warned of.
pub(crate) async fn rehearse_over(
    member: &Member,
    key: &ObjectKey,
    object: &Value,
) -> Result<(Value, BTreeSet<String>), MemberError> {
    let at = resource(member, &key.gvk())?;
    let request = Request::new(at.path(key.namespace.as_deref()));
    let request = request.replace(&key.name, &post(true), object.to_string().into_bytes());
    let (kept, headers) = send_whole(member, Asked::DryRun, key, request).await?;
    Ok((kept, warnings(&headers)))
}

fn post(dry_run: bool) -> PostParams {
    PostParams {
        dry_run,
        field_manager: Some(FIELD_MANAGER.to_owned()),
    }
}

/// The texts of `Warning` headers, `299 - "text"` (RFC 7234, 5.5).
fn warnings(headers: &http::HeaderMap) -> BTreeSet<String> {
    let all = headers.get_all(http::header::WARNING).iter();
    all.filter_map(|value| {
        let (_, quoted) = value.to_str().ok()?.split_once('"')?;
        let (text, _) = quoted.rsplit_once('"')?;
        Some(text.replace("\\\"", "\""))
    })
    .collect()
}

/// What the API server says of its version, and the Date header of that answer.
pub(crate) async fn version(member: &Member) -> Result<(Value, Option<String>), MemberError> {
    let subject = ObjectKey {
        group: String::new(),
        version: "v1".to_owned(),
        kind: "Version".to_owned(),
        namespace: None,
        name: "version".to_owned(),
    };
    let request = http::Request::get("/version")
        .body(Vec::new())
        .map_err(kube::core::request::Error::BuildRequest);
    let (version, headers) = send_whole(member, Asked::Reading, &subject, request).await?;
    let date = headers.get(http::header::DATE);
    Ok((
        version,
        date.and_then(|date| Some(date.to_str().ok()?.to_owned())),
    ))
}

/// Replaces one object, when it is still the version that `object` names in its metadata.
pub(crate) async fn replace(member: &Member, key: &ObjectKey, object: &Value) -> Result<(), MemberError> {
    let at = resource(member, &key.gvk())?;
    let request = Request::new(at.path(key.namespace.as_deref()));
    let request = request.replace(&key.name, &post(false), object.to_string().into_bytes());
    send(member, Asked::Replacing, key, request).await.map(drop)
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
    send(member, Asked::Patching, key, request).await.map(drop)
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
    match send(member, Asked::Deleting, key, request).await {
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
        let mut page = send(member, Asked::Listing, &subject, request).await?;
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
    let answer = send(member, Asked::Permission, &subject, request).await?;
    Ok(answer
        .pointer("/status/allowed")
        .and_then(Value::as_bool)
        .unwrap_or(false))
}

type Built = Result<http::Request<Vec<u8>>, kube::core::request::Error>;

async fn send(member: &Member, verb: Asked, key: &ObjectKey, request: Built) -> Result<Value, MemberError> {
    let failed = |source| failed(member, verb, key, source);
    let request = request.map_err(|source| failed(kube::Error::BuildRequest(source)))?;
    // Never closed; were it, the request would go out without a place.
    let _place = member.in_flight.acquire().await;
    member.client.request(request).await.map_err(failed)
}

/// The same with the headers of the answer, which the client's own way drops.
async fn send_whole(
    member: &Member,
    verb: Asked,
    key: &ObjectKey,
    request: Built,
) -> Result<(Value, http::HeaderMap), MemberError> {
    let (bytes, headers) = answer(member, verb, key, request).await?;
    let value = serde_json::from_slice(bytes.as_ref())
        .map_err(|source| failed(member, verb, key, kube::Error::SerdeError(source)))?;
    Ok((value, headers))
}

/// The bytes of an answer that is no refusal.
async fn answer(
    member: &Member,
    verb: Asked,
    key: &ObjectKey,
    request: Built,
) -> Result<(impl AsRef<[u8]>, http::HeaderMap), MemberError> {
    let failed = |source| failed(member, verb, key, source);
    let request = request.map_err(|source| failed(kube::Error::BuildRequest(source)))?;
    let _place = member.in_flight.acquire().await;
    let answer = member
        .client
        .send(request.map(Body::from))
        .await
        .map_err(failed)?;
    let (head, body) = answer.into_parts();
    let bytes = body.collect_bytes().await.map_err(failed)?;
    if head.status.is_client_error() || head.status.is_server_error() {
        let status = serde_json::from_slice::<Status>(&bytes).unwrap_or_else(|_| {
            // Not every front speaks Kubernetes.
            let text = String::from_utf8_lossy(&bytes);
            Status::failure(text.trim(), "").with_code(head.status.as_u16())
        });
        return Err(failed(kube::Error::Api(status.boxed())));
    }
    Ok((bytes, head.headers))
}

fn failed(member: &Member, verb: Asked, key: &ObjectKey, source: kube::Error) -> MemberError {
    MemberError::Request {
        cluster: member.name.clone(),
        verb,
        object: key.to_string(),
        source: Box::new(source),
    }
}
