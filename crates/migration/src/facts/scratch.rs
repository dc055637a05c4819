//! A namespace in which objects are tried whose own namespace is not on the target yet.
//!
//! It carries the labels that the real one will have, so that Pod Security, policies and webhooks judge as they will,
//! but none of ours: nothing may take it for a workload. Nothing is ever created in it but its default account.
//! Invariant: made only with permission to delete it again, and deleted by the dry run that made it; one that a crash
//! left is deleted by a later dry run.

use havenmeester_fleet::Member;
use havenmeester_portability::{Gvk, ObjectKey, said::Left};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use crate::{
    cx::Cx,
    errors::MemberError,
    namespace::{self, is_narrow},
    objects::{self, Created},
    served::resource,
};

/// The label by which one is known.
const LABEL: &str = "havenmeester.dev/scratch";

/// Our own labels: what carries them is taken for a workload.
const OURS: &str = "havenmeester.dev/";

/// After this a namespace for tries was left behind: three times what a dry run may take.
const LEFT: SignedDuration = SignedDuration::from_mins(15);

/// Where objects are tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Space {
    /// In their own namespace.
    Own(String),
    /// In one that was made for it.
    Scratch(String),
    /// In one that every cluster has: what its labels and limits say is not what theirs will say.
    StandIn(&'static str),
    /// Nowhere.
    None,
}

/// The namespace that stands in every cluster.
const STAND_IN: &str = "default";

impl Space {
    /// Its name.
    pub(crate) fn name(&self) -> Option<&str> {
        match self {
            Self::Own(name) | Self::Scratch(name) => Some(name),
            Self::StandIn(name) => Some(name),
            Self::None => None,
        }
    }

    /// Whether what judges Pods there is what will judge them.
    pub(crate) fn is_alike(&self) -> bool {
        matches!(self, Self::Own(_) | Self::Scratch(_))
    }
}

/// Where to try, made if it must be.
pub(crate) async fn open(cx: &Cx<'_>, target: &Member, exists: bool, planned: Option<&Value>) -> Space {
    if exists {
        return Space::Own(cx.moving.namespace().to_owned());
    }
    if is_narrow(target) {
        return Space::None;
    }
    match make(cx, target, planned).await {
        Ok(Some(name)) => Space::Scratch(name),
        Ok(None) | Err(_) => Space::StandIn(STAND_IN),
    }
}

async fn make(cx: &Cx<'_>, target: &Member, planned: Option<&Value>) -> Result<Option<String>, MemberError> {
    let at = resource(target, &Gvk::new("", "v1", "Namespace"))?;
    for verb in ["create", "delete"] {
        if !objects::may(target, &at, None, verb).await? {
            return Ok(None);
        }
    }
    let name = name(&cx.moving.id);
    let mut labels = Map::new();
    let own = planned.and_then(|object| object.pointer("/metadata/labels")?.as_object());
    for (label, value) in own.into_iter().flatten() {
        if !label.starts_with(OURS) && label != "kubernetes.io/metadata.name" {
            labels.insert(label.clone(), value.clone());
        }
    }
    labels.insert(LABEL.to_owned(), "true".into());
    let object =
        json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}});
    match objects::create(target, &namespace::key(&name), &object).await? {
        Created::Yes => {}
        Created::AlreadyThere => {
            // Left by an earlier call for this Migration; one that is on its way out takes nothing.
            let seen = namespace::look(target, &name).await?;
            let usable = seen.is_some_and(|seen| {
                seen.pointer("/metadata/deletionTimestamp").is_none()
                    && seen
                        .pointer("/metadata/labels/havenmeester.dev~1scratch")
                        .is_some()
            });
            if !usable {
                return Ok(None);
            }
        }
    }
    // Pods are not admitted before their account is there; its controller is not waited for.
    let account = ObjectKey {
        group: String::new(),
        version: "v1".to_owned(),
        kind: "ServiceAccount".to_owned(),
        namespace: Some(name.clone()),
        name: "default".to_owned(),
    };
    let object = json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "default", "namespace": name}});
    // Without it Pods are refused, and that is what is found then.
    let _ = objects::create(target, &account, &object).await;
    Ok(Some(name))
}

/// Deletes what was made. The sentence says that it could not be done.
pub(crate) async fn close(target: &Member, space: &Space) -> Option<Left> {
    let Space::Scratch(name) = space else { return None };
    remove(target, name).await.err().map(|error| Left::Namespace {
        namespace: name.clone(),
        cluster: target.name.clone(),
        why: error.unseen(),
    })
}

async fn remove(target: &Member, name: &str) -> Result<(), MemberError> {
    match namespace::look(target, name).await? {
        Some(seen) => objects::delete(target, &namespace::key(name), &seen).await,
        None => Ok(()),
    }
}

/// Deletes what dry runs left that did not come to their end.
pub(crate) async fn sweep(target: &Member, namespaces: &[Value], now: Timestamp) {
    for seen in namespaces {
        let text = |path: &str| seen.pointer(path).and_then(Value::as_str);
        let made = text("/metadata/creationTimestamp").and_then(|at| at.parse::<Timestamp>().ok());
        let is_left = text("/metadata/labels/havenmeester.dev~1scratch").is_some()
            && seen.pointer("/metadata/deletionTimestamp").is_none()
            && made.is_some_and(|made| now.duration_since(made) > LEFT);
        if is_left && let Some(name) = text("/metadata/name") {
            // Another look comes with the next dry run.
            let _ = remove(target, name).await;
        }
    }
}

/// One name per Migration, so that a dry run that is taken up again finds what it made.
fn name(migration: &str) -> String {
    format!(
        "havenmeester-try-{}",
        hex::encode(&Sha256::digest(migration.as_bytes())[..6])
    )
}
