//! Certificates of webhooks, definitions and API services that an injector put in.
//!
//! A bundle that nobody injects is the user's own and stays: without it the webhook would fail.

use crate::{
    draft::{Draft, Why},
    field::{entries, items},
    key::ObjectKey,
};

/// Annotations that ask an injector to fill in the bundle.
const INJECTED_BY: &[&str] = &[
    "cert-manager.io/inject-apiserver-ca",
    "cert-manager.io/inject-ca-from",
    "cert-manager.io/inject-ca-from-secret",
    "service.beta.openshift.io/inject-cabundle",
];

pub(super) fn rewrite(draft: &mut Draft, key: &ObjectKey) {
    let injected = entries(draft.object(), &["metadata", "annotations"])
        .any(|(name, _)| INJECTED_BY.contains(&name.as_str()));
    if !injected {
        return;
    }
    match key.group_kind() {
        (
            "admissionregistration.k8s.io",
            "MutatingWebhookConfiguration" | "ValidatingWebhookConfiguration",
        ) => {
            for place in 0..items(draft.object(), &["webhooks"]).len() {
                draft.remove(
                    &["webhooks", &place.to_string(), "clientConfig", "caBundle"],
                    Why::Injected,
                );
            }
        }
        ("apiextensions.k8s.io", "CustomResourceDefinition") => {
            draft.remove(
                &["spec", "conversion", "webhook", "clientConfig", "caBundle"],
                Why::Injected,
            );
        }
        ("apiregistration.k8s.io", "APIService") => draft.remove(&["spec", "caBundle"], Why::Injected),
        _ => {}
    }
}
