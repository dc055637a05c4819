//! Kubernetes Events: what a person sees in `kubectl describe`.
//!
//! Invariant: an Event that cannot be published is lost, and nothing else; Events are not the record (the ledger is).
//! Names and times follow from what is said and when, never from a clock or chance of their own.
use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use futures::StreamExt;
use havenmeester_api::FIELD_MANAGER;
use jiff::Timestamp;
use k8s_openapi::api::core::v1::ObjectReference;
use k8s_openapi::api::events::v1::{Event, EventSeries};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::MicroTime;
use kube::api::{Patch, PatchParams, PostParams};
use kube::{Api, Client, Resource};
use serde_json::json;
use tracing::debug;

use crate::intent::{About, Notice};

/// Events in flight at once.
const IN_FLIGHT: usize = 16;
/// Where Events about objects without a namespace go, as Kubernetes' own do.
const NO_NAMESPACE: &str = "default";

/// Publishes notices.
pub(crate) struct Publisher {
    hub: Client,
    identity: String,
    /// How often each Event was said, by its name.
    said: BTreeMap<String, i32>,
}

impl Publisher {
    pub(crate) fn new(hub: Client, identity: &str) -> Self {
        Self {
            hub,
            identity: identity.to_owned(),
            said: BTreeMap::new(),
        }
    }

    /// Publishes all, several at once.
    pub(crate) async fn publish(&mut self, notices: Vec<Notice>, now: Timestamp) {
        let events: Vec<Event> = notices.iter().map(|notice| self.event(notice, now)).collect();
        let hub = &self.hub;
        futures::stream::iter(events)
            .map(|event| send(hub, event))
            .buffered(IN_FLIGHT)
            .for_each(|()| async {})
            .await;
    }

    fn event(&mut self, notice: &Notice, now: Timestamp) -> Event {
        let about = reference(&notice.about);
        let name = name(&about, notice);
        let count = self.said.entry(name.clone()).or_default();
        *count += 1;
        let mut event = Event {
            action: Some("Reconcile".to_owned()),
            event_time: Some(MicroTime(now)),
            note: Some(notice.note.chars().take(1000).collect()), // the API's limit is 1 KiB
            reason: Some(notice.reason.to_owned()),
            regarding: Some(about.clone()),
            reporting_controller: Some(FIELD_MANAGER.to_owned()),
            reporting_instance: Some(self.identity.chars().take(128).collect()), // the API's limit
            series: (*count > 1).then_some(EventSeries {
                count: *count,
                last_observed_time: MicroTime(now),
            }),
            type_: Some(if notice.warning { "Warning" } else { "Normal" }.to_owned()),
            ..Event::default()
        };
        event.metadata.name = Some(name);
        event.metadata.namespace = Some(about.namespace.unwrap_or_else(|| NO_NAMESPACE.to_owned()));
        event
    }
}

fn reference(about: &About) -> ObjectReference {
    match about {
        About::Member(o) => o.object_ref(&()),
        About::Workload(o) => o.object_ref(&()),
        About::Contract(o) => o.object_ref(&()),
        About::Exemption(o) => o.object_ref(&()),
        About::External(o) => o.object_ref(&()),
        About::Approval(o) => o.object_ref(&()),
        About::Drill(o) => o.object_ref(&()),
    }
}

/// The same said of the same object is the same Event, seen again.
fn name(about: &ObjectReference, notice: &Notice) -> String {
    let mut hash = DefaultHasher::new();
    (&about.kind, &about.uid, notice.reason, &notice.note).hash(&mut hash);
    let object: String = about
        .name
        .iter()
        .flat_map(|name| name.chars())
        .take(200)
        .collect();
    format!("{object}.{:016x}", hash.finish())
}

async fn send(hub: &Client, event: Event) {
    let namespace = event.metadata.namespace.clone().unwrap_or_default();
    let name = event.metadata.name.clone().unwrap_or_default();
    let api: Api<Event> = Api::namespaced(hub.clone(), &namespace);
    let params = PostParams {
        field_manager: Some(FIELD_MANAGER.to_owned()),
        ..PostParams::default()
    };
    let mut sent = match &event.series {
        None => api.create(&params, &event).await.map(drop),
        Some(series) => again(&api, &name, series).await,
    };
    if let Err(kube::Error::Api(status)) = &sent {
        sent = match (status.code, &event.series) {
            // Said by an earlier process, or another replica.
            (409, None) => {
                let series = EventSeries {
                    count: 2,
                    last_observed_time: event
                        .event_time
                        .clone()
                        .unwrap_or(MicroTime(Timestamp::UNIX_EPOCH)),
                };
                again(&api, &name, &series).await
            }
            // Events live for an hour; this one is over.
            (404, Some(_)) => {
                let anew = Event {
                    series: None,
                    ..event.clone()
                };
                api.create(&params, &anew).await.map(drop)
            }
            _ => return debug!(%name, code = status.code, "publishing an Event"),
        };
    }
    if let Err(error) = sent {
        debug!(%name, error = %crate::chain::chain(&error), "publishing an Event");
    }
}

async fn again(api: &Api<Event>, name: &str, series: &EventSeries) -> Result<(), kube::Error> {
    let patch = json!({"series": {"count": series.count, "lastObservedTime": series.last_observed_time}});
    let params = PatchParams {
        field_manager: Some(FIELD_MANAGER.to_owned()),
        ..PatchParams::default()
    };
    api.patch(name, &params, &Patch::Merge(patch)).await.map(drop)
}
