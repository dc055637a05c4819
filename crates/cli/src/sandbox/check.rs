//! Whether it came out as it should, by what stands on the clusters, object by object.
use std::collections::BTreeMap;
use std::fmt::Debug;

use anyhow::Context as _;
use havenmeester_portability::{self as portability, ObjectKey};
use kube::api::{Api, DynamicObject, ListParams};
use kube::core::{ApiResource, GroupVersionKind};
use serde::Serialize;
use serde_json::Value;

use super::apps::App;
use super::stage::Stage;

/// Every kind that an application here consists of.
const KINDS: [(&str, &str, &str); 8] = [
    ("", "v1", "ServiceAccount"),
    ("", "v1", "ConfigMap"),
    ("", "v1", "Secret"),
    ("", "v1", "Service"),
    ("apps", "v1", "Deployment"),
    ("apps", "v1", "StatefulSet"),
    ("networking.k8s.io", "v1", "Ingress"),
    ("", "v1", "PersistentVolumeClaim"),
];

/// Fields that differ because clusters call the same thing differently (`MemberCluster.spec.classes`).
const NAMES_OF_CLASSES: [&str; 2] = ["ingressClassName", "storageClassName"];

/// One thing that must be true.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Check {
    pub(super) what: String,
    pub(super) ok: bool,
    /// What was seen, when it is not as it should be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) saw: Option<String>,
}

impl Check {
    pub(super) fn equal<T: Debug + PartialEq>(what: &str, saw: &T, wanted: &T) -> Self {
        let ok = saw == wanted;
        Self {
            what: what.to_owned(),
            ok,
            saw: (!ok).then(|| format!("saw {saw:?}, wanted {wanted:?}")),
        }
    }

    fn empty(what: String, problems: &[String]) -> Self {
        Self {
            what,
            ok: problems.is_empty(),
            saw: (!problems.is_empty()).then(|| problems.join("; ")),
        }
    }
}

/// What stands in one namespace, as it would be captured.
pub(super) struct Copy {
    objects: BTreeMap<ObjectKey, Value>,
    live: Vec<Value>,
}

impl Copy {
    pub(super) async fn read(stage: &Stage, cluster: &str, app: &App) -> anyhow::Result<Self> {
        let client = stage.world.cluster(cluster)?.admin();
        let mut copy = Self {
            objects: BTreeMap::new(),
            live: Vec::new(),
        };
        for (group, version, kind) in KINDS {
            let resource = ApiResource::from_gvk(&GroupVersionKind::gvk(group, version, kind));
            let api: Api<DynamicObject> = Api::namespaced_with(client.clone(), app.name, &resource);
            for mut object in api.list(&ListParams::default()).await?.items {
                object.types = Some(kube::core::TypeMeta {
                    api_version: resource.api_version.clone(),
                    kind: kind.to_owned(),
                });
                let value = serde_json::to_value(object)?;
                if let Some(kept) = portability::capture(&value) {
                    let key = ObjectKey::from_value(&kept).context("an object without a name")?;
                    copy.objects.insert(key, kept);
                    copy.live.push(value);
                }
            }
        }
        Ok(copy)
    }

    fn running(&self) -> Vec<String> {
        self.live
            .iter()
            .filter(|o| runs(o) && !portability::is_stopped(o))
            .map(name)
            .collect()
    }

    fn not_serving(&self) -> Vec<String> {
        use portability::Serving;
        self.live
            .iter()
            .filter(|o| runs(o))
            .filter_map(|o| match portability::is_serving(o) {
                Serving::Yes | Serving::NotApplicable => None,
                Serving::No(why) => Some(format!("{}: {why}", name(o))),
            })
            .collect()
    }
}

fn runs(object: &Value) -> bool {
    matches!(object["kind"].as_str(), Some("Deployment" | "StatefulSet"))
}

fn name(object: &Value) -> String {
    format!(
        "{} {}",
        object["kind"].as_str().unwrap_or_default(),
        object["metadata"]["name"].as_str().unwrap_or_default()
    )
}

/// It serves there with every object that it had, and nothing changed that need not change.
pub(super) async fn arrived(
    stage: &Stage,
    app: &App,
    cluster: &str,
    before: &BTreeMap<&str, Copy>,
) -> anyhow::Result<Check> {
    let there = Copy::read(stage, cluster, app).await?;
    let mut problems = there.not_serving();
    if let Some(before) = before.get(app.name) {
        problems.extend(lost(before, &there));
    }
    Ok(Check::empty(
        format!("{}: serves on {cluster}, object by object as it was", app.name),
        &problems,
    ))
}

/// The same, and its old copy is stopped.
pub(super) async fn moved(
    stage: &Stage,
    app: &App,
    cluster: &str,
    before: &BTreeMap<&str, Copy>,
) -> anyhow::Result<Check> {
    let mut check = arrived(stage, app, cluster, before).await?;
    let old = stopped(stage, app, super::stage::AZURE).await?;
    if !old.ok {
        check.ok = false;
        check.saw = Some(
            [check.saw, old.saw]
                .into_iter()
                .flatten()
                .collect::<Vec<_>>()
                .join("; "),
        );
    }
    Ok(check)
}

/// Nothing of it runs there any more.
pub(super) async fn stopped(stage: &Stage, app: &App, cluster: &str) -> anyhow::Result<Check> {
    let running = Copy::read(stage, cluster, app).await?.running();
    Ok(Check::empty(
        format!("{}: its copy on {cluster} is stopped", app.name),
        &running,
    ))
}

/// It serves where it stood, unchanged, and nowhere else is there an active copy.
pub(super) async fn stands_still(
    stage: &Stage,
    app: &App,
    cluster: &str,
    before: &BTreeMap<&str, Copy>,
) -> anyhow::Result<Check> {
    let mut check = arrived(stage, app, cluster, before).await?;
    check.what = format!("{}: stays on {cluster}, unchanged", app.name);
    let mut elsewhere = Vec::new();
    for (other, _) in stage.world.clusters().filter(|(other, _)| *other != cluster) {
        let running = Copy::read(stage, other, app).await?.running();
        elsewhere.extend(running.into_iter().map(|what| format!("{what} runs on {other}")));
    }
    if !elsewhere.is_empty() {
        check.ok = false;
        check.saw = Some(elsewhere.join("; "));
    }
    Ok(check)
}

/// Not even looked at: no Workload, no other copy, nothing changed.
pub(super) async fn untouched(
    stage: &Stage,
    app: &App,
    before: &BTreeMap<&str, Copy>,
) -> anyhow::Result<Check> {
    let mut check = stands_still(stage, app, super::stage::AZURE, before).await?;
    check.what = format!("{}: untagged, so it is left alone", app.name);
    Ok(check)
}

fn lost(before: &Copy, there: &Copy) -> Vec<String> {
    let mut problems = Vec::new();
    for (key, sent) in &before.objects {
        let Some(live) = there.objects.get(key) else {
            problems.push(format!("{key} is missing"));
            continue;
        };
        let changed = portability::faithful(sent, live)
            .into_iter()
            .filter(|d| !NAMES_OF_CLASSES.iter().any(|field| d.path.ends_with(field)))
            .map(|d| format!("{key}: {} differs", d.path));
        problems.extend(changed);
    }
    problems
}
