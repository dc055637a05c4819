//! The rules of a definition's schema, told with the line of the field.
//!
//! The API server applies the same schema; here it is applied before anything is sent, and unknown fields, which it
//! would drop with a warning, are errors.
//! Not here: CEL rules (`check` has those that files can break).
use serde_json::Value;

use super::near;
use super::tree::{Key, Node, Tree};

mod pattern; // which texts fit, and what would
mod unique; // lists in which nothing may stand twice

/// Something that the schema does not allow.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Breach {
    pub(crate) line: u64,
    pub(crate) field: String,
    pub(crate) message: String,
}

/// Everything in `tree` that `schema` does not allow. `path` is where the tree stands in its object.
pub(crate) fn breaches(tree: &Tree, schema: &Value, path: &str) -> Vec<Breach> {
    let mut found = Vec::new();
    walk(tree, schema, path, &mut found);
    found
}

fn walk(tree: &Tree, schema: &Value, path: &str, found: &mut Vec<Breach>) {
    let mut breach = |message: String| {
        found.push(Breach {
            line: tree.line,
            field: path.to_owned(),
            message,
        });
    };
    match &tree.node {
        Node::Scalar(Value::Null) => {
            // Written as null, an optional field is absent; a required one is told by its parent.
        }
        Node::Scalar(value) => {
            if let Some(message) = wrong_scalar(schema, value) {
                breach(message);
            } else {
                scalar(value, schema).into_iter().for_each(breach);
            }
        }
        Node::List(elements) => {
            if let Some(message) = wrong_type(schema, "array") {
                return breach(message);
            }
            sizes(schema, "Items", elements.len(), "elements")
                .into_iter()
                .for_each(breach);
            for (i, message) in unique::twice(elements, schema) {
                found.push(Breach {
                    line: elements[i].line,
                    field: format!("{path}[{i}]"),
                    message,
                });
            }
            let of_each = schema.get("items").unwrap_or(&Value::Null);
            for (i, element) in elements.iter().enumerate() {
                walk(element, of_each, &format!("{path}[{i}]"), found);
            }
        }
        Node::Map(pairs) => {
            if let Some(message) = wrong_type(schema, "object") {
                return breach(message);
            }
            map(tree.line, pairs, schema, path, found);
        }
    }
}

fn map(line: u64, pairs: &[(Key, Tree)], schema: &Value, path: &str, found: &mut Vec<Breach>) {
    let properties = schema.get("properties").and_then(Value::as_object);
    let others = schema
        .get("additionalProperties")
        .filter(|others| others.is_object());
    let open = schema.get("x-kubernetes-preserve-unknown-fields") == Some(&Value::Bool(true));
    for (key, value) in pairs {
        let field = format!("{path}.{}", key.text);
        match properties.and_then(|all| all.get(&key.text)).or(others) {
            Some(of_it) => walk(value, of_it, &field, found),
            None if open || schema.is_null() => {}
            None => {
                let known: Vec<&str> = properties
                    .into_iter()
                    .flat_map(|all| all.keys())
                    .map(String::as_str)
                    .collect();
                let hint = near::hint(&key.text, known.iter().copied());
                let message = format!("there is no such field; write {}{hint}", near::listed(&known));
                found.push(Breach {
                    line: key.line,
                    field,
                    message,
                });
            }
        }
    }
    let required = schema.get("required").and_then(Value::as_array);
    for name in required.into_iter().flatten().filter_map(Value::as_str) {
        let given = pairs.iter().find(|(key, _)| key.text == name);
        if given.is_none_or(|(_, value)| value.node == Node::Scalar(Value::Null)) {
            let about = properties.and_then(|all| all.get(name)?.get("description")?.as_str());
            let about = about.map_or_else(String::new, |about| format!(": {}", first_sentence(about)));
            let at = given.map_or(line, |(key, _)| key.line);
            found.push(Breach {
                line: at,
                field: format!("{path}.{name}"),
                message: format!("it is missing{about}"),
            });
        }
    }
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

fn wrong_type(schema: &Value, seen: &str) -> Option<String> {
    let wanted = schema.get("type")?.as_str()?;
    (wanted != seen).then(|| format!("wanted {}, found {}", said(wanted), said(seen)))
}

fn wrong_scalar(schema: &Value, value: &Value) -> Option<String> {
    let (wanted, seen) = (schema.get("type")?.as_str()?, kind_of(value));
    if wanted == seen || wanted == "number" && seen == "integer" {
        return None;
    }
    let wanted = match bounds(schema) {
        Some(bounds) => format!("{} from {bounds}", said(wanted)),
        None => said(wanted).to_owned(),
    };
    // YAML of old reads NO as false: a country needs quotes.
    let quotes = if value.is_string() || schema.get("type") != Some(&Value::from("string")) {
        ""
    } else {
        "; put it in quotes"
    };
    Some(format!("wanted {wanted}, found {value}{quotes}"))
}

/// `0 to 100`, where both ends are set.
fn bounds(schema: &Value) -> Option<String> {
    let (least, most) = (schema.get("minimum")?, schema.get("maximum")?);
    Some(format!("{} to {}", whole(least), whole(most)))
}

fn said(kind: &str) -> &str {
    match kind {
        "boolean" => "true or false",
        "integer" => "a whole number",
        "number" => "a number",
        "string" => "a text",
        "array" => "a list",
        "object" => "a map",
        other => other,
    }
}

fn scalar(value: &Value, schema: &Value) -> Vec<String> {
    let mut wrong = Vec::new();
    if let Some(known) = schema.get("enum").and_then(Value::as_array)
        && !known.contains(value)
    {
        let words: Vec<&str> = known.iter().filter_map(Value::as_str).collect();
        let hint = near::hint(value.as_str().unwrap_or_default(), words.iter().copied());
        wrong.push(format!(
            "{value} is not known; write {}{hint}",
            near::listed(&words)
        ));
    }
    if let Some(text) = value.as_str() {
        let pattern = schema.get("pattern").and_then(Value::as_str);
        if let Some(pattern) = pattern.filter(|pattern| !pattern::fits(pattern, text)) {
            wrong.push(format!(
                "{value} does not fit; write {}",
                pattern::wanted(pattern)
            ));
        }
        wrong.extend(sizes(schema, "Length", text.chars().count(), "characters"));
    }
    if let Some(number) = value.as_f64() {
        let bound = |name| schema.get(name).and_then(Value::as_f64);
        if bound("minimum").is_some_and(|least| number < least)
            || bound("maximum").is_some_and(|most| number > most)
        {
            let least = || {
                schema
                    .get("minimum")
                    .map(|least| format!("{} or more", whole(least)))
            };
            let range = bounds(schema).or_else(least).unwrap_or_default();
            wrong.push(format!("{value} is out of range; write {range}"));
        }
    }
    wrong
}

/// A bound as a schema has it: `4.0` is 4.
fn whole(bound: &Value) -> String {
    let text = bound.to_string();
    text.strip_suffix(".0")
        .map_or_else(|| text.clone(), str::to_owned)
}

fn sizes(schema: &Value, what: &str, seen: usize, of: &str) -> Option<String> {
    let bound = |name: String| {
        schema
            .get(name)
            .and_then(Value::as_u64)
            .and_then(|n| usize::try_from(n).ok())
    };
    let (least, most) = (bound(format!("min{what}")), bound(format!("max{what}")));
    if least.is_some_and(|least| seen < least) {
        return least.map(|least| format!("it has {seen} {of}; write at least {least}"));
    }
    most.filter(|most| seen > *most)
        .map(|most| format!("it has {seen} {of}; write at most {most}"))
}

fn first_sentence(text: &str) -> &str {
    let line = text.lines().next().unwrap_or_default();
    line.split_once(". ")
        .map_or(line, |(first, _)| first)
        .trim_end_matches('.')
}

#[cfg(test)]
mod tests;
