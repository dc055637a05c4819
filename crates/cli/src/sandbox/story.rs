//! The three stories, and what must be true at the end of each.
//!
//! Invariant: waits for conditions on the hub and on the clusters, with an end; never for time to pass.
use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context as _, bail};
use havenmeester_api::condition::{self, is_true};
use havenmeester_api::contract::{ContractSpec, ExitReadiness};
use havenmeester_api::{Contract, Date, Migration, Workload};
use havenmeester_portability::Standing;
use havenmeester_simulator::Fault;
use kube::api::{Api, PostParams};

use super::apps::{APPS, App};
use super::check::{self, Check};
use super::seen::Seen;
use super::stage::{AZURE, Stage};
use super::tell::Teller;
use crate::args::Scenario;

/// The longest that any wait lasts, in the story's own time. Every story is over in far less.
const PATIENCE: Duration = Duration::from_mins(15);
/// How often the hub is looked at.
const LOOK: Duration = Duration::from_millis(500);

/// What was played.
#[derive(Default)]
pub(super) struct Played {
    pub(super) checks: Vec<Check>,
    pub(super) moved: Vec<String>,
    pub(super) failed_over: Vec<String>,
    pub(super) blocked: Vec<String>,
    /// Seconds from the last sign of life of the lost cluster until serving elsewhere.
    pub(super) recovery: Vec<f64>,
    pub(super) dry_runs: Option<ExitReadiness>,
    /// Why the story could not be played to its end.
    pub(super) broken_off: Option<String>,
}

/// Plays one story or all three, on one fleet.
pub(super) async fn play(stage: &Stage, scenario: Scenario, teller: &Teller) -> Played {
    let mut played = Played::default();
    if let Err(error) = chapters(stage, scenario, teller, &mut played).await {
        played.broken_off = Some(format!("{error:#}"));
    }
    played
}

async fn chapters(
    stage: &Stage,
    scenario: Scenario,
    teller: &Teller,
    played: &mut Played,
) -> anyhow::Result<()> {
    placement(stage, teller, played).await?;
    if matches!(scenario, Scenario::All | Scenario::Contract) {
        contract(stage, teller, played).await?;
    }
    if matches!(scenario, Scenario::All | Scenario::Cutoff) {
        cutoff(stage, teller, played).await?;
    }
    Ok(())
}

/// S1: what stands where it may not is moved; what cannot be moved says so; what is untagged is left alone.
async fn placement(stage: &Stage, teller: &Teller, played: &mut Played) -> anyhow::Result<()> {
    teller.chapter(
        "Placement",
        "workloads on Azure that may not stand there are moved",
    );
    let before = copies(stage, AZURE).await?;
    let all = wait(stage, teller, "every workload to settle", |seen| {
        APPS.iter()
            .filter(|a| a.is_tagged())
            .all(|app| settled(app, seen))
    })
    .await?;
    for app in APPS {
        let Some(workload) = all.workloads.get(app.name) else {
            played.checks.push(check::untouched(stage, app, &before).await?);
            continue;
        };
        let home = home(workload);
        if app.is_bound() {
            played.blocked.push(app.name.to_owned());
            played
                .checks
                .push(check::stands_still(stage, app, home, &before).await?);
        } else if home == AZURE {
            played
                .checks
                .push(check::stands_still(stage, app, home, &before).await?);
        } else {
            played.moved.push(app.name.to_owned());
            played.checks.push(check::moved(stage, app, home, &before).await?);
        }
    }
    Ok(())
}

fn settled(app: &App, seen: &Seen) -> bool {
    let Some(workload) = seen.workloads.get(app.name) else {
        return false;
    };
    let Some(status) = &workload.status else {
        return false;
    };
    let compliant = is_true(&status.conditions, condition::COMPLIANT);
    let at_rest = status.migration.is_none();
    let captured = is_true(&status.conditions, condition::CAPTURED);
    if app.is_bound() {
        let failed = seen.of(app).any(|m| {
            m.status
                .as_ref()
                .is_some_and(|s| is_true(&s.conditions, condition::FAILED))
        });
        return failed && at_rest && captured;
    }
    compliant && at_rest && captured
}

/// S3: a contract ends in 90 days; every workload that still stands there is dry-run, by itself.
async fn contract(stage: &Stage, teller: &Teller, played: &mut Played) -> anyhow::Result<()> {
    teller.chapter(
        "Contract",
        "the contract with Azure ends in 90 days: dry runs by themselves",
    );
    let before = copies(stage, AZURE).await?;
    let today = Date::of(stage.clock.now());
    let spec = ContractSpec {
        provider: "azure".to_owned(),
        start: today.plus_days(-1_000),
        end: today.plus_days(90),
        notice_days: Some(60),
        dry_runs_before_end_days: vec![180, 90, 30],
    };
    let api: Api<Contract> = Api::all(stage.hub.clone());
    api.create(&PostParams::default(), &Contract::new("azure-2024", spec))
        .await
        .context("creating the contract")?;
    let all = wait(stage, teller, "the round of dry runs to end", |seen| {
        seen.contract.as_ref().is_some_and(|c| {
            let status = c.status.as_ref();
            status.is_some_and(|s| {
                s.rounds
                    .iter()
                    .any(|r| r.lead_days == 90 && r.finished_at.is_some())
            })
        })
    })
    .await?;
    let readiness = all
        .contract
        .and_then(|c| c.status)
        .and_then(|s| s.exit_readiness)
        .context("the contract says nothing of exit readiness")?;
    let there = APPS.iter().filter(|app| {
        let workload = all.workloads.get(app.name);
        workload.is_some_and(|w| home(w) == AZURE)
    });
    let (bound, free): (Vec<&App>, Vec<&App>) = there.partition(|app| app.is_bound());
    played.checks.push(Check::equal(
        "dry runs: what can leave is ready, what is bound is blocked",
        &(
            readiness.ready + readiness.with_warnings,
            readiness.blocked,
            readiness.unknown,
        ),
        &(count(&free), count(&bound), 0),
    ));
    played.dry_runs = Some(readiness);
    for app in free {
        played
            .checks
            .push(check::stands_still(stage, app, AZURE, &before).await?);
    }
    Ok(())
}

/// S2: Azure vanishes, and comes back.
async fn cutoff(stage: &Stage, teller: &Teller, played: &mut Played) -> anyhow::Result<()> {
    teller.chapter(
        "Cut-off",
        "Azure stops answering; workloads come up elsewhere from their captures",
    );
    let before = copies(stage, AZURE).await?;
    let all = Seen::look(stage).await?;
    let there: Vec<&App> = APPS
        .iter()
        .filter(|app| all.workloads.get(app.name).is_some_and(|w| home(w) == AZURE))
        .collect();
    stage.world.cut(AZURE, Fault::Partition);
    let all = wait(
        stage,
        teller,
        "everything that may fail over to serve elsewhere",
        |seen| {
            there.iter().filter(|app| app.is_replicable()).all(|app| {
                seen.workloads
                    .get(app.name)
                    .is_some_and(|w| home(w) != AZURE && at_rest(w))
            })
        },
    )
    .await?;
    for app in &there {
        let Some(workload) = all.workloads.get(app.name) else {
            continue;
        };
        if app.is_replicable() {
            played.failed_over.push(app.name.to_owned());
            played
                .checks
                .push(check::arrived(stage, app, home(workload), &before).await?);
            played.recovery.extend(all.of(app).filter_map(recovery));
        } else {
            played.checks.push(Check::equal(
                &format!("{}: exclusive, so it waits", app.name),
                &home(workload),
                &AZURE,
            ));
        }
    }
    teller.chapter(
        "Return",
        "Azure answers again: stale copies are stopped before it is admitted",
    );
    stage.world.heal(AZURE);
    wait(stage, teller, "Azure to be admitted again", |seen| {
        seen.azure
            .as_ref()
            .and_then(|m| m.status.as_ref())
            .is_some_and(|s| s.quarantine.is_none() && is_true(&s.conditions, condition::ADMITTED))
    })
    .await?;
    for app in there.iter().filter(|app| app.is_replicable()) {
        played.checks.push(check::stopped(stage, app, AZURE).await?);
    }
    Ok(())
}

/// Looks until `done`, tells what changes, and gives up with what was still missing.
async fn wait(
    stage: &Stage,
    teller: &Teller,
    what: &str,
    done: impl Fn(&Seen) -> bool,
) -> anyhow::Result<Seen> {
    let begun = tokio::time::Instant::now();
    loop {
        let seen = Seen::look(stage).await?;
        teller.show(&seen, stage.clock.now());
        if done(&seen) {
            return Ok(seen);
        }
        if begun.elapsed() > PATIENCE {
            bail!(
                "waited {} minutes for {what}: {}",
                PATIENCE.as_secs() / 60,
                seen.trouble()
            );
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// What stands in every application's namespace on a cluster.
async fn copies(stage: &Stage, cluster: &str) -> anyhow::Result<BTreeMap<&'static str, Standing>> {
    let mut copies = BTreeMap::new();
    for app in APPS {
        copies.insert(app.name, check::standing(stage, cluster, app).await?);
    }
    Ok(copies)
}

fn home(workload: &Workload) -> &str {
    workload
        .status
        .as_ref()
        .and_then(|s| s.cluster.as_deref())
        .unwrap_or("nowhere")
}

fn at_rest(workload: &Workload) -> bool {
    workload.status.as_ref().is_some_and(|s| s.migration.is_none())
}

fn recovery(migration: &Migration) -> Option<f64> {
    let measured = &migration.status.as_ref()?.measured;
    if migration.spec.kind.source_answers() {
        return None;
    }
    let (down, serving) = (measured.down_at.as_ref()?, measured.serving_at.as_ref()?);
    Some(serving.0.duration_since(down.0).as_secs_f64())
}

fn count(apps: &[&App]) -> i32 {
    i32::try_from(apps.len()).unwrap_or(i32::MAX)
}
