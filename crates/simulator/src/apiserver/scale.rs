//! The `scale` subresource: replicas of whatever kind, in one form.

use serde_json::{Value, json};

use super::error::ApiError;
use super::kinds::{Kind, ScalePaths};
use super::object::{self, at};

fn paths(kind: &Kind) -> Result<&ScalePaths, ApiError> {
    kind.scale.as_ref().ok_or_else(ApiError::method_not_allowed)
}

fn steps(path: &[String]) -> Vec<&str> {
    path.iter().map(String::as_str).collect()
}

/// The object as a `Scale`.
pub(crate) fn of(kind: &Kind, object: &Value) -> Result<Value, ApiError> {
    let paths = paths(kind)?;
    let number = |path: &[String]| at(object, &steps(path)).and_then(Value::as_i64);
    let field = |name: &str| object::meta(object).get(name).cloned();
    let mut meta = json!({});
    for name in ["name", "namespace", "uid", "resourceVersion", "creationTimestamp"] {
        if let Some(value) = field(name) {
            meta[name] = value;
        }
    }
    let mut scale = json!({
        "kind": "Scale", "apiVersion": "autoscaling/v1", "metadata": meta,
        "spec": {}, "status": {"replicas": number(&paths.status).unwrap_or(0)},
    });
    if let Some(replicas) = number(&paths.spec).filter(|n| *n != 0) {
        scale["spec"]["replicas"] = json!(replicas);
    }
    if let Some(selector) = paths.selector.as_ref().and_then(|path| at(object, &steps(path))) {
        scale["status"]["selector"] = json!(selector_text(selector));
    }
    Ok(scale)
}

/// The object with the replicas of the `Scale`.
pub(crate) fn apply(kind: &Kind, object: &mut Value, scale: &Value) -> Result<(), ApiError> {
    let paths = paths(kind)?;
    let replicas = object::int_at(scale, &["spec", "replicas"]).unwrap_or(0);
    if let Some((last, parents)) = paths.spec.split_last() {
        object::map_mut(object, &steps(parents)).insert(last.clone(), replicas.into());
    }
    Ok(())
}

/// A selector as text: label selectors, plain maps, or text already.
fn selector_text(selector: &Value) -> String {
    if let Some(text) = selector.as_str() {
        return text.to_owned();
    }
    let labels = if selector.get("matchLabels").is_some() || selector.get("matchExpressions").is_some() {
        object::strings(object::map_at(selector, &["matchLabels"]))
    } else {
        object::strings(object::map_at(selector, &[]))
    };
    let mut terms: Vec<_> = labels.into_iter().map(|(k, v)| format!("{k}={v}")).collect();
    for term in object::list_at(selector, &["matchExpressions"]) {
        let key = object::str_at(term, &["key"]);
        let values: Vec<_> = object::list_at(term, &["values"])
            .iter()
            .filter_map(Value::as_str)
            .collect();
        terms.push(match object::str_at(term, &["operator"]) {
            "In" => format!("{key} in ({})", values.join(",")),
            "NotIn" => format!("{key} notin ({})", values.join(",")),
            "DoesNotExist" => format!("!{key}"),
            _ => key.to_owned(),
        });
    }
    terms.join(",")
}
