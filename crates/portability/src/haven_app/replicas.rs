//! Can there be several replicas at once?
//!
//! Met: it runs in two or more, by itself or by an autoscaler, or one per node. Not met: something in the manifest keeps a
//! second one from running. Else `Unknown`: one replica, and nothing that forbids more.

use serde_json::Value;

use super::workload::Workload;
use super::{Evidence, State};
use crate::field::{group_kind, items, number, text};

pub(super) fn judge(objects: &[&Value], workloads: &[Workload<'_>]) -> Vec<Evidence> {
    let lasting: Vec<&Workload<'_>> = workloads
        .iter()
        .filter(|workload| workload.is_lasting())
        .collect();
    if lasting.is_empty() {
        let remedy = "check the manifests of the whole application: Deployments and StatefulSets";
        return vec![Evidence::all(
            State::Unknown,
            "nothing in it runs for long",
            remedy,
        )];
    }
    lasting
        .into_iter()
        .map(|workload| one(objects, workload))
        .collect()
}

fn one(objects: &[&Value], workload: &Workload<'_>) -> Evidence {
    if workload.kind == "DaemonSet" {
        return Evidence::of(workload, State::Met, &[], "it runs on every node", "");
    }
    if let Some((path, seen, remedy)) = obstacle(objects, workload) {
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        return Evidence::of(workload, State::NotMet, &path, seen, remedy);
    }
    if let Some(scaler) = objects.iter().find(|object| scales(object, workload)) {
        let (most, name) = (
            number(scaler, &["spec", "maxReplicas"]),
            text(scaler, &["metadata", "name"]),
        );
        let most = most
            .or_else(|| number(scaler, &["spec", "maxReplicaCount"]))
            .unwrap_or(100); // KEDA's default
        if most >= 2 {
            return Evidence::of(
                workload,
                State::Met,
                &[],
                format!("{name} scales it up to {most}"),
                "",
            );
        }
    }
    match number(workload.object, &["spec", "replicas"]) {
        Some(several @ 2..) => Evidence::of(
            workload,
            State::Met,
            &["spec", "replicas"],
            format!("it runs in {several} replicas"),
            "",
        ),
        Some(_) | None => Evidence::of(
            workload,
            State::Unknown,
            &["spec", "replicas"],
            "it runs in one replica, and nothing in the manifest forbids more",
            "run it in two or more (`replicas: 2`, or a HorizontalPodAutoscaler), with a PodDisruptionBudget",
        ),
    }
}

type Obstacle = (Vec<String>, String, &'static str);

/// What keeps a second replica from running beside the first.
fn obstacle(objects: &[&Value], workload: &Workload<'_>) -> Option<Obstacle> {
    for (place, volume) in items(workload.pod, &["spec", "volumes"]).iter().enumerate() {
        let claim = text(volume, &["persistentVolumeClaim", "claimName"]);
        if claim.is_empty() {
            continue;
        }
        let of_one = objects
            .iter()
            .find(|object| is_for_one(object, claim, workload.namespace));
        if of_one.is_some() {
            let place = place.to_string();
            let path = [workload.path, &["spec", "volumes", &place]].concat();
            return Some((
                path.iter().map(|step| (*step).to_owned()).collect(),
                format!("its replicas share the claim {claim}, which one node at a time can mount"),
                "keep the files in an object store, or make the claim ReadWriteMany",
            ));
        }
    }
    let strategy = text(workload.object, &["spec", "strategy", "type"]);
    let single = number(workload.object, &["spec", "replicas"]).is_none_or(|replicas| replicas < 2);
    (workload.kind == "Deployment" && strategy == "Recreate" && single).then(|| {
        (
            vec!["spec".to_owned(), "strategy".to_owned(), "type".to_owned()],
            "it is stopped before a new one starts (Recreate), so two cannot run at once".to_owned(),
            "make it able to run twice at once, and use the strategy RollingUpdate",
        )
    })
}

/// Whether a claim can be mounted on one node only.
fn is_for_one(object: &Value, claim: &str, namespace: &str) -> bool {
    let modes = items(object, &["spec", "accessModes"]);
    let several = |mode: &Value| matches!(mode.as_str(), Some("ReadWriteMany" | "ReadOnlyMany"));
    group_kind(object) == ("", "PersistentVolumeClaim")
        && text(object, &["metadata", "name"]) == claim
        && text(object, &["metadata", "namespace"]) == namespace
        && !modes.is_empty()
        && !modes.iter().any(several)
}

fn scales(object: &Value, workload: &Workload<'_>) -> bool {
    let is_scaler = matches!(
        group_kind(object),
        ("autoscaling", "HorizontalPodAutoscaler") | ("keda.sh", "ScaledObject")
    );
    // KEDA means a Deployment when it does not say.
    let kind = text(object, &["spec", "scaleTargetRef", "kind"]);
    is_scaler
        && text(object, &["metadata", "namespace"]) == workload.namespace
        && (kind == workload.kind || kind.is_empty() && workload.kind == "Deployment")
        && text(object, &["spec", "scaleTargetRef", "name"]) == text(workload.object, &["metadata", "name"])
}
