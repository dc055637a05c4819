//! May this user do this? Asked before anything else is looked at.

use super::error::ApiError;
use super::kinds::ResourceId;
use super::route::{Target, Verb};
use super::user::{Ask, User};

pub(crate) fn check(who: &User, target: &Target, verb: Verb) -> Result<(), ApiError> {
    // All who are known may ask what they may do.
    if matches!(
        target.group.as_str(),
        "authorization.k8s.io" | "authentication.k8s.io"
    ) {
        return Ok(());
    }
    let resource = match &target.subresource {
        Some(part) => format!("{}/{part}", target.plural),
        None => target.plural.clone(),
    };
    // A namespace is asked for in itself.
    let namespace = if target.plural == "namespaces" && target.group.is_empty() {
        target.name.as_deref()
    } else {
        target.namespace.as_deref()
    };
    let ask = Ask {
        verb: verb.as_str(),
        group: &target.group,
        resource,
        namespace: namespace.unwrap_or_default(),
        name: target.name.as_deref().unwrap_or_default(),
    };
    if who.may(&ask) {
        return Ok(());
    }
    let id = ResourceId::new(&target.group, &target.plural);
    Err(ApiError::forbidden_resource(
        &id,
        target.name.as_deref().unwrap_or_default(),
        &who.refusal(&ask),
    ))
}
