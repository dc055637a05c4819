//! Bad input, on real API servers: each gives a condition that names the object, the field and what would be right;
//! the rest of the fleet goes on; nothing is deleted; nothing panics.

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, ensure};
use havenmeester_api::condition;
use havenmeester_tests::{App, Plan, Seen, Stage, create};
use kube::Api;
use serde_json::{Value, json};

const AZURE: &str = "azure";

fn ours(kind: &str, name: &str, spec: &Value) -> Value {
    json!({"apiVersion": "havenmeester.dev/v1alpha1", "kind": kind, "metadata": {"name": name}, "spec": spec})
}

fn member(name: &str, provider: &str) -> Value {
    ours(
        "MemberCluster",
        name,
        &json!({"provider": provider, "region": "nl",
            "connection": {"kubeconfigSecret": {"namespace": "havenmeester", "name": name}}}),
    )
}

/// The message of a condition, of whatever it is.
fn message(
    conditions: Option<&Vec<k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition>>,
    kind: &str,
) -> String {
    let found = conditions.and_then(|all| condition::get(all, kind));
    found
        .map(|c| format!("{} {}: {}", c.status, c.reason, c.message))
        .unwrap_or_default()
}

fn of_member(seen: &Seen, name: &str, kind: &str) -> String {
    let status = seen.members.get(name).and_then(|m| m.status.as_ref());
    message(status.map(|s| &s.conditions), kind)
}

fn of_workload(seen: &Seen, name: &str, kind: &str) -> String {
    let status = seen.workloads.get(name).and_then(|w| w.status.as_ref());
    message(status.map(|s| &s.conditions), kind)
}

/// Each of these words is in the text.
fn names(text: &str, words: &[&str]) -> bool {
    words.iter().all(|word| text.contains(word))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bad_input_says_what_is_wrong_and_the_rest_goes_on() -> anyhow::Result<()> {
    let mut stage = Stage::set(&[Plan::AZURE, Plan::EU]).await?;
    let apps = [
        App::small("goed", Some(("critical", "high", "replicable"))),
        App::small("geweigerd", Some(("critical", "high", "replicable"))),
        App::small("verschreven", Some(("vital", "high", "replicable"))),
    ];
    stage.run_apps(AZURE, &apps).await?;
    refuse_on_target(&stage).await?;
    stage.register().await?;
    stage.start_daemon()?;
    stage.wait("discovery", |seen| seen.workloads.len() == 3).await?;
    what_cannot_be_used(&mut stage).await?;

    // What the definitions refuse is refused with a message that says what would be right.
    let misspelt = ours(
        "PlacementPolicy",
        "misspelt",
        &json!({"require": {"categories": ["PrivateEU"]}}),
    );
    refused(
        &stage,
        &misspelt,
        &["spec.require.categories[0]", "PrivateEU", "PrivateEu"],
    )
    .await?;
    let term = json!({"provider": "azure", "start": "2028-01-01", "end": "2027-01-01"});
    refused(
        &stage,
        &ours("Contract", "backwards", &term),
        &["spec.end", "later than start"],
    )
    .await?;

    the_rest_goes_on(&mut stage).await?;
    store_that_is_full(&mut stage).await?;
    stage.end().await
}

/// A kubeconfig that cannot be read, a provider that is not there, owners in a ring, a level that does not exist.
async fn what_cannot_be_used(stage: &mut Stage) -> anyhow::Result<()> {
    let owned_by = |other: &str| {
        json!({"legalName": "Ring", "country": "NL", "category": "PrivateEu",
            "owners": [{"provider": other, "shareBasisPoints": 10000}]})
    };
    stage
        .write_credentials("kapot", "this is: not a kubeconfig")
        .await?;
    stage
        .apply(&[
            member("kapot", "eu-cloud"),
            member("wees", "nobody"),
            ours("Provider", "ring-a", &owned_by("ring-b")),
            ours("Provider", "ring-b", &owned_by("ring-a")),
        ])
        .await?;
    let level = [
        "False UnknownLevel",
        "criticality",
        "vital",
        "low, medium or critical",
    ];
    let seen = stage
        .wait("conditions on what cannot be used", |seen| {
            names(
                &of_member(seen, "kapot", condition::REACHABLE),
                &["Misconfigured"],
            ) && names(
                &of_member(seen, "wees", condition::VALID),
                &["False", "spec.provider", "nobody"],
            ) && names(&of_workload(seen, "verschreven", condition::VALID), &level)
        })
        .await?;
    let kapot = of_member(&seen, "kapot", condition::REACHABLE);
    ensure!(
        names(&kapot, &["havenmeester/kapot", "kubeconfig"]),
        "which Secret, which key? {kapot}"
    );
    let providers: Api<havenmeester_api::Provider> = Api::all(stage.hub());
    for name in ["ring-a", "ring-b"] {
        let found = providers.get(name).await?.status.unwrap_or_default();
        let said = message(Some(&found.conditions), condition::VALID);
        ensure!(
            names(&said, &["False", "spec.owners", "ring-a", "ring-b"]),
            "{name}: {said}"
        );
        let autonomous = message(Some(&found.conditions), condition::AUTONOMOUS);
        ensure!(!autonomous.starts_with("True"), "{name}: {autonomous}");
    }
    let status = seen.workloads["verschreven"].status.clone().unwrap_or_default();
    let strictest = status.criticality == Some(havenmeester_api::Criticality::Critical);
    ensure!(strictest, "an unknown level counts as the strictest: {status:?}");
    Ok(())
}

/// What may not stay leaves, but for what the target refuses, which stays and says why.
async fn the_rest_goes_on(stage: &mut Stage) -> anyhow::Result<()> {
    stage
        .apply(&havenmeester_tests::example("30-policies.yaml")?)
        .await?;
    let seen = stage
        .wait(
            "the good one to be moved, and the refused one to say why it is not",
            |seen| {
                let failed = |m: &havenmeester_api::Migration| {
                    let status = m.status.as_ref();
                    status.is_some_and(|s| condition::is_true(&s.conditions, condition::FAILED))
                };
                seen.home("goed") == Some("eu") && seen.moves("geweigerd").any(failed)
            },
        )
        .await?;
    ensure!(seen.home("geweigerd") == Some(AZURE), "{seen}");
    let migration = seen.moves("geweigerd").next().context("no move")?;
    let status = migration.status.clone().unwrap_or_default();
    let finding = status.findings.iter().find(|one| one.severity == "Block");
    let said = finding.map_or_else(String::new, |one| format!("{:?} {}", one.object, one.message));
    let told = names(&said, &["Deployment", "geweigerd", "no such images here"]);
    ensure!(told, "{:#?}", status.findings);
    let here = stage.member(AZURE)?.copy("geweigerd").await?;
    ensure!(
        here.not_serving().is_empty() && !here.captured().is_empty(),
        "it still serves"
    );
    let there = stage.member("eu")?.copy("geweigerd").await?;
    ensure!(
        there.captured().is_empty(),
        "left on the target: {:?}",
        there.captured().keys()
    );
    Ok(())
}

/// The target takes no Deployment of that name.
async fn refuse_on_target(stage: &Stage) -> anyhow::Result<()> {
    let client = stage.member("eu")?.client();
    let policy = json!({"apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingAdmissionPolicy",
        "metadata": {"name": "images"}, "spec": {"failurePolicy": "Fail",
            "matchConstraints": {"resourceRules": [{"apiGroups": ["apps"], "apiVersions": ["v1"],
                "operations": ["CREATE", "UPDATE"], "resources": ["deployments"]}]},
            "validations": [{"expression": "object.metadata.name != 'geweigerd'", "message": "no such images here"}]}});
    let binding = json!({"apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingAdmissionPolicyBinding",
        "metadata": {"name": "images"}, "spec": {"policyName": "images", "validationActions": ["Deny"]}});
    for object in [policy, binding] {
        create(&client, None, &object).await?;
    }
    Ok(())
}

/// The hub does not take the object, and its answer has these words in it.
async fn refused(stage: &Stage, object: &Value, words: &[&str]) -> anyhow::Result<()> {
    let answer = create(&stage.hub(), None, object)
        .await
        .err()
        .context("it was taken")?;
    ensure!(answer.code() == Some(422), "{answer:?}");
    let text = format!("{answer:?}");
    ensure!(names(&text, words), "{words:?} in {text}");
    Ok(())
}

/// A store that takes nothing: captures fail and say so, everything else goes on, and it mends by itself.
async fn store_that_is_full(stage: &mut Stage) -> anyhow::Result<()> {
    stage.end_daemon().await?;
    let home = tempfile::tempdir()?;
    let store = Full::at(home.path())?;
    home.path().clone_into(&mut stage.daemon.store);
    stage.start_daemon()?;
    let seen = stage
        .wait("the store's refusal to be said", |seen| {
            // A daemon that has just begun may repeat what was said of the first store.
            of_member(seen, AZURE, condition::CAPTURED).starts_with("False StoreRefuses")
                && of_workload(seen, "geweigerd", condition::CAPTURED).starts_with("False StoreRefuses")
                && seen.of_member(AZURE, condition::REACHABLE) == "True Answers"
        })
        .await?;
    ensure!(seen.home("goed") == Some("eu"), "nothing moves for it: {seen}");
    ensure!(
        !stage
            .member(AZURE)?
            .copy("geweigerd")
            .await?
            .captured()
            .is_empty(),
        "nothing is deleted"
    );
    store.mend()?;
    stage
        .wait("captures once the store takes them again", |seen| {
            of_member(seen, AZURE, condition::CAPTURED).starts_with("True")
                && of_workload(seen, "geweigerd", condition::CAPTURED).starts_with("True")
        })
        .await?;
    stage.end_daemon().await?;
    drop(store);
    // What was there before is whole.
    stage.daemon.store = stage.first_store();
    Ok(())
}

/// A directory on a file system without room; as another user than root, one that cannot be written.
struct Full<'a> {
    at: &'a Path,
    mounted: bool,
}

impl<'a> Full<'a> {
    fn at(at: &'a Path) -> anyhow::Result<Self> {
        let mounted =
            rustix::process::geteuid().is_root() && mount(&["-t", "tmpfs", "-o", "size=4k", "tmpfs"], at);
        if !mounted {
            set_mode(at, 0o555)?;
            let writable = std::fs::write(at.join("probe"), "").is_ok();
            ensure!(
                !writable,
                "neither a small file system nor a read-only directory can be made here"
            );
        }
        Ok(Self { at, mounted })
    }

    fn mend(&self) -> anyhow::Result<()> {
        if self.mounted {
            ensure!(mount(&["-o", "remount,size=64m"], self.at), "remounting");
            return Ok(());
        }
        set_mode(self.at, 0o755)
    }
}

impl Drop for Full<'_> {
    fn drop(&mut self) {
        if self.mounted {
            let _ = Command::new("umount").arg("-l").arg(self.at).status();
        }
    }
}

fn mount(options: &[&str], at: &Path) -> bool {
    let done = Command::new("mount").args(options).arg(at).status();
    done.is_ok_and(|status| status.success())
}

fn set_mode(at: &Path, mode: u32) -> anyhow::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(at, std::fs::Permissions::from_mode(mode))?;
    Ok(())
}
