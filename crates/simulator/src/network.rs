//! The network between clients and clusters: links with latency, loss and faults, on tokio's time.
//!
//! The model. A request crosses its link, is handled, and its answer crosses back; the parts of a streamed answer
//! that come together cross together. A crossing takes the latency and a jitter. One that is lost is sent again
//! after 0.2, 0.4, 0.8, ... up to 120 s, as TCP does, so loss shows as delay, and a partition (everything is lost)
//! as silence that ends, at the next sending, once it is healed. A client that gives up before its request has
//! crossed has changed nothing; one that gives up later may have.
//!
//! Not here: time-outs (they are the client's), name resolution, TLS, bandwidth.
//! Invariant: same seed, same calls in the same order, same delays.

mod fault; // what can be wrong with a link
mod link; // one link: its state, its dice, one crossing
mod service; // a link and a server behind it, as the tower service that kube wants

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use self::link::Link;
pub use self::{
    fault::{Fault, Quality},
    service::{SimBody, SimService},
};
use crate::{
    apiserver::{ApiServer, User},
    journal::Journal,
};

/// All links of a simulated world, by name. Cheap to clone; all clones are the same network.
#[derive(Clone)]
pub struct Network {
    inner: Arc<Inner>,
}

struct Inner {
    seed: u64,
    journal: Journal,
    links: Mutex<BTreeMap<String, Arc<Link>>>,
}

impl Network {
    /// A network without links; `seed` decides jitter and loss.
    pub fn new(seed: u64, journal: Journal) -> Self {
        Self {
            inner: Arc::new(Inner {
                seed,
                journal,
                links: Mutex::default(),
            }),
        }
    }

    /// Puts `server` at the far end of `link`. Several links may lead to one server. A link that exists already is
    /// kept as it is, with its new server for the calls to come.
    pub fn join(&self, link: &str, server: ApiServer) {
        self.link(link).attach(server);
    }

    /// What the client `who` talks to. Without a server at the far end every call is refused.
    pub fn service(&self, link: &str, who: User) -> SimService {
        SimService::new(self.link(link), who)
    }

    /// A kube client over [`Self::service`], without any time-out.
    pub fn client(&self, link: &str, who: User) -> kube::Client {
        kube::Client::new(self.service(link, who), "default")
    }

    /// Breaks the link in this way, for calls and open streams alike, until it is healed or broken otherwise.
    pub fn set(&self, link: &str, fault: Fault) {
        self.inner.journal.note(link, &format!("fault {fault}"));
        self.link(link).set_fault(Some(fault));
    }

    /// Nothing is wrong with the link any more; what hung comes through at its next sending.
    pub fn heal(&self, link: &str) {
        self.inner.journal.note(link, "healed");
        self.link(link).set_fault(None);
    }

    /// What is wrong with the link now.
    pub fn fault(&self, link: &str) -> Option<Fault> {
        self.link(link).fault()
    }

    /// Sets latency, jitter and loss of the link.
    pub fn set_quality(&self, link: &str, quality: Quality) {
        self.inner.journal.note(link, &format!("quality {quality}"));
        self.link(link).set_quality(quality);
    }

    fn link(&self, name: &str) -> Arc<Link> {
        let mut links = self.links();
        if let Some(link) = links.get(name) {
            return Arc::clone(link);
        }
        let link = Arc::new(Link::new(name, self.inner.seed));
        links.insert(name.to_owned(), Arc::clone(&link));
        link
    }

    fn links(&self) -> MutexGuard<'_, BTreeMap<String, Arc<Link>>> {
        self.inner.links.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
