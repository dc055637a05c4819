//! What stood on a cluster, the name that its content gives it, and a reference to it.
//!
//! Not here: how it is sealed (`envelope`) or where it lies (`vault`, `index`).
//! Invariant: a `CaptureId` is the SHA-256 of the canonical plaintext, so equal captures have equal
//! ids, whatever the order of their objects or of the fields in them.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::canonical;

/// One workload's objects as they stood on one cluster.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub struct Capture {
    /// The Workload on the hub, `namespace/name`.
    pub workload: String,
    /// The name of the `MemberCluster`.
    pub cluster: String,
    /// The objects, in any order; read back they are ordered by apiVersion, kind, namespace, name.
    pub objects: Vec<Value>,
}

/// The name of a capture: `sha256-` and the digest of its canonical plaintext.
///
/// Whoever holds an id can test a guess of the whole content against it; the ids of captures with
/// little that is unknown in them are therefore no more public than the store itself.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CaptureId([u8; 32]);

/// A text that should have been a `CaptureId`.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not a capture id: wanted `sha256-` and 64 lower-case hexadecimal digits")]
pub struct NotACaptureId {
    /// The text as it was given.
    pub text: String,
}

/// Says that a capture exists, without its content.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub struct CaptureRef {
    /// The name of the content.
    pub id: CaptureId,
    /// The Workload on the hub, `namespace/name`.
    pub workload: String,
    /// The name of the `MemberCluster`.
    pub cluster: String,
    /// The last time at which the objects were seen to stand like this, before they changed.
    pub taken_at: jiff::Timestamp,
    /// How many objects it holds.
    pub objects: usize,
    /// Size of the canonical plaintext in bytes; what is stored is about a sixth of it.
    pub bytes: u64,
}

impl Capture {
    /// The bytes that are hashed and sealed: canonical JSON, the objects ordered by apiVersion, kind,
    /// namespace, name, and for equal ones by their bytes.
    pub(crate) fn plaintext(&self) -> Result<Vec<u8>, serde_json::Error> {
        let mut objects = Vec::with_capacity(self.objects.len());
        for object in &self.objects {
            let mut bytes = Vec::new();
            canonical::write(object, &mut bytes)?;
            objects.push((place(object), bytes));
        }
        objects.sort_unstable();

        let mut out = b"{\"cluster\":".to_vec();
        serde_json::to_writer(&mut out, &self.cluster)?;
        out.extend_from_slice(b",\"objects\":[");
        for (i, (_, bytes)) in objects.iter().enumerate() {
            if i > 0 {
                out.push(b',');
            }
            out.extend_from_slice(bytes);
        }
        out.extend_from_slice(b"],\"workload\":");
        serde_json::to_writer(&mut out, &self.workload)?;
        out.push(b'}');
        Ok(out)
    }
}

/// Where an object stands in the order: apiVersion, kind, namespace, name; what is absent is empty.
fn place(object: &Value) -> [&str; 4] {
    let text = |pointer| {
        object
            .pointer(pointer)
            .and_then(Value::as_str)
            .unwrap_or_default()
    };
    [
        text("/apiVersion"),
        text("/kind"),
        text("/metadata/namespace"),
        text("/metadata/name"),
    ]
}

impl CaptureId {
    /// The id of a canonical plaintext.
    pub(crate) fn of(plaintext: &[u8]) -> Self {
        Self(canonical::digest(plaintext))
    }
}

impl fmt::Display for CaptureId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&canonical::spell(&self.0))
    }
}

impl fmt::Debug for CaptureId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for CaptureId {
    type Err = NotACaptureId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut digest = [0; 32];
        let read = text
            .strip_prefix("sha256-")
            .map(|digits| hex::decode_to_slice(digits, &mut digest));
        let id = Self(digest);
        // One spelling only: an id is also the name of an object in the store.
        if read == Some(Ok(())) && id.to_string() == text {
            Ok(id)
        } else {
            Err(NotACaptureId {
                text: text.to_owned(),
            })
        }
    }
}

impl Serialize for CaptureId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for CaptureId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests;
