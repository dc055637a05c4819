//! Whether it came out as it should, by what stands on the clusters, object by object.
use std::collections::BTreeMap;
use std::fmt::Debug;

use havenmeester_portability::Standing;
use kube::api::{Api, DynamicObject, ListParams};
use kube::core::{ApiResource, GroupVersionKind};
use serde::Serialize;

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

/// What stands of an application on a cluster.
pub(super) async fn standing(stage: &Stage, cluster: &str, app: &App) -> anyhow::Result<Standing> {
    let client = stage.world.cluster(cluster)?.admin();
    let mut standing = Standing::default();
    for (group, version, kind) in KINDS {
        let resource = ApiResource::from_gvk(&GroupVersionKind::gvk(group, version, kind));
        let api: Api<DynamicObject> = Api::namespaced_with(client.clone(), app.name, &resource);
        for mut object in api.list(&ListParams::default()).await?.items {
            object.types = Some(kube::core::TypeMeta {
                api_version: resource.api_version.clone(),
                kind: kind.to_owned(),
            });
            standing.keep(serde_json::to_value(object)?);
        }
    }
    Ok(standing)
}

/// It serves there with every object that it had, and nothing changed that need not change.
pub(super) async fn arrived(
    stage: &Stage,
    app: &App,
    cluster: &str,
    before: &BTreeMap<&str, Standing>,
) -> anyhow::Result<Check> {
    let there = standing(stage, cluster, app).await?;
    let mut problems = there.not_serving();
    if let Some(before) = before.get(app.name) {
        problems.extend(before.lost_in(&there));
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
    before: &BTreeMap<&str, Standing>,
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
    let running = standing(stage, cluster, app).await?.running();
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
    before: &BTreeMap<&str, Standing>,
) -> anyhow::Result<Check> {
    let mut check = arrived(stage, app, cluster, before).await?;
    check.what = format!("{}: stays on {cluster}, unchanged", app.name);
    let mut elsewhere = Vec::new();
    for (other, _) in stage.world.clusters().filter(|(other, _)| *other != cluster) {
        let running = standing(stage, other, app).await?.running();
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
    before: &BTreeMap<&str, Standing>,
) -> anyhow::Result<Check> {
    let mut check = stands_still(stage, app, super::stage::AZURE, before).await?;
    check.what = format!("{}: untagged, so it is left alone", app.name);
    Ok(check)
}
