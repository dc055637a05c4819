//! What was decided for each workload, and why: enums, not text.
//!
//! Invariant: a plan leaves no choice to those who enact it.
use std::collections::BTreeMap;
use std::sync::Arc;

use havenmeester_api::policy::Trigger;
use havenmeester_api::provider::{Because, Category, Objective};
use havenmeester_api::{Criticality, Date, Span};
use jiff::Timestamp;
use serde::Serialize;

use crate::apart::Apart;
use crate::approval::Asked;
use crate::autonomy::Doubt;
use crate::exempt::Waiver;
use crate::fact::Unseen;
use crate::fleet::{Bar, Demand};
use crate::gap::Gap;
use crate::request::WorkloadId;
use crate::score::Part;

/// Every decision, by workload.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plan {
    /// One for each workload.
    pub decisions: BTreeMap<WorkloadId, Decision>,
}

/// What must happen to one workload. Why not elsewhere: [`crate::Reasons`].
#[derive(Clone, Debug, PartialEq)]
pub struct Decision {
    /// Where the copy that counts stands. `None`: nowhere that we know of.
    pub home: Option<String>,
    /// Where it must stand. `None`: no cluster may take it; it stays where it is.
    pub desired: Option<String>,
    /// What is to be done now.
    pub action: Action,
    /// What holds for it: the merge of all policies that match.
    pub rules: Arc<Rules>,
    /// What is wrong with where it stands now, or with how many copies there are.
    pub violations: Vec<Violation>,
    /// What somebody must agree to, or has: of the move that is decided, or of where it stands on a route.
    pub approval: Option<Asked>,
    /// Where room is kept for it, when a policy asks for a standby.
    pub standby: Option<String>,
    /// Higher goes first.
    pub criticality: Criticality,
}

/// What is to be done now.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub enum Action {
    /// It stands where it must.
    Stay,
    /// Move it; both clusters answer.
    Relocate {
        /// From here.
        source: String,
        /// To there.
        target: String,
    },
    /// Bring it up elsewhere; its cluster is lost.
    FailOver {
        /// The lost cluster.
        source: String,
        /// To there.
        target: String,
        /// The lost cluster's last good heartbeat.
        last_heartbeat: Timestamp,
        /// When it was called lost.
        detected_at: Timestamp,
    },
    /// Something should be done, and is not.
    Wait(Waiting),
}

/// Why something that should be done is not.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub enum Waiting {
    /// A move is under way.
    Moving {
        /// The Migration.
        migration: String,
    },
    /// No cluster may take it.
    NoClusterFits,
    /// Somebody must agree to the move first, since it lowers autonomy.
    Approval(Box<Asked>),
    /// It stands on a step of a route, with somebody's yes, and goes on as soon as a cluster may take it.
    OnRoute {
        /// The step.
        cluster: String,
        /// The last day on it.
        until: Date,
    },
    /// A policy leaves the move to a person.
    ManualMigration {
        /// Where it should go.
        target: String,
        /// That policy; `None`: no policy says anything.
        policy: Option<String>,
    },
    /// A policy leaves the failover to a person.
    ManualFailover {
        /// Where it should go.
        target: String,
        /// That policy; `None`: no policy says anything.
        policy: Option<String>,
    },
    /// Its cluster is not lost for long enough.
    FailoverDelay {
        /// Where it will go.
        target: String,
        /// When.
        at: Timestamp,
    },
    /// Its cluster is lost, but it is exclusive and its old copy cannot be fenced.
    NotFenced {
        /// The lost cluster.
        cluster: String,
    },
    /// Its cluster is lost and there is no capture of it.
    NotCaptured {
        /// The lost cluster.
        cluster: String,
    },
    /// What stands at its home is not known: the home does not answer but is not lost (yet), what was seen of it
    /// is too old to act on, or it is not in the fleet any more.
    HomeUncertain {
        /// That cluster.
        cluster: String,
    },
    /// So many clusters were lost at once that the hub itself may be the one cut off.
    HubSuspectsItself {
        /// How many are lost.
        lost: usize,
        /// Of how many.
        of: usize,
    },
    /// It has no home, or its home answers and has nothing of it.
    NotFound,
    /// Its home may be forbidden, but only because facts about the provider are missing or contradict each
    /// other: a slip of the pen in a Provider must not set the fleet in motion.
    FactsUnclear {
        /// Its home.
        cluster: String,
        /// What is wrong with the facts.
        why: Box<Refusal>,
    },
    /// It should move, but it is exclusive and several copies are active: which one counts is for a person to say.
    SeveralActive {
        /// Where.
        clusters: Vec<String>,
    },
    /// Another workload lives in the same namespace, and its move goes first.
    SharesNamespace {
        /// That workload.
        with: WorkloadId,
    },
}

/// Whether a cluster may take the workload.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub enum Candidate {
    /// It may; the score in parts.
    Fits(Score),
    /// It may not; every reason, not only the first.
    Refused(Vec<Refusal>),
}

/// Why a cluster may not take the workload.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub enum Refusal {
    /// It does not answer.
    NotReachable,
    /// It is in quarantine.
    Barred {
        /// The quarantine.
        bar: Bar,
    },
    /// Its provider is not known.
    UnknownProvider {
        /// The name that has no Provider.
        provider: String,
    },
    /// Its provider is of the wrong category.
    Category {
        /// Who wants it so.
        policy: String,
        /// What was seen; `None`: the provider has none.
        seen: Option<Category>,
        /// What is wanted: one of these.
        wanted: Vec<Category>,
    },
    /// A law reaches it that may not.
    Jurisdiction {
        /// Who wants it so.
        policy: String,
        /// The country.
        country: String,
        /// Through whom, the provider first.
        through: Vec<Because>,
        /// What is wanted: one of these.
        wanted: Vec<String>,
    },
    /// A law reaches it that the policy denies.
    JurisdictionDenied {
        /// Who wants it so.
        policy: String,
        /// The country.
        country: String,
        /// Through whom, the provider first.
        through: Vec<Because>,
        /// What is denied: all of these.
        denied: Vec<String>,
    },
    /// It is too far from data that the workload uses.
    AwayFromData {
        /// Whose data.
        data: WorkloadId,
        /// Its region, or its name.
        seen: String,
        /// The region or the cluster where the data stands.
        wanted: String,
    },
    /// It takes too long to go to data that the workload uses and back, or nobody says how long.
    SlowToData {
        /// Whose data.
        data: WorkloadId,
        /// Where it stands.
        cluster: String,
        /// There and back, in milliseconds; `None`: neither MemberCluster says it.
        seen: Option<i64>,
        /// What is wanted at most.
        wanted: i64,
    },
    /// Something was not seen of it that a policy asks for.
    Lacks {
        /// Who asks.
        policy: String,
        /// What is missing.
        gap: Gap,
    },
    /// A law reaches it that is declared adverse.
    Adverse {
        /// Who asks about jurisdictions.
        policy: String,
        /// The country.
        country: String,
        /// Through whom, the provider first.
        through: Vec<Because>,
        /// Why it is adverse.
        reason: String,
    },
    /// A dated fact will refuse it within the lead time.
    Announced {
        /// From this day on.
        on: Date,
        /// Why, from then on.
        refusal: Box<Refusal>,
    },
    /// The facts about its owners cannot be trusted (a closed circle, an unknown owner): it is not autonomous.
    OwnershipUnclear {
        /// What is wrong.
        why: Doubt,
    },
    /// Its overall SEAL level is too low.
    Seal {
        /// Who wants it so.
        policy: String,
        /// What was seen.
        seen: i32,
        /// What is wanted at least.
        wanted: i32,
    },
    /// Its level on one objective is too low.
    ObjectiveSeal {
        /// Who wants it so.
        policy: String,
        /// Which.
        objective: Objective,
        /// What was seen.
        seen: i32,
        /// What is wanted at least.
        wanted: i32,
    },
    /// It stands in the wrong region.
    Region {
        /// Who wants it so.
        policy: String,
        /// What was seen.
        seen: String,
        /// What is wanted: one of these.
        wanted: Vec<String>,
    },
    /// It is not one of the clusters that are named.
    NotNamed {
        /// Who wants it so.
        policy: String,
        /// What is wanted: one of these.
        wanted: Vec<String>,
    },
    /// Our credentials do not reach the workload's namespace there.
    NamespaceOutOfReach {
        /// The namespace.
        namespace: String,
    },
    /// It is full.
    Capacity {
        /// What is asked.
        demand: Demand,
        /// What is free.
        free: Demand,
    },
    /// Its capacity cannot be seen.
    CapacityUnknown {
        /// Why.
        why: Unseen,
    },
}

/// What ranks a cluster. Integer parts; the sum decides, then the home, then the name.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize)]
pub struct Score {
    /// The sum of the parts.
    pub total: i64,
    /// Each part by its name (`autonomy`, `security`, ...).
    pub parts: BTreeMap<Part, i64>,
}

/// What is wrong with where a workload stands.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub enum Violation {
    /// It stands where a policy forbids it.
    Placement {
        /// Where it stands.
        cluster: String,
        /// Why not there.
        refusal: Refusal,
    },
    /// It is exclusive, and several copies are active.
    SeveralActive {
        /// Where.
        clusters: Vec<String>,
    },
    /// No cluster can stand by for it.
    NoStandby {
        /// Who asks for one.
        policy: String,
        /// How far apart.
        apart: Vec<Apart>,
        /// From where.
        cluster: String,
    },
    /// Copies are active on clusters other than its home.
    StrayCopy {
        /// Where.
        clusters: Vec<String>,
    },
}

/// What holds for a workload: the strictest of all policies that match.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Rules {
    /// The policies that match.
    pub policies: Vec<String>,
    /// The rules from which it is exempt today.
    pub waivers: Vec<Waiver>,
    /// Who starts a move, and the policy that says so when it is not Automatic.
    pub migration: Trigger,
    /// That policy.
    pub migration_by: Option<String>,
    /// How long the stopped source is kept.
    pub rollback_window: Span,
    /// How long before a dated change it leaves; nought where no policy speaks of moves.
    pub lead_time: Span,
    /// Who starts a failover.
    pub failover: Trigger,
    /// The policy that says so when it is not Automatic.
    pub failover_by: Option<String>,
    /// How long a cluster must be lost before.
    pub failover_after: Span,
    /// The shortest recovery time wanted.
    pub rto: Option<Span>,
    /// The shortest recovery point wanted.
    pub rpo: Option<Span>,
}
