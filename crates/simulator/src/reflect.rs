//! List, then watch, then again: what one kind of object looks like on an API server, as a stream.
//!
//! Not here: caches and work queues (`controllers`, `nodes`). `kube::runtime::watcher` is not used because its
//! backoff is random, and a simulated world must do the same thing twice.
//! Invariant: after an error the stream goes on by itself; it ends only when it is dropped.

use std::{fmt::Debug, pin::Pin, time::Duration};

use futures::{Stream, StreamExt, stream};
use kube::{
    Api, Resource, ResourceExt,
    api::{ListParams, WatchEvent, WatchParams},
};
use serde::de::DeserializeOwned;

/// How long to wait after an error, in milliseconds: the first, and the most.
const BACKOFF_MILLIS: (u64, u64) = (100, 5_000);

/// How long the server keeps one watch open, in seconds. Below the 295 that kube allows.
const WATCH_SECS: u32 = 290;

/// What happened to the objects of one kind.
#[derive(Clone, Debug)]
pub(crate) enum Change<K> {
    /// These exist and no others: the answer to a list.
    Reset(Vec<K>),
    /// This one was added or changed.
    Applied(Box<K>),
    /// This one was deleted; its last state.
    Gone(Box<K>),
}

type Events<K> = Pin<Box<dyn Stream<Item = kube::Result<WatchEvent<K>>> + Send>>;

struct Reflector<K> {
    api: Api<K>,
    /// Where to watch from; `None` means that a list must come first.
    version: Option<String>,
    events: Option<Events<K>>,
    errors: u32,
}

/// Every change of the objects behind `api`, beginning with a `Reset`.
pub(crate) fn changes<K>(api: Api<K>) -> impl Stream<Item = Change<K>> + Send
where
    K: Resource + Clone + DeserializeOwned + Debug + Send + 'static,
{
    let reflector = Reflector {
        api,
        version: None,
        events: None,
        errors: 0,
    };
    stream::unfold(reflector, |mut reflector| async move {
        let change = reflector.next().await;
        Some((change, reflector))
    })
}

impl<K> Reflector<K>
where
    K: Resource + Clone + DeserializeOwned + Debug + Send + 'static,
{
    async fn next(&mut self) -> Change<K> {
        loop {
            let Some(version) = self.version.clone() else {
                if let Some(reset) = self.list().await {
                    return reset;
                }
                continue;
            };
            let Some(events) = &mut self.events else {
                self.watch(&version).await;
                continue;
            };
            if let Some(Ok(event)) = events.next().await {
                self.errors = 0;
                if let Some(change) = self.take(event) {
                    return change;
                }
            } else {
                // A server that closes each watch at once must not be asked again without a pause.
                self.events = None;
                self.back_off().await;
            }
        }
    }

    async fn list(&mut self) -> Option<Change<K>> {
        match self.api.list(&ListParams::default()).await {
            Ok(list) => {
                self.version = list.metadata.resource_version;
                self.errors = 0;
                Some(Change::Reset(list.items))
            }
            Err(error) => {
                tracing::debug!(%error, "list failed; trying again");
                self.back_off().await;
                None
            }
        }
    }

    async fn watch(&mut self, version: &str) {
        match self
            .api
            .watch(&WatchParams::default().timeout(WATCH_SECS), version)
            .await
        {
            Ok(events) => self.events = Some(Box::pin(events)),
            Err(error) => {
                if matches!(&error, kube::Error::Api(status) if status.code == 410) {
                    self.version = None;
                }
                self.back_off().await;
            }
        }
    }

    fn take(&mut self, event: WatchEvent<K>) -> Option<Change<K>> {
        match event {
            WatchEvent::Added(object) | WatchEvent::Modified(object) => {
                self.version = object.resource_version().or(self.version.take());
                Some(Change::Applied(Box::new(object)))
            }
            WatchEvent::Deleted(object) => {
                self.version = object.resource_version().or(self.version.take());
                Some(Change::Gone(Box::new(object)))
            }
            WatchEvent::Bookmark(mark) => {
                self.version = Some(mark.metadata.resource_version);
                None
            }
            WatchEvent::Error(status) => {
                tracing::debug!(code = status.code, "watch refused; listing again");
                self.version = None;
                self.events = None;
                None
            }
        }
    }

    async fn back_off(&mut self) {
        let (first, most) = BACKOFF_MILLIS;
        let millis = first.saturating_mul(1 << self.errors.min(10)).min(most);
        self.errors = self.errors.saturating_add(1);
        tokio::time::sleep(Duration::from_millis(millis)).await;
    }
}

#[cfg(test)]
mod tests;
