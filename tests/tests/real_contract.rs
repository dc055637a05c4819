//! A contract ends, on real API servers: every workload that stands there is dry-run against a real target by itself,
//! and nothing stays of it: objects are tried in a namespace that is made for it and deleted again.
//!
//! Invariant: "nothing stays" is read from the members' audit logs and from every object's resourceVersion.

use std::collections::BTreeMap;

use anyhow::{Context as _, ensure};
use havenmeester_api::Date;
use havenmeester_api::condition;
use havenmeester_api::migration::Verdict;
use havenmeester_fleet::{Clock as _, SystemClock};
use havenmeester_tests::{App, Copy, Plan, Seen, Stage};
use k8s_openapi::api::core::v1::Namespace;
use kube::api::ListParams;
use kube::{Api, ResourceExt};
use serde_json::json;

const AZURE: &str = "azure";
/// What could leave, and what could not. The records of host names are not moved, and volumes are made empty: warnings.
const FREE: [(&str, Verdict); 4] = [
    ("signalen", Verdict::ReadyWithWarnings),
    ("docs", Verdict::ReadyWithWarnings),
    ("mb-nextcloud", Verdict::ReadyWithWarnings),
    ("parkeren", Verdict::Ready),
];
const BOUND: &str = "keycloak";

/// How the namespaces begin in which objects are tried.
const SCRATCH: &str = "havenmeester-try-";

/// The namespaces of every member but those for tries that are on their way out, and every object in those of the applications.
async fn everything(
    stage: &Stage,
) -> anyhow::Result<(BTreeMap<String, Vec<String>>, BTreeMap<String, Copy>)> {
    let (mut spaces, mut copies) = (BTreeMap::new(), BTreeMap::new());
    for member in stage.members() {
        let all = Api::<Namespace>::all(member.client())
            .list(&ListParams::default())
            .await?;
        spaces.insert(
            member.plan.name.to_owned(),
            all.items
                .iter()
                .filter(|one| {
                    one.metadata.deletion_timestamp.is_none() || !one.name_any().starts_with(SCRATCH)
                })
                .map(ResourceExt::name_any)
                .collect(),
        );
        for name in FREE.into_iter().map(|(name, _)| name).chain([BOUND]) {
            copies.insert(
                format!("{} on {}", name, member.plan.name),
                member.copy(name).await?,
            );
        }
    }
    Ok((spaces, copies))
}

fn round_is_over(seen: &Seen) -> bool {
    let status = seen.contracts.get("azure-ends").and_then(|c| c.status.as_ref());
    status.is_some_and(|s| {
        let over = |r: &havenmeester_api::contract::Round| r.lead_days == 90 && r.finished_at.is_some();
        s.rounds.iter().any(over) && s.exit_readiness.is_some()
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ninety_days_before_the_end_every_workload_is_dry_run_and_nothing_stays() -> anyhow::Result<()> {
    let mut stage = Stage::set(&[Plan::AZURE, Plan::EU, Plan::LOGIUS]).await?;
    let apps = [
        App::signalen(("critical", "high", "replicable"))?,
        App::docs(("medium", "medium", "replicable"))?,
        App::nextcloud(Some(("low", "medium", "replicable")))?,
        // Exclusive, with data in a volume that nothing copies yet.
        App::keycloak(("critical", "high", "exclusive"))?,
        App::small("parkeren", Some(("low", "low", "replicable"))),
    ];
    stage.run_apps(AZURE, &apps).await?;
    stage.register().await?;
    stage.start_daemon()?;
    stage
        .wait("everything to be captured", |seen| {
            apps.iter()
                .all(|app| seen.of_workload(app.name, condition::CAPTURED) == "True Captured")
        })
        .await?;
    let before = everything(&stage).await?;

    let today = Date::of(SystemClock.now());
    let end = today.plus_days(90);
    stage
        .apply(&[json!({"apiVersion": "havenmeester.dev/v1alpha1", "kind": "Contract", "metadata": {"name": "azure-ends"},
            "spec": {"provider": AZURE, "start": today.plus_days(-1000).to_string(), "end": end.to_string(),
                "noticeDays": 60, "dryRunsBeforeEndDays": [180, 90, 30]}})])
        .await?;
    let seen = stage.wait("the round of dry runs to end", round_is_over).await?;

    let status = seen.contracts["azure-ends"].status.clone().unwrap_or_default();
    ensure!(
        status.days_left == Some(90) || status.days_left == Some(89),
        "{status:?}"
    );
    let round = |lead: i32| status.rounds.iter().find(|r| r.lead_days == lead).cloned();
    ensure!(
        round(180).is_some_and(|r| r.skipped.is_some()),
        "180 days are over: {:?}",
        status.rounds
    );
    ensure!(
        round(30).is_some_and(|r| r.started_at.is_none()),
        "30 days are to come: {:?}",
        status.rounds
    );
    for (name, expected) in FREE {
        let verdict = verdict(&seen, name)?;
        ensure!(verdict == expected, "{name} is {verdict:?}\n{seen}");
    }
    ensure!(
        verdict(&seen, BOUND)? == Verdict::Blocked,
        "{BOUND} would lose data\n{seen}"
    );
    let readiness = status.exit_readiness.context("no exit readiness")?;
    ensure!(
        (
            readiness.ready + readiness.with_warnings,
            readiness.blocked,
            readiness.unknown
        ) == (4, 1, 0),
        "{readiness:?}\n{seen}"
    );
    ensure!(
        seen.migrations.values().all(|m| m.spec.dry_run) && seen.migrations.len() == 5,
        "only dry runs, one each\n{seen}"
    );

    let after = everything(&stage).await?;
    ensure!(
        before.0 == after.0,
        "namespaces: {:?} and {:?}",
        before.0,
        after.0
    );
    for (place, copy) in &after.1 {
        ensure!(
            copy.versions() == before.1[place].versions(),
            "{place} has changed"
        );
    }
    for member in stage.members() {
        let (tries, others): (Vec<_>, Vec<_>) = member
            .written()?
            .into_iter()
            .partition(|one| one.contains(SCRATCH));
        let gone = tries.iter().filter(|one| one.starts_with("delete ")).count();
        let made = others
            .iter()
            .filter(|one| one.starts_with("create /api/v1/namespaces?"))
            .count();
        ensure!(
            made == others.len() && made == gone,
            "written on {}: {others:?} {tries:?}",
            member.plan.name
        );
    }
    let rehearsed = stage.member("eu")?.asked()?;
    ensure!(
        rehearsed.iter().any(|one| one.uri.contains("dryRun=All")),
        "the target itself was not asked"
    );
    stage.end().await
}

fn verdict(seen: &Seen, workload: &str) -> anyhow::Result<Verdict> {
    let run = seen
        .migrations
        .values()
        .find(|m| m.spec.dry_run && m.spec.workload == workload);
    let run = run.with_context(|| format!("no dry run of {workload}\n{seen}"))?;
    run.status.as_ref().and_then(|s| s.verdict).context("no verdict")
}
