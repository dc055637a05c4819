//! A legal entity, whether it runs clusters or only owns an entity that does.
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use kube::{CustomResource, KubeSchema};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Date;

/// What the entity is, who owns and operates it, and who holds the keys.
#[derive(Clone, CustomResource, Debug, Deserialize, Eq, KubeSchema, PartialEq, Serialize)]
#[kube(
    group = "havenmeester.dev",
    version = "v1alpha1",
    kind = "Provider",
    plural = "providers",
    shortname = "hmprov",
    category = "havenmeester",
    status = "ProviderStatus",
    derive = "PartialEq",
    doc = "A legal entity that runs clusters, or owns, operates or holds the keys of one that does.",
    printcolumn(name = "Country", type_ = "string", json_path = ".spec.country"),
    printcolumn(name = "Category", type_ = "string", json_path = ".spec.category"),
    printcolumn(name = "SEAL", type_ = "integer", json_path = ".status.seal"),
    printcolumn(
        name = "Jurisdictions",
        type_ = "string",
        json_path = ".status.jurisdictionSummary"
    ),
    printcolumn(
        name = "Autonomous",
        type_ = "string",
        json_path = ".status.conditions[?(@.type=='Autonomous')].status"
    ),
    printcolumn(name = "Age", type_ = "date", json_path = ".metadata.creationTimestamp")
)]
#[serde(rename_all = "camelCase")]
#[x_kube(
    validation = ("!has(self.owners) || self.owners.filter(o, !has(o.since) && !has(o.until)).map(o, has(o.shareBasisPoints) ? o.shareBasisPoints : 10000).sum() <= 10000", "spec.owners: the shares that hold always add up to more than 10000 basis points (100%)"),
    validation = ("!has(self.sovereignty) || self.sovereignty.all(a, self.sovereignty.exists_one(b, b.objective == a.objective))", "spec.sovereignty: each objective may stand once"),
    validation = ("(!has(self.operatedBy) || self.operatedBy.all(o, !has(o.rights) && !has(o.votesBasisPoints))) && (!has(self.keysHeldBy) || self.keysHeldBy.all(k, !has(k.rights) && !has(k.votesBasisPoints)))", "votes and rights are of owners: write them in spec.owners")
)]
pub struct ProviderSpec {
    /// The name in the register of companies.
    #[schemars(length(min = 1, max = 200))]
    pub legal_name: String,
    /// Where it is established: ISO 3166-1 alpha-2.
    #[schemars(regex(pattern = r"^[A-Z]{2}$"))]
    pub country: String,
    /// What kind of offer it is; absent for an entity that only owns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<Category>,
    /// Who holds its shares.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 64))]
    pub owners: Vec<Stake>,
    /// Who runs it day to day, when that is not the entity itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 32))]
    pub operated_by: Vec<Stake>,
    /// Who can decrypt, when that is not the entity itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 32))]
    pub keys_held_by: Vec<Stake>,
    /// Where its hardware stands, when that is not its own country. A MemberCluster that names a country goes before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 32))]
    pub hosted_in: Vec<Location>,
    /// From where people support it with access to what runs there, when that is not its own country.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 32))]
    pub supported_from: Vec<Location>,
    /// Hosts of its container registries: a name, or `*.` and the end of one (`*.azurecr.io`); with a port where it is not
    /// 443. An image from one of them is lost with this provider. Of several providers the longest that fits counts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(
        length(max = 64),
        inner(
            length(min = 1, max = 253),
            regex(pattern = r"^(\*\.)?[a-z0-9]([-a-z0-9.]*[a-z0-9])?(:[0-9]{1,5})?$")
        )
    )]
    #[schemars(extend("x-kubernetes-list-type" = "set"))]
    pub registries: Vec<String>,
    /// Assessment per objective of the EU Cloud Sovereignty Framework (v1.2.1). An objective that is not here
    /// counts as SEAL-0.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 8))]
    pub sovereignty: Vec<Assessment>,
    /// How far the offer meets the city's core values, 0 to 100 each; a value that is not here counts as 50.
    /// Autonomy is not written here: it follows from the rest.
    #[serde(default, skip_serializing_if = "CoreValues::is_empty")]
    pub core_values: CoreValues,
}

/// What kind of offer a provider makes ("wished-for multicloud" of the strategy).
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, Ord, PartialEq, PartialOrd, Serialize)]
pub enum Category {
    /// A public cloud of world-wide scale.
    Hyperscaler,
    /// The same with extra security.
    HyperscalerHardened,
    /// A private cloud in the Netherlands or the EU.
    PrivateEu,
    /// A cloud of government.
    Government,
    /// The organisation's own hardware.
    OnPremises,
}

/// Somebody who owns, operates or holds keys: another Provider, or a name with its country.
#[derive(Clone, Debug, Deserialize, Eq, KubeSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[x_kube(
    validation = ("has(self.provider) != has(self.name)", "name either a provider, or a name with its country"),
    validation = ("has(self.name) == has(self.country)", "a name needs its country, and a provider has its own"),
    validation = ("!has(self.since) || !has(self.until) || self.since <= self.until", "until lies before since")
)]
pub struct Stake {
    /// A Provider object.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 253))]
    pub provider: Option<String>,
    /// A legal or natural entity that has no Provider object.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 200))]
    pub name: Option<String>,
    /// Where that entity is established: ISO 3166-1 alpha-2.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = r"^[A-Z]{2}$"))]
    pub country: Option<String>,
    /// The share in basis points (10000 = 100%); absent = all of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 10000))]
    pub share_basis_points: Option<i32>,
    /// Of an owner: its votes in basis points, where they differ from its share.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 10000))]
    pub votes_basis_points: Option<i32>,
    /// Of an owner: what it may do whatever its share.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 2))]
    #[schemars(extend("x-kubernetes-list-type" = "set"))]
    pub rights: Vec<Right>,
    /// From this day on; absent = always.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Date>,
    /// Up to and including this day; absent = for ever.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
}

/// What a holder may do whatever its share: either makes its law reach the entity (SecNumCloud 3.2, section 19.6).
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, Ord, PartialEq, PartialOrd, Serialize)]
pub enum Right {
    /// It can block decisions.
    Veto,
    /// It appoints more than half of the board.
    BoardMajority,
}

/// A country, and from when to when.
#[derive(Clone, Debug, Deserialize, Eq, KubeSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[x_kube(validation = ("!has(self.since) || !has(self.until) || self.since <= self.until", "until lies before since"))]
pub struct Location {
    /// ISO 3166-1 alpha-2.
    #[schemars(regex(pattern = r"^[A-Z]{2}$"))]
    pub country: String,
    /// From this day on; absent = always.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Date>,
    /// Up to and including this day; absent = for ever.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
}

/// The level reached on one objective.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Assessment {
    /// Which objective.
    pub objective: Objective,
    /// The SEAL level, 0 (none) to 4 (full digital sovereignty).
    #[schemars(range(min = 0, max = 4))]
    pub seal: i32,
    /// What shows it. A claim without evidence counts as SEAL-0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Evidence>,
}

/// The objectives of the EU Cloud Sovereignty Framework.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, Ord, PartialEq, PartialOrd, Serialize)]
pub enum Objective {
    /// Strategic.
    #[serde(rename = "SOV-1")]
    Sov1,
    /// Legal and jurisdictional.
    #[serde(rename = "SOV-2")]
    Sov2,
    /// Data and AI.
    #[serde(rename = "SOV-3")]
    Sov3,
    /// Operational.
    #[serde(rename = "SOV-4")]
    Sov4,
    /// Supply chain.
    #[serde(rename = "SOV-5")]
    Sov5,
    /// Technology.
    #[serde(rename = "SOV-6")]
    Sov6,
    /// Security and compliance.
    #[serde(rename = "SOV-7")]
    Sov7,
    /// Environmental sustainability.
    #[serde(rename = "SOV-8")]
    Sov8,
}

impl Objective {
    /// All eight, in order.
    pub const ALL: [Self; 8] = [
        Self::Sov1,
        Self::Sov2,
        Self::Sov3,
        Self::Sov4,
        Self::Sov5,
        Self::Sov6,
        Self::Sov7,
        Self::Sov8,
    ];
}

impl std::fmt::Display for Objective {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SOV-{}", *self as u8 + 1)
    }
}

/// Where an assessment is written down.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Evidence {
    /// The document.
    #[schemars(length(min = 1, max = 500))]
    pub reference: String,
    /// When it was made.
    pub date: Date,
}

/// How far an offer meets each core value of the city, 0 to 100. Absent = 50: nobody has judged.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CoreValues {
    /// Quality, ease of use included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 100))]
    pub quality: Option<i32>,
    /// Cost: 100 is cheapest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 100))]
    pub cost: Option<i32>,
    /// Security and resilience.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 100))]
    pub security: Option<i32>,
    /// Innovation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 100))]
    pub innovation: Option<i32>,
    /// Sustainability.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 100))]
    pub sustainability: Option<i32>,
    /// Transparency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 100))]
    pub transparency: Option<i32>,
}

impl CoreValues {
    /// Whether nobody has judged any of them.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// What follows from the entity's facts.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ProviderStatus {
    /// The generation of the spec that this speaks of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed_generation: Option<i64>,
    /// Every country whose law reaches it, and through whom.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub jurisdictions: Vec<Jurisdiction>,
    /// The countries of `jurisdictions`, joined by commas, for `kubectl get`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jurisdiction_summary: Option<String>,
    /// The overall SEAL level: the minimum over the objectives, never an average.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seal: Option<i32>,
    /// The sovereignty score in basis points (10000 = 100%): it ranks what passed the gate of the SEAL.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score_basis_points: Option<i32>,
    /// The version of the weights in the score.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weights: Option<String>,
    /// What counts of each assessment, and why.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["objective"]))]
    pub objectives: Vec<ObjectiveStatus>,
    /// Dated facts that will change which laws reach it, or its SEAL, within a year.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["on"]))]
    pub changes: Vec<AutonomyChange>,
    /// Valid, Autonomous.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<Condition>,
}

/// A country whose law reaches an entity.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Jurisdiction {
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// Through whom, from the entity itself outwards. Of a very long chain the middle is left out.
    pub because: Vec<Because>,
    /// The same in a sentence, with the names in the register of companies.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
}

/// What counts of the assessment of one objective.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ObjectiveStatus {
    /// Which.
    pub objective: Objective,
    /// The level that counts.
    pub seal: i32,
    /// The level that is claimed; absent = none is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claimed: Option<i32>,
    /// Why that level counts.
    pub reason: Standing,
    /// The last day on which its evidence counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<Date>,
}

/// How a claim stands.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, Ord, PartialEq, PartialOrd, Serialize)]
pub enum Standing {
    /// Evidence shows it.
    Shown,
    /// Nobody has assessed it.
    NotAssessed,
    /// It is claimed, and nothing shows it.
    NoEvidence,
    /// Its evidence bears a date that is yet to come.
    NotYet,
    /// Its evidence is too old.
    Stale,
}

/// What follows from a dated fact.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AutonomyChange {
    /// From this day on.
    pub on: Date,
    /// Laws that will reach it and do not today.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gains: Vec<Jurisdiction>,
    /// Countries whose law reaches it today and will not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub loses: Vec<String>,
    /// The overall SEAL from then on.
    pub seal: i32,
    /// Whether it will be autonomous.
    pub autonomous: bool,
}

/// One link of the chain by which a law reaches an entity.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Because {
    /// Who.
    pub entity: String,
    /// What it is to the one before it.
    pub relation: Relation,
    /// The share of capital or votes, for owners.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share_basis_points: Option<i32>,
}

/// What an entity is to another.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, Ord, PartialEq, PartialOrd, Serialize)]
pub enum Relation {
    /// The entity itself: its law is that of its own country.
    Established,
    /// It holds shares.
    Owns,
    /// It holds votes; `shareBasisPoints` is of the votes.
    Votes,
    /// It can block decisions.
    Vetoes,
    /// It appoints more than half of the board.
    AppointsBoard,
    /// It runs it day to day.
    Operates,
    /// It can decrypt.
    HoldsKeys,
    /// The hardware stands there.
    Hosts,
    /// People there support it.
    Supports,
    /// No entity: the middle of a long chain, of which `entity` says how many links it has.
    LeftOut,
}
