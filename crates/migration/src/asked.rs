//! What the policies on the hub ask of those on whom the workload depends.
//!
//! Not here: reading policies (`placement`). Invariant: what the hub does not tell is not asked; nothing is let through
//! by it, since it only makes findings.

use havenmeester_api::{Criticality, Exemption, PlacementPolicy, Sensitivity, Workload};
use havenmeester_placement::{Demand, Request, Requirements, WorkloadId, WorkloadView, effective};
use kube::{Api, ResourceExt as _, api::ListParams};

use crate::{cx::Cx, moving::mode};

/// All that holds for the workload today; none where the hub does not tell.
pub(crate) async fn requirements(cx: &Cx<'_>) -> Option<Requirements> {
    let (namespace, name) = cx.moving.workload.split_once('/')?;
    let id = WorkloadId {
        namespace: namespace.to_owned(),
        name: name.to_owned(),
    };
    let hub = &cx.deps.hub;
    let all = ListParams::default();
    let (workloads, policies, exemptions): (Api<Workload>, Api<PlacementPolicy>, Api<Exemption>) = (
        Api::namespaced(hub.clone(), namespace),
        Api::all(hub.clone()),
        Api::all(hub.clone()),
    );
    let (workload, policies, exemptions) = tokio::join!(
        workloads.get_opt(name),
        policies.list(&all),
        exemptions.list(&all)
    );
    let view = view(&workload.ok()??);
    let policies = policies.ok()?.items.into_iter();
    let exemptions = exemptions.ok()?.items.into_iter();
    let request = Request {
        policies: policies.map(|one| (one.name_any(), one.spec)).collect(),
        exemptions: exemptions
            .map(|one| {
                let id = WorkloadId {
                    namespace: one.namespace().unwrap_or_default(),
                    name: one.name_any(),
                };
                (id, one.spec)
            })
            .collect(),
        now: cx.now(),
        ..Request::default()
    };
    Some(effective(&request, &id, &view).requirements)
}

/// As far as policies choose by it. A level that is not known counts as the strictest.
fn view(workload: &Workload) -> WorkloadView {
    let status = workload.status.clone().unwrap_or_default();
    let processes = status.processes.map(|processes| processes.sensitivity);
    WorkloadView {
        target: workload.spec.target.clone(),
        criticality: status.criticality.unwrap_or(Criticality::Critical),
        sensitivity: processes.or(status.sensitivity).unwrap_or(Sensitivity::High),
        mode: mode(workload),
        demand: Demand::default(),
        home: status.cluster,
        previous: None,
        standby: None,
        moving: None,
        captured: false,
        layer: workload.spec.layer,
        uses: std::collections::BTreeSet::new(),
        through: None,
        apart: std::collections::BTreeSet::new(),
    }
}
