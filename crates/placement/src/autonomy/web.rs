//! All entities and their stakes in each other on one day, as numbers: made once, walked many times.
//!
//! Invariant: every name is looked up once; a walk touches no text.
use std::collections::BTreeMap;

use havenmeester_api::Date;
use havenmeester_api::provider::{Location, ProviderSpec, Right, Stake};

use super::circle;
use super::flaw::{Doubt, Flaw};
use super::holder::{Holder, active};
use super::sentence::shortened;

/// All shares, in basis points.
pub(crate) const WHOLE_BASIS_POINTS: i32 = 10_000;

/// All entities on one day.
pub(crate) struct Web<'a> {
    places: BTreeMap<Holder<'a>, usize>,
    pub(super) entities: Vec<Entity<'a>>,
}

/// One entity. Others are meant by their number.
pub(super) struct Entity<'a> {
    /// The Provider's name, or the name in the stake.
    pub(super) label: &'a str,
    /// The name in the register of companies.
    pub(super) legal_name: &'a str,
    /// Empty when nobody knows the Provider: `doubt` of whoever names it says so.
    pub(super) country: &'a str,
    pub(super) owners: Vec<Owning>,
    pub(super) operators: Vec<usize>,
    pub(super) key_holders: Vec<usize>,
    pub(super) hosted_in: Vec<&'a str>,
    pub(super) supported_from: Vec<&'a str>,
    /// The first thing that is wrong with its own facts.
    pub(super) doubt: Option<Doubt>,
}

/// Who holds how much of an entity.
#[derive(Clone, Copy, Debug)]
pub(super) struct Owning {
    pub(super) owner: usize,
    /// Basis points of the capital.
    pub(super) share: i32,
    /// Basis points of the votes.
    pub(super) votes: i32,
    pub(super) vetoes: bool,
    pub(super) appoints_board: bool,
}

impl<'a> Web<'a> {
    pub(crate) fn on(providers: &'a BTreeMap<String, ProviderSpec>, day: Date) -> Self {
        let mut web = Self {
            places: BTreeMap::new(),
            entities: Vec::with_capacity(providers.len()),
        };
        for (name, spec) in providers {
            web.places.insert(Holder::Provider(name), web.entities.len());
            web.entities.push(Entity {
                legal_name: &spec.legal_name,
                hosted_in: countries(&spec.hosted_in, day),
                supported_from: countries(&spec.supported_from, day),
                ..Entity::bare(name, &spec.country)
            });
        }
        for (at, (name, spec)) in providers.iter().enumerate() {
            let mut doubts = Doubts::of(name);
            let owners = web.owners(spec, day, &mut doubts);
            let operators = web.stakes(&spec.operated_by, "spec.operatedBy", day, &mut doubts);
            let key_holders = web.stakes(&spec.keys_held_by, "spec.keysHeldBy", day, &mut doubts);
            let entity = &mut web.entities[at];
            (entity.owners, entity.operators, entity.key_holders) = (owners, operators, key_holders);
            entity.doubt = doubts.first;
        }
        web
    }

    /// Every Provider that is on a circle of owners: its name, the circle as `a > b > a`, and whether nobody outside
    /// owns a part of any of them.
    pub(crate) fn circles(&self) -> Vec<(&'a str, String, bool)> {
        let stakes: Vec<Vec<Owning>> = self.entities.iter().map(|e| e.owners.clone()).collect();
        let mut found = Vec::new();
        let parts = circle::parts(&stakes);
        for part in parts.in_order().filter(|part| part.circular) {
            let names = circle::round(&stakes, part.members);
            let names: Vec<&str> = names.into_iter().map(|at| self.entities[at].label).collect();
            let told = shortened(names.clone(), names.first().copied().unwrap_or_default()).join(" > ");
            let members = part.members.iter().map(|at| self.entities[*at].label);
            found.extend(members.map(|name| (name, told.clone(), part.closed)));
        }
        found
    }

    /// The entity that a Provider describes.
    pub(super) fn provider(&self, name: &str) -> Option<usize> {
        self.places.get(&Holder::Provider(name)).copied()
    }

    fn owners(&mut self, spec: &'a ProviderSpec, day: Date, doubts: &mut Doubts<'_>) -> Vec<Owning> {
        let (mut owners, mut capital, mut votes) = (Vec::new(), 0_i64, 0_i64);
        for (i, stake) in spec.owners.iter().enumerate().filter(|(_, s)| active(s, day)) {
            let at = format!("spec.owners[{i}]");
            let Some(owner) = self.holder(stake, &at, doubts) else {
                continue;
            };
            let share = stake.share_basis_points.unwrap_or(WHOLE_BASIS_POINTS);
            let of_votes = stake.votes_basis_points.unwrap_or(share);
            for (field, said) in [("shareBasisPoints", share), ("votesBasisPoints", of_votes)] {
                if !(0..=WHOLE_BASIS_POINTS).contains(&said) {
                    let flaw = Flaw::NoShare { basis_points: said };
                    doubts.add(&format!("{at}.{field}"), flaw);
                }
            }
            let (share, of_votes) = (within(share), within(of_votes));
            capital += i64::from(share);
            votes += i64::from(of_votes);
            owners.push(Owning {
                owner,
                share,
                votes: of_votes,
                vetoes: stake.rights.contains(&Right::Veto),
                appoints_board: stake.rights.contains(&Right::BoardMajority),
            });
        }
        let most = capital.max(votes);
        if most > i64::from(WHOLE_BASIS_POINTS) {
            doubts.add("spec.owners", Flaw::TooMuch { basis_points: most });
        }
        owners
    }

    fn stakes(&mut self, stakes: &'a [Stake], field: &str, day: Date, doubts: &mut Doubts<'_>) -> Vec<usize> {
        let active = stakes.iter().enumerate().filter(|(_, s)| active(s, day));
        let mut holders = Vec::new();
        for (i, stake) in active {
            holders.extend(self.holder(stake, &format!("{field}[{i}]"), doubts));
        }
        holders
    }

    fn holder(&mut self, stake: &'a Stake, at: &str, doubts: &mut Doubts<'_>) -> Option<usize> {
        let Some(holder) = Holder::of(stake) else {
            doubts.add(at, Flaw::Nameless);
            return None;
        };
        if let Some(known) = self.places.get(&holder) {
            return Some(*known);
        }
        let place = self.entities.len();
        self.entities.push(match &holder {
            Holder::Named { name, country } => Entity::bare(name, country),
            Holder::Provider(name) => Entity::bare(name, ""),
        });
        if let Holder::Provider(name) = holder {
            let flaw = Flaw::NoProvider {
                name: name.to_owned(),
            };
            doubts.add(&format!("{at}.provider"), flaw);
            return Some(place); // not entered: whoever else names it is told as well
        }
        self.places.insert(holder, place);
        Some(place)
    }
}

impl<'a> Entity<'a> {
    fn bare(label: &'a str, country: &'a str) -> Self {
        Self {
            label,
            legal_name: label,
            country,
            owners: Vec::new(),
            operators: Vec::new(),
            key_holders: Vec::new(),
            hosted_in: Vec::new(),
            supported_from: Vec::new(),
            doubt: None,
        }
    }
}

/// The first thing that is wrong with one Provider; one is enough.
struct Doubts<'a> {
    name: &'a str,
    first: Option<Doubt>,
}

impl<'a> Doubts<'a> {
    fn of(name: &'a str) -> Self {
        Self { name, first: None }
    }

    fn add(&mut self, field: &str, flaw: Flaw) {
        if self.first.is_none() {
            self.first = Some(Doubt::at(self.name, field, flaw));
        }
    }
}

fn within(basis_points: i32) -> i32 {
    basis_points.clamp(0, WHOLE_BASIS_POINTS)
}

fn countries(locations: &[Location], day: Date) -> Vec<&str> {
    locations
        .iter()
        .filter(|l| l.since.is_none_or(|since| since <= day) && l.until.is_none_or(|until| day <= until))
        .map(|l| l.country.as_str())
        .collect()
}
