//! One list and its changes, from the API server into the index, for as long as it is polled.
//!
//! Own code rather than the client library's watcher: whether a stream is open must be known (a copy is fresh only
//! then), and a namespace that begins to matter must be read without listing everything again.
//! Invariant: a list is taken for complete only when its last page came.
use std::sync::Arc;
use std::time::Duration;

use futures::{Stream, StreamExt};
use havenmeester_api::member::Cause;
use kube::api::{ListParams, Request, WatchParams};
use kube::core::{ApiResource, ListMeta, WatchEvent};
use kube::{Api, Client, Resource};
use tokio::sync::{Semaphore, watch};
use tokio::time::timeout;

use crate::cause::cause_of;
use crate::heartbeat::chain;
use crate::index::{Role, Scoped};
use crate::live::Live;
use crate::page;
use crate::state::{ClusterState, Pulse, backoff};

/// A stream that is open past the time it was asked to last is dead after this much more.
const GRACE: Duration = Duration::from_secs(5);

/// So many refusals one after the other are no accident: the list cannot be had. At the waits between them, 15 s.
const PERSISTENT: u32 = 5;

/// The credentials are refused: another connection is needed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Unauthorized;

/// One list to follow.
#[derive(Clone)]
pub(crate) struct Follow {
    pub(crate) state: Arc<ClusterState>,
    pub(crate) client: Client,
    pub(crate) list: Scoped,
    pub(crate) role: Role,
    pub(crate) resource: ApiResource,
    /// Few lists at a time: each holds a page of objects in memory.
    pub(crate) lists: Arc<Semaphore>,
}

/// Why following stopped.
enum Broken {
    /// The version is too old: list again.
    Gone,
    /// A request failed.
    Failed(kube::Error),
}

impl From<kube::Error> for Broken {
    fn from(error: kube::Error) -> Self {
        if code(&error) == 410 {
            Self::Gone
        } else {
            Self::Failed(error)
        }
    }
}

impl Follow {
    /// Lists and watches, and begins again after each failure. Ends only when the credentials are refused.
    pub(crate) async fn run(self) -> Unauthorized {
        let mut failures = 0_u32;
        let mut version = None;
        let mut pulse = self.state.pulse.subscribe();
        let mut wanted = self.state.wanted.subscribe();
        loop {
            let Err(broken) = self.follow(&mut version, &mut failures, &mut wanted).await;
            let error = match broken {
                Broken::Gone => {
                    version = None;
                    None
                }
                Broken::Failed(error) => Some(error),
            };
            self.state.index().broken(&self.list);
            failures += 1;
            if let Some(error) = error
                && self.note(&error, failures)
            {
                return Unauthorized;
            }
            self.wait(failures, &mut pulse).await;
        }
    }

    async fn follow(
        &self,
        version: &mut Option<String>,
        failures: &mut u32,
        wanted: &mut watch::Receiver<u64>,
    ) -> Result<std::convert::Infallible, Broken> {
        let api = self.api();
        loop {
            let from = match version.take() {
                Some(from) => from,
                None => self.list().await?,
            };
            *version = Some(from.clone());
            let params = WatchParams::default().timeout(self.state.limits.watch_secs);
            let stream = api.watch(&params, &from).await?;
            self.state.index().live(&self.list);
            self.state.outdated.notify_one();
            *failures = 0;
            let stream = std::pin::pin!(stream);
            self.changes(stream, version, wanted).await?;
        }
    }

    /// Lists all pages. The version to watch from.
    async fn list(&self) -> Result<String, Broken> {
        let _one_of_few = self.lists.acquire().await;
        self.state.index().begin(&self.list, self.role);
        let mut params = ListParams::default().limit(self.state.limits.page);
        loop {
            let namespace = self.list.namespace.as_deref();
            let page = self
                .page(namespace, &params, |object| self.listed(object))
                .await?;
            params.continue_token = page.continue_.filter(|more| !more.is_empty());
            if params.continue_token.is_none() {
                let touched = self.state.index().finish(&self.list, self.role);
                self.state.touched(touched);
                self.state.listed.send_modify(|lists| *lists += 1);
                return Ok(page.resource_version.unwrap_or_default());
            }
        }
    }

    /// Asks for one page and hands on each object of it.
    async fn page(
        &self,
        namespace: Option<&str>,
        params: &ListParams,
        mut each: impl FnMut(Live) + Send,
    ) -> Result<ListMeta, kube::Error> {
        let request = Request::new(Live::url_path(&self.resource, namespace)).list(params);
        let text = self
            .client
            .request_text(request.map_err(kube::Error::BuildRequest)?)
            .await?;
        page::read(&text, &mut each).map_err(kube::Error::SerdeError)
    }

    /// Follows one stream to its end, which is not an error.
    async fn changes(
        &self,
        mut stream: std::pin::Pin<&mut (impl Stream<Item = kube::Result<WatchEvent<Live>>> + Send)>,
        version: &mut Option<String>,
        wanted: &mut watch::Receiver<u64>,
    ) -> Result<(), Broken> {
        let longest = Duration::from_secs(u64::from(self.state.limits.watch_secs)) + GRACE;
        loop {
            let resume = version.take(); // a join that fails is made good by a new list
            if self.join().await? {
                return Ok(()); // so many that all is listed again
            }
            *version = resume;
            let next = tokio::select! {
                biased;
                Ok(()) = wanted.changed() => continue,
                next = timeout(longest, stream.next()) => next,
            };
            match next {
                Ok(Some(Ok(WatchEvent::Added(object) | WatchEvent::Modified(object)))) => {
                    moved(version, object.resource_version());
                    self.applied(object);
                }
                Ok(Some(Ok(WatchEvent::Deleted(object)))) => {
                    moved(version, object.resource_version());
                    let touched =
                        self.state
                            .index()
                            .delete(&self.list, self.role, object.namespace(), object.name());
                    self.state.touched(touched);
                }
                Ok(Some(Ok(WatchEvent::Bookmark(bookmark)))) => {
                    moved(version, Some(&bookmark.metadata.resource_version));
                }
                Ok(Some(Ok(WatchEvent::Error(status)))) => return Err(kube::Error::Api(status).into()),
                Ok(Some(Err(error))) => return Err(error.into()),
                Ok(None) | Err(_) => return Ok(()),
            }
        }
    }

    /// Reads what this list passed by in namespaces that matter since. Whether there are too many for that.
    async fn join(&self) -> Result<bool, Broken> {
        let joins = self.state.index().take_joins(&self.list);
        if joins.is_empty() {
            return Ok(false);
        }
        if joins.len() > self.state.limits.joins {
            return Ok(true);
        }
        for namespace in joins {
            let _one_of_few = self.lists.acquire().await;
            self.page(Some(&namespace), &ListParams::default(), |object| {
                self.applied(object);
            })
            .await?;
        }
        self.state.index().joined(&self.list);
        self.state.outdated.notify_one();
        Ok(false)
    }

    fn listed(&self, object: Live) {
        let (namespace, name) = (object.namespace().to_owned(), object.name().to_owned());
        let object = object.into_value(&self.resource);
        let touched = self
            .state
            .index()
            .list(&self.list, self.role, &namespace, &name, &object);
        self.state.touched(touched);
    }

    fn applied(&self, object: Live) {
        let (namespace, name) = (object.namespace().to_owned(), object.name().to_owned());
        let object = object.into_value(&self.resource);
        let touched = self
            .state
            .index()
            .apply(&self.list, self.role, &namespace, &name, &object);
        self.state.touched(touched);
    }

    fn api(&self) -> Api<Live> {
        match &self.list.namespace {
            Some(namespace) => Api::namespaced_with(self.client.clone(), namespace, &self.resource),
            None => Api::all_with(self.client.clone(), &self.resource),
        }
    }

    /// Says what the failure means to others; whether another connection is needed.
    fn note(&self, error: &kube::Error, failures: u32) -> bool {
        tracing::debug!(cluster = %self.state.name, kind = %self.list.gvk, error = %chain(error), "watch failed");
        match (code(error), cause_of(error)) {
            (401, _) => {
                self.state.doubt.notify_one();
                return true;
            }
            // Nothing is wrong with the cluster: it does not let us, or cannot. What it let us see before may
            // come back; one kind must not age the rest for ever.
            (403..=406, _) if failures >= PERSISTENT || !self.was_complete() => self.refused(error),
            (500.., _) if failures >= PERSISTENT => self.refused(error),
            (403..=406 | 500.., _) | (_, Some(Cause::Throttled) | None) => {}
            (_, Some(_)) => self.state.doubt.notify_one(),
        }
        false
    }

    fn was_complete(&self) -> bool {
        self.state.index().was_complete(&self.list)
    }

    fn refused(&self, error: &kube::Error) {
        self.state.index().refused(&self.list, chain(error));
        self.state.listed.send_modify(|lists| *lists += 1);
        self.state.outdated.notify_one();
    }

    /// Waits before the next try; a heartbeat that recovered cuts it short.
    async fn wait(&self, failures: u32, pulse: &mut watch::Receiver<Pulse>) {
        let limits = &self.state.limits;
        let pause = backoff(limits.retry, limits.retry_max, failures);
        let recoveries = pulse.borrow().recoveries;
        tokio::select! {
            biased;
            () = tokio::time::sleep(pause) => {}
            Ok(_) = pulse.wait_for(|pulse| pulse.recoveries != recoveries) => {}
        }
    }
}

/// The status that the API server answered with; 0: it did not.
fn code(error: &kube::Error) -> u16 {
    if let kube::Error::Api(status) = error {
        status.code
    } else {
        0
    }
}

fn moved(version: &mut Option<String>, to: Option<&str>) {
    if let Some(to) = to {
        *version = Some(to.to_owned());
    }
}
