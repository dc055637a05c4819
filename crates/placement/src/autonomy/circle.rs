//! Which owners go round in circles: the strongly connected parts of a web, after Tarjan (SIAM J. Comput. 1, 1972).
//!
//! Invariant: a stack of its own instead of recursion; each stake is looked at once.
use super::web::{Owning, WHOLE_BASIS_POINTS};

/// The parts, owned before owner.
pub(super) struct Parts {
    members: Vec<Vec<usize>>,
    circular: Vec<bool>,
    closed: Vec<bool>,
    /// For each place its part, and its place in that.
    of: Vec<(usize, usize)>,
}

/// Entities that hold each other, or one by itself.
#[derive(Clone, Copy)]
pub(super) struct Part<'a> {
    pub(super) members: &'a [usize],
    /// Whether they go round in a circle.
    pub(super) circular: bool,
    /// Whether all of each of them is held within the circle.
    pub(super) closed: bool,
}

impl Parts {
    /// Every part, each before those that own it.
    pub(super) fn in_order(&self) -> impl Iterator<Item = Part<'_>> {
        let flags = self.circular.iter().zip(&self.closed);
        self.members
            .iter()
            .zip(flags)
            .map(|(members, (circular, closed))| Part {
                members,
                circular: *circular,
                closed: *closed,
            })
    }

    /// Whether two places are in one part.
    pub(super) fn together(&self, a: usize, b: usize) -> bool {
        self.of[a].0 == self.of[b].0
    }

    /// Where a place stands in its part.
    pub(super) fn place_in_part(&self, at: usize) -> usize {
        self.of[at].1
    }
}

/// Finds the parts of what is reached from place 0.
pub(super) fn parts(stakes: &[Vec<Owning>]) -> Parts {
    let mut walk = Walk {
        index: vec![0; stakes.len()],
        low: vec![0; stakes.len()],
        on_stack: vec![false; stakes.len()],
        stack: Vec::new(),
        next: 1,
        parts: Vec::new(),
    };
    for start in 0..stakes.len() {
        if walk.index[start] == 0 {
            walk.from(start, stakes);
        }
    }
    let mut members = walk.parts;
    members.reverse(); // Tarjan finds owners first
    let mut of = vec![(0, 0); stakes.len()];
    for (part, members) in members.iter().enumerate() {
        for (place, at) in members.iter().enumerate() {
            of[*at] = (part, place);
        }
    }
    let circular = |members: &Vec<usize>| match members.as_slice() {
        [one] => stakes[*one].iter().any(|s| s.owner == *one),
        _ => true,
    };
    let circular: Vec<bool> = members.iter().map(circular).collect();
    let held_within = |at: usize| {
        let within = stakes[at].iter().filter(|s| of[s.owner].0 == of[at].0);
        within.map(|s| i64::from(s.share)).sum::<i64>() >= i64::from(WHOLE_BASIS_POINTS)
    };
    let closed = members.iter().zip(&circular);
    let closed = closed.map(|(members, circular)| *circular && members.iter().all(|at| held_within(*at)));
    Parts {
        closed: closed.collect(),
        circular,
        members,
        of,
    }
}

struct Walk {
    /// 0: not seen.
    index: Vec<usize>,
    low: Vec<usize>,
    on_stack: Vec<bool>,
    stack: Vec<usize>,
    next: usize,
    parts: Vec<Vec<usize>>,
}

impl Walk {
    fn from(&mut self, start: usize, stakes: &[Vec<Owning>]) {
        self.enter(start);
        let mut path = vec![(start, 0_usize)];
        while let Some((at, stake)) = path.pop() {
            let Some(owning) = stakes[at].get(stake) else {
                self.leave(at);
                if let Some((before, _)) = path.last() {
                    self.low[*before] = self.low[*before].min(self.low[at]);
                }
                continue;
            };
            path.push((at, stake + 1));
            let owner = owning.owner;
            if self.index[owner] == 0 {
                self.enter(owner);
                path.push((owner, 0));
            } else if self.on_stack[owner] {
                self.low[at] = self.low[at].min(self.index[owner]);
            }
        }
    }

    fn enter(&mut self, at: usize) {
        self.index[at] = self.next;
        self.low[at] = self.next;
        self.next += 1;
        self.stack.push(at);
        self.on_stack[at] = true;
    }

    fn leave(&mut self, at: usize) {
        if self.low[at] != self.index[at] {
            return;
        }
        let mut members = Vec::new();
        while let Some(member) = self.stack.pop() {
            self.on_stack[member] = false;
            members.push(member);
            if member == at {
                break;
            }
        }
        members.reverse(); // as they were met
        self.parts.push(members);
    }
}

/// One way round through a circle, from the first of its members until it closes. No place stands in it twice.
pub(super) fn round(stakes: &[Vec<Owning>], members: &[usize]) -> Vec<usize> {
    let Some(start) = members.first() else {
        return Vec::new();
    };
    let inside: std::collections::BTreeSet<usize> = members.iter().copied().collect();
    // Breadth first from the start back to it: the shortest round.
    let mut before: std::collections::BTreeMap<usize, usize> = std::collections::BTreeMap::new();
    let mut queue = std::collections::VecDeque::from([*start]);
    while let Some(at) = queue.pop_front() {
        for owner in stakes[at].iter().map(|s| s.owner).filter(|o| inside.contains(o)) {
            if owner == *start {
                let mut names = vec![at];
                let mut back = at;
                while let Some(earlier) = before.get(&back) {
                    names.push(*earlier);
                    back = *earlier;
                }
                names.reverse();
                return names;
            }
            if let std::collections::btree_map::Entry::Vacant(place) = before.entry(owner) {
                place.insert(at);
                queue.push_back(owner);
            }
        }
    }
    vec![*start]
}

#[cfg(test)]
mod tests;
