//! CustomResourceDefinitions: what they define, and their own status.
//!
//! Not here: serving the objects; custom kinds go the same way as Kubernetes' own. CEL rules are NOT evaluated.

use std::sync::Arc;

use serde_json::{Value, json};

use super::kinds::{Column, Kind, ResourceId, ScalePaths};
use super::object::{self, at, bool_at, int_at, list_at, str_at};
use super::schema::Schema;

pub(crate) const GROUP: &str = "apiextensions.k8s.io";
pub(crate) const PLURAL: &str = "customresourcedefinitions";
/// Held by each definition, so that its objects go before it does.
pub(crate) const CLEANUP_FINALIZER: &str = "customresourcecleanup.apiextensions.k8s.io";

pub(crate) fn resource_of(definition: &Value) -> ResourceId {
    ResourceId::new(
        str_at(definition, &["spec", "group"]),
        str_at(definition, &["spec", "names", "plural"]),
    )
}

/// The served kinds, one per served version.
pub(crate) fn kinds_of(definition: &Value) -> Vec<Kind> {
    list_at(definition, &["spec", "versions"])
        .iter()
        .filter(|version| bool_at(version, &["served"]))
        .map(|version| kind_of(definition, version))
        .collect()
}

fn kind_of(definition: &Value, version: &Value) -> Kind {
    let spec = &definition["spec"];
    let kind = str_at(spec, &["names", "kind"]).to_owned();
    let texts = |field: &str| -> Vec<String> {
        list_at(spec, &["names", field])
            .iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect()
    };
    let or = |given: &str, otherwise: String| {
        if given.is_empty() {
            otherwise
        } else {
            given.to_owned()
        }
    };
    let mut schema = Schema::from_crd(version.pointer("/schema/openAPIV3Schema").unwrap_or(&Value::Null));
    if bool_at(spec, &["preserveUnknownFields"]) {
        schema.preserve_unknown = true;
    }
    super::builtin::add_object_meta(&mut schema);
    Kind {
        id: resource_of(definition),
        version: str_at(version, &["name"]).to_owned(),
        list_kind: or(str_at(spec, &["names", "listKind"]), format!("{kind}List")),
        singular: or(str_at(spec, &["names", "singular"]), kind.to_lowercase()),
        kind,
        short_names: texts("shortNames"),
        categories: texts("categories"),
        namespaced: str_at(spec, &["scope"]) == "Namespaced",
        status: at(version, &["subresources", "status"]).is_some(),
        scale: at(version, &["subresources", "scale"]).map(scale_paths),
        schema: Arc::new(schema),
        columns: list_at(version, &["additionalPrinterColumns"])
            .iter()
            .map(column)
            .collect(),
        custom: true,
        storage: bool_at(version, &["storage"]),
    }
}

fn scale_paths(scale: &Value) -> ScalePaths {
    let steps = |field: &str| -> Vec<String> {
        str_at(scale, &[field])
            .split('.')
            .filter(|s| !s.is_empty())
            .map(str::to_owned)
            .collect()
    };
    let selector = steps("labelSelectorPath");
    ScalePaths {
        spec: steps("specReplicasPath"),
        status: steps("statusReplicasPath"),
        selector: (!selector.is_empty()).then_some(selector),
    }
}

fn column(column: &Value) -> Column {
    Column {
        name: str_at(column, &["name"]).to_owned(),
        kind: str_at(column, &["type"]).to_owned(),
        format: str_at(column, &["format"]).to_owned(),
        description: str_at(column, &["description"]).to_owned(),
        priority: int_at(column, &["priority"]).unwrap_or(0),
        path: str_at(column, &["jsonPath"]).to_owned(),
    }
}

/// Fills in what the server decides: names, conversion, and (once) the status of an established definition.
pub(crate) fn complete(definition: &mut Value) {
    let spec = object::map_mut(definition, &["spec"]);
    object::default_to(spec, "conversion", json!({"strategy": "None"}));
    let names = object::map_mut(definition, &["spec", "names"]);
    let kind = names
        .get("kind")
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned();
    object::default_to(names, "listKind", format!("{kind}List"));
    object::default_to(names, "singular", kind.to_lowercase());
}

/// The status of a new definition: nothing is accepted yet, and objects are kept in one version.
pub(crate) fn begin(definition: &mut Value) {
    let stored = stored_versions(definition);
    object::map_mut(definition, &["status"]).insert("storedVersions".into(), stored.into());
}

fn stored_versions(definition: &Value) -> Vec<Value> {
    list_at(definition, &["spec", "versions"])
        .iter()
        .filter(|version| bool_at(version, &["storage"]))
        .map(|version| version["name"].clone())
        .collect()
}

/// The status of a definition that is served. `now`: `metav1.Time`.
pub(crate) fn establish(definition: &mut Value, now: &str) {
    let names = definition["spec"]["names"].clone();
    let condition = |kind: &str, reason: &str, message: &str| {
        json!({
            "type": kind, "status": "True", "lastTransitionTime": now,
            "reason": reason, "message": message,
        })
    };
    let stored = stored_versions(definition);
    let status = object::map_mut(definition, &["status"]);
    status.insert("acceptedNames".into(), names);
    if !status.get("conditions").is_some_and(Value::is_array) {
        let conditions = json!([
            condition("NamesAccepted", "NoConflicts", "no conflicts found"),
            condition(
                "Established",
                "InitialNamesAccepted",
                "the initial names have been accepted"
            ),
        ]);
        status.insert("conditions".into(), conditions);
    }
    status.insert("storedVersions".into(), stored.into());
}
