//! The process under test: `havenmeester run`, as it is shipped.
//!
//! Invariant: gone when dropped, and when this process ends in any other way; its log outlives it.

use std::{
    fs::OpenOptions,
    path::PathBuf,
    process::{Child, ChildStdin, Command, Output, Stdio},
    time::Duration,
};

use anyhow::{Context as _, bail, ensure};
use rustix::process::{Pid, Signal, kill_process};

/// Lines of the log that a failure quotes.
const QUOTED_LINES: usize = 60;
/// An end in order: moves are left, the Lease is given up.
const ENDS_WITHIN: Duration = Duration::from_secs(30);

/// Kills the daemon when the pipe closes, which it does however this process ends.
const JANITOR: &str = r#"trap '' HUP INT TERM; while read -r _; do :; done; kill -s KILL "$1" 2>/dev/null"#;

/// Where the daemon keeps what it has.
#[derive(Clone, Debug)]
pub struct Daemon {
    /// The kubeconfig of the hub.
    pub(crate) kubeconfig: PathBuf,
    /// Captures and the decision log.
    pub store: PathBuf,
    /// What captures are sealed with.
    pub(crate) key: PathBuf,
    /// What it writes to standard error.
    pub(crate) log: PathBuf,
    /// Registries without TLS.
    pub plain_http: Vec<String>,
}

/// A running daemon.
#[derive(Debug)]
pub(crate) struct Running {
    child: Child,
    janitor: Child,
    pipe: Option<ChildStdin>,
}

impl Daemon {
    pub(crate) fn start(&self) -> anyhow::Result<Running> {
        let log = OpenOptions::new().create(true).append(true).open(&self.log)?;
        let mut command = Self::begin("run")?;
        command
            .arg("--kubeconfig")
            .arg(&self.kubeconfig)
            .args([
                "--listen",
                "127.0.0.1:0",
                "--log-format",
                "text",
                "--color",
                "never",
            ])
            .args(["--identity", "end-to-end"])
            .arg("--capture-key-file")
            .arg(&self.key);
        // Of the world's registries none is asked: every member has a mirror for them that asks no other.
        for host in &self.plain_http {
            command.arg("--plain-http-registry").arg(host);
        }
        self.store_of(&mut command);
        let child = command
            .env("RUST_LOG", "info")
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
            .context("starting the daemon")?;
        let janitor = Command::new("sh")
            .args(["-c", JANITOR, "janitor", &child.id().to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        let mut running = Running {
            child,
            janitor: janitor.context("starting a janitor")?,
            pipe: None,
        };
        running.pipe = running.janitor.stdin.take();
        Ok(running)
    }

    /// Runs another command of the same binary against the hub, and returns what it prints.
    pub(crate) fn ask(&self, arguments: &[&str]) -> anyhow::Result<Vec<u8>> {
        let output = self.command(arguments)?;
        let why = String::from_utf8_lossy(&output.stderr);
        ensure!(
            output.status.success(),
            "havenmeester {arguments:?}: {} {why}",
            output.status
        );
        Ok(output.stdout)
    }

    /// Runs another command of the same binary against the hub; its output, whatever its exit code.
    pub(crate) fn command(&self, arguments: &[&str]) -> anyhow::Result<Output> {
        let mut command = Self::begin(arguments.first().copied().unwrap_or_default())?;
        command
            .args(arguments.iter().skip(1))
            .arg("--kubeconfig")
            .arg(&self.kubeconfig);
        command.output().context("starting the command line")
    }

    /// Runs `havenmeester audit verify` on the store.
    pub fn verify_log(&self) -> anyhow::Result<Output> {
        let mut command = Self::begin("audit")?;
        command.arg("verify");
        self.store_of(&mut command);
        command.output().context("verifying the decision log")
    }

    fn begin(name: &str) -> anyhow::Result<Command> {
        let mut command = Command::new(program()?);
        for (variable, _) in std::env::vars_os() {
            let ours = variable.to_string_lossy();
            if ours.starts_with("HAVENMEESTER_") || ours == "KUBECONFIG" || ours.starts_with("OTEL_") {
                command.env_remove(&variable);
            }
        }
        command.arg(name);
        Ok(command)
    }

    fn store_of(&self, command: &mut Command) {
        command.arg("--store").arg(&self.store);
    }

    /// The last lines of the log.
    pub(crate) fn end_of_log(&self) -> String {
        let log = std::fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(QUOTED_LINES)..].join("\n")
    }

    /// An error if the daemon has ever panicked.
    pub fn never_panicked(&self) -> anyhow::Result<()> {
        let log = std::fs::read_to_string(&self.log)?;
        let panic = log.lines().find(|line| line.contains("panicked at"));
        ensure!(panic.is_none(), "the daemon panicked: {panic:?}");
        Ok(())
    }
}

impl Running {
    /// SIGKILL, as by an out-of-memory killer.
    pub(crate) fn kill(mut self) -> anyhow::Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// SIGTERM, and an end in order.
    pub(crate) async fn end(mut self) -> anyhow::Result<()> {
        kill_process(Pid::from_child(&self.child), Signal::TERM).context("SIGTERM")?;
        let begun = tokio::time::Instant::now();
        loop {
            if let Some(status) = self.child.try_wait()? {
                ensure!(status.success(), "the daemon ended with {status}");
                return Ok(());
            }
            if begun.elapsed() > ENDS_WITHIN {
                bail!("the daemon does not end within {ENDS_WITHIN:?} of SIGTERM");
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// An error if it has ended without being told to.
    pub(crate) fn check_alive(&mut self) -> anyhow::Result<()> {
        match self.child.try_wait()? {
            None => Ok(()),
            Some(status) => bail!("the daemon ended by itself with {status}"),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // The janitor first: until the child is waited for, its number cannot be anybody else's.
        self.pipe = None;
        let _ = self.janitor.wait();
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The binary: as cargo says, or beside this program, which cargo keeps one folder deeper if it is a test.
fn program() -> anyhow::Result<PathBuf> {
    if let Some(given) = std::env::var_os("CARGO_BIN_EXE_havenmeester") {
        return Ok(given.into());
    }
    let this = std::env::current_exe()?;
    let mut beside = this
        .ancestors()
        .skip(1)
        .take(2)
        .map(|folder| folder.join("havenmeester"));
    let built = beside.find(|path| path.is_file());
    built.context(
        "there is no havenmeester beside this program; build it with `cargo build -p havenmeester`, or run \
         `cargo xtask test --only real`, which does",
    )
}
