//! Addresses, entry classes and what network and cloud controllers wrote.
//!
//! Namespaces in selectors and subjects stay: a move does not rename a namespace.

use serde_json::Value;

use super::classes::{Mapping, mapped, unsettled};
use crate::{
    classes::Route,
    draft::{Draft, Why, spell},
    field::{annotation, at, entries, items, map, text},
    finding::{Finding, Question, Severity},
    key::ObjectKey,
    kinds,
    said::{Advice, Network, Tie},
};

/// Annotations in which a cloud's controller keeps its books on a Service, Ingress or Gateway.
const CLOUD_WRITTEN: &[&str] = &[
    "cloud.google.com/neg-status",
    "field.cattle.io/publicEndpoints",
    "ingress.kubernetes.io/backends",
    "ingress.kubernetes.io/forwarding-rule",
    "ingress.kubernetes.io/https-forwarding-rule",
    "ingress.kubernetes.io/https-target-proxy",
    "ingress.kubernetes.io/ssl-cert",
    "ingress.kubernetes.io/static-ip",
    "ingress.kubernetes.io/target-proxy",
    "ingress.kubernetes.io/url-map",
    "networking.gke.io/addresses",
    "networking.gke.io/backend-services",
    "networking.gke.io/firewalls",
    "networking.gke.io/forwarding-rules",
    "networking.gke.io/health-checks",
    "networking.gke.io/last-reconcile-time",
    "networking.gke.io/ssl-certificates",
    "networking.gke.io/target-proxies",
    "networking.gke.io/url-maps",
];

/// Annotations that the network or runtime of the source's nodes wrote on a Pod, by their beginning.
const RUNTIME_WRITTEN: &[&str] = &[
    "cni.projectcalico.org/",
    "k8s.ovn.org/",
    "k8s.v1.cni.cncf.io/network-status",
    "k8s.v1.cni.cncf.io/networks-status",
    "kubernetes.io/config.",
    "kubernetes.io/limit-ranger",
    "openshift.io/scc",
    "ovn.kubernetes.io/",
    "security.openshift.io/validated-scc",
    "sidecar.istio.io/status",
];

/// Settings that only one provider's controllers read: kept, without effect elsewhere. By their beginning.
const PROVIDER_SETTINGS: &[(&str, &str)] = &[
    ("alb.ingress.kubernetes.io/", "AWS"),
    ("appgw.ingress.kubernetes.io/", "Azure"),
    ("azure.workload.identity/", "Azure"),
    ("cloud.google.com/", "Google Cloud"),
    ("eks.amazonaws.com/", "AWS"),
    ("iam.gke.io/", "Google Cloud"),
    ("kubernetes.azure.com/", "Azure"),
    ("networking.gke.io/", "Google Cloud"),
    ("service.beta.kubernetes.io/aws-", "AWS"),
    ("service.beta.kubernetes.io/azure-", "Azure"),
];

pub(super) fn rewrite(draft: &mut Draft, key: &ObjectKey, route: &Route<'_>, findings: &mut Vec<Finding>) {
    match key.group_kind() {
        ("", "Service") => service(draft, key, findings),
        ("networking.k8s.io", "Ingress") => ingress(draft, key, route, findings),
        ("gateway.networking.k8s.io", "Gateway") => gateway(draft, key, route, findings),
        _ => {}
    }
    draft.remove_annotations(&[], Why::CloudWritten, |name| CLOUD_WRITTEN.contains(&name));
    if let Some(pod) = kinds::pod_path(&key.group, &key.kind) {
        sidecars(draft, pod);
        draft.remove_annotations(pod, Why::RuntimeWritten, |name| {
            RUNTIME_WRITTEN.iter().any(|start| name.starts_with(start))
        });
    }
}

/// What is left that only one provider reads; after everything that has the target's own word for it was rewritten.
pub(super) fn tied(draft: &Draft, key: &ObjectKey, findings: &mut Vec<Finding>) {
    if let Some(pod) = kinds::pod_path(&key.group, &key.kind) {
        provider_settings(draft, key, &[pod, &["spec", "nodeSelector"]].concat(), findings);
        if !pod.is_empty() {
            provider_settings(draft, key, &[pod, &["metadata", "labels"]].concat(), findings);
            let annotations = [pod, &["metadata", "annotations"]].concat();
            provider_settings(draft, key, &annotations, findings);
        }
    }
    provider_settings(draft, key, &["metadata", "annotations"], findings);
}

fn service(draft: &mut Draft, key: &ObjectKey, findings: &mut Vec<Finding>) {
    for field in [
        "loadBalancerIP",
        "loadBalancerClass",
        "externalIPs",
        "ipFamilies",
        "ipFamilyPolicy",
    ] {
        let Some(was) = at(draft.object(), &["spec", field]) else {
            continue;
        };
        if !field.starts_with("ip") {
            findings.push(
                Finding::new(
                    Question::LockIn,
                    Severity::Warn,
                    Network::Address {
                        field: field.to_owned(),
                        value: was.to_string(),
                    },
                )
                .about(key)
                .field(format!("spec.{field}"))
                .remedy(Advice::FollowAddress),
            );
        }
        draft.remove(&["spec", field], Why::SourceAddress);
    }
    let selects = map(draft.object(), &["spec", "selector"]).is_some_and(|labels| !labels.is_empty());
    if !selects && text(draft.object(), &["spec", "type"]) != "ExternalName" {
        findings.push(
            Finding::new(Question::References, Severity::Warn, Network::NoSelector)
                .about(key)
                .field("spec.selector")
                .remedy(Advice::WriteEndpoints),
        );
    }
}

const OLD_INGRESS_CLASS: &str = "kubernetes.io/ingress.class";

fn ingress(draft: &mut Draft, key: &ObjectKey, route: &Route<'_>, findings: &mut Vec<Finding>) {
    let old = !annotation(draft.object(), OLD_INGRESS_CLASS).is_empty();
    if old {
        ingress_class(
            draft,
            key,
            &["metadata", "annotations", OLD_INGRESS_CLASS],
            route,
            findings,
        );
    }
    if at(draft.object(), &["spec", "ingressClassName"]).is_some() {
        ingress_class(draft, key, &["spec", "ingressClassName"], route, findings);
    } else if !old {
        findings.push(
            Finding::new(Question::References, Severity::Warn, Network::NoEntryClass)
                .about(key)
                .field("spec.ingressClassName")
                .remedy(Advice::NameEntryClass),
        );
    }
}

fn gateway(draft: &mut Draft, key: &ObjectKey, route: &Route<'_>, findings: &mut Vec<Finding>) {
    let classes = (route.from.gateway.as_deref(), route.to.gateway.as_deref());
    if at(draft.object(), &["spec", "gatewayClassName"]).is_some() {
        entry_class(draft, key, &["spec", "gatewayClassName"], classes, findings);
    }
}

/// The target's class in the same role, else its general one.
pub(super) fn ingress_class(
    draft: &mut Draft,
    key: &ObjectKey,
    path: &[&str],
    route: &Route<'_>,
    findings: &mut Vec<Finding>,
) {
    let was = text(draft.object(), path).to_owned();
    let (from, to) = (route.from.entries(), route.to.entries());
    let mapping = mapped(&was, &from, &to);
    match mapping {
        Mapping::Same => return,
        Mapping::To(to) => return draft.set(path, Value::from(to.clone()), Why::EntryClassMapped),
        Mapping::Ambiguous => {
            let what = format!("class {was}");
            return findings.extend(unsettled(&mapping, key, path, Question::References, &what));
        }
        Mapping::Unknown | Mapping::Lacking(_) => {}
    }
    let general = (route.from.ingress.as_deref(), route.to.ingress.as_deref());
    entry_class(draft, key, path, general, findings);
}

fn entry_class(
    draft: &mut Draft,
    key: &ObjectKey,
    path: &[&str],
    (from, to): (Option<&str>, Option<&str>),
    findings: &mut Vec<Finding>,
) {
    let was = text(draft.object(), path).to_owned();
    let Some(to) = to else {
        let message = Network::EntryClassUnknown { class: was };
        findings.push(
            Finding::new(Question::References, Severity::Unknown, message)
                .about(key)
                .field(spell(path)),
        );
        return;
    };
    if was == to {
        return;
    }
    if from != Some(was.as_str()) {
        let message = Network::OtherEntryClass {
            class: was,
            used: to.to_owned(),
        };
        findings.push(
            Finding::new(Question::References, Severity::Warn, message)
                .about(key)
                .field(spell(path)),
        );
    }
    draft.set(path, Value::from(to), Why::EntryClassMapped);
}

/// Takes out of a Pod what Istio put in; on the target it does so again.
fn sidecars(draft: &mut Draft, pod: &[&str]) {
    let status = text(
        draft.object(),
        &[pod, &["metadata", "annotations", "sidecar.istio.io/status"]].concat(),
    );
    let Ok(status) = serde_json::from_str::<Value>(status) else {
        return;
    };
    for list in ["initContainers", "containers", "volumes", "imagePullSecrets"] {
        let injected = items(&status, &[list]);
        draft.remove_items(&[pod, &["spec", list]].concat(), Why::Injected, |item| {
            item.get("name").is_some_and(|name| injected.contains(name))
        });
    }
}

fn provider_settings(draft: &Draft, key: &ObjectKey, path: &[&str], findings: &mut Vec<Finding>) {
    for (name, _) in entries(draft.object(), path) {
        let Some((_, provider)) = PROVIDER_SETTINGS
            .iter()
            .find(|(start, _)| name.starts_with(start))
        else {
            continue;
        };
        findings.push(
            Finding::new(
                Question::LockIn,
                Severity::Warn,
                Tie::OneProvider {
                    name: name.clone(),
                    provider: (*provider).to_owned(),
                },
            )
            .about(key)
            .field(spell(&[path, &[name.as_str()]].concat()))
            .remedy(Advice::OwnTerms),
        );
    }
}
