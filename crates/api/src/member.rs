//! A cluster that runs workloads.
use std::collections::BTreeMap;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::{Condition, Time};
use kube::{CustomResource, KubeSchema};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::cost::CostSpec;
use crate::haven::HavenStatus;
use crate::latency::LatencySpec;
use crate::provider::{AutonomyChange, Jurisdiction};
use crate::room::{OtherRoom, RoomSpec};

/// How the cluster is reached, whose it is, and what it calls things.
#[derive(Clone, CustomResource, Debug, Deserialize, Eq, KubeSchema, PartialEq, Serialize)]
#[kube(
    group = "havenmeester.dev",
    version = "v1alpha1",
    kind = "MemberCluster",
    plural = "memberclusters",
    shortname = "hmc",
    category = "havenmeester",
    status = "MemberClusterStatus",
    derive = "PartialEq",
    doc = "A Kubernetes cluster that workloads may be placed on.",
    printcolumn(name = "Provider", type_ = "string", json_path = ".spec.provider"),
    printcolumn(name = "Region", type_ = "string", json_path = ".spec.region"),
    printcolumn(
        name = "Reachability",
        type_ = "string",
        json_path = ".status.reachability.state"
    ),
    printcolumn(name = "Cause", type_ = "string", json_path = ".status.reachability.cause"),
    printcolumn(
        name = "Admitted",
        type_ = "string",
        json_path = ".status.conditions[?(@.type=='Admitted')].status"
    ),
    printcolumn(
        name = "Autonomous",
        type_ = "string",
        json_path = ".status.conditions[?(@.type=='Autonomous')].status"
    ),
    printcolumn(name = "Haven", type_ = "string", json_path = ".status.haven.compliant"),
    printcolumn(name = "Version", type_ = "string", json_path = ".status.version"),
    printcolumn(name = "Workloads", type_ = "integer", json_path = ".status.workloads"),
    printcolumn(name = "Age", type_ = "date", json_path = ".metadata.creationTimestamp")
)]
#[serde(rename_all = "camelCase")]
#[x_kube(
    validation = ("(has(self.scope) && self.scope == 'Namespaces') == (has(self.namespaces) && size(self.namespaces) > 0)", "spec.namespaces: list the namespaces when, and only when, spec.scope is Namespaces"),
    validation = ("self.provider == oldSelf.provider", "spec.provider cannot be changed: a cluster that changes hands is its provider's new owner; edit the Provider")
)]
pub struct MemberClusterSpec {
    /// The Provider that runs it.
    #[schemars(length(min = 1, max = 253))]
    pub provider: String,
    /// The provider's name of the region.
    #[schemars(length(min = 1, max = 100))]
    pub region: String,
    /// Where the hardware stands: ISO 3166-1 alpha-2; absent = the provider's country.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = r"^[A-Z]{2}$"))]
    pub country: Option<String>,
    /// How to reach it.
    pub connection: Connection,
    /// Whether the credentials reach the whole cluster.
    #[serde(default)]
    pub scope: Scope,
    /// The namespaces that the credentials reach, when not the whole cluster.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 1000))]
    pub namespaces: Vec<String>,
    /// Whether its API server may hold fence records.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub witness: bool,
    /// What this cluster calls what others call differently.
    #[serde(default, skip_serializing_if = "Classes::is_empty")]
    pub classes: Classes,
    /// Room that no API tells, and how much is kept free.
    #[serde(default, skip_serializing_if = "RoomSpec::is_empty")]
    pub room: RoomSpec,
    /// How long data takes to other clusters and back. What is not said, by neither of two clusters, meets no bound.
    #[serde(default, skip_serializing_if = "LatencySpec::is_empty")]
    pub latency: LatencySpec,
    /// What it costs to run Workloads here. Absent = not known; where other clusters say it, that counts as the dearest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<CostSpec>,
    /// From where its nodes pull images instead of from the registries that images name, as their container runtime is
    /// set up (containerd's hosts.toml); absent = from those registries. No name of an image is changed by it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 64))]
    #[schemars(extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["registry"]))]
    pub mirrors: Vec<Mirror>,
    /// What its line to other clusters carries for a move, in megabits (10^6 bits) a second; of two clusters the smaller
    /// counts. Absent = not known: dry runs then assume 500 and say so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 10_000_000))]
    pub bandwidth_megabits: Option<i32>,
}

/// A mirror of a registry, as a cluster's nodes use it.
#[derive(Clone, Debug, Deserialize, Eq, KubeSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[x_kube(
    validation = ("self.prefix != self.registry", "spec.mirrors: a registry is no mirror of itself"),
    validation = ("self.prefix.split('/')[0].contains('.') || self.prefix.split('/')[0].contains(':') || self.prefix.split('/')[0] == 'localhost'", "spec.mirrors: begin the prefix with a host, as in harbor.example.nl/dockerhub")
)]
pub struct Mirror {
    /// The registry that images name: a host, with its port where that is not 443. `docker.io` is meant by images without
    /// a host; `*` is every registry that has no mirror of its own here.
    #[schemars(length(min = 1, max = 253))]
    #[schemars(regex(pattern = r"^(\*|[a-z0-9]([-a-z0-9.]*[a-z0-9])?(:[0-9]{1,5})?)$"))]
    pub registry: String,
    /// What stands before the path of an image in the mirror: its host, and more where the mirror keeps several registries
    /// apart, as in harbor.example.nl/dockerhub.
    #[schemars(length(min = 1, max = 253))]
    #[schemars(regex(
        pattern = r"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?(:[0-9]{1,5})?(/[a-z0-9]([-a-z0-9._]*[a-z0-9])?)*$"
    ))]
    pub prefix: String,
    /// Nodes ask nobody else. Absent = false: the registry itself is asked for what the mirror does not give.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub only: bool,
}

/// How a cluster is reached.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Connection {
    /// A Secret on the hub that holds a kubeconfig.
    pub kubeconfig_secret: SecretRef,
}

/// A Secret, and the key in it.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SecretRef {
    /// Its namespace on the hub.
    #[schemars(length(min = 1, max = 63))]
    pub namespace: String,
    /// Its name.
    #[schemars(length(min = 1, max = 253))]
    pub name: String,
    /// The key that holds the kubeconfig.
    #[serde(default = "default_key")]
    pub key: String,
}

fn default_key() -> String {
    "kubeconfig".to_owned()
}

/// How far the credentials reach.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, JsonSchema, Ord, PartialEq, PartialOrd, Serialize)]
pub enum Scope {
    /// All namespaces and cluster-scoped objects.
    #[default]
    Cluster,
    /// Only the namespaces that are listed.
    Namespaces,
}

/// The cluster's own names for what every cluster has. Where names are given by role, the role is a word of your own
/// (`public`, `gpu`) that means the same on every cluster; a name in a role of the source becomes the name in that role of
/// the target, and a role that one of the two does not have maps nothing.
#[derive(Clone, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Classes {
    /// Storage classes by what they can do.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 32))]
    #[schemars(extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["kind"]))]
    pub storage: Vec<StorageClassName>,
    /// The general ingress class; absent = the only one that is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 253))]
    pub ingress: Option<String>,
    /// Further ingress classes by role; absent = none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 32))]
    #[schemars(extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["role"]))]
    pub ingresses: Vec<RoleName>,
    /// The general gateway class; absent = not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 253))]
    pub gateway: Option<String>,
    /// Issuers of certificates (cert-manager) by role; absent = none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 32))]
    #[schemars(extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["role"]))]
    pub issuers: Vec<IssuerRole>,
    /// Container registries by role; absent = images keep their names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 32))]
    #[schemars(extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["role"]))]
    pub registries: Vec<RegistryRole>,
    /// Priority classes by role; absent = a priority class goes along under its own name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 32))]
    #[schemars(extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["role"]))]
    pub priorities: Vec<RoleName>,
    /// What nodes are called by role; absent = node labels stay as they are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 32))]
    #[schemars(extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["role"]))]
    pub nodes: Vec<NodeClass>,
}

/// What a cluster calls what plays a role.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RoleName {
    /// The role; the same word on every cluster.
    #[schemars(length(min = 1, max = 63))]
    pub role: String,
    /// What this cluster calls it.
    #[schemars(length(min = 1, max = 253))]
    pub name: String,
}

/// An issuer of certificates in a role.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct IssuerRole {
    /// The role; the same word on every cluster.
    #[schemars(length(min = 1, max = 63))]
    pub role: String,
    /// ClusterIssuer (the default) or Issuer, which stands in the namespace of who uses it.
    #[serde(default)]
    pub kind: IssuerKind,
    /// Its name.
    #[schemars(length(min = 1, max = 253))]
    pub name: String,
}

/// The kinds of issuers.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
pub enum IssuerKind {
    /// For the whole cluster.
    #[default]
    ClusterIssuer,
    /// For one namespace.
    Issuer,
}

/// A container registry in a role.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RegistryRole {
    /// The role; the same word on every cluster.
    #[schemars(length(min = 1, max = 63))]
    pub role: String,
    /// With what its images begin: the host, and the first part of the path where it is more than the host, as in
    /// harbor.example.nl/apps. `docker.io` is meant by images without a host.
    #[schemars(length(min = 1, max = 253))]
    pub prefix: String,
}

/// Nodes in a role.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NodeClass {
    /// The role; the same word on every cluster.
    #[schemars(length(min = 1, max = 63))]
    pub role: String,
    /// The labels by which Pods select them; a Pod that selects all of them is meant.
    #[schemars(length(min = 1, max = 16))]
    pub labels: BTreeMap<String, String>,
    /// What Pods must tolerate there; absent = nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 16))]
    pub tolerations: Vec<NodeToleration>,
}

/// A taint that Pods must tolerate.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NodeToleration {
    /// The taint's key.
    #[schemars(length(min = 1, max = 316))]
    pub key: String,
    /// The taint's value; absent = any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 63))]
    pub value: Option<String>,
    /// NoSchedule, PreferNoSchedule or NoExecute; absent = all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 16))]
    pub effect: Option<String>,
}

impl Classes {
    /// Whether nothing is named.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// The name of the class for one kind of storage.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StorageClassName {
    /// What it can do.
    pub kind: StorageKind,
    /// What this cluster calls it.
    #[schemars(length(min = 1, max = 253))]
    pub name: String,
}

/// What storage can do.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, Ord, PartialEq, PartialOrd, Serialize)]
pub enum StorageKind {
    /// One node reads and writes; fast.
    RwoFast,
    /// One node reads and writes.
    Rwo,
    /// Several nodes read and write.
    Rwx,
    /// A raw block device.
    Block,
}

impl StorageKind {
    /// As it is written.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::RwoFast => "RwoFast",
            Self::Rwo => "Rwo",
            Self::Rwx => "Rwx",
            Self::Block => "Block",
        }
    }
}

/// What is seen of the cluster.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MemberClusterStatus {
    /// The generation of the spec that this speaks of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed_generation: Option<i64>,
    /// Whether the API server answers, and if not why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reachability: Option<Reachability>,
    /// The Kubernetes version, as the API server says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// What its nodes offer and what is asked of them; absent = cannot be seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capacity: Option<Capacity>,
    /// The storage classes that it has.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub storage_classes: Vec<String>,
    /// The ingress classes that it has.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ingress_classes: Vec<String>,
    /// How many API groups it serves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub served_groups: Option<i32>,
    /// These groups, by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub api_groups: Vec<String>,
    /// The zones in which its nodes stand.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub zones: Vec<String>,
    /// How many Workloads stand there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workloads: Option<i32>,
    /// What it is by the Haven standard; absent = not looked at yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub haven: Option<HavenStatus>,
    /// Why it may not be given workloads; absent = it may. Persisted, so that a restart does not forget it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quarantine: Option<Quarantine>,
    /// What follows from who owns, operates and holds the keys of it, and from where it stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub autonomy: Option<AutonomyStatus>,
    /// Valid, Reachable, Admitted, Autonomous, Captured.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<Condition>,
}

/// What follows from the facts about a cluster's provider, and from where its hardware stands.
#[derive(Clone, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AutonomyStatus {
    /// Every country whose law reaches it, and through whom.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub jurisdictions: Vec<Jurisdiction>,
    /// The overall SEAL level: the minimum over the objectives.
    pub seal: i32,
    /// The sovereignty score in basis points (10000 = 100%).
    pub score_basis_points: i32,
    /// Dated facts that will change it within a year.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["on"]))]
    pub changes: Vec<AutonomyChange>,
}

/// A cluster that was lost while its workloads went elsewhere: stale until its old copies are seen stopped.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Quarantine {
    /// Since when.
    pub since: Time,
    /// Workloads (namespace/name on the hub) whose copy here is stale and not yet seen stopped.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stale: Vec<String>,
}

/// Whether an API server answers.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Reachability {
    /// What it is now.
    pub state: ReachabilityState,
    /// Why it is silent or slow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<Cause>,
    /// Since when it is in this state.
    pub since: Time,
    /// The last good answer to a heartbeat.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_heartbeat: Option<Time>,
    /// What was seen, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// Whether an API server answers.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, Ord, PartialEq, PartialOrd, Serialize)]
pub enum ReachabilityState {
    /// Not yet asked.
    Unknown,
    /// It answers.
    Reachable,
    /// A heartbeat failed; too early to call it lost.
    Suspect,
    /// It has been silent for too long: what stands there may be failed over.
    Lost,
    /// A drill: we have stopped talking to it.
    CutOff,
}

/// Why an API server is silent or slow.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, JsonSchema, Ord, PartialEq, PartialOrd, Serialize)]
pub enum Cause {
    /// No answer at all: packets are dropped, or the process hangs.
    Unreachable,
    /// The host refuses or resets the connection.
    Refused,
    /// The host's name does not resolve.
    NameResolution,
    /// No agreement on TLS, or a certificate that does not fit.
    Tls,
    /// The credentials are refused (401, 403).
    Unauthorized,
    /// It asks for fewer requests (429).
    Throttled,
    /// It answers later than the limit, or with server errors.
    Slow,
    /// The kubeconfig cannot be read.
    Misconfigured,
    /// A drill keeps us from talking to it.
    Drill,
}

/// What nodes offer, and what is asked of them.
#[derive(Clone, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Capacity {
    /// Allocatable processor time, in thousandths of a core.
    #[schemars(range(min = 0))]
    pub cpu_milli: i64,
    /// Allocatable memory, in MiB.
    #[schemars(range(min = 0))]
    pub memory_mib: i64,
    /// Allocatable pods.
    #[schemars(range(min = 0))]
    pub pods: i64,
    /// Requested by what runs there, in thousandths of a core.
    #[schemars(range(min = 0))]
    pub requested_cpu_milli: i64,
    /// Requested by what runs there, in MiB.
    #[schemars(range(min = 0))]
    pub requested_memory_mib: i64,
    /// Pods that run there.
    #[schemars(range(min = 0))]
    pub requested_pods: i64,
    /// Extended resources such as GPUs, and storage by class.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["resource"]))]
    pub others: Vec<OtherRoom>,
}
