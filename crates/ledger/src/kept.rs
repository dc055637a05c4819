//! A head of the log that is kept elsewhere: it shows what was cut off, or rewritten, since.
//!
//! Invariant: as text it is `NUMBER:HASH`, to the byte; anything else is refused.

use std::{fmt, str::FromStr};

use crate::chain::End;

/// The number of an entry, and its hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The number.
    pub seq: u64,
    /// The hash.
    pub hash: String,
}

/// The text is no head of a log.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no head of a log; write NUMBER:HASH, as in 12:sha256-…, as `audit verify` prints it")]
pub struct NoHead(String);

impl Kept {
    pub(crate) fn of(end: &End) -> Self {
        Self {
            seq: end.seq,
            hash: end.hash.clone(),
        }
    }
}

impl fmt::Display for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.seq, self.hash)
    }
}

impl FromStr for Kept {
    type Err = NoHead;

    fn from_str(text: &str) -> Result<Self, NoHead> {
        let read = || {
            let (seq, hash) = text.split_once(':')?;
            let digits = hash.strip_prefix("sha256-")?;
            let is_hash =
                digits.len() == 64 && digits.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
            Some(Self {
                seq: seq.parse().ok()?,
                hash: hash.to_owned(),
            })
            .filter(|kept| is_hash && kept.to_string() == text)
        };
        read().ok_or_else(|| NoHead(text.to_owned()))
    }
}
