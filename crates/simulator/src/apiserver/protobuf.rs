//! Bodies in protobuf, as kubectl's typed commands send them (`kubectl create configmap`): read into the same JSON.
//!
//! Only read: answers are JSON, which such clients take too. Field numbers come with the schemas (`builtin`).

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::clock;
use super::schema::{Schema, Type};

#[cfg(test)]
mod tests;

pub(crate) const CONTENT: &str = "application/vnd.kubernetes.protobuf";

/// Stands before each body.
const MAGIC: &[u8] = b"k8s\0";

/// One field: its number, and a number or bytes.
enum Wire<'a> {
    Number(u64),
    Bytes(&'a [u8]),
}

/// The object in a body; `None` if it is no such body.
pub(crate) fn read(body: &[u8], schema: &Schema) -> Option<Value> {
    let envelope = fields(body.strip_prefix(MAGIC)?)?;
    let bytes = |number: u64| {
        envelope.iter().find_map(|(n, wire)| match wire {
            Wire::Bytes(bytes) if *n == number => Some(*bytes),
            Wire::Bytes(_) | Wire::Number(_) => None,
        })
    };
    let mut value = message(bytes(2)?, schema)?;
    for (number, wire) in fields(bytes(1).unwrap_or_default())? {
        if let Wire::Bytes(text) = wire {
            let field = if number == 1 { "apiVersion" } else { "kind" };
            value[field] = json!(String::from_utf8_lossy(text));
        }
    }
    Some(value)
}

fn varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0_u64;
    for at in 0..10 {
        let (first, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(first & 0x7f) << (7 * at);
        if first & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

fn fields(mut bytes: &[u8]) -> Option<Vec<(u64, Wire<'_>)>> {
    let mut found = Vec::new();
    while !bytes.is_empty() {
        let key = varint(&mut bytes)?;
        let wire = match key & 7 {
            0 => Wire::Number(varint(&mut bytes)?),
            1 => {
                let (eight, rest) = bytes.split_first_chunk::<8>()?;
                bytes = rest;
                Wire::Number(u64::from_le_bytes(*eight))
            }
            2 => {
                let length = usize::try_from(varint(&mut bytes)?).ok()?;
                let (inside, rest) = bytes.split_at_checked(length)?;
                bytes = rest;
                Wire::Bytes(inside)
            }
            _ => return None,
        };
        found.push((key >> 3, wire));
    }
    Some(found)
}

fn message(bytes: &[u8], schema: &Schema) -> Option<Value> {
    let mut map = Map::new();
    into_map(bytes, schema, &mut Vec::new(), &mut map)?;
    Some(Value::Object(map))
}

/// Reads the fields below `path`: structs that Go embeds are messages without a field of their own.
fn into_map(bytes: &[u8], schema: &Schema, path: &mut Vec<u64>, map: &mut Map<String, Value>) -> Option<()> {
    for (number, wire) in fields(bytes)? {
        path.push(number);
        let exact = schema.fields.iter().find(|(_, field)| field.number == *path);
        if let Some((name, field)) = exact {
            insert(map, name, field, &wire)?;
        } else if let Wire::Bytes(inside) = wire
            && schema.fields.values().any(|field| field.number.starts_with(path))
        {
            into_map(inside, schema, path, map)?;
        }
        path.pop();
    }
    Some(())
}

fn insert(map: &mut Map<String, Value>, name: &str, field: &Schema, wire: &Wire<'_>) -> Option<()> {
    if let (Some(items), Type::Array) = (&field.items, field.kind) {
        let list = map.entry(name).or_insert_with(|| json!([]));
        let item = value(items, wire)?;
        list.as_array_mut()?.push(item);
    } else if let (Some(each), Wire::Bytes(bytes)) = (&field.additional, wire) {
        let (key, item) = entry(bytes, each)?;
        map.entry(name)
            .or_insert_with(|| json!({}))
            .as_object_mut()?
            .insert(key, item);
    } else {
        map.insert(name.to_owned(), value(field, wire)?);
    }
    Some(())
}

fn entry(bytes: &[u8], each: &Schema) -> Option<(String, Value)> {
    let mut key = String::new();
    let mut found = Value::Null;
    for (number, wire) in fields(bytes)? {
        match (number, &wire) {
            (1, Wire::Bytes(text)) => key = String::from_utf8_lossy(text).into_owned(),
            (2, _) => found = value(each, &wire)?,
            _ => {}
        }
    }
    Some((key, found))
}

fn value(schema: &Schema, wire: &Wire<'_>) -> Option<Value> {
    let bytes = match wire {
        Wire::Number(number) if schema.kind == Type::Boolean => return Some(json!(*number != 0)),
        Wire::Number(number) if schema.kind == Type::Number => return Some(json!(f64::from_bits(*number))),
        // Negative numbers are the same bits.
        Wire::Number(number) => return Some(json!(number.cast_signed())),
        Wire::Bytes(bytes) => *bytes,
    };
    match schema.go_type.as_str() {
        "Time" | "MicroTime" => return time(bytes, schema.go_type == "MicroTime"),
        "IntOrString" => return int_or_string(bytes),
        "Quantity" => return inner(bytes),
        "FieldsV1" | "RawExtension" | "JSONSchemaProps" => {
            return inner(bytes).and_then(|raw| serde_json::from_str(raw.as_str()?).ok());
        }
        _ => {}
    }
    match schema.kind {
        Type::String if schema.format == "byte" => {
            use base64::Engine;
            Some(json!(base64::engine::general_purpose::STANDARD.encode(bytes)))
        }
        Type::String | Type::Any => Some(json!(String::from_utf8_lossy(bytes))),
        Type::Object | Type::Array | Type::Boolean | Type::Integer | Type::Number => message(bytes, schema),
    }
}

/// The text in field 1 of a message that has nothing else.
fn inner(bytes: &[u8]) -> Option<Value> {
    fields(bytes)?.into_iter().find_map(|(_, wire)| match wire {
        Wire::Bytes(text) => Some(json!(String::from_utf8_lossy(text))),
        Wire::Number(_) => None,
    })
}

fn numbers(bytes: &[u8]) -> Option<[i64; 3]> {
    let mut found = [0; 3];
    for (number, wire) in fields(bytes)? {
        if let (Wire::Number(value), Some(slot)) = (
            wire,
            usize::try_from(number)
                .ok()
                .and_then(|n| found.get_mut(n.wrapping_sub(1))),
        ) {
            *slot = value.cast_signed();
        }
    }
    Some(found)
}

/// Seconds and nanoseconds; the zero time is written as nothing.
fn time(bytes: &[u8], micro: bool) -> Option<Value> {
    let [seconds, nanos, _] = numbers(bytes)?;
    if bytes.is_empty() || seconds <= 0 {
        return Some(Value::Null);
    }
    let at = Timestamp::new(seconds, i32::try_from(nanos).ok()?).ok()?;
    Some(json!(if micro {
        at.strftime("%Y-%m-%dT%H:%M:%S.%6fZ").to_string()
    } else {
        clock::stamp(at)
    }))
}

fn int_or_string(bytes: &[u8]) -> Option<Value> {
    let [kind, number, _] = numbers(bytes)?;
    if kind == 0 {
        Some(json!(number))
    } else {
        inner(bytes)
    }
}
