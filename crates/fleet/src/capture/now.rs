//! A capture when it is asked for: fresh lists, not the index, because a move rests on it.
use futures::{StreamExt, TryStreamExt};
use havenmeester_ledger::{Capture, CaptureRef, Ledger};
use havenmeester_portability::capture;
use jiff::Timestamp;
use kube::api::ListParams;
use kube::core::ApiResource;
use kube::{Api, Client};
use serde_json::Value;

use super::complete;
use crate::errors::CaptureError;
use crate::fleet::Tracked;
use crate::live::Live;
use crate::state::{Captured, ClusterState};

/// Lists everything in the namespace and stores what the Workload claims of it. `at` is the wall time before the lists.
pub(crate) async fn take(
    state: &ClusterState,
    client: &Client,
    ledger: &Ledger,
    workload: &str,
    tracked: &Tracked,
    at: Timestamp,
) -> Result<CaptureRef, CaptureError> {
    let namespace = tracked.namespace.as_str();
    let served = state.served();
    let kinds: Vec<ApiResource> = served.captured().map(|(_, resource)| resource.clone()).collect();
    let lists: Vec<_> = kinds
        .into_iter()
        .map(|resource| list(state, client, namespace, resource))
        .collect();
    let lists: Vec<Vec<Value>> = futures::stream::iter(lists)
        .buffered(state.limits.lists)
        .try_collect()
        .await?;
    let objects = lists.into_iter().flatten().collect();
    let itself = itself(client, namespace).await;
    let shared: Vec<Value> = state
        .index()
        .shared()
        .filter_map(|bytes| serde_json::from_slice(bytes).ok())
        .collect();
    let (cluster, place) = (state.name.clone(), namespace.to_owned());
    let objects = complete(objects, itself, &shared, tracked).ok_or_else(|| CaptureError::Empty {
        cluster: cluster.clone(),
        namespace: place.clone(),
    })?;
    let taken = Capture {
        workload: workload.to_owned(),
        cluster: cluster.clone(),
        objects,
    };
    let reference = ledger
        .put_capture(&taken, at)
        .await
        .map_err(|source| CaptureError::Store {
            cluster,
            namespace: place,
            source,
        })?;
    remember(state, tracked, &reference);
    Ok(reference)
}

fn remember(state: &ClusterState, tracked: &Tracked, reference: &CaptureRef) {
    let captured = Captured {
        as_of: reference.taken_at,
        reference: reference.clone(),
        of: tracked.clone(),
        generation: None,
    };
    let mut all = state.captured();
    // The watches may have brought a newer one meanwhile.
    let newer = all
        .get(&reference.workload)
        .is_some_and(|known| known.reference.taken_at > captured.reference.taken_at);
    if !newer {
        all.insert(reference.workload.clone(), captured);
    }
    drop(all);
    state.outdated.notify_one();
    state.uncaptured.notify_one();
}

async fn list(
    state: &ClusterState,
    client: &Client,
    namespace: &str,
    resource: ApiResource,
) -> Result<Vec<Value>, CaptureError> {
    let api: Api<Live> = Api::namespaced_with(client.clone(), namespace, &resource);
    let mut params = ListParams::default().limit(state.limits.page);
    let mut kept = Vec::new();
    loop {
        let page = match api.list(&params).await {
            Ok(page) => page,
            // Not ours to see, or gone: the same as in the watches, where it is shown.
            Err(kube::Error::Api(status)) if matches!(status.code, 403..=406) => return Ok(kept),
            Err(source) => {
                return Err(CaptureError::List {
                    cluster: state.name.clone(),
                    namespace: namespace.to_owned(),
                    kind: resource.kind.clone(),
                    source,
                });
            }
        };
        let objects = page.items.into_iter().map(|object| object.into_value(&resource));
        kept.extend(objects.filter_map(|object| capture(&object)));
        match page.metadata.continue_.filter(|more| !more.is_empty()) {
            Some(more) => params.continue_token = Some(more),
            None => return Ok(kept),
        }
    }
}

/// The namespace itself, where we may see it.
async fn itself(client: &Client, namespace: &str) -> Option<Value> {
    let resource = ApiResource::erase::<k8s_openapi::api::core::v1::Namespace>(&());
    let api: Api<Live> = Api::all_with(client.clone(), &resource);
    let found = api.get_opt(namespace).await.ok().flatten()?;
    capture(&found.into_value(&resource))
}
