//! The simulator's own commands, one a line:
//!
//! ```text
//! > cluster NAME [nodes=3] [cpu=16000] [version=1.33] [class=standard]
//! > apply CLUSTER KIND NAMESPACE/NAME [replicas=1] [image=web:1] [cpu=100m] [class=standard]
//! > delete CLUSTER KIND NAMESPACE/NAME      (of a namespace: CLUSTER namespace NAME)
//! > get CLUSTER                             every workload, its pods by state
//! > call CLUSTER                            one request from outside
//! > cut CLUSTER partition|refuse|reset|slow|STATUS
//! > heal CLUSTER
//! > fail CLUSTER image|node NAME
//! > mend CLUSTER image|node NAME
//! > tick DURATION                           as 500ms, 10s, 5m, 1h
//! ```
//!
//! Clusters are named before anything else is done. Writes go in from inside the cluster, so that they work in a cut.

use std::{collections::BTreeMap, fmt::Write as _, time::Duration};

use havenmeester_simulator::{ClusterSpec, Fault, User, World, WorldBuilder};
use kube::Client;
use serde_json::Value;
use tokio::time::Instant;

use crate::scenario::{self, Kind, Shape, number, text};

/// No script needs a simulated day.
const LIMIT: Duration = Duration::from_hours(24);

/// The script with its answers. A command that is not understood answers so.
pub(crate) fn run(script: &str) -> String {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build();
    let runtime = runtime.expect("a runtime");
    runtime.block_on(async {
        tokio::time::timeout(LIMIT, answered(script))
            .await
            .expect("ends within a day")
    })
}

async fn answered(script: &str) -> String {
    let mut stage = Stage {
        builder: World::builder().seed(1),
        world: None,
    };
    let mut out = String::new();
    for line in script.lines() {
        out.push_str(line);
        out.push('\n');
        if let Some(command) = line.strip_prefix("> ") {
            let words: Vec<&str> = command.split_whitespace().collect();
            match stage.obey(&words).await {
                Ok(answer) => out.push_str(&answer),
                Err(error) => writeln!(out, "error: {error}").expect("text can be written"),
            }
        }
    }
    out
}

struct Stage {
    builder: WorldBuilder,
    world: Option<World>,
}

impl Stage {
    async fn obey(&mut self, words: &[&str]) -> Result<String, String> {
        match words {
            ["cluster", name, rest @ ..] => {
                let builder = std::mem::take(&mut self.builder);
                self.builder = builder.cluster(name, cluster_spec(&options(rest)?)?);
                Ok(String::new())
            }
            ["tick", duration] => {
                self.world().await;
                tokio::time::sleep(parse_duration(duration)?).await;
                Ok(String::new())
            }
            [verb, cluster, rest @ ..] => {
                let world = self.world().await;
                let inside = world.cluster(cluster).map_err(|error| error.to_string())?.clone();
                let admin = inside.admin();
                match (*verb, rest) {
                    ("apply", [kind, name, rest @ ..]) => {
                        let (kind, (namespace, name)) = (kind_of(kind)?, split(name));
                        let shape = shape(&options(rest)?)?;
                        let done = scenario::put(&admin, kind, namespace, name, &shape);
                        Ok(format!("{}\n", scenario::outcome(done).await?))
                    }
                    ("delete", [kind, name]) => {
                        let (kind, (namespace, name)) = (kind_of(kind)?, split(name));
                        let done = scenario::delete(&admin, kind, namespace, name);
                        Ok(format!("{}\n", scenario::outcome(done).await?))
                    }
                    ("get", []) => overview(&admin).await.map_err(|error| error.to_string()),
                    ("call", []) => Ok(call(&world.client(cluster, User::admin())).await),
                    ("cut", [fault]) => {
                        world.cut(cluster, fault_of(fault)?);
                        Ok(String::new())
                    }
                    ("heal", []) => {
                        world.heal(cluster);
                        Ok(String::new())
                    }
                    ("fail", ["image", name]) => {
                        inside.nodes().fail_image(name);
                        Ok(String::new())
                    }
                    ("mend", ["image", name]) => {
                        inside.nodes().mend_image(name);
                        Ok(String::new())
                    }
                    ("fail", ["node", name]) => {
                        inside.nodes().fail_node(name);
                        Ok(String::new())
                    }
                    ("mend", ["node", name]) => {
                        inside.nodes().mend_node(name);
                        Ok(String::new())
                    }
                    _ => Err("not a command".to_owned()),
                }
            }
            _ => Err("not a command".to_owned()),
        }
    }

    async fn world(&mut self) -> &World {
        if self.world.is_none() {
            let world = std::mem::take(&mut self.builder).build().await.expect("is built");
            self.world = Some(world);
        }
        self.world.as_ref().expect("was just built")
    }
}

/// Every workload and claim, each on a line; pods by state.
async fn overview(client: &Client) -> kube::Result<String> {
    let mut lines = Vec::new();
    for each in scenario::list(client, "/apis/apps/v1/deployments").await? {
        let (ready, wanted) = (
            number(&each, "/status/readyReplicas"),
            number(&each, "/spec/replicas"),
        );
        lines.push(format!("{} deployment {ready}/{wanted} ready", place(&each)));
    }
    for each in scenario::list(client, "/apis/apps/v1/statefulsets").await? {
        let (ready, wanted) = (
            number(&each, "/status/readyReplicas"),
            number(&each, "/spec/replicas"),
        );
        lines.push(format!("{} statefulset {ready}/{wanted} ready", place(&each)));
    }
    for each in scenario::list(client, "/apis/batch/v1/jobs").await? {
        let (done, wanted) = (
            number(&each, "/status/succeeded"),
            number(&each, "/spec/completions"),
        );
        lines.push(format!("{} job {done}/{wanted} succeeded", place(&each)));
    }
    for each in scenario::list(client, "/api/v1/persistentvolumeclaims").await? {
        lines.push(format!("{} claim {}", place(&each), text(&each, "/status/phase")));
    }
    let mut pods: BTreeMap<String, usize> = BTreeMap::new();
    for each in scenario::list(client, "/api/v1/pods").await? {
        let namespace = text(&each, "/metadata/namespace");
        let app = text(&each, "/metadata/labels/app");
        let image = text(&each, "/spec/containers/0/image");
        *pods
            .entry(format!("{namespace}/{app} pod {image} {}", state(&each)))
            .or_default() += 1;
    }
    lines.extend(pods.into_iter().map(|(what, count)| format!("{what} x{count}")));
    lines.sort();
    Ok(if lines.is_empty() {
        "nothing\n".to_owned()
    } else {
        lines.join("\n") + "\n"
    })
}

fn state(pod: &Value) -> String {
    if pod.pointer("/metadata/deletionTimestamp").is_some() {
        return "Terminating".to_owned();
    }
    let phase = text(pod, "/status/phase");
    let waits = text(pod, "/status/containerStatuses/0/state/waiting/reason");
    let unplaced = text(pod, "/status/conditions/0/reason");
    match (phase, waits, unplaced) {
        ("Pending", "-", "-") => phase.to_owned(),
        ("Pending", "-", reason) | ("Pending", reason, _) => format!("{phase} ({reason})"),
        _ => phase.to_owned(),
    }
}

fn place(object: &Value) -> String {
    format!(
        "{}/{}",
        text(object, "/metadata/namespace"),
        text(object, "/metadata/name")
    )
}

/// One request from outside: what comes of it, and when.
async fn call(client: &Client) -> String {
    let began = Instant::now();
    let found = scenario::outcome(scenario::list(client, "/api/v1/namespaces")).await;
    let millis = began.elapsed().as_millis();
    match found {
        Ok(_) => format!("answered after {millis} ms\n"),
        Err(why) => format!("{why}, after {millis} ms\n"),
    }
}

fn options<'a>(words: &[&'a str]) -> Result<BTreeMap<&'a str, &'a str>, String> {
    words
        .iter()
        .map(|word| {
            word.split_once('=')
                .ok_or_else(|| format!("{word} is not KEY=VALUE"))
        })
        .collect()
}

fn parsed<T: std::str::FromStr>(options: &BTreeMap<&str, &str>, key: &str, default: T) -> Result<T, String> {
    match options.get(key) {
        Some(value) => value
            .parse()
            .map_err(|_| format!("{key}={value} is not understood")),
        None => Ok(default),
    }
}

fn cluster_spec(options: &BTreeMap<&str, &str>) -> Result<ClusterSpec, String> {
    let mut spec = ClusterSpec::default();
    spec.nodes.count = parsed(options, "nodes", spec.nodes.count)?;
    spec.nodes.cpu_milli = parsed(options, "cpu", spec.nodes.cpu_milli)?;
    spec.storage_classes = vec![parsed(options, "class", "standard".to_owned())?];
    Ok(spec)
}

fn shape(options: &BTreeMap<&str, &str>) -> Result<Shape, String> {
    let Shape {
        replicas,
        image,
        cpu,
        class,
    } = Shape::default();
    Ok(Shape {
        replicas: parsed(options, "replicas", replicas)?,
        image: parsed(options, "image", image)?,
        cpu: parsed(options, "cpu", cpu)?,
        class: parsed(options, "class", class)?,
    })
}

fn kind_of(word: &str) -> Result<Kind, String> {
    Kind::named(word).ok_or_else(|| format!("{word} is not a kind"))
}

fn split(name: &str) -> (&str, &str) {
    name.split_once('/').unwrap_or(("", name))
}

fn fault_of(word: &str) -> Result<Fault, String> {
    Ok(match word {
        "partition" => Fault::Partition,
        "refuse" => Fault::Refuse,
        "reset" => Fault::Reset,
        "slow" => Fault::Slow(Duration::from_secs(5)),
        status => Fault::Answer(status.parse().map_err(|_| format!("{word} is not a fault"))?),
    })
}

fn parse_duration(word: &str) -> Result<Duration, String> {
    let end = word.find(|c: char| !c.is_ascii_digit()).unwrap_or(word.len());
    let (number, unit) = word.split_at(end);
    let number: u64 = number.parse().map_err(|_| format!("{word} is not a duration"))?;
    match unit {
        "ms" => Ok(Duration::from_millis(number)),
        "s" => Ok(Duration::from_secs(number)),
        "m" => Ok(Duration::from_mins(number)),
        "h" => Ok(Duration::from_hours(number)),
        _ => Err(format!("{word} is not a duration")),
    }
}
