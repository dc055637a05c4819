//! What the target says of the objects: served, permitted, taken, referred to, answered by webhooks.
use super::*;

#[test]
fn a_class_that_the_target_lacks_blocks() {
    let judged = judge(|facts, _| facts.storage_classes = Fact::Known(BTreeSet::new()));
    has(&judged, Verdict::Blocked, Question::Storage, Severity::Block);
}

#[test]
fn somebody_elses_object_blocks_and_our_own_does_not() {
    let with = |ours: bool, live: Option<Value>| {
        judge(|facts, all| {
            facts.existing = Fact::Known(vec![Existing {
                key: key("Secret", all),
                ours,
                live,
            }]);
        })
    };
    has(
        &with(false, None),
        Verdict::Blocked,
        Question::Collisions,
        Severity::Block,
    );
    assert_eq!(with(true, None).verdict, Verdict::Ready);
    assert_eq!(
        with(false, Some(mk_app()[1].clone())).verdict,
        Verdict::Ready,
        "equal to what is sent"
    );
    let other = mk("v1", "Secret", &json!({ "type": "kubernetes.io/tls" }));
    let judged = with(true, Some(other));
    has(&judged, Verdict::Blocked, Question::Collisions, Severity::Block);
    assert!(judged.findings().any(|one| one.field.as_deref() == Some("type")));
}

#[test]
fn a_permission_that_is_refused_blocks() {
    let judged = judge(|facts, _| facts.access[0].allowed = Fact::Known(false));
    has(&judged, Verdict::Blocked, Question::Access, Severity::Block);
}

#[test]
fn the_rollback_needs_delete() {
    let needs = access_needed(&mk_transformed(&mk_app()));
    assert!(
        needs
            .iter()
            .any(|need| need.verb.name() == "delete" && need.gvk == Gvk::new("apps", "v1", "Deployment"))
    );
}

#[test]
fn a_request_to_the_platform_that_is_met_does_not_block() {
    let definition = json!({ "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": { "name": "clusters.postgresql.cnpg.io" },
        "spec": { "group": "postgresql.cnpg.io", "names": { "kind": "Cluster" } } });
    let database = mk("postgresql.cnpg.io/v1", "Cluster", &json!({}));
    let (classes, only) = (mk_classes(), BTreeSet::from(["n".to_owned()]));
    let route = Route {
        from: &classes,
        to: &classes,
        namespaces_only: Some(&only),
        served: None,
    };
    let transformed = transform(&[definition, database], &route, Start::AsCaptured);
    let mut facts = mk_facts(&transformed);
    facts.namespace_exists = Fact::Known(true);
    assert_eq!(preflight(&transformed, &facts).verdict, Verdict::Ready);
    facts.served = Fact::Known(BTreeSet::new());
    has(
        &preflight(&transformed, &facts),
        Verdict::Blocked,
        Question::Access,
        Severity::Block,
    );
}

#[test]
fn what_is_referred_to_and_not_sent_blocks() {
    let mut app = mk_app();
    app.remove(1);
    let transformed = mk_transformed(&app);
    let judged = preflight(&transformed, &mk_facts(&transformed));
    has(&judged, Verdict::Blocked, Question::References, Severity::Block);
}

#[test]
fn what_a_moving_custom_resource_makes_again_is_not_missing() {
    let owner = json!([{ "apiVersion": "postgresql.cnpg.io/v1", "kind": "Cluster", "name": "db", "controller": true }]);
    let database = mk(
        "postgresql.cnpg.io/v1",
        "Cluster",
        &json!({ "metadata": { "name": "db" } }),
    );
    let made = mk(
        "v1",
        "Service",
        &json!({ "metadata": { "name": "db-rw", "ownerReferences": owner } }),
    );
    let set = mk(
        "apps/v1",
        "StatefulSet",
        &json!({ "spec": { "serviceName": "db-rw", "template": {} } }),
    );
    let transformed = mk_transformed(&[database, made, set]);
    assert_eq!(transformed.objects.len(), 2, "the service is left to its owner");
    let judged = preflight(&transformed, &mk_facts(&transformed));
    let lost = judged
        .findings()
        .any(|one| one.message.to_string().contains("db-rw"));
    assert!(!lost, "{:#?}", judged.answers);
}

#[test]
fn a_namespace_that_is_neither_there_nor_sent_blocks() {
    let transformed = mk_transformed(&mk_app()[1..]);
    let judged = preflight(&transformed, &mk_facts(&transformed));
    has(&judged, Verdict::Blocked, Question::References, Severity::Block);
}

#[test]
fn a_volume_larger_than_any_blocks_where_the_scheduler_heeds_it() {
    let transformed = mk_transformed(&mk_app());
    let mut facts = mk_facts(&transformed);
    let class = |mode: &str| json!({ "metadata": { "name": "thin" }, "provisioner": "csi.example", "volumeBindingMode": mode });
    let capacity = json!({ "storageClassName": "thin", "capacity": "500Mi" });
    let mut storage = StorageFact {
        classes: vec![class("WaitForFirstConsumer")],
        capacities: vec![capacity],
        ..StorageFact::default()
    };
    facts.storage = Fact::Known(storage.clone());
    has(
        &preflight(&transformed, &facts),
        Verdict::ReadyWithWarnings,
        Question::Storage,
        Severity::Warn,
    );
    storage.heeded.insert("csi.example".to_owned());
    facts.storage = Fact::Known(storage.clone());
    has(
        &preflight(&transformed, &facts),
        Verdict::Blocked,
        Question::Storage,
        Severity::Block,
    );
    storage.classes = vec![class("Immediate")];
    facts.storage = Fact::Known(storage);
    has(
        &preflight(&transformed, &facts),
        Verdict::ReadyWithWarnings,
        Question::Storage,
        Severity::Warn,
    );
}

#[test]
fn a_webhook_that_must_answer_and_does_not_blocks_what_it_is_asked_about() {
    let transformed = mk_transformed(&mk_app());
    let webhook = |policy: &str, resource: &str| {
        json!({ "metadata": { "name": "guard" }, "webhooks": [{ "name": "guard.example.nl", "failurePolicy": policy,
            "clientConfig": { "service": { "namespace": "guard", "name": "guard" } },
            "rules": [{ "apiGroups": ["apps"], "operations": ["CREATE"], "resources": [resource] }] }] })
    };
    let judge = |policy: &str, resource: &str, failed: bool| {
        let mut facts = mk_facts(&transformed);
        facts.webhooks = Fact::Known(vec![webhook(policy, resource)]);
        facts.silent_services.insert("guard/guard".to_owned());
        if failed {
            let fact = DryRunFact::Failed {
                message: "<no endpoints>".to_owned(),
            };
            facts.dry_run.insert(key("Deployment", &transformed), fact);
        }
        preflight(&transformed, &facts)
    };
    has(
        &judge("Fail", "deployments", true),
        Verdict::Blocked,
        Question::Admission,
        Severity::Block,
    );
    assert_eq!(judge("Fail", "statefulsets", true).verdict, Verdict::Unknown);
    has(
        &judge("Ignore", "deployments", false),
        Verdict::ReadyWithWarnings,
        Question::Admission,
        Severity::Warn,
    );
    assert_eq!(judge("Ignore", "statefulsets", false).verdict, Verdict::Ready);
}

#[test]
fn a_field_that_the_target_would_not_keep_blocks() {
    let judged = judge(|facts, transformed| {
        let fact = DryRunFact::Changed {
            fields: BTreeSet::from(["spec.new".to_owned()]),
        };
        facts.dry_run.insert(key("Deployment", transformed), fact);
    });
    has(&judged, Verdict::Blocked, Question::DryRun, Severity::Block);
    assert_eq!(
        first(&judged, Question::DryRun).field.as_deref(),
        Some("spec.new")
    );
}

#[test]
fn what_the_target_must_have_of_its_own_is_never_taken_for_granted() {
    let secret = mk(
        "external-secrets.io/v1",
        "ExternalSecret",
        &json!({ "spec": { "secretStoreRef": { "kind": "ClusterSecretStore", "name": "vault" } } }),
    );
    let transformed = mk_transformed(&[mk_app(), vec![secret]].concat());
    let kind = ("external-secrets.io".to_owned(), "ClusterSecretStore".to_owned());
    assert_eq!(owned_kinds(&transformed), BTreeSet::from([kind.clone()]));
    let asked = |owned: Vec<OwnedFact>| {
        let facts = TargetFacts {
            owned,
            ..mk_facts(&transformed)
        };
        let judged = preflight(&transformed, &facts);
        let finding = first(&judged, Question::References);
        (finding.severity, finding.message.to_string())
    };
    let names = |names: Fact<BTreeSet<String>>| {
        vec![OwnedFact {
            group: kind.0.clone(),
            kind: kind.1.clone(),
            names,
        }]
    };
    let there = BTreeSet::from(["vault".to_owned()]);
    assert_eq!(asked(names(Fact::Known(there))).0, Severity::Pass);
    let lacks = "the target has no ClusterSecretStore vault".to_owned();
    assert_eq!(
        asked(names(Fact::Known(BTreeSet::new()))),
        (Severity::Warn, lacks)
    );
    let unseen = "whether the target has ClusterSecretStore vault is not known: it was not asked".to_owned();
    assert_eq!(asked(Vec::new()), (Severity::Warn, unseen));
}
