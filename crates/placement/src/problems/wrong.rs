//! What may be wrong with an object, and what would be right.
//!
//! Invariant: nothing reads the sentences but people.
use std::fmt::{Display, Formatter, Result};

use havenmeester_api::Date;
use havenmeester_api::exemption::LONGEST_DAYS;
use havenmeester_api::provider::Objective;
use havenmeester_api::require::{CoreValue, Rule};
use havenmeester_api::workload::Layer;
use serde::Serialize;

use crate::apart::Apart;
use crate::autonomy::Flaw;
use crate::decision::Refusal;
use crate::request::WorkloadId;
use crate::sentence::listed;

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub enum Wrong {
    /// The facts about an entity.
    Facts(Flaw),
    /// The same, from a later day on.
    FactsFrom {
        /// That day.
        on: Date,
        /// What is wrong then.
        flaw: Flaw,
    },
    /// Owners go round in a circle that was worked out.
    Circle {
        /// As `a > b > a`.
        names: String,
    },
    /// Two stakes of one holder hold on the same day.
    Overlap {
        /// The holder.
        holder: String,
        /// Where the other stands.
        with: String,
    },
    /// The last day lies before the first.
    NeverHolds {
        /// The first.
        since: Date,
        /// The last.
        until: Date,
    },
    /// A `MemberCluster` is named that is not there.
    NoCluster {
        /// That name.
        name: String,
    },
    /// A policy that chooses nobody.
    ChoosesNobody,
    /// A component that nobody knows.
    UnknownComponent {
        /// That name.
        name: String,
        /// Those that are known.
        known: Vec<&'static str>,
    },
    /// No cluster can satisfy the policy.
    Unsatisfiable {
        /// Some clusters with their first reason.
        examples: Vec<Example>,
    },
    /// No cluster can satisfy the policy together with others.
    UnsatisfiableTogether {
        /// Those others.
        others: Vec<String>,
        /// For so many workloads.
        count: usize,
        /// One of them.
        example: WorkloadId,
        /// Some clusters with their first reason.
        examples: Vec<Example>,
    },
    /// Another policy asks at least as much of the same workloads.
    Shadowed {
        /// That policy.
        by: String,
    },
    /// No two clusters that are allowed can stand by for each other.
    NoStandbyPair {
        /// How far apart.
        apart: Vec<Apart>,
        /// How many are allowed.
        allowed: usize,
    },
    /// A route that ends where its workloads may not stand.
    EndForbidden {
        /// Where it ends.
        end: String,
        /// Why not there.
        refusal: Refusal,
    },
    /// A route that does not end on an autonomous cluster.
    EndNotAutonomous {
        /// Where it ends.
        end: String,
        /// Whose laws reach it, with commas between.
        laws: String,
    },
    /// A step of a route that lasts too long.
    StepTooLong {
        /// The step.
        cluster: String,
        /// Its last day.
        until: Date,
    },
    /// A route without steps, or one that ends on a step.
    NoSteps,
    /// A step of a route of which the last day is over.
    StepOver {
        /// The step.
        cluster: String,
        /// Its last day.
        until: Date,
    },
    /// An exemption for which nobody answers.
    NoOwner,
    /// An exemption that nobody decided.
    NoApprover,
    /// An exemption that its owner approved.
    OwnApproval,
    /// An exemption that lasts too long.
    TooLong {
        /// Its last day.
        until: Date,
        /// The latest that may be.
        latest: Date,
    },
    /// An exemption of which the last day is past.
    Over {
        /// That day.
        until: Date,
    },
    /// An exemption that ends within the time of the first warning.
    EndsSoon {
        /// Its last day.
        until: Date,
    },
    /// Core values that were not weighed once.
    NotWeighed {
        /// Those that are missing.
        missing: Vec<CoreValue>,
    },
    /// An exemption for nobody.
    NamesNobody,
    /// A policy is named that is not there.
    NoPolicy {
        /// That name.
        name: String,
    },
    /// A rule that the policy does not have.
    NoSuchRule {
        /// The policy.
        policy: String,
        /// The rule.
        rule: Rule,
    },
    /// A Workload is named that is not there.
    NoWorkload {
        /// That Workload.
        id: WorkloadId,
    },
    /// Another exemption of the same rule for the same workload on the same days.
    SameRule {
        /// That Exemption.
        exemption: String,
        /// That workload.
        workload: String,
    },
    /// Weights that are not 100 together.
    Weights {
        /// What they are together.
        sum: i64,
    },
    /// An objective that stands there twice.
    Twice {
        /// Which.
        objective: Objective,
    },
    /// Data of a Workload that is not there.
    NoData {
        /// That Workload.
        id: WorkloadId,
    },
    /// A workload that uses its own data.
    UsesItself,
    /// A workload that is to stand with another provider than itself.
    ApartFromItself,
    /// A workload that uses what lies above it in Common Ground.
    UsesAbove {
        /// Its layer.
        ours: Layer,
        /// Whose data it uses.
        data: WorkloadId,
        /// The layer of that.
        theirs: Layer,
    },
}

/// A cluster with the first reason for which it is refused.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Example {
    /// Which.
    pub cluster: String,
    /// Why not.
    pub refusal: Refusal,
}

impl From<Flaw> for Wrong {
    fn from(flaw: Flaw) -> Self {
        Self::Facts(flaw)
    }
}

impl Display for Example {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        write!(f, "{}: {}", self.cluster, self.refusal)
    }
}

impl Display for Wrong {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.write_str(&match self {
            Self::Facts(flaw) => flaw.to_string(),
            Self::FactsFrom { on, flaw } => format!("on {on}: {flaw}"),
            Self::Circle { names } => format!("the owners go round in a circle ({names}); it was worked out"),
            Self::Overlap { holder, with } => format!(
                "{holder} stands in {with} as well, and their dates overlap; end one before the other, or add them up"
            ),
            Self::NeverHolds { since, until } => format!("{until} lies before since, {since}; it never holds"),
            Self::NoCluster { name } => format!("there is no MemberCluster {name:?}"),
            Self::ChoosesNobody => "no workload is chosen; the policy does nothing".to_owned(),
            Self::UnknownComponent { name, known } => format!(
                "no component {name:?} is known; write an API group, or one of {}",
                known.join(", ")
            ),
            Self::Unsatisfiable { examples } => format!("no cluster can satisfy it ({})", joined(examples, "; ")),
            Self::UnsatisfiableTogether {
                others,
                count,
                example,
                examples,
            } => format!(
                "together with {} no cluster can satisfy it, for {count} workloads (as {example}): {}",
                others.join(" and "),
                joined(examples, "; ")
            ),
            Self::Shadowed { by } => format!(
                "policy {by} chooses the same workloads and asks at least as much; this rule adds nothing"
            ),
            Self::NoStandbyPair { apart, allowed } => {
                let apart: Vec<String> = apart.iter().map(ToString::to_string).collect();
                format!(
                    "no two clusters that it allows can stand by for each other {} ({allowed} allowed)",
                    listed(&apart, "and")
                )
            }
            Self::EndForbidden { end, refusal } => {
                format!("a route ends where its workloads may stand; {end} may not: {refusal}")
            }
            Self::EndNotAutonomous { end, laws } => {
                format!("a route ends on an autonomous cluster; {end} is none: {laws}")
            }
            Self::StepTooLong { cluster, until } => format!(
                "{until} on {cluster} is more than 24 months ({} days) away; a step is for a time",
                havenmeester_api::route::LONGEST_DAYS
            ),
            Self::NoSteps => "a route has steps, and ends elsewhere than on one of them".to_owned(),
            Self::StepOver { cluster, until } => {
                format!("the last day on {cluster} was {until}; nobody rides on it")
            }
            Self::NoOwner => "name who answers for it".to_owned(),
            Self::NoApprover => "name who decided it".to_owned(),
            Self::OwnApproval => "the owner cannot approve its own exemption; name another".to_owned(),
            Self::TooLong { until, latest } => format!(
                "{until} is too late: an exemption lasts at most 24 months ({LONGEST_DAYS} days), from its first day and \
                 from today, and is then weighed anew; write {latest} or earlier"
            ),
            Self::Over { until } => {
                format!("its last day was {until}; it loosens nothing any more, delete it or weigh anew")
            }
            Self::EndsSoon { until } => {
                format!("it ends after {until}; whoever needs it by then weighs anew")
            }
            Self::NotWeighed { missing } => format!(
                "weigh each of the seven core values once; missing: {}",
                joined(missing, ", ")
            ),
            Self::NamesNobody => "name the workloads for which it is".to_owned(),
            Self::NoPolicy { name } => format!("there is no PlacementPolicy {name:?}"),
            Self::NoSuchRule { policy, rule } => format!("policy {policy} has no rule {rule}; it loosens nothing"),
            Self::NoWorkload { id } => format!("there is no Workload {:?} in namespace {}", id.name, id.namespace),
            Self::SameRule { exemption, workload } => {
                format!("Exemption {exemption} loosens the same rule for {workload:?} on the same days")
            }
            Self::Weights { sum } => format!("the weights add up to {sum}; all of them together are 100"),
            Self::Twice { objective } => format!("{objective} stands there twice; keep one"),
            Self::NoData { id } => format!("there is no Workload {id}; nothing follows from it"),
            Self::UsesItself => "it names itself; name the Workload whose data it uses".to_owned(),
            Self::ApartFromItself => {
                "it names itself; name the Workloads that may not be lost together with it".to_owned()
            }
            Self::UsesAbove { ours, data, theirs } => format!(
                "a workload of layer {ours:?} uses {data}, of layer {theirs:?}; in Common Ground a layer uses those beneath it"
            ),
        })
    }
}

fn joined<T: Display>(all: &[T], between: &str) -> String {
    let told: Vec<String> = all.iter().map(T::to_string).collect();
    told.join(between)
}
