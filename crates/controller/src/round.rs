//! One turn of the daemon: observe, decide, enact, account.
//!
//! Invariant: the part between `Scene::observe` and `Hand::carry_out` is pure.
use std::collections::BTreeMap;
use std::sync::Arc;

use havenmeester_fleet::{Fleet, Tracked};
use havenmeester_migration::{Deps, stop_stale};
use havenmeester_placement::{Contact, Plan, WorkloadId, decide, lint, problems};
use tracing::{error, info, warn};

use crate::admission;
use crate::driver::Driver;
use crate::enact::Hand;
use crate::identity::{self, Identity};
use crate::metrics::{Failure, Metrics};
use crate::reconcile::{self, Turn};
use crate::request;
use crate::scene::{Scene, ended};

/// What stays from round to round. Nothing of it is truth: a new process begins with a new one.
pub(crate) struct Rounds {
    pub(crate) fleet: Fleet,
    pub(crate) hand: Hand,
    pub(crate) driver: Driver,
    pub(crate) deps: Deps,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) namespace: String,
    pub(crate) actor: String,
}

impl Rounds {
    /// Keeps the fleet in step with the hub: also on a standby, so that its view is warm.
    pub(crate) fn follow(&self, scene: &Scene) {
        self.fleet
            .set_members(scene.members.values().map(|m| (**m).clone()).collect());
        self.fleet.cut_off(reconcile::cut_off(scene));
        self.fleet.track(tracked(scene));
        for (name, view) in &scene.fleet {
            let reachable = matches!(view.cluster.contact, Contact::Reachable);
            let age = view
                .reachability
                .last_heartbeat
                .as_ref()
                .map(|t| scene.now.duration_since(t.0).as_secs_f64());
            self.metrics.cluster(name, reachable, age);
        }
    }

    /// One whole turn, as the leader.
    #[tracing::instrument(name = "round", skip_all, fields(workloads = scene.workloads.len(), migrations = scene.migrations.len()))]
    pub(crate) async fn turn(&mut self, scene: &Scene) {
        let identities = identity::resolve(scene);
        let request = request::from_identities(scene, &identities);
        let plan = decide(&request);
        let faults = lint(&request, &plan);
        if !faults.is_empty() {
            // A plan that breaks its own rules is not enacted, not even in part.
            self.metrics.failed(Failure::Lint);
            error!(faults = ?faults, "the plan breaks an invariant; nothing of it is enacted");
            return;
        }
        let problems = problems(&request);
        let turn = Turn {
            scene,
            identities: &identities,
            request: &request,
            plan: &plan,
            problems: &problems,
            namespace: &self.namespace,
            actor: &self.actor,
        };
        let intents = reconcile::all(&turn);
        let sweep = reconcile::stale_copies(&turn);
        self.count(scene, &plan);
        self.hand.carry_out(intents).await;
        self.sweep(scene, &identities, sweep).await;
        self.driver.start(admission::runnable(scene, &identities));
    }

    /// Stops the stale copies on clusters that came back; what is seen stopped leaves the quarantine list.
    async fn sweep(
        &mut self,
        scene: &Scene,
        identities: &BTreeMap<WorkloadId, Identity>,
        due: Vec<(String, WorkloadId)>,
    ) {
        let mut stopped: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (cluster, id) in due {
            let Some(identity) = identities.get(&id) else {
                continue;
            };
            let Ok(member) = self.fleet.member(&cluster).await else {
                continue;
            };
            let target = &identity.target;
            match stop_stale(&member, &target.namespace, &target.match_labels, &self.deps).await {
                Ok(stopping) if stopping.seen => {
                    info!(%cluster, workload = %id, "stale copy seen stopped");
                    stopped.entry(cluster).or_default().push(id.to_string());
                }
                Ok(_) => {}
                Err(error) => {
                    self.metrics.failed(Failure::Move(error.category()));
                    warn!(%cluster, workload = %id, error = %crate::chain::chain(&error), "stopping a stale copy");
                }
            }
        }
        for (cluster, ids) in stopped {
            self.hand.release(scene, &cluster, &ids).await;
        }
    }

    fn count(&self, scene: &Scene, plan: &Plan) {
        let violating = plan
            .decisions
            .values()
            .filter(|d| !d.violations.is_empty())
            .count();
        let moving = scene.moves.values().flatten().filter(|m| !ended(m)).count();
        let int = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
        self.metrics
            .counts(int(plan.decisions.len() - violating), int(violating), int(moving));
    }
}

/// Whose captures are wanted, under which identity.
fn tracked(scene: &Scene) -> BTreeMap<String, Tracked> {
    scene
        .workloads
        .iter()
        .map(|(id, workload)| {
            let target = &workload.spec.target;
            (
                target.namespace.clone(),
                Tracked {
                    workload: id.to_string(),
                    match_labels: target.match_labels.clone(),
                },
            )
        })
        .collect()
}
