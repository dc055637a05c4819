//! Whether a chain is whole, and if not, where and how it was broken.
//!
//! Pure: objects of the log are handed in one after the other, in the order of their names.
//! Not here: reading them, and looking for a missing entry elsewhere (`log`).
//! Invariant: every byte of the log counts. An object that is not, to the byte, what `chain::encode`
//! makes of its entries is a changed one.

use std::{collections::BTreeSet, fmt, ops::ControlFlow};

use serde::Serialize;

use crate::{
    chain::{self, End, FIRST},
    entry::Sealed,
    head::Found,
    kept::Kept,
};

/// What a walk over the log found.
#[derive(Serialize, Clone, Debug, PartialEq, Eq)]
#[serde(tag = "log")]
pub enum Verified {
    /// Nothing is missing, changed, moved or added.
    Intact {
        /// How many entries there are.
        entries: u64,
        /// The hash of the last one: keep it elsewhere. Of an empty log `sha256-` and 64 zeros.
        head: String,
    },
    /// The first place at which it is not as it was written.
    Broken {
        /// The number of the entry.
        seq: u64,
        /// What was done to it.
        kind: Tampering,
        /// The same in a sentence.
        detail: String,
    },
}

/// What was done to a log.
#[derive(Serialize, Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tampering {
    /// An entry is not what was written.
    Changed,
    /// An entry is gone.
    Removed,
    /// An entry was put between others, or next to the one that has its number.
    Inserted,
    /// Entries stand in another order.
    Reordered,
    /// The pointer to the end of the log was changed or removed.
    Head,
}

impl fmt::Display for Tampering {
    /// One word, as it is spelt in JSON.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

/// A walk under way.
pub(crate) struct Check {
    head: Found,
    /// The hash of the entry that the head points to, once it was passed.
    at_head: Option<String>,
    /// A head that was kept elsewhere.
    kept: Option<Kept>,
    /// The hash of the entry that this one names, once it was passed.
    at_kept: Option<String>,
    end: End,
    objects: usize,
    broken: Option<Verified>,
}

impl Check {
    /// `head` must have been read before the objects were listed.
    pub(crate) fn new(head: Found, kept: Option<Kept>) -> Self {
        Self {
            head,
            at_head: None,
            at_kept: kept
                .as_ref()
                .filter(|kept| kept.seq < FIRST)
                .map(|_| chain::genesis()),
            kept,
            end: End::of_nothing(),
            objects: 0,
            broken: None,
        }
    }

    /// Takes the next object; breaks off at the first thing that is wrong.
    pub(crate) fn object(&mut self, first: Option<u64>, bytes: &[u8]) -> ControlFlow<()> {
        self.objects += 1;
        match self.walk(first, bytes) {
            Ok(()) => ControlFlow::Continue(()),
            Err(broken) => {
                self.broken = Some(broken);
                ControlFlow::Break(())
            }
        }
    }

    /// The verdict, with the head held against the entries.
    pub(crate) fn finish(self) -> Verified {
        if let Some(broken) = self.broken {
            return broken;
        }
        let End { seq: last, hash } = self.end;
        match self.head {
            Found::Unreadable => broken(last, Tampering::Head, "the head pointer is not what was written"),
            Found::Absent if self.objects > 1 => broken(last, Tampering::Head, "the head pointer is gone"),
            Found::At(head) if head.seq > last => {
                let detail = format!("entries {} to {} are gone from the end", last + 1, head.seq);
                broken(last + 1, Tampering::Removed, &detail)
            }
            Found::At(head) if self.at_head.as_ref() != Some(&head.hash) => {
                let detail = format!("entry {} is not the one that the head pointer names", head.seq);
                broken(head.seq, Tampering::Changed, &detail)
            }
            Found::Absent | Found::At(_) => self.kept.map_or_else(
                || Verified::Intact {
                    entries: last,
                    head: hash.clone(),
                },
                |kept| against(&kept, self.at_kept.as_deref(), last, &hash),
            ),
        }
    }

    fn walk(&mut self, first: Option<u64>, bytes: &[u8]) -> Result<(), Verified> {
        let next = self.end.seq + 1;
        let Some(first) = first else {
            return Err(broken(
                next,
                Tampering::Inserted,
                "an object of the log has a name that is not a number",
            ));
        };
        if first > next {
            let detail = format!("entries {next} to {} are gone", first - 1);
            return Err(broken(next, Tampering::Removed, &detail));
        }
        if first < next {
            let detail = format!("an object begins at {first} amid another one");
            return Err(broken(first, Tampering::Inserted, &detail));
        }
        if !bytes.ends_with(b"\n") {
            return Err(broken(
                next,
                Tampering::Changed,
                "the object does not end as it was written",
            ));
        }
        let claimed: BTreeSet<u64> = chain::lines(bytes).filter_map(chain::claimed).collect();
        for line in chain::lines(bytes) {
            self.line(line, &claimed)?;
        }
        Ok(())
    }

    fn line(&mut self, line: &[u8], claimed: &BTreeSet<u64>) -> Result<(), Verified> {
        let next = self.end.seq + 1;
        let Some(entry) = chain::intact(line) else {
            return Err(broken(
                next,
                Tampering::Changed,
                "the entry does not give its hash",
            ));
        };
        if entry.seq != next {
            return Err(misplaced(next, &entry, claimed));
        }
        if entry.previous != self.end.hash {
            return Err(unchained(next));
        }
        self.end = End::of(&entry);
        if self.kept.as_ref().is_some_and(|kept| kept.seq == entry.seq) {
            self.at_kept = Some(entry.hash.clone());
        }
        if matches!(&self.head, Found::At(head) if head.seq == entry.seq) {
            self.at_head = Some(entry.hash);
        }
        Ok(())
    }
}

/// A log that is whole by itself, held against a head that was kept elsewhere. `there`: the hash of the entry it names.
fn against(kept: &Kept, there: Option<&str>, last: u64, hash: &str) -> Verified {
    match there {
        None => {
            let detail = format!(
                "entries {} to {} are gone from the end, and the head pointer was put back: entry {} is kept elsewhere",
                last + 1,
                kept.seq,
                kept.seq
            );
            broken(last + 1, Tampering::Removed, &detail)
        }
        Some(there) if there != kept.hash => {
            let detail = format!(
                "entry {} is not the one that is kept elsewhere: it, or one before it, was rewritten with all that follow",
                kept.seq
            );
            broken(kept.seq, Tampering::Changed, &detail)
        }
        Some(_) => Verified::Intact {
            entries: last,
            head: hash.to_owned(),
        },
    }
}

/// An entry that is whole stands where another number is due.
fn misplaced(next: u64, entry: &Sealed, claimed: &BTreeSet<u64>) -> Verified {
    let seq = entry.seq;
    if claimed.contains(&next) {
        let detail = format!("entry {seq} stands where {next} belongs, and {next} further on");
        broken(next, Tampering::Reordered, &detail)
    } else if seq < next {
        broken(
            seq,
            Tampering::Inserted,
            &format!("a second entry {seq} stands where {next} belongs"),
        )
    } else {
        broken(
            next,
            Tampering::Removed,
            &format!("entry {seq} stands where {next} belongs"),
        )
    }
}

/// An entry that is whole and in its place holds on to another than the one before it.
fn unchained(next: u64) -> Verified {
    if next == FIRST {
        return broken(
            next,
            Tampering::Removed,
            "the first entry holds on to one before it",
        );
    }
    let detail = format!(
        "entry {next} holds on to another entry {}: this one was put in its place",
        next - 1
    );
    broken(next - 1, Tampering::Changed, &detail)
}

fn broken(seq: u64, kind: Tampering, detail: &str) -> Verified {
    Verified::Broken {
        seq,
        kind,
        detail: detail.to_owned(),
    }
}

#[cfg(test)]
mod tests;
