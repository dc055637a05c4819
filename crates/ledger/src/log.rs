//! The decision log in the store: append, read, verify.
//!
//! `log/entries/NUMBER.jsonl`, one object per write, named by the number of its first entry; and
//! `log/head.json`. Writers need no lock: the next number can be created once, whoever comes second
//! reads what is there, chains on to it and tries the next.
//! Not here: the hash (`chain`), the verdict (`check`).
//! Invariant: the head is brought up to the end of the log before anything is added to it.

use futures::{StreamExt as _, TryStreamExt as _};
use object_store::path::Path;

use crate::{
    chain::{self, End, FIRST},
    check::{Check, Tampering, Verified},
    entry::{Entry, Sealed},
    error::LedgerError,
    head,
    kept::Kept,
    objects::Objects,
};

const ENTRIES: &str = "log/entries";

/// How often to try the next number while others take it. Each loss means that somebody else's write
/// succeeded, so it takes as many writers at the same instant to use this up.
const ATTEMPTS: usize = 256;

/// How many objects are read at the same time. 32 hides the latency of S3 and is no burden on a disk.
const READ_AHEAD: usize = 32;

/// Chains entries onto the log as one object. `known` is where the log ended when we last looked; it is
/// kept up to date at every await, so that a call that is cancelled can be repeated.
pub(crate) async fn append(
    objects: &Objects,
    known: &mut Option<End>,
    entries: &[Entry],
) -> Result<Vec<Sealed>, LedgerError> {
    if entries.is_empty() {
        return Ok(Vec::new());
    }
    for _ in 0..ATTEMPTS {
        let end = match known {
            Some(end) => end.clone(),
            None => known.insert(find_end(objects).await?).clone(),
        };
        // Before the entry, so that a damaged head refuses it instead of failing after it.
        let head = head::look(objects, end.seq >= FIRST).await?;
        let path = place(end.seq + 1);
        let encoding = |source| LedgerError::Encode {
            what: path.to_string(),
            source,
        };
        let sealed = chain::seal(&end, entries.to_vec()).map_err(encoding)?;
        let bytes = bytes::Bytes::from(chain::encode(&sealed).map_err(encoding)?);
        if objects.create(&path, bytes.clone()).await? {
            *known = follow(objects, head, &sealed).await;
            return Ok(sealed);
        }
        // Absent after all: another upload was under way and failed. Then the place is free.
        let Some(found) = objects.read(&path).await? else {
            continue;
        };
        if found.bytes == bytes {
            // Our own write, whose answer was lost on the way, or which was cancelled.
            *known = follow(objects, head, &sealed).await;
            return Ok(sealed);
        }
        let end = last_of(&path, &found.bytes)?;
        head::advance(objects, head, &end).await?;
        *known = Some(end);
    }
    Err(LedgerError::Contended {
        path: ENTRIES.to_owned(),
        attempts: ATTEMPTS,
    })
}

/// Moves the head up to what was just written. `None` where it could not: the entries are in the log, so
/// that is no failure of theirs, and the next one begins by bringing the head up or reports why it cannot.
async fn follow(objects: &Objects, head: head::Seen, written: &[Sealed]) -> Option<End> {
    let end = written.last().map(End::of)?;
    match head::advance(objects, head, &end).await {
        Ok(()) => Some(end),
        Err(error) => {
            tracing::warn!(%error, seq = end.seq, "the log's head pointer lags behind its last entry");
            None
        }
    }
}

/// Follows the log from its head to its end, and brings the head up to it.
async fn find_end(objects: &Objects) -> Result<End, LedgerError> {
    let head = head::look(objects, false).await?;
    let mut end = head.end();
    let mut behind = 0;
    loop {
        let path = place(end.seq + 1);
        let Some(found) = objects.read(&path).await? else {
            break;
        };
        end = last_of(&path, &found.bytes)?;
        behind += 1;
    }
    if head.is_absent() && behind > 1 {
        return Err(LedgerError::NoHead); // a crash leaves one object without a head, never two
    }
    if behind > 0 {
        head::advance(objects, head, &end).await?;
    }
    Ok(end)
}

/// The entries from number `from` on, as they stand in the store; `verify` says whether to believe them.
pub(crate) async fn entries(objects: &Objects, from: u64) -> Result<Vec<Sealed>, LedgerError> {
    let mut places = list(objects).await?;
    let started = places
        .iter()
        .rposition(|(first, _)| first.is_some_and(|first| first <= from));
    places.drain(..started.unwrap_or(0));
    let read = places
        .into_iter()
        .filter(|(first, _)| first.is_some())
        .map(|(_, path)| async move {
            let Some(found) = objects.read(&path).await? else {
                return Ok(Vec::new());
            };
            chain::decode(&found.bytes).map_err(|source| LedgerError::Decode {
                path: path.to_string(),
                source,
            })
        });
    let read: Vec<Vec<Sealed>> = futures::stream::iter(read)
        .buffered(READ_AHEAD)
        .try_collect()
        .await?;
    Ok(read
        .into_iter()
        .flatten()
        .filter(|entry| entry.seq >= from)
        .collect())
}

/// Walks the chain from its first entry to its end, and holds it against a head that was kept elsewhere.
pub(crate) async fn verify(objects: &Objects, kept: Option<Kept>) -> Result<Verified, LedgerError> {
    // Before the listing: entries that are added meanwhile are then past the head, which is allowed.
    let head = head::read(objects).await?;
    let places = list(objects).await?;
    let mut check = Check::new(head, kept);
    let read = places
        .iter()
        .map(|(first, path)| async move { Ok((*first, objects.read(path).await?)) });
    let mut read = futures::stream::iter(read).buffered(READ_AHEAD);
    while let Some((first, found)) = read.try_next().await? {
        // Removed since it was listed: the next one will be missed.
        let Some(found) = found else { continue };
        if check.object(first, &found.bytes).is_break() {
            break;
        }
    }
    drop(read);
    match check.finish() {
        Verified::Broken {
            seq,
            kind: Tampering::Removed,
            detail,
        } => locate(objects, &places, seq, detail).await,
        verdict @ (Verified::Broken { .. } | Verified::Intact { .. }) => Ok(verdict),
    }
}

/// Looks whether an entry that is missing from its place stands in another.
async fn locate(
    objects: &Objects,
    places: &[(Option<u64>, Path)],
    seq: u64,
    detail: String,
) -> Result<Verified, LedgerError> {
    for (_, path) in places {
        let Some(found) = objects.read(path).await? else {
            continue;
        };
        if chain::lines(&found.bytes).any(|line| chain::claimed(line) == Some(seq)) {
            let detail = format!("{detail}; entry {seq} stands in {path}");
            return Ok(Verified::Broken {
                seq,
                kind: Tampering::Reordered,
                detail,
            });
        }
    }
    Ok(Verified::Broken {
        seq,
        kind: Tampering::Removed,
        detail,
    })
}

/// Every object of the log with the number in its name, in that order; `None` is not a name of ours.
async fn list(objects: &Objects) -> Result<Vec<(Option<u64>, Path)>, LedgerError> {
    let found = objects.list(&Path::from(ENTRIES)).await?;
    let mut places: Vec<_> = found.into_iter().map(|path| (number(&path), path)).collect();
    places.sort_unstable();
    Ok(places)
}

fn place(first: u64) -> Path {
    Path::from_iter(["log", "entries", &format!("{first:020}.jsonl")])
}

fn number(path: &Path) -> Option<u64> {
    let first = path.filename()?.strip_suffix(".jsonl")?.parse().ok()?;
    (place(first) == *path && first >= FIRST).then_some(first)
}

fn last_of(path: &Path, bytes: &[u8]) -> Result<End, LedgerError> {
    let entries = chain::decode(bytes).map_err(|source| LedgerError::Decode {
        path: path.to_string(),
        source,
    })?;
    entries.last().map(End::of).ok_or_else(|| LedgerError::Empty {
        path: path.to_string(),
    })
}

#[cfg(test)]
mod tests;
