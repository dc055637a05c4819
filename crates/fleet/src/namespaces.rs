//! The labels of namespaces, where the whole list of them is out of reach: asked for one by one.
//!
//! Not here: a watch on all namespaces, which is a list as any other (`watch`).
//! Invariant: a namespace that may not be read is unknown, not absent.
use std::sync::Arc;

use futures::StreamExt;
use kube::core::ApiResource;
use kube::{Api, Client};

use crate::index::namespace_of;
use crate::live::Live;
use crate::state::ClusterState;

/// Looks at each of the namespaces once, few at a time.
pub(crate) async fn look(state: &Arc<ClusterState>, client: &Client, names: &[String]) {
    let resource = ApiResource::erase::<k8s_openapi::api::core::v1::Namespace>(&());
    let api: Api<Live> = Api::all_with(client.clone(), &resource);
    let looks: Vec<_> = names
        .iter()
        .map(|name| look_at(state, &api, &resource, name))
        .collect();
    futures::stream::iter(looks)
        .buffer_unordered(state.limits.lists)
        .collect::<()>()
        .await;
}

async fn look_at(state: &ClusterState, api: &Api<Live>, resource: &ApiResource, name: &str) {
    let touched = match api.get_opt(name).await {
        Ok(Some(found)) => {
            let object = found.into_value(resource);
            state.index().set_namespace(name, &namespace_of(&object))
        }
        Ok(None) => state.index().drop_namespace(name),
        Err(error) => {
            tracing::debug!(cluster = %state.name, namespace = %name, %error, "namespace cannot be read");
            return;
        }
    };
    state.touched(touched);
}
