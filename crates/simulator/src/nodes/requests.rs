//! What nodes send to the API server about a pod: bind, write its status, start, stop.
//!
//! Not here: when (`kubelet`), and what a status says (`status`).
//! Invariant: every request names the uid, so that it cannot hit a later pod of the same name.

use std::sync::Arc;

use k8s_openapi::api::{
    core::v1::{ConfigMap, Pod, Secret},
    storage::v1::CSIDriver,
};
use kube::{
    Api, Client,
    api::{DeleteParams, Patch, PatchParams, PostParams, Preconditions},
};
use serde_json::{Value, json};

use super::{
    ImageSource,
    slip::{PodKey, Slip},
    status,
};

/// A pod, and not another one of the same name.
#[derive(Clone, Debug)]
pub(super) struct PodRef {
    pub(super) key: PodKey,
    pub(super) uid: String,
}

/// How a deed came out.
pub(super) enum Outcome {
    Done,
    /// The pod stays as it is until this deed is tried again.
    Waits(&'static str),
}

pub(super) async fn bind(api: Api<Pod>, pod: PodRef, node: String) -> kube::Result<Outcome> {
    let (namespace, name) = &pod.key;
    let binding = json!({
        "apiVersion": "v1", "kind": "Binding",
        "metadata": {"namespace": namespace, "name": name, "uid": pod.uid},
        "target": {"apiVersion": "v1", "kind": "Node", "name": node},
    });
    let params = PostParams::default();
    api.create_subresource::<Value, Value>("binding", name, &params, &binding)
        .await?;
    Ok(Outcome::Done)
}

pub(super) async fn patch_status(
    api: Api<Pod>,
    name: String,
    patch: Value,
    then: Outcome,
) -> kube::Result<Outcome> {
    api.patch_status(&name, &PatchParams::default(), &Patch::Merge(patch))
        .await?;
    Ok(then)
}

/// What a container needs before it starts.
pub(super) struct Needs {
    /// To look for what the pod refers to; `None`: it is not looked for.
    pub(super) references: Option<Client>,
    /// To ask for its images; `None`: they are there.
    pub(super) images: Option<Arc<dyn ImageSource>>,
}

pub(super) async fn start(
    api: Api<Pod>,
    needs: Needs,
    slip: Slip,
    running: Value,
    now: jiff::Timestamp,
) -> kube::Result<Outcome> {
    let missing = match lacks(needs.references, &slip).await? {
        None => unpulled(needs.images, &slip).await,
        found => found,
    };
    if let Some((reason, message)) = missing {
        if slip.marked != Some(reason) {
            let patch = status::waiting(&slip, reason, &message, now);
            patch_status(api, slip.key.1.clone(), patch, Outcome::Done).await?;
        }
        return Ok(Outcome::Waits(reason));
    }
    patch_status(api, slip.key.1.clone(), running, Outcome::Done).await
}

/// Why a pod waits, as a kubelet says it, and a sentence.
type Lack = (&'static str, String);

async fn lacks(client: Option<Client>, slip: &Slip) -> kube::Result<Option<Lack>> {
    if let Some(driver) = unregistered(client.clone(), slip).await? {
        let message = format!("driver name {driver} not found in the list of registered CSI drivers");
        return Ok(Some(("ContainerCreating", message)));
    }
    let missing = missing(client, slip).await?;
    Ok(missing.map(|missing| ("CreateContainerConfigError", missing)))
}

/// The first image that no node can have.
async fn unpulled(images: Option<Arc<dyn ImageSource>>, slip: &Slip) -> Option<Lack> {
    let images = images?;
    for image in slip.images() {
        if let Err(why) = images.pull(image).await {
            return Some((
                "ImagePullBackOff",
                format!("failed to pull image \"{image}\": {why}"),
            ));
        }
    }
    None
}

/// The first driver of a volume of the pod's own that the cluster does not have.
async fn unregistered(client: Option<Client>, slip: &Slip) -> kube::Result<Option<String>> {
    let Some(client) = client else { return Ok(None) };
    let drivers = Api::<CSIDriver>::all(client);
    for name in &slip.drivers {
        if drivers.get_opt(name).await?.is_none() {
            return Ok(Some(name.clone()));
        }
    }
    Ok(None)
}

/// The first config map or secret that the pod must have and that does not exist.
async fn missing(client: Option<Client>, slip: &Slip) -> kube::Result<Option<String>> {
    let Some(client) = client else { return Ok(None) };
    let namespace = &slip.key.0;
    let maps = Api::<ConfigMap>::namespaced(client.clone(), namespace);
    for name in &slip.config_maps {
        if maps.get_opt(name).await?.is_none() {
            return Ok(Some(format!("configmap \"{name}\" not found")));
        }
    }
    let secrets = Api::<Secret>::namespaced(client, namespace);
    for name in &slip.secrets {
        if secrets.get_opt(name).await?.is_none() {
            return Ok(Some(format!("secret \"{name}\" not found")));
        }
    }
    Ok(None)
}

pub(super) async fn stop(api: Api<Pod>, pod: PodRef) -> kube::Result<Outcome> {
    let params = DeleteParams {
        grace_period_seconds: Some(0),
        preconditions: Some(Preconditions {
            uid: Some(pod.uid),
            resource_version: None,
        }),
        ..DeleteParams::default()
    };
    api.delete(&pod.key.1, &params).await?;
    Ok(Outcome::Done)
}
