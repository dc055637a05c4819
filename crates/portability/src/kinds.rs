//! What is known about kinds: order of creation, scope, where their Pods are described.
//!
//! Not here: single objects. Invariant: an unknown kind is a custom resource, never an error.

use serde_json::Value;

use crate::field::at;

/// Place in the order of creation of a kind that no rule names.
const CUSTOM: u16 = 400;

/// Order of creation: the list that Velero restores by, with three additions. Quota stands beside limit
/// ranges and network policies before Pods, so that nothing runs unguarded; custom resources (databases,
/// certificates) before the workloads that wait for them.
const ORDER: &[(&str, &str, u16)] = &[
    ("apiextensions.k8s.io", "CustomResourceDefinition", 10),
    ("", "Namespace", 20),
    ("storage.k8s.io", "StorageClass", 30),
    ("snapshot.storage.k8s.io", "VolumeSnapshotClass", 40),
    ("snapshot.storage.k8s.io", "VolumeSnapshotContent", 50),
    ("snapshot.storage.k8s.io", "VolumeSnapshot", 60),
    ("", "PersistentVolume", 70),
    ("", "PersistentVolumeClaim", 80),
    ("rbac.authorization.k8s.io", "ClusterRole", 90),
    ("rbac.authorization.k8s.io", "Role", 100),
    ("", "ServiceAccount", 110),
    ("rbac.authorization.k8s.io", "ClusterRoleBinding", 120),
    ("rbac.authorization.k8s.io", "RoleBinding", 130),
    ("", "Secret", 140),
    ("", "ConfigMap", 150),
    ("", "LimitRange", 160),
    ("", "ResourceQuota", 165),
    ("scheduling.k8s.io", "PriorityClass", 170),
    ("node.k8s.io", "RuntimeClass", 175),
    ("networking.k8s.io", "IngressClass", 176),
    ("networking.k8s.io", "NetworkPolicy", 180),
    ("", "Pod", 200),
    ("apps", "ReplicaSet", 210),
    ("", "ReplicationController", 215),
    ("", "Endpoints", 220),
    ("", "Service", 230),
    ("apps", "StatefulSet", 500),
    ("apps", "DaemonSet", 510),
    ("apps", "Deployment", 520),
    ("apps.openshift.io", "DeploymentConfig", 525),
    ("policy", "PodDisruptionBudget", 600),
    ("autoscaling", "HorizontalPodAutoscaler", 610),
    ("networking.k8s.io", "Ingress", 620),
    ("gateway.networking.k8s.io", "Gateway", 625),
    ("batch", "Job", 700),
    ("batch", "CronJob", 710),
    ("apiregistration.k8s.io", "APIService", 900),
    ("admissionregistration.k8s.io", "ValidatingAdmissionPolicy", 910),
    (
        "admissionregistration.k8s.io",
        "ValidatingAdmissionPolicyBinding",
        920,
    ),
    (
        "admissionregistration.k8s.io",
        "MutatingWebhookConfiguration",
        930,
    ),
    (
        "admissionregistration.k8s.io",
        "ValidatingWebhookConfiguration",
        940,
    ),
];

/// Place in the order of creation: lower is sent earlier.
pub(crate) fn order(group: &str, kind: &str) -> u16 {
    ORDER
        .iter()
        .find(|(g, k, _)| (*g, *k) == (group, kind))
        .map_or(CUSTOM, |(_, _, place)| *place)
}

/// Kinds of the API server itself that belong to no namespace.
const CLUSTER_SCOPED: &[(&str, &str)] = &[
    ("", "Namespace"),
    ("", "Node"),
    ("", "PersistentVolume"),
    ("rbac.authorization.k8s.io", "ClusterRole"),
    ("rbac.authorization.k8s.io", "ClusterRoleBinding"),
    ("storage.k8s.io", "StorageClass"),
    ("storage.k8s.io", "CSIDriver"),
    ("storage.k8s.io", "CSINode"),
    ("storage.k8s.io", "VolumeAttachment"),
    ("storage.k8s.io", "VolumeAttributesClass"),
    ("networking.k8s.io", "IngressClass"),
    ("scheduling.k8s.io", "PriorityClass"),
    ("node.k8s.io", "RuntimeClass"),
    ("policy", "PodSecurityPolicy"),
    ("apiextensions.k8s.io", "CustomResourceDefinition"),
    ("apiregistration.k8s.io", "APIService"),
];

/// Whether the group belongs to Kubernetes itself. Others hold custom resources.
pub(crate) fn is_built_in(group: &str) -> bool {
    matches!(
        group,
        "" | "apps" | "batch" | "autoscaling" | "policy" | "extensions"
    ) || (group.ends_with(".k8s.io") && !EXTENSIONS.contains(&group))
}

/// Groups of the Kubernetes project that are served from CRDs all the same.
const EXTENSIONS: &[&str] = &[
    "gateway.networking.k8s.io",
    "snapshot.storage.k8s.io",
    "metrics.k8s.io",
];

/// Whether an object belongs to no namespace. A custom resource without a namespace counts as
/// cluster-scoped: a live one of a namespaced kind always carries its namespace.
pub(crate) fn is_cluster_scoped(object: &Value, group: &str, kind: &str) -> bool {
    if at(object, &["metadata", "namespace"]).is_some() {
        return false;
    }
    if group == "admissionregistration.k8s.io" || group == "flowcontrol.apiserver.k8s.io" {
        return true;
    }
    CLUSTER_SCOPED.contains(&(group, kind)) || !is_known_namespaced(group)
}

fn is_known_namespaced(group: &str) -> bool {
    is_built_in(group) || matches!(group, "apps.openshift.io" | "gateway.networking.k8s.io")
}

/// Path from an object to what looks like a Pod (`metadata` and `spec`), for kinds that describe Pods.
pub(crate) fn pod_path(group: &str, kind: &str) -> Option<&'static [&'static str]> {
    match (group, kind) {
        ("", "Pod") => Some(&[]),
        ("", "PodTemplate") => Some(&["template"]),
        ("", "ReplicationController")
        | ("apps", "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet")
        | ("apps.openshift.io", "DeploymentConfig")
        | ("batch", "Job") => Some(&["spec", "template"]),
        ("batch", "CronJob") => Some(&["spec", "jobTemplate", "spec", "template"]),
        _ => None,
    }
}

/// Kinds that run as many Pods as `spec.replicas` says, one where it says nothing.
pub(crate) fn has_replicas(group: &str, kind: &str) -> bool {
    matches!(
        (group, kind),
        ("apps", "Deployment" | "StatefulSet" | "ReplicaSet")
            | ("", "ReplicationController")
            | ("apps.openshift.io", "DeploymentConfig")
    )
}
