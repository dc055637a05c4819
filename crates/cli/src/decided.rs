//! What would be decided now, from the hub or from files.
//!
//! Invariant: the same code decides as in the daemon; nothing is written anywhere.
use std::collections::BTreeMap;
use std::path::PathBuf;

use havenmeester_api::workload::Desired;
use havenmeester_api::{Language, Workload};
use havenmeester_controller::{Scene, build_request, paused};
use havenmeester_fleet::{Clock as _, SystemClock};
use havenmeester_placement::{
    Decision, Explanation, Paused, Plan, Problem, Reasons, Request, WorkloadId, decide, explain_in, problems,
};
use jiff::Timestamp;

use crate::args::Cli;
use crate::files::{self, Faults, Loaded};
use crate::hub;
use crate::objects::Objects;
use crate::scene::{request_from_files, scene_from_files, scene_from_hub};

/// A decision with what it was made from.
pub(crate) struct Decided {
    pub(crate) request: Request,
    pub(crate) plan: Plan,
    /// What is wrong with providers, clusters and policies, or has no effect.
    pub(crate) problems: Vec<Problem>,
    /// Moves that failed so recently that they are left alone.
    paused: BTreeMap<WorkloadId, Paused>,
    /// All objects, as they were read.
    pub(crate) objects: Objects,
}

impl Decided {
    fn of(scene: &Scene, request: Request, problems: Vec<Problem>, objects: Objects) -> Self {
        let plan = decide(&request);
        Self {
            paused: paused(scene, &plan),
            plan,
            problems,
            request,
            objects,
        }
    }

    /// The Workload as it was read.
    pub(crate) fn workload(&self, id: &WorkloadId) -> Option<&Workload> {
        self.objects.workloads.iter().find(|workload| {
            let metadata = &workload.metadata;
            metadata.namespace.as_ref() == Some(&id.namespace) && metadata.name.as_ref() == Some(&id.name)
        })
    }

    /// The decision explained, with what is left alone for now.
    pub(crate) fn explained(
        &self,
        id: &WorkloadId,
        reasons: &Reasons<'_>,
        language: Language,
    ) -> Option<Explanation> {
        let explanation = explain_in(id, reasons, language)?;
        Some(match self.paused.get(id) {
            Some(paused) => explanation.paused(paused, language),
            None => explanation,
        })
    }

    /// Where the daemon wants it, when that is elsewhere than here: it sees how much the workload asks for.
    pub(crate) fn daemon_wants(&self, id: &WorkloadId, here: &Decision) -> Option<&Desired> {
        let wanted = self.workload(id)?.status.as_ref()?.desired.as_ref();
        wanted.filter(|wanted| Some(&wanted.cluster) != here.desired.as_ref())
    }
}

/// From the files when there are any, else from the hub.
pub(crate) async fn decided(cli: &Cli, filenames: &[PathBuf]) -> anyhow::Result<Decided> {
    let now = SystemClock.now();
    if filenames.is_empty() {
        Ok(from_hub(Box::pin(hub::connect(cli).await?.objects()).await?, now))
    } else {
        from_files(filenames, &cli.namespace, now)
    }
}

/// The same twice: as it is, and the request as it would be with other objects in the place of those of the same name.
pub(crate) async fn supposed(
    cli: &Cli,
    filenames: &[PathBuf],
    others: &Loaded,
) -> anyhow::Result<(Decided, Request)> {
    let now = SystemClock.now();
    if filenames.is_empty() {
        let objects = Box::pin(hub::connect(cli).await?.objects()).await?;
        let other = scene_from_hub(objects.clone().with(others.objects.clone()), now);
        return Ok((from_hub(objects, now), build_request(&other)));
    }
    let loaded = files::load(filenames, &cli.namespace)?;
    let mut inventory = loaded.inventory.clone();
    for (cluster, copies) in &others.inventory {
        inventory
            .entry(cluster.clone())
            .or_default()
            .extend(copies.clone());
    }
    let other = scene_from_files(loaded.objects.with(others.objects.clone()), inventory, now);
    Ok((
        from_files(filenames, &cli.namespace, now)?,
        request_from_files(&other),
    ))
}

/// From what the daemon wrote on the hub.
pub(crate) fn from_hub(objects: Objects, now: Timestamp) -> Decided {
    let scene = scene_from_hub(objects.clone(), now);
    let request = build_request(&scene);
    let found = problems(&request);
    Decided::of(&scene, request, found, objects)
}

fn from_files(filenames: &[PathBuf], namespace: &str, now: Timestamp) -> anyhow::Result<Decided> {
    let loaded = files::load(filenames, namespace)?;
    let scene = scene_from_files(loaded.objects.clone(), loaded.inventory.clone(), now);
    let request = request_from_files(&scene);
    let problems = problems(&request);
    let faults = loaded.faults_of(&problems);
    if !faults.is_empty() {
        return Err(Faults(faults).into());
    }
    Ok(Decided::of(&scene, request, problems, loaded.objects))
}
