//! A way to an autonomous place over less autonomous ones, each for a time.
//!
//! Not here: whether a workload may take it (`placement`).
//! Invariant: it loosens only the policy in which it stands, only the rules about autonomy, only on the clusters that
//! it names and only until the days that it names. Where two policies refuse a cluster, both must have a route over it.
use kube::KubeSchema;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Date;

/// The furthest that the last day of a step may lie ahead, in days: as an exemption, 24 months with a leap day.
pub const LONGEST_DAYS: i64 = crate::exemption::LONGEST_DAYS;

/// Steps that lower autonomy for a time, and the autonomous place where they end.
#[derive(Clone, Debug, Deserialize, Eq, KubeSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[x_kube(
    validation = ("self.steps.all(a, a.cluster != self.end)", "a route ends elsewhere than on one of its steps"),
    validation = ("self.steps.map(s, s.until).isSorted()", "the last days of the steps of a route follow each other")
)]
pub struct Route {
    /// Its name within the policy.
    #[schemars(
        length(min = 1, max = 63),
        regex(pattern = r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$")
    )]
    pub name: String,
    /// The steps, each on a cluster until a day.
    #[schemars(length(min = 1, max = 8))]
    #[schemars(extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["cluster"]))]
    pub steps: Vec<RouteStep>,
    /// The cluster where it ends: autonomous, and allowed by every policy of the workload.
    #[schemars(length(min = 1, max = 253))]
    pub end: String,
    /// Why it cannot go there at once.
    #[schemars(length(min = 1, max = 1000))]
    pub reason: String,
}

/// A place on the way.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RouteStep {
    /// The cluster.
    #[schemars(length(min = 1, max = 253))]
    pub cluster: String,
    /// The last day on which a workload may stand there. From the next day on it is a violation.
    pub until: Date,
}
