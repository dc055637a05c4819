//! The whole daemon, startable in a test.
//!
//! Invariant: writes only while it leads; ends in order when cancelled: moves first, then the watches, then the Lease.
use std::sync::Arc;
use std::time::Duration;

use havenmeester_fleet::{Clock, Connector, Fleet};
use havenmeester_ledger::Ledger;
use havenmeester_migration::Deps;
use kube::Client;
use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tracing::info;

use crate::driver::Driver;
use crate::enact::Hand;
use crate::events::Publisher;
use crate::lease;
use crate::metrics::Metrics;
use crate::observe::Hub;
use crate::options::Options;
use crate::planning::Planning;
use crate::round::Rounds;
use crate::scene::Scene;
use crate::server;

/// The shortest time between the beginnings of two rounds: changes that come together are seen together.
const QUIET: Duration = Duration::from_millis(50);
/// So many times as long as a round thinks it rests, so that in a storm of changes the moves themselves have most of the
/// machine: they need no round to go on.
const REST: u32 = 5;
/// The longest rest: a loss that is seen just after a round began is decided on after this at the latest.
const LONGEST_REST: Duration = Duration::from_secs(1);

/// Why the daemon could not start.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The address for health and metrics is taken or not ours.
    #[error("listening on {address}")]
    Listen {
        /// The address asked for.
        address: std::net::SocketAddr,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
}

/// Runs until `cancel`. Everything it needs comes in: the hub, the way to members, the time, the store.
pub async fn run(
    hub: Client,
    connector: Arc<dyn Connector>,
    clock: Arc<dyn Clock>,
    ledger: Ledger,
    options: Options,
    cancel: CancellationToken,
) -> Result<(), RunError> {
    let mut tasks = JoinSet::new();
    let watches = CancellationToken::new();
    let metrics = Arc::new(Metrics::new());
    let shelves = Hub::watch(&hub, &mut tasks);
    if let Some(address) = options.listen {
        let listener = server::bind(address)
            .await
            .map_err(|source| RunError::Listen { address, source })?;
        let health = server::serve(listener, shelves.clone(), Arc::clone(&metrics), watches.clone());
        tasks.spawn(health);
    }
    let fleet = Fleet::new(connector, ledger.clone(), Arc::clone(&clock), options.fleet);
    tasks.spawn({
        let (fleet, watches) = (fleet.clone(), watches.clone());
        async move { fleet.run(watches).await }
    });
    let leading = watch::Sender::new(false);
    let lead = leading.subscribe();
    let mut candidacy = JoinSet::new();
    candidacy.spawn(lease::contend(
        hub.clone(),
        Arc::clone(&clock),
        options.namespace.clone(),
        options.identity.clone(),
        options.lease_duration,
        (ledger.clone(), leading),
        watches.clone(),
    ));
    let daemon = Daemon {
        hub,
        shelves,
        fleet,
        ledger,
        clock,
        metrics,
        options,
    };
    daemon.lead(lead, &cancel).await;
    watches.cancel();
    while candidacy.join_next().await.is_some() {} // the Lease is given up
    tasks.shutdown().await;
    Ok(())
}

struct Daemon {
    hub: Client,
    shelves: Hub,
    fleet: Fleet,
    ledger: Ledger,
    clock: Arc<dyn Clock>,
    metrics: Arc<Metrics>,
    options: Options,
}

impl Daemon {
    /// Follows while another leads, works while we do.
    async fn lead(&self, mut lead: watch::Receiver<bool>, cancel: &CancellationToken) {
        while !cancel.is_cancelled() {
            let term = cancel.child_token();
            let now = *lead.borrow_and_update();
            self.metrics.leads(now);
            let work = self.work(now, &term);
            tokio::pin!(work);
            tokio::select! {
                biased; // no chance: one seed, one log
                changed = lead.changed() => {
                    // Not waited for: a round that hangs on the hub must not write when it comes loose, after another
                    // began to lead. What it leaves half-way, whoever leads next finds and takes on.
                    term.cancel();
                    if changed.is_err() {
                        return; // the candidacy is over: so are we
                    }
                }
                () = &mut work => {}
            }
        }
    }

    /// Rounds until `term` ends.
    async fn work(&self, leading: bool, term: &CancellationToken) {
        let moved = Arc::new(Notify::new());
        let mut rounds = self.rounds(Arc::clone(&moved), term);
        let (mut hub, mut fleet) = (self.shelves.changed(), self.fleet.changed());
        while !term.is_cancelled() {
            let begun = Instant::now();
            let rest = self.once(&mut rounds, leading, begun).await;
            tokio::time::sleep_until(begun + rest).await;
            tokio::select! {
                biased; // no chance: one seed, one log
                _ = hub.changed() => {}
                _ = fleet.changed() => {}
                () = moved.notified() => {}
                () = tokio::time::sleep(self.options.tick) => {}
                () = term.cancelled() => {}
            }
        }
        rounds.driver.stop().await;
        info!(leading, "rounds ended");
    }

    /// One round. Returns how long to rest from its beginning; until then nothing of what it saw is held.
    async fn once(&self, rounds: &mut Rounds, leading: bool, begun: Instant) -> Duration {
        let mut scene = Scene::observe(&self.shelves, self.fleet.view(), self.clock.now());
        if !self.shelves.ready() {
            return QUIET;
        }
        rounds.follow(&scene);
        if !leading {
            return QUIET;
        }
        // Only now the fleet has every member that the hub names: in the first round of a process it had none,
        // and a cluster that is missing would be read as one that takes nobody.
        scene.fleet = self.fleet.view();
        let thought = rounds.turn(&scene).await;
        self.metrics.round_took(begun.elapsed().as_secs_f64());
        (thought * REST).clamp(QUIET, LONGEST_REST)
    }

    fn rounds(&self, moved: Arc<Notify>, term: &CancellationToken) -> Rounds {
        let deps = Deps {
            hub: self.hub.clone(),
            fleet: self.fleet.clone(),
            ledger: self.ledger.clone(),
            clock: Arc::clone(&self.clock),
            registries: self.options.registries.clone(),
        };
        let events = Publisher::new(self.hub.clone(), &self.options.identity);
        Rounds {
            fleet: self.fleet.clone(),
            hand: Hand::new(
                self.hub.clone(),
                self.ledger.clone(),
                events,
                Arc::clone(&self.metrics),
            ),
            driver: Driver::new(
                deps.clone(),
                self.shelves.clone(),
                Arc::clone(&self.metrics),
                self.options.concurrent_moves,
                moved,
                term.clone(),
            ),
            deps,
            metrics: Arc::clone(&self.metrics),
            planning: Planning::default(),
            namespace: self.options.namespace.clone(),
            actor: self.options.identity.clone(),
        }
    }
}
