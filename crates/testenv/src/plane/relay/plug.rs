//! A listener that drops the packets of those who connect: its accept queue is full, of ourselves.
//!
//! Linux ignores a connection request while the queue of accepted connections is full; the client tries
//! again and again, as it does when packets are lost on the way. No root, no firewall.

use std::{collections::BTreeSet, net::SocketAddr, time::Duration};

use socket2::SockRef;
use tokio::{
    net::{TcpListener, TcpStream},
    time::timeout,
};

/// The queue of an ordinary listener.
const ROOMY: i32 = 1024;
/// A queue of length 0 takes one connection; this many show that nothing fills it.
const ATTEMPTS: usize = 8;
/// On loopback a connection that is not dropped is made in microseconds; a loaded machine needs more.
const DROPPED_AFTER: Duration = Duration::from_millis(100);

/// The connections that fill a queue.
#[derive(Debug, Default)]
pub(super) struct Plug {
    connections: Vec<TcpStream>,
    addresses: BTreeSet<SocketAddr>,
}

impl Plug {
    /// Fills the queue of `listener`, from which nobody may accept meanwhile.
    pub(super) async fn insert(&mut self, listener: &TcpListener) -> std::io::Result<()> {
        SockRef::from(listener).listen(0)?;
        let address = listener.local_addr()?;
        for _ in 0..ATTEMPTS {
            let Ok(made) = timeout(DROPPED_AFTER, TcpStream::connect(address)).await else {
                break;
            };
            let connection = made?;
            self.addresses.insert(connection.local_addr()?);
            self.connections.push(connection);
        }
        Ok(())
    }

    /// Makes room again. What we filled the queue with still has to be accepted; see `is_ours`.
    pub(super) fn remove(&mut self, listener: &TcpListener) -> std::io::Result<()> {
        self.connections.clear();
        SockRef::from(listener).listen(ROOMY)
    }

    /// Whether an accepted connection is part of the plug. Says so once.
    pub(super) fn is_ours(&mut self, client: &TcpStream) -> bool {
        client
            .peer_addr()
            .is_ok_and(|address| self.addresses.remove(&address))
    }
}
