//! The single rules of what a cluster must be, and their names.
//!
//! Not here: to which workloads they apply (`policy`), and whether a cluster meets them (`placement`).
use kube::KubeSchema;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Date;

/// The rules of a policy by the names of their fields: what an exemption can loosen.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Rule {
    /// `require.categories`.
    Categories,
    /// `require.seal`.
    Seal,
    /// `require.jurisdictions`.
    Jurisdictions,
    /// `require.regions`.
    Regions,
    /// `require.clusters`.
    Clusters,
    /// `require.haven`.
    Haven,
    /// `require.components`.
    Components,
    /// `require.zonesAtLeast`.
    ZonesAtLeast,
    /// `require.scope`.
    Scope,
    /// `require.coreValues`.
    CoreValues,
    /// `require.notEligible`.
    NotEligible,
    /// `require.standby`.
    Standby,
}

impl Rule {
    /// All of them, in the order in which they are told.
    pub const ALL: [Self; 12] = [
        Self::Categories,
        Self::Seal,
        Self::Jurisdictions,
        Self::Regions,
        Self::Clusters,
        Self::Haven,
        Self::Components,
        Self::ZonesAtLeast,
        Self::Scope,
        Self::CoreValues,
        Self::NotEligible,
        Self::Standby,
    ];

    /// The name of its field.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Categories => "categories",
            Self::Seal => "seal",
            Self::Jurisdictions => "jurisdictions",
            Self::Regions => "regions",
            Self::Clusters => "clusters",
            Self::Haven => "haven",
            Self::Components => "components",
            Self::ZonesAtLeast => "zonesAtLeast",
            Self::Scope => "scope",
            Self::CoreValues => "coreValues",
            Self::NotEligible => "notEligible",
            Self::Standby => "standby",
        }
    }
}

impl std::fmt::Display for Rule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Haven compliance (VNG Realisatie, Haven Compliancy Checker). No checks named: every required check passes.
#[derive(Clone, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct HavenRule {
    /// Only these checks must pass, by the names of the checker (`multiaz`, `rwxvolumes`, `rbac`, ...).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 32), inner(regex(pattern = r"^[a-z]{2,40}$")))]
    #[schemars(extend("x-kubernetes-list-type" = "set"))]
    pub checks: Vec<String>,
}

/// Places of a provider for which the workloads are not eligible, why in law, and until when.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Ineligible {
    /// The Provider.
    #[schemars(length(min = 1, max = 253))]
    pub provider: String,
    /// The law or decision by which they are not, in words.
    #[schemars(length(min = 1, max = 300))]
    pub reason: String,
    /// Up to and including this day; absent = until the policy changes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
}

/// How far apart from its cluster the standby of a workload must be. Nothing asked: another cluster.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StandbyRule {
    /// At another provider: no entity that owns or operates the one owns or operates the other.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub other_provider: bool,
    /// Under another jurisdiction: no country's law reaches both.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub other_jurisdiction: bool,
}

/// The city's seven core values.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, JsonSchema, Ord, PartialEq, PartialOrd, Serialize)]
pub enum CoreValue {
    /// Nobody else can stop it, read it or keep it.
    Autonomy,
    /// Quality, ease of use included.
    Quality,
    /// Cost.
    Cost,
    /// Security and resilience.
    Security,
    /// Innovation.
    Innovation,
    /// Sustainability.
    Sustainability,
    /// Transparency.
    Transparency,
}

impl CoreValue {
    /// All seven.
    pub const ALL: [Self; 7] = [
        Self::Autonomy,
        Self::Quality,
        Self::Cost,
        Self::Security,
        Self::Innovation,
        Self::Sustainability,
        Self::Transparency,
    ];

    /// The name of its field.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Autonomy => "autonomy",
            Self::Quality => "quality",
            Self::Cost => "cost",
            Self::Security => "security",
            Self::Innovation => "innovation",
            Self::Sustainability => "sustainability",
            Self::Transparency => "transparency",
        }
    }
}

impl std::fmt::Display for CoreValue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The least of each core value, 0 to 100, so that no place is chosen that is good at some values and useless at
/// another. A value that nobody has judged of a provider does not meet its floor.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Floors {
    /// Autonomy: 60 for an autonomous cluster and 40 times its sovereignty score.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 100))]
    pub autonomy: Option<i32>,
    /// Quality.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 100))]
    pub quality: Option<i32>,
    /// Cost: 100 is cheapest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 100))]
    pub cost: Option<i32>,
    /// Security and resilience.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 100))]
    pub security: Option<i32>,
    /// Innovation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 100))]
    pub innovation: Option<i32>,
    /// Sustainability.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 100))]
    pub sustainability: Option<i32>,
    /// Transparency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 100))]
    pub transparency: Option<i32>,
}

impl Floors {
    /// The floor of one value.
    pub fn of(&self, value: CoreValue) -> Option<i32> {
        match value {
            CoreValue::Autonomy => self.autonomy,
            CoreValue::Quality => self.quality,
            CoreValue::Cost => self.cost,
            CoreValue::Security => self.security,
            CoreValue::Innovation => self.innovation,
            CoreValue::Sustainability => self.sustainability,
            CoreValue::Transparency => self.transparency,
        }
    }

    /// Those that are set.
    pub fn set(&self) -> impl Iterator<Item = (CoreValue, i32)> {
        CoreValue::ALL
            .into_iter()
            .filter_map(|value| Some((value, self.of(value)?)))
    }

    /// Whether none is set.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Whose laws may reach a cluster.
#[derive(Clone, Debug, Default, Deserialize, Eq, KubeSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[x_kube(validation = ("has(self.only) || has(self.denied)", "name jurisdictions that may reach it, or that may not"))]
pub struct JurisdictionRule {
    /// Only these: country codes (ISO 3166-1 alpha-2), EEA or EU. Absent = any that is not denied.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(min = 1, max = 64), inner(regex(pattern = r"^([A-Z]{2}|EEA)$")))]
    pub only: Vec<String>,
    /// None of these.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(min = 1, max = 64), inner(regex(pattern = r"^([A-Z]{2}|EEA)$")))]
    pub denied: Vec<String>,
}
