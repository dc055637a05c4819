//! Cleans up after a test process that had no chance to: killed, aborted, out of memory.
//!
//! Two shells: the anchor leads the process group that every daemon joins, the janitor waits outside it.
//! Both read a pipe whose other end only this process has; it closes when we end, whatever the way. Then
//! the janitor kills the group and removes the data. A parent-death signal would not do: it fires when the
//! *thread* that forked ends, and tests run on threads.
//! Invariant: works with `sh` and `rm` alone, without root, and leaves no process behind itself.

use std::{
    os::unix::process::CommandExt as _,
    path::Path,
    process::{Child, ChildStdin, Command, Stdio},
};

use super::TestenvError;

/// Killing takes effect after `kill` returns, so a dying process may still write while `rm` runs: repeat.
///
/// Both ignore what a cancelled job sends to all of its processes: the janitor still has work to do.
const JANITOR: &str = r#"
trap '' HUP INT TERM
while read -r _; do :; done
kill -s KILL -- "-$1" 2>/dev/null
tries=0
while [ -e "$2" ] && [ "$tries" -lt 100 ]; do rm -rf -- "$2" 2>/dev/null; tries=$((tries + 1)); done
"#;
const ANCHOR: &str = "trap '' HUP INT TERM; while read -r _; do :; done";

/// Dropping it kills the group, removes the data directory and waits until both are done.
#[derive(Debug)]
pub(crate) struct Guard {
    anchor: Shell,
    janitor: Shell,
}

impl Guard {
    /// Watches over `data` and over every process that joins `group`.
    pub(crate) fn over(data: &Path) -> Result<Self, TestenvError> {
        let anchor = Shell::start(Command::new("sh").args(["-c", ANCHOR]))?;
        let group = anchor.child.id().to_string();
        let janitor = Shell::start(
            Command::new("sh")
                .args(["-c", JANITOR, "janitor", group.as_str()])
                .arg(data),
        )?;
        Ok(Self { anchor, janitor })
    }

    /// The process group that daemons join.
    pub(crate) fn group(&self) -> i32 {
        i32::try_from(self.anchor.child.id()).unwrap_or(0)
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        // The janitor first: while the anchor lives, the group's number cannot be anybody else's.
        self.janitor.finish();
        self.anchor.finish();
    }
}

#[derive(Debug)]
struct Shell {
    child: Child,
    pipe: Option<ChildStdin>,
}

impl Shell {
    /// Its output goes nowhere: a pipe of the test's would stay open as long as the shell.
    fn start(command: &mut Command) -> Result<Self, TestenvError> {
        let mut child = command
            .process_group(0)
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|source| TestenvError::Spawn {
                program: "sh".to_owned(),
                source,
            })?;
        let pipe = child.stdin.take();
        Ok(Self { child, pipe })
    }

    fn finish(&mut self) {
        self.pipe = None;
        // Nothing is left to do about a shell that cannot be waited for.
        let _ = self.child.wait();
    }
}
