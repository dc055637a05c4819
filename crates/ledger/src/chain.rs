//! Entries as bytes, each holding on to the one before by its hash.
//!
//! One object of the log is one write: a line of canonical JSON per entry, so that `cat` shows it. It is
//! named by the number of its first entry.
//! Not here: reading and writing objects (`log`), judging a chain (`check`).
//! Invariant: the hash of an entry covers its number, its content and the hash before it. It is not
//! keyed: who may write to the store can rewrite the log from some entry to its end, head pointer
//! included, and only a copy of a later head kept elsewhere shows it. What `verify` returns as `head`
//! is meant to be kept elsewhere.

use serde::Serialize;

use crate::{
    canonical,
    entry::{Entry, Sealed},
};

/// The number of the first entry.
pub(crate) const FIRST: u64 = 1;

/// What the first entry holds on to.
pub(crate) fn genesis() -> String {
    canonical::spell(&[0; 32])
}

/// The end of a chain: the number and hash of its last entry; 0 and genesis where there is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct End {
    pub(crate) seq: u64,
    pub(crate) hash: String,
}

impl End {
    pub(crate) fn of_nothing() -> Self {
        Self {
            seq: FIRST - 1,
            hash: genesis(),
        }
    }

    pub(crate) fn of(entry: &Sealed) -> Self {
        Self {
            seq: entry.seq,
            hash: entry.hash.clone(),
        }
    }
}

/// Everything that an entry's hash covers.
#[derive(Serialize)]
struct Covered<'a> {
    entry: &'a Entry,
    previous: &'a str,
    seq: u64,
}

/// The hash of an entry at a place.
pub(crate) fn hash(seq: u64, previous: &str, entry: &Entry) -> Result<String, serde_json::Error> {
    let bytes = canonical::bytes_of(&Covered { entry, previous, seq })?;
    Ok(canonical::spell(&canonical::digest(&bytes)))
}

/// Chains entries onto `end`.
pub(crate) fn seal(end: &End, entries: Vec<Entry>) -> Result<Vec<Sealed>, serde_json::Error> {
    let mut end = end.clone();
    let mut out = Vec::with_capacity(entries.len());
    for entry in entries {
        let seq = end.seq + 1;
        let hash = hash(seq, &end.hash, &entry)?;
        let sealed = Sealed {
            seq,
            previous: end.hash,
            hash,
            entry,
        };
        end = End::of(&sealed);
        out.push(sealed);
    }
    Ok(out)
}

/// An object of the log.
pub(crate) fn encode(entries: &[Sealed]) -> Result<Vec<u8>, serde_json::Error> {
    let mut out = Vec::new();
    for entry in entries {
        out.extend(canonical::bytes_of(entry)?);
        out.push(b'\n');
    }
    Ok(out)
}

/// The entries of an object of the log, as they say they are: nothing is checked.
pub(crate) fn decode(bytes: &[u8]) -> Result<Vec<Sealed>, serde_json::Error> {
    lines(bytes).map(serde_json::from_slice).collect()
}

/// The lines of an object of the log, without their ends.
pub(crate) fn lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes
        .split_inclusive(|byte| *byte == b'\n')
        .map(|line| line.strip_suffix(b"\n").unwrap_or(line))
}

/// The entry of a line, if the line is to the byte what was written and gives its own hash.
pub(crate) fn intact(line: &[u8]) -> Option<Sealed> {
    let entry: Sealed = serde_json::from_slice(line).ok()?;
    let as_written = canonical::bytes_of(&entry).ok()? == line;
    let own_hash = hash(entry.seq, &entry.previous, &entry.entry).ok()? == entry.hash;
    (as_written && own_hash).then_some(entry)
}

/// The number that an intact line claims.
pub(crate) fn claimed(line: &[u8]) -> Option<u64> {
    intact(line).map(|entry| entry.seq)
}

#[cfg(test)]
mod tests;
