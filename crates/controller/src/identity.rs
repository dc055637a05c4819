//! One Workload is one identity across the fleet: which copies it has, how strict it is, where its home is.
//!
//! Invariant: what cannot be seen is taken from what was persisted; what was never known counts as the strictest.
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use havenmeester_api::labels::Tags;
use havenmeester_api::migration::{Step, StepState};
use havenmeester_api::workload::{CopyState, Mode, Target, WorkloadCopy};
use havenmeester_api::{Criticality, Migration, Sensitivity, Workload};
use havenmeester_placement::{Contact, CopyView, Demand, WorkloadId};

use crate::scene::{Scene, ended, failed, finished, generation};

/// What a Workload is at this moment.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Identity {
    pub(crate) target: Target,
    pub(crate) criticality: Criticality,
    pub(crate) sensitivity: Sensitivity,
    pub(crate) mode: Mode,
    pub(crate) demand: Option<Demand>,
    pub(crate) home: Option<Home>,
    pub(crate) copies: Vec<WorkloadCopy>,
    /// Labels that could not be read, as sentences.
    pub(crate) misread: Vec<String>,
    pub(crate) standing: Standing,
}

/// Where the copy that counts stands, and which move brought it there.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Home {
    pub(crate) cluster: String,
    pub(crate) generation: Option<i64>,
}

/// Whether the Workload takes part in placement.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Standing {
    /// It does.
    Placed,
    /// Its namespace is no longer tagged: nobody's business.
    Untagged,
    /// An older Workload has the same target.
    Duplicate { of: WorkloadId },
}

/// Every Workload's identity.
pub(crate) fn resolve(scene: &Scene) -> BTreeMap<WorkloadId, Identity> {
    let owners = owners(scene);
    scene
        .workloads
        .iter()
        .map(|(id, workload)| (id.clone(), identity(scene, id, workload, &owners)))
        .collect()
}

/// The oldest Workload of each target.
pub(crate) fn owners(scene: &Scene) -> BTreeMap<&Target, &WorkloadId> {
    let mut owners: BTreeMap<&Target, &WorkloadId> = BTreeMap::new();
    let age = |id: &WorkloadId| {
        scene
            .workloads
            .get(id)
            .and_then(|w| w.metadata.creation_timestamp.clone())
    };
    for (id, workload) in &scene.workloads {
        let owner = owners.entry(&workload.spec.target).or_insert(id);
        if age(id) < age(owner) {
            *owner = id;
        }
    }
    owners
}

fn identity(
    scene: &Scene,
    id: &WorkloadId,
    workload: &Arc<Workload>,
    owners: &BTreeMap<&Target, &WorkloadId>,
) -> Identity {
    let target = &workload.spec.target;
    let seen = copies_of(scene, &target.namespace);
    let copies = copies(scene, workload, &seen);
    let home = home(workload, scene.moves_of(id), &copies);
    let tags: Vec<&Tags> = seen.values().filter_map(|c| c.tags.as_ref()).collect();
    let demand = home
        .as_ref()
        .and_then(|h| seen.get(h.cluster.as_str()))
        .or_else(|| seen.values().next())
        .map(|copy| copy.demand.clone());
    let standing = match owners.get(target) {
        Some(owner) if *owner != id => Standing::Duplicate { of: (*owner).clone() },
        Some(_) | None if untagged(scene, workload, home.as_ref(), &seen) => Standing::Untagged,
        Some(_) | None => Standing::Placed,
    };
    Identity {
        target: target.clone(),
        criticality: criticality(workload, &tags),
        sensitivity: sensitivity(workload, &tags),
        mode: mode(workload, &tags),
        demand,
        home,
        copies,
        misread: tags
            .iter()
            .flat_map(|t| t.misread.iter().cloned())
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect(),
        standing,
    }
}

/// What is known of the namespace on each cluster, old knowledge included.
fn copies_of<'a>(scene: &'a Scene, namespace: &str) -> BTreeMap<&'a str, &'a CopyView> {
    scene
        .fleet
        .iter()
        .filter_map(|(cluster, view)| {
            let copy = view.cluster.copies.last()?.get(namespace)?;
            (copy.objects > 0 || copy.tags.is_some()).then_some((cluster.as_str(), copy))
        })
        .collect()
}

/// The copies as the status lists them. A copy on a cluster that does not answer is of unknown state; one that was
/// persisted and whose cluster was never seen since is kept as unknown, not forgotten.
fn copies(scene: &Scene, workload: &Workload, seen: &BTreeMap<&str, &CopyView>) -> Vec<WorkloadCopy> {
    let mut copies: BTreeMap<String, WorkloadCopy> = BTreeMap::new();
    for (cluster, copy) in seen {
        if copy.objects == 0 {
            continue;
        }
        let answers = scene
            .fleet
            .get(*cluster)
            .is_some_and(|v| matches!(v.cluster.contact, Contact::Reachable));
        copies.insert(
            (*cluster).to_owned(),
            WorkloadCopy {
                cluster: (*cluster).to_owned(),
                state: if answers { copy.state } else { CopyState::Unknown },
                objects: i32::try_from(copy.objects).ok(),
            },
        );
    }
    let persisted = workload.status.iter().flat_map(|s| &s.copies);
    for old in persisted {
        let view = scene.fleet.get(&old.cluster);
        let seen = view.is_some_and(|v| v.cluster.copies.last().is_some());
        if !seen && scene.members.contains_key(&old.cluster) {
            copies.entry(old.cluster.clone()).or_insert_with(|| WorkloadCopy {
                state: CopyState::Unknown,
                ..old.clone()
            });
        }
    }
    copies.into_values().collect()
}

/// The strictest of what is written and what the tags say; what was persisted when no tag can be seen.
fn criticality(workload: &Workload, tags: &[&Tags]) -> Criticality {
    let seen = tags.iter().map(|t| t.criticality.level()).max();
    let persisted = workload.status.as_ref().and_then(|s| s.criticality);
    strictest(workload.spec.criticality, seen, persisted)
}

fn sensitivity(workload: &Workload, tags: &[&Tags]) -> Sensitivity {
    let seen = tags.iter().map(|t| t.sensitivity.level()).max();
    let persisted = workload.status.as_ref().and_then(|s| s.sensitivity);
    strictest(workload.spec.sensitivity, seen, persisted)
}

fn mode(workload: &Workload, tags: &[&Tags]) -> Mode {
    let seen = tags.iter().map(|t| t.mode).max();
    let persisted = workload.status.as_ref().and_then(|s| s.mode);
    strictest(workload.spec.mode, seen, persisted)
}

fn strictest<L: Ord + Default>(written: Option<L>, seen: Option<L>, persisted: Option<L>) -> L {
    match (written, seen, persisted) {
        (Some(written), Some(seen), _) => written.max(seen),
        (Some(one), None, None) | (None, Some(one), _) | (None, None, Some(one)) => one,
        (Some(written), None, Some(persisted)) => written.max(persisted),
        (None, None, None) => L::default(), // the default of every level is its strictest
    }
}

/// Where the copy that counts stands. A move takes it there once it has been seen to serve and, where the source
/// answers, once the source has been seen stopped. Without moves: where it was, else where one active copy is seen.
pub(crate) fn home(workload: &Workload, moves: &[Arc<Migration>], copies: &[WorkloadCopy]) -> Option<Home> {
    let status = workload.status.as_ref();
    let mut home = status.and_then(|s| {
        Some(Home {
            cluster: s.cluster.clone()?,
            generation: s.plan_generation,
        })
    });
    for migration in moves {
        let newer = generation(migration) > home.as_ref().and_then(|h| h.generation);
        if newer && has_arrived(migration) {
            home = Some(Home {
                cluster: migration.spec.target.clone(),
                generation: generation(migration),
            });
        }
    }
    home.or_else(|| {
        let active = |state: CopyState| copies.iter().find(move |c| c.state == state);
        active(CopyState::Active)
            .or_else(|| active(CopyState::Unknown))
            .or_else(|| active(CopyState::Stopped))
            .map(|copy| Home {
                cluster: copy.cluster.clone(),
                generation: None,
            })
    })
}

/// Whether the move has brought the workload to its target.
pub(crate) fn has_arrived(migration: &Migration) -> bool {
    let done = |step: Step| {
        migration.status.as_ref().is_some_and(|s| {
            s.steps
                .iter()
                .any(|st| st.name == step && st.state == StepState::Done)
        })
    };
    done(Step::AwaitServing)
        && (!migration.spec.kind.source_answers() || done(Step::StopSource))
        && !done(Step::RestartSource)
}

/// A discovered Workload that stands where it was found, whose home is seen, with labels that can be read, and without a tag.
fn untagged(
    scene: &Scene,
    workload: &Workload,
    home: Option<&Home>,
    seen: &BTreeMap<&str, &CopyView>,
) -> bool {
    use havenmeester_api::labels::ORIGIN;
    use havenmeester_placement::Reach;
    let discovered = workload
        .metadata
        .labels
        .as_ref()
        .is_some_and(|l| l.contains_key(ORIGIN));
    // Where we brought it ourselves, labels may have been lost on the way through a member that hides them.
    let Some(home) = home.filter(|h| h.generation.is_none()) else {
        return false;
    };
    let readable = scene.fleet.get(&home.cluster).is_some_and(|v| {
        matches!(v.cluster.contact, Contact::Reachable) && matches!(v.cluster.reach, Reach::Cluster)
    });
    discovered
        && readable
        && workload.spec.criticality.is_none()
        && seen.get(home.cluster.as_str()).is_some_and(|c| c.tags.is_none())
}

/// The move of a workload that is under way: begun or about to, and not ended. One that failed is under way until it
/// has gone back: another that began meanwhile would find half of it undone.
pub(crate) fn moving(moves: &[Arc<Migration>]) -> Option<&Arc<Migration>> {
    moves.iter().rev().find(|m| !ended(m) || goes_back(m))
}

/// Whether a failed move still takes back what it did.
pub(crate) fn goes_back(migration: &Migration) -> bool {
    failed(migration) && !finished(migration)
}

#[cfg(test)]
mod tests;
