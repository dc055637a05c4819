//! How an error is told, and which exit code it has.
//!
//! Invariant: nobody reads what is told but people; the exit code is what programs read.
use std::io::{self, Write as _};
use std::process::ExitCode;

/// The command was given something that can never work; exit code 2.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct BadUse(pub(crate) String);

/// Writes `error: ...` with its causes to stderr. That nobody reads stdout any more is no failure.
pub(crate) fn tell(error: &anyhow::Error) -> ExitCode {
    if is_broken_pipe(error) {
        return ExitCode::SUCCESS;
    }
    // Where stderr is closed too there is nobody to tell.
    let _ = writeln!(io::stderr(), "error: {}", chain(error));
    if error.is::<BadUse>() {
        ExitCode::from(2)
    } else {
        ExitCode::FAILURE
    }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<io::Error>())
        .any(|cause| cause.kind() == io::ErrorKind::BrokenPipe)
}

/// The error and its causes. A cause that the one before it has told already is not told again.
fn chain(error: &anyhow::Error) -> String {
    let mut told = String::new();
    for cause in error.chain() {
        let cause = cause.to_string();
        if told.is_empty() {
            told = cause;
        } else if !told.contains(cause.trim()) {
            told = format!("{told}: {cause}");
        }
    }
    told
}

#[cfg(test)]
mod tests;
