//! A provider is cut off, on real API servers, in each way in which one can be: its API server is killed, stopped,
//! unreachable behind dropped packets, or refuses our credentials. And as a drill.
//!
//! Invariant: what is compared is read from the members' own API servers by an administrator; what the daemon asked of
//! the lost cluster is read from that cluster's own audit log.

use std::collections::BTreeMap;

use anyhow::{Context as _, ensure};
use havenmeester_api::migration::{Step, StepState};
use havenmeester_api::{Migration, condition};
use havenmeester_testenv::{Mode, Process};
use havenmeester_tests::{App, Copy, NAMESPACE, Plan, Seen, Stage, step};
use serde_json::{Value, json};

const AZURE: &str = "azure";
/// What is failed over by itself, the most critical first.
const GO: [&str; 3] = ["signalen", "docs", "parkeren"];
/// What may not be, since its old copy cannot be fenced.
const EXCLUSIVE: &str = "burgerzaken";

/// How azure vanishes.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Way {
    /// SIGKILL of its API server.
    Killed,
    /// SIGSTOP of its API server: connections are made, and nothing is ever answered.
    Stopped,
    /// Its API server no longer believes our credentials.
    Revoked,
    /// Packets are dropped.
    Dropped,
}

/// When the daemon is killed with SIGKILL, and started again.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Kill {
    Never,
    /// Before it has noticed anything.
    AtOnce,
    /// When the first failover has begun.
    InTheMiddle,
}

impl Way {
    fn cause(self) -> &'static str {
        match self {
            Self::Killed => "False Refused",
            Self::Stopped | Self::Dropped => "False Unreachable",
            Self::Revoked => "False Unauthorized",
        }
    }

    async fn cut(self, stage: &Stage) -> anyhow::Result<()> {
        let azure = stage.member(AZURE)?;
        match self {
            Self::Killed => azure.cluster.process(Process::ApiServer).kill()?,
            Self::Stopped => azure.cluster.process(Process::ApiServer).stop()?,
            Self::Revoked => azure.revoke().await?,
            Self::Dropped => azure.relay.set(Mode::Drop).await?,
        }
        Ok(())
    }

    async fn heal(self, stage: &Stage) -> anyhow::Result<()> {
        let azure = stage.member(AZURE)?;
        match self {
            Self::Killed => azure.cluster.process(Process::ApiServer).restart().await?,
            Self::Stopped => azure.cluster.process(Process::ApiServer).cont()?,
            Self::Revoked => {
                azure.readmit().await?;
                // From here on by way of the relay, which can drop packets.
                stage.write_credentials(AZURE, &azure.relayed().await?).await?;
            }
            Self::Dropped => azure.relay.set(Mode::Pass).await?,
        }
        azure.cluster.wait_ready().await?;
        Ok(())
    }
}

async fn stage() -> anyhow::Result<Stage> {
    let mut stage = Stage::set(&[Plan::AZURE, Plan::EU, Plan::LOGIUS]).await?;
    let apps = [
        App::signalen(("critical", "high", "replicable"))?,
        App::docs(("medium", "medium", "replicable"))?,
        App::small("parkeren", Some(("low", "low", "replicable"))),
        App::small(EXCLUSIVE, Some(("critical", "high", "exclusive"))),
    ];
    stage.run_apps(AZURE, &apps).await?;
    stage.register().await?;
    stage
        .apply(&[json!({"apiVersion": "havenmeester.dev/v1alpha1", "kind": "PlacementPolicy",
            "metadata": {"name": "every-workload"},
            "spec": {"workloads": {}, "migration": {"mode": "Manual"}, "failover": {"mode": "Automatic", "after": "1s"},
                "objectives": {"rto": "2m", "rpo": "1m"}}})])
        .await?;
    stage.start_daemon()?;
    stage.wait("everything to be captured", ready).await?;
    Ok(stage)
}

/// Everything stands on azure, is captured, and would be failed over.
fn ready(seen: &Seen) -> bool {
    GO.iter().all(|name| {
        seen.home(name) == Some(AZURE)
            && seen.of_workload(name, condition::CAPTURED) == "True Captured"
            && seen.of_workload(name, condition::FAILOVER_READY) == "True TargetFits"
            && at_rest(seen, name)
    }) && seen.home(EXCLUSIVE) == Some(AZURE)
        && seen.of_member(AZURE, condition::ADMITTED) == "True Admitted"
}

fn at_rest(seen: &Seen, workload: &str) -> bool {
    let status = seen.workloads.get(workload).and_then(|w| w.status.as_ref());
    status.is_some_and(|s| s.migration.is_none())
}

/// Serves elsewhere, by a failover that has come to its end.
fn failed_over(seen: &Seen, workload: &str) -> bool {
    seen.home(workload).is_some_and(|home| home != AZURE)
        && at_rest(seen, workload)
        && seen.of_member(AZURE, condition::ADMITTED) == "False Quarantine"
}

async fn copies(stage: &Stage) -> anyhow::Result<BTreeMap<&'static str, Copy>> {
    let mut copies = BTreeMap::new();
    for name in GO.into_iter().chain([EXCLUSIVE]) {
        copies.insert(name, stage.member(AZURE)?.copy(name).await?);
    }
    Ok(copies)
}

/// Everything arrived as it was, the most critical first.
async fn arrived(stage: &Stage, seen: &Seen, before: &BTreeMap<&'static str, Copy>) -> anyhow::Result<()> {
    for name in GO {
        let home = seen.home(name).context("no home")?;
        let there = stage.member(home)?.copy(name).await?;
        let mut problems = before[name].lost_in(&there);
        problems.extend(before[name].added_in(&there));
        problems.extend(there.not_serving());
        ensure!(problems.is_empty(), "{name} on {home}: {problems:#?}");
    }
    let last = |name: &str| {
        let newest = seen
            .moves(name)
            .filter(|m| m.spec.source.as_deref() == Some(AZURE));
        newest
            .max_by_key(|m| m.metadata.creation_timestamp.as_ref().map(|t| t.0))
            .and_then(|m| m.status.clone())
            .with_context(|| format!("no failover of {name}"))
    };
    let critical = last(GO[0])?;
    for name in &GO[1..] {
        let other = last(name)?;
        let (first, later) = (&critical.measured.created_at, &other.measured.created_at);
        ensure!(first.is_some(), "{} has no moment of creation", GO[0]);
        ensure!(
            first.as_ref().map(|t| t.0) <= later.as_ref().map(|t| t.0),
            "{name} was created before the critical {}: {later:?} {first:?}",
            GO[0]
        );
    }
    ensure!(
        seen.home(EXCLUSIVE) == Some(AZURE),
        "{EXCLUSIVE} is exclusive: {seen}"
    );
    ensure!(
        seen.of_workload(EXCLUSIVE, condition::FAILOVER_READY) == "False NotFenced",
        "{EXCLUSIVE} does not say why it waits: {seen}"
    );
    Ok(())
}

/// Azure is back: stale copies are stopped, and then it is admitted.
async fn admitted(stage: &mut Stage) -> anyhow::Result<()> {
    stage
        .wait("azure to be admitted again", |seen| {
            seen.of_member(AZURE, condition::REACHABLE) == "True Answers"
                && seen.of_member(AZURE, condition::ADMITTED) == "True Admitted"
        })
        .await?;
    for name in GO {
        let copy = stage.member(AZURE)?.copy(name).await?;
        ensure!(
            copy.running().is_empty(),
            "admitted with an active copy of {name}: {:?}",
            copy.running()
        );
    }
    Ok(())
}

/// Failing back is asked for, and only then done.
async fn fail_back(
    stage: &mut Stage,
    round: usize,
    before: &BTreeMap<&'static str, Copy>,
) -> anyhow::Result<()> {
    let seen = stage.look().await?;
    // The first round cleans up what it leaves, the others leave stopped copies to be overwritten.
    let window = if round == 0 { "0s" } else { "1h" };
    let wanted = if round == 0 { Step::CleanUp } else { Step::Verify };
    let mut names = Vec::new();
    for workload in GO {
        let (name, home) = (format!("{workload}-back-{round}"), seen.home(workload));
        stage.apply(&[back(&name, workload, home, window)]).await?;
        names.push(name);
    }
    let seen = stage
        .wait("everything to be back on azure", |seen| {
            let done = |name: &String| {
                seen.migrations.get(name).and_then(|m| step(m, wanted)) == Some(StepState::Done)
            };
            names.iter().all(done) && ready(seen)
        })
        .await?;
    for name in GO {
        let now = stage.member(AZURE)?.copy(name).await?;
        let mut problems = before[name].lost_in(&now);
        problems.extend(now.not_serving());
        ensure!(problems.is_empty(), "{name} back on azure: {problems:#?}\n{seen}");
    }
    Ok(())
}

fn back(name: &str, workload: &str, home: Option<&str>, window: &str) -> Value {
    json!({"apiVersion": "havenmeester.dev/v1alpha1", "kind": "Migration", "metadata": {"name": name},
        "spec": {"workload": workload, "kind": "Failback", "source": home, "target": AZURE, "rollbackWindow": window}})
}

/// One way of vanishing, from the cut to everything back on azure.
async fn round(stage: &mut Stage, number: usize, way: Way, kill: Kill) -> anyhow::Result<()> {
    let before = copies(stage).await?;
    let written = stage.member(AZURE)?.written()?.len();
    let old = stage.look().await?.migrations;
    way.cut(stage).await?;
    if kill == Kill::AtOnce {
        stage.kill_daemon()?;
        stage.start_daemon()?;
    }
    let what = format!("azure to be lost ({way:?})");
    stage
        .wait(&what, |seen| {
            seen.of_member(AZURE, condition::REACHABLE) == way.cause()
        })
        .await?;
    if kill == Kill::InTheMiddle {
        let begun = |seen: &Seen| {
            let name = |m: &Migration| m.metadata.name.clone().unwrap_or_default();
            let mut new = seen.failovers().filter(|m| !old.contains_key(&name(m)));
            new.any(|m| step(m, Step::Create).is_some())
        };
        stage.wait("the first failover to begin", begun).await?;
        stage.kill_daemon()?;
        stage.start_daemon()?;
    }
    let seen = stage
        .wait("everything that may fail over to serve elsewhere", |seen| {
            GO.iter().all(|name| failed_over(seen, name))
        })
        .await?;
    // A daemon that was started again asks for itself before it says so again.
    stage
        .wait("azure to be lost still", |seen| {
            seen.of_member(AZURE, condition::REACHABLE) == way.cause()
        })
        .await?;
    ensure!(
        stage.member(AZURE)?.written()?.len() == written,
        "{way:?}: the source was written to"
    );
    arrived(stage, &seen, &before).await?;
    way.heal(stage).await?;
    admitted(stage).await?;
    let exclusive = stage.member(AZURE)?.copy(EXCLUSIVE).await?;
    ensure!(
        exclusive.versions() == before[EXCLUSIVE].versions(),
        "{EXCLUSIVE} was touched"
    );
    fail_back(stage, number, &before).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_each_way_of_vanishing_what_may_go_goes_and_comes_back() -> anyhow::Result<()> {
    let mut stage = stage().await?;
    let rounds = [
        (Way::Killed, Kill::Never),
        (Way::Stopped, Kill::Never),
        (Way::Revoked, Kill::Never),
        (Way::Dropped, Kill::InTheMiddle),
        (Way::Dropped, Kill::AtOnce),
    ];
    for (number, (way, kill)) in rounds.into_iter().enumerate() {
        let what = || format!("{way:?}, the daemon killed: {kill:?}");
        round(&mut stage, number, way, kill).await.with_context(what)?;
    }
    stage.end().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_live_drill_is_a_cut_off_in_which_azure_is_left_alone() -> anyhow::Result<()> {
    let mut stage = stage().await?;
    let before = copies(&stage).await?;
    stage
        .apply(&[json!({"apiVersion": "havenmeester.dev/v1alpha1", "kind": "Drill", "metadata": {"name": "cut-off"},
            "spec": {"scenario": {"cutOff": {"provider": AZURE}}, "mode": "Live", "deadline": "5m"}})])
        .await?;
    stage
        .wait("azure to be lost in the drill", |seen| {
            seen.of_member(AZURE, condition::REACHABLE) == "False Drill"
        })
        .await?;
    let seen = stage
        .wait("the drill to end", |seen| {
            let status = seen.drills.get("cut-off").and_then(|d| d.status.as_ref());
            status.is_some_and(|s| condition::is_true(&s.conditions, condition::COMPLETE))
        })
        .await?;
    let status = seen.drills["cut-off"].status.clone().unwrap_or_default();
    let (started, ended) = (
        status.started_at.context("no start")?.0,
        status.ended_at.context("no end")?.0,
    );
    ensure!(
        status.detected_at.is_some_and(|t| t.0 > started),
        "the loss was not detected"
    );
    ensure!(status.serving == Some(3) && status.total == Some(4), "{seen}");
    let exclusive = status
        .workloads
        .iter()
        .find(|w| w.workload == format!("{NAMESPACE}/{EXCLUSIVE}"));
    ensure!(
        exclusive.is_some_and(|w| w.not_executed.is_some()),
        "{:?}",
        status.workloads
    );
    // Not one request arrived in between; two seconds for the cut and whole seconds in the status.
    let between: Vec<_> = stage
        .member(AZURE)?
        .asked()?
        .into_iter()
        .filter(|one| one.at > started + jiff::SignedDuration::from_secs(2) && one.at < ended)
        .collect();
    ensure!(
        between.is_empty(),
        "azure was asked in the drill ({started} to {ended}): {between:#?}"
    );
    arrived(&stage, &seen, &before).await?;
    report(&stage)?;
    admitted(&mut stage).await?;
    let seen = stage.look().await?;
    for name in GO {
        ensure!(seen.home(name) != Some(AZURE), "{name} came back by itself");
    }
    stage.end().await
}

/// `havenmeester drill report`: each workload with its times, those not executed too.
fn report(stage: &Stage) -> anyhow::Result<()> {
    let printed = stage.ask_daemon(&["drill", "report", "cut-off", "--output", "json"])?;
    let report: Value = serde_json::from_slice(&printed).context("the report is JSON")?;
    let text = report.to_string();
    for name in GO.into_iter().chain([EXCLUSIVE]) {
        ensure!(
            text.contains(name),
            "the report says nothing of {name}: {report:#}"
        );
    }
    eprintln!(
        "{}",
        String::from_utf8_lossy(&stage.ask_daemon(&["drill", "report", "cut-off"])?)
    );
    Ok(())
}
