//! Where the log says that it ends.
//!
//! `log/head.json`, replaced after each write to the log. It shows that entries were taken off the end.
//! Invariant: it never points past the last entry, because it is written after it. It may lag: by one
//! write after a crash in between, and by a few on a store without compare-and-swap, when two replicas
//! append at the same moment.

use object_store::{UpdateVersion, path::Path};
use serde::{Deserialize, Serialize};

use crate::{
    canonical,
    chain::End,
    error::LedgerError,
    objects::{Objects, Replaced},
};

const PLACE: &str = "log/head.json";

/// How often to look again after another writer moved the head. Each time it has moved up by at least
/// one write, most often past ours.
const ATTEMPTS: usize = 64;

#[derive(Serialize, Deserialize)]
struct Head {
    hash: String,
    seq: u64,
}

/// What stands at the head's place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    Absent,
    At(End),
    /// It is not what we write.
    Unreadable,
}

/// Reads the head.
pub(crate) async fn read(objects: &Objects) -> Result<Found, LedgerError> {
    let found = objects.read(&Path::from(PLACE)).await?;
    Ok(found.map_or(Found::Absent, |found| {
        decode(&found.bytes).map_or(Found::Unreadable, Found::At)
    }))
}

/// The head as a writer saw it, to be replaced only if it still is that.
pub(crate) struct Seen(Option<(End, UpdateVersion)>);

impl Seen {
    /// Where it points to: nothing, where there is none yet.
    pub(crate) fn end(&self) -> End {
        self.0
            .as_ref()
            .map_or_else(End::of_nothing, |(end, _)| end.clone())
    }

    pub(crate) fn is_absent(&self) -> bool {
        self.0.is_none()
    }
}

/// Reads the head in order to move it. A damaged one is an error, and so is none where one `must_be`: to
/// make a new one would cover up what was done to it.
pub(crate) async fn look(objects: &Objects, must_be: bool) -> Result<Seen, LedgerError> {
    match objects.read(&Path::from(PLACE)).await? {
        None if must_be => Err(LedgerError::NoHead),
        None => Ok(Seen(None)),
        Some(found) => {
            let end = decode(&found.bytes).ok_or(LedgerError::HeadChanged)?;
            Ok(Seen(Some((end, found.version))))
        }
    }
}

/// Moves the head up to `end`; leaves it where it is further already.
pub(crate) async fn advance(objects: &Objects, mut seen: Seen, end: &End) -> Result<(), LedgerError> {
    let path = Path::from(PLACE);
    let bytes = bytes::Bytes::from(encode(end)?);
    for _ in 0..ATTEMPTS {
        let must_be = !seen.is_absent();
        match seen.0 {
            None if objects.create(&path, bytes.clone()).await? => return Ok(()),
            None => {}
            Some((there, _)) if there.seq >= end.seq => return Ok(()),
            Some((_, version)) => match objects.replace(&path, bytes.clone(), version).await? {
                Replaced::Done => return Ok(()),
                Replaced::Outdated => {}
                Replaced::Unsupported => return objects.overwrite(&path, bytes).await,
            },
        }
        seen = look(objects, must_be).await?;
    }
    Err(LedgerError::Contended {
        path: PLACE.to_owned(),
        attempts: ATTEMPTS,
    })
}

fn encode(end: &End) -> Result<Vec<u8>, LedgerError> {
    let head = Head {
        hash: end.hash.clone(),
        seq: end.seq,
    };
    let mut bytes = canonical::bytes_of(&head).map_err(|source| LedgerError::Encode {
        what: "the log's head pointer".to_owned(),
        source,
    })?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// `None` for anything but what `encode` writes, to the byte.
fn decode(bytes: &[u8]) -> Option<End> {
    let head: Head = serde_json::from_slice(bytes).ok()?;
    let end = End {
        seq: head.seq,
        hash: head.hash,
    };
    (encode(&end).ok()? == bytes).then_some(end)
}
