//! Who controls an entity through its shares, directly and through chains of owners.
//!
//! The rule is that of SecNumCloud 3.2, section 19.6 (ANSSI): holders from outside the EU keep, each, at most 24%
//! of the capital, and together at most 39%. Here the EEA stands for the EU, and the individual limit also says
//! from which share on the law of an owner within the EEA counts. Votes, vetoes and board seats are not modelled.
//! Indirect shares are multiplied, and added where several chains lead to one owner.
//! Invariant: linear in the number of stakes; a circle is found and said, never walked round.
use std::collections::{BTreeMap, VecDeque};

use havenmeester_api::Date;
use havenmeester_api::provider::{Because, ProviderSpec, Relation, Stake};

use super::eea::is_eea;
use super::holder::{Holder, NAMELESS, active};
use super::link;

/// The share up to which one holder does not count, in basis points: 24%. Above it its law reaches the entity.
pub const INDIVIDUAL_LIMIT: i32 = 2_400;
/// The share up to which all holders from outside the EEA together do not count, in basis points: 39%.
pub const COLLECTIVE_LIMIT: i32 = 3_900;

/// All shares, in basis points.
pub(crate) const WHOLE_BASIS_POINTS: i32 = 10_000;
/// All shares as they are multiplied: parts of 10^-9, rounded up, so that rounding never hides an owner.
const WHOLE: u64 = 1_000_000_000;

/// All direct and indirect owners of one entity.
pub(super) struct Closure<'a> {
    /// The entity itself first.
    owners: Vec<Owner<'a>>,
    /// Whether those from outside the EEA are above the collective limit.
    collective: bool,
    /// Why the shares cannot be trusted.
    pub(super) unclear: Option<String>,
}

/// One of them.
pub(super) struct Owner<'a> {
    label: &'a str,
    /// Empty when nobody knows the Provider: `unclear` says so.
    pub(super) country: &'a str,
    share: u64,
    /// The share that came here through owners within the EEA only: what counts towards the collective limit.
    unmixed: u64,
    /// Through whom the largest part of the share came, and that one's own stake.
    through: Option<(usize, i32)>,
    largest: u64,
}

/// An edge: the owner's place, and its share in basis points.
type Edge = (usize, i32);

/// Follows the owners of an entity, theirs, and so on.
pub(super) fn closure<'a>(
    entity: &Holder<'a>,
    providers: &'a BTreeMap<String, ProviderSpec>,
    today: Date,
) -> Closure<'a> {
    let mut graph = Graph::default();
    graph.discover(entity.clone(), providers, today);
    let collective = graph.spread();
    Closure {
        owners: graph.owners,
        collective,
        unclear: graph.unclear,
    }
}

impl<'a> Closure<'a> {
    /// The owners whose law reaches the entity, the nearest first.
    pub(super) fn controlling(&self) -> impl Iterator<Item = &Owner<'a>> {
        let individual = parts(INDIVIDUAL_LIMIT);
        self.owners.iter().skip(1).filter(move |o| {
            let together = self.collective && o.share > 0 && !is_eea(o.country);
            !o.country.is_empty() && (o.share > individual || together)
        })
    }

    /// The links from the entity, itself left out, to one of its owners.
    pub(super) fn chain(&self, owner: &Owner<'a>) -> Vec<Because> {
        let mut links = Vec::new();
        let mut at = owner;
        while let Some((before, share)) = at.through {
            links.push(link(at.label, Relation::Owns, Some(share)));
            at = &self.owners[before];
        }
        links.reverse();
        links
    }
}

#[derive(Default)]
struct Graph<'a> {
    places: BTreeMap<Holder<'a>, usize>,
    owners: Vec<Owner<'a>>,
    edges: Vec<Vec<Edge>>,
    unclear: Option<String>,
}

impl<'a> Graph<'a> {
    fn doubt(&mut self, why: impl FnOnce() -> String) {
        self.unclear.get_or_insert_with(why);
    }

    /// Finds every owner, breadth first, so that the nearest come first.
    fn discover(&mut self, root: Holder<'a>, providers: &'a BTreeMap<String, ProviderSpec>, today: Date) {
        let mut queue = VecDeque::new();
        self.place(root, providers, &mut queue);
        while let Some((at, name, spec)) = queue.pop_front() {
            let mut sum: i64 = 0;
            for (i, stake) in spec.owners.iter().enumerate().filter(|(_, s)| active(s, today)) {
                let Some(holder) = Holder::of(stake) else {
                    self.doubt(|| format!("Provider {name}, spec.owners[{i}]: {NAMELESS}"));
                    continue;
                };
                let share = self.share(name, i, stake);
                sum += i64::from(share);
                if let Holder::Provider(owner) = holder
                    && !providers.contains_key(owner)
                {
                    self.doubt(|| {
                        format!("Provider {name}, spec.owners[{i}].provider: there is no Provider {owner:?}")
                    });
                }
                let owner = self.place(holder, providers, &mut queue);
                self.edges[at].push((owner, share));
            }
            if sum > i64::from(WHOLE_BASIS_POINTS) {
                self.doubt(|| format!("Provider {name}, spec.owners: {}", too_much(sum)));
            }
        }
    }

    fn share(&mut self, name: &str, i: usize, stake: &Stake) -> i32 {
        let said = stake.share_basis_points.unwrap_or(WHOLE_BASIS_POINTS);
        if !(0..=WHOLE_BASIS_POINTS).contains(&said) {
            self.doubt(|| {
                format!(
                    "Provider {name}, spec.owners[{i}].shareBasisPoints: {}",
                    out_of_range(said)
                )
            });
        }
        said.clamp(0, WHOLE_BASIS_POINTS)
    }

    fn place(
        &mut self,
        holder: Holder<'a>,
        providers: &'a BTreeMap<String, ProviderSpec>,
        queue: &mut VecDeque<(usize, &'a str, &'a ProviderSpec)>,
    ) -> usize {
        if let Some(place) = self.places.get(&holder) {
            return *place;
        }
        let place = self.owners.len();
        let label = holder.label();
        let country = match &holder {
            Holder::Named { country, .. } => country,
            Holder::Provider(name) => providers.get(*name).map_or("", |spec| {
                queue.push_back((place, name, spec));
                spec.country.as_str()
            }),
        };
        self.owners.push(Owner {
            label,
            country,
            share: 0,
            unmixed: 0,
            through: None,
            largest: 0,
        });
        self.edges.push(Vec::new());
        self.places.insert(holder, place);
        place
    }

    /// Multiplies and adds the shares, each owner after all that it owns. In a circle there is no such order: then
    /// the nearest goes first, what would flow back into it is left out, and the facts are unclear.
    fn spread(&mut self) -> bool {
        let mut waits_for = vec![0_usize; self.owners.len()];
        for (owner, _) in self.edges.iter().flatten() {
            waits_for[*owner] += 1;
        }
        let mut done = vec![false; self.owners.len()];
        let mut ready = VecDeque::from([0]);
        let mut nearest = 0;
        let (mut outside, mut circle) = (0_u64, false);
        self.owners[0].share = WHOLE;
        self.owners[0].unmixed = WHOLE;
        loop {
            let at = match ready.pop_front() {
                Some(at) => at,
                None if nearest == done.len() => break,
                None => {
                    nearest += 1;
                    nearest - 1
                }
            };
            if std::mem::replace(&mut done[at], true) {
                continue;
            }
            outside += self.hand_on(at, &done, &mut circle);
            for (owner, _) in &self.edges[at] {
                waits_for[*owner] = waits_for[*owner].saturating_sub(1);
                if waits_for[*owner] == 0 {
                    ready.push_back(*owner);
                }
            }
        }
        if circle {
            let names = self.circle();
            let first = names.first().copied().unwrap_or_default();
            self.doubt(|| format!("Provider {first}, spec.owners: {}", round(&names.join(" > "))));
        }
        outside > parts(COLLECTIVE_LIMIT)
    }

    /// Hands the share of one entity on to its owners. Returns what reaches holders outside the EEA for the first
    /// time on its way.
    fn hand_on(&mut self, at: usize, done: &[bool], circle: &mut bool) -> u64 {
        let (share, unmixed) = (self.owners[at].share, self.owners[at].unmixed);
        let mut outside = 0;
        for (owner, basis_points) in &self.edges[at] {
            if done[*owner] {
                *circle = true;
                continue;
            }
            let to = &mut self.owners[*owner];
            let part = of(share, *basis_points);
            to.share = to.share.saturating_add(part).min(WHOLE);
            if to.through.is_none() || part > to.largest {
                to.through = Some((at, *basis_points));
                to.largest = part;
            }
            let clean = of(unmixed, *basis_points);
            if is_eea(to.country) {
                to.unmixed = to.unmixed.saturating_add(clean).min(WHOLE);
            } else {
                outside += clean;
            }
        }
        outside
    }

    /// The first circle that is met from the entity outwards, at most eight of its names, the first one again last.
    fn circle(&self) -> Vec<&'a str> {
        let mut on_path = vec![None; self.owners.len()];
        let mut seen = vec![false; self.owners.len()];
        let mut path = vec![(0_usize, 0_usize)];
        while let Some((at, next)) = path.pop() {
            if next == 0 {
                seen[at] = true;
                on_path[at] = Some(path.len());
            }
            let Some((owner, _)) = self.edges[at].get(next) else {
                on_path[at] = None;
                continue;
            };
            path.push((at, next + 1));
            if let Some(start) = on_path[*owner] {
                let names: Vec<&str> = path[start..]
                    .iter()
                    .map(|(at, _)| self.owners[*at].label)
                    .collect();
                return shortened(names, self.owners[*owner].label);
            }
            if !seen[*owner] {
                path.push((*owner, 0));
            }
        }
        Vec::new()
    }
}

/// At most eight names, and the one with which the circle closes.
pub(crate) fn shortened<'a>(mut names: Vec<&'a str>, closes: &'a str) -> Vec<&'a str> {
    const SHOWN: usize = 8;
    if names.len() > SHOWN {
        names.truncate(SHOWN);
        names.push("...");
    }
    names.push(closes);
    names
}

/// Says that owners go round in a circle.
pub(crate) fn round(names: &str) -> String {
    format!("the owners go round in a circle ({names}); an entity cannot in the end own itself")
}

/// Says that shares add up to too much.
pub(crate) fn too_much(sum: i64) -> String {
    format!("the shares that hold today add up to {sum} basis points; all of them together are 10000 (100%)")
}

/// Says that a share is none.
pub(crate) fn out_of_range(share: i32) -> String {
    format!("{share} is no share; write 0 to 10000 basis points (10000 = 100%)")
}

fn parts(basis_points: i32) -> u64 {
    of(WHOLE, basis_points)
}

fn of(share: u64, basis_points: i32) -> u64 {
    (share * u64::from(basis_points.unsigned_abs())).div_ceil(u64::from(WHOLE_BASIS_POINTS.unsigned_abs()))
}

#[cfg(test)]
mod tests;
