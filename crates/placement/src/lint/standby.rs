//! Whether where room is kept for a workload can take over from where it will stand.
//!
//! Invariant: knows nothing of `apart`; asks each policy by itself.
use std::collections::{BTreeMap, BTreeSet};

use havenmeester_api::require::Rule;

use crate::decision::{Decision, Plan, Violation};
use crate::fact::FRESH_FOR;
use crate::fleet::{Contact, Reach};
use crate::request::{Request, WorkloadId, WorkloadView};

use super::rules::{Laws, policies};
use super::sums::{self, Sum};
use super::{Fault, LintFinding, finding, holds_active};

/// What is wrong with the standby of one workload.
pub(super) fn of_one(
    laws: &Laws<'_>,
    (id, workload): (&WorkloadId, &WorkloadView),
    decision: &Decision,
) -> Vec<Fault> {
    let request = laws.request;
    let asking: Vec<_> = policies(request, workload)
        .filter_map(|(name, policy)| Some((name, policy.require.standby?)))
        .filter(|(name, _)| !laws.exempt(id, name, Rule::Standby))
        .map(|(_, standby)| standby)
        .collect();
    let moving = workload.moving.as_ref().map(|moving| &moving.target);
    let lost = |name: &String| {
        let view = request.fleet.clusters.get(name);
        view.is_none_or(|view| view.contact.is_lost())
    };
    let home = workload.home.as_ref().filter(|home| !lost(home));
    let Some(main) = moving.or(decision.desired.as_ref()).or(home) else {
        return Vec::new();
    };
    let missing = decision
        .violations
        .iter()
        .any(|violation| matches!(violation, Violation::NoStandby { .. }));
    let Some(standby) = &decision.standby else {
        let forgotten = !asking.is_empty() && !missing && request.fleet.clusters.contains_key(main);
        return Vec::from_iter(forgotten.then_some(Fault::NoStandby));
    };
    let fault = |rule| Fault::StandbyUnfit {
        cluster: standby.clone(),
        rule,
    };
    let Some(view) = request.fleet.clusters.get(standby) else {
        return vec![fault("cluster")];
    };
    let mut rules = laws.forbid(id, standby);
    rules.extend(laws.forbid_soon(id, standby));
    let barred = view.barred.is_some() || view.contact != Contact::Reachable;
    rules.extend(barred.then_some("contact"));
    if let Reach::Namespaces(reached) = &view.reach
        && !reached.contains(&workload.target.namespace)
    {
        rules.push("reach");
    }
    if standby == main {
        rules.push("same cluster");
    }
    if asking.iter().any(|rule| rule.other_provider) && !other_provider(laws, main, standby) {
        rules.push("same provider");
    }
    let (here, there) = (countries(laws, main), countries(laws, standby));
    if asking.iter().any(|rule| rule.other_jurisdiction) && !here.is_disjoint(&there) {
        rules.push("same jurisdiction");
    }
    rules.into_iter().map(fault).collect()
}

/// Whether nobody who can stop the one cluster can stop the other, as far as that is known.
fn other_provider(laws: &Laws<'_>, here: &str, there: &str) -> bool {
    let (Some(here), Some(there)) = (laws.today.get(here), laws.today.get(there)) else {
        return false;
    };
    let known = here.unclear.is_none() && there.unclear.is_none();
    known
        && !here
            .governed_by
            .iter()
            .any(|entity| there.governed_by.contains(entity))
}

fn countries<'a>(laws: &'a Laws<'_>, cluster: &str) -> BTreeSet<&'a str> {
    let autonomy = laws.today.get(cluster);
    let laws = autonomy.into_iter().flat_map(|autonomy| &autonomy.jurisdictions);
    laws.map(|law| law.country.as_str()).collect()
}

/// Those for whom room is kept where there is not enough of some resource for all that is kept and all that is sent there.
pub(super) fn overbooked(request: &Request, plan: &Plan) -> Vec<LintFinding> {
    let mut kept: BTreeMap<&str, Vec<(&WorkloadId, &WorkloadView)>> = BTreeMap::new();
    for (id, workload) in &request.workloads {
        let standby = plan
            .decisions
            .get(id)
            .and_then(|decision| decision.standby.as_deref());
        if let Some(standby) = standby {
            kept.entry(standby).or_default().push((id, workload));
        }
    }
    let loads = sums::loads(request, plan);
    let mut findings = Vec::new();
    for (cluster, workloads) in kept {
        let Some(view) = request.fleet.clusters.get(cluster) else {
            continue; // said already
        };
        if view.reach != Reach::Cluster {
            continue; // its quota is asked by the dry run
        }
        let room = view.capacity.fresh(request.now, FRESH_FOR);
        let room = room.map(|seen| sums::room(view, seen)).unwrap_or_default();
        let load = loads.get(cluster);
        let brought = |resource: &String| {
            let sums = load.into_iter().flat_map(|load| [&load.by_plan, &load.under_way]);
            sums.filter_map(|sum| sum.get(resource)).sum::<i128>()
        };
        let mut sum = Sum::new();
        for (_, workload) in workloads.iter().filter(|(_, w)| !holds_active(view, w)) {
            sums::add(&mut sum, workload);
        }
        let over = |(resource, asked): (&String, &i128)| {
            *asked > 0 && asked + brought(resource) > room.get(resource).copied().unwrap_or(0)
        };
        if sum.iter().any(over) {
            findings.extend(workloads.iter().map(|(id, _)| {
                finding(
                    id,
                    Fault::StandbyUnfit {
                        cluster: cluster.to_owned(),
                        rule: "room",
                    },
                )
            }));
        }
    }
    findings
}
