//! `managedFields`: who set which field.

use serde_json::Value;

use super::object;
use super::server::{Call, Writing};

/// How a write came: that decides how its fields are recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operation {
    Update,
}

/// What a client sends in `managedFields` of a new object counts for nothing.
pub(crate) fn forget_given(value: &mut Value) {
    object::meta_mut(value).remove("managedFields");
}

pub(crate) fn record_create(_call: &Call<'_>, _writing: &Writing<'_>, _value: &mut Value) {}

pub(crate) fn record_update(_call: &Call<'_>, _writing: &Writing<'_>, _old: &Value, _value: &mut Value) {}

/// True if two states of an object differ in nothing but the times of its managers.
pub(crate) fn same_but_for_times(old: &Value, new: &Value) -> bool {
    old == new
}
