//! One expression of a label or node selector.
//!
//! Invariant: an operator that is not known matches nothing.

use serde_json::Value;

use crate::field::{items, text};

/// One expression of a selector over one value.
pub(super) fn holds(value: Option<&str>, expression: &Value) -> bool {
    let values = || items(expression, &["values"]).iter().filter_map(Value::as_str);
    let number = |text: Option<&str>| text.and_then(|text| text.parse::<i64>().ok());
    match text(expression, &["operator"]) {
        "In" => value.is_some_and(|value| values().any(|one| one == value)),
        "NotIn" => value.is_none_or(|value| values().all(|one| one != value)),
        "Exists" => value.is_some(),
        "DoesNotExist" => value.is_none(),
        "Gt" => number(value)
            .zip(number(values().next()))
            .is_some_and(|(is, than)| is > than),
        "Lt" => number(value)
            .zip(number(values().next()))
            .is_some_and(|(is, than)| is < than),
        _ => false,
    }
}
