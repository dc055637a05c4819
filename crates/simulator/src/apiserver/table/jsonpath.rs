//! The JSON paths of printer columns: fields, indexes and one filter, `.status.conditions[?(@.type=="Ready")].status`.

use serde_json::Value;

/// The first value at `path`.
pub(super) fn find(object: &Value, path: &str) -> Option<Value> {
    let mut value = object;
    let mut rest = path.trim_start_matches('$');
    while !rest.is_empty() {
        if let Some(inner) = rest.strip_prefix('[') {
            let (inside, after) = split_bracket(inner)?;
            value = bracket(value, inside)?;
            rest = after;
            continue;
        }
        let text = rest.strip_prefix('.').unwrap_or(rest);
        let (field, after) = split_field(text);
        if !field.is_empty() {
            value = value.get(field.replace("\\.", ".").as_str())?;
        }
        rest = after;
    }
    Some(value.clone())
}

fn split_field(text: &str) -> (&str, &str) {
    let mut escaped = false;
    for (at, letter) in text.char_indices() {
        match letter {
            '\\' => escaped = true,
            '.' | '[' if !escaped => return text.split_at(at),
            _ => escaped = false,
        }
    }
    (text, "")
}

fn split_bracket(text: &str) -> Option<(&str, &str)> {
    let at = text.find(']')?;
    Some((&text[..at], &text[at + 1..]))
}

fn bracket<'a>(value: &'a Value, inside: &str) -> Option<&'a Value> {
    if let Ok(index) = inside.parse::<usize>() {
        return value.get(index);
    }
    if let Some(condition) = inside.strip_prefix("?(").and_then(|c| c.strip_suffix(')')) {
        let (left, right) = condition.split_once("==")?;
        let wanted = right.trim().trim_matches(['"', '\'']);
        let left = left.trim().strip_prefix('@')?;
        return value.as_array()?.iter().find(|item| {
            find(item, left).is_some_and(|found| {
                found.as_str().map_or_else(|| found.to_string(), str::to_owned) == wanted
            })
        });
    }
    value.get(inside.trim_matches(['"', '\'']))
}
