//! The kinds that controllers watch and write.

/// Namespace and name; the namespace is empty for cluster-scoped objects.
pub(super) type Key = (String, String);

/// One kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Namespace,
    ConfigMap,
    ServiceAccount,
    PersistentVolume,
    Claim,
    Service,
    EndpointSlice,
    Deployment,
    ReplicaSet,
    StatefulSet,
    DaemonSet,
    Job,
    Pod,
}

impl Kind {
    /// The kind of an owner reference, where controllers know it.
    pub(super) fn named(name: &str) -> Option<Self> {
        let all = [
            Self::Service,
            Self::Deployment,
            Self::ReplicaSet,
            Self::StatefulSet,
            Self::DaemonSet,
            Self::Job,
            Self::Pod,
        ];
        all.into_iter().find(|kind| kind.name() == name)
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Namespace => "Namespace",
            Self::ConfigMap => "ConfigMap",
            Self::ServiceAccount => "ServiceAccount",
            Self::PersistentVolume => "PersistentVolume",
            Self::Claim => "PersistentVolumeClaim",
            Self::Service => "Service",
            Self::EndpointSlice => "EndpointSlice",
            Self::Deployment => "Deployment",
            Self::ReplicaSet => "ReplicaSet",
            Self::StatefulSet => "StatefulSet",
            Self::DaemonSet => "DaemonSet",
            Self::Job => "Job",
            Self::Pod => "Pod",
        }
    }

    pub(super) fn api_version(self) -> &'static str {
        match self {
            Self::Namespace
            | Self::ConfigMap
            | Self::ServiceAccount
            | Self::PersistentVolume
            | Self::Claim
            | Self::Service
            | Self::Pod => "v1",
            Self::EndpointSlice => "discovery.k8s.io/v1",
            Self::Deployment | Self::ReplicaSet | Self::StatefulSet | Self::DaemonSet => "apps/v1",
            Self::Job => "batch/v1",
        }
    }

    /// Where its objects are; with a name, one of them.
    pub(super) fn path(self, namespace: &str, name: Option<&str>) -> String {
        let version = self.api_version();
        let prefix = if version.contains('/') { "apis" } else { "api" };
        let plural = self.name().to_lowercase();
        let mut path = format!("/{prefix}/{version}");
        if !namespace.is_empty() {
            path.push_str("/namespaces/");
            path.push_str(namespace);
        }
        path.push('/');
        path.push_str(&plural);
        path.push('s');
        if let Some(name) = name {
            path.push('/');
            path.push_str(name);
        }
        path
    }
}
