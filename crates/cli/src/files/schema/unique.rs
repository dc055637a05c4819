//! Lists in which nothing may stand twice: sets, and maps by a key.
use serde_json::Value;

use crate::files::tree::Tree;

/// The elements that stand there already, each with what is said of it.
pub(super) fn twice(elements: &[Tree], schema: &Value) -> Vec<(usize, String)> {
    let keys: Vec<&str> = match schema.get("x-kubernetes-list-type").and_then(Value::as_str) {
        Some("set") => Vec::new(),
        Some("map") => {
            let keys = schema.get("x-kubernetes-list-map-keys").and_then(Value::as_array);
            keys.into_iter().flatten().filter_map(Value::as_str).collect()
        }
        Some(_) | None => return Vec::new(),
    };
    let mut seen = std::collections::BTreeSet::new();
    let mut found = Vec::new();
    for (i, element) in elements.iter().enumerate() {
        let parts: Vec<Value> = if keys.is_empty() {
            vec![element.to_json()]
        } else {
            let part = |key: &&str| element.get(key).map_or(Value::Null, Tree::to_json);
            keys.iter().map(part).collect()
        };
        let told = parts.iter().map(Value::to_string).collect::<Vec<_>>().join(", ");
        if !seen.insert(told.clone()) {
            found.push((i, format!("{told} stands there already; keep one")));
        }
    }
    found
}
