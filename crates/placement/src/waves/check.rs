//! Looks at waves anew, with code of its own.
//!
//! Invariant: shares nothing with what makes waves but their type; waves that were made have no fault.
use std::collections::{BTreeMap, BTreeSet};

use jiff::SignedDuration;

use crate::decision::Plan;
use crate::request::{Request, WorkloadId};

use super::Forecast;

/// What may be wrong with waves.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum WaveFault {
    /// A workload that should stand elsewhere is in no wave.
    Missing(WorkloadId),
    /// A workload moves twice, or need not move, or moves elsewhere than planned.
    NotPlanned(WorkloadId),
    /// More moves leave or reach a cluster at one time than may: which wave, and which cluster.
    Cluster(usize, String),
    /// More moves leave or reach a provider at one time than may: which wave, and which provider.
    Provider(usize, String),
    /// Two moves of one wave are in one namespace.
    Namespace(usize, String),
    /// A wave begins before the one before it has ended, or ends before it can have.
    Early(usize),
    /// A wave without failovers begins outside the window.
    Window(usize),
}

/// Checks waves against a plan. Nothing found: they may be followed.
pub fn check_waves(request: &Request, plan: &Plan, forecast: &Forecast) -> Vec<WaveFault> {
    let mut faults = Vec::new();
    let mut seen = BTreeSet::new();
    let mut free_at = request.now;
    for (n, wave) in forecast.waves.iter().enumerate() {
        let limits = forecast.assumption;
        let (mut clusters, mut providers, mut namespaces) =
            (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        for step in &wave.moves {
            let decided = plan.decisions.get(&step.workload);
            let planned = decided.is_some_and(|d| {
                d.home.as_ref() == Some(&step.source)
                    && d.desired.as_ref() == Some(&step.target)
                    && d.home != d.desired
            });
            if !planned || !seen.insert(&step.workload) {
                faults.push(WaveFault::NotPlanned(step.workload.clone()));
            }
            let ends = BTreeSet::from([step.source.as_str(), step.target.as_str()]);
            let of = ends.iter().filter_map(|name| request.fleet.clusters.get(*name));
            for name in of.map(|view| view.provider.as_str()).collect::<BTreeSet<_>>() {
                *providers.entry(name).or_insert(0_usize) += 1;
            }
            for name in ends {
                *clusters.entry(name).or_insert(0_usize) += 1;
            }
            if let Some(workload) = request.workloads.get(&step.workload) {
                *namespaces
                    .entry(workload.target.namespace.as_str())
                    .or_insert(0_usize) += 1;
            }
        }
        let over = |counts: &BTreeMap<&str, usize>, most: usize| -> Vec<String> {
            let over = counts.iter().filter(|(_, count)| **count > most.max(1));
            over.map(|(name, _)| (*name).to_owned()).collect()
        };
        faults.extend(
            over(&clusters, limits.per_cluster)
                .into_iter()
                .map(|name| WaveFault::Cluster(n, name)),
        );
        faults.extend(
            over(&providers, limits.per_provider)
                .into_iter()
                .map(|name| WaveFault::Provider(n, name)),
        );
        faults.extend(
            over(&namespaces, 1)
                .into_iter()
                .map(|name| WaveFault::Namespace(n, name)),
        );
        let lasts = wave.ends_at.duration_since(wave.starts_at);
        if wave.starts_at < free_at || lasts < SignedDuration::from_secs(limits.seconds_each) {
            faults.push(WaveFault::Early(n));
        }
        free_at = wave.ends_at;
        if let Some(window) = limits.window
            && wave.moves.iter().all(|step| !step.failover)
        {
            let minute = wave.starts_at.as_second().rem_euclid(86_400) / 60;
            if (minute - window.from_minute).rem_euclid(1_440) >= window.minutes {
                faults.push(WaveFault::Window(n));
            }
        }
    }
    let missing = plan.decisions.iter().filter(|(id, decision)| {
        let moving = request.workloads.get(id).is_some_and(|w| w.moving.is_some());
        decision.home.is_some() && decision.desired.is_some() && decision.home != decision.desired && !moving
    });
    faults.extend(
        missing
            .filter(|(id, _)| !seen.contains(id))
            .map(|(id, _)| WaveFault::Missing(id.clone())),
    );
    faults.sort();
    faults
}
