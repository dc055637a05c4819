//! An application that is not on Kubernetes (SaaS): whose it is, how much it matters, and until when.
//!
//! It is not placed and not moved; it counts in the KPIs, so that the city sees all that it runs.
//! Invariant: what nobody has said is absent, and is never taken for the mildest.
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use kube::{CustomResource, KubeSchema};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Criticality, Date, Sensitivity};

/// The most storage that one application may be said to take, in GiB: 1 EiB. More is a slip of the pen.
pub const MOST_GIB: i64 = 1 << 30;
/// How many days before the end of its contract it is warned of: the first of the lead times at which a `Contract`
/// has its dry runs.
pub const WARNED_DAYS: i64 = 180;

/// What it is called, who supplies it, and how much it matters.
#[derive(Clone, CustomResource, Debug, Deserialize, Eq, KubeSchema, PartialEq, Serialize)]
#[kube(
    group = "havenmeester.dev",
    version = "v1alpha1",
    kind = "ExternalApplication",
    plural = "externalapplications",
    shortname = "hmx",
    category = "havenmeester",
    namespaced,
    status = "ExternalApplicationStatus",
    derive = "PartialEq",
    doc = "An application that is not on Kubernetes: supplied as a service, and counted in the KPIs.",
    printcolumn(name = "Provider", type_ = "string", json_path = ".spec.provider"),
    printcolumn(name = "Criticality", type_ = "string", json_path = ".spec.criticality"),
    printcolumn(name = "Sensitivity", type_ = "string", json_path = ".spec.sensitivity"),
    printcolumn(name = "Contract End", type_ = "string", json_path = ".spec.contractEnd"),
    printcolumn(
        name = "Autonomous",
        type_ = "string",
        json_path = ".status.conditions[?(@.type=='Autonomous')].status"
    ),
    printcolumn(
        name = "Jurisdictions",
        type_ = "string",
        json_path = ".status.jurisdictionSummary",
        priority = 1
    ),
    printcolumn(name = "Owner", type_ = "string", json_path = ".spec.owner", priority = 1),
    printcolumn(name = "Age", type_ = "date", json_path = ".metadata.creationTimestamp")
)]
#[serde(rename_all = "camelCase")]
pub struct ExternalApplicationSpec {
    /// What people call it. Absent = the object's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 253))]
    pub title: Option<String>,
    /// The Provider that supplies it.
    #[schemars(length(min = 1, max = 253))]
    pub provider: String,
    /// How critical it is. Absent = nobody has said so: it counts as Critical, and as not classified.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub criticality: Option<Criticality>,
    /// How sensitive its data is. Absent = nobody has said so: it counts as High, and as not classified.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sensitivity: Option<Sensitivity>,
    /// How much it stores, in GiB. Absent = not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 1_073_741_824))]
    pub storage_gib: Option<i64>,
    /// The last day of its contract. Absent = not known, or without an end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contract_end: Option<Date>,
    /// Who answers for it in the organisation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 200))]
    pub owner: Option<String>,
}

/// What follows from who supplies it.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ExternalApplicationStatus {
    /// The generation of the spec that this speaks of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed_generation: Option<i64>,
    /// Days until the last day of its contract; negative after it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days_left: Option<i64>,
    /// The countries whose law reaches its provider, with commas between. The chains of reasons are in the status of
    /// the Provider.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jurisdiction_summary: Option<String>,
    /// The overall SEAL of its provider.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seal: Option<i32>,
    /// Valid, Autonomous, Classified, Ending.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<Condition>,
}
