//! The network between a client and an API server, with a switch: a TCP relay on loopback.
//!
//! Not here: latency and loss (the simulator has them); whole machines cut off (needs root).
//! Invariant: bytes are never lost or reordered while a connection lives. A partition delays them, as TCP
//! does, or ends the connection.

mod plug; // makes connecting hang
#[cfg(test)]
mod tests;

use std::net::SocketAddr;

use socket2::SockRef;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{
        TcpListener, TcpStream,
        tcp::{ReadHalf, WriteHalf},
    },
    sync::watch,
    task::JoinSet,
};

use self::plug::Plug;
use super::{TestenvError, ports::Port};

/// What the relay does with connections, those it has and those to come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Carries bytes.
    Pass,
    /// Keeps and takes connections but carries nothing, and tells nobody: a partition that drops packets,
    /// as seen through a load balancer that still acknowledges them. The hardest case to notice. Back in
    /// `Pass`, what was held is carried on.
    Blackhole,
    /// As `Blackhole`, and new connections are not even made: connecting hangs until the client's own time-out.
    /// A partition that drops packets, without a load balancer in between.
    Drop,
    /// Ends its connections and closes its port: connecting is refused, as by a machine without the server.
    Refuse,
    /// Resets its connections, and new ones once they are made.
    Reset,
}

impl Mode {
    /// Whether connections live but carry nothing.
    fn holds(self) -> bool {
        match self {
            Self::Blackhole | Self::Drop => true,
            Self::Pass | Self::Refuse | Self::Reset => false,
        }
    }
}

/// One turn of the switch.
#[derive(Debug, Clone, Copy)]
struct Switch {
    number: u64,
    mode: Mode,
}

/// A relay; it runs until it is dropped.
#[derive(Debug)]
pub struct Relay {
    target: SocketAddr,
    port: Port,
    wanted: watch::Sender<Switch>,
    /// Number of the last switch in force.
    applied: watch::Receiver<u64>,
    _tasks: JoinSet<()>,
}

impl Relay {
    /// A relay to `target` that passes everything, on the runtime that calls this.
    pub async fn start(target: SocketAddr) -> Result<Self, TestenvError> {
        let port = Port::reserve()?;
        let listener = listen(port.number())
            .await
            .map_err(|source| TestenvError::Relay { target, source })?;
        let (switch, wanted) = watch::channel(Switch {
            number: 0,
            mode: Mode::Pass,
        });
        let (acknowledge, applied) = watch::channel(0);
        let mut tasks = JoinSet::new();
        tasks.spawn(accept(
            Listening {
                target,
                port: port.number(),
                wanted,
                acknowledge,
            },
            Some(listener),
        ));
        Ok(Self {
            target,
            port,
            wanted: switch,
            applied,
            _tasks: tasks,
        })
    }

    /// Switches, and returns when this switch, or a later one, is in force.
    pub async fn set(&self, mode: Mode) -> Result<(), TestenvError> {
        let mut number = 0;
        self.wanted.send_modify(|wanted| {
            number = wanted.number + 1;
            *wanted = Switch { number, mode };
        });
        let mut applied = self.applied.clone();
        let in_force = applied.wait_for(|applied| *applied >= number).await;
        in_force.map_err(|_| TestenvError::Relay {
            target: self.target,
            source: std::io::ErrorKind::BrokenPipe.into(),
        })?;
        Ok(())
    }

    /// Where clients connect.
    pub fn address(&self) -> SocketAddr {
        ([127, 0, 0, 1], self.port.number()).into()
    }

    /// The same credentials, by way of the relay.
    pub fn route(&self, kubeconfig: &str) -> String {
        kubeconfig.replace(&self.target.to_string(), &self.address().to_string())
    }
}

struct Listening {
    target: SocketAddr,
    port: u16,
    wanted: watch::Receiver<Switch>,
    acknowledge: watch::Sender<u64>,
}

async fn listen(port: u16) -> std::io::Result<TcpListener> {
    TcpListener::bind(("127.0.0.1", port)).await
}

/// Takes connections until the relay is dropped, which ends the channel and all that runs here.
async fn accept(listening: Listening, listener: Option<TcpListener>) {
    let Listening {
        target,
        port,
        mut wanted,
        acknowledge,
    } = listening;
    let mut door = Door {
        port,
        listener,
        plug: Plug::default(),
        plugged: false,
    };
    let mut connections = JoinSet::new();
    loop {
        let Switch { number, mode } = *wanted.borrow_and_update();
        door.set(mode).await;
        if matches!(mode, Mode::Refuse | Mode::Reset) {
            connections.shutdown().await;
        }
        acknowledge.send_replace(number);
        tokio::select! {
            changed = wanted.changed() => if changed.is_err() { return },
            Some(_) = connections.join_next() => {}
            Some(client) = door.next() => {
                connections.spawn(connection(client, target, wanted.clone()));
            }
        }
    }
}

/// The port: open, plugged or closed.
struct Door {
    port: u16,
    listener: Option<TcpListener>,
    plug: Plug,
    plugged: bool,
}

impl Door {
    /// What fails here shows to the test as a client that is refused, which is what a closed door does.
    async fn set(&mut self, mode: Mode) {
        if mode == Mode::Refuse {
            (self.listener, self.plug, self.plugged) = (None, Plug::default(), false);
            return;
        }
        if self.listener.is_none() {
            self.listener = listen(self.port).await.ok();
        }
        let Some(listener) = &self.listener else { return };
        if mode == Mode::Drop && !self.plugged {
            self.plugged = self.plug.insert(listener).await.is_ok();
        } else if mode != Mode::Drop && self.plugged {
            self.plugged = self.plug.remove(listener).is_err();
        }
    }

    /// The next client, or none while nobody can come in.
    async fn next(&mut self) -> Option<TcpStream> {
        if self.plugged {
            return None;
        }
        loop {
            let (client, _) = self.listener.as_ref()?.accept().await.ok()?;
            if !self.plug.is_ours(&client) {
                return Some(client);
            }
        }
    }
}

async fn connection(client: TcpStream, target: SocketAddr, mut switch: watch::Receiver<Switch>) {
    // If the relay ends this task, dropping the socket resets the connection.
    let _ = client.set_zero_linger();
    if switch.wait_for(|switch| !switch.mode.holds()).await.is_err() || switch.borrow().mode != Mode::Pass {
        return;
    }
    let Ok(server) = TcpStream::connect(target).await else {
        return;
    };
    let (mut client, mut server) = (client, server);
    let (from_client, to_client) = client.split();
    let (from_server, to_server) = server.split();
    // Both directions may end on their own (a half-closed connection still carries the other one).
    tokio::join!(
        carry(from_client, to_server, switch.clone()),
        carry(from_server, to_client, switch)
    );
    // Both ended in order, so the client must see that order.
    let _ = SockRef::from(&client).set_linger(None);
}

/// Carries one direction until its end; holds what it has read while the relay is a black hole.
async fn carry(mut from: ReadHalf<'_>, mut to: WriteHalf<'_>, mut switch: watch::Receiver<Switch>) {
    let mut buffer = vec![0; 16 * 1024];
    loop {
        let read = from.read(&mut buffer).await.unwrap_or(0);
        if switch.wait_for(|switch| !switch.mode.holds()).await.is_err() {
            return;
        }
        if read == 0 {
            let _ = to.shutdown().await;
            return;
        }
        if to.write_all(&buffer[..read]).await.is_err() {
            return;
        }
    }
}
