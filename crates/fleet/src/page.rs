//! One page of a list, read object by object.
//!
//! An object in memory is ten times as long as its text: a page that is read as a whole takes a megabyte, and a daemon
//! that begins reads dozens of them at once.
//! Invariant: objects are handed on in the order of the page; what comes before a fault in the text was handed on.
use std::fmt;

use kube::core::ListMeta;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::live::Live;

/// Hands on each object of a page. Returns what the page says of itself.
pub(crate) fn read(text: &str, each: &mut (dyn FnMut(Live) + Send)) -> serde_json::Result<ListMeta> {
    let mut json = serde_json::Deserializer::from_str(text);
    let meta = Page { each }.deserialize(&mut json)?;
    json.end()?;
    Ok(meta)
}

struct Page<'e> {
    each: &'e mut (dyn FnMut(Live) + Send),
}

impl<'de> DeserializeSeed<'de> for Page<'_> {
    type Value = ListMeta;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<ListMeta, D::Error> {
        json.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Page<'_> {
    type Value = ListMeta;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of objects")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<ListMeta, A::Error> {
        let (mut meta, mut listed) = (None, false);
        while let Some(name) = fields.next_key::<String>()? {
            match name.as_str() {
                "metadata" => meta = Some(fields.next_value()?),
                "items" => {
                    fields.next_value_seed(Items {
                        each: &mut *self.each,
                    })?;
                    listed = true;
                }
                _ => {
                    fields.next_value::<IgnoredAny>()?;
                }
            }
        }
        if listed {
            Ok(meta.unwrap_or_default())
        } else {
            Err(A::Error::missing_field("items")) // no list: nothing may be taken for gone
        }
    }
}

struct Items<'e> {
    each: &'e mut (dyn FnMut(Live) + Send),
}

impl<'de> DeserializeSeed<'de> for Items<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Items<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("objects, or null for none")
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(()) // some API servers, written in Go, say so of an empty list
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        while let Some(object) = items.next_element()? {
            (self.each)(object);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
