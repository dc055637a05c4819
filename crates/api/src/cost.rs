//! What a cluster costs: per unit that a workload asks for, and for what leaves it.
//!
//! Not here: what a workload asks for, and what it costs so (`placement`).
//! Invariant: whole minor units of one currency, never a fraction; what is not said is unknown, not free.
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Prices in minor units (cents) of one currency, without taxes. A month is 730 hours.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CostSpec {
    /// ISO 4217: EUR. Nothing is converted: of clusters in another currency than most of the fleet the cost is unknown.
    #[schemars(regex(pattern = r"^[A-Z]{3}$"))]
    pub currency: String,
    /// One core for a month.
    #[schemars(range(min = 0, max = 1_000_000_000))]
    pub cpu_month: i64,
    /// One GiB of memory for a month.
    #[schemars(range(min = 0, max = 1_000_000_000))]
    pub memory_gib_month: i64,
    /// Storage by class. What a workload with claims of another class costs is unknown.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 32))]
    #[schemars(extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["class"]))]
    pub storage: Vec<StorageCost>,
    /// Extended resources such as GPUs. What a workload costs that asks for another is unknown.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 32))]
    #[schemars(extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["resource"]))]
    pub devices: Vec<DeviceCost>,
    /// One TiB that leaves the cluster; absent = not known, and counted by its volume alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 1_000_000_000))]
    pub egress_tib: Option<i64>,
}

/// What storage of one class costs.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StorageCost {
    /// The storage class, as this cluster calls it.
    #[schemars(length(min = 1, max = 253))]
    pub class: String,
    /// One TiB for a month: a GiB often costs a fraction of a cent.
    #[schemars(range(min = 0, max = 1_000_000_000))]
    pub tib_month: i64,
}

/// What one piece of an extended resource costs.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DeviceCost {
    /// Its name, as nodes have it: nvidia.com/gpu.
    #[schemars(length(min = 1, max = 317))]
    pub resource: String,
    /// One piece for a month.
    #[schemars(range(min = 0, max = 1_000_000_000))]
    pub month: i64,
}
