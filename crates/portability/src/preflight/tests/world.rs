//! What lies around the objects: clocks, versions, names, data, the source, the provider.
use super::*;

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
        let need = access_needed(transformed).into_iter().next().expect("a need");
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
fn what_still_ties_it_to_a_provider_is_no_tie_at_that_provider() {
    let tied = mk(
        "v1",
        "ConfigMap",
        &json!({ "data": { "db": "shop.database.windows.net" } }),
    );
    let transformed = mk_transformed(&[tied]);
    let facts = mk_facts(&transformed);
    has(
        &preflight(&transformed, &facts),
        Verdict::Blocked,
        Question::LockIn,
        Severity::Block,
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
