//! What runs on the Azure cluster at the beginning: applications of a city, small and whole.
use serde_json::{Value, json};

/// One application: a namespace and what is in it.
pub(super) struct App {
    pub(super) name: &'static str,
    /// criticality, sensitivity and mode as labels; `None`: untagged.
    tags: Option<(&'static str, &'static str, &'static str)>,
    replicas: i32,
    /// A StatefulSet with a claim beside the Deployment.
    claim: bool,
}

/// The applications, and what must become of each is told by their tags.
pub(super) const APPS: &[App] = &[
    app("signalen", Some(("critical", "BBN2plus", "replicable")), 3),
    app("klantcontact", Some(("critical", "high", "replicable")), 2),
    app("vergunningen", Some(("medium", "medium", "replicable")), 2),
    app("afspraken", Some(("medium", "low", "replicable")), 2),
    app("raadsinformatie", Some(("medium", "BBN2", "exclusive")), 1),
    app("parkeren", Some(("low", "low", "replicable")), 2),
    app("evenementen", Some(("low", "BBN1", "replicable")), 1),
    app("open-data", Some(("low", "low", "replicable")), 1),
    // Sensitive, exclusive, with a volume: it may not stand here, and its data cannot be copied yet.
    App {
        name: "archief",
        tags: Some(("low", "BBN3", "exclusive")),
        replicas: 1,
        claim: true,
    },
    app("proeftuin", None, 1),
];

const fn app(
    name: &'static str,
    tags: Option<(&'static str, &'static str, &'static str)>,
    replicas: i32,
) -> App {
    App {
        name,
        tags,
        replicas,
        claim: false,
    }
}

impl App {
    /// Whether it is Havenmeester's business at all.
    pub(super) fn is_tagged(&self) -> bool {
        self.tags.is_some()
    }

    /// Whether it keeps data in a volume that nothing copies yet.
    pub(super) fn is_bound(&self) -> bool {
        self.claim
    }

    /// Whether it may be brought up elsewhere while its old copy cannot be seen.
    pub(super) fn is_replicable(&self) -> bool {
        self.tags.is_some_and(|(_, _, mode)| mode == "replicable")
    }

    /// The namespace.
    pub(super) fn namespace(&self) -> Value {
        let mut labels = json!({});
        if let Some((criticality, sensitivity, mode)) = self.tags {
            labels = json!({
                "havenmeester.dev/criticality": criticality,
                "havenmeester.dev/sensitivity": sensitivity,
                "havenmeester.dev/mode": mode,
            });
        }
        json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": self.name, "labels": labels}})
    }

    /// Everything in it.
    pub(super) fn objects(&self) -> Vec<Value> {
        let name = self.name;
        let host = format!("{name}.example.nl");
        let mut objects = vec![
            json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": name, "namespace": name}}),
            json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "settings", "namespace": name},
                "data": {"PUBLIC_URL": format!("https://{host}"), "LANGUAGE": "nl"}}),
            json!({"apiVersion": "v1", "kind": "Secret", "type": "Opaque",
                "metadata": {"name": "credentials", "namespace": name},
                "stringData": {"password": "only-in-the-sandbox"}}),
            self.deployment(),
            json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": name, "namespace": name},
                "spec": {"selector": {"app": name}, "ports": [{"port": 80, "targetPort": 8080}]}}),
            json!({"apiVersion": "networking.k8s.io/v1", "kind": "Ingress",
                "metadata": {"name": name, "namespace": name},
                "spec": {"ingressClassName": "nginx", "rules": [{"host": host, "http": {"paths": [
                    {"path": "/", "pathType": "Prefix",
                     "backend": {"service": {"name": name, "port": {"number": 80}}}}]}}]}}),
        ];
        if self.claim {
            objects.push(self.database());
        }
        objects
    }

    fn deployment(&self) -> Value {
        let name = self.name;
        json!({"apiVersion": "apps/v1", "kind": "Deployment",
            "metadata": {"name": name, "namespace": name, "labels": {"app": name}},
            "spec": {"replicas": self.replicas, "selector": {"matchLabels": {"app": name}},
                "template": {"metadata": {"labels": {"app": name}}, "spec": {
                    "serviceAccountName": name,
                    "containers": [{"name": "app", "image": format!("registry.example.nl/{name}:1.4.2"),
                        "ports": [{"containerPort": 8080}],
                        "envFrom": [{"configMapRef": {"name": "settings"}}, {"secretRef": {"name": "credentials"}}],
                        "resources": {"requests": {"cpu": "100m", "memory": "128Mi"}}}]}}}})
    }

    fn database(&self) -> Value {
        json!({"apiVersion": "apps/v1", "kind": "StatefulSet",
            "metadata": {"name": "database", "namespace": self.name},
            "spec": {"replicas": 1, "serviceName": "database", "selector": {"matchLabels": {"app": "database"}},
                "template": {"metadata": {"labels": {"app": "database"}}, "spec": {
                    "containers": [{"name": "postgresql", "image": "registry.example.nl/postgresql:17.2",
                        "volumeMounts": [{"name": "data", "mountPath": "/var/lib/postgresql"}],
                        "resources": {"requests": {"cpu": "250m", "memory": "512Mi"}}}]}},
                "volumeClaimTemplates": [{"metadata": {"name": "data"}, "spec": {
                    "accessModes": ["ReadWriteOnce"], "storageClassName": "managed-csi",
                    "resources": {"requests": {"storage": "10Gi"}}}}]}})
    }
}
