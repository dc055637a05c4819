//! Those that must go, in the order in which they choose, and what each asks, side by side: what is gone over at every
//! change lies close together.
//!
//! Invariant: `asked` runs as `movers` does; both by rank.
use std::collections::BTreeSet;
use std::sync::Arc;

use crate::decide::block::Blocks;
use crate::decide::mover::{Mover, Rank};
use crate::request::WorkloadId;
use crate::stock::Amounts;

/// So many are put in their places one by one; more are sorted together.
const FEW: usize = 64;

/// Each workload that must go otherwise than before; `None`: it need not go any more.
pub(super) type Fresh = Vec<(WorkloadId, Option<Mover>)>;

/// All that must go.
#[derive(Default)]
pub(super) struct Queue {
    movers: Vec<Arc<Mover>>,
    asked: Vec<Amounts>,
}

impl Queue {
    /// Of all, by rank.
    pub(super) fn of(movers: Vec<Arc<Mover>>) -> Self {
        Self {
            asked: movers.iter().map(|mover| mover.asked.clone()).collect(),
            movers,
        }
    }

    /// All of them, by rank.
    pub(super) fn movers(&self) -> &[Arc<Mover>] {
        &self.movers
    }

    /// Each with what it asks.
    pub(super) fn asking(&self) -> impl Iterator<Item = (&Amounts, &Arc<Mover>)> {
        self.asked.iter().zip(&self.movers)
    }

    /// Puts movers in the place of those of the same name.
    pub(super) fn replace(&mut self, blocks: &mut Blocks, fresh: Fresh) {
        let few = fresh.len() <= FEW;
        let mut old: BTreeSet<WorkloadId> = BTreeSet::new();
        let mut new = Vec::new();
        for (id, mover) in fresh {
            let before = blocks.mover(&id).map(Arc::clone);
            if before.as_deref() == mover.as_ref() {
                continue;
            }
            if let Some(before) = before {
                if few {
                    self.remove(&before.rank);
                } else {
                    old.insert(id.clone());
                }
            }
            match mover.map(Arc::new) {
                Some(mover) => {
                    blocks.admit(&mover);
                    new.push(mover);
                }
                None => blocks.dismiss(&id),
            }
        }
        if few {
            for mover in new {
                self.insert(mover);
            }
        } else {
            self.movers.retain(|mover| !old.contains(&mover.rank.id));
            self.movers.extend(new);
            self.movers.sort_by(|a, b| a.rank.cmp(&b.rank));
            *self = Self::of(std::mem::take(&mut self.movers));
        }
    }

    fn remove(&mut self, rank: &Rank) {
        if let Ok(at) = self.movers.binary_search_by(|mover| mover.rank.cmp(rank)) {
            self.movers.remove(at);
            self.asked.remove(at);
        }
    }

    fn insert(&mut self, mover: Arc<Mover>) {
        let at = self.movers.partition_point(|other| other.rank < mover.rank);
        self.asked.insert(at, mover.asked.clone());
        self.movers.insert(at, mover);
    }
}
