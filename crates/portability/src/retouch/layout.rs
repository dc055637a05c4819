//! Where each node of a YAML document stands in its text.

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_saphyr::{Location, Spanned};
use std::fmt;

/// A node.
pub(super) struct Layout {
    /// Its first byte.
    pub(super) start: usize,
    /// Its length in bytes; only of use for scalars.
    pub(super) length: usize,
    /// Where its text stands: elsewhere than its place when an alias leads to it. First byte and length.
    pub(super) text: (usize, usize),
    pub(super) shape: Shape,
}

pub(super) enum Shape {
    Scalar,
    List(Vec<Layout>),
    Map(Vec<Entry>),
}

/// An entry of a map.
pub(super) struct Entry {
    pub(super) name: String,
    /// The first byte of the name.
    pub(super) start: usize,
    pub(super) value: Layout,
}

impl Layout {
    /// Of the only document of a text.
    pub(super) fn read(text: &str) -> Option<Self> {
        let options = serde_saphyr::options! { legacy_octal_numbers: true, with_snippet: false };
        let mut documents: Vec<Self> = serde_saphyr::from_multiple_with_options(text, options).ok()?;
        documents.retain(|document| !matches!(document.shape, Shape::Scalar));
        let only = documents.pop()?;
        documents.is_empty().then_some(only)
    }
}

struct Bare(Shape);

impl<'de> Deserialize<'de> for Layout {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let spanned = Spanned::<Bare>::deserialize(deserializer)?;
        let (start, length) = place(&spanned.referenced);
        Ok(Self {
            start,
            length,
            text: place(&spanned.defined),
            shape: spanned.value.0,
        })
    }
}

fn place(location: &Location) -> (usize, usize) {
    let span = location.span();
    let number = |offset: Option<u64>| offset.and_then(|offset| usize::try_from(offset).ok());
    (
        number(span.byte_offset()).unwrap_or(usize::MAX),
        number(span.byte_len()).unwrap_or(0),
    )
}

impl<'de> Deserialize<'de> for Bare {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Builder).map(Bare)
    }
}

struct Builder;

impl<'de> Visitor<'de> for Builder {
    type Value = Shape;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("YAML")
    }

    fn visit_bool<E>(self, _: bool) -> Result<Shape, E> {
        Ok(Shape::Scalar)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Shape, E> {
        Ok(Shape::Scalar)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Shape, E> {
        Ok(Shape::Scalar)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Shape, E> {
        Ok(Shape::Scalar)
    }

    fn visit_str<E>(self, _: &str) -> Result<Shape, E> {
        Ok(Shape::Scalar)
    }

    fn visit_unit<E>(self) -> Result<Shape, E> {
        Ok(Shape::Scalar)
    }

    fn visit_none<E>(self) -> Result<Shape, E> {
        Ok(Shape::Scalar)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Shape, D::Error> {
        IgnoredAny::deserialize(deserializer).map(|_| Shape::Scalar)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Shape, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element()? {
            items.push(item);
        }
        Ok(Shape::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Shape, A::Error> {
        let mut entries = Vec::new();
        while let Some(name) = map.next_key::<Spanned<String>>()? {
            let (start, _) = place(&name.referenced);
            entries.push(Entry {
                start,
                name: name.value,
                value: map.next_value()?,
            });
        }
        Ok(Shape::Map(entries))
    }
}
