//! What is said of the last dry run.
use havenmeester_api::Migration;
use havenmeester_api::condition;
use havenmeester_api::migration::{FindingStatus, ImageStatus, MoveKind, Verdict};
use havenmeester_api::workload::{LastDryRun, WorkloadStatus};
use serde_json::json;

use crate::mk::{self, AZURE, Moved, ago, id, mk_move, mk_scene, written};
use crate::scene::Scene;

fn mk_run(name: &str, target: &str, verdict: Verdict, findings: &[(&str, &str, &str)]) -> Migration {
    let mut run = mk_move(name, "shop", MoveKind::Relocate, AZURE, target);
    run.spec.dry_run = true;
    let status = run.status.get_or_insert_default();
    status.verdict = Some(verdict);
    status.findings = findings
        .iter()
        .map(|(severity, question, message)| FindingStatus {
            question: (*question).to_owned(),
            severity: (*severity).to_owned(),
            object: Some("Deployment shop/web".to_owned()),
            field: None,
            message: (*message).to_owned(),
            remedy: None,
            dutch: None,
        })
        .collect();
    run
}

fn ended(run: Migration, seconds_ago: i64) -> Migration {
    run.says(condition::COMPLETE, ago(seconds_ago))
}

fn shop() -> Scene {
    mk_scene().workload("shop", AZURE, mk::low())
}

fn status(scene: &Scene) -> WorkloadStatus {
    written!(scene.intents().statuses, Workload, "shop")
        .or_else(|| scene.workloads[&id("shop")].status.clone())
        .unwrap()
}

fn last(scene: &Scene) -> LastDryRun {
    status(scene).last_dry_run.unwrap()
}

fn reasons(scene: &Scene) -> Vec<&'static str> {
    scene
        .intents()
        .notices
        .iter()
        .map(|notice| notice.reason)
        .collect()
}

#[test]
fn the_last_one_says_what_is_new_and_gone_and_that_it_is_worse() {
    let first = mk_run(
        "shop-rehearsal-1",
        "eu-1",
        Verdict::ReadyWithWarnings,
        &[
            ("Warn", "LockIn", "an annotation"),
            ("Pass", "Served", "all"),
            ("Warn", "Transfer", "2 GiB"),
        ],
    );
    let scene = shop().migration(ended(first, 60)).after_turn(0);
    assert_eq!(last(&scene).since, None, "nothing to compare with");
    let second = mk_run(
        "shop-rehearsal-2",
        "eu-1",
        Verdict::Blocked,
        &[
            ("Block", "Images", "web:1 is not in its registry"),
            ("Warn", "Transfer", "3 GiB"),
        ],
    );
    let scene = scene.migration(ended(second, 0));
    let run = last(&scene);
    let since = run.since.clone().unwrap();
    assert_eq!(
        (run.verdict, since.verdict),
        (Verdict::Blocked, Verdict::ReadyWithWarnings)
    );
    assert_eq!(
        since.new,
        ["Block Images: Deployment shop/web: web:1 is not in its registry"]
    );
    assert_eq!(since.gone, ["Warn LockIn: Deployment shop/web: an annotation"]);
    assert!(reasons(&scene).contains(&"DryRunWorse"));

    let mut scene = scene.after_turn(1);
    assert!(!reasons(&scene).contains(&"DryRunWorse"), "once");
    scene.migrations.retain(|(_, name), _| name != "shop-rehearsal-1");
    assert_eq!(last(&scene), run, "also when the one before it is gone");
}

#[test]
fn a_dry_run_is_compared_with_the_last_one_to_the_same_cluster() {
    let runs = [
        ended(mk_run("a", "eu-1", Verdict::Blocked, &[]), 300),
        ended(mk_run("b", "eu-2", Verdict::Ready, &[]), 200),
        ended(mk_run("c", "eu-1", Verdict::Ready, &[]), 100),
    ];
    let scene = runs.into_iter().fold(shop(), Scene::migration);
    let since = last(&scene).since.unwrap();
    assert_eq!((since.migration.as_str(), since.verdict), ("a", Verdict::Blocked));
    assert!(reasons(&scene).contains(&"DryRunBetter"));
}

/// A scene in which azure runs a registry, and the last dry run found images on a host.
fn with_images_from(host: &str) -> Scene {
    let mut run = mk_run("shop-rehearsal-1", "eu-1", Verdict::Ready, &[]);
    run.status.as_mut().unwrap().images = vec![ImageStatus {
        image: format!("{host}/shop/web:1"),
        digest: None,
        mirror: None,
    }];
    let mut scene = shop().migration(ended(run, 60));
    for (name, registry) in [("azure", "*.azurecr.io"), ("eu", "harbor.example.nl")] {
        let provider = std::sync::Arc::make_mut(scene.providers.get_mut(name).unwrap());
        provider.spec.registries = vec![registry.to_owned()];
    }
    scene
}

fn ready(scene: &Scene) -> String {
    let status = status(scene);
    let condition = condition::get(&status.conditions, condition::FAILOVER_READY).unwrap();
    format!("{} {}", condition.status, condition.reason)
}

#[test]
fn an_image_that_comes_from_a_mirror_does_not_go_with_the_registry_of_its_name() {
    let mut scene = with_images_from("city.azurecr.io");
    for run in scene.migrations.values_mut() {
        let run = std::sync::Arc::make_mut(run);
        run.status.as_mut().unwrap().images[0].mirror = Some("harbor.example.nl".to_owned());
    }
    assert_eq!(last(&scene).registries, ["harbor.example.nl"]);
    assert!(!ready(&scene).ends_with("ImagesLost"), "{}", ready(&scene));
}

#[test]
fn images_that_go_with_the_provider_make_a_failover_not_ready() {
    let lost = with_images_from("city.azurecr.io");
    assert_eq!(last(&lost).registries, ["city.azurecr.io"]);
    assert_eq!(ready(&lost), "False ImagesLost");
    assert_eq!(ready(&with_images_from("harbor.example.nl")), "True TargetFits");
    assert_eq!(
        ready(&with_images_from("nobody.example")),
        "True TargetFits",
        "nothing is known of it"
    );
}

#[test]
fn images_from_under_a_law_that_a_policy_refuses_make_a_failover_not_ready() {
    let mut scene = with_images_from("us.example")
        .policy("europe", json!({"require": {"jurisdictions": {"only": ["EEA"]}}}));
    let spec = json!({"legalName": "A hub", "country": "US", "registries": ["us.example"]});
    let provider = havenmeester_api::Provider::new("hub", serde_json::from_value(spec).unwrap());
    scene
        .providers
        .insert("hub".to_owned(), std::sync::Arc::new(provider));
    assert_eq!(ready(&scene), "False ImagesLost");
}
