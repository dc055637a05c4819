//! Sealed captures, each under the hash of its content.
//!
//! `captures/KEYS/ID.json.gz.age`, where KEYS names the set of recipients that it is sealed to.
//! Not here: which captures there are of a workload (`index`).
//! Invariant: what is under an id is never written again; content that does not give its id is refused.

use object_store::path::Path;

use crate::{
    capture::{Capture, CaptureId},
    envelope::{self, Unopened},
    error::LedgerError,
    keys::Keys,
    objects::Objects,
};

const ROOT: &str = "captures";

/// How often to look again after another writer got in between. Two would do: the other one either
/// finished, and then it is there, or failed, and then the place is free.
const ATTEMPTS: usize = 8;

/// Seals and stores a plaintext, unless it is there already.
pub(crate) async fn store(
    objects: &Objects,
    keys: &Keys,
    id: &CaptureId,
    plain: &[u8],
) -> Result<(), LedgerError> {
    let path = place(&keys.fingerprint(), id);
    if objects.exists(&path).await? {
        return Ok(());
    }
    let sealed = envelope::seal(plain, keys).map_err(|source| LedgerError::Seal { id: *id, source })?;
    let sealed = bytes::Bytes::from(sealed);
    for _ in 0..ATTEMPTS {
        // S3 also refuses while another upload is under way, which may yet fail: look that it is there.
        if objects.create(&path, sealed.clone()).await? || objects.exists(&path).await? {
            return Ok(());
        }
    }
    Err(LedgerError::Contended {
        path: path.to_string(),
        attempts: ATTEMPTS,
    })
}

/// The capture with this id, checked against it.
pub(crate) async fn load(objects: &Objects, keys: &Keys, id: &CaptureId) -> Result<Capture, LedgerError> {
    let sealed = find(objects, keys, id).await?;
    let plain = envelope::open(&sealed, keys).map_err(|unopened| match unopened {
        Unopened::NoKey => LedgerError::NoKey { id: *id },
        Unopened::Damaged(source) => LedgerError::Damaged { id: *id, source },
    })?;
    let found = CaptureId::of(&plain);
    if found != *id {
        return Err(LedgerError::OtherContent { id: *id, found });
    }
    serde_json::from_slice(&plain).map_err(|source| LedgerError::Decode {
        path: format!("capture {id}"),
        source,
    })
}

/// The sealed bytes: those sealed to our present recipients, else to any other set.
async fn find(objects: &Objects, keys: &Keys, id: &CaptureId) -> Result<bytes::Bytes, LedgerError> {
    if let Some(found) = objects.read(&place(&keys.fingerprint(), id)).await? {
        return Ok(found.bytes);
    }
    let mut sealed_to_others = None;
    for set in objects.directories(&Path::from(ROOT)).await? {
        let Some(found) = objects.read(&set.join(file(id))).await? else {
            continue;
        };
        if !matches!(envelope::open(&found.bytes, keys), Err(Unopened::NoKey)) {
            return Ok(found.bytes);
        }
        sealed_to_others = Some(found.bytes);
    }
    sealed_to_others.ok_or(LedgerError::NoCapture { id: *id })
}

fn place(keys: &str, id: &CaptureId) -> Path {
    Path::from_iter([ROOT, keys, &file(id)])
}

fn file(id: &CaptureId) -> String {
    format!("{id}.json.gz.age")
}
