//! What a cluster is by the Haven standard, as its MemberCluster's status says it.
//!
//! Not here: evaluating it (`portability::haven`).
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a check came to.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, Ord, PartialEq, PartialOrd, Serialize)]
pub enum HavenOutcome {
    /// It holds.
    Yes,
    /// It does not hold.
    No,
    /// It cannot be seen. Never counts as Yes.
    Unknown,
}

/// The Haven standard: 15 required and 2 suggested checks, and the components of Haven+.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct HavenStatus {
    /// Whether all required checks hold: No as soon as one does not, else Unknown while one cannot be seen.
    pub compliant: HavenOutcome,
    /// When the cluster was looked at; absent = it cannot be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed_at: Option<Time>,
    /// Checks that hold, of all seventeen.
    pub passed: i32,
    /// Checks that do not hold.
    pub failed: i32,
    /// Checks that cannot be seen.
    pub unknown: i32,
    /// Each check, with what it rests on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["name"]))]
    pub checks: Vec<HavenCheck>,
    /// Components of Haven+ that run, or of which a part is there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["name"]))]
    pub components: Vec<HavenComponent>,
    /// The newest result of the official checker that is stored in the cluster; absent = none is seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub official: Option<HavenOfficial>,
}

/// One check.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct HavenCheck {
    /// Its name, as the official checker has it.
    pub name: String,
    /// What it came to.
    pub result: HavenOutcome,
    /// On what that rests.
    pub evidence: String,
}

/// One component of Haven+.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct HavenComponent {
    /// Its name.
    pub name: String,
    /// Yes: it runs; No: only a part of it is there; Unknown: one part is there, the other cannot be seen.
    pub running: HavenOutcome,
    /// Its version, where it tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
}

/// A run of the official checker.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct HavenOfficial {
    /// The checker's version.
    pub version: String,
    /// When it ran; absent = it does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created: Option<Time>,
    /// Its verdict.
    pub compliant: bool,
    /// Names of the checks in which it found otherwise than we do, as `name: official Yes, ours No`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub differences: Vec<String>,
}
