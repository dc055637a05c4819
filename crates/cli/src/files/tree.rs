//! YAML as a tree in which every node knows its line.
//!
//! Invariant: the line of a field that is absent is that of the deepest node on its path.
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use serde_saphyr::Spanned;

/// One node.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Tree {
    /// From 1 on.
    pub(crate) line: u64,
    pub(crate) node: Node,
}

/// What a node is.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Node {
    /// Null, a boolean, a number or a text.
    Scalar(Value),
    List(Vec<Tree>),
    /// In the order of the file; each key with its line.
    Map(Vec<(Key, Tree)>),
}

/// A key of a map.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Key {
    pub(crate) line: u64,
    pub(crate) text: String,
}

impl Tree {
    /// The value of a key.
    pub(crate) fn get(&self, key: &str) -> Option<&Self> {
        match &self.node {
            Node::Map(pairs) => pairs.iter().find(|(k, _)| k.text == key).map(|(_, value)| value),
            Node::Scalar(_) | Node::List(_) => None,
        }
    }

    /// The elements of a list; none of what is no list.
    pub(crate) fn elements(&self) -> &[Self] {
        match &self.node {
            Node::List(elements) => elements,
            Node::Scalar(_) | Node::Map(_) => &[],
        }
    }

    /// The text of a text.
    pub(crate) fn text(&self) -> Option<&str> {
        match &self.node {
            Node::Scalar(value) => value.as_str(),
            Node::List(_) | Node::Map(_) => None,
        }
    }

    /// The line of a field by its path, as in `spec.owners[0].provider`.
    pub(crate) fn line_of(&self, path: &str) -> u64 {
        let mut at = self;
        for step in path.split(['.', '[']).filter(|step| !step.is_empty()) {
            let index = step
                .strip_suffix(']')
                .and_then(|number| number.parse::<usize>().ok());
            let next = match index {
                Some(index) => at.elements().get(index),
                None => at.get(step),
            };
            let Some(next) = next else { break };
            at = next;
        }
        at.line
    }

    /// The same without lines.
    pub(crate) fn to_json(&self) -> Value {
        match &self.node {
            Node::Scalar(value) => value.clone(),
            Node::List(elements) => Value::Array(elements.iter().map(Self::to_json).collect()),
            Node::Map(pairs) => {
                Value::Object(pairs.iter().map(|(k, v)| (k.text.clone(), v.to_json())).collect())
            }
        }
    }
}

/// A node as the parser gives it; its line comes from around it.
struct Bare(Node);

impl From<Spanned<Bare>> for Tree {
    fn from(spanned: Spanned<Bare>) -> Self {
        Self {
            line: spanned.referenced.line(),
            node: spanned.value.0,
        }
    }
}

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Spanned::<Bare>::deserialize(deserializer).map(Self::from)
    }
}

impl<'de> Deserialize<'de> for Bare {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Builder).map(Bare)
    }
}

struct Builder;

impl<'de> Visitor<'de> for Builder {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("YAML")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Node, E> {
        Ok(Node::Scalar(value.into()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Node, E> {
        Ok(Node::Scalar(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Node, E> {
        Ok(Node::Scalar(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Node, E> {
        Ok(Node::Scalar(value.into()))
    }

    fn visit_str<E>(self, value: &str) -> Result<Node, E> {
        Ok(Node::Scalar(value.into()))
    }

    fn visit_string<E>(self, value: String) -> Result<Node, E> {
        Ok(Node::Scalar(value.into()))
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Scalar(Value::Null))
    }

    fn visit_none<E>(self) -> Result<Node, E> {
        Ok(Node::Scalar(Value::Null))
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Node, A::Error> {
        let mut elements = Vec::new();
        while let Some(element) = list.next_element::<Tree>()? {
            elements.push(element);
        }
        Ok(Node::List(elements))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
        let mut pairs = Vec::new();
        while let Some(key) = map.next_key::<Spanned<String>>()? {
            let key = Key {
                line: key.referenced.line(),
                text: key.value,
            };
            pairs.push((key, map.next_value::<Tree>()?));
        }
        Ok(Node::Map(pairs))
    }
}

#[cfg(test)]
mod tests;
