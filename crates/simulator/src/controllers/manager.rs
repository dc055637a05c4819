//! The loop: watches in, one queue, writes out.
//!
//! Invariant: keys are worked off in order, one at a time; a key that is queued twice is looked at once.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Debug,
    time::Duration,
};

use futures::{
    FutureExt, StreamExt,
    stream::{BoxStream, SelectAll},
};
use kube::{Api, Client, Resource};
use serde::de::DeserializeOwned;
use tokio::time::Instant;

use super::{
    cache::{Cache, Seen},
    claim, daemon_set, deployment, endpoints, job,
    kind::{Key, Kind},
    namespace, replica_set, stateful_set,
    write::Turn,
};
use crate::{
    clock::SimClock,
    reflect::{Change, changes},
};

/// Before a key whose write failed is looked at again.
const RETRY: Duration = Duration::from_secs(1);

/// Looks at one key within one instant after which it waits for [`RETRY`]. Two controllers that undo each other's work
/// would otherwise hold a paused clock for ever, and no time limit could end the run.
const LOOKS_PER_INSTANT: u32 = 500;

/// Runs until it is dropped.
pub(super) async fn run(client: Client, clock: SimClock) {
    let mut manager = Manager {
        seen: watched(&client),
        client,
        clock,
        cache: Cache::default(),
        queue: BTreeSet::new(),
        later: BTreeMap::new(),
        laps: 0,
        instant: Instant::now(),
        looks: BTreeMap::new(),
    };
    loop {
        manager.turn().await;
    }
}

struct Manager {
    client: Client,
    clock: SimClock,
    seen: SelectAll<BoxStream<'static, Seen>>,
    cache: Cache,
    queue: BTreeSet<(Kind, Key)>,
    /// Keys to look at again at a time.
    later: BTreeMap<(Instant, u64), (Kind, Key)>,
    laps: u64,
    /// The instant of the last look, and how often each key was looked at in it.
    instant: Instant,
    looks: BTreeMap<(Kind, Key), u32>,
}

impl Manager {
    /// Takes what was seen, then works off one key; waits when there is neither.
    async fn turn(&mut self) {
        while let Some(Some(seen)) = self.seen.next().now_or_never() {
            self.see(seen);
        }
        // With half of the objects unseen a controller would make what exists already.
        if !self.cache.is_complete() {
            if let Some(seen) = self.seen.next().await {
                self.see(seen);
            }
            return;
        }
        while let Some(entry) = self
            .later
            .first_entry()
            .filter(|entry| entry.key().0 <= Instant::now())
        {
            self.queue.insert(entry.remove());
        }
        if let Some((kind, key)) = self.queue.pop_first() {
            if self.is_wild(kind, &key) {
                tracing::warn!(?kind, ?key, "does not come to rest; waiting");
                self.postpone(RETRY, kind, key);
            } else {
                self.look(kind, key).await;
            }
            return;
        }
        let wake = self.later.first_key_value().map(|((at, _), _)| *at);
        tokio::select! {
            biased;
            Some(seen) = self.seen.next() => self.see(seen),
            () = sleep_until(wake) => {}
        }
    }

    fn see(&mut self, seen: Seen) {
        self.queue.extend(self.cache.see(seen));
    }

    async fn look(&mut self, kind: Kind, key: Key) {
        self.cache.now = self.clock.now();
        let turn = decide(&self.cache, kind, &key);
        let mut again = turn.again;
        for write in &turn.writes {
            match write.send(&self.client).await {
                Ok(Some(object)) => self.queue.extend(self.cache.absorb(write.kind(), object)),
                Ok(None) => {}
                Err(error) => {
                    tracing::debug!(%error, ?write, "a write of a controller failed; looking again");
                    again = Some(again.map_or(RETRY, |sooner| sooner.min(RETRY)));
                    break;
                }
            }
        }
        if let Some(after) = again {
            self.postpone(after, kind, key);
        }
    }

    fn postpone(&mut self, after: Duration, kind: Kind, key: Key) {
        self.laps += 1;
        self.later
            .insert((Instant::now() + after, self.laps), (kind, key));
    }

    /// The key was looked at too often without any time going by.
    fn is_wild(&mut self, kind: Kind, key: &Key) -> bool {
        let now = Instant::now();
        if self.instant != now {
            self.instant = now;
            self.looks.clear();
        }
        let looks = self.looks.entry((kind, key.clone())).or_default();
        *looks += 1;
        *looks > LOOKS_PER_INSTANT
    }
}

/// What one object asks for now.
fn decide(cache: &Cache, kind: Kind, key: &Key) -> Turn {
    match kind {
        Kind::Namespace => namespace::decide(cache, key),
        Kind::PersistentVolume => claim::release(cache, key),
        Kind::Claim => claim::decide(cache, key),
        Kind::Service => endpoints::decide(cache, key),
        Kind::Deployment => deployment::decide(cache, key),
        Kind::ReplicaSet => replica_set::decide(cache, key),
        Kind::StatefulSet => stateful_set::decide(cache, key),
        Kind::DaemonSet => daemon_set::decide(cache, key),
        Kind::Job => job::decide(cache, key),
        Kind::ConfigMap | Kind::ServiceAccount | Kind::EndpointSlice | Kind::Pod => Turn::default(),
    }
}

async fn sleep_until(wake: Option<Instant>) {
    match wake {
        Some(instant) => tokio::time::sleep_until(instant).await,
        None => std::future::pending().await,
    }
}

fn watched(client: &Client) -> SelectAll<BoxStream<'static, Seen>> {
    futures::stream::select_all([
        watch(client, Seen::Namespace),
        watch(client, Seen::ServiceAccount),
        watch(client, Seen::Class),
        watch(client, Seen::Volume),
        watch(client, Seen::Claim),
        watch(client, Seen::Node),
        watch(client, Seen::Service),
        watch(client, Seen::Slice),
        watch(client, Seen::Deployment),
        watch(client, Seen::ReplicaSet),
        watch(client, Seen::StatefulSet),
        watch(client, Seen::DaemonSet),
        watch(client, Seen::Job),
        watch(client, Seen::Pod),
    ])
}

fn watch<K>(client: &Client, seen: fn(Change<K>) -> Seen) -> BoxStream<'static, Seen>
where
    K: Resource<DynamicType = ()> + Clone + DeserializeOwned + Debug + Send + 'static,
{
    changes(Api::<K>::all(client.clone())).map(seen).boxed()
}
