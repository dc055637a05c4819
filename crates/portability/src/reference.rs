//! What one object refers to.
//!
//! Not here: whether it is there (`closure`). Invariant: every field is named by its path in the object.

use serde_json::Value;

use crate::{
    draft::spell,
    field::{annotation, at, group_of, is_true, items, text},
    key::ObjectKey,
    kinds::pod_path,
};

/// What happens when what is referred to is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Need {
    /// Pods do not start.
    Required,
    /// Something works less well.
    Useful,
    /// The object itself says that it can do without, or nothing is lost.
    Optional,
}

/// One reference as it stands in an object.
#[derive(Clone, Debug)]
pub(crate) struct Wish<'o> {
    pub(crate) group: &'o str,
    pub(crate) kind: &'o str,
    /// None: the namespace of the object that refers.
    pub(crate) namespace: Option<&'o str>,
    pub(crate) name: &'o str,
    /// The key within a Secret or `ConfigMap`.
    pub(crate) key: Option<&'o str>,
    pub(crate) field: String,
    pub(crate) need: Need,
}

struct Wishes<'o> {
    found: Vec<Wish<'o>>,
}

impl<'o> Wishes<'o> {
    /// A reference by name; nothing when the name is empty.
    fn add(&mut self, (group, kind): (&'o str, &'o str), name: &'o str, field: &[&str], need: Need) {
        if !name.is_empty() {
            let field = spell(field);
            self.found.push(Wish {
                group,
                kind,
                namespace: None,
                name,
                key: None,
                field,
                need,
            });
        }
    }

    /// Says more about the last reference.
    fn with(&mut self, more: impl FnOnce(&mut Wish<'o>)) {
        if let Some(last) = self.found.last_mut() {
            more(last);
        }
    }
}

const SECRET: (&str, &str) = ("", "Secret");
const CONFIG_MAP: (&str, &str) = ("", "ConfigMap");
const SERVICE_ACCOUNT: (&str, &str) = ("", "ServiceAccount");
const SERVICE: (&str, &str) = ("", "Service");
const CLAIM: (&str, &str) = ("", "PersistentVolumeClaim");
const STORAGE_CLASS: (&str, &str) = ("storage.k8s.io", "StorageClass");
const RBAC: &str = "rbac.authorization.k8s.io";
const CERT_MANAGER: &str = "cert-manager.io";
const GATEWAY: &str = "gateway.networking.k8s.io";

/// All references of one object, in the order of its fields.
pub(crate) fn references_of<'o>(object: &'o Value, key: &ObjectKey) -> Vec<Wish<'o>> {
    let mut out = Wishes { found: Vec::new() };
    if let Some(path) = pod_path(&key.group, &key.kind)
        && let Some(pod) = at(object, path)
    {
        pod_spec(&mut out, pod, path);
    }
    match key.group_kind() {
        ("", "PersistentVolumeClaim") => storage_class(&mut out, object, &[]),
        ("", "ServiceAccount") => {
            for list in ["secrets", "imagePullSecrets"] {
                named(&mut out, object, &[list], SECRET);
            }
        }
        ("apps", "StatefulSet") => {
            let name = text(object, &["spec", "serviceName"]);
            out.add(SERVICE, name, &["spec", "serviceName"], Need::Useful);
            for (place, claim) in items(object, &["spec", "volumeClaimTemplates"])
                .iter()
                .enumerate()
            {
                storage_class(
                    &mut out,
                    claim,
                    &["spec", "volumeClaimTemplates", &place.to_string()],
                );
            }
        }
        ("autoscaling", "HorizontalPodAutoscaler") => target(&mut out, object, &["spec", "scaleTargetRef"]),
        (RBAC, "RoleBinding" | "ClusterRoleBinding") => binding(&mut out, object),
        ("networking.k8s.io", "Ingress") => ingress(&mut out, object),
        (CERT_MANAGER, "Certificate") => issuer(&mut out, object),
        ("external-secrets.io", "ExternalSecret") => {
            let kind =
                Some(text(object, &["spec", "secretStoreRef", "kind"])).filter(|kind| !kind.is_empty());
            let name = text(object, &["spec", "secretStoreRef", "name"]);
            let kind = ("external-secrets.io", kind.unwrap_or("SecretStore"));
            out.add(kind, name, &["spec", "secretStoreRef"], Need::Required);
        }
        (GATEWAY, "Gateway") => {
            let name = text(object, &["spec", "gatewayClassName"]);
            out.add(
                (GATEWAY, "GatewayClass"),
                name,
                &["spec", "gatewayClassName"],
                Need::Required,
            );
        }
        (GATEWAY, _) => route(&mut out, object),
        _ => {}
    }
    out.found
}

fn pod_spec<'o>(out: &mut Wishes<'o>, pod: &'o Value, path: &[&str]) {
    for list in ["initContainers", "containers", "ephemeralContainers"] {
        for (place, container) in items(pod, &["spec", list]).iter().enumerate() {
            environment(
                out,
                container,
                &[path, &["spec", list, &place.to_string()]].concat(),
            );
        }
    }
    for (place, volume) in items(pod, &["spec", "volumes"]).iter().enumerate() {
        self::volume(
            out,
            volume,
            &[path, &["spec", "volumes", &place.to_string()]].concat(),
        );
    }
    let spec = [path, &["spec"]].concat();
    for (place, secret) in items(pod, &["spec", "imagePullSecrets"]).iter().enumerate() {
        let place = place.to_string();
        let field = [&spec[..], &["imagePullSecrets", &place]].concat();
        out.add(SECRET, text(secret, &["name"]), &field, Need::Useful);
    }
    for (kind, field, need) in [
        (SERVICE_ACCOUNT, "serviceAccountName", Need::Required),
        (
            ("scheduling.k8s.io", "PriorityClass"),
            "priorityClassName",
            Need::Required,
        ),
        (
            ("node.k8s.io", "RuntimeClass"),
            "runtimeClassName",
            Need::Required,
        ),
    ] {
        out.add(
            kind,
            text(pod, &["spec", field]),
            &[&spec[..], &[field]].concat(),
            need,
        );
    }
}

fn need_of(reference: &Value) -> Need {
    if is_true(reference, &["optional"]) {
        Need::Optional
    } else {
        Need::Required
    }
}

fn environment<'o>(out: &mut Wishes<'o>, container: &'o Value, path: &[&str]) {
    for (place, variable) in items(container, &["env"]).iter().enumerate() {
        for (kind, source) in [(SECRET, "secretKeyRef"), (CONFIG_MAP, "configMapKeyRef")] {
            let Some(reference) = at(variable, &["valueFrom", source]) else {
                continue;
            };
            let place = place.to_string();
            let field = [path, &["env", &place, "valueFrom", source]].concat();
            out.add(kind, text(reference, &["name"]), &field, need_of(reference));
            out.with(|wish| wish.key = Some(text(reference, &["key"])).filter(|key| !key.is_empty()));
        }
    }
    for (place, from) in items(container, &["envFrom"]).iter().enumerate() {
        for (kind, source) in [(SECRET, "secretRef"), (CONFIG_MAP, "configMapRef")] {
            let Some(reference) = at(from, &[source]) else {
                continue;
            };
            let place = place.to_string();
            let field = [path, &["envFrom", &place, source]].concat();
            out.add(kind, text(reference, &["name"]), &field, need_of(reference));
        }
    }
}

/// Kinds of volume that read a credential from a Secret named in `secretRef`.
const SECRET_REF_VOLUMES: &[&str] = &[
    "cephfs",
    "csi",
    "flexVolume",
    "iscsi",
    "rbd",
    "scaleIO",
    "storageos",
];

fn volume<'o>(out: &mut Wishes<'o>, volume: &'o Value, path: &[&str]) {
    if let Some(secret) = at(volume, &["secret"]) {
        out.add(
            SECRET,
            text(secret, &["secretName"]),
            &[path, &["secret"]].concat(),
            need_of(secret),
        );
    }
    if let Some(config) = at(volume, &["configMap"]) {
        out.add(
            CONFIG_MAP,
            text(config, &["name"]),
            &[path, &["configMap"]].concat(),
            need_of(config),
        );
    }
    for (place, source) in items(volume, &["projected", "sources"]).iter().enumerate() {
        for (kind, name) in [(SECRET, "secret"), (CONFIG_MAP, "configMap")] {
            let Some(reference) = at(source, &[name]) else {
                continue;
            };
            let place = place.to_string();
            let field = [path, &["projected", "sources", &place, name]].concat();
            out.add(kind, text(reference, &["name"]), &field, need_of(reference));
        }
    }
    let claim = text(volume, &["persistentVolumeClaim", "claimName"]);
    out.add(
        CLAIM,
        claim,
        &[path, &["persistentVolumeClaim", "claimName"]].concat(),
        Need::Required,
    );
    if let Some(claim) = at(volume, &["ephemeral", "volumeClaimTemplate"]) {
        storage_class(
            out,
            claim,
            &[path, &["ephemeral", "volumeClaimTemplate"]].concat(),
        );
    }
    let share = text(volume, &["azureFile", "secretName"]);
    out.add(
        SECRET,
        share,
        &[path, &["azureFile", "secretName"]].concat(),
        Need::Required,
    );
    for kind in SECRET_REF_VOLUMES {
        for field in ["secretRef", "nodePublishSecretRef"] {
            let name = text(volume, &[kind, field, "name"]);
            out.add(SECRET, name, &[path, &[kind, field]].concat(), Need::Required);
        }
    }
    let provider = ["csi", "volumeAttributes", "secretProviderClass"];
    let kind = ("secrets-store.csi.x-k8s.io", "SecretProviderClass");
    out.add(
        kind,
        text(volume, &provider),
        &[path, &provider].concat(),
        Need::Required,
    );
}

fn storage_class<'o>(out: &mut Wishes<'o>, claim: &'o Value, path: &[&str]) {
    let field = [path, &["spec", "storageClassName"]].concat();
    out.add(
        STORAGE_CLASS,
        text(claim, &["spec", "storageClassName"]),
        &field,
        Need::Required,
    );
}

fn named<'o>(out: &mut Wishes<'o>, object: &'o Value, path: &[&str], kind: (&'o str, &'o str)) {
    for (place, item) in items(object, path).iter().enumerate() {
        out.add(
            kind,
            text(item, &["name"]),
            &[path, &[&place.to_string()]].concat(),
            Need::Useful,
        );
    }
}

/// A reference by `apiVersion`, kind and name.
fn target<'o>(out: &mut Wishes<'o>, object: &'o Value, path: &[&str]) {
    let Some(reference) = at(object, path) else { return };
    let group = group_of(text(reference, &["apiVersion"]));
    out.add(
        (group, text(reference, &["kind"])),
        text(reference, &["name"]),
        path,
        Need::Useful,
    );
}

fn binding<'o>(out: &mut Wishes<'o>, object: &'o Value) {
    let kind = (RBAC, text(object, &["roleRef", "kind"]));
    out.add(
        kind,
        text(object, &["roleRef", "name"]),
        &["roleRef"],
        Need::Required,
    );
    for (place, subject) in items(object, &["subjects"]).iter().enumerate() {
        if text(subject, &["kind"]) != "ServiceAccount" {
            continue;
        }
        let field = ["subjects", &place.to_string()];
        out.add(SERVICE_ACCOUNT, text(subject, &["name"]), &field, Need::Optional);
        out.with(|wish| wish.namespace = at(subject, &["namespace"]).and_then(Value::as_str));
    }
}

fn ingress<'o>(out: &mut Wishes<'o>, object: &'o Value) {
    let class = ("networking.k8s.io", "IngressClass");
    let field = ["spec", "ingressClassName"];
    out.add(class, text(object, &field), &field, Need::Required);
    let old = "kubernetes.io/ingress.class";
    out.add(
        class,
        annotation(object, old),
        &["metadata", "annotations", old],
        Need::Required,
    );
    for (place, tls) in items(object, &["spec", "tls"]).iter().enumerate() {
        let field = ["spec", "tls", &place.to_string(), "secretName"];
        out.add(SECRET, text(tls, &["secretName"]), &field, Need::Useful);
    }
    let default = ["spec", "defaultBackend", "service", "name"];
    out.add(SERVICE, text(object, &default), &default, Need::Useful);
    for (rule_place, rule) in items(object, &["spec", "rules"]).iter().enumerate() {
        for (place, path) in items(rule, &["http", "paths"]).iter().enumerate() {
            let (rule_place, place) = (rule_place.to_string(), place.to_string());
            let field = [
                "spec",
                "rules",
                &rule_place,
                "http",
                "paths",
                &place,
                "backend",
                "service",
            ];
            out.add(
                SERVICE,
                text(path, &["backend", "service", "name"]),
                &field,
                Need::Useful,
            );
        }
    }
    for (name, kind) in ISSUER_ANNOTATIONS {
        let field = ["metadata", "annotations", name];
        out.add(
            (CERT_MANAGER, kind),
            annotation(object, name),
            &field,
            Need::Useful,
        );
    }
    let auth = "nginx.ingress.kubernetes.io/auth-secret";
    let (namespace, name) = match annotation(object, auth).split_once('/') {
        Some((namespace, name)) => (Some(namespace), name),
        None => (None, annotation(object, auth)),
    };
    if !name.is_empty() {
        out.add(SECRET, name, &["metadata", "annotations", auth], Need::Useful);
        out.with(|wish| wish.namespace = namespace);
    }
}

/// Annotations by which cert-manager makes the certificates of an Ingress.
pub(crate) const ISSUER_ANNOTATIONS: &[(&str, &str)] = &[
    ("cert-manager.io/issuer", "Issuer"),
    ("cert-manager.io/cluster-issuer", "ClusterIssuer"),
];

fn issuer<'o>(out: &mut Wishes<'o>, object: &'o Value) {
    let kind = Some(text(object, &["spec", "issuerRef", "kind"])).filter(|kind| !kind.is_empty());
    let kind = (CERT_MANAGER, kind.unwrap_or("Issuer"));
    out.add(
        kind,
        text(object, &["spec", "issuerRef", "name"]),
        &["spec", "issuerRef"],
        Need::Useful,
    );
}

/// Gateways and services of a route of any protocol.
fn route<'o>(out: &mut Wishes<'o>, object: &'o Value) {
    for (place, parent) in items(object, &["spec", "parentRefs"]).iter().enumerate() {
        if matches!(text(parent, &["kind"]), "" | "Gateway") {
            let field = ["spec", "parentRefs", &place.to_string()];
            out.add(
                (GATEWAY, "Gateway"),
                text(parent, &["name"]),
                &field,
                Need::Useful,
            );
            out.with(|wish| wish.namespace = at(parent, &["namespace"]).and_then(Value::as_str));
        }
    }
    for (rule_place, rule) in items(object, &["spec", "rules"]).iter().enumerate() {
        for (place, backend) in items(rule, &["backendRefs"]).iter().enumerate() {
            if matches!(text(backend, &["kind"]), "" | "Service") {
                let field = [
                    "spec",
                    "rules",
                    &rule_place.to_string(),
                    "backendRefs",
                    &place.to_string(),
                ];
                out.add(SERVICE, text(backend, &["name"]), &field, Need::Useful);
                out.with(|wish| wish.namespace = at(backend, &["namespace"]).and_then(Value::as_str));
            }
        }
    }
}
