//! Discovery and watches, while a cluster answers.
//!
//! Not here: one watch (`watch`). Invariant: when a cluster is lost all its streams are dropped and all knowledge
//! is kept; when it returns, everything is listed anew before it counts as current.
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use havenmeester_api::member::Scope;
use kube::Client;
use kube::core::ApiResource;
use tokio::sync::Semaphore;
use tokio::task::{AbortHandle, JoinError, JoinSet};
use tokio::time::{MissedTickBehavior, interval};

use crate::connector::{Connector, Purpose};
use crate::heartbeat::chain;
use crate::index::{Role, Scoped};
use crate::namespaces;
use crate::served::Served;
use crate::state::{ClusterState, backoff};
use crate::watch::{Follow, Unauthorized};

/// Follows the cluster whenever it answers, until it is dropped.
pub(crate) async fn run(state: Arc<ClusterState>, connector: Arc<dyn Connector>) {
    state.index().disconnected(); // of a run before this one
    let mut failures = 0_u32;
    let mut pulse = state.pulse.subscribe();
    loop {
        if pulse.wait_for(|pulse| pulse.alive).await.is_err() {
            return; // the state holds the sender, so that this is the end of it
        }
        let ended = tokio::select! {
            biased;
            Ok(_) = pulse.wait_for(|pulse| !pulse.alive) => Ok(()),
            ended = Session::follow(&state, connector.as_ref()) => ended,
        };
        state.index().disconnected();
        state.outdated.notify_one();
        match ended {
            Ok(()) => failures = 0,
            Err(why) => {
                failures += 1;
                tracing::debug!(cluster = %state.name, %why, "observing stopped");
                tokio::time::sleep(backoff(state.limits.retry, state.limits.retry_max, failures)).await;
            }
        }
    }
}

/// Everything that is followed over one connection.
struct Session {
    state: Arc<ClusterState>,
    client: Client,
    lists: Arc<Semaphore>,
    tasks: JoinSet<Unauthorized>,
    running: BTreeMap<Scoped, AbortHandle>,
}

impl Session {
    /// Ends with the reason why another connection is needed.
    async fn follow(state: &Arc<ClusterState>, connector: &dyn Connector) -> Result<(), String> {
        let member = state.member();
        let client = connector
            .connect(&member, Purpose::Watch)
            .await
            .map_err(|error| chain(&error))?;
        let client = state.gate.before(client);
        let mut session = Self {
            state: state.clone(),
            lists: Arc::new(Semaphore::new(state.limits.lists)),
            client,
            tasks: JoinSet::new(),
            running: BTreeMap::new(),
        };
        session.discover().await.map_err(|error| chain(&error))?;
        session.namespaces_first().await?;
        session.go_on().await
    }

    async fn discover(&self) -> kube::Result<()> {
        self.state.set_served(Served::discover(&self.client).await?);
        Ok(())
    }

    /// Which namespaces matter must be known before the rest is listed, else all of it is listed twice.
    async fn namespaces_first(&mut self) -> Result<(), String> {
        let member = self.state.member();
        if member.spec.scope == Scope::Namespaces {
            namespaces::look(&self.state, &self.client, &member.spec.namespaces).await;
            return Ok(());
        }
        let served = self.state.served();
        let Some((gvk, resource)) = served.cluster_kind("", "Namespace") else {
            return Ok(());
        };
        let list = Scoped {
            gvk: Arc::new(gvk.clone()),
            namespace: None,
        };
        self.state.index().watch_first(&list);
        let mut lists = self.state.listed.subscribe();
        self.start(list, Role::Namespace, resource.clone());
        while !self.state.index().is_settled("", "Namespace") {
            tokio::select! {
                biased;
                Ok(()) = lists.changed() => {}
                Some(ended) = self.tasks.join_next() => return Err(reason(ended)),
                else => break,
            }
        }
        Ok(())
    }

    async fn go_on(&mut self) -> Result<(), String> {
        let mut wanted = self.state.wanted.subscribe();
        let mut discovery = interval(self.state.limits.discovery);
        let mut labels = interval(self.state.limits.namespaces);
        for timer in [&mut discovery, &mut labels] {
            timer.set_missed_tick_behavior(MissedTickBehavior::Delay);
            timer.reset();
        }
        loop {
            self.arrange();
            tokio::select! {
                biased;
                Some(ended) = self.tasks.join_next(), if !self.tasks.is_empty() => {
                    if !ended.as_ref().is_err_and(JoinError::is_cancelled) {
                        return Err(reason(ended));
                    }
                }
                Ok(()) = wanted.changed() => {}
                _ = discovery.tick() => {
                    if let Err(error) = self.discover().await {
                        tracing::debug!(cluster = %self.state.name, error = %chain(&error), "discovery failed");
                    }
                }
                _ = labels.tick() => {
                    let member = self.state.member();
                    if member.spec.scope == Scope::Namespaces {
                        namespaces::look(&self.state, &self.client, &member.spec.namespaces).await;
                    }
                }
            }
        }
    }

    /// Starts and stops watches such that exactly those that are wanted run.
    fn arrange(&mut self) {
        let wanted = wanted_lists(&self.state);
        let lists: BTreeSet<Scoped> = wanted.keys().cloned().collect();
        self.state.index().watch_only(&lists);
        self.running.retain(|list, task| {
            let stays = lists.contains(list);
            if !stays {
                task.abort();
            }
            stays
        });
        for (list, (role, resource)) in wanted {
            if !self.running.contains_key(&list) {
                self.start(list, role, resource);
            }
        }
    }

    fn start(&mut self, list: Scoped, role: Role, resource: ApiResource) {
        let follow = Follow {
            state: self.state.clone(),
            client: self.client.clone(),
            list: list.clone(),
            role,
            resource,
            lists: self.lists.clone(),
        };
        self.running.insert(list, self.tasks.spawn(follow.run()));
    }
}

/// Why a watch ended for good.
fn reason(ended: Result<Unauthorized, JoinError>) -> String {
    match ended {
        Ok(Unauthorized) => "the credentials are refused".to_owned(),
        Err(error) => chain(&error),
    }
}

/// What is to be followed: cluster-wide, or in each namespace that matters and that we may see.
fn wanted_lists(state: &ClusterState) -> BTreeMap<Scoped, (Role, ApiResource)> {
    let (member, served) = (state.member(), state.served());
    let mut lists = BTreeMap::new();
    let whole = member.spec.scope == Scope::Cluster;
    if whole {
        for (group, kind, role) in Role::CLUSTER {
            if let Some((gvk, resource)) = served.cluster_kind(group, kind) {
                let list = Scoped {
                    gvk: Arc::new(gvk.clone()),
                    namespace: None,
                };
                lists.insert(list, (role, resource.clone()));
            }
        }
    }
    let scopes: Vec<Option<Arc<str>>> = if whole {
        vec![None]
    } else {
        let index = state.index();
        let reach = member
            .spec
            .namespaces
            .iter()
            .filter(|name| index.wanted().contains(*name));
        reach.map(|name| Some(Arc::from(name.as_str()))).collect()
    };
    for (gvk, resource) in served.captured() {
        let (gvk, role) = (Arc::new(gvk.clone()), Role::of(&gvk.group, &gvk.kind));
        for namespace in &scopes {
            let list = Scoped {
                gvk: gvk.clone(),
                namespace: namespace.clone(),
            };
            lists.insert(list, (role, resource.clone()));
        }
    }
    lists
}
