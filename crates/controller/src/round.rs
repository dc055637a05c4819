//! One turn of the daemon: observe, decide, enact, account.
//!
//! Invariant: the part between `Scene::observe` and `Hand::carry_out` is pure.
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use futures::{FutureExt, StreamExt};
use havenmeester_api::Date;
use havenmeester_fleet::{Fleet, Tracked};
use havenmeester_migration::{Deps, stop_stale};
use havenmeester_placement::autonomy::Timeline;
use havenmeester_placement::{Contact, Plan, Reasons, WorkloadId, problems};
use tokio::time::Instant;
use tracing::{error, info, warn};

use crate::admission;
use crate::driver::Driver;
use crate::enact::Hand;
use crate::identity::{self, Identity};
use crate::metrics::{Failure, Metrics};
use crate::planning::Planning;
use crate::reconcile;
use crate::request;
use crate::scene::{Scene, ended};
use crate::turn::Turn;

/// Stale copies looked at at once.
const IN_FLIGHT: usize = 16;
/// How long one round looks at stale copies: a cluster that has just come back may be slow, and the round in which
/// another one is found lost must not wait for it. What is cut short is looked at again.
const SWEEP_AT_MOST: Duration = Duration::from_secs(2);

/// What stays from round to round. Nothing of it is truth: a new process begins with a new one.
pub(crate) struct Rounds {
    pub(crate) fleet: Fleet,
    pub(crate) hand: Hand,
    pub(crate) driver: Driver,
    pub(crate) deps: Deps,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) planning: Planning,
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

    /// One whole turn, as the leader. Returns how long it thought, what it waited for left out.
    #[tracing::instrument(name = "round", skip_all, fields(workloads = scene.workloads.len(), migrations = scene.migrations.len()))]
    pub(crate) async fn turn(&mut self, scene: &Scene) -> Duration {
        let begun = Instant::now();
        let identities = identity::resolve(scene);
        let request = request::from_identities(scene, &identities);
        let (request, plan) = match self.planning.plan(request) {
            Ok(planned) => planned,
            Err(faults) => {
                // A plan that breaks its own rules is not enacted, not even in part.
                self.metrics.failed(Failure::Lint);
                error!(faults = ?faults, "the plan breaks an invariant; nothing of it is enacted");
                return begun.elapsed();
            }
        };
        let (problems, fleet) = (problems(request), &request.fleet);
        let turn = Turn {
            scene,
            identities: &identities,
            request,
            plan,
            timeline: &Timeline::of_a_year(&fleet.providers, &fleet.standard, Date::of(request.now)),
            reasons: &Reasons::of(request, plan),
            problems: &problems,
            namespace: &self.namespace,
            actor: &self.actor,
        };
        let mut intents = reconcile::deeds(&turn);
        let coming = admission::coming(&intents.migrations, &self.hand.refused);
        let mut queue = admission::runnable(scene, &identities, &coming);
        queue.moves.retain(|(_, m)| !reconcile::holds(&turn, m));
        if !self.hand.silence.keeps(queue.urgent, scene.now) {
            reconcile::words(&turn, &mut intents);
        }
        let sweep = reconcile::stale_copies(&turn);
        count(&self.metrics, scene, plan);
        // What may run was written in an earlier round; it does not wait for the writes of this one.
        self.driver.start(queue.moves);
        self.planning.rest();
        let thought = begun.elapsed();
        self.hand.carry_out(intents, scene.now).await;
        self.sweep(scene, &identities, sweep).await;
        thought
    }

    /// Stops the stale copies on clusters that came back; what is seen stopped leaves the quarantine list.
    async fn sweep(
        &mut self,
        scene: &Scene,
        identities: &BTreeMap<WorkloadId, Identity>,
        due: Vec<(String, WorkloadId)>,
    ) {
        let mut looks: Vec<BoxFuture<'_, Option<(String, WorkloadId)>>> = Vec::new();
        for (cluster, id) in due {
            if let Some(identity) = identities.get(&id) {
                looks.push(self.stop(cluster, id, identity).boxed());
            }
        }
        let mut found = futures::stream::iter(looks).buffer_unordered(IN_FLIGHT);
        let until = Instant::now() + SWEEP_AT_MOST;
        let mut stopped: BTreeMap<String, Vec<String>> = BTreeMap::new();
        while let Ok(Some(one)) = tokio::time::timeout_at(until, found.next()).await {
            if let Some((cluster, id)) = one {
                stopped.entry(cluster).or_default().push(id.to_string());
            }
        }
        drop(found);
        for (cluster, ids) in stopped {
            self.hand.release(scene, &cluster, &ids).await;
        }
    }

    /// One look at one stale copy; who it is when it was seen stopped.
    async fn stop(
        &self,
        cluster: String,
        id: WorkloadId,
        identity: &Identity,
    ) -> Option<(String, WorkloadId)> {
        let member = self.fleet.member(&cluster).await.ok()?;
        let target = &identity.target;
        match stop_stale(
            &member,
            &id.to_string(),
            &target.namespace,
            &target.match_labels,
            &self.deps,
        )
        .await
        {
            Ok(stopping) if stopping.seen => {
                info!(%cluster, workload = %id, "stale copy seen stopped");
                Some((cluster, id))
            }
            Ok(_) => None,
            Err(error) => {
                self.metrics.failed(Failure::Move(error.category()));
                warn!(%cluster, workload = %id, error = %crate::chain::chain(&error), "stopping a stale copy");
                None
            }
        }
    }
}

fn count(metrics: &Metrics, scene: &Scene, plan: &Plan) {
    let violating = plan
        .decisions
        .values()
        .filter(|d| !d.violations.is_empty())
        .count();
    let moving = scene.moves.values().flatten().filter(|m| !ended(m)).count();
    let int = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    metrics.counts(int(plan.decisions.len() - violating), int(violating), int(moving));
}

/// Whose captures are wanted, and of what.
fn tracked(scene: &Scene) -> BTreeMap<String, Tracked> {
    // The owner of a target, not one that merely names it too: captures would bear the wrong name.
    identity::owners(scene)
        .into_iter()
        .map(|(target, id)| {
            let tracked = Tracked {
                namespace: target.namespace.clone(),
                match_labels: target.match_labels.clone(),
            };
            (id.to_string(), tracked)
        })
        .collect()
}
