//! How long data takes from a cluster to others and back, as its MemberCluster says it.
//!
//! Not here: what follows when two clusters say other things of each other (`placement`).
//! Invariant: what nobody has said is unknown, and near to nothing.
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Round-trip times to other clusters. Each holds both ways; where two clusters say other things of each other, the larger
/// counts.
#[derive(Clone, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LatencySpec {
    /// To single clusters.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 256))]
    #[schemars(extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["name"]))]
    pub clusters: Vec<RoundTrip>,
    /// To every other cluster of a region, its own included, that is not named by itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 64))]
    #[schemars(extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["name"]))]
    pub regions: Vec<RoundTrip>,
}

/// How long it takes to go there and back.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RoundTrip {
    /// The MemberCluster, or the region.
    #[schemars(length(min = 1, max = 253))]
    pub name: String,
    /// In thousandths of a second, rounded up: what is measured at the 99th percentile, not the best that was seen.
    #[schemars(range(min = 0, max = 60_000))]
    pub milliseconds: i32,
}

impl LatencySpec {
    /// Whether nothing is said.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
