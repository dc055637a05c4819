//! One process of a control plane: started, killed, stopped, continued and started again by the test.
//!
//! Not here: whether it serves (`cluster` asks).
//! Invariant: a killed process has been waited for, so its ports are free when `kill` returns.

use std::{
    fs::OpenOptions,
    os::unix::process::CommandExt as _,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use rustix::io::Errno;
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process, waitid};
use tokio::{
    net::TcpStream,
    time::{Instant, sleep},
};

use super::{Process, TestenvError};

/// Lines of a log that an error quotes.
const QUOTED_LINES: usize = 25;
/// As long as a whole cluster may take: the machine may be as loaded as then.
const LISTENS_WITHIN: Duration = Duration::from_mins(1);
/// Often enough that a test does not notice, seldom enough that four starting clusters do not either.
pub(crate) const LOOK_EVERY: Duration = Duration::from_millis(50);

/// A process with a fixed command line, running or not.
#[derive(Debug)]
pub struct Daemon {
    process: Process,
    cluster: String,
    program: PathBuf,
    flags: Vec<String>,
    log: PathBuf,
    /// The process group that it joins.
    group: i32,
    /// Where it listens, if clients connect to it.
    port: Option<u16>,
    child: Mutex<Option<Child>>,
}

/// What makes a `Daemon`.
pub(crate) struct Program {
    pub(crate) process: Process,
    pub(crate) file: PathBuf,
    pub(crate) flags: Vec<String>,
    pub(crate) port: Option<u16>,
}

impl Daemon {
    /// Not started yet; its log will be in `home`.
    pub(crate) fn new(cluster: &str, home: &Path, group: i32, program: Program) -> Self {
        let Program {
            process,
            file,
            flags,
            port,
        } = program;
        Self {
            process,
            cluster: cluster.to_owned(),
            program: file,
            flags,
            log: home.join(format!("{process}.log")),
            group,
            port,
            child: Mutex::new(None),
        }
    }

    /// SIGKILL, and waits for the end: what a crash or a vanished machine looks like to its clients, whose
    /// connections are reset. Nothing happens if it is not running.
    pub fn kill(&self) -> Result<(), TestenvError> {
        let Some(mut child) = self.child().take() else {
            return Ok(());
        };
        child
            .kill()
            .and_then(|()| child.wait())
            .map_err(|source| TestenvError::Signal {
                action: "killing",
                process: self.process,
                source,
            })?;
        Ok(())
    }

    /// SIGSTOP, and waits until every thread stands still: connections stay open, new ones are accepted by the kernel,
    /// nothing is answered.
    pub fn stop(&self) -> Result<(), TestenvError> {
        self.signal("stopping", Signal::STOP)?;
        let Some(pid) = self.child().as_ref().map(Pid::from_child) else {
            return Ok(());
        };
        // An end counts too, or this would wait for ever; what ended stays to be waited for by `kill`.
        let options = WaitIdOptions::STOPPED | WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
        while let Err(errno) = waitid(WaitId::Pid(pid), options) {
            if errno != Errno::INTR {
                return Err(self.failed("waiting for the stop of", errno));
            }
        }
        self.check_alive()
    }

    /// SIGCONT: goes on where `stop` stopped it.
    pub fn cont(&self) -> Result<(), TestenvError> {
        self.signal("continuing", Signal::CONT)
    }

    /// Kills it if it runs, and starts it with the same ports and data. Returns once it listens, at most
    /// 60 s later; ask `Cluster::wait_ready` for the moment that it serves.
    pub async fn restart(&self) -> Result<(), TestenvError> {
        self.kill()?;
        self.start()?;
        let Some(port) = self.port else { return Ok(()) };
        let deadline = Instant::now() + LISTENS_WITHIN;
        while TcpStream::connect(("127.0.0.1", port)).await.is_err() {
            self.check_alive()?;
            if Instant::now() > deadline {
                return Err(self.not_ready("listens", LISTENS_WITHIN));
            }
            sleep(LOOK_EVERY).await;
        }
        Ok(())
    }

    /// Its process id, while it runs.
    pub fn id(&self) -> Option<u32> {
        self.child().as_ref().map(Child::id)
    }

    /// Starts it; its output is appended to its log.
    pub(crate) fn start(&self) -> Result<(), TestenvError> {
        let open = || OpenOptions::new().create(true).append(true).open(&self.log);
        let (out, err) = open()
            .and_then(|out| Ok((out.try_clone()?, out)))
            .map_err(TestenvError::file("opening", &self.log))?;
        let child = Command::new(&self.program)
            .args(&self.flags)
            .process_group(self.group)
            .env_remove("KUBECONFIG")
            .stdin(Stdio::null())
            .stdout(out)
            .stderr(err)
            .spawn()
            .map_err(|source| TestenvError::Spawn {
                program: self.program.display().to_string(),
                source,
            })?;
        *self.child() = Some(child);
        Ok(())
    }

    /// An error if it has ended without being told to.
    pub(crate) fn check_alive(&self) -> Result<(), TestenvError> {
        let mut child = self.child();
        let Some(running) = child.as_mut() else {
            return Ok(());
        };
        let ended = running.try_wait().map_err(|source| TestenvError::Signal {
            action: "waiting for",
            process: self.process,
            source,
        })?;
        match ended {
            None => Ok(()),
            Some(status) => Err(TestenvError::Ended {
                cluster: self.cluster.clone(),
                process: self.process,
                status,
                log: self.end_of_log(),
            }),
        }
    }

    /// The last lines that it wrote.
    pub fn end_of_log(&self) -> String {
        let log = std::fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(QUOTED_LINES)..].join("\n")
    }

    /// The error for a process that did not do `waiting_for` within `limit`.
    pub(crate) fn not_ready(&self, waiting_for: &'static str, limit: Duration) -> TestenvError {
        TestenvError::NotReady {
            cluster: self.cluster.clone(),
            seconds: limit.as_secs(),
            waiting_for,
            process: self.process,
            log: self.end_of_log(),
        }
    }

    fn signal(&self, action: &'static str, signal: Signal) -> Result<(), TestenvError> {
        let child = self.child();
        let Some(pid) = child.as_ref().map(Pid::from_child) else {
            return Err(TestenvError::NotRunning {
                cluster: self.cluster.clone(),
                process: self.process,
            });
        };
        kill_process(pid, signal).map_err(|errno| self.failed(action, errno))
    }

    fn failed(&self, action: &'static str, errno: Errno) -> TestenvError {
        TestenvError::Signal {
            action,
            process: self.process,
            source: errno.into(),
        }
    }

    /// A test that panicked with the lock held must still be able to clean up.
    fn child(&self) -> MutexGuard<'_, Option<Child>> {
        self.child.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        // The guard kills what this could not.
        let _ = self.kill();
    }
}
