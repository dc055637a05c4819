//! The loop of all simulated nodes of a cluster: what is seen becomes deeds, deeds are done when they are due.
//!
//! Not here: what a status says (`status`), where a pod goes (`place`).
//! Invariant: one deed per pod is pending at most; what the API server says wins over what is remembered.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use futures::{
    FutureExt, Stream, StreamExt,
    future::BoxFuture,
    stream::{self, FuturesUnordered},
};
use k8s_openapi::api::core::v1::{PersistentVolumeClaim, Pod};
use kube::{Api, Client};
use tokio::time::Instant;

use super::{
    NodesConfig,
    orders::Orders,
    place::Yard,
    register,
    requests::{Needs, Outcome, PodRef, bind, patch_status, start, stop},
    slip::{PodKey, Slip, Stage},
    status,
};
use crate::reflect::{Change, changes};

/// Before a failed request is tried again.
const RETRY: Duration = Duration::from_secs(1);

/// Before a pod that misses a config map or secret is looked at again.
const RECHECK: Duration = Duration::from_secs(5);

/// Something to do at a time.
#[derive(Clone, Debug)]
enum Deed {
    Beat { index: usize, node: String },
    SetReady { node: String },
    Bind(PodRef),
    Start(PodRef),
    Finish(PodRef),
    Stop(PodRef),
}

struct Settled {
    deed: Deed,
    result: kube::Result<Outcome>,
}

enum Seen {
    Pod(Change<Pod>),
    Claim(Change<PersistentVolumeClaim>),
}

/// Runs until it is dropped.
pub(super) async fn run(client: Client, config: NodesConfig) {
    let mut kubelet = Kubelet::new(client.clone(), config);
    kubelet.register().await;
    let mut orders = kubelet.config.control.subscribe();
    kubelet.obey(orders.borrow_and_update().clone());
    let mut seen = watched(&client, kubelet.config.schedule);
    loop {
        let wake = kubelet.begin_due();
        tokio::select! {
            biased;
            Some(settled) = kubelet.calls.next(), if !kubelet.calls.is_empty() => kubelet.settle(settled),
            Some(change) = seen.next() => kubelet.see(change),
            Ok(()) = orders.changed() => {
                let now = orders.borrow_and_update().clone();
                kubelet.obey(now);
            }
            () = sleep_until(wake), if wake.is_some() => {}
        }
    }
}

async fn sleep_until(wake: Option<Instant>) {
    match wake {
        Some(instant) => tokio::time::sleep_until(instant).await,
        None => std::future::pending().await,
    }
}

fn watched(client: &Client, claims_too: bool) -> impl Stream<Item = Seen> + Unpin + use<> {
    let pods = changes(Api::<Pod>::all(client.clone())).map(Seen::Pod).boxed();
    let claims = if claims_too {
        changes(Api::<PersistentVolumeClaim>::all(client.clone()))
            .map(Seen::Claim)
            .boxed()
    } else {
        stream::pending().boxed()
    };
    stream::select(pods, claims)
}

struct Kubelet {
    client: Client,
    config: NodesConfig,
    yard: Yard,
    orders: Orders,
    slips: BTreeMap<PodKey, Slip>,
    /// Claims that are bound.
    bound: BTreeSet<(String, String)>,
    /// Pods that no node took.
    unplaced: BTreeSet<PodKey>,
    /// Deeds that wait for a node or an image to be mended.
    parked: Vec<Deed>,
    /// When a node has, or had, an image.
    pulled: BTreeMap<(String, String), Instant>,
    due: BTreeMap<(Instant, u64), Deed>,
    calls: FuturesUnordered<BoxFuture<'static, Settled>>,
    deeds: u64,
    addresses: u32,
}

impl Kubelet {
    fn new(client: Client, config: NodesConfig) -> Self {
        Self {
            yard: Yard::new(&config, |index| register::labels(&config, index)),
            client,
            config,
            orders: Orders::default(),
            slips: BTreeMap::new(),
            bound: BTreeSet::new(),
            unplaced: BTreeSet::new(),
            parked: Vec::new(),
            pulled: BTreeMap::new(),
            due: BTreeMap::new(),
            calls: FuturesUnordered::new(),
            deeds: 0,
            addresses: 0,
        }
    }

    /// All nodes exist before the first pod is looked at.
    async fn register(&mut self) {
        let names: Vec<String> = self.config.names().collect();
        for (index, node) in names.into_iter().enumerate() {
            while let Err(error) = register::node(&self.client, &self.config, index, &node).await {
                tracing::debug!(%error, %node, "registering failed; trying again");
                tokio::time::sleep(RETRY).await;
            }
            self.after(self.config.heartbeat, Deed::Beat { index, node });
        }
    }

    fn after(&mut self, delay: Duration, deed: Deed) {
        self.deeds += 1;
        self.due.insert((Instant::now() + delay, self.deeds), deed);
    }

    // --- what is seen ---

    fn see(&mut self, seen: Seen) {
        match seen {
            Seen::Pod(Change::Reset(pods)) => self.see_all(&pods),
            Seen::Pod(Change::Applied(pod)) => {
                if let Some(slip) = Slip::of(&pod) {
                    self.note(slip);
                }
            }
            Seen::Pod(Change::Gone(pod)) => {
                if let Some(slip) = Slip::of(&pod) {
                    self.forget(&slip.key);
                }
            }
            Seen::Claim(Change::Reset(claims)) => {
                self.bound = claims
                    .iter()
                    .filter(|claim| is_bound(claim))
                    .filter_map(claim_key)
                    .collect();
                self.place_again();
            }
            Seen::Claim(Change::Applied(claim)) if is_bound(&claim) => {
                self.bound.extend(claim_key(&claim));
                self.place_again();
            }
            Seen::Claim(Change::Applied(claim) | Change::Gone(claim)) => {
                if let Some(key) = claim_key(&claim) {
                    self.bound.remove(&key);
                }
            }
        }
    }

    fn see_all(&mut self, pods: &[Pod]) {
        let now: Vec<Slip> = pods.iter().filter_map(Slip::of).collect();
        let kept: BTreeSet<&PodKey> = now.iter().map(|slip| &slip.key).collect();
        let gone: Vec<PodKey> = self
            .slips
            .keys()
            .filter(|key| !kept.contains(key))
            .cloned()
            .collect();
        for key in &gone {
            self.forget(key);
        }
        for slip in now {
            self.note(slip);
        }
    }

    /// Takes a new state of a pod and plans what it asks for.
    fn note(&mut self, mut slip: Slip) {
        let key = slip.key.clone();
        if let Some(old) = self.slips.remove(&key) {
            self.yard.free(&old);
            if old.uid == slip.uid {
                slip.stage = slip.stage.max(old.stage);
                slip.marked = old.marked;
                slip.node = slip.node.or(old.node);
            }
        }
        self.yard.take(&slip);
        self.plan(&mut slip);
        let made_room = slip.stage >= Stage::Over;
        self.slips.insert(key, slip);
        if made_room {
            self.place_again();
        }
    }

    fn forget(&mut self, key: &PodKey) {
        self.unplaced.remove(key);
        if let Some(slip) = self.slips.remove(key) {
            self.yard.free(&slip);
            self.place_again();
        }
    }

    fn place_again(&mut self) {
        for key in std::mem::take(&mut self.unplaced) {
            if let Some(slip) = self.slips.get(&key) {
                let pod = PodRef {
                    key,
                    uid: slip.uid.clone(),
                };
                self.after(Duration::ZERO, Deed::Bind(pod));
            }
        }
    }

    /// The next deed for a pod, once per stage.
    fn plan(&mut self, slip: &mut Slip) {
        let pod = PodRef {
            key: slip.key.clone(),
            uid: slip.uid.clone(),
        };
        let ours = slip.node.as_ref().is_some_and(|node| self.yard.has(node));
        if let Some(grace) = slip.stopping {
            if slip.stage < Stage::Stopping && (ours || (slip.node.is_none() && self.config.schedule)) {
                // One that never ran has nothing to wind down.
                let running = matches!(slip.stage, Stage::Running | Stage::Finishing);
                let wait = if running {
                    grace.min(self.config.stop_delay)
                } else {
                    Duration::ZERO
                };
                slip.stage = Stage::Stopping;
                self.after(wait, Deed::Stop(pod));
            }
        } else if slip.stage <= Stage::Binding && ours && slip.marked != Some("binding") {
            slip.stage = Stage::Starting;
            let wait = self.start_time(slip);
            self.after(wait, Deed::Start(pod));
        } else if slip.stage == Stage::Unbound && slip.node.is_none() && self.config.schedule {
            slip.stage = Stage::Binding;
            self.after(Duration::ZERO, Deed::Bind(pod));
        } else if slip.stage == Stage::Running && slip.ends && ours {
            slip.stage = Stage::Finishing;
            self.after(self.config.run_time, Deed::Finish(pod));
        }
    }

    /// Pull of the images that the node lacks, then the start itself.
    fn start_time(&mut self, slip: &Slip) -> Duration {
        let now = Instant::now();
        let node = slip.node.clone().unwrap_or_default();
        let mut pulled = now;
        for image in slip.images() {
            let there = now + self.config.pull_time(image);
            let at = self
                .pulled
                .entry((node.clone(), image.to_owned()))
                .or_insert(there);
            pulled = pulled.max(*at);
        }
        let jitter = jitter(self.config.seed, &slip.key, self.config.start_jitter);
        pulled.duration_since(now) + self.config.start_delay + jitter
    }

    /// Takes what is broken now, and wakes what waited for a mending.
    fn obey(&mut self, orders: Orders) {
        for node in self.yard.set_down(&orders.nodes) {
            self.after(Duration::ZERO, Deed::SetReady { node });
        }
        self.orders = orders;
        for deed in std::mem::take(&mut self.parked) {
            self.after(Duration::ZERO, deed);
        }
        self.place_again();
    }

    // --- what is done ---

    /// Begins every deed that is due, as far as requests may be in flight; says when the next one is.
    fn begin_due(&mut self) -> Option<Instant> {
        while self.calls.len() < self.config.in_flight.max(1) {
            let entry = self.due.first_entry()?;
            if entry.key().0 > Instant::now() {
                return Some(entry.key().0);
            }
            let deed = entry.remove();
            if let Some(call) = self.begin(&deed) {
                self.calls
                    .push(call.map(|result| Settled { deed, result }).boxed());
            }
        }
        None
    }

    fn begin(&mut self, deed: &Deed) -> Option<BoxFuture<'static, kube::Result<Outcome>>> {
        match deed {
            Deed::Beat { node, .. } if !self.yard.is_up(node) => {
                self.parked.push(deed.clone());
                None
            }
            Deed::Beat { node, .. } => {
                let (client, config, node) = (self.client.clone(), self.config.clone(), node.clone());
                Some(
                    async move {
                        register::lease(&client, &config, &node)
                            .await
                            .map(|()| Outcome::Done)
                    }
                    .boxed(),
                )
            }
            Deed::SetReady { node } => {
                let (client, config, node) = (self.client.clone(), self.config.clone(), node.clone());
                let up = self.yard.is_up(&node);
                let call = async move { register::set_ready(&client, &config, &node, up).await };
                Some(call.map(|result| result.map(|()| Outcome::Done)).boxed())
            }
            Deed::Bind(pod) => self.bind(pod),
            Deed::Start(pod) | Deed::Finish(pod) | Deed::Stop(pod) => {
                let slip = self.slips.get(&pod.key).filter(|slip| slip.uid == pod.uid)?;
                let node = slip.node.as_deref().unwrap_or_default();
                if !node.is_empty() && !self.yard.is_up(node) {
                    self.parked.push(deed.clone());
                    return None;
                }
                match deed {
                    Deed::Stop(_) => Some(stop(self.pods(&pod.key.0), pod.clone()).boxed()),
                    Deed::Finish(_) => {
                        let patch = status::succeeded(slip, self.config.clock.now());
                        Some(
                            patch_status(self.pods(&pod.key.0), pod.key.1.clone(), patch, Outcome::Done)
                                .boxed(),
                        )
                    }
                    Deed::Start(_) | Deed::Beat { .. } | Deed::SetReady { .. } | Deed::Bind(_) => {
                        self.start(pod)
                    }
                }
            }
        }
    }

    fn bind(&mut self, pod: &PodRef) -> Option<BoxFuture<'static, kube::Result<Outcome>>> {
        let slip = self.slips.get_mut(&pod.key).filter(|slip| slip.uid == pod.uid)?;
        if slip.stopping.is_some() || slip.node.is_some() {
            return None;
        }
        let api = Api::<Pod>::namespaced(self.client.clone(), &pod.key.0);
        match self.yard.choose(slip, &self.bound) {
            Ok(node) => {
                slip.node = Some(node.clone());
                slip.marked = Some("binding");
                self.yard.take(slip);
                Some(bind(api, pod.clone(), node).boxed())
            }
            Err(_) if slip.marked == Some("Unschedulable") => {
                self.unplaced.insert(pod.key.clone());
                None
            }
            Err(why) => {
                let patch = status::unschedulable(slip, &why.to_string(), self.config.clock.now());
                Some(patch_status(api, pod.key.1.clone(), patch, Outcome::Waits("Unschedulable")).boxed())
            }
        }
    }

    fn start(&mut self, pod: &PodRef) -> Option<BoxFuture<'static, kube::Result<Outcome>>> {
        let api = self.pods(&pod.key.0);
        let slip = self
            .slips
            .get(&pod.key)
            .filter(|slip| slip.stopping.is_none())?
            .clone();
        let now = self.config.clock.now();
        if let Some(image) = slip.images().find(|image| self.orders.images.contains(*image)) {
            let reason = "ErrImagePull";
            if slip.marked == Some(reason) {
                self.parked.push(Deed::Start(pod.clone()));
                return None;
            }
            let patch = status::waiting(&slip, reason, &format!("failed to pull image \"{image}\""), now);
            return Some(patch_status(api, pod.key.1.clone(), patch, Outcome::Waits(reason)).boxed());
        }
        self.addresses += 1;
        let pod_ip = format!(
            "10.244.{}.{}",
            (self.addresses / 250) % 250,
            self.addresses % 250 + 1
        );
        let index = self
            .config
            .names()
            .position(|name| Some(&name) == slip.node.as_ref())
            .unwrap_or(0);
        let patch = status::running(&slip, &pod_ip, &register::address(index), now);
        let needs = Needs {
            references: self.config.check_references.then(|| self.client.clone()),
            images: self.config.images.clone(),
        };
        Some(start(api, needs, slip, patch, now).boxed())
    }

    fn pods(&self, namespace: &str) -> Api<Pod> {
        Api::namespaced(self.client.clone(), namespace)
    }

    // --- how it came out ---

    fn settle(&mut self, settled: Settled) {
        let Settled { deed, result } = settled;
        match (deed, result) {
            (Deed::Beat { index, node }, result) => {
                let wait = if result.is_ok() {
                    self.config.heartbeat
                } else {
                    RETRY.min(self.config.heartbeat)
                };
                self.after(wait, Deed::Beat { index, node });
            }
            (Deed::SetReady { .. } | Deed::Stop(_), Ok(_)) => {}
            (Deed::Bind(pod), Ok(outcome)) => self.settle_bind(&pod, &outcome),
            (Deed::Start(pod), Ok(Outcome::Done)) => self.reached(&pod, Stage::Running),
            (Deed::Finish(pod), Ok(_)) => self.reached(&pod, Stage::Over),
            (Deed::Start(pod), Ok(Outcome::Waits(reason))) => {
                self.mark(&pod, Some(reason));
                let wait = if reason == "ErrImagePull" {
                    Duration::ZERO
                } else {
                    RECHECK
                };
                self.after(wait, Deed::Start(pod));
            }
            // Gone, or another one by now: the watch says which.
            (Deed::Start(_) | Deed::Finish(_) | Deed::Stop(_), Err(kube::Error::Api(status)))
                if matches!(status.code, 404 | 409) => {}
            (deed, Err(error)) => {
                tracing::debug!(%error, ?deed, "a deed failed; trying again");
                if let Deed::Bind(pod) = &deed {
                    self.unbind(pod);
                }
                self.after(RETRY, deed);
            }
        }
    }

    fn settle_bind(&mut self, pod: &PodRef, outcome: &Outcome) {
        match outcome {
            Outcome::Waits(reason) => {
                self.mark(pod, Some(reason));
                self.unplaced.insert(pod.key.clone());
            }
            Outcome::Done => {
                self.mark(pod, None);
                if let Some(mut slip) = self.slips.remove(&pod.key) {
                    if slip.uid == pod.uid {
                        self.plan(&mut slip);
                    }
                    self.slips.insert(pod.key.clone(), slip);
                }
            }
        }
    }

    /// The binding did not come through: the room is free again.
    fn unbind(&mut self, pod: &PodRef) {
        if let Some(slip) = self.slips.get_mut(&pod.key).filter(|slip| slip.uid == pod.uid) {
            self.yard.free(slip);
            slip.node = None;
            slip.marked = None;
        }
    }

    fn mark(&mut self, pod: &PodRef, mark: Option<&'static str>) {
        if let Some(slip) = self.slips.get_mut(&pod.key).filter(|slip| slip.uid == pod.uid) {
            slip.marked = mark;
        }
    }

    /// Our own write came through: no need to wait for the watch to say so.
    fn reached(&mut self, pod: &PodRef, stage: Stage) {
        if let Some(mut slip) = self
            .slips
            .get(&pod.key)
            .filter(|slip| slip.uid == pod.uid)
            .cloned()
        {
            slip.stage = slip.stage.max(stage);
            self.note(slip);
        }
    }
}

fn is_bound(claim: &PersistentVolumeClaim) -> bool {
    claim.status.as_ref().and_then(|status| status.phase.as_deref()) == Some("Bound")
}

fn claim_key(claim: &PersistentVolumeClaim) -> Option<(String, String)> {
    Some((claim.metadata.namespace.clone()?, claim.metadata.name.clone()?))
}

/// The same for the same seed and pod, whatever else happens: FNV-1a, spread over `most`.
fn jitter(seed: u64, key: &PodKey, most: Duration) -> Duration {
    let millis = u64::try_from(most.as_millis()).unwrap_or(u64::MAX);
    let mut hash = 0xcbf2_9ce4_8422_2325_u64 ^ seed;
    for byte in key.0.bytes().chain([b'/']).chain(key.1.bytes()) {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    Duration::from_millis(hash.checked_rem(millis.saturating_add(1)).unwrap_or(0))
}
