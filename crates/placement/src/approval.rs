//! Moves to which a person must agree, since they lower autonomy: what is asked, and who has said yes.
//!
//! Asked of: a move to a hyperscaler that is not autonomous (the city's strategy: each such move is put before the
//! responsible alderman, and the council is informed); a step of a route; and a move from an autonomous place to one
//! that is not; and every move of a workload for which a policy has mode Approval. Else not asked of a failover to a place
//! that the policies allow: to serve goes before to ask.
//! Invariant: what is asked hangs on the workload, the place, the route and why it must be asked, never on where the
//! workload stands now or when it is looked at. So an approval can be given before it is needed, and one that was given
//! for something else says nothing.
use std::fmt::{Display, Formatter, Result};

use havenmeester_api::Date;
use havenmeester_api::approval::{ApprovalSpec, DAYS};
use havenmeester_api::policy::Trigger;
use havenmeester_api::provider::Category;
use havenmeester_api::route::RouteStep;
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::class::Verdict;
use crate::decision::{Refusal, Rules};
use crate::place::Place;
use crate::request::{Request, WorkloadId};
use crate::sentence::listed;

/// What somebody agreed to.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ApprovalView {
    /// The Workload, in the namespace of the Approval.
    pub workload: String,
    /// The plan.
    pub plan: String,
    /// Who.
    pub approver: String,
    /// The first day on which a move may begin under it.
    pub since: Date,
    /// The last.
    pub until: Date,
}

impl ApprovalView {
    /// Of an object that was made on a day.
    pub fn of(spec: &ApprovalSpec, made: Date) -> Self {
        Self {
            workload: spec.workload.clone(),
            plan: spec.plan.clone(),
            approver: spec.approver.clone(),
            since: made,
            until: spec.until.unwrap_or_else(|| made.plus_days(DAYS)),
        }
    }

    /// Whether a move may begin under it on a day.
    pub fn covers(&self, day: Date) -> bool {
        self.since <= day && day <= self.until
    }
}

/// What is asked, and whether somebody said yes.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Asked {
    /// Which workload.
    pub workload: WorkloadId,
    /// Where it would go.
    pub target: String,
    /// Why it must be asked.
    pub grounds: Vec<Ground>,
    /// The hash of all that.
    pub plan: String,
    /// Who said yes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub given: Option<Given>,
}

/// A yes.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Given {
    /// The Approval, in the namespace of the workload.
    pub approval: String,
    /// Who made it.
    pub approver: String,
}

/// Why a move must be asked.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub enum Ground {
    /// It goes to a hyperscaler that is not autonomous: the council is to be informed.
    Hyperscaler {
        /// Of which category.
        category: Category,
        /// Whose laws from outside the EEA reach it.
        countries: Vec<String>,
    },
    /// It leaves an autonomous place for one that is not.
    LessAutonomous,
    /// A policy asks for it: its mode is Approval.
    Policy {
        /// That policy.
        policy: String,
    },
    /// It stands for a time where a policy forbids it.
    Route {
        /// The policy.
        policy: String,
        /// Its route.
        route: String,
        /// The steps of the route.
        steps: Vec<RouteStep>,
        /// Where it ends.
        end: String,
        /// What the policy has against the place.
        lowers: Vec<Refusal>,
    },
}

impl Asked {
    /// Put together, with its hash and nobody's yes yet.
    pub fn new(workload: &WorkloadId, target: &str, grounds: Vec<Ground>) -> Self {
        Self {
            workload: workload.clone(),
            target: target.to_owned(),
            plan: hash(workload, target, &grounds),
            grounds,
            given: None,
        }
    }

    /// The last day on which it may stand there; `None`: no end.
    pub fn until(&self) -> Option<Date> {
        let of = |ground: &Ground| match ground {
            Ground::Route { steps, .. } => {
                let step = steps.iter().find(|step| step.cluster == self.target);
                step.map(|step| step.until)
            }
            Ground::Hyperscaler { .. } | Ground::LessAutonomous | Ground::Policy { .. } => None,
        };
        self.grounds.iter().filter_map(of).min()
    }

    /// Whether the council is to be informed.
    pub fn inform_council(&self) -> bool {
        let hyperscaler = |ground: &Ground| matches!(ground, Ground::Hyperscaler { .. });
        self.grounds.iter().any(hyperscaler)
    }

    /// The approvals of this very plan, with their names.
    pub fn approvals<'a>(
        &'a self,
        request: &'a Request,
    ) -> impl Iterator<Item = (&'a WorkloadId, &'a ApprovalView)> {
        request.approvals.iter().filter(|(name, view)| {
            name.namespace == self.workload.namespace
                && view.workload == self.workload.name
                && view.plan == self.plan
        })
    }

    /// With the yes under which the move may begin on the day of the request.
    fn begun_under(mut self, request: &Request) -> Self {
        let today = Date::of(request.now);
        let given = self.approvals(request).find(|(_, view)| view.covers(today));
        self.given = given.map(|(name, view)| Given::of(name, view));
        self
    }

    /// With the yes under which it stands there. That no move may begin under it any more does not end what was begun.
    fn stands_under(mut self, request: &Request) -> Self {
        let given = self.approvals(request).next();
        self.given = given.map(|(name, view)| Given::of(name, view));
        self
    }
}

impl Given {
    fn of(name: &WorkloadId, view: &ApprovalView) -> Self {
        Self {
            approval: name.name.clone(),
            approver: view.approver.clone(),
        }
    }
}

/// What must be asked before a workload goes to a place; `None`: nothing. `home`: the place that it leaves, when that
/// answers; `None`: it is lost, or stands nowhere.
pub(crate) fn asked(
    request: &Request,
    (id, rules): (&WorkloadId, &Rules),
    home: Option<&Place<'_>>,
    (place, verdict): (&Place<'_>, &Verdict),
) -> Option<Asked> {
    // To serve for some weeks where it will be forbidden is allowed as long as it is not.
    let allowed = home.is_none() && verdict.admits_but_not_for_long();
    let mut grounds = if allowed { Vec::new() } else { by_route(verdict) };
    let policy = by_policy(rules, home.is_none());
    if home.is_none() && grounds.is_empty() && policy.is_none() {
        return None;
    }
    grounds.extend(hyperscaler(place));
    let lower = || home.is_some_and(|home| home.autonomy.is_autonomous()) && !place.autonomy.is_autonomous();
    if grounds.is_empty() && lower() {
        grounds.push(Ground::LessAutonomous);
    }
    grounds.extend(policy);
    (!grounds.is_empty()).then(|| Asked::new(id, place.name, grounds).begun_under(request))
}

/// What a workload that stands on a step of a route stands there under; `None`: its place is no step today.
pub(crate) fn standing(
    request: &Request,
    id: &WorkloadId,
    place: &Place<'_>,
    verdict: &Verdict,
) -> Option<Asked> {
    let mut grounds = by_route(verdict);
    if grounds.is_empty() {
        return None;
    }
    grounds.extend(hyperscaler(place));
    Some(Asked::new(id, place.name, grounds).stands_under(request))
}

fn by_policy(rules: &Rules, lost: bool) -> Option<Ground> {
    let (mode, by) = if lost {
        (rules.failover, &rules.failover_by)
    } else {
        (rules.migration, &rules.migration_by)
    };
    let policy = by.clone().filter(|_| mode == Trigger::Approval)?;
    Some(Ground::Policy { policy })
}

fn by_route(verdict: &Verdict) -> Vec<Ground> {
    let passings = verdict.passings.iter();
    let ground = passings.map(|passing| Ground::Route {
        policy: passing.policy.clone(),
        route: passing.route.name.clone(),
        steps: passing.route.steps.clone(),
        end: passing.route.end.clone(),
        lowers: passing.lowers.clone(),
    });
    ground.collect()
}

fn hyperscaler(place: &Place<'_>) -> Option<Ground> {
    let category = place
        .category
        .filter(|category| matches!(category, Category::Hyperscaler | Category::HyperscalerHardened))?;
    (!place.autonomy.is_autonomous()).then(|| Ground::Hyperscaler {
        category,
        countries: place.autonomy.foreign().map(|law| law.country.clone()).collect(),
    })
}

/// SHA-256 over every part with its length before it, so that no two plans run into one. The first part says how it is
/// put together: another order would need another name.
fn hash(workload: &WorkloadId, target: &str, grounds: &[Ground]) -> String {
    let mut parts: Vec<String> = vec![
        "havenmeester-plan-1".to_owned(),
        workload.namespace.clone(),
        workload.name.clone(),
        target.to_owned(),
    ];
    for ground in grounds {
        match ground {
            Ground::Hyperscaler { category, countries } => {
                parts.extend(["hyperscaler".to_owned(), format!("{category:?}")]);
                parts.extend(countries.iter().cloned());
            }
            Ground::LessAutonomous => parts.push("less-autonomous".to_owned()),
            Ground::Policy { policy } => parts.extend(["policy".to_owned(), policy.clone()]),
            Ground::Route {
                policy,
                route,
                steps,
                end,
                lowers,
            } => {
                parts.extend(["route".to_owned(), policy.clone(), route.clone(), end.clone()]);
                parts.extend(
                    steps
                        .iter()
                        .flat_map(|s| [s.cluster.clone(), s.until.to_string()]),
                );
                parts.extend(lowers.iter().map(essence));
            }
        }
    }
    let mut sum = Sha256::new();
    for part in parts {
        sum.update((part.len() as u64).to_be_bytes());
        sum.update(part.as_bytes());
    }
    format!("sha256-{}", hex::encode(sum.finalize()))
}

/// What is seen and wanted, without through whom: another chain to the same law is the same reason.
fn essence(refusal: &Refusal) -> String {
    let (rule, policy) = (refusal.rule(), refusal.policy().unwrap_or_default());
    let detail = match refusal {
        Refusal::Category { seen, .. } => format!("{seen:?}"),
        Refusal::Jurisdiction { country, .. }
        | Refusal::JurisdictionDenied { country, .. }
        | Refusal::Adverse { country, .. } => country.clone(),
        Refusal::Seal { seen, wanted, .. } => format!("{seen} of {wanted}"),
        Refusal::ObjectiveSeal {
            objective,
            seen,
            wanted,
            ..
        } => format!("{objective} {seen} of {wanted}"),
        Refusal::Announced { on, refusal } => format!("{on} {}", essence(refusal)),
        Refusal::Lacks { gap, .. } => gap.to_string(),
        Refusal::NotReachable
        | Refusal::Barred { .. }
        | Refusal::UnknownProvider { .. }
        | Refusal::AwayFromData { .. }
        | Refusal::SlowToData { .. }
        | Refusal::OwnershipUnclear { .. }
        | Refusal::Region { .. }
        | Refusal::NotNamed { .. }
        | Refusal::NamespaceOutOfReach { .. }
        | Refusal::Capacity { .. }
        | Refusal::CapacityUnknown { .. } => String::new(),
    };
    format!("{rule} {policy} {detail}")
}

impl Display for Ground {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::Hyperscaler { category, countries } => {
                write!(f, "{category:?} that is not autonomous")?;
                if !countries.is_empty() {
                    write!(f, " (law of {})", listed(countries, "and"))?;
                }
                f.write_str("; the council is to be informed")
            }
            Self::LessAutonomous => f.write_str("it leaves an autonomous place for one that is not"),
            Self::Policy { policy } => write!(f, "{policy} has somebody approve of each move"),
            Self::Route {
                policy, route, end, ..
            } => write!(
                f,
                "a step of route {route} of {policy}, which ends on {end}, to where {policy} forbids it"
            ),
        }
    }
}

impl Display for Asked {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let grounds: Vec<String> = self.grounds.iter().map(ToString::to_string).collect();
        write!(f, "{}: {}", self.target, grounds.join("; "))?;
        if let Some(until) = self.until() {
            write!(f, "; until {until}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
pub(crate) mod tests;
