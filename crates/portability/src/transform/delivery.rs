//! Tracks of delivery controllers: they would take the copy for an object of theirs that should not be there,
//! and delete it.
//!
//! Helm is not one of these: its annotations say by which release an object came, and nothing acts on them.
//! Sources: Argo CD, "Resource Tracking" and "Skip Application Reconcile"; Flux, "Kustomization" and "HelmRelease".

use std::collections::BTreeMap;

use crate::{
    draft::{Draft, Why},
    field::{annotation, label},
    finding::{Finding, Question, Severity},
    key::ObjectKey,
    said::{Advice, Delivery, Owner},
};

const LABELS: &[&str] = &[
    ARGO_INSTANCE,
    "kustomize.toolkit.fluxcd.io/name",
    "kustomize.toolkit.fluxcd.io/namespace",
    "helm.toolkit.fluxcd.io/name",
    "helm.toolkit.fluxcd.io/namespace",
];
const ANNOTATIONS: &[&str] = &[
    ARGO_TRACKING,
    ARGO_INSTANCE,
    "argocd.argoproj.io/installation-id",
    "kustomize.toolkit.fluxcd.io/checksum",
];
const ARGO_INSTANCE: &str = "argocd.argoproj.io/instance";
const ARGO_TRACKING: &str = "argocd.argoproj.io/tracking-id";

/// Who delivers what.
#[derive(Default)]
pub(super) struct Owners(BTreeMap<Owner, Vec<ObjectKey>>);

impl Owners {
    /// One finding for each owner, about the first of its objects.
    pub(super) fn findings(self) -> impl Iterator<Item = Finding> {
        self.0.into_iter().filter_map(|(owner, mut objects)| {
            objects.sort();
            let first = objects.first()?;
            let message = Delivery::Fights {
                owner: owner.clone(),
                objects: objects.len(),
            };
            Some(
                Finding::new(Question::Delivery, Severity::Warn, message)
                    .about(first)
                    .remedy(Advice::Suspend { owner }),
            )
        })
    }
}

pub(super) fn rewrite(draft: &mut Draft, key: &ObjectKey, owners: &mut Owners) {
    for owner in owners_of(draft) {
        owners.0.entry(owner).or_default().push(key.clone());
    }
    draft.remove_entries(&["metadata", "labels"], Why::DeliveryTracking, |name| {
        LABELS.contains(&name)
    });
    draft.remove_annotations(&[], Why::DeliveryTracking, |name| ANNOTATIONS.contains(&name));
}

/// What the marks on an object say. A Kustomization and a `HelmRelease` may both mark one.
fn owners_of(draft: &Draft) -> Vec<Owner> {
    let object = draft.object();
    let named = |name: &str| Some(label(object, name).to_owned()).filter(|value| !value.is_empty());
    let mut out = Vec::new();
    out.extend(application(
        annotation(object, ARGO_TRACKING),
        &[label(object, ARGO_INSTANCE), annotation(object, ARGO_INSTANCE)],
    ));
    if let Some(name) = named("kustomize.toolkit.fluxcd.io/name") {
        let namespace = named("kustomize.toolkit.fluxcd.io/namespace");
        out.push(Owner::Kustomization { namespace, name });
    }
    if let Some(name) = named("helm.toolkit.fluxcd.io/name") {
        let namespace = named("helm.toolkit.fluxcd.io/namespace");
        out.push(Owner::HelmRelease { namespace, name });
    }
    out
}

/// `APP:group/Kind:namespace/name`; an Application outside Argo CD's own namespace is `NAMESPACE_APP`.
fn application(tracking: &str, instances: &[&str]) -> Option<Owner> {
    let tracked = tracking.split(':').next().unwrap_or_default();
    let mut all = std::iter::once(tracked).chain(instances.iter().copied());
    let called = all.find(|name| !name.is_empty())?;
    let (namespace, name) = match called.split_once('_') {
        Some((namespace, name)) => (Some(namespace.to_owned()), name),
        None => (None, called),
    };
    let name = name.to_owned();
    Some(Owner::Application { namespace, name })
}
