//! What goes wrong, in the words of the Kubernetes API: a `metav1.Status` with code, reason and causes.
//!
//! Invariant: clients decide by `code` and `reason`; messages are the real server's, for people.

use http::StatusCode;
use serde_json::{Value, json};

use super::kinds::{Kind, ResourceId};

/// A refusal: becomes the answer's status code and body.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ApiError {
    pub(crate) code: StatusCode,
    pub(crate) reason: &'static str,
    pub(crate) message: String,
    pub(crate) details: Option<Value>,
}

/// One field that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FieldError {
    pub(crate) reason: &'static str,
    pub(crate) field: String,
    pub(crate) message: String,
}

impl FieldError {
    pub(crate) fn required(field: impl Into<String>, detail: &str) -> Self {
        let message = if detail.is_empty() {
            "Required value".into()
        } else {
            format!("Required value: {detail}")
        };
        Self {
            reason: "FieldValueRequired",
            field: field.into(),
            message,
        }
    }

    pub(crate) fn invalid(field: impl Into<String>, value: &Value, detail: &str) -> Self {
        let message = format!("Invalid value: {}: {detail}", go_value(value));
        Self {
            reason: "FieldValueInvalid",
            field: field.into(),
            message,
        }
    }

    pub(crate) fn not_supported(field: impl Into<String>, value: &Value, supported: &[String]) -> Self {
        let choices: Vec<_> = supported.iter().map(|s| format!("{s:?}")).collect();
        let message = format!(
            "Unsupported value: {}: supported values: {}",
            go_value(value),
            choices.join(", ")
        );
        Self {
            reason: "FieldValueNotSupported",
            field: field.into(),
            message,
        }
    }

    pub(crate) fn forbidden(field: impl Into<String>, detail: &str) -> Self {
        Self {
            reason: "FieldValueForbidden",
            field: field.into(),
            message: format!("Forbidden: {detail}"),
        }
    }

    pub(crate) fn duplicate(field: impl Into<String>, value: &Value) -> Self {
        Self {
            reason: "FieldValueDuplicate",
            field: field.into(),
            message: format!("Duplicate value: {}", go_value(value)),
        }
    }

    pub(crate) fn too_long(field: impl Into<String>, max: u64) -> Self {
        let message = format!("Too long: may not be more than {max} bytes");
        Self {
            reason: "FieldValueTooLong",
            field: field.into(),
            message,
        }
    }

    pub(crate) fn too_many(field: impl Into<String>, actual: usize, max: u64) -> Self {
        let message = format!(
            "Too many: {actual}: must have at most {max} {}",
            if max == 1 { "item" } else { "items" }
        );
        Self {
            reason: "FieldValueTooMany",
            field: field.into(),
            message,
        }
    }
}

/// How the real server prints a value in a message: strings quoted, composites as JSON in quotes of none.
fn go_value(value: &Value) -> String {
    match value {
        Value::String(text) => format!("{text:?}"),
        Value::Null => "null".into(),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => value.to_string(),
    }
}

impl ApiError {
    fn new(code: StatusCode, reason: &'static str, message: impl Into<String>) -> Self {
        Self {
            code,
            reason,
            message: message.into(),
            details: None,
        }
    }

    fn about(mut self, details: Value) -> Self {
        self.details = Some(details);
        self
    }

    pub(crate) fn not_found(kind: &Kind, name: &str) -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "NotFound",
            format!("{} {name:?} not found", kind.qualified()),
        )
        .about(kind.details(name))
    }

    pub(crate) fn already_exists(kind: &Kind, name: &str) -> Self {
        let message = format!("{} {name:?} already exists", kind.qualified());
        Self::new(StatusCode::CONFLICT, "AlreadyExists", message).about(kind.details(name))
    }

    pub(crate) fn conflict(kind: &Kind, name: &str, why: &str) -> Self {
        let message = format!(
            "Operation cannot be fulfilled on {} {name:?}: {why}",
            kind.qualified()
        );
        Self::new(StatusCode::CONFLICT, "Conflict", message).about(kind.details(name))
    }

    pub(crate) fn modified(kind: &Kind, name: &str) -> Self {
        Self::conflict(
            kind,
            name,
            "the object has been modified; please apply your changes to the latest version and try again",
        )
    }

    /// A server-side apply that others own fields of.
    pub(crate) fn apply_conflict(message: String, causes: &[(String, String)]) -> Self {
        let causes: Vec<_> = causes
            .iter()
            .map(|(field, message)| json!({"reason": "FieldManagerConflict", "message": message, "field": field}))
            .collect();
        Self::new(StatusCode::CONFLICT, "Conflict", message).about(json!({ "causes": causes }))
    }

    pub(crate) fn invalid(kind: &Kind, name: &str, errors: &[FieldError]) -> Self {
        let mut parts: Vec<String> = Vec::new();
        for error in errors {
            // The causes name each, the message the same thing once.
            let part = format!("{}: {}", error.field, error.message);
            if !parts.contains(&part) {
                parts.push(part);
            }
        }
        let listed = if let [one] = parts.as_slice() {
            one.clone()
        } else {
            format!("[{}]", parts.join(", "))
        };
        let message = format!("{} {name:?} is invalid: {listed}", kind.qualified_kind());
        let causes: Vec<_> = errors
            .iter()
            .map(|e| json!({"reason": e.reason, "message": e.message, "field": e.field}))
            .collect();
        let mut details = kind.details(name);
        details["kind"] = json!(kind.kind);
        if !causes.is_empty() {
            details["causes"] = json!(causes);
        }
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "Invalid", message).about(details)
    }

    /// A pod that cannot be given a node.
    pub(crate) fn binding_conflict(name: &str, why: &str) -> Self {
        let message = format!("Operation cannot be fulfilled on pods/binding {name:?}: {why}");
        Self::new(StatusCode::CONFLICT, "Conflict", message)
            .about(json!({"name": name, "kind": "pods/binding"}))
    }

    /// A refusal by the authorizer, which does not know whether the resource exists.
    pub(crate) fn forbidden_resource(id: &ResourceId, name: &str, why: &str) -> Self {
        let qualified = if id.group.is_empty() {
            id.plural.clone()
        } else {
            format!("{}.{}", id.plural, id.group)
        };
        let subject = if name.is_empty() {
            qualified
        } else {
            format!("{qualified} {name:?}")
        };
        let mut details = json!({});
        for (field, value) in [("name", name), ("group", &id.group), ("kind", &id.plural)] {
            if !value.is_empty() {
                details[field] = json!(value);
            }
        }
        Self::new(
            StatusCode::FORBIDDEN,
            "Forbidden",
            format!("{subject} is forbidden: {why}"),
        )
        .about(details)
    }

    pub(crate) fn unprocessable(message: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "Invalid", message)
    }

    pub(crate) fn namespace_terminating(kind: &Kind, name: &str, namespace: &str) -> Self {
        let why =
            format!("unable to create new content in namespace {namespace} because it is being terminated");
        let mut error = Self::forbidden(kind, name, &why);
        let cause = json!({
            "reason": "NamespaceTerminating", "message": format!("namespace {namespace} is being terminated"),
            "field": "metadata.namespace",
        });
        error.details = Some({
            let mut details = kind.details(name);
            details["causes"] = json!([cause]);
            details
        });
        error
    }

    /// The same in the name of the resource: some checks do not know the kind.
    pub(crate) fn invalid_resource(kind: &Kind, name: &str, error: &FieldError) -> Self {
        let message = format!(
            "{} {name:?} is invalid: {}: {}",
            kind.qualified(),
            error.field,
            error.message
        );
        let mut details = kind.details(name);
        details["causes"] = json!([{"reason": error.reason, "message": error.message, "field": error.field}]);
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "Invalid", message).about(details)
    }

    /// Options of a request that contradict each other.
    pub(crate) fn invalid_options(kind: &str, errors: &[FieldError]) -> Self {
        let parts: Vec<_> = errors
            .iter()
            .map(|e| format!("{}: {}", e.field, e.message))
            .collect();
        let listed = if let [one] = parts.as_slice() {
            one.clone()
        } else {
            format!("[{}]", parts.join(", "))
        };
        let causes: Vec<_> = errors
            .iter()
            .map(|e| json!({"reason": e.reason, "message": e.message, "field": e.field}))
            .collect();
        Self::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "Invalid",
            format!("{kind}.meta.k8s.io \"\" is invalid: {listed}"),
        )
        .about(json!({"group": "meta.k8s.io", "kind": kind, "causes": causes}))
    }

    pub(crate) fn forbidden(kind: &Kind, name: &str, why: &str) -> Self {
        let subject = if name.is_empty() {
            kind.qualified()
        } else {
            format!("{} {name:?}", kind.qualified())
        };
        Self::new(
            StatusCode::FORBIDDEN,
            "Forbidden",
            format!("{subject} is forbidden: {why}"),
        )
        .about(kind.details(name))
    }

    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "BadRequest", message)
    }

    pub(crate) fn method_not_allowed() -> Self {
        let message = "the server does not allow this method on the requested resource";
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "MethodNotAllowed", message).about(json!({}))
    }

    pub(crate) fn unsupported_media_type(accepted: &[&str]) -> Self {
        let message = format!(
            "the body of the request was in an unknown format - accepted media types include: {}",
            accepted.join(", ")
        );
        Self::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "UnsupportedMediaType",
            message,
        )
    }

    pub(crate) fn not_acceptable(accepted: &str) -> Self {
        let message = format!("only the following media types are accepted: {accepted}");
        Self::new(StatusCode::NOT_ACCEPTABLE, "NotAcceptable", message)
    }

    /// The resource version, or the continue token, is older than what is kept.
    pub(crate) fn expired(message: impl Into<String>) -> Self {
        Self::new(StatusCode::GONE, "Expired", message)
    }

    pub(crate) fn too_large_resource_version(asked: u64, current: u64) -> Self {
        let message = format!("Too large resource version: {asked}, current: {current}");
        let cause = json!({"reason": "ResourceVersionTooLarge", "message": "Too large resource version"});
        Self::new(StatusCode::GATEWAY_TIMEOUT, "Timeout", message)
            .about(json!({"causes": [cause], "retryAfterSeconds": 1}))
    }

    /// What the real server did not think of as a refusal: a 500 without a reason.
    pub(crate) fn unexpected(message: impl Into<String>) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "", message)
    }

    /// A conflict in the name of the kind: preconditions are checked where the resource is not known.
    pub(crate) fn precondition(kind: &Kind, name: &str, why: &str) -> Self {
        let message = format!(
            "Operation cannot be fulfilled on {} {name:?}: {why}",
            kind.qualified_kind()
        );
        let mut details = kind.details(name);
        details["kind"] = json!(kind.kind);
        Self::new(StatusCode::CONFLICT, "Conflict", message).about(details)
    }

    /// An address below a known group or resource that nobody serves.
    pub(crate) fn no_such_address() -> Self {
        let message = "the server could not find the requested resource";
        Self::new(StatusCode::NOT_FOUND, "NotFound", message).about(json!({}))
    }

    /// A patch that leaves an object with unknown fields, where they are refused.
    pub(crate) fn invalid_patch(patched: &Value, why: &str) -> Self {
        let text = patched.to_string();
        let error = FieldError::invalid("patch", &json!(text), why);
        let causes = json!([{"reason": error.reason, "message": error.message, "field": error.field}]);
        let message = format!(" \"\" is invalid: patch: {}", error.message);
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "Invalid", message).about(json!({ "causes": causes }))
    }

    /// The error as the `metav1.Status` that is sent.
    pub(crate) fn status(&self) -> Value {
        let mut status = json!({
            "kind": "Status",
            "apiVersion": "v1",
            "metadata": {},
            "status": "Failure",
            "message": self.message,
        });
        if !self.reason.is_empty() {
            status["reason"] = json!(self.reason);
        }
        if let Some(details) = &self.details {
            status["details"] = details.clone();
        }
        status["code"] = json!(self.code.as_u16());
        status
    }
}
