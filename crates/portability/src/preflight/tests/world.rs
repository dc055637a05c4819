//! What lies around the objects: clocks, versions, names, data, the source, the provider.
use super::*;
use crate::Verb;

#[test]
fn a_target_that_is_older_is_a_warning() {
    let judged = judge(|facts, _| {
        facts.version = Fact::Known(Versions {
            source: Some("v1.36.3".to_owned()),
            target: "v1.34+".to_owned(),
        });
    });
    has(
        &judged,
        Verdict::ReadyWithWarnings,
        Question::Reachable,
        Severity::Warn,
    );
}

#[test]
fn a_host_that_is_taken_and_a_record_that_stays_are_said() {
    let mut app = mk_app();
    let entry = |namespace: &str, name: &str| {
        json!({ "apiVersion": "networking.k8s.io/v1", "kind": "Ingress",
            "metadata": { "namespace": namespace, "name": name },
            "spec": { "ingressClassName": "nginx", "rules": [{ "host": "shop.example.nl" }] } })
    };
    app.push(entry("n", "web"));
    let transformed = mk_transformed(&app);
    let mut facts = mk_facts(&transformed);
    let said = |facts: &TargetFacts| -> usize {
        let judged = preflight(&transformed, facts);
        judged
            .findings()
            .filter(|one| one.question == Question::Dns)
            .count()
    };
    facts.entries = Fact::Known(vec![entry("n", "web")]);
    assert_eq!(
        said(&facts),
        1,
        "the record; an entry of ours is not in its own way"
    );
    facts.entries = Fact::Known(vec![entry("other", "web")]);
    assert_eq!(said(&facts), 2);
}

#[test]
fn what_it_calls_and_leaves_behind_is_said_and_no_value_of_a_secret() {
    let mut app = mk_app();
    app.push(mk(
        "v1",
        "ConfigMap",
        &json!({ "data": { "db": "postgres://db.shared.svc.cluster.local:5432/x",
        "own": "web.n.svc", "trusted": "10.0.0.0/8", "mail": "smtp 10.1.2.3:25" } }),
    ));
    app[1]["data"]["k"] = "aHR0cDovL3ZhdWx0LmhpZGRlbi5zdmM=".into(); // http://vault.hidden.svc
    let transformed = mk_transformed(&app);
    let judged = preflight(&transformed, &mk_facts(&transformed));
    let said: Vec<String> = judged
        .findings()
        .filter(|one| one.question == Question::Egress)
        .map(|one| one.message.to_string())
        .collect();
    assert_eq!(said.len(), 3, "{said:?}");
    assert!(said.iter().any(|one| one.contains("namespace shared")));
    assert!(said.iter().any(|one| one.contains("10.1.2.3")));
    assert!(!said.iter().any(|one| one.contains("hidden")));
}

#[test]
fn a_stop_longer_than_the_recovery_time_warns_with_what_it_assumes() {
    let judged = judge(|facts, _| {
        facts.aims = Aims {
            exclusive: true,
            rto: Some(60),
            rpo: None,
            megabits: None,
        };
    });
    let finding = first(&judged, Question::Transfer);
    assert_eq!(finding.severity, Severity::Warn);
    assert!(
        finding.message.to_string().contains("1Gi")
            && finding.message.to_string().contains("500 Mbit/s (assumed"),
        "{}",
        finding.message
    );
    let judged = judge(|facts, _| {
        facts.aims = Aims {
            exclusive: true,
            rto: Some(120),
            rpo: None,
            megabits: Some(10_000),
        };
    });
    assert_eq!(first(&judged, Question::Transfer).severity, Severity::Pass);
}

#[test]
fn a_source_that_does_not_serve_or_cannot_be_stopped_is_said() {
    let judged = judge(|facts, transformed| {
        let mut live = mk(
            "apps/v1",
            "Deployment",
            &json!({ "spec": { "replicas": 3 }, "status": { "readyReplicas": 1 } }),
        );
        live["metadata"]["generation"] = 1.into();
        live["status"]["observedGeneration"] = 1.into();
        let need = access_needed(transformed)
            .into_iter()
            .find(|need| need.verb == Verb::Patch)
            .expect("a need");
        facts.source = Fact::Known(SourceFact {
            live: vec![live],
            access: vec![AccessFact {
                need,
                allowed: Fact::Known(false),
            }],
            capture_age: Some(600),
        });
        facts.aims.rpo = Some(300);
    });
    has(&judged, Verdict::Blocked, Question::Fencing, Severity::Block);
    has(&judged, Verdict::Blocked, Question::SourceHealth, Severity::Warn);
}

#[test]
fn a_source_that_can_be_stopped_and_not_removed_is_a_warning() {
    let judged = judge(|facts, transformed| {
        let mut needs = access_needed(transformed).into_iter();
        let need = needs.find(|need| need.verb == Verb::Delete).expect("a need");
        facts.source = Fact::Known(SourceFact {
            access: vec![AccessFact {
                need,
                allowed: Fact::Known(false),
            }],
            ..SourceFact::default()
        });
    });
    has(
        &judged,
        Verdict::ReadyWithWarnings,
        Question::Fencing,
        Severity::Warn,
    );
}

#[test]
fn a_volume_of_a_driver_that_the_target_lacks_blocks_and_one_that_it_has_does_not() {
    let pod = |volume: &serde_json::Value| {
        mk(
            "apps/v1",
            "Deployment",
            &json!({ "spec": { "template": { "spec": { "volumes": [volume],
                "containers": [{ "name": "c", "image": "i:1" }] } } } }),
        )
    };
    let csi = json!({ "name": "d", "csi": { "driver": "disk.csi.azure.com" } });
    let built_in =
        json!({ "name": "d", "azureDisk": { "diskName": "a", "diskURI": "/subscriptions/0/disks/a" } });
    for volume in [csi, built_in] {
        let transformed = mk_transformed(&[pod(&volume)]);
        let with = |drivers: &[&str]| {
            let facts = TargetFacts {
                storage: Fact::Known(StorageFact {
                    drivers: drivers.iter().map(|name| (*name).to_owned()).collect(),
                    ..StorageFact::default()
                }),
                ..mk_facts(&transformed)
            };
            first(&preflight(&transformed, &facts), Question::LockIn).severity
        };
        assert_eq!(with(&[]), Severity::Block, "{volume}");
        assert_eq!(with(&["disk.csi.azure.com"]), Severity::Warn, "{volume}");
    }
}

#[test]
fn what_still_ties_it_to_a_provider_is_no_tie_at_that_provider() {
    let tied = mk(
        "v1",
        "ConfigMap",
        &json!({ "data": { "db": "shop.database.windows.net" } }),
    );
    let transformed = mk_transformed(&[mk_app(), vec![tied]].concat());
    let facts = mk_facts(&transformed);
    has(
        &preflight(&transformed, &facts),
        Verdict::ReadyWithWarnings,
        Question::LockIn,
        Severity::Warn,
    );
    let mut azure = mk_node("one", "4");
    azure["spec"]["providerID"] = "azure:///subscriptions/x".into();
    let facts = TargetFacts {
        nodes: Fact::Known(NodesFact {
            nodes: vec![azure],
            ..NodesFact::default()
        }),
        ..facts
    };
    assert_eq!(
        first(&preflight(&transformed, &facts), Question::LockIn).severity,
        Severity::Pass
    );
}

#[test]
fn two_clocks_that_differ_are_said() {
    has(
        &judge(|f, _| f.skew = Fact::Known(-40)),
        Verdict::ReadyWithWarnings,
        Question::Reachable,
        Severity::Warn,
    );
}
