//! What a controller may ask for, and what becomes of it at the API server.

use std::time::Duration;

use http::{Request, header};
use kube::Client;
use serde_json::{Value, json};

use super::kind::{Key, Kind};

/// What one look at one object asks for.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Turn {
    pub(super) writes: Vec<Write>,
    /// Look again after this time, even if nothing changes.
    pub(super) again: Option<Duration>,
}

/// One write.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Write {
    Create {
        kind: Kind,
        namespace: String,
        body: Value,
    },
    /// A merge patch.
    Patch { kind: Kind, key: Key, body: Value },
    /// A merge patch of the status.
    Status { kind: Kind, key: Key, status: Value },
    /// Only the object with this uid.
    Delete { kind: Kind, key: Key, uid: String },
}

impl Turn {
    pub(super) fn create(&mut self, kind: Kind, namespace: &str, mut body: Value) {
        body["apiVersion"] = kind.api_version().into();
        body["kind"] = kind.name().into();
        self.writes.push(Write::Create {
            kind,
            namespace: namespace.to_owned(),
            body,
        });
    }

    pub(super) fn patch(&mut self, kind: Kind, key: &Key, body: Value) {
        self.writes.push(Write::Patch {
            kind,
            key: key.clone(),
            body,
        });
    }

    pub(super) fn status(&mut self, kind: Kind, key: &Key, status: Value) {
        self.writes.push(Write::Status {
            kind,
            key: key.clone(),
            status,
        });
    }

    pub(super) fn delete(&mut self, kind: Kind, key: &Key, uid: &str) {
        self.writes.push(Write::Delete {
            kind,
            key: key.clone(),
            uid: uid.to_owned(),
        });
    }

    pub(super) fn again(&mut self, after: Duration) {
        self.again = Some(self.again.map_or(after, |sooner| sooner.min(after)));
    }
}

impl Write {
    pub(super) fn kind(&self) -> Kind {
        match self {
            Self::Create { kind, .. }
            | Self::Patch { kind, .. }
            | Self::Status { kind, .. }
            | Self::Delete { kind, .. } => *kind,
        }
    }

    /// Sends it. The object as it is now, or nothing where the answer is not an object to keep.
    pub(super) async fn send(&self, client: &Client) -> kube::Result<Option<Value>> {
        let (method, path, content, body) = match self {
            Self::Create {
                kind,
                namespace,
                body,
            } => (
                "POST",
                kind.path(namespace, None),
                "application/json",
                body.clone(),
            ),
            Self::Patch { kind, key, body } => (
                "PATCH",
                kind.path(&key.0, Some(&key.1)),
                "application/merge-patch+json",
                body.clone(),
            ),
            Self::Status { kind, key, status } => (
                "PATCH",
                format!("{}/status", kind.path(&key.0, Some(&key.1))),
                "application/merge-patch+json",
                json!({ "status": status }),
            ),
            Self::Delete { kind, key, uid } => (
                "DELETE",
                kind.path(&key.0, Some(&key.1)),
                "application/json",
                json!({"preconditions": {"uid": uid}, "propagationPolicy": "Background"}),
            ),
        };
        let body = serde_json::to_vec(&body).map_err(kube::Error::SerdeError)?;
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::CONTENT_TYPE, content)
            .body(body)
            .map_err(kube::Error::HttpError)?;
        let answer = client.request::<Value>(request).await?;
        Ok(Some(answer).filter(|_| !matches!(self, Self::Delete { .. })))
    }
}
