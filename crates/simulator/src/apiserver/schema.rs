//! The structure of a kind: one form for Kubernetes' own kinds and for custom ones.
//!
//! Reading a CRD's `openAPIV3Schema` is here; using a schema is in the submodules. Not here: CEL rules
//! (`x-kubernetes-validations`), which are kept and served but NOT evaluated.
//!
//! Why our own and no JSON-Schema crate: structural schemas are a small part of JSON Schema with much that no such
//! crate has (pruning, defaulting, list types, embedded resources), and the messages must be Kubernetes'.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use super::object::{bool_at, list_at, map_at, str_at};

pub(crate) mod defaulting;
pub(crate) mod pruning;
pub(crate) mod structs;
pub(crate) mod typing;
pub(crate) mod validation;

/// What a value must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Type {
    /// Anything: no type is stated.
    #[default]
    Any,
    Object,
    Array,
    String,
    Integer,
    Number,
    Boolean,
}

impl Type {
    fn named(name: &str) -> Self {
        match name {
            "object" => Self::Object,
            "array" => Self::Array,
            "string" => Self::String,
            "integer" => Self::Integer,
            "number" => Self::Number,
            "boolean" => Self::Boolean,
            _ => Self::Any,
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Any => "any",
            Self::Object => "object",
            Self::Array => "array",
            Self::String => "string",
            Self::Integer => "integer",
            Self::Number => "number",
            Self::Boolean => "boolean",
        }
    }
}

/// How the items of a list are identified when two writers meet.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) enum ListType {
    #[default]
    Atomic,
    Set,
    Map(Vec<String>),
}

/// How strategic merge patch treats a field.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Strategic {
    /// The key by which items are merged; none for lists of plain values.
    pub(crate) merge_key: Option<String>,
    pub(crate) merge: bool,
    pub(crate) retain_keys: bool,
}

/// What Go does with the zero value of a field (`""`, 0, false, no items).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Zero {
    /// Writes it if it was given.
    #[default]
    Kept,
    /// Leaves it out, also if it was given.
    LeftOut,
    /// Writes it, also if it was not given.
    Written,
}

/// Limits on a value of a custom kind.
#[derive(Debug, Clone, Default)]
pub(crate) struct Limits {
    pub(crate) enumeration: Option<Vec<Value>>,
    pub(crate) pattern: Option<String>,
    pub(crate) minimum: Option<f64>,
    pub(crate) maximum: Option<f64>,
    pub(crate) exclusive_minimum: bool,
    pub(crate) exclusive_maximum: bool,
    pub(crate) multiple_of: Option<f64>,
    pub(crate) min_length: Option<u64>,
    pub(crate) max_length: Option<u64>,
    pub(crate) min_items: Option<u64>,
    pub(crate) max_items: Option<u64>,
    pub(crate) min_properties: Option<u64>,
    pub(crate) max_properties: Option<u64>,
    pub(crate) one_of: Vec<Schema>,
    pub(crate) any_of: Vec<Schema>,
    pub(crate) all_of: Vec<Schema>,
    pub(crate) not: Option<Box<Schema>>,
}

/// The structure of a value.
#[derive(Debug, Clone, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a word of the structural schema"
)]
pub(crate) struct Schema {
    /// The name of the Go struct of a kind of Kubernetes' own: it stands in the messages of its decoder.
    pub(crate) go_type: String,
    pub(crate) kind: Type,
    pub(crate) format: String,
    pub(crate) fields: BTreeMap<String, Arc<Schema>>,
    pub(crate) additional: Option<Arc<Schema>>,
    pub(crate) items: Option<Arc<Schema>>,
    pub(crate) required: Vec<String>,
    pub(crate) default: Option<Value>,
    pub(crate) nullable: bool,
    pub(crate) int_or_string: bool,
    pub(crate) preserve_unknown: bool,
    pub(crate) embedded: bool,
    pub(crate) list: ListType,
    pub(crate) atomic_map: bool,
    pub(crate) strategic: Strategic,
    /// A struct of Go that is written even when it is empty.
    pub(crate) always_there: bool,
    pub(crate) zero: Zero,
    /// The number of the field in protobuf, with those of the structs it is embedded in.
    pub(crate) number: Vec<u64>,
    pub(crate) limits: Limits,
}

impl Schema {
    /// Anything goes, and is kept.
    pub(crate) fn anything() -> Self {
        Self {
            preserve_unknown: true,
            ..Self::default()
        }
    }

    /// The schema of the field `name` of an object.
    pub(crate) fn field(&self, name: &str) -> Option<&Arc<Schema>> {
        self.fields.get(name).or(self.additional.as_ref())
    }

    /// Reads one node of an `openAPIV3Schema`.
    pub(crate) fn from_crd(node: &Value) -> Self {
        let child = |field: &str| {
            node.get(field)
                .filter(|v| v.is_object())
                .map(|v| Arc::new(Self::from_crd(v)))
        };
        let additional = match node.get("additionalProperties") {
            Some(Value::Bool(true)) => Some(Arc::new(Self::anything())),
            _ => child("additionalProperties"),
        };
        Self {
            go_type: String::new(),
            kind: Type::named(str_at(node, &["type"])),
            format: str_at(node, &["format"]).to_owned(),
            fields: map_at(node, &["properties"])
                .iter()
                .map(|(name, field)| (name.clone(), Arc::new(Self::from_crd(field))))
                .collect(),
            additional,
            items: child("items"),
            required: texts(node, "required"),
            default: node.get("default").filter(|v| !v.is_null()).cloned(),
            nullable: bool_at(node, &["nullable"]),
            int_or_string: bool_at(node, &["x-kubernetes-int-or-string"]),
            preserve_unknown: bool_at(node, &["x-kubernetes-preserve-unknown-fields"]),
            embedded: bool_at(node, &["x-kubernetes-embedded-resource"]),
            list: match str_at(node, &["x-kubernetes-list-type"]) {
                "set" => ListType::Set,
                "map" => ListType::Map(texts(node, "x-kubernetes-list-map-keys")),
                _ => ListType::Atomic,
            },
            atomic_map: str_at(node, &["x-kubernetes-map-type"]) == "atomic",
            strategic: Strategic::default(),
            always_there: false,
            zero: Zero::Kept,
            number: Vec::new(),
            limits: Limits::from_crd(node),
        }
    }
}

impl Limits {
    fn from_crd(node: &Value) -> Self {
        let float = |field: &str| node.get(field).and_then(Value::as_f64);
        let count = |field: &str| node.get(field).and_then(Value::as_u64);
        let schemas = |field: &str| list_at(node, &[field]).iter().map(Schema::from_crd).collect();
        Self {
            enumeration: node.get("enum").and_then(Value::as_array).cloned(),
            pattern: node.get("pattern").and_then(Value::as_str).map(str::to_owned),
            minimum: float("minimum"),
            maximum: float("maximum"),
            exclusive_minimum: bool_at(node, &["exclusiveMinimum"]),
            exclusive_maximum: bool_at(node, &["exclusiveMaximum"]),
            multiple_of: float("multipleOf"),
            min_length: count("minLength"),
            max_length: count("maxLength"),
            min_items: count("minItems"),
            max_items: count("maxItems"),
            min_properties: count("minProperties"),
            max_properties: count("maxProperties"),
            one_of: schemas("oneOf"),
            any_of: schemas("anyOf"),
            all_of: schemas("allOf"),
            not: node
                .get("not")
                .filter(|v| v.is_object())
                .map(|v| Box::new(Schema::from_crd(v))),
        }
    }
}

fn texts(node: &Value, field: &str) -> Vec<String> {
    list_at(node, &[field])
        .iter()
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect()
}
