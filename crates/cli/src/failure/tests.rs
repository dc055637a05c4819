//! How causes are told.
use anyhow::Context as _;

use super::{chain, is_broken_pipe};

#[test]
fn a_cause_is_told_once() {
    let error = anyhow::anyhow!("refused")
        .context("connecting: refused")
        .context("reading Providers");
    assert_eq!(chain(&error), "reading Providers: connecting: refused");
}

#[test]
fn a_pipe_that_nobody_reads_is_no_failure() {
    let broken: anyhow::Result<()> =
        Err(std::io::Error::from(std::io::ErrorKind::BrokenPipe)).context("writing");
    assert!(is_broken_pipe(&broken.unwrap_err()));
}
