//! Tracks of delivery controllers: they would take the copy for an object of theirs that should not be there,
//! and delete it.

use crate::{
    draft::{Draft, Why},
    field::entries,
    finding::{Finding, Question, Severity},
    key::ObjectKey,
};

/// A delivery controller that marks what it owns.
struct Tracker {
    name: &'static str,
    labels: &'static [&'static str],
    annotations: &'static [&'static str],
    suspend: &'static str,
}

/// Helm is not one of these: its annotations say by which release an object came, and nothing acts on them.
const TRACKERS: &[Tracker] = &[
    Tracker {
        name: "Argo CD",
        labels: &["argocd.argoproj.io/instance"],
        annotations: &[
            "argocd.argoproj.io/tracking-id",
            "argocd.argoproj.io/instance",
            "argocd.argoproj.io/installation-id",
        ],
        suspend: "set argocd.argoproj.io/skip-reconcile: \"true\" on the Application, or move by its destination",
    },
    Tracker {
        name: "Flux",
        labels: &[
            "kustomize.toolkit.fluxcd.io/name",
            "kustomize.toolkit.fluxcd.io/namespace",
            "helm.toolkit.fluxcd.io/name",
            "helm.toolkit.fluxcd.io/namespace",
        ],
        annotations: &["kustomize.toolkit.fluxcd.io/checksum"],
        suspend: "set spec.suspend: true on the Kustomization or HelmRelease, or move by what it reads",
    },
];

pub(super) fn rewrite(draft: &mut Draft, key: &ObjectKey, findings: &mut Vec<Finding>) {
    for tracker in TRACKERS {
        let marked = |field: &str, names: &[&str]| {
            entries(draft.object(), &["metadata", field]).any(|(name, _)| names.contains(&name.as_str()))
        };
        if !marked("labels", tracker.labels) && !marked("annotations", tracker.annotations) {
            continue;
        }
        draft.remove_entries(&["metadata", "labels"], Why::DeliveryTracking, |name| {
            tracker.labels.contains(&name)
        });
        draft.remove_annotations(&[], Why::DeliveryTracking, |name| {
            tracker.annotations.contains(&name)
        });
        findings.push(
            Finding::new(
                Question::Delivery,
                Severity::Warn,
                format!(
                    "{} delivers it on the source and may put it back there",
                    tracker.name
                ),
            )
            .about(key)
            .remedy(tracker.suspend),
        );
    }
}
