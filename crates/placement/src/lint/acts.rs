//! Whether one action is allowed, seen by itself.
use havenmeester_api::Span;
use jiff::Timestamp;

use crate::decision::Decision;
use crate::fact::FRESH_FOR;
use crate::fleet::{Contact, Reach};
use crate::request::{Request, WorkloadId, WorkloadView};

use super::rules::{Laws, UNCLEAR, UNKNOWN_PROVIDER, automatic, policies};
use super::{Fault, exclusive, routes};

/// How long a cluster must be lost when a policy does not say it.
const AFTER: Span = Span::seconds(30);

/// Whether a workload may be sent to a cluster.
pub(super) fn target(
    request: &Request,
    laws: &Laws<'_>,
    (id, workload): (&WorkloadId, &WorkloadView),
    target: &str,
) -> Vec<Fault> {
    let Some(cluster) = request.fleet.clusters.get(target) else {
        return vec![Fault::UnknownCluster {
            cluster: target.to_owned(),
        }];
    };
    // Who has lost its cluster may come up for some weeks where it may not stay.
    let lost = workload
        .home
        .as_ref()
        .and_then(|home| request.fleet.clusters.get(home));
    let lost = lost.is_some_and(|home| home.contact.is_lost());
    let breaches = routes::unlifted(laws, id, target, lost);
    let mut rules: Vec<&'static str> = breaches.iter().map(|breach| breach.told).collect();
    if cluster.contact != Contact::Reachable {
        rules.push("contact");
    }
    if cluster.barred.is_some() {
        rules.push("quarantine");
    }
    match &cluster.reach {
        Reach::Namespaces(reached) if !reached.contains(&workload.target.namespace) => rules.push("reach"),
        Reach::Namespaces(_) | Reach::Cluster => {}
    }
    rules
        .into_iter()
        .map(|rule| Fault::Forbidden {
            cluster: target.to_owned(),
            rule,
        })
        .collect()
}

/// What holds for every action.
pub(super) fn either(
    request: &Request,
    workload: &WorkloadView,
    decision: &Decision,
    source: &str,
    target: &str,
) -> Vec<Fault> {
    let mut faults = Vec::new();
    if source == target {
        faults.push(Fault::TargetIsSource);
    }
    if workload.home.as_deref() != Some(source) {
        faults.push(Fault::SourceIsNotHome {
            source: source.to_owned(),
        });
    }
    if decision.desired.as_deref() != Some(target) {
        faults.push(Fault::TargetIsNotDesired {
            target: target.to_owned(),
        });
    }
    if workload.moving.is_some() {
        faults.push(Fault::MoveUnderWay);
    }
    let all = request.fleet.clusters.len();
    let gone = request
        .fleet
        .clusters
        .values()
        .filter(|cluster| cluster.contact.is_lost())
        .count();
    if all > 2 && gone > all - gone {
        faults.push(Fault::HubSuspect);
    }
    faults
}

/// What holds for a move between two clusters that answer.
pub(super) fn relocation(
    request: &Request,
    laws: &Laws<'_>,
    (id, workload): (&WorkloadId, &WorkloadView),
    source: &str,
) -> Vec<Fault> {
    let cluster = || source.to_owned();
    let Some(home) = request.fleet.clusters.get(source) else {
        return vec![Fault::UnknownCluster { cluster: cluster() }];
    };
    let mut faults = Vec::new();
    let mut forbidden = laws.forbid(id, source);
    if forbidden.is_empty() {
        forbidden = laws.forbid_soon(id, source);
    }
    if forbidden.is_empty() {
        faults.push(Fault::MovedFromAllowedHome { cluster: cluster() });
    } else if forbidden
        .iter()
        .all(|rule| [UNCLEAR, UNKNOWN_PROVIDER].contains(rule))
    {
        faults.push(Fault::MovedOnUnclearFacts { cluster: cluster() });
    }
    let seen = home.copies.fresh(request.now, FRESH_FOR);
    if home.contact != Contact::Reachable || seen.is_none_or(|c| !c.contains_key(&workload.target.namespace))
    {
        faults.push(Fault::StaleFacts { cluster: cluster() });
    }
    if !automatic(
        policies(request, workload)
            .filter_map(|(_, p)| p.migration)
            .map(|rule| rule.mode),
    ) {
        faults.push(Fault::NotAutomatic);
    }
    if exclusive(workload) && laws.active_on(&workload.target.namespace) > 1 {
        faults.push(Fault::SeveralActive);
    }
    faults
}

/// What holds for a failover. `said` is the last heartbeat and the moment of detection, as the action has them.
pub(super) fn failover(
    request: &Request,
    workload: &WorkloadView,
    source: &str,
    said: (Timestamp, Timestamp),
) -> Vec<Fault> {
    let mut faults = Vec::new();
    let Some(home) = request.fleet.clusters.get(source) else {
        return vec![Fault::UnknownCluster {
            cluster: source.to_owned(),
        }];
    };
    match home.contact {
        Contact::Lost {
            last_heartbeat,
            detected_at,
        } => {
            if said != (last_heartbeat, detected_at) {
                faults.push(Fault::LossMisstated);
            }
            let rules = policies(request, workload).filter_map(|(_, policy)| policy.failover);
            let after = rules
                .map(|rule| rule.after.unwrap_or(AFTER))
                .max()
                .unwrap_or(AFTER);
            if request.now.duration_since(detected_at) < after.to_signed() {
                faults.push(Fault::TooEarly);
            }
        }
        Contact::Unknown | Contact::Reachable | Contact::Suspect { .. } => {
            faults.push(Fault::NotLost {
                cluster: source.to_owned(),
            });
        }
    }
    if exclusive(workload) {
        faults.push(Fault::NotFenced);
    }
    if !workload.captured {
        faults.push(Fault::NotCaptured);
    }
    if !automatic(
        policies(request, workload)
            .filter_map(|(_, p)| p.failover)
            .map(|rule| rule.mode),
    ) {
        faults.push(Fault::NotAutomatic);
    }
    faults
}
