//! What the nodes keep of a pod: enough to place it, start it and stop it, and no more.
//!
//! Invariant: a slip is a function of one pod object; it is replaced, never edited, except for its stage.

use std::{collections::BTreeSet, time::Duration};

use k8s_openapi::{
    api::core::v1::{Container, Pod, PodSpec, ResourceRequirements, Volume},
    apimachinery::pkg::api::resource::Quantity,
};

use crate::quantity;

/// Namespace and name.
pub(super) type PodKey = (String, String);

/// How far a pod is, in the eyes of the nodes. Later stages come later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stage {
    /// No node yet.
    Unbound,
    /// A binding was sent.
    Binding,
    /// A node has it; its containers are to be started.
    Starting,
    /// Running, and stays so.
    Running,
    /// Running until its time is over.
    Finishing,
    /// Succeeded or failed.
    Over,
    /// Asked to go.
    Stopping,
}

/// One pod.
#[derive(Clone, Debug)]
pub(super) struct Slip {
    pub(super) key: PodKey,
    pub(super) uid: String,
    pub(super) node: Option<String>,
    pub(super) cpu_milli: u64,
    pub(super) memory_mib: u64,
    pub(super) selector: Vec<(String, String)>,
    pub(super) containers: Vec<Part>,
    pub(super) init_containers: Vec<Part>,
    pub(super) claims: BTreeSet<String>,
    pub(super) config_maps: BTreeSet<String>,
    pub(super) secrets: BTreeSet<String>,
    /// Drivers of volumes that stand in the pod itself.
    pub(super) drivers: BTreeSet<String>,
    /// How long it may take to stop, when it was asked to; `None` while it was not.
    pub(super) stopping: Option<Duration>,
    /// Ends by itself: not restarted when its containers end.
    pub(super) ends: bool,
    /// It was marked unschedulable, or waiting for a reason, and need not be marked again.
    pub(super) marked: Option<&'static str>,
    pub(super) stage: Stage,
}

/// One container.
#[derive(Clone, Debug)]
pub(super) struct Part {
    pub(super) name: String,
    pub(super) image: String,
}

impl Slip {
    /// `None` for an object without the fields that every stored pod has.
    pub(super) fn of(pod: &Pod) -> Option<Self> {
        let meta = &pod.metadata;
        let spec = pod.spec.as_ref()?;
        let key = (meta.namespace.clone()?, meta.name.clone()?);
        let stopping = meta.deletion_timestamp.as_ref().map(|_| {
            Duration::from_secs(
                meta.deletion_grace_period_seconds
                    .unwrap_or(0)
                    .try_into()
                    .unwrap_or(0),
            )
        });
        let phase = pod
            .status
            .as_ref()
            .and_then(|status| status.phase.as_deref())
            .unwrap_or("Pending");
        let stage = match phase {
            "Succeeded" | "Failed" => Stage::Over,
            "Running" => Stage::Running,
            _ => Stage::Unbound,
        };
        let mut slip = Self {
            key,
            uid: meta.uid.clone()?,
            node: spec.node_name.clone().filter(|node| !node.is_empty()),
            cpu_milli: asked(spec, "cpu", quantity::milli),
            memory_mib: asked(spec, "memory", quantity::mib),
            selector: spec
                .node_selector
                .clone()
                .unwrap_or_default()
                .into_iter()
                .collect(),
            containers: spec.containers.iter().map(Part::of).collect(),
            init_containers: spec.init_containers.iter().flatten().map(Part::of).collect(),
            claims: BTreeSet::new(),
            config_maps: BTreeSet::new(),
            secrets: BTreeSet::new(),
            drivers: BTreeSet::new(),
            stopping,
            ends: spec
                .restart_policy
                .as_deref()
                .is_some_and(|policy| policy != "Always"),
            marked: None,
            stage,
        };
        slip.refer(spec);
        Some(slip)
    }

    /// Notes what must exist before the pod can start.
    fn refer(&mut self, spec: &PodSpec) {
        for volume in spec.volumes.iter().flatten() {
            self.drivers.extend(driver(volume));
            if let Some(claim) = &volume.persistent_volume_claim {
                self.claims.insert(claim.claim_name.clone());
            }
            if volume.ephemeral.is_some() {
                self.claims.insert(format!("{}-{}", self.key.1, volume.name));
            }
            if let Some(map) = volume
                .config_map
                .as_ref()
                .filter(|map| map.optional != Some(true))
            {
                self.config_maps.insert(map.name.clone());
            }
            let secret = volume
                .secret
                .as_ref()
                .filter(|secret| secret.optional != Some(true));
            self.secrets
                .extend(secret.and_then(|secret| secret.secret_name.clone()));
            for source in volume
                .projected
                .iter()
                .flat_map(|projected| projected.sources.iter().flatten())
            {
                if let Some(map) = source
                    .config_map
                    .as_ref()
                    .filter(|map| map.optional != Some(true))
                {
                    self.config_maps.insert(map.name.clone());
                }
                if let Some(secret) = source
                    .secret
                    .as_ref()
                    .filter(|secret| secret.optional != Some(true))
                {
                    self.secrets.insert(secret.name.clone());
                }
            }
        }
        for container in spec
            .containers
            .iter()
            .chain(spec.init_containers.iter().flatten())
        {
            self.refer_environment(container);
        }
    }

    fn refer_environment(&mut self, container: &Container) {
        for source in container.env_from.iter().flatten() {
            if let Some(map) = source
                .config_map_ref
                .as_ref()
                .filter(|map| map.optional != Some(true))
            {
                self.config_maps.insert(map.name.clone());
            }
            if let Some(secret) = source
                .secret_ref
                .as_ref()
                .filter(|secret| secret.optional != Some(true))
            {
                self.secrets.insert(secret.name.clone());
            }
        }
        for source in container
            .env
            .iter()
            .flatten()
            .filter_map(|variable| variable.value_from.as_ref())
        {
            if let Some(map) = source
                .config_map_key_ref
                .as_ref()
                .filter(|map| map.optional != Some(true))
            {
                self.config_maps.insert(map.name.clone());
            }
            if let Some(secret) = source
                .secret_key_ref
                .as_ref()
                .filter(|secret| secret.optional != Some(true))
            {
                self.secrets.insert(secret.name.clone());
            }
        }
    }

    /// The images of all its containers.
    pub(super) fn images(&self) -> impl Iterator<Item = &str> {
        self.init_containers
            .iter()
            .chain(&self.containers)
            .map(|part| part.image.as_str())
    }

    /// It takes room on its node.
    pub(super) fn takes_room(&self) -> bool {
        self.node.is_some() && self.stage != Stage::Over
    }
}

/// The driver that must mount a volume. The kinds of volumes that were once built in have one each.
fn driver(volume: &Volume) -> Option<String> {
    if let Some(csi) = &volume.csi {
        return Some(csi.driver.clone());
    }
    let built_in = [
        (volume.azure_disk.is_some(), "disk.csi.azure.com"),
        (volume.azure_file.is_some(), "file.csi.azure.com"),
        (volume.aws_elastic_block_store.is_some(), "ebs.csi.aws.com"),
        (volume.gce_persistent_disk.is_some(), "pd.csi.storage.gke.io"),
        (volume.cinder.is_some(), "cinder.csi.openstack.org"),
        (volume.vsphere_volume.is_some(), "csi.vsphere.vmware.com"),
    ];
    let found = built_in.into_iter().find(|(is, _)| *is);
    found.map(|(_, driver)| driver.to_owned())
}

impl Part {
    fn of(container: &Container) -> Self {
        Self {
            name: container.name.clone(),
            image: container.image.clone().unwrap_or_default(),
        }
    }
}

/// The sum over the containers, or the largest init container where that is more: what a scheduler counts.
fn asked(spec: &PodSpec, resource: &str, read: fn(&str) -> Option<u64>) -> u64 {
    let of = |container: &Container| {
        let wanted = container
            .resources
            .as_ref()
            .and_then(|all| request(all, resource));
        wanted.and_then(|quantity| read(&quantity.0)).unwrap_or(0)
    };
    let together = spec.containers.iter().map(of).sum::<u64>();
    let largest = spec.init_containers.iter().flatten().map(of).max().unwrap_or(0);
    together.max(largest)
}

/// A request, or the limit where there is no request.
fn request<'a>(all: &'a ResourceRequirements, resource: &str) -> Option<&'a Quantity> {
    let requests = all.requests.as_ref().and_then(|map| map.get(resource));
    requests.or_else(|| all.limits.as_ref().and_then(|map| map.get(resource)))
}
