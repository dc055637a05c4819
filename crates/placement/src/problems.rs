//! What is wrong with providers, clusters and policies: for their `Valid` conditions and for files.
//!
//! Each problem names the object and the field and says what would be right. What can be told of one object alone
//! (its schema) is refused by the API server; here stands what takes more than one.
//! Invariant: linear in the number of stakes; never in the way of a decision.
use havenmeester_api::Date;
use havenmeester_api::provider::{ProviderSpec, Relation, Stake};
use serde::Serialize;

use crate::autonomy::holder::{Holder, active};
use crate::autonomy::web::Web;
use crate::autonomy::{Flaw, WHOLE_BASIS_POINTS, field};
use crate::place::{Place, places};
use crate::request::{Request, WorkloadId};

mod exemptions; // who is exempt from what
mod policies; // policies by themselves and together
mod shadow; // whether one rule asks as much as another
mod standard; // the measure of autonomy
mod uses; // who uses whose data
mod wrong; // what is wrong, as data and in words

pub use wrong::{Example, Wrong};

/// Something that is wrong with an object.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Problem {
    /// Which object.
    pub object: Object,
    /// Which field, as a path.
    pub field: String,
    /// What is wrong, and what would be right.
    pub wrong: Wrong,
    /// What kind of problem it is.
    pub reason: Reason,
}

/// What kind of problem it is.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
pub enum Reason {
    /// The object cannot be used as it is.
    Invalid,
    /// No cluster can satisfy the policy, by itself or together with others.
    Unsatisfiable,
    /// Another policy asks at least as much of the same workloads.
    Shadowed,
    /// The policy chooses nobody.
    Unused,
    /// It can be used, and somebody should know.
    Noted,
}

impl Reason {
    /// Whether the object cannot be used as it is: then its Valid condition is False.
    pub fn is_wrong(self) -> bool {
        matches!(self, Self::Invalid)
    }
}

/// An object of ours.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
pub enum Object {
    /// A Provider.
    Provider(String),
    /// A MemberCluster.
    MemberCluster(String),
    /// A PlacementPolicy.
    PlacementPolicy(String),
    /// The AutonomyStandard that counts.
    AutonomyStandard(String),
    /// An Exemption.
    Exemption(WorkloadId),
    /// A Workload.
    Workload(WorkloadId),
}

impl std::fmt::Display for Object {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Provider(name) => write!(f, "Provider/{name}"),
            Self::MemberCluster(name) => write!(f, "MemberCluster/{name}"),
            Self::PlacementPolicy(name) => write!(f, "PlacementPolicy/{name}"),
            Self::AutonomyStandard(name) => write!(f, "AutonomyStandard/{name}"),
            Self::Exemption(id) => write!(f, "Exemption/{}", id.name),
            Self::Workload(id) => write!(f, "Workload/{}", id.name),
        }
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}, {}: {}", self.object, self.field, self.wrong)
    }
}

/// Everything that is wrong, sorted by object.
pub fn problems(request: &Request) -> Vec<Problem> {
    let places = places(request);
    let mut all: Vec<Problem> = Vec::new();
    for (name, spec) in &request.fleet.providers {
        all.extend(of_provider(request, name, spec));
    }
    all.extend(circles(request));
    all.extend(standard::of_standard(&request.fleet.standard));
    for place in places.iter().filter(|place| !place.provider_known) {
        let flaw = Flaw::NoProvider {
            name: place.view.provider.clone(),
        };
        all.push(problem(
            Object::MemberCluster(place.name.to_owned()),
            "spec.provider",
            flaw,
        ));
    }
    all.extend(places.iter().flat_map(|place| far_from_nobody(request, place)));
    all.extend(policies::of_policies(request, &places));
    all.extend(exemptions::of_exemptions(request));
    all.extend(uses::of_workloads(request));
    all.sort_by_cached_key(|problem| {
        let Problem {
            object,
            field,
            wrong,
            reason,
        } = problem;
        (object.clone(), field.clone(), wrong.to_string(), *reason)
    });
    all
}

/// Round-trip times to clusters that are not there (yet).
fn far_from_nobody(request: &Request, place: &Place<'_>) -> Vec<Problem> {
    let named = place.view.latency.clusters.keys();
    let unknown = named.filter(|name| !request.fleet.clusters.contains_key(*name));
    let told = |name: &String| {
        let object = Object::MemberCluster(place.name.to_owned());
        note(
            object,
            "spec.latency.clusters",
            Wrong::NoCluster { name: name.clone() },
        )
    };
    unknown.map(told).collect()
}

fn problem(object: Object, field: impl Into<String>, wrong: impl Into<Wrong>) -> Problem {
    Problem {
        object,
        field: field.into(),
        wrong: wrong.into(),
        reason: Reason::Invalid,
    }
}

fn note(object: Object, field: impl Into<String>, wrong: impl Into<Wrong>) -> Problem {
    Problem {
        reason: Reason::Noted,
        ..problem(object, field, wrong)
    }
}

/// Who owns itself in the end. What can be worked out is only told.
fn circles(request: &Request) -> Vec<Problem> {
    let web = Web::on(&request.fleet.providers, Date::of(request.now));
    let told = |(name, names, is_closed): (&str, String, bool)| {
        let object = Object::Provider(name.to_owned());
        if is_closed {
            return problem(object, "spec.owners", Flaw::ClosedCircle { names });
        }
        note(object, "spec.owners", Wrong::Circle { names })
    };
    web.circles().into_iter().map(told).collect()
}

fn of_provider(request: &Request, name: &str, spec: &ProviderSpec) -> Vec<Problem> {
    let today = Date::of(request.now);
    let mut found = Vec::new();
    let stakes = [
        (Relation::Owns, &spec.owners),
        (Relation::Operates, &spec.operated_by),
        (Relation::HoldsKeys, &spec.keys_held_by),
    ];
    for (relation, stakes) in stakes {
        for (i, stake) in stakes.iter().enumerate() {
            let at = format!("{}[{i}]", field(relation));
            found.extend(of_stake(request, stake, &at));
        }
    }
    found.extend(too_much_on_a_day(spec, today));
    found.extend(overlapping(spec));
    let object = || Object::Provider(name.to_owned());
    found
        .into_iter()
        .map(|(at, why)| problem(object(), at, why))
        .collect()
}

/// The first day from today on on which the shares of its owners add up to more than all of it.
fn too_much_on_a_day(spec: &ProviderSpec, today: Date) -> Option<(String, Wrong)> {
    let begins = spec.owners.iter().filter_map(|stake| stake.since);
    let mut days: Vec<Date> = begins.filter(|day| *day > today).chain([today]).collect();
    days.sort_unstable();
    days.dedup();
    let sum = |day: Date, of: &dyn Fn(&Stake) -> i32| -> i64 {
        let held = spec
            .owners
            .iter()
            .filter(|stake| active(stake, day) && Holder::of(stake).is_some());
        held.map(|stake| i64::from(of(stake))).sum()
    };
    let capital = |stake: &Stake| stake.share_basis_points.unwrap_or(WHOLE_BASIS_POINTS);
    let votes = |stake: &Stake| stake.votes_basis_points.unwrap_or_else(|| capital(stake));
    days.into_iter().find_map(|day| {
        let most = sum(day, &capital).max(sum(day, &votes));
        let flaw = Flaw::TooMuch { basis_points: most };
        let wrong = if day == today {
            Wrong::Facts(flaw)
        } else {
            Wrong::FactsFrom { on: day, flaw }
        };
        (most > i64::from(WHOLE_BASIS_POINTS)).then(|| (field(Relation::Owns).to_owned(), wrong))
    })
}

/// Two stakes of one holder in one list that hold on the same day.
fn overlapping(spec: &ProviderSpec) -> Option<(String, Wrong)> {
    let lists = [
        (Relation::Owns, &spec.owners),
        (Relation::Operates, &spec.operated_by),
        (Relation::HoldsKeys, &spec.keys_held_by),
    ];
    lists.into_iter().find_map(|(relation, stakes)| {
        (0..stakes.len()).find_map(|later| {
            let holder = Holder::of(&stakes[later])?;
            let same = |earlier: &usize| {
                let other = &stakes[*earlier];
                let apart = |a: &Stake, b: &Stake| matches!((a.until, b.since), (Some(until), Some(since)) if until < since);
                Holder::of(other).as_ref() == Some(&holder)
                    && !apart(other, &stakes[later])
                    && !apart(&stakes[later], other)
            };
            let earlier = (0..later).find(same)?;
            let list = field(relation);
            Some((
                format!("{list}[{later}].since"),
                Wrong::Overlap {
                    holder: holder.to_string(),
                    with: format!("{list}[{earlier}]"),
                },
            ))
        })
    })
}

/// The first thing that is wrong with a stake, in the field where it is.
fn of_stake(request: &Request, stake: &Stake, at: &str) -> Option<(String, Wrong)> {
    match Holder::of(stake) {
        None => return Some((at.to_owned(), Flaw::Nameless.into())),
        Some(Holder::Provider(name)) if !request.fleet.providers.contains_key(name) => {
            let flaw = Flaw::NoProvider {
                name: name.to_owned(),
            };
            return Some((format!("{at}.provider"), flaw.into()));
        }
        Some(_) => {}
    }
    let said = [
        ("shareBasisPoints", stake.share_basis_points),
        ("votesBasisPoints", stake.votes_basis_points),
    ];
    for (field, said) in said {
        if let Some(said) = said.filter(|said| !(0..=WHOLE_BASIS_POINTS).contains(said)) {
            let flaw = Flaw::NoShare { basis_points: said };
            return Some((format!("{at}.{field}"), flaw.into()));
        }
    }
    match (stake.since, stake.until) {
        (Some(since), Some(until)) if until < since => {
            Some((format!("{at}.until"), Wrong::NeverHolds { since, until }))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests;
