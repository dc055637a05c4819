//! What one move is: who, from where, to where, how. Fixed from its first persisted moment on.
//!
//! Not here: how far it is (`state`). Invariant: made from the Migration and the Workload only; pure.

use std::collections::BTreeMap;

use havenmeester_api::{
    Migration, Span, Workload,
    migration::{MoveKind, Step},
    workload::{Mode, Target},
};
use kube::ResourceExt as _;

/// How long the stopped source is kept where the Migration does not say.
pub(crate) const ROLLBACK_WINDOW: Span = Span::hours(24);

/// One move.
#[derive(Clone, Debug)]
pub(crate) struct Moving {
    /// The Migration, `namespace/name`.
    pub(crate) id: String,
    /// The Workload on the hub, `namespace/name`: under this its captures are kept.
    pub(crate) workload: String,
    /// Where it lives on the members.
    pub(crate) place: Target,
    /// What kind of move.
    pub(crate) kind: MoveKind,
    /// Whether two copies may be active.
    pub(crate) mode: Mode,
    /// Whether nothing may be written.
    pub(crate) dry_run: bool,
    /// The cluster that it leaves.
    pub(crate) source: String,
    /// The cluster that it goes to.
    pub(crate) target: String,
    /// Whether images are named by digest on the target.
    pub(crate) pin_digests: bool,
    /// How long the stopped source is kept.
    pub(crate) window: Span,
    /// Recovery time to measure against.
    pub(crate) rto: Option<Span>,
    /// Recovery point to measure against.
    pub(crate) rpo: Option<Span>,
    /// What the namespace is labelled with when nothing was captured of it.
    pub(crate) tags: BTreeMap<String, String>,
    /// The generation of the plan; 0 before it is fixed.
    pub(crate) generation: i64,
    /// Whether somebody wants it stopped.
    pub(crate) abort: bool,
}

impl Moving {
    /// Reads what is to be moved. The error is a sentence for the Migration's condition.
    pub(crate) fn read(migration: &Migration, workload: &Workload) -> Result<Self, String> {
        let namespace = migration.namespace().unwrap_or_default();
        let spec = &migration.spec;
        let home = workload.status.as_ref().and_then(|status| status.cluster.clone());
        if workload.name_any() != spec.workload {
            return Err(format!(
                "spec.workload is {}, but Workload {} was given",
                spec.workload,
                workload.name_any()
            ));
        }
        let Some(source) = spec.source.clone().or(home) else {
            return Err(
                "spec.source: it is not known where the workload stands; name the cluster".to_owned(),
            );
        };
        if source == spec.target {
            return Err(format!(
                "spec.target: the workload stands on {source} already; name another cluster"
            ));
        }
        Ok(Self {
            id: format!("{namespace}/{}", migration.name_any()),
            workload: format!("{namespace}/{}", spec.workload),
            place: workload.spec.target.clone(),
            kind: spec.kind,
            mode: begun_as(migration).unwrap_or_else(|| mode(workload)),
            dry_run: spec.dry_run,
            source,
            target: spec.target.clone(),
            pin_digests: spec.pin_digests,
            window: spec.rollback_window.unwrap_or(ROLLBACK_WINDOW),
            rto: spec.rto,
            rpo: spec.rpo,
            tags: tags(workload),
            generation: migration
                .status
                .as_ref()
                .and_then(|s| s.plan_generation)
                .unwrap_or(0),
            abort: spec.abort,
        })
    }

    /// The namespace on the members.
    pub(crate) fn namespace(&self) -> &str {
        &self.place.namespace
    }
}

/// The mode that a move began with: a change of the workload's mode must not change the course of a move.
fn begun_as(migration: &Migration) -> Option<Mode> {
    let steps = migration.status.as_ref().map(|status| status.steps.as_slice())?;
    let has = |step: Step| steps.iter().any(|s| s.name == step);
    match (has(Step::CreateStopped), has(Step::Create)) {
        (true, _) => Some(Mode::Exclusive),
        (false, true) => Some(Mode::Replicable),
        (false, false) => None,
    }
}

/// The mode that counts: what the controller found, else what is written, else the strictest.
pub(crate) fn mode(workload: &Workload) -> Mode {
    let found = workload.status.as_ref().and_then(|status| status.mode);
    found.or(workload.spec.mode).unwrap_or_default()
}

/// The labels by which a namespace is recognised, from what is known of the workload.
fn tags(workload: &Workload) -> BTreeMap<String, String> {
    use havenmeester_api::{Criticality, Sensitivity, labels};
    let status = workload.status.as_ref();
    let mut tags = BTreeMap::new();
    if let Some(level) = status.and_then(|s| s.criticality).or(workload.spec.criticality) {
        let value = match level {
            Criticality::Low => "low",
            Criticality::Medium => "medium",
            Criticality::Critical => "critical",
        };
        tags.insert(labels::CRITICALITY.to_owned(), value.to_owned());
    }
    if let Some(level) = status.and_then(|s| s.sensitivity).or(workload.spec.sensitivity) {
        let value = match level {
            Sensitivity::Low => "low",
            Sensitivity::Medium => "medium",
            Sensitivity::High => "high",
        };
        tags.insert(labels::SENSITIVITY.to_owned(), value.to_owned());
    }
    if mode(workload) == Mode::Replicable {
        tags.insert(labels::MODE.to_owned(), "replicable".to_owned());
    }
    tags
}

#[cfg(test)]
mod tests;
