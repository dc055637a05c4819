//! Measures the resident memory of the daemon, as a process of its own, with many workloads on four members.
//!
//! The hub and the members are simulated and served over loopback by this process, whose memory does not count.
//! Prints `{"bench":"memory","case":"2000x6 on 4","rssMiB":…,"peakMiB":…,"atMost":128}`.
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, bail};
use havenmeester_api::{Workload, condition};
use havenmeester_simulator::{ClusterSpec, User, World, serve};
use havenmeester_tests::bench::{self, NAMESPACE};
use havenmeester_tests::create;
use kube::api::{Api, ListParams};
use serde_json::json;
use tokio::process::{Child, Command};
use tokio::time::Instant;

/// How many members share the workloads.
const MEMBERS: usize = 4;
/// The longest wait for everything to be captured.
const PATIENCE: Duration = Duration::from_mins(10);

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let count: usize = std::env::args()
        .nth(1)
        .map_or(Ok(2000), |n| n.parse())
        .context("how many workloads")?;
    let mut builder = World::builder().cluster("hub", ClusterSpec::default());
    for n in 0..MEMBERS {
        builder = builder.cluster(&format!("member-{n}"), ClusterSpec::default());
    }
    let world = builder.build().await?;
    let hub = world.cluster("hub")?.admin();
    bench::furnish_hub(&hub).await?;
    let directory = tempfile::tempdir()?;
    let tokens = || BTreeMap::from([("bench".to_owned(), User::admin())]);
    let mut doors = Vec::new();
    let door = serve(world.cluster("hub")?.server().clone(), tokens(), 0).await?;
    let kubeconfig = directory.path().join("hub.kubeconfig");
    std::fs::write(&kubeconfig, door.kubeconfig("hub", "bench"))?;
    doors.push(door);
    for n in 0..MEMBERS {
        let name = format!("member-{n}");
        let member = world.cluster(&name)?;
        for object in (n..count)
            .step_by(MEMBERS)
            .flat_map(|n| bench::application(&format!("app-{n}")))
        {
            create(&member.admin(), None, &object).await?;
        }
        let door = serve(member.server().clone(), tokens(), 0).await?;
        bench::add_member(&hub, &name, Some(&door.kubeconfig(&name, "bench"))).await?;
        doors.push(door);
    }
    let mut daemon = daemon(directory.path(), &kubeconfig)?;
    captured(&hub, count, &mut daemon).await?;
    let (now, peak) = memory(&daemon)?;
    println!(
        "{}",
        json!({"bench": "memory", "case": format!("{count}x6 on {MEMBERS}"), "rssMiB": now, "peakMiB": peak, "atMost": 128})
    );
    daemon.kill().await?;
    Ok(())
}

/// The binary that stands beside this program, as it is installed.
fn daemon(directory: &Path, kubeconfig: &Path) -> anyhow::Result<Child> {
    let here = std::env::current_exe()?;
    let binary: PathBuf = here.with_file_name("havenmeester");
    if !binary.exists() {
        bail!(
            "{} is not there; build it: cargo build --release --package havenmeester",
            binary.display()
        );
    }
    Command::new(binary)
        .args([
            "run",
            "--listen",
            "127.0.0.1:0",
            "--identity",
            "bench",
            "--no-registries",
        ])
        .arg("--store")
        .arg(directory.join("store"))
        .arg("--capture-key-file")
        .arg(directory.join("key"))
        .env("KUBECONFIG", kubeconfig)
        .env("MALLOC_ARENA_MAX", "2") // as the chart's Deployment has it
        .kill_on_drop(true)
        .spawn()
        .context("starting the daemon")
}

async fn captured(hub: &kube::Client, count: usize, daemon: &mut Child) -> anyhow::Result<()> {
    let api: Api<Workload> = Api::namespaced(hub.clone(), NAMESPACE);
    let begun = Instant::now();
    loop {
        let all = api.list(&ListParams::default()).await?.items;
        let captured = |w: &Workload| {
            w.status
                .as_ref()
                .is_some_and(|s| condition::is_true(&s.conditions, condition::CAPTURED))
        };
        let done = all.iter().filter(|w| captured(w)).count();
        if done == count {
            return Ok(());
        }
        if let Some(status) = daemon.try_wait()? {
            bail!("the daemon ended: {status}");
        }
        if begun.elapsed() > PATIENCE {
            bail!(
                "{done} of {count} workloads were captured in {} s",
                PATIENCE.as_secs()
            );
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

/// Resident memory now and at its highest, in MiB, as the kernel counts it.
fn memory(daemon: &Child) -> anyhow::Result<(u64, u64)> {
    let id = daemon.id().context("the daemon has ended")?;
    let status = std::fs::read_to_string(format!("/proc/{id}/status"))?;
    let field = |name: &str| {
        let line = status
            .lines()
            .find(|l| l.starts_with(name))
            .with_context(|| format!("no {name}"))?;
        let kib: u64 = line.split_whitespace().nth(1).context("no number")?.parse()?;
        anyhow::Ok(kib / 1024)
    };
    Ok((field("VmRSS")?, field("VmHWM")?))
}
