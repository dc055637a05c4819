//! A cluster's directory: in memory where the machine has one, for etcd's sake.

use std::path::Path;

use rustix::fs::statfs;
use tempfile::TempDir;

use super::TestenvError;

/// `f_type` of a tmpfs (statfs(2)).
const TMPFS: u64 = 0x0102_1994;

/// A new directory that only its owner can enter.
pub(crate) fn home(cluster: &str) -> Result<TempDir, TestenvError> {
    let memory = Path::new("/dev/shm");
    let is_tmpfs = statfs(memory).is_ok_and(|stat| u64::try_from(stat.f_type).is_ok_and(|t| t == TMPFS));
    let base = if is_tmpfs {
        memory.to_owned()
    } else {
        std::env::temp_dir()
    };
    tempfile::Builder::new()
        .prefix(&format!("havenmeester-{cluster}-"))
        .tempdir_in(&base)
        .map_err(TestenvError::file("making a directory in", base))
}
