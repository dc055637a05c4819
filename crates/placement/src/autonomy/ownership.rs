//! Who controls an entity through shares and votes, directly and through chains and circles of owners.
//!
//! The rule is that of SecNumCloud 3.2, section 19.6 (ANSSI): holders from outside the EU keep, each, at most 24% of
//! the capital or votes, and together at most 39%. Here the EEA stands for the EU, and the individual limit also says
//! from which share on the law of an owner within the EEA counts. The limits are the AutonomyStandard's.
//! Capital is multiplied along a chain. Votes are multiplied too, but whoever has more than half of an entity's votes,
//! or appoints its board, casts all the votes that it has in others (as in Directive 2004/109/EC, article 10 (e)).
//! What no stake accounts for is taken as dispersed.
//! Not here: vetoes and board seats as a relation of their own (`autonomy`).
//! Invariant: no text is compared, nothing recurses; the work is bounded (`spread`).
use std::collections::{BinaryHeap, VecDeque};

use havenmeester_api::provider::Relation;

use super::circle::{self, Parts};
use super::flaw::{Doubt, Flaw};
use super::sentence::{Link, shortened};
use super::spread::{Flow, Spread, WHOLE, of};
use super::standard::Standard;
use super::web::{Owning, Web};

/// All direct and indirect owners of one entity, the entity itself first, then the nearest.
pub(super) struct Closure {
    pub(super) owners: Vec<Owner>,
    /// Why the shares cannot be trusted.
    pub(super) unclear: Option<Doubt>,
    /// Owners that go round in a circle: the first that was met, as `a > b > a`.
    pub(super) circle: Option<String>,
}

/// One of them.
pub(super) struct Owner {
    /// Its number in the web.
    pub(super) entity: usize,
    /// Whether its law reaches the entity.
    pub(super) controls: bool,
    /// The strongest chain: the owner before it, and how it holds that one.
    through: Option<(usize, Relation, i32)>,
}

/// The part of a web that one entity's owners are.
struct Near {
    /// Numbers in the web, the nearest first.
    entities: Vec<usize>,
    /// Stakes among them; `owner` is a place in `entities`.
    stakes: Vec<Vec<Owning>>,
}

/// Follows the owners of an entity, theirs, and so on.
pub(super) fn closure(root: usize, web: &Web<'_>, standard: &Standard<'_>) -> Closure {
    let near = Near::of(root, web);
    let parts = circle::parts(&near.stakes);
    let outside: Vec<bool> = near
        .entities
        .iter()
        .map(|e| standard.is_outside(web.entities[*e].country))
        .collect();
    let spread = |flow, stop: Option<&[bool]>| Spread::of(&near.stakes, &parts, flow, stop);
    let capital = spread(Flow::Capital, None);
    let votes = spread(Flow::Votes, None);
    let limit = standard.collective();
    let together = [Flow::Capital, Flow::Votes]
        .into_iter()
        .any(|flow| spread(flow, Some(&outside)).together(&outside) > limit);
    let strongest = strongest(&near);
    let individual = standard.individual();
    let owners = near.entities.iter().enumerate().map(|(at, entity)| {
        let (share, voting) = (capital.held(at), votes.held(at));
        let alone = share > individual || voting > individual;
        let jointly = together && outside[at] && (share > 0 || voting > 0);
        Owner {
            entity: *entity,
            controls: at == 0 || ((alone || jointly) && !web.entities[*entity].country.is_empty()),
            through: strongest[at],
        }
    });
    let doubt = near.entities.iter().find_map(|e| web.entities[*e].doubt.clone());
    let (circle, trouble) = circles(&near, &parts, capital.solved && votes.solved, web);
    Closure {
        owners: owners.collect(),
        unclear: doubt.or(trouble),
        circle,
    }
}

impl Closure {
    /// The owners whose law reaches the entity, itself first, then the nearest: their places.
    pub(super) fn controlling(&self) -> impl Iterator<Item = usize> {
        (0..self.owners.len()).filter(|at| self.owners[*at].controls)
    }

    /// The links from the entity, itself left out, to one of its owners.
    pub(super) fn chain<'a>(&self, at: usize, web: &Web<'a>) -> Vec<Link<'a>> {
        let mut links = Vec::new();
        let mut at = at;
        while let Some((before, relation, share)) = self.owners[at].through {
            let entity = &web.entities[self.owners[at].entity];
            links.push(Link {
                label: entity.label,
                legal_name: entity.legal_name,
                relation,
                share: Some(share),
            });
            at = before;
        }
        links.reverse();
        links
    }
}

impl Near {
    fn of(root: usize, web: &Web<'_>) -> Self {
        let mut place = vec![usize::MAX; web.entities.len()];
        let (mut entities, mut stakes) = (vec![root], Vec::new());
        place[root] = 0;
        let mut queue = VecDeque::from([root]);
        while let Some(entity) = queue.pop_front() {
            let mut near = web.entities[entity].owners.clone();
            for stake in &mut near {
                if place[stake.owner] == usize::MAX {
                    place[stake.owner] = entities.len();
                    entities.push(stake.owner);
                    queue.push_back(stake.owner);
                }
                stake.owner = place[stake.owner];
            }
            stakes.push(near);
        }
        Self { entities, stakes }
    }
}

/// For each owner the chain along which the largest part of the entity is held: shares multiplied, never added.
fn strongest(near: &Near) -> Vec<Option<(usize, Relation, i32)>> {
    let mut best = vec![0_u64; near.entities.len()];
    let mut through = vec![None; near.entities.len()];
    let mut done = vec![false; near.entities.len()];
    // Of equal parts the one with fewer links, then the nearer one.
    let mut queue = BinaryHeap::from([(WHOLE, std::cmp::Reverse((0_usize, 0_usize)))]);
    while let Some((part, std::cmp::Reverse((links, at)))) = queue.pop() {
        if std::mem::replace(&mut done[at], true) {
            continue;
        }
        for stake in &near.stakes[at] {
            let (relation, share) = if stake.votes > stake.share {
                (Relation::Votes, stake.votes)
            } else {
                (Relation::Owns, stake.share)
            };
            let next = of(part, share);
            let better = next > best[stake.owner] || through[stake.owner].is_none();
            if stake.owner != 0 && !done[stake.owner] && better {
                best[stake.owner] = next;
                through[stake.owner] = Some((at, relation, share));
                queue.push((next, std::cmp::Reverse((links + 1, stake.owner))));
            }
        }
    }
    through
}

/// The first circle; and what is wrong with one that nobody outside owns a part of, or that was not worked out.
fn circles(near: &Near, parts: &Parts, solved: bool, web: &Web<'_>) -> (Option<String>, Option<Doubt>) {
    let label = |at: usize| web.entities[near.entities[at]].label;
    let told = |members: &[usize]| {
        let names = circle::round(&near.stakes, members);
        let names: Vec<&str> = names.into_iter().map(label).collect();
        let first = names.first().copied().unwrap_or_default();
        (first, shortened(names.clone(), first).join(" > "))
    };
    let mut first = None;
    for part in parts.in_order().filter(|part| part.circular) {
        let (name, names) = told(part.members);
        if part.closed {
            let flaw = Flaw::ClosedCircle { names: names.clone() };
            let why = Doubt::at(name, "spec.owners", flaw);
            return (Some(names), Some(why));
        }
        first.get_or_insert((name, names));
    }
    match first {
        Some((name, names)) if !solved => {
            let flaw = Flaw::UnsolvedCircle { names: names.clone() };
            let why = Doubt::at(name, "spec.owners", flaw);
            (Some(names), Some(why))
        }
        Some((_, names)) => (Some(names), None),
        None => (None, None),
    }
}

#[cfg(test)]
mod tests;
