//! A real image registry on loopback: the distribution project's, open, behind a password, or with a certificate.
//!
//! Not here: what its images are (`push`). They are in memory and gone with it.
//! Invariant: needs no root and no other network than 127.0.0.1; nothing outlives the value.

use std::{
    fs::OpenOptions,
    net::SocketAddr,
    os::unix::process::CommandExt as _,
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

use tempfile::TempDir;
use tokio::{
    net::TcpStream,
    time::{Instant, sleep},
};

use super::{
    Relay, TestenvError, certificates::Authority, daemon::LOOK_EVERY, guard::Guard, home::home, ports::Port,
};
use crate::binaries::{Binary, find};

/// It needs a tenth of a second; a loaded machine some more.
const LISTENS_WITHIN: Duration = Duration::from_secs(30);
/// Lines of its log that an error quotes.
const QUOTED_LINES: usize = 25;

/// `USER` and `PASSWORD` as htpasswd writes them, by bcrypt (the only form that the registry reads) at its lowest cost.
const HTPASSWD: &str = "tester:$2a$04$.MBt72zR/jtuuXZ1dKa8Suwo570UHkgzGon.d0Nrt4wcRcz18l6fm\n";

/// Who gets into a registry, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Entry {
    /// Everybody, over plain HTTP.
    Open,
    /// [`Registry::USER`] only, over plain HTTP.
    Locked,
    /// Everybody, over TLS with a certificate of its own authority.
    Signed,
}

/// A running registry. Dropping it ends the process.
#[derive(Debug)]
pub struct Registry {
    // Dropped in this order: the process, then the guard over its directory, then the port.
    child: Option<Child>,
    guard: Guard,
    home: TempDir,
    port: Port,
    entry: Entry,
    authority: Option<String>,
}

impl Registry {
    /// Who may read and write where the registry is locked.
    pub const USER: &str = "tester";
    /// Their password.
    pub const PASSWORD: &str = "a-password-for-tests";

    /// Starts one and waits until it listens. If the program must be built first, that takes half a minute.
    pub async fn start(name: &str, entry: Entry) -> Result<Self, TestenvError> {
        let program = tokio::task::spawn_blocking(|| find(Binary::Registry))
            .await
            .map_err(|source| TestenvError::Spawn {
                program: "go".to_owned(),
                source: source.into(),
            })??;
        let home = home(name)?;
        let mut registry = Self {
            child: None,
            guard: Guard::over(home.path())?,
            home,
            port: Port::reserve()?,
            entry,
            authority: None,
        };
        registry.configure(name)?;
        registry.spawn(&program)?;
        registry.listens(name).await?;
        Ok(registry)
    }

    /// Its host as it stands in the name of an image, `127.0.0.1:PORT`.
    pub fn host(&self) -> String {
        self.address().to_string()
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        ([127, 0, 0, 1], self.port.number()).into()
    }

    /// Who gets in.
    pub(super) fn entry(&self) -> Entry {
        self.entry
    }

    /// The certificate of the authority that signed its own, PEM; none where it has none.
    pub fn authority(&self) -> Option<&str> {
        self.authority.as_deref()
    }

    /// A relay in front of it, on the runtime that calls this. The relay's address is another host of the same images.
    pub async fn through_relay(&self) -> Result<Relay, TestenvError> {
        Relay::start(self.address()).await
    }

    fn configure(&mut self, name: &str) -> Result<(), TestenvError> {
        let file = |name: &str| self.home.path().join(name).display().to_string();
        let (accounts, certificate, key) = (file("htpasswd"), file("registry.crt"), file("registry.key"));
        let (mut auth, mut tls) = (String::new(), String::new());
        match self.entry {
            Entry::Open => {}
            Entry::Locked => {
                write(Path::new(&accounts), HTPASSWD)?;
                auth = format!("auth: {{htpasswd: {{realm: tests, path: {accounts:?}}}}}\n");
            }
            Entry::Signed => {
                let authority = Authority::new(name)?;
                let issued = authority.server(name, &["127.0.0.1", "localhost"])?;
                write(Path::new(&certificate), &issued.certificate)?;
                write(Path::new(&key), &issued.key)?;
                tls = format!(", tls: {{certificate: {certificate:?}, key: {key:?}}}");
                self.authority = Some(authority.certificate());
            }
        }
        let config = format!(
            "version: 0.1\nlog: {{level: warn, accesslog: {{disabled: true}}}}\nstorage: {{inmemory: {{}}}}\n\
             http: {{addr: \"{}\"{tls}}}\n{auth}",
            self.address()
        );
        write(&self.home.path().join("config.yaml"), &config)
    }

    fn spawn(&mut self, program: &Path) -> Result<(), TestenvError> {
        let log = self.home.path().join("registry.log");
        let open = || OpenOptions::new().create(true).append(true).open(&log);
        let (out, err) = open()
            .and_then(|out| Ok((out.try_clone()?, out)))
            .map_err(TestenvError::file("opening", &log))?;
        let child = Command::new(program)
            .arg("serve")
            .arg(self.home.path().join("config.yaml"))
            .process_group(self.guard.group())
            // Spans would go to a collector that is not there.
            .env("OTEL_TRACES_EXPORTER", "none")
            .stdin(Stdio::null())
            .stdout(out)
            .stderr(err)
            .spawn()
            .map_err(|source| TestenvError::Spawn {
                program: program.display().to_string(),
                source,
            })?;
        self.child = Some(child);
        Ok(())
    }

    async fn listens(&self, name: &str) -> Result<(), TestenvError> {
        let deadline = Instant::now() + LISTENS_WITHIN;
        while TcpStream::connect(self.address()).await.is_err() {
            if Instant::now() > deadline {
                let log = std::fs::read_to_string(self.home.path().join("registry.log")).unwrap_or_default();
                let lines: Vec<&str> = log.lines().collect();
                return Err(TestenvError::Registry {
                    name: name.to_owned(),
                    seconds: LISTENS_WITHIN.as_secs(),
                    log: lines[lines.len().saturating_sub(QUOTED_LINES)..].join("\n"),
                });
            }
            sleep(LOOK_EVERY).await;
        }
        Ok(())
    }
}

fn write(path: &Path, text: &str) -> Result<(), TestenvError> {
    std::fs::write(path, text).map_err(TestenvError::file("writing", path))
}

impl Drop for Registry {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            // The guard kills what this could not.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
