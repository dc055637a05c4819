//! Components that a workload may need, by the API group that tells that a cluster serves them.
//!
//! Source: the definitions that each project installs; the set is that of Haven+ (VNG Realisatie, beta).
//! Invariant: a name with a dot is an API group as it stands.

/// Names that people use, and the group.
const KNOWN: [(&str, &str); 22] = [
    ("argo-cd", "argoproj.io"),
    ("cert-manager", "cert-manager.io"),
    ("cloudnative-pg", "postgresql.cnpg.io"),
    ("cnpg", "postgresql.cnpg.io"),
    ("eck", "elasticsearch.k8s.elastic.co"),
    ("external-dns", "externaldns.k8s.io"),
    ("external-secrets", "external-secrets.io"),
    ("flux", "kustomize.toolkit.fluxcd.io"),
    ("gateway-api", "gateway.networking.k8s.io"),
    ("gpu-operator", "nvidia.com"),
    ("grafana-operator", "grafana.integreatly.org"),
    ("istio", "networking.istio.io"),
    ("keycloak-operator", "k8s.keycloak.org"),
    ("kyverno", "kyverno.io"),
    ("metallb", "metallb.io"),
    ("metrics-server", "metrics.k8s.io"),
    ("pinniped", "concierge.pinniped.dev"),
    ("prometheus-operator", "monitoring.coreos.com"),
    ("sealed-secrets", "bitnami.com"),
    ("trivy-operator", "aquasecurity.github.io"),
    ("velero", "velero.io"),
    ("volsync", "volsync.backube"),
];

/// The API group of a component; what is no known name is taken as the group itself.
pub(crate) fn group(component: &str) -> &str {
    KNOWN
        .binary_search_by_key(&component, |(name, _)| name)
        .map_or(component, |at| KNOWN[at].1)
}

/// Whether a name is a component that is known, or can be an API group.
pub(crate) fn is_known(component: &str) -> bool {
    component.contains('.') || KNOWN.binary_search_by_key(&component, |(name, _)| name).is_ok()
}

/// The names that are known.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    KNOWN.iter().map(|(name, _)| *name)
}

#[cfg(test)]
mod tests;
