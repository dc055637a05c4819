//! One random scenario: an operator outside, two clusters, a network that breaks.

use std::{collections::BTreeMap, time::Duration};

use havenmeester_simulator::{ClusterSpec, Fault, Quality, User, World};
use http::StatusCode;
use kube::Client;
use rand::{RngExt, SeedableRng, rngs::StdRng};
use tokio::time::sleep;

use crate::{
    checker,
    scenario::{self, Kind, Shape, settled},
};

/// Events of one scenario.
const EVENTS: usize = 20;

/// No scenario lasts a simulated day.
const LIMIT: Duration = Duration::from_hours(24);

const CLUSTERS: [&str; 2] = ["azure", "hent"];

/// What came of a scenario.
pub(crate) struct Play {
    pub(crate) log: Vec<String>,
    pub(crate) verdict: Result<(), String>,
}

/// Plays the scenario of this seed in a runtime of its own, whose time is paused.
pub(crate) fn run(seed: u64) -> Play {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build();
    runtime.expect("a runtime").block_on(async {
        let quality = Quality {
            loss_per_mille: 20,
            ..Quality::NEAR
        };
        let mut builder = World::builder().seed(seed);
        for name in CLUSTERS {
            let mut spec = ClusterSpec {
                quality,
                ..ClusterSpec::default()
            };
            spec.nodes.start_jitter = Duration::from_secs(3);
            builder = builder.cluster(name, spec);
        }
        let world = builder.build().await.expect("is built");
        let mut operator = Operator {
            world: &world,
            dice: StdRng::seed_from_u64(seed),
            wanted: BTreeMap::new(),
            checked: BTreeMap::new(),
        };
        let verdict = match tokio::time::timeout(LIMIT, operator.work()).await {
            Ok(verdict) => verdict,
            Err(_) => Err("did not end within a day".to_owned()),
        };
        let log = world.log();
        world.shutdown().await;
        Play { log, verdict }
    })
}

type Place = (&'static str, Kind, String, String);

/// Works from outside, as a hub does: a call may fail, and then nobody knows whether it was done.
struct Operator<'a> {
    world: &'a World,
    dice: StdRng,
    /// What the operator wants, and knows to have been accepted.
    wanted: BTreeMap<String, (Place, Option<Shape>)>,
    /// The version of each cluster that was checked last: what has not changed needs no other look.
    checked: BTreeMap<String, String>,
}

impl Operator<'_> {
    async fn work(&mut self) -> Result<(), String> {
        for _ in 0..EVENTS {
            self.event().await;
            for _ in 0..self.dice.random_range(1..16) {
                // First what came at once, then what comes in time.
                sleep(Duration::from_millis(1)).await;
                self.check().await?;
                sleep(Duration::from_millis(499)).await;
            }
        }
        self.finish().await
    }

    async fn event(&mut self) {
        let cluster = CLUSTERS[self.dice.random_range(0..CLUSTERS.len())];
        match self.dice.random_range(0..10) {
            0 => {
                let faults = [
                    Fault::Partition,
                    Fault::Refuse,
                    Fault::Reset,
                    Fault::Answer(StatusCode::SERVICE_UNAVAILABLE),
                    Fault::Slow(Duration::from_secs(3)),
                ];
                self.world
                    .cut(cluster, faults[self.dice.random_range(0..faults.len())]);
            }
            1 => self.world.heal(cluster),
            2 | 3 => {
                let places: Vec<_> = self.wanted.keys().cloned().collect();
                if !places.is_empty() {
                    let key = places[self.dice.random_range(0..places.len())].clone();
                    self.delete(&key).await;
                }
            }
            _ => {
                let kind = [Kind::Deployment, Kind::Deployment, Kind::StatefulSet, Kind::Job];
                let kind = kind[self.dice.random_range(0..kind.len())];
                let namespace = format!("team-{}", self.dice.random_range(0..2));
                let name = format!("{}-{}", kind.name(), self.dice.random_range(0..3));
                let shape = Shape {
                    replicas: self.dice.random_range(0..6),
                    image: format!("web:{}", self.dice.random_range(1..4)),
                    ..Shape::default()
                };
                self.put((cluster, kind, namespace, name), shape).await;
            }
        }
    }

    async fn put(&mut self, place: Place, shape: Shape) {
        let (cluster, kind, namespace, name) = &place;
        let key = format!("{cluster} {} {namespace}/{name}", kind.name());
        let client = self.client(cluster);
        let done = scenario::outcome(scenario::put(&client, *kind, namespace, name, &shape)).await;
        self.note(&key, &format!("put {shape:?}"), &done);
        match done {
            Ok(_) => drop(self.wanted.insert(key, (place, Some(shape)))),
            // Perhaps it was done, perhaps not; it is asked for again at the end.
            Err(_) => drop(self.wanted.entry(key).or_insert((place, Some(shape)))),
        }
    }

    async fn delete(&mut self, key: &str) {
        let Some((place, _)) = self.wanted.get(key).cloned() else {
            return;
        };
        let (cluster, kind, namespace, name) = &place;
        let client = self.client(cluster);
        let done = scenario::outcome(scenario::delete(&client, *kind, namespace, name)).await;
        self.note(key, "delete", &done);
        self.wanted.insert(key.to_owned(), (place, None));
    }

    fn note(&self, key: &str, what: &str, done: &Result<&'static str, String>) {
        let came = match done {
            Ok(done) => (*done).to_owned(),
            Err(why) => why.clone(),
        };
        self.world.note(key, &format!("{what}: {came}"));
    }

    fn client(&self, cluster: &str) -> Client {
        self.world.client(cluster, User::admin())
    }

    async fn check(&mut self) -> Result<(), String> {
        for (name, cluster) in self.world.clusters() {
            let client = cluster.admin();
            let version = scenario::version(&client)
                .await
                .map_err(|error| error.to_string())?;
            if self.checked.get(name) != Some(&version) {
                checker::check(&client)
                    .await
                    .map_err(|broken| format!("in {name}: {broken}"))?;
                self.checked.insert(name.to_owned(), version);
            }
        }
        Ok(())
    }

    /// Everything is mended and asked for again: then it must come to be.
    async fn finish(&mut self) -> Result<(), String> {
        for cluster in CLUSTERS {
            self.world.heal(cluster);
        }
        for (key, ((cluster, kind, namespace, name), shape)) in std::mem::take(&mut self.wanted) {
            let client = self
                .world
                .cluster(cluster)
                .map_err(|error| error.to_string())?
                .admin();
            let done = match &shape {
                Some(shape) => {
                    scenario::outcome(scenario::put(&client, kind, &namespace, &name, shape)).await
                }
                None => scenario::outcome(scenario::delete(&client, kind, &namespace, &name)).await,
            };
            self.note(&key, "at the end", &done);
        }
        let world = self.world;
        settled(Duration::from_mins(10), async || {
            self.check().await?;
            for (name, cluster) in world.clusters() {
                checker::at_rest(&cluster.admin())
                    .await
                    .map_err(|not_yet| format!("in {name}: {not_yet}"))?;
            }
            Ok(())
        })
        .await
    }
}
