//! By what measure autonomy is judged: the limits of control, the jurisdictions that are declared adverse, how long
//! evidence counts, and the weights of the eight objectives.
//!
//! One object, for all policies and all entities: what is true of the world (who controls whom, which government has
//! turned) does not differ from policy to policy, is decided by few, and is dated. What is wanted stays in policies.
//! Not here: the facts about an entity (`provider`), and what a workload requires (`policy`).
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use kube::{CustomResource, KubeSchema};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Date;
use crate::provider::Objective;

/// The one object that counts.
pub const NAME: &str = "default";

/// The measure. Every field has a published default, so that no object is needed.
#[derive(Clone, CustomResource, Debug, Default, Deserialize, Eq, KubeSchema, PartialEq, Serialize)]
#[kube(
    group = "havenmeester.dev",
    version = "v1alpha1",
    kind = "AutonomyStandard",
    plural = "autonomystandards",
    shortname = "hmas",
    category = "havenmeester",
    status = "AutonomyStandardStatus",
    derive = "PartialEq",
    doc = "By what measure autonomy is judged. Only the object named default counts.",
    printcolumn(name = "Adverse", type_ = "string", json_path = ".status.adverseSummary"),
    printcolumn(name = "Weights", type_ = "string", json_path = ".status.weights"),
    printcolumn(
        name = "Valid",
        type_ = "string",
        json_path = ".status.conditions[?(@.type=='Valid')].status"
    ),
    printcolumn(name = "Age", type_ = "date", json_path = ".metadata.creationTimestamp")
)]
#[serde(rename_all = "camelCase")]
pub struct AutonomyStandardSpec {
    /// From which share on a holder controls an entity.
    #[serde(default, skip_serializing_if = "ControlRule::is_default")]
    pub control: ControlRule,
    /// Countries whose law counts as that of a country outside the EEA, whatever they are a member of, and which no
    /// policy can admit where it names jurisdictions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 64))]
    pub adverse: Vec<AdverseJurisdiction>,
    /// How long evidence counts, in days after its date. Absent = 1095 (three years: the longest time between two
    /// reviews of a provider in BIO2, 5.23.01).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 3650))]
    pub evidence_valid_days: Option<i32>,
    /// The overall SEAL below which an entity is not called autonomous, 0 to 4. Absent = 1 (jurisdictional
    /// sovereignty): an entity of which nothing is shown is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 4))]
    pub minimum_seal: Option<i32>,
    /// How the eight objectives count in the score. Absent = the published set `V121`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weights: Option<WeightRule>,
}

/// From which share on a holder controls an entity, and what says so.
#[derive(Clone, Debug, Default, Deserialize, Eq, KubeSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[x_kube(validation = ("has(self.source) || !(has(self.individualBasisPoints) || has(self.collectiveBasisPoints))", "a limit of your own needs its source: name the law, standard or decision that sets it"))]
pub struct ControlRule {
    /// The share of capital or votes up to which one holder does not control, in basis points. Absent = 2400.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 10000))]
    pub individual_basis_points: Option<i32>,
    /// The share of capital or votes up to which all holders from outside the EEA together do not control, in basis
    /// points. Absent = 3900.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 10000))]
    pub collective_basis_points: Option<i32>,
    /// What sets these limits. Absent = `SecNumCloud 3.2, section 19.6`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 200))]
    pub source: Option<String>,
}

impl ControlRule {
    /// Whether nothing is set.
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// A country that is declared adverse.
#[derive(Clone, Debug, Deserialize, Eq, KubeSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[x_kube(validation = ("!has(self.since) || !has(self.until) || self.since <= self.until", "until lies before since"))]
pub struct AdverseJurisdiction {
    /// ISO 3166-1 alpha-2.
    #[schemars(regex(pattern = r"^[A-Z]{2}$"))]
    pub country: String,
    /// Why, and who decided so. Shown wherever it refuses a cluster.
    #[schemars(length(min = 1, max = 200))]
    pub reason: String,
    /// From this day on; absent = always.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Date>,
    /// Up to and including this day; absent = for ever.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
}

/// Which weights count: a published set, or one's own.
#[derive(Clone, Debug, Deserialize, Eq, KubeSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[x_kube(validation = ("has(self.published) != has(self.own)", "name either a published set of weights or your own"))]
pub struct WeightRule {
    /// One of the sets that the European Commission published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published: Option<PublishedWeights>,
    /// A set of one's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub own: Option<OwnWeights>,
}

/// The sets of weights of the EU Cloud Sovereignty Framework.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
pub enum PublishedWeights {
    /// Version 1.2.1 of October 2025.
    #[default]
    V121,
    /// The calculator annex of June 2026.
    Annex2026,
}

/// Weights that are not published: their version, where they are from, and a number per objective.
#[derive(Clone, Debug, Deserialize, Eq, KubeSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[x_kube(
    validation = ("self.objectives.all(a, self.objectives.exists_one(b, b.objective == a.objective))", "each objective may stand once"),
    validation = ("self.objectives.map(o, o.percent).sum() == 100", "the weights add up to 100")
)]
pub struct OwnWeights {
    /// The name of this version: it stands beside every score.
    #[schemars(length(min = 1, max = 63))]
    pub version: String,
    /// What they follow from.
    #[schemars(length(min = 1, max = 200))]
    pub source: String,
    /// The weight of each objective; one that is not here counts 0.
    #[schemars(length(min = 1, max = 8))]
    pub objectives: Vec<ObjectiveWeight>,
}

/// The weight of one objective.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ObjectiveWeight {
    /// Which.
    pub objective: Objective,
    /// In per cent.
    #[schemars(range(min = 0, max = 100))]
    pub percent: i32,
}

/// What counts now.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AutonomyStandardStatus {
    /// The generation of the spec that this speaks of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed_generation: Option<i64>,
    /// The countries that are adverse today, joined by commas.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub adverse_summary: Option<String>,
    /// The version of the weights that count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weights: Option<String>,
    /// Valid.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<Condition>,
}
