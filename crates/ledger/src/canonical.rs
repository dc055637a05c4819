//! One spelling of a JSON value, and the digest of it.
//!
//! Canonical here: UTF-8, no white space, the fields of an object in the byte order of their names,
//! strings and numbers as `serde_json` writes them. It is not RFC 8785, which orders fields by UTF-16
//! and respells numbers.
//! Invariant: equal values give equal bytes, whatever order a map keeps (`serde_json` keeps the order
//! of insertion as soon as any crate of the build turns on its `preserve_order`).

use serde::Serialize;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

/// The canonical bytes of anything that serialises.
pub(crate) fn bytes_of<T: Serialize>(value: &T) -> Result<Vec<u8>, serde_json::Error> {
    let mut out = Vec::new();
    write(&serde_json::to_value(value)?, &mut out)?;
    Ok(out)
}

/// Appends the canonical bytes of `value` to `out`.
pub(crate) fn write(value: &Value, out: &mut Vec<u8>) -> Result<(), serde_json::Error> {
    match value {
        Value::Array(items) => write_array(items, out),
        Value::Object(fields) => write_object(fields, out),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            serde_json::to_writer(&mut *out, value)
        }
    }
}

fn write_array(items: &[Value], out: &mut Vec<u8>) -> Result<(), serde_json::Error> {
    out.push(b'[');
    for (i, item) in items.iter().enumerate() {
        if i > 0 {
            out.push(b',');
        }
        write(item, out)?;
    }
    out.push(b']');
    Ok(())
}

fn write_object(fields: &serde_json::Map<String, Value>, out: &mut Vec<u8>) -> Result<(), serde_json::Error> {
    let mut sorted: Vec<(&String, &Value)> = fields.iter().collect();
    sorted.sort_unstable_by_key(|(name, _)| *name);
    out.push(b'{');
    for (i, (name, value)) in sorted.into_iter().enumerate() {
        if i > 0 {
            out.push(b',');
        }
        serde_json::to_writer(&mut *out, name)?;
        out.push(b':');
        write(value, out)?;
    }
    out.push(b'}');
    Ok(())
}

/// SHA-256 of `bytes`.
pub(crate) fn digest(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// A digest as it is written everywhere: `sha256-` and 64 lower-case hexadecimal digits.
pub(crate) fn spell(digest: &[u8; 32]) -> String {
    format!("sha256-{}", hex::encode(digest))
}

#[cfg(test)]
mod tests;
