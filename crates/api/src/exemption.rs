//! "Autonomous, unless": one rule of one policy does not hold for some workloads, for a reason, until a day.
//!
//! It loosens only the rule that it names and ends by itself. What was placed under it is then placed anew.
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use kube::{CustomResource, KubeSchema};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Date;
use crate::require::{self, CoreValue};

/// The longest time from its first day to its last, in days: 24 months with a leap day.
pub const LONGEST_DAYS: i64 = 731;
/// How many days before its end it is warned of, the first warning first.
pub const WARNINGS: [i64; 3] = [90, 30, 7];

/// Which rule does not hold for whom, why, and until when.
#[derive(Clone, CustomResource, Debug, Deserialize, Eq, KubeSchema, PartialEq, Serialize)]
#[kube(
    group = "havenmeester.dev",
    version = "v1alpha1",
    kind = "Exemption",
    plural = "exemptions",
    shortname = "hme",
    category = "havenmeester",
    namespaced,
    status = "ExemptionStatus",
    derive = "PartialEq",
    doc = "One rule of one policy does not hold for some workloads until a day.",
    printcolumn(name = "Policy", type_ = "string", json_path = ".spec.policy"),
    printcolumn(name = "Rule", type_ = "string", json_path = ".spec.rule"),
    printcolumn(name = "Until", type_ = "string", json_path = ".spec.until"),
    printcolumn(name = "Days Left", type_ = "integer", json_path = ".status.daysLeft"),
    printcolumn(
        name = "In Force",
        type_ = "string",
        json_path = ".status.conditions[?(@.type=='InForce')].status"
    ),
    printcolumn(name = "Owner", type_ = "string", json_path = ".spec.owner"),
    printcolumn(name = "Age", type_ = "date", json_path = ".metadata.creationTimestamp")
)]
#[serde(rename_all = "camelCase")]
#[x_kube(
    validation = ("self.since <= self.until", "spec.until lies before spec.since"),
    validation = ("self.until - self.since <= duration('17544h')", "spec.until: an exemption lasts at most 24 months (731 days) from spec.since"),
    validation = ("self.owner != self.approver", "spec.approver: the owner cannot approve its own exemption; name another"),
    validation = ("self.weighing.all(w, self.weighing.exists_one(v, v.value == w.value)) && size(self.weighing) == 7", "spec.weighing: weigh each of the seven core values once")
)]
pub struct ExemptionSpec {
    /// The PlacementPolicy of which a rule is loosened.
    #[schemars(length(min = 1, max = 253))]
    pub policy: String,
    /// That rule, by the name of its field in `spec.require`. No other is loosened.
    pub rule: require::Rule,
    /// The Workloads of this namespace for which it is.
    #[schemars(length(min = 1, max = 256), inner(length(min = 1, max = 253)))]
    pub workloads: Vec<String>,
    /// Why the rule cannot be met.
    #[schemars(length(min = 1, max = 1000))]
    pub reason: String,
    /// What speaks for and against, for each of the seven core values.
    #[schemars(length(max = 7))]
    pub weighing: Vec<Weighed>,
    /// Who answers for it and works on its end.
    #[schemars(length(min = 1, max = 200))]
    pub owner: String,
    /// Who decided it.
    #[schemars(length(min = 1, max = 200))]
    pub approver: String,
    /// Its first day.
    pub since: Date,
    /// Its last day. From the next day on the rule holds again.
    pub until: Date,
}

/// How one core value speaks.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Weighed {
    /// Which.
    pub value: CoreValue,
    /// For the exemption, against it, or neither.
    pub speaks: Speaks,
    /// In words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 500))]
    pub because: Option<String>,
}

/// For or against.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
pub enum Speaks {
    /// The value is better served with the exemption.
    For,
    /// It is worse served with it.
    Against,
    /// Neither.
    Neither,
}

impl ExemptionSpec {
    /// Whether the day is one of its days.
    pub fn covers(&self, day: Date) -> bool {
        self.since <= day && day <= self.until
    }
}

/// How it stands.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ExemptionStatus {
    /// The generation of the spec that this speaks of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed_generation: Option<i64>,
    /// Days left, the last one included; 0 when it is over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days_left: Option<i64>,
    /// Workloads that stand where only this exemption allows it: they leave when it is over.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rely_on_it: Vec<String>,
    /// Valid, InForce, Ending.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<Condition>,
}
