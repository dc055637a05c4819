//! What Kubernetes refuses of its own kinds, as far as it is cheap.

use serde_json::Value;

use super::error::FieldError;
use super::kinds::Kind;
use super::server::State;

pub(crate) fn create(_kind: &Kind, _state: &State, _value: &Value) -> Vec<FieldError> {
    Vec::new()
}

pub(crate) fn update(_kind: &Kind, _old: &Value, _new: &Value) -> Vec<FieldError> {
    Vec::new()
}
