//! What placement is asked, from one scene.
use std::collections::BTreeMap;

use havenmeester_api::haven::{HavenOutcome, HavenStatus};
use havenmeester_api::migration::MoveKind;
use havenmeester_api::workload::Use;
use havenmeester_api::{Approval, Date, Migration};
use havenmeester_placement::{
    ApprovalView, Bar, Fact, FleetView, HavenView, Moving, Request, Search, Unseen, Using, WorkloadId,
    WorkloadView, flow,
};

use crate::identity::{Identity, Standing, goes_back, has_arrived, moving, resolve};
use crate::scene::Scene;

/// The whole request of one scene. Workloads that take no part in placement are left out.
pub fn build(scene: &Scene) -> Request {
    from_identities(scene, &resolve(scene))
}

pub(crate) fn from_identities(scene: &Scene, identities: &BTreeMap<WorkloadId, Identity>) -> Request {
    let mut workloads: BTreeMap<WorkloadId, WorkloadView> = identities
        .iter()
        .filter(|(_, identity)| identity.standing == Standing::Placed)
        .map(|(id, identity)| (id.clone(), workload(scene, id, identity)))
        .collect();
    flow(&mut workloads);
    Request {
        now: scene.now,
        search: Search::default(),
        fleet: FleetView {
            clusters: scene
                .fleet
                .iter()
                .map(|(name, view)| (name.clone(), cluster(scene, name, view)))
                .collect(),
            providers: scene
                .providers
                .iter()
                .map(|(name, provider)| (name.clone(), provider.spec.clone()))
                .collect(),
            standard: scene.standard(),
        },
        policies: scene
            .policies
            .iter()
            .map(|(name, policy)| (name.clone(), policy.spec.clone()))
            .collect(),
        exemptions: scene
            .exemptions
            .iter()
            .map(|(id, exemption)| (id.clone(), exemption.spec.clone()))
            .collect(),
        approvals: scene
            .approvals
            .iter()
            .map(|(id, approval)| (id.clone(), approved(scene, approval)))
            .collect(),
        workloads,
    }
}

/// One without a time is from a file: as if it were made now.
pub(crate) fn approved(scene: &Scene, approval: &Approval) -> ApprovalView {
    let made = approval
        .metadata
        .creation_timestamp
        .as_ref()
        .map_or(scene.now, |made| made.0);
    ApprovalView::of(&approval.spec, Date::of(made))
}

/// What is seen of a cluster, barred while the hub's object says it is in quarantine.
fn cluster(
    scene: &Scene,
    name: &str,
    view: &havenmeester_fleet::MemberView,
) -> havenmeester_placement::ClusterView {
    let mut cluster = view.cluster.clone();
    let status = scene.members.get(name).and_then(|m| m.status.as_ref());
    if let Some(seen) = status.and_then(|status| status.haven.as_ref()) {
        cluster.traits.haven = haven(seen);
    }
    let quarantine = status.and_then(|status| status.quarantine.as_ref());
    if let Some(quarantine) = quarantine {
        cluster.barred = Some(Bar {
            since: quarantine.since.0,
            stale: Some(quarantine.stale.len()),
        });
    }
    cluster
}

/// What a policy may ask of it. A check that cannot be seen is not there, so that it never counts as passed.
fn haven(seen: &HavenStatus) -> Fact<HavenView> {
    let Some(at) = &seen.observed_at else {
        return Fact::unknown(Unseen::HavenNotSeen);
    };
    let known = seen
        .checks
        .iter()
        .filter(|check| check.result != HavenOutcome::Unknown);
    let checks = known.map(|check| (check.name.clone(), check.result == HavenOutcome::Yes));
    let view = HavenView {
        compliant: seen.compliant == HavenOutcome::Yes,
        checks: checks.collect(),
    };
    Fact::known(view, at.0)
}

/// A move from a place that answers, which has not begun: it waits for its turn, or for somebody's yes. When its source is
/// lost meanwhile it must not hold up the failover.
fn is_queued(migration: &Migration) -> bool {
    let status = migration.status.as_ref();
    migration.spec.kind.source_answers() && status.is_none_or(|status| status.steps.is_empty())
}

/// A failover whose target is lost too before it served there: it holds up no other, and the next one supersedes it.
fn is_forlorn(scene: &Scene, migration: &Migration) -> bool {
    migration.spec.kind == MoveKind::Failover
        && !has_arrived(migration)
        && is_lost(scene, Some(&migration.spec.target))
}

fn workload(scene: &Scene, id: &WorkloadId, identity: &Identity) -> WorkloadView {
    let spec = scene.workloads.get(id).map(|w| &w.spec);
    let status = scene.workloads.get(id).and_then(|w| w.status.as_ref());
    let home = identity.home.as_ref().map(|h| h.cluster.clone());
    let captured = home.as_ref().is_some_and(|home| {
        let seen = scene
            .fleet
            .get(home)
            .is_some_and(|v| v.captures.contains_key(&id.to_string()));
        seen || status
            .and_then(|s| s.capture.as_ref())
            .is_some_and(|c| c.cluster == *home)
    });
    let apart = spec.into_iter().flat_map(|spec| &spec.apart_from);
    let apart = apart.map(|name| WorkloadId {
        namespace: id.namespace.clone(),
        name: name.clone(),
    });
    WorkloadView {
        target: identity.target.clone(),
        criticality: identity.criticality,
        sensitivity: identity.sensitivity,
        mode: identity.mode,
        demand: identity.demand.clone().unwrap_or_default(),
        standby: status.and_then(|s| s.standby.clone()),
        previous: status.and_then(|s| Some(s.desired.as_ref()?.cluster.clone())),
        moving: moving(scene.moves_of(id))
            .filter(|m| {
                !(is_forlorn(scene, m) || (goes_back(m) || is_queued(m)) && is_lost(scene, home.as_deref()))
            })
            .map(|m| Moving {
                migration: m.metadata.name.clone().unwrap_or_default(),
                target: m.spec.target.clone(),
            }),
        home,
        captured,
        layer: spec.and_then(|spec| spec.layer),
        uses: spec
            .into_iter()
            .flat_map(|spec| &spec.uses)
            .map(|used| using(id, used))
            .collect(),
        through: None,
        apart: apart.collect(),
    }
}

/// A Workload is named as NAME in one's own namespace, or as NAMESPACE/NAME.
fn using(id: &WorkloadId, used: &Use) -> Using {
    let (namespace, name) = used
        .workload
        .split_once('/')
        .unwrap_or((&id.namespace, &used.workload));
    let workload = WorkloadId {
        namespace: namespace.to_owned(),
        name: name.to_owned(),
    };
    Using {
        workload,
        within: used.within,
        milliseconds: used.within_milliseconds.map(i64::from),
    }
}

/// Then nothing can go back there, and a failover must not wait for it.
fn is_lost(scene: &Scene, home: Option<&str>) -> bool {
    home.and_then(|home| scene.fleet.get(home))
        .is_some_and(|view| view.cluster.contact.is_lost())
}

#[cfg(test)]
mod tests;
