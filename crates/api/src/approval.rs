//! A person's yes to one move that lowers autonomy: bound to exactly what was asked, and to who said it.
//!
//! Not here: when a move asks for one (`placement`).
//! Invariant: it cannot be changed, and it says yes to one plan only. `approver` is the user who made it; a
//! ValidatingAdmissionPolicy of the chart sees to that, since no rule of a definition can see who asks.
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use kube::{CustomResource, KubeSchema};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Date;

/// For how many days after it was made a move may begin under it when it does not say until when. 30: what the council
/// was told of a move a month ago is still what it knows; later it should be told again.
pub const DAYS: i64 = 30;

/// Who says yes to what.
#[derive(Clone, CustomResource, Debug, Deserialize, Eq, KubeSchema, PartialEq, Serialize)]
#[kube(
    group = "havenmeester.dev",
    version = "v1alpha1",
    kind = "Approval",
    plural = "approvals",
    shortname = "hma",
    category = "havenmeester",
    namespaced,
    status = "ApprovalStatus",
    derive = "PartialEq",
    doc = "A person's yes to one move of one workload that lowers autonomy.",
    printcolumn(name = "Workload", type_ = "string", json_path = ".spec.workload"),
    printcolumn(name = "Approver", type_ = "string", json_path = ".spec.approver"),
    printcolumn(name = "Role", type_ = "string", json_path = ".spec.role"),
    printcolumn(name = "Until", type_ = "string", json_path = ".spec.until"),
    printcolumn(
        name = "In Force",
        type_ = "string",
        json_path = ".status.conditions[?(@.type=='InForce')].status"
    ),
    printcolumn(
        name = "Reason",
        type_ = "string",
        json_path = ".status.conditions[?(@.type=='InForce')].reason"
    ),
    printcolumn(name = "Age", type_ = "date", json_path = ".metadata.creationTimestamp"),
    printcolumn(name = "Plan", type_ = "string", json_path = ".spec.plan", priority = 1)
)]
#[serde(rename_all = "camelCase")]
#[x_kube(validation = ("self == oldSelf", "an approval cannot be changed: it says what somebody agreed to; delete it and make another"))]
pub struct ApprovalSpec {
    /// The Workload, in the same namespace.
    #[schemars(length(min = 1, max = 253))]
    pub workload: String,
    /// What is approved: the hash that the Workload's status and `havenmeester explain` give. It is that of the
    /// workload, the target, the route and why it must be asked; when one of these changes, it is another plan.
    #[schemars(regex(pattern = r"^sha256-[0-9a-f]{64}$"))]
    pub plan: String,
    /// The user who makes it, by the name that the API server knows it by. Another name is refused.
    #[schemars(length(min = 1, max = 500))]
    pub approver: String,
    /// In which role (an alderman, a chief information officer).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 200))]
    pub role: Option<String>,
    /// Why, and where it was decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 1000))]
    pub reason: Option<String>,
    /// The last day on which a move may begin under it. Absent = 30 days after it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
}

/// What it does.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ApprovalStatus {
    /// The generation of the spec that this speaks of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed_generation: Option<i64>,
    /// InForce.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<Condition>,
}
