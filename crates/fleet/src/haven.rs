//! What the Haven checks need to know of a cluster, looked at now and then.
//!
//! Not here: judging it (`portability::haven`). Invariant: it is asked seldom, page by page, and only where the
//! credentials reach the whole cluster; what is refused is unknown, with the reason.
use havenmeester_portability::said::Unseen;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use havenmeester_api::member::Scope;
use havenmeester_portability::Fact;
use havenmeester_portability::haven::{
    HavenFacts, NodeFact, Official, StorageFact, WorkloadFact, newest_official,
};
use k8s_openapi::api::authorization::v1::SelfSubjectAccessReview;
use kube::api::{ListParams, PostParams};
use kube::core::ApiResource;
use kube::{Api, Client};
use serde_json::{Value, json};

use crate::clock::Clock;
use crate::connector::{Connector, Purpose};
use crate::heartbeat::chain;
use crate::live::Live;
use crate::state::{ClusterState, locked};

/// One look at a cluster.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HavenLook {
    /// What was seen.
    pub facts: HavenFacts,
    /// The newest result of the official checker that is stored there.
    pub official: Option<Official>,
}

/// Looks whenever the last look is old and the cluster answers, until it is dropped.
pub(crate) async fn run(state: Arc<ClusterState>, connector: Arc<dyn Connector>, clock: Arc<dyn Clock>) {
    let mut pulse = state.pulse.subscribe();
    loop {
        if pulse.wait_for(|pulse| pulse.alive).await.is_err() {
            return; // the state holds the sender, so that this is the end of it
        }
        let pause = match look(&state, connector.as_ref(), clock.as_ref()).await {
            Ok(seen) => {
                *locked(&state.haven) = Arc::new(seen);
                state.outdated.notify_one();
                state.limits.haven
            }
            Err(why) => {
                tracing::debug!(cluster = %state.name, %why, "the Haven facts were not looked at");
                state.limits.reconnect
            }
        };
        tokio::time::sleep(pause).await;
    }
}

async fn look(
    state: &ClusterState,
    connector: &dyn Connector,
    clock: &dyn Clock,
) -> Result<HavenLook, String> {
    let member = state.member();
    if member.spec.scope == Scope::Namespaces {
        return Ok(HavenLook {
            facts: HavenFacts::unseen(&Unseen::NamespacesOnly),
            official: None,
        });
    }
    let client = connector
        .connect(&member, Purpose::Watch)
        .await
        .map_err(|error| chain(&error))?;
    let eye = Eye {
        client: state.gate.before(client),
        page: state.limits.page,
    };
    let version = state.health().version.clone();
    let served = state.served();
    let groups: BTreeSet<String> = served.kinds().map(|gvk| gvk.group.clone()).collect();
    let facts = HavenFacts {
        observed_at: Some(clock.now()),
        nodes: eye.list("", "v1", "Node", node).await,
        version: version.map_or_else(|| Fact::unknown(Unseen::VersionNotYet), Fact::Known),
        groups: if groups.is_empty() {
            return Err("what it serves is not known yet".to_owned());
        } else {
            Fact::Known(groups)
        },
        storage: eye.list("storage.k8s.io", "v1", "StorageClass", storage).await,
        workloads: eye.workloads().await,
        admin: eye.is_admin().await,
    };
    let has_official = served
        .kinds()
        .any(|gvk| gvk.kind == "Compliancy" && gvk.group == "haven.commonground.nl");
    let official = if has_official { eye.official().await } else { None };
    Ok(HavenLook { facts, official })
}

/// Asks one cluster.
struct Eye {
    client: Client,
    page: u32,
}

impl Eye {
    /// Everything of a kind in all namespaces; only what `keep` keeps of it is held.
    async fn list<T>(
        &self,
        group: &str,
        version: &str,
        kind: &str,
        keep: impl Fn(&Value) -> T,
    ) -> Fact<Vec<T>> {
        let resource = ApiResource::from_gvk(&kube::core::GroupVersionKind::gvk(group, version, kind));
        let api: Api<Live> = Api::all_with(self.client.clone(), &resource);
        let mut params = ListParams::default().limit(self.page);
        let mut kept = Vec::new();
        loop {
            let page = match api.list(&params).await {
                Ok(page) => page,
                Err(error) => {
                    let (kind, words) = (kind.to_owned(), chain(&error));
                    return Fact::unknown(Unseen::ListFailed { kind, words });
                }
            };
            let objects = page.items.into_iter().map(|object| object.into_value(&resource));
            kept.extend(objects.map(|object| keep(&object)));
            match page.metadata.continue_.filter(|more| !more.is_empty()) {
                Some(more) => params.continue_token = Some(more),
                None => return Fact::Known(kept),
            }
        }
    }

    async fn workloads(&self) -> Fact<Vec<WorkloadFact>> {
        let mut all = Vec::new();
        for kind in ["Deployment", "StatefulSet", "DaemonSet"] {
            match self.list("apps", "v1", kind, workload).await {
                Fact::Known(found) => all.extend(found),
                Fact::Unknown { why } => return Fact::Unknown { why },
            }
        }
        Fact::Known(all)
    }

    /// A review of access to everything. It is an answer, not an object: nothing is kept of it.
    async fn is_admin(&self) -> Fact<bool> {
        let api: Api<SelfSubjectAccessReview> = Api::all(self.client.clone());
        let review = json!({ "metadata": {}, "spec": { "resourceAttributes": { "group": "*", "resource": "*", "verb": "*" } } });
        let Ok(review) = serde_json::from_value(review) else {
            return Fact::unknown(Unseen::ReviewUnwritten);
        };
        match api.create(&PostParams::default(), &review).await {
            Ok(answer) => answer.status.map_or_else(
                || Fact::unknown(Unseen::ReviewUnanswered),
                |status| Fact::Known(status.allowed),
            ),
            Err(error) => Fact::unknown(Unseen::ReviewFailed { words: chain(&error) }),
        }
    }

    async fn official(&self) -> Option<Official> {
        match self
            .list("haven.commonground.nl", "v1alpha1", "Compliancy", |object| {
                object.clone()
            })
            .await
        {
            Fact::Known(objects) => newest_official(&objects),
            Fact::Unknown { .. } => None,
        }
    }
}

fn text<'v>(value: &'v Value, pointer: &str) -> &'v str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

fn list<'v>(value: &'v Value, pointer: &str) -> impl Iterator<Item = &'v Value> {
    value
        .pointer(pointer)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
}

/// Labels of a node that carries the control plane.
const CONTROL_PLANE: [&str; 2] = [
    "node-role.kubernetes.io/control-plane",
    "node-role.kubernetes.io/master",
];

fn node(object: &Value) -> NodeFact {
    let labels = object.pointer("/metadata/labels").and_then(Value::as_object);
    let labels: BTreeSet<String> = labels
        .into_iter()
        .flat_map(|labels| labels.keys().cloned())
        .collect();
    let zone = text(object, "/metadata/labels/topology.kubernetes.io~1zone");
    let external = list(object, "/status/addresses").find(|address| text(address, "/type") == "ExternalIP");
    NodeFact {
        name: text(object, "/metadata/name").to_owned(),
        zone: (!zone.is_empty()).then(|| zone.to_owned()),
        control_plane: CONTROL_PLANE.iter().any(|label| labels.contains(*label)),
        os_image: text(object, "/status/nodeInfo/osImage").to_owned(),
        external_ip: external.map(|address| text(address, "/address").to_owned()),
        labels,
    }
}

fn storage(object: &Value) -> StorageFact {
    StorageFact {
        name: text(object, "/metadata/name").to_owned(),
        provisioner: text(object, "/provisioner").to_owned(),
    }
}

fn workload(object: &Value) -> WorkloadFact {
    let images =
        list(object, "/spec/template/spec/containers").map(|container| text(container, "/image").to_owned());
    WorkloadFact {
        namespace: text(object, "/metadata/namespace").to_owned(),
        name: text(object, "/metadata/name").to_owned(),
        images: images.collect(),
    }
}

/// Looks again after so long: an hour. Nodes and components change by the hand of people, and each look lists all that runs.
pub(crate) const EVERY: Duration = Duration::from_hours(1);

#[cfg(test)]
mod tests;
