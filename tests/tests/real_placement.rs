//! Placement, on real API servers: Signalen and MijnBureau run on the hyperscaler; policies come; what may not stay
//! is moved, object by object as it was, and nothing else is touched.
//!
//! Left out of the charts, because no API server takes them: `havenmeester_tests::REFUSED`.
//! Invariant: what is compared is read from the members' own API servers by an administrator.

use std::collections::BTreeMap;

use anyhow::{Context as _, ensure};
use havenmeester_api::migration::{Step, StepState};
use havenmeester_api::{Migration, condition};
use havenmeester_tests::{App, Copy, Plan, Seen, Stage, example, step};
use kube::Api;
use kube::api::{Patch, PatchParams};
use serde_json::json;

const AZURE: &str = "azure";
/// What must leave the hyperscaler, and the rule that says so.
const LEAVE: [(&str, &str); 3] = [
    ("signalen", "CategoryForbidden"),
    ("keycloak", "CategoryForbidden"),
    ("docs", "CategoryForbidden"),
];

fn fleet() -> [Plan; 3] {
    [Plan::AZURE, Plan::EU, Plan::LOGIUS]
}

fn city() -> anyhow::Result<Vec<App>> {
    Ok(vec![
        App::signalen(("critical", "BBN2plus", "replicable"))?,
        App::keycloak(("critical", "high", "replicable"))?,
        App::docs(("medium", "medium", "replicable"))?,
        // Allowed where it is.
        App::small("evenementen", Some(("low", "low", "replicable"))),
        // Allowed nowhere: see `nowhere`.
        App::small("archief", Some(("low", "high", "replicable"))),
        // Nobody's business.
        App::nextcloud(None)?,
        App::small("proeftuin", None),
    ])
}

/// No cluster is in the region that one workload must be in.
fn nowhere() -> serde_json::Value {
    json!({"apiVersion": "havenmeester.dev/v1alpha1", "kind": "PlacementPolicy", "metadata": {"name": "archief-in-the-cellar"},
        "spec": {"workloads": {"anyOf": [{"namespace": "archief"}]}, "require": {"regions": ["nl-cellar"]}}})
}

async fn copies(stage: &Stage, member: &str, apps: &[App]) -> anyhow::Result<Before> {
    let mut copies = BTreeMap::new();
    for app in apps {
        copies.insert(app.name, stage.member(member)?.copy(app.name).await?);
    }
    Ok(copies)
}

/// The workload's move has brought it there and keeps the stopped source. The move says so before the Workload does.
fn keeps_source(seen: &Seen, workload: &str) -> bool {
    let kept = seen.moves(workload).any(|m| {
        let complete = m
            .status
            .as_ref()
            .is_some_and(|s| condition::is_true(&s.conditions, condition::COMPLETE));
        complete && step(m, Step::Retain) == Some(StepState::Running)
    });
    kept && seen.home(workload).is_some_and(|home| home != AZURE)
}

/// It serves there with everything that it had, nothing changed but names of classes, and the source is stopped and
/// kept.
async fn moved(stage: &Stage, before: &Copy, name: &str, seen: &Seen) -> anyhow::Result<()> {
    let home = seen.home(name).context("no home")?;
    ensure!(home != AZURE, "{name} stands on azure");
    let (there, here) = (
        stage.member(home)?.copy(name).await?,
        stage.member(AZURE)?.copy(name).await?,
    );
    let mut problems = before.lost_in(&there);
    problems.extend(before.added_in(&there));
    problems.extend(there.not_serving());
    ensure!(problems.is_empty(), "{name} on {home}: {problems:#?}");
    ensure!(
        here.running().is_empty(),
        "{name} still runs on azure: {:?}",
        here.running()
    );
    let gone: Vec<_> = before
        .captured()
        .keys()
        .filter(|key| !here.captured().contains_key(*key))
        .collect();
    ensure!(gone.is_empty(), "{name}: not kept on azure: {gone:?}");
    for (field, class) in [
        ("/spec/ingressClassName", stage.member(home)?.plan.ingress),
        ("/spec/storageClassName", stage.member(home)?.plan.storage[0]),
    ] {
        let values = there.values(field);
        let fits = values.iter().all(|value| *value == class);
        ensure!(
            fits,
            "{name} on {home}: {field} is {values:?}, there is only {class}"
        );
        ensure!(
            values.is_empty() == before.values(field).is_empty(),
            "{name} on {home}: {field} was {:?} and is {values:?}",
            before.values(field)
        );
    }
    Ok(())
}

/// What stood where before anything was decided.
type Before = BTreeMap<&'static str, Copy>;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_may_not_stand_there_is_moved_and_nothing_else_is_touched() -> anyhow::Result<()> {
    let mut stage = Stage::set(&fleet()).await?;
    let apps = city()?;
    stage.run_apps(AZURE, &apps).await?;
    let before = copies(&stage, AZURE, &apps).await?;
    discovered(&mut stage, &apps, &before).await?;

    stage.apply(&[nowhere()]).await?;
    stage.apply(&example("30-policies.yaml")?).await?;
    violations(&mut stage).await?;
    let seen = stage
        .wait("every move to keep its stopped source", |seen| {
            LEAVE.iter().all(|(name, _)| keeps_source(seen, name))
        })
        .await?;
    for (name, _) in LEAVE {
        moved(&stage, &before[name], name, &seen).await?;
        assert_eq!(seen.moves(name).count(), 1, "{name} moves once");
    }
    assert_eq!(seen.home("docs"), Some("eu"));
    let narrow = LEAVE.iter().any(|(name, _)| seen.home(name) == Some("logius"));
    assert!(narrow, "nothing went to the member with two namespaces: {seen}");

    stays(&mut stage, &apps, &before).await?;
    tag_and_clean_up(&mut stage, &before["mb-nextcloud"]).await?;
    stage.end().await
}

/// Every tagged namespace is discovered and captured, and nothing is changed by it.
async fn discovered(stage: &mut Stage, apps: &[App], before: &Before) -> anyhow::Result<()> {
    stage.register().await?;
    stage.start_daemon()?;
    let mut tagged: Vec<&str> = apps.iter().filter(|a| a.tags.is_some()).map(|a| a.name).collect();
    tagged.sort_unstable();
    let seen = stage
        .wait("every tagged namespace to be discovered and captured", |seen| {
            let captured = |name: &&str| seen.of_workload(name, condition::CAPTURED) == "True Captured";
            tagged.iter().all(captured)
        })
        .await?;
    let found: Vec<&str> = seen.workloads.keys().map(String::as_str).collect();
    assert_eq!(found, tagged);
    assert_eq!(seen.migrations.len(), 0, "nothing moves without a policy");
    for member in stage.members() {
        let written = member.written()?;
        assert_eq!(
            written,
            Vec::<String>::new(),
            "discovery writes on {}",
            member.plan.name
        );
    }
    for (name, copy) in copies(stage, AZURE, apps).await? {
        assert_eq!(copy.versions(), before[name].versions(), "{name}");
    }
    Ok(())
}

/// What may not stand there says why, and why it may not stand elsewhere either.
async fn violations(stage: &mut Stage) -> anyhow::Result<()> {
    let seen = stage
        .wait("violations", |seen| {
            LEAVE.iter().all(|(name, rule)| {
                seen.of_workload(name, condition::COMPLIANT) == format!("False {rule}")
                    && seen.desired(name) != Some(AZURE)
            })
        })
        .await?;
    for (name, _) in LEAVE {
        let status = seen.workloads[name].status.clone().unwrap_or_default();
        let refused: Vec<&str> = status.rejected.iter().map(|one| one.cluster.as_str()).collect();
        assert!(refused.contains(&AZURE), "{name}: why not azure? {refused:?}");
        let told = status.rejected.iter().all(|one| !one.because.is_empty());
        assert!(told, "{name}: {:?}", status.rejected);
        assert!(!status.violations.is_empty(), "{name}");
        assert!(
            status.violations.iter().all(|one| !one.message.is_empty()),
            "{name}"
        );
    }
    let docs = seen.workloads["docs"].status.clone().unwrap_or_default();
    let refused = docs.rejected.iter().any(|one| one.cluster == "logius");
    assert!(
        refused,
        "docs is outside the namespaces that we have there: {:?}",
        docs.rejected
    );
    Ok(())
}

/// What stays: allowed, without a place, or untagged.
async fn stays(stage: &mut Stage, apps: &[App], before: &Before) -> anyhow::Result<()> {
    let seen = stage
        .wait("archief to say that no cluster may take it", |seen| {
            let met = seen.of_workload("evenementen", condition::COMPLIANT) == "True AllPoliciesMet";
            let archief = seen.of_workload("archief", condition::COMPLIANT);
            met && archief.starts_with("False")
        })
        .await?;
    assert_eq!(seen.home("evenementen"), Some(AZURE));
    assert_eq!(seen.home("archief"), Some(AZURE));
    let archief = seen.workloads["archief"].status.clone().unwrap_or_default();
    assert_eq!(archief.rejected.len(), 3, "{:?}", archief.rejected);
    let said = condition::get(&archief.conditions, condition::COMPLIANT).map(|c| c.message.clone());
    assert!(
        said.as_deref().is_some_and(|said| said.contains("no cluster")),
        "{said:?}"
    );
    let after = copies(stage, AZURE, apps).await?;
    for name in ["evenementen", "archief", "mb-nextcloud", "proeftuin"] {
        assert_eq!(
            after[name].versions(),
            before[name].versions(),
            "{name} is touched"
        );
        assert_eq!(
            after[name].written_by_us(),
            Vec::<String>::new(),
            "{name} is touched"
        );
    }
    let touched: Vec<String> = stage.member(AZURE)?.written()?;
    let strange = touched
        .iter()
        .filter(|write| !LEAVE.iter().any(|(name, _)| write.contains(name)));
    assert_eq!(strange.collect::<Vec<_>>(), Vec::<&String>::new());
    Ok(())
}

/// Nextcloud is tagged now, and its rollback window is short: it moves, and what it leaves is cleaned up.
async fn tag_and_clean_up(stage: &mut Stage, before: &Copy) -> anyhow::Result<()> {
    let name = "mb-nextcloud";
    let policies: Api<havenmeester_api::PlacementPolicy> = Api::all(stage.hub());
    let short = json!({"spec": {"migration": {"rollbackWindow": "5s"}}});
    policies
        .patch("every-workload", &PatchParams::default(), &Patch::Merge(&short))
        .await?;
    let spaces: Api<k8s_openapi::api::core::v1::Namespace> = Api::all(stage.member(AZURE)?.client());
    let tags = json!({"metadata": {"labels": App::labels(Some(("medium", "medium", "replicable")))}});
    spaces
        .patch(name, &PatchParams::default(), &Patch::Merge(&tags))
        .await?;
    stage
        .wait("nextcloud to be moved and cleaned up", |seen| {
            let cleaned = |m: &Migration| step(m, Step::CleanUp) == Some(StepState::Done);
            seen.moves(name).any(cleaned) && seen.home(name) == Some("eu")
        })
        .await?;
    let there = stage.member("eu")?.copy(name).await?;
    assert_eq!(before.lost_in(&there), Vec::<String>::new());
    assert_eq!(there.not_serving(), Vec::<String>::new());
    // Data in a volume is never deleted; everything else is.
    let left = stage.member(AZURE)?.copy(name).await?;
    let kinds: Vec<&str> = left.captured().keys().map(|key| key.kind.as_str()).collect();
    assert_eq!(kinds, ["PersistentVolumeClaim"]);
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_in_the_middle_of_moves_the_daemon_goes_on_to_the_same_end() -> anyhow::Result<()> {
    let mut stage = Stage::set(&fleet()).await?;
    let apps = [
        App::signalen(("critical", "high", "replicable"))?,
        App::docs(("medium", "medium", "replicable"))?,
        App::small("vergunningen", Some(("medium", "low", "exclusive"))),
    ];
    stage.run_apps(AZURE, &apps).await?;
    let before = copies(&stage, AZURE, &apps).await?;
    stage.register().await?;
    stage.apply(&example("30-policies.yaml")?).await?;
    stage.start_daemon()?;
    for at in [Step::AwaitServing, Step::StopSource] {
        stage
            .wait(&format!("a move to be at {at:?}"), |seen| {
                seen.migrations
                    .values()
                    .any(|m| step(m, at).is_some_and(|state| state != StepState::Pending))
            })
            .await?;
        stage.kill_daemon()?;
        stage.start_daemon()?;
    }
    let seen = stage
        .wait("every move to keep its stopped source", |seen| {
            apps.iter().all(|app| keeps_source(seen, app.name))
        })
        .await?;
    for app in &apps {
        moved(&stage, &before[app.name], app.name, &seen).await?;
        assert_eq!(seen.moves(app.name).count(), 1, "{} moves once", app.name);
    }
    stage.end().await
}
