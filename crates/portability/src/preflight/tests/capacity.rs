//! Nodes and quotas: is there room for the Pods.
use super::*;

#[test]
fn the_whole_workload_is_added_up_against_the_quota() {
    let quota = |cpu: &str, used: &str| {
        let map = |value: &str| BTreeMap::from([("requests.cpu".to_owned(), value.to_owned())]);
        let quota = QuotaFact {
            scopes: vec![],
            namespace: "n".to_owned(),
            name: "q".to_owned(),
            hard: map(cpu),
            used: map(used),
        };
        judge(|facts, _| facts.quota = Fact::Known(vec![quota]))
    };
    assert_eq!(
        quota("1500m", "0").verdict,
        Verdict::Ready,
        "three Pods of 500m fit just"
    );
    has(
        &quota("1500m", "1m"),
        Verdict::Blocked,
        Question::Admission,
        Severity::Block,
    );
    has(
        &quota("1499m", "0"),
        Verdict::Blocked,
        Question::Admission,
        Severity::Block,
    );
    has(
        &quota("many", "0"),
        Verdict::Unknown,
        Question::Admission,
        Severity::Unknown,
    );
}

#[test]
fn pods_are_judged_through_samples() {
    let transformed = mk_transformed(&mk_app());
    let samples = sample_pods(&transformed);
    assert_eq!(samples.len(), 1);
    let sample = ObjectKey::from_value(&samples[0]).expect("a key");
    assert_eq!(sample.to_string(), "Pod n/deployment-a");
    let refused = DryRunFact::Refused {
        field: None,
        message: "violates PodSecurity".to_owned(),
    };
    let judged = judge(|facts, _| facts.pods = Some(BTreeMap::from([(sample, refused)])));
    has(&judged, Verdict::Blocked, Question::Admission, Severity::Block);
    has(
        &judge(|facts, _| facts.pods = Some(BTreeMap::new())),
        Verdict::Unknown,
        Question::Admission,
        Severity::Unknown,
    );
}

#[test]
fn the_sample_of_a_stateful_set_has_the_volumes_of_its_claims() {
    let container =
        json!({ "name": "c", "image": "i", "volumeMounts": [{ "name": "data", "mountPath": "/data" }] });
    let claim = json!({ "metadata": { "name": "data" }, "spec": { "storageClassName": "thin" } });
    let set = mk(
        "apps/v1",
        "StatefulSet",
        &json!({ "spec": { "volumeClaimTemplates": [claim],
            "template": { "spec": { "containers": [container], "volumes": [{ "name": "tmp", "emptyDir": {} }] } } } }),
    );
    let samples = sample_pods(&mk_transformed(&[set]));
    assert_eq!(
        samples[0]["spec"]["volumes"],
        json!([
            { "name": "tmp", "emptyDir": {} },
            { "name": "data", "persistentVolumeClaim": { "claimName": "data-a-0" } },
        ])
    );
}

fn on_nodes(transformed: &Transformed, nodes: Vec<Value>, pods: Vec<Value>) -> (Severity, String) {
    let mut facts = mk_facts(transformed);
    facts.nodes = Fact::Known(NodesFact {
        nodes,
        pods,
        grows: false,
    });
    let judged = preflight(transformed, &facts);
    let finding = first(&judged, Question::Capacity);
    (finding.severity, finding.message.to_string())
}

#[test]
fn pods_need_room_on_nodes_that_take_them() {
    let app = mk_with(&json!({}), &json!({}));
    let two = || vec![mk_node("one", "2"), mk_node("two", "2")];
    assert_eq!(on_nodes(&app, two(), vec![]).0, Severity::Pass);
    let busy = json!({ "spec": { "nodeName": "one", "containers": [{ "resources": { "requests": { "cpu": "1500m" } } }] } });
    let (severity, message) = on_nodes(&app, two(), vec![busy.clone()]);
    assert_eq!(severity, Severity::Block, "{message}");
    let mut done = busy.clone();
    done["status"]["phase"] = "Succeeded".into();
    assert_eq!(on_nodes(&app, two(), vec![done]).0, Severity::Pass);
    // Room enough together, and not for each: a better fit is not excluded.
    let half = |node: &str| json!({ "spec": { "nodeName": node, "containers": [{ "resources": { "requests": { "cpu": "500m" } } }] } });
    let (severity, message) = on_nodes(&app, two(), vec![half("one"), half("two")]);
    assert_eq!(severity, Severity::Warn, "{message}");
    assert_eq!(on_nodes(&app, vec![], vec![]).0, Severity::Block);
    assert_eq!(
        on_nodes(&app, vec![mk_node("small", "500m")], vec![]).0,
        Severity::Block
    );
}

#[test]
fn where_nodes_are_added_on_demand_no_room_is_no_reason_against_it() {
    let app = mk_with(&json!({}), &json!({}));
    let mut facts = mk_facts(&app);
    facts.namespace_exists = Fact::Known(true);
    facts.nodes = Fact::Known(NodesFact {
        grows: true,
        ..NodesFact::default()
    });
    has(
        &preflight(&app, &facts),
        Verdict::ReadyWithWarnings,
        Question::Capacity,
        Severity::Warn,
    );
}

#[test]
fn selectors_affinity_and_taints_are_heeded() {
    let labelled = |label: &str| {
        let mut node = mk_node("one", "4");
        node["metadata"]["labels"]["disk"] = label.into();
        node
    };
    let selected = mk_with(
        &json!({ "spec": { "nodeSelector": { "disk": "fast" } } }),
        &json!({}),
    );
    assert_eq!(
        on_nodes(&selected, vec![labelled("fast")], vec![]).0,
        Severity::Pass
    );
    assert_eq!(
        on_nodes(&selected, vec![labelled("slow")], vec![]).0,
        Severity::Block
    );
    let affine = |operator: &str| {
        let term =
            json!({ "matchExpressions": [{ "key": "disk", "operator": operator, "values": ["fast"] }] });
        mk_with(
            &json!({ "spec": { "affinity": { "nodeAffinity": {
                "requiredDuringSchedulingIgnoredDuringExecution": { "nodeSelectorTerms": [term] } } } } }),
            &json!({}),
        )
    };
    assert_eq!(
        on_nodes(&affine("In"), vec![labelled("fast")], vec![]).0,
        Severity::Pass
    );
    assert_eq!(
        on_nodes(&affine("NotIn"), vec![labelled("fast")], vec![]).0,
        Severity::Block
    );
    let mut tainted = mk_node("one", "4");
    tainted["spec"]["taints"] = json!([{ "key": "gpu", "effect": "NoSchedule" }]);
    let plain = mk_with(&json!({}), &json!({}));
    let (severity, message) = on_nodes(&plain, vec![tainted.clone()], vec![]);
    assert_eq!(severity, Severity::Block);
    assert!(message.contains("taint gpu on 1"), "{message}");
    let tolerant = mk_with(
        &json!({ "spec": { "tolerations": [{ "key": "gpu", "operator": "Exists" }] } }),
        &json!({}),
    );
    assert_eq!(on_nodes(&tolerant, vec![tainted], vec![]).0, Severity::Pass);
    let mut closed = mk_node("one", "4");
    closed["spec"]["unschedulable"] = true.into();
    assert_eq!(on_nodes(&plain, vec![closed], vec![]).0, Severity::Block);
}

#[test]
fn pods_that_keep_apart_need_as_many_nodes() {
    let term = json!({ "topologyKey": "kubernetes.io/hostname", "labelSelector": { "matchLabels": { "app": "a" } } });
    let apart = mk_with(
        &json!({ "spec": { "affinity": { "podAntiAffinity": { "requiredDuringSchedulingIgnoredDuringExecution": [term] } } } }),
        &json!({}),
    );
    let nodes = |count: usize| {
        (0..count)
            .map(|place| mk_node(&format!("n{place}"), "8"))
            .collect::<Vec<_>>()
    };
    assert_eq!(on_nodes(&apart, nodes(3), vec![]).0, Severity::Pass);
    assert_eq!(on_nodes(&apart, nodes(2), vec![]).0, Severity::Block);
    let spread = mk_with(
        &json!({ "spec": { "topologySpreadConstraints": [{ "maxSkew": 1, "topologyKey": "kubernetes.io/hostname",
            "whenUnsatisfiable": "DoNotSchedule", "labelSelector": { "matchLabels": { "app": "a" } } }] } }),
        &json!({}),
    );
    assert_eq!(on_nodes(&spread, nodes(2), vec![]).0, Severity::Pass);
    let mut small = nodes(1);
    small.push(mk_node("small", "1"));
    small.push(mk_node("tiny", "1"));
    assert_eq!(on_nodes(&spread, small, vec![]).0, Severity::Pass);
}

fn judge_quota(scopes: Vec<QuotaScope>, hard: &[(&str, &str)], objects: &[Value]) -> Preflight {
    let transformed = mk_transformed(objects);
    let mut facts = mk_facts(&transformed);
    facts.quota = Fact::Known(vec![QuotaFact {
        namespace: "n".to_owned(),
        name: "q".to_owned(),
        hard: hard
            .iter()
            .map(|(name, amount)| ((*name).to_owned(), (*amount).to_owned()))
            .collect(),
        used: BTreeMap::new(),
        scopes,
    }]);
    preflight(&transformed, &facts)
}

#[test]
fn a_quota_counts_only_pods_of_its_scopes() {
    let scope = |name: &str, operator: &str, values: &[&str]| QuotaScope {
        name: name.to_owned(),
        operator: operator.to_owned(),
        values: values.iter().map(|value| (*value).to_owned()).collect(),
    };
    let app = &mk_app();
    let severity = |scopes: Vec<QuotaScope>| {
        first(&judge_quota(scopes, &[("pods", "2")], app), Question::Admission).severity
    };
    assert_eq!(severity(vec![]), Severity::Block);
    assert_eq!(severity(vec![scope("NotTerminating", "", &[])]), Severity::Block);
    assert_eq!(severity(vec![scope("Terminating", "", &[])]), Severity::Pass);
    assert_eq!(severity(vec![scope("BestEffort", "", &[])]), Severity::Pass);
    assert_eq!(severity(vec![scope("NotBestEffort", "", &[])]), Severity::Block);
    assert_eq!(
        severity(vec![scope("PriorityClass", "In", &["high"])]),
        Severity::Pass
    );
    assert_eq!(
        severity(vec![scope("PriorityClass", "DoesNotExist", &[])]),
        Severity::Block
    );
}

#[test]
fn what_comes_and_goes_warns_and_a_default_of_the_namespace_counts() {
    let nightly = mk(
        "batch/v1",
        "CronJob",
        &json!({ "spec": { "jobTemplate": { "spec": { "template": { "spec": { "containers": [{ "name": "c", "image": "i" }] } } } } } }),
    );
    let judged = judge_quota(vec![], &[("pods", "0")], std::slice::from_ref(&nightly));
    assert_eq!(first(&judged, Question::Admission).severity, Severity::Warn);
    let mut app = mk_app();
    app[3]["spec"]["template"]["spec"]["containers"][0]["resources"] = json!({});
    let transformed = mk_transformed(&app);
    let mut facts = mk_facts(&transformed);
    facts.quota = Fact::Known(vec![QuotaFact {
        namespace: "n".to_owned(),
        name: "q".to_owned(),
        hard: BTreeMap::from([("requests.memory".to_owned(), "1Gi".to_owned())]),
        used: BTreeMap::new(),
        scopes: vec![],
    }]);
    assert_eq!(
        first(&preflight(&transformed, &facts), Question::Admission).severity,
        Severity::Pass
    );
    let range = json!({ "apiVersion": "v1", "kind": "LimitRange", "metadata": { "name": "l", "namespace": "n" },
        "spec": { "limits": [{ "type": "Container", "defaultRequest": { "memory": "512Mi" } }] } });
    facts.limit_ranges = Fact::Known(vec![range]);
    assert_eq!(
        first(&preflight(&transformed, &facts), Question::Admission).severity,
        Severity::Block
    );
}
