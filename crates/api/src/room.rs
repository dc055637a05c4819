//! How much room a cluster has beside what its nodes tell, how much of it is kept free.
//!
//! Not here: what is seen of it (`member::Capacity`).
//! Invariant: what nobody has said and nobody can see is unknown, and holds nothing.
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What cannot be seen of a cluster's room, and how it is used.
#[derive(Clone, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RoomSpec {
    /// How much of a resource is kept free; absent = nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 64))]
    #[schemars(extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["resource"]))]
    pub headroom: Vec<Headroom>,
    /// How much storage Workloads may take together, by class. No API tells it: a class that is not here holds
    /// nothing, and no Workload with claims of it is sent here.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 32))]
    #[schemars(extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["class"]))]
    pub storage: Vec<StorageRoom>,
}

/// A part of one resource that no Workload is given.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Headroom {
    /// cpu, memory, pods, an extended resource by its name (nvidia.com/gpu), or storage/CLASS.
    #[schemars(length(min = 1, max = 317))]
    pub resource: String,
    /// In per cent of what there is in all.
    #[schemars(range(min = 0, max = 100))]
    pub percent: i32,
}

/// Storage of one class.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StorageRoom {
    /// The storage class, as this cluster calls it.
    #[schemars(length(min = 1, max = 253))]
    pub class: String,
    /// In GiB, what the claims of Workloads that stand here take included.
    #[schemars(range(min = 0, max = 1_000_000_000))]
    pub gib: i64,
}

impl RoomSpec {
    /// Whether nothing is said.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// A resource beside cpu, memory and pods, as a cluster has it.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OtherRoom {
    /// An extended resource by its name (nvidia.com/gpu), or storage/KIND or storage/CLASS.
    pub resource: String,
    /// What there is: pieces, of storage MiB.
    #[schemars(range(min = 0))]
    pub offered: i64,
    /// What is taken of it.
    #[schemars(range(min = 0))]
    pub requested: i64,
}
