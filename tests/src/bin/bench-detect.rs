//! Measures how soon a vanished cluster is seen: from the fault to the condition on the hub, per way of vanishing, on a
//! real API server; and whether 20% packet loss ever looks like one, over 10 virtual minutes.
//!
//! Prints `{"bench":"detect","case":…,"seconds":…,"atMost":…,"reason":…}` per way.
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail};
use havenmeester_api::{MemberCluster, condition};
use havenmeester_simulator::{ClusterSpec, Quality, World};
use havenmeester_testenv::{Cluster, ClusterOptions, Mode, Process, Relay};
use havenmeester_tests::bench::{self, Daemon, Lines};
use havenmeester_tests::create;
use kube::Client;
use kube::api::{Api, Patch, PatchParams};
use serde_json::json;
use tokio::time::Instant;

/// The member that vanishes.
const MEMBER: &str = "member";
/// The longest wait for any one thing.
const PATIENCE: Duration = Duration::from_mins(2);

fn main() -> anyhow::Result<()> {
    let real = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    real.block_on(ways())?;
    drop(real);
    let simulated = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()?;
    simulated.block_on(loss())
}

/// A way of vanishing, and how soon it must be seen.
#[derive(Clone, Copy, Debug)]
enum Way {
    Killed,
    Stopped,
    Dropped,
    Refused,
    Unauthorized,
}

impl Way {
    const ALL: [Self; 5] = [
        Self::Killed,
        Self::Stopped,
        Self::Dropped,
        Self::Refused,
        Self::Unauthorized,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Killed => "process killed",
            Self::Stopped => "process stopped (SIGSTOP)",
            Self::Dropped => "packets dropped",
            Self::Refused => "connection refused",
            Self::Unauthorized => "credentials refused",
        }
    }

    fn at_most(self) -> f64 {
        match self {
            Self::Killed | Self::Refused => 5.0,
            Self::Stopped | Self::Dropped => 10.0,
            // The API server itself believes a deleted account's token for 10 s more.
            Self::Unauthorized => 20.0,
        }
    }
}

async fn ways() -> anyhow::Result<()> {
    let member = Cluster::start(ClusterOptions::new(MEMBER)).await?;
    let mut relay = member.through_relay().await?;
    let admin = member.client();
    let kubeconfig = account(&member, &admin).await?;
    let world = Arc::new(
        World::builder()
            .cluster("hub", ClusterSpec::default())
            .build()
            .await?,
    );
    let hub = world.cluster("hub")?.admin();
    bench::furnish_hub(&hub).await?;
    bench::add_member(&hub, MEMBER, Some(&relay.route(&kubeconfig))).await?;
    let daemon = Daemon::start(hub.clone(), Lines::new(Arc::clone(&world), hub.clone()))?;
    for way in Way::ALL {
        reachable(&hub, true)
            .await
            .with_context(|| format!("before {}", way.name()))?;
        let begun = Instant::now();
        vanish(way, &member, &mut relay, &admin).await?;
        let reason = reachable(&hub, false)
            .await
            .with_context(|| way.name().to_owned())?;
        let seconds = begun.elapsed().as_secs_f64();
        println!(
            "{}",
            json!({"bench": "detect", "case": way.name(), "seconds": (seconds * 100.0).round() / 100.0,
                "atMost": way.at_most(), "reason": reason})
        );
        come_back(way, &member, &mut relay, &hub).await?;
    }
    daemon.stop().await;
    Ok(())
}

async fn vanish(way: Way, member: &Cluster, relay: &mut Relay, admin: &Client) -> anyhow::Result<()> {
    match way {
        Way::Killed => member.process(Process::ApiServer).kill()?,
        Way::Stopped => member.process(Process::ApiServer).stop()?,
        Way::Dropped => relay.set(Mode::Drop).await?,
        Way::Refused => relay.set(Mode::Refuse).await?,
        Way::Unauthorized => {
            let accounts: Api<k8s_openapi::api::core::v1::ServiceAccount> =
                Api::namespaced(admin.clone(), "default");
            accounts
                .delete("havenmeester", &kube::api::DeleteParams::default())
                .await?;
        }
    }
    Ok(())
}

async fn come_back(way: Way, member: &Cluster, relay: &mut Relay, hub: &Client) -> anyhow::Result<()> {
    match way {
        Way::Killed => {
            member.process(Process::ApiServer).restart().await?;
            member.wait_ready().await?;
        }
        Way::Stopped => member.process(Process::ApiServer).cont()?,
        Way::Dropped | Way::Refused => relay.set(Mode::Pass).await?,
        Way::Unauthorized => {
            let fresh = account(member, &member.client()).await?;
            let secrets: Api<k8s_openapi::api::core::v1::Secret> =
                Api::namespaced(hub.clone(), bench::NAMESPACE);
            let patch = json!({"stringData": {"kubeconfig": relay.route(&fresh)}});
            secrets
                .patch(MEMBER, &PatchParams::default(), &Patch::Merge(patch))
                .await?;
        }
    }
    Ok(())
}

/// A service account that may do everything, whose token ends with it.
async fn account(member: &Cluster, admin: &Client) -> anyhow::Result<String> {
    let account = json!({"apiVersion": "v1", "kind": "ServiceAccount",
        "metadata": {"name": "havenmeester", "namespace": "default"}});
    create(admin, None, &account).await?;
    let binding = json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding",
        "metadata": {"name": "havenmeester"},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "cluster-admin"},
        "subjects": [{"kind": "ServiceAccount", "name": "havenmeester", "namespace": "default"}]});
    match create(admin, None, &binding).await {
        Ok(()) => {}
        Err(error) if error.code() == Some(409) => {} // it was there
        Err(error) => return Err(error.into()),
    }
    Ok(member
        .service_account_kubeconfig("default", "havenmeester")
        .await?)
}

/// Waits until the condition says so; its reason.
async fn reachable(hub: &Client, wanted: bool) -> anyhow::Result<String> {
    let members: Api<MemberCluster> = Api::all(hub.clone());
    let begun = Instant::now();
    loop {
        let member = members.get(MEMBER).await?;
        let seen = member
            .status
            .as_ref()
            .and_then(|s| condition::get(&s.conditions, condition::REACHABLE));
        if let Some(seen) = seen.filter(|c| c.status == if wanted { "True" } else { "False" }) {
            return Ok(seen.reason.clone());
        }
        if begun.elapsed() > PATIENCE {
            bail!("waited {} s; the condition says {seen:?}", PATIENCE.as_secs());
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// 10 virtual minutes at 20% loss, each way: how often a reachable cluster was called lost.
async fn loss() -> anyhow::Result<()> {
    let lossy = ClusterSpec {
        quality: Quality {
            loss_per_mille: 200,
            ..Quality::NEAR
        },
        ..ClusterSpec::default()
    };
    let world = Arc::new(
        World::builder()
            .seed(1)
            .cluster("hub", ClusterSpec::default())
            .cluster(MEMBER, lossy)
            .build()
            .await?,
    );
    let hub = world.cluster("hub")?.admin();
    bench::furnish_hub(&hub).await?;
    bench::add_member(&hub, MEMBER, None).await?;
    let daemon = Daemon::start(hub.clone(), Lines::new(Arc::clone(&world), hub.clone()))?;
    reachable(&hub, true).await?;
    let members: Api<MemberCluster> = Api::all(hub.clone());
    let (begun, mut alarms) = (Instant::now(), 0);
    while begun.elapsed() < Duration::from_mins(10) {
        let member = members.get(MEMBER).await?;
        let seen = member
            .status
            .as_ref()
            .and_then(|s| condition::get(&s.conditions, condition::REACHABLE));
        alarms += i32::from(seen.is_some_and(|c| c.status == "False"));
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    println!(
        "{}",
        json!({"bench": "detect", "case": "20% loss for 10 virtual minutes", "falseAlarms": alarms, "atMost": 0})
    );
    daemon.stop().await;
    Ok(())
}
