//! Kubernetes' own kinds: a table, and their schemas from Kubernetes' OpenAPI document.
//!
//! `builtin/kubernetes.json` is made by the example `builtin_schema` from the release's own file (Apache-2.0); it is
//! never edited. Not here: rules that the document does not state (`defaults`, `validate`).

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use serde_json::Value;

use super::kinds::{Kind, ResourceId, ScalePaths};
use super::object::str_at;
use super::schema::{Schema, Strategic, Zero};

/// Nothing, `status`, or `status` and `scale`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sub {
    None,
    Status,
    Scale,
}

struct Row {
    /// Group, version and the package of the schema where that is not the group's first word.
    group: &'static str,
    version: &'static str,
    kind: &'static str,
    plural: &'static str,
    short: &'static [&'static str],
    namespaced: bool,
    sub: Sub,
    all: bool,
}

const fn row(
    group: &'static str,
    kind: &'static str,
    plural: &'static str,
    short: &'static [&'static str],
    namespaced: bool,
    sub: Sub,
) -> Row {
    Row {
        group,
        version: "v1",
        kind,
        plural,
        short,
        namespaced,
        sub,
        all: false,
    }
}

impl Row {
    /// Also in the category `all`.
    const fn in_all(mut self) -> Self {
        self.all = true;
        self
    }

    const fn at(mut self, version: &'static str) -> Self {
        self.version = version;
        self
    }
}

const ADMISSION: &str = "admissionregistration.k8s.io";
const NETWORKING: &str = "networking.k8s.io";
const RBAC: &str = "rbac.authorization.k8s.io";
const STORAGE: &str = "storage.k8s.io";

static ROWS: &[Row] = &[
    row("", "ConfigMap", "configmaps", &["cm"], true, Sub::None),
    row("", "Endpoints", "endpoints", &["ep"], true, Sub::None),
    row("", "Event", "events", &["ev"], true, Sub::None),
    row("", "LimitRange", "limitranges", &["limits"], true, Sub::None),
    row("", "Namespace", "namespaces", &["ns"], false, Sub::Status),
    row("", "Node", "nodes", &["no"], false, Sub::Status),
    row(
        "",
        "PersistentVolume",
        "persistentvolumes",
        &["pv"],
        false,
        Sub::Status,
    ),
    row(
        "",
        "PersistentVolumeClaim",
        "persistentvolumeclaims",
        &["pvc"],
        true,
        Sub::Status,
    ),
    row("", "Pod", "pods", &["po"], true, Sub::Status).in_all(),
    row("", "PodTemplate", "podtemplates", &[], true, Sub::None),
    row(
        "",
        "ReplicationController",
        "replicationcontrollers",
        &["rc"],
        true,
        Sub::Scale,
    )
    .in_all(),
    row(
        "",
        "ResourceQuota",
        "resourcequotas",
        &["quota"],
        true,
        Sub::Status,
    ),
    row("", "Secret", "secrets", &[], true, Sub::None),
    row("", "Service", "services", &["svc"], true, Sub::Status).in_all(),
    row("", "ServiceAccount", "serviceaccounts", &["sa"], true, Sub::None),
    row(
        ADMISSION,
        "MutatingWebhookConfiguration",
        "mutatingwebhookconfigurations",
        &[],
        false,
        Sub::None,
    ),
    row(
        ADMISSION,
        "ValidatingWebhookConfiguration",
        "validatingwebhookconfigurations",
        &[],
        false,
        Sub::None,
    ),
    row(
        ADMISSION,
        "ValidatingAdmissionPolicy",
        "validatingadmissionpolicies",
        &[],
        false,
        Sub::Status,
    ),
    row(
        ADMISSION,
        "ValidatingAdmissionPolicyBinding",
        "validatingadmissionpolicybindings",
        &[],
        false,
        Sub::None,
    ),
    row(
        super::crd::GROUP,
        "CustomResourceDefinition",
        super::crd::PLURAL,
        &["crd", "crds"],
        false,
        Sub::Status,
    ),
    row(
        "apps",
        "ControllerRevision",
        "controllerrevisions",
        &[],
        true,
        Sub::None,
    ),
    row("apps", "DaemonSet", "daemonsets", &["ds"], true, Sub::Status).in_all(),
    row("apps", "Deployment", "deployments", &["deploy"], true, Sub::Scale).in_all(),
    row("apps", "ReplicaSet", "replicasets", &["rs"], true, Sub::Scale).in_all(),
    row("apps", "StatefulSet", "statefulsets", &["sts"], true, Sub::Scale).in_all(),
    row(
        "autoscaling",
        "HorizontalPodAutoscaler",
        "horizontalpodautoscalers",
        &["hpa"],
        true,
        Sub::Status,
    )
    .at("v2")
    .in_all(),
    row("batch", "CronJob", "cronjobs", &["cj"], true, Sub::Status).in_all(),
    row("batch", "Job", "jobs", &[], true, Sub::Status).in_all(),
    row("coordination.k8s.io", "Lease", "leases", &[], true, Sub::None),
    row(
        "discovery.k8s.io",
        "EndpointSlice",
        "endpointslices",
        &[],
        true,
        Sub::None,
    ),
    row("events.k8s.io", "Event", "events", &["ev"], true, Sub::None),
    row(NETWORKING, "Ingress", "ingresses", &["ing"], true, Sub::Status),
    row(
        NETWORKING,
        "IngressClass",
        "ingressclasses",
        &[],
        false,
        Sub::None,
    ),
    row(
        NETWORKING,
        "NetworkPolicy",
        "networkpolicies",
        &["netpol"],
        true,
        Sub::None,
    ),
    row(
        "node.k8s.io",
        "RuntimeClass",
        "runtimeclasses",
        &[],
        false,
        Sub::None,
    ),
    row(
        "policy",
        "PodDisruptionBudget",
        "poddisruptionbudgets",
        &["pdb"],
        true,
        Sub::Status,
    ),
    row(RBAC, "ClusterRole", "clusterroles", &[], false, Sub::None),
    row(
        RBAC,
        "ClusterRoleBinding",
        "clusterrolebindings",
        &[],
        false,
        Sub::None,
    ),
    row(RBAC, "Role", "roles", &[], true, Sub::None),
    row(RBAC, "RoleBinding", "rolebindings", &[], true, Sub::None),
    row(
        "scheduling.k8s.io",
        "PriorityClass",
        "priorityclasses",
        &["pc"],
        false,
        Sub::None,
    ),
    row(STORAGE, "CSIDriver", "csidrivers", &[], false, Sub::None),
    row(STORAGE, "CSINode", "csinodes", &[], false, Sub::None),
    row(
        STORAGE,
        "StorageClass",
        "storageclasses",
        &["sc"],
        false,
        Sub::None,
    ),
    row(
        STORAGE,
        "VolumeAttachment",
        "volumeattachments",
        &[],
        false,
        Sub::Status,
    ),
];

/// The kinds, in the order of the table.
pub(crate) fn kinds() -> Vec<Kind> {
    ROWS.iter().map(kind).collect()
}

fn kind(row: &Row) -> Kind {
    let scale = |selector: &[&str]| ScalePaths {
        spec: vec!["spec".into(), "replicas".into()],
        status: vec!["status".into(), "replicas".into()],
        selector: Some(selector.iter().map(|s| (*s).to_owned()).collect()),
    };
    Kind {
        id: ResourceId::new(row.group, row.plural),
        version: row.version.to_owned(),
        kind: row.kind.to_owned(),
        list_kind: format!("{}List", row.kind),
        singular: row.kind.to_lowercase(),
        short_names: row.short.iter().map(|s| (*s).to_owned()).collect(),
        categories: if row.all { vec!["all".into()] } else { Vec::new() },
        namespaced: row.namespaced,
        status: row.sub != Sub::None,
        scale: (row.sub == Sub::Scale).then(|| scale(&["spec", "selector"])),
        schema: schema(&schema_name(row)),
        columns: Vec::new(),
        custom: false,
        storage: true,
    }
}

/// The package in the OpenAPI document, of a group.
fn schema_name(row: &Row) -> String {
    let package = match row.group {
        "" => "core",
        RBAC => "rbac",
        super::crd::GROUP => "apiextensions",
        group => group.split('.').next().unwrap_or(group),
    };
    format!("{package}.{}.{}", row.version, row.kind)
}

static DOCUMENT: LazyLock<BTreeMap<String, Value>> =
    LazyLock::new(|| serde_json::from_str(include_str!("builtin/kubernetes.json")).unwrap_or_default());

static SCHEMAS: LazyLock<BTreeMap<String, Arc<Schema>>> = LazyLock::new(|| {
    let mut made = BTreeMap::new();
    for name in DOCUMENT.keys() {
        resolve(name, &mut made);
    }
    made
});

/// The schema of a definition of the document, by its short name (`core.v1.Pod`).
pub(crate) fn schema(name: &str) -> Arc<Schema> {
    SCHEMAS
        .get(name)
        .cloned()
        .unwrap_or_else(|| Arc::new(Schema::anything()))
}

/// Gives a custom kind what every object has: `apiVersion`, `kind` and `metadata`.
pub(crate) fn add_object_meta(schema: &mut Schema) {
    let text = || {
        Arc::new(Schema {
            kind: super::schema::Type::String,
            ..Schema::default()
        })
    };
    schema.fields.insert("apiVersion".into(), text());
    schema.fields.insert("kind".into(), text());
    schema
        .fields
        .insert("metadata".into(), self::schema("meta.v1.ObjectMeta"));
}

/// The document has no cycles: its one recursive definition is free-form.
fn resolve(name: &str, made: &mut BTreeMap<String, Arc<Schema>>) -> Arc<Schema> {
    if let Some(known) = made.get(name) {
        return Arc::clone(known);
    }
    let mut schema = DOCUMENT
        .get(name)
        .map_or_else(Schema::anything, |node| read(node, made));
    name.rsplit('.')
        .next()
        .unwrap_or(name)
        .clone_into(&mut schema.go_type);
    match name {
        "util.intstr.IntOrString" => {
            schema.int_or_string = true;
            schema.kind = super::schema::Type::Any;
        }
        "meta.v1.FieldsV1" | "pkg.runtime.RawExtension" | "apiextensions.v1.JSONSchemaProps" => {
            schema.preserve_unknown = true;
            schema.atomic_map = true;
        }
        // A number is a quantity too.
        "api.resource.Quantity" => schema.kind = super::schema::Type::Any,
        _ => {}
    }
    let schema = Arc::new(schema);
    made.insert(name.to_owned(), Arc::clone(&schema));
    schema
}

fn read(node: &Value, made: &mut BTreeMap<String, Arc<Schema>>) -> Schema {
    let mut schema = read_shape(node, made);
    schema.number = str_at(node, &["x-pb"])
        .split('.')
        .filter_map(|number| number.parse().ok())
        .collect();
    schema.zero = match str_at(node, &["x-go"]) {
        "omit" => Zero::LeftOut,
        "always" => Zero::Written,
        _ => Zero::Kept,
    };
    schema
}

fn read_shape(node: &Value, made: &mut BTreeMap<String, Arc<Schema>>) -> Schema {
    if let Some(target) = node.get("$ref").and_then(Value::as_str) {
        let mut schema = (*resolve(target, made)).clone();
        schema.default = node.get("default").filter(|d| !is_zero(d)).cloned();
        schema.strategic = strategic(node);
        schema.always_there = node
            .get("default")
            .is_some_and(|d| d.as_object().is_some_and(serde_json::Map::is_empty));
        if node.get("x-kubernetes-map-type").is_some() {
            schema.atomic_map = str_at(node, &["x-kubernetes-map-type"]) == "atomic";
        }
        return schema;
    }
    // All but the children is the same as in a CRD.
    let mut bare = node.clone();
    for child in ["properties", "items", "additionalProperties"] {
        if let Some(map) = bare.as_object_mut() {
            map.remove(child);
        }
    }
    let mut schema = Schema::from_crd(&bare);
    schema.default = node.get("default").filter(|d| !is_zero(d)).cloned();
    schema.strategic = strategic(node);
    if let Some(fields) = node.get("properties").and_then(Value::as_object) {
        for (name, field) in fields {
            schema.fields.insert(name.clone(), Arc::new(read(field, made)));
        }
    }
    if let Some(items) = node.get("items") {
        schema.items = Some(Arc::new(read(items, made)));
    }
    if let Some(additional) = node.get("additionalProperties") {
        schema.additional = Some(Arc::new(read(additional, made)));
    }
    schema
}

/// The document states zero values as defaults of required fields; they are Go's, not defaults.
fn is_zero(default: &Value) -> bool {
    match default {
        Value::Null => true,
        Value::Object(map) => map.is_empty(),
        Value::String(text) => text.is_empty(),
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::Bool(flag) => !flag,
        Value::Array(items) => items.is_empty(),
    }
}

fn strategic(node: &Value) -> Strategic {
    let words = str_at(node, &["x-kubernetes-patch-strategy"]);
    let key = str_at(node, &["x-kubernetes-patch-merge-key"]);
    Strategic {
        merge_key: (!key.is_empty()).then(|| key.to_owned()),
        merge: words.split(',').any(|w| w == "merge"),
        retain_keys: words.split(',').any(|w| w == "retainKeys"),
    }
}
