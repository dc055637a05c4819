//! Objects that are never copied: they belong to one cluster, or another object makes them again.
//!
//! Not here: fields of objects that are copied (`strip`).

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    field::{annotation, at, condition_is_true, group_kind, items, text},
    key::ObjectKey,
    mark,
};

/// Why an object is not copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum NotCopied {
    /// It has no `apiVersion`, kind or name.
    NoIdentity,
    /// Its kind describes one cluster: nodes, events, leases, endpoints, reports.
    ClusterState,
    /// Its controller makes it again from an object that is copied.
    MadeByOwner,
    /// A mirror of a Pod that a node runs by itself.
    MirrorPod,
    /// A Pod or Job that is finished.
    Finished,
    /// A Pod or Job of one Helm action (install, upgrade, test).
    HelmHook,
    /// Helm's own record of a release.
    HelmRelease,
    /// A token or registry credential of a service account of the source.
    SourceCredential,
    /// Every namespace gets one from its own cluster.
    GivenByCluster,
    /// The lock of a leader election.
    ElectionLock,
    /// Part of our own credentials on the source (marked so): moving it would lock us out.
    OwnCredentials,
    /// A bare Pod, where everything is created stopped: a Pod cannot be stopped, only absent.
    BarePodWhileStopped,
    /// The platform of a namespace-only target gives the namespace.
    NamespaceGiven,
    /// A class of the source's own; the target has one in the same role under another name.
    MappedAway,
}

impl fmt::Display for NotCopied {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::NoIdentity => "has no apiVersion, kind or name",
            Self::ClusterState => "describes the source cluster itself",
            Self::MadeByOwner => "is made again by its owner",
            Self::MirrorPod => "mirrors a Pod that a node runs by itself",
            Self::Finished => "is finished",
            Self::HelmHook => "belongs to one Helm action",
            Self::HelmRelease => "is Helm's record of the release on the source",
            Self::SourceCredential => "is a credential of the source cluster",
            Self::GivenByCluster => "is given by each cluster",
            Self::ElectionLock => "is the lock of a leader election",
            Self::OwnCredentials => "is part of our own credentials on the source",
            Self::BarePodWhileStopped => "is a bare Pod, which cannot be created stopped",
            Self::NamespaceGiven => "is given by the platform of the target",
            Self::MappedAway => "has another name on the target, which has its own",
        })
    }
}

/// Groups of which nothing is copied.
const NEVER_GROUPS: &[&str] = &[
    "authentication.k8s.io",
    "authorization.k8s.io",
    "certificates.k8s.io",
    "coordination.k8s.io",
    "custom.metrics.k8s.io",
    "discovery.k8s.io",
    "events.k8s.io",
    "external.metrics.k8s.io",
    "flowcontrol.apiserver.k8s.io",
    "metrics.k8s.io",
    "resource.k8s.io",
    "acme.cert-manager.io",
    "aquasecurity.github.io",
    "havenmeester.dev",
    "openreports.io",
    "operators.coreos.com",
    "packages.operators.coreos.com",
    "reports.kyverno.io",
    "wgpolicyk8s.io",
];

/// Kinds that are not copied although others of their group are.
const NEVER_KINDS: &[(&str, &str)] = &[
    ("", "Binding"),
    ("", "ComponentStatus"),
    ("", "Endpoints"),
    ("", "Event"),
    ("", "List"),
    ("", "Node"),
    ("", "PersistentVolume"),
    ("cert-manager.io", "CertificateRequest"),
    ("cilium.io", "CiliumEndpoint"),
    ("cilium.io", "CiliumIdentity"),
    ("cilium.io", "CiliumNode"),
    ("snapshot.storage.k8s.io", "VolumeSnapshot"),
    ("snapshot.storage.k8s.io", "VolumeSnapshotContent"),
    ("storage.k8s.io", "CSIDriver"),
    ("storage.k8s.io", "CSINode"),
    ("storage.k8s.io", "CSIStorageCapacity"),
    ("storage.k8s.io", "VolumeAttachment"),
];

/// Whether objects of this kind can be captured at all: others are not worth a watch.
pub fn is_captured_kind(group: &str, kind: &str) -> bool {
    !NEVER_GROUPS.contains(&group) && !NEVER_KINDS.contains(&(group, kind))
}

/// Why this object is never copied; none when it is.
pub fn not_copied(live: &Value) -> Option<NotCopied> {
    if ObjectKey::from_value(live).is_err() {
        return Some(NotCopied::NoIdentity);
    }
    let (group, kind) = group_kind(live);
    if !is_captured_kind(group, kind) {
        return Some(NotCopied::ClusterState);
    }
    if annotation(live, mark::CREDENTIALS) == "true" {
        return Some(NotCopied::OwnCredentials);
    }
    if !annotation(live, "control-plane.alpha.kubernetes.io/leader").is_empty() {
        return Some(NotCopied::ElectionLock);
    }
    match (group, kind) {
        ("", "Pod") => pod(live),
        ("", "Secret") => secret(live),
        ("", "ConfigMap") => given(
            live,
            &[
                "kube-root-ca.crt",
                "openshift-service-ca.crt",
                "istio-ca-root-cert",
            ],
        ),
        ("", "ServiceAccount") => given(live, &["default"]),
        ("batch", "Job") => job(live),
        ("apps", "ReplicaSet" | "ControllerRevision") => owned(live),
        _ => None,
    }
}

fn owned(live: &Value) -> Option<NotCopied> {
    (!items(live, &["metadata", "ownerReferences"]).is_empty()).then_some(NotCopied::MadeByOwner)
}

fn pod(live: &Value) -> Option<NotCopied> {
    if at(live, &["metadata", "annotations", "kubernetes.io/config.mirror"]).is_some() {
        return Some(NotCopied::MirrorPod);
    }
    owned(live).or_else(|| hook(live)).or_else(|| {
        matches!(text(live, &["status", "phase"]), "Succeeded" | "Failed").then_some(NotCopied::Finished)
    })
}

fn job(live: &Value) -> Option<NotCopied> {
    let by_cron = items(live, &["metadata", "ownerReferences"])
        .iter()
        .any(|owner| text(owner, &["kind"]) == "CronJob");
    if by_cron {
        return Some(NotCopied::MadeByOwner);
    }
    hook(live).or_else(|| is_finished_job(live).then_some(NotCopied::Finished))
}

/// Whether a Job has ended, well or badly.
pub(crate) fn is_finished_job(live: &Value) -> bool {
    condition_is_true(live, "Complete")
        || condition_is_true(live, "Failed")
        || at(live, &["status", "completionTime"]).is_some()
}

fn hook(live: &Value) -> Option<NotCopied> {
    (!annotation(live, "helm.sh/hook").is_empty()).then_some(NotCopied::HelmHook)
}

fn secret(live: &Value) -> Option<NotCopied> {
    match text(live, &["type"]) {
        "kubernetes.io/service-account-token" | "kubernetes.io/dockercfg" => {
            Some(NotCopied::SourceCredential)
        }
        "helm.sh/release.v1" => Some(NotCopied::HelmRelease),
        _ => None,
    }
}

fn given(live: &Value, names: &[&str]) -> Option<NotCopied> {
    names
        .contains(&text(live, &["metadata", "name"]))
        .then_some(NotCopied::GivenByCluster)
}
