//! Images and the cut-off, on real API servers and with real registries: an image that lives only in the registry of the
//! provider that is cut off keeps an application down, its dry run said so and how to mirror it, and what was mirrored
//! comes up.
//!
//! Invariant: nodes of the target pull from the registries themselves; nothing tells them what a dry run said.

use anyhow::{Context as _, ensure};
use havenmeester_api::migration::{Step, StepState, Verdict};
use havenmeester_api::{MemberCluster, condition};
use havenmeester_testenv::{Entry, Process, Registry};
use havenmeester_tests::{App, NAMESPACE, Plan, Seen, Stage, step};
use k8s_openapi::api::core::v1::Pod;
use kube::Api;
use kube::api::{ListParams, Patch, PatchParams};
use serde_json::{Value, json};

const AZURE: &str = "azure";
const EU: &str = "eu";
/// Its image is mirrored, as its dry run says.
const MIRRORED: &str = "balie";
/// Its image is not.
const LEFT: &str = "loket";
const TAGS: (&str, &str, &str) = ("critical", "high", "replicable");

async fn set() -> anyhow::Result<(Stage, Registry)> {
    let eu = Plan {
        pulls: true,
        ..Plan::EU
    };
    let mut stage = Stage::set(&[Plan::AZURE, eu]).await?;
    let theirs = Registry::start("azure", Entry::Open).await?;
    stage.daemon.plain_http.push(theirs.host());
    let mut apps = Vec::new();
    for name in [MIRRORED, LEFT] {
        theirs.push(&format!("{name}:1"), &["amd64"]).await?;
        apps.push(App::of_image(name, TAGS, &format!("{}/{name}:1", theirs.host())));
    }
    stage.run_apps(AZURE, &apps).await?;
    stage.register().await?;
    let owner = json!({"spec": {"registries": [theirs.host()]}});
    let providers: Api<havenmeester_api::Provider> = Api::all(stage.hub());
    providers
        .patch(AZURE, &PatchParams::default(), &Patch::Merge(&owner))
        .await?;
    stage
        .apply(&[json!({"apiVersion": "havenmeester.dev/v1alpha1", "kind": "PlacementPolicy",
            "metadata": {"name": "every-workload"},
            "spec": {"workloads": {}, "migration": {"mode": "Manual"}, "failover": {"mode": "Automatic", "after": "1s"}}})])
        .await?;
    stage.start_daemon()?;
    stage
        .wait("everything to be captured", |seen| {
            let captured = |name: &&str| seen.of_workload(name, condition::CAPTURED) == "True Captured";
            [MIRRORED, LEFT].iter().all(captured)
        })
        .await?;
    Ok((stage, theirs))
}

/// What the command says of a workload: its exit code and its report.
fn dry_run(stage: &Stage, workload: &str) -> anyhow::Result<(Option<i32>, Value)> {
    let asked = format!("{NAMESPACE}/{workload}");
    let output = stage.command(&["migrate", &asked, "--dry-run", "--to", EU, "-o", "json"])?;
    let told = String::from_utf8_lossy(&output.stderr);
    let report = serde_json::from_slice(&output.stdout).with_context(|| told.into_owned())?;
    Ok((output.status.code(), report))
}

/// The remedy of the finding about images that blocks.
fn remedy(report: &Value) -> Option<&str> {
    let findings = report["findings"].as_array()?.iter();
    let mut blocks = findings.filter(|one| one["question"] == "Images" && one["severity"] == "Block");
    blocks.next()?["remedy"].as_str()
}

async fn name_roles(stage: &Stage, theirs: &str) -> anyhow::Result<()> {
    let members: Api<MemberCluster> = Api::all(stage.hub());
    for (cluster, prefix) in [(AZURE, theirs.to_owned()), (EU, stage.registry.host())] {
        let roles = json!({"spec": {"classes": {"registries": [{"role": "apps", "prefix": prefix}]}}});
        members
            .patch(cluster, &PatchParams::default(), &Patch::Merge(&roles))
            .await?;
    }
    Ok(())
}

async fn waits_for_its_image(stage: &Stage, workload: &str) -> anyhow::Result<bool> {
    let pods: Api<Pod> = Api::namespaced(stage.member(EU)?.client(), workload);
    let found = pods.list(&ListParams::default()).await?;
    let waits = |pod: &Pod| {
        let pod = serde_json::to_value(pod).unwrap_or_default();
        pod.pointer("/status/containerStatuses/0/state/waiting/reason") == Some(&json!("ImagePullBackOff"))
    };
    Ok(!found.items.is_empty() && found.items.iter().all(waits))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_mirrored_as_the_dry_run_says_survives_the_cut_off_and_what_was_not_does_not()
-> anyhow::Result<()> {
    let (mut stage, theirs) = set().await?;
    for workload in [MIRRORED, LEFT] {
        let (code, report) = dry_run(&stage, workload)?;
        ensure!(
            code == Some(1) && report["verdict"] == json!(Verdict::Blocked),
            "{report:#}"
        );
        let remedy = remedy(&report).with_context(|| format!("no block of its image: {report:#}"))?;
        let from = format!("crane copy {}/{workload}@sha256:", theirs.host());
        ensure!(remedy.contains(&from), "{remedy}");
        ensure!(remedy.contains("spec.classes.registries"), "{remedy}");
    }

    // What `crane copy` does, and what must be written then.
    stage.registry.push(&format!("{MIRRORED}:1"), &["amd64"]).await?;
    name_roles(&stage, &theirs.host()).await?;
    let (code, report) = dry_run(&stage, MIRRORED)?;
    ensure!(code == Some(0) && remedy(&report).is_none(), "{report:#}");

    stage.member(AZURE)?.cluster.process(Process::ApiServer).kill()?;
    drop(theirs);
    let serves = |seen: &Seen| seen.home(MIRRORED) == Some(EU);
    stage.wait("what was mirrored to serve", serves).await?;
    let waits = |seen: &Seen| {
        let mut moves = seen.failovers().filter(|m| m.spec.workload == LEFT);
        moves.any(|m| step(m, Step::AwaitServing).is_some_and(|state| state == StepState::Running))
    };
    let seen = stage.wait("what was not to wait", waits).await?;
    ensure!(waits_for_its_image(&stage, LEFT).await?, "{seen}");
    ensure!(!waits_for_its_image(&stage, MIRRORED).await?, "{seen}");
    stage.end().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_command_tells_the_verdict_of_an_application_of_sixty_objects() -> anyhow::Result<()> {
    let mut stage = Stage::set(&[Plan::AZURE, Plan::EU]).await?;
    let app = App::small("parkeren", Some(("low", "low", "replicable"))).of_objects(60);
    stage.run_apps(AZURE, &[app]).await?;
    stage.register().await?;
    stage.start_daemon()?;
    stage
        .wait("it to be captured", |seen| {
            seen.of_workload("parkeren", condition::CAPTURED) == "True Captured"
        })
        .await?;

    let asked = format!("{NAMESPACE}/parkeren");
    let output = stage.command(&["migrate", &asked, "--dry-run", "--to", EU, "-o", "json"])?;

    let told = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.code() == Some(0), "{told}");
    let report: Value = serde_json::from_slice(&output.stdout)?;
    ensure!(report["verdict"] == json!(Verdict::Ready), "{report:#}");
    ensure!(report["objects"].as_i64() >= Some(60), "{report:#}");
    ensure!(told.contains("Preflight"), "no progress: {told}");
    stage.end().await
}
