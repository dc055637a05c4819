//! What is asked for, and when it has come to its end.
use havenmeester_api::migration::MoveKind;
use havenmeester_placement::WorkloadId;
use serde_json::{Value, json};

use super::{has_ended, wanted};
use crate::args::{LanguageArgs, MigrateArgs, RunOutput, Tongue};
use crate::decided::{Decided, from_hub};
use crate::objects::Objects;

fn mk_args(to: Option<&str>, dry_run: bool) -> MigrateArgs {
    MigrateArgs {
        workload: "signalen".to_owned(),
        to: to.map(str::to_owned),
        dry_run,
        pin_digests: false,
        timeout: 1,
        output: RunOutput::Table,
        language: LanguageArgs { language: Tongue::En },
    }
}

fn mk_id() -> WorkloadId {
    WorkloadId {
        namespace: "havenmeester".to_owned(),
        name: "signalen".to_owned(),
    }
}

fn mk_migration(kind: &str, status: &Value) -> havenmeester_api::Migration {
    let value = json!({
        "apiVersion": "havenmeester.dev/v1alpha1", "kind": "Migration",
        "metadata": {"namespace": "havenmeester", "name": "signalen-1"},
        "spec": {"workload": "signalen", "kind": kind, "source": "hent", "target": "eu-west-1"},
        "status": status,
    });
    serde_json::from_value(value).unwrap()
}

/// signalen stands on eu-west-1 and must stand on hent.
fn mk_decided(state: &str, migrations: Vec<havenmeester_api::Migration>) -> Decided {
    let member = |name: &str| {
        let value = json!({
            "apiVersion": "havenmeester.dev/v1alpha1", "kind": "MemberCluster", "metadata": {"name": name},
            "spec": {"provider": "p", "region": "r", "connection": {"kubeconfigSecret": {"namespace": "n", "name": name}}},
            "status": {"reachability": {"state": state, "since": "2026-11-24T09:00:00Z"}},
        });
        serde_json::from_value(value).unwrap()
    };
    let workload = json!({
        "apiVersion": "havenmeester.dev/v1alpha1", "kind": "Workload",
        "metadata": {"namespace": "havenmeester", "name": "signalen"},
        "spec": {"target": {"namespace": "signalen"}},
        "status": {"cluster": "eu-west-1", "desired": {"cluster": "hent", "because": "it must"}},
    });
    let objects = Objects {
        members: vec![member("eu-west-1"), member("hent")],
        workloads: vec![serde_json::from_value(workload).unwrap()],
        migrations,
        ..Objects::default()
    };
    from_hub(objects, "2026-11-24T10:00:00Z".parse().unwrap())
}

#[test]
fn without_a_target_it_goes_where_the_policies_want_it() {
    let made = wanted(
        &mk_id(),
        &mk_args(None, false),
        &mk_decided("Reachable", vec![]),
        Some("jan"),
    )
    .unwrap();
    assert_eq!(
        (
            made.spec.kind,
            made.spec.source.as_deref(),
            made.spec.target.as_str()
        ),
        (MoveKind::Relocate, Some("eu-west-1"), "hent")
    );
    assert_eq!(
        made.spec.reason.as_deref(),
        Some("asked for by jan with `havenmeester migrate`")
    );
}

#[test]
fn from_a_lost_cluster_it_is_a_failover_and_back_it_is_a_failback() {
    let kind = |decided| {
        wanted(&mk_id(), &mk_args(None, false), &decided, None)
            .unwrap()
            .spec
            .kind
    };
    assert_eq!(kind(mk_decided("Lost", vec![])), MoveKind::Failover);
    let failover = mk_migration("Failover", &json!({"planGeneration": 3}));
    assert_eq!(kind(mk_decided("Reachable", vec![failover])), MoveKind::Failback);
    let dry = wanted(&mk_id(), &mk_args(None, true), &mk_decided("Lost", vec![]), None).unwrap();
    assert_eq!((dry.spec.kind, dry.spec.dry_run), (MoveKind::Relocate, true));
}

#[test]
fn a_target_that_cannot_be_is_refused_with_what_can() {
    let refused = |to| {
        wanted(
            &mk_id(),
            &mk_args(Some(to), false),
            &mk_decided("Reachable", vec![]),
            None,
        )
        .unwrap_err()
    };
    assert_eq!(
        refused("mars").to_string(),
        "--to: there is no MemberCluster \"mars\"; there are eu-west-1, hent"
    );
    assert!(
        refused("eu-west-1")
            .to_string()
            .contains("stands on eu-west-1 already")
    );
}

#[test]
fn a_move_that_keeps_its_source_has_done_what_was_asked() {
    let step = |name: &str, state: &str| {
        mk_migration("Relocate", &json!({"steps": [{"name": name, "state": state}]}))
    };
    assert!(!has_ended(&step("AwaitServing", "Done")));
    assert!(!has_ended(&step("Retain", "Pending")));
    assert!(has_ended(&step("Retain", "Running")));
}
