//! Port numbers on 127.0.0.1 that stay ours: a killed API server must get its own back.
//!
//! A port from the kernel (`bind` to 0) may be handed to an outgoing connection once its owner dies, so
//! these come from below the ephemeral range, and below the node ports that start at 30000.
//! Invariant: a number is given to one living owner, over all processes of this user.

#[cfg(test)]
mod tests;

use std::{fs::File, net::TcpListener, path::PathBuf};

use super::TestenvError;
use crate::binaries::cache;

const FIRST: u16 = 20_000;
const LAST: u16 = 29_999;

/// A reserved port. Dropping it, or dying, gives the number back.
#[derive(Debug)]
pub(crate) struct Port {
    number: u16,
    _lock: File,
}

impl Port {
    /// The next number that no other owner holds and no other program listens on.
    pub(crate) fn reserve() -> Result<Self, TestenvError> {
        let directory = cache()?.join("ports");
        std::fs::create_dir_all(&directory).map_err(TestenvError::file("making", &directory))?;
        // Processes start searching at places of their own, so that they seldom meet.
        let range = LAST - FIRST + 1;
        let offset = u16::try_from(std::process::id() % u32::from(range)).unwrap_or(0);
        for step in 0..range {
            let number = FIRST + (offset + step) % range;
            if let Some(port) = Self::try_number(directory.join(number.to_string()), number)? {
                return Ok(port);
            }
        }
        Err(TestenvError::NoFreePort {
            first: FIRST,
            last: LAST,
        })
    }

    pub(crate) fn number(&self) -> u16 {
        self.number
    }

    fn try_number(path: PathBuf, number: u16) -> Result<Option<Self>, TestenvError> {
        let lock = File::create(&path).map_err(TestenvError::file("making", path))?;
        let free = lock.try_lock().is_ok() && TcpListener::bind(("127.0.0.1", number)).is_ok();
        Ok(free.then_some(Self { number, _lock: lock }))
    }
}
