//! Kubernetes Events: what a person sees in `kubectl describe`.
//!
//! Invariant: an Event that cannot be published is lost, and nothing else; Events are not the record (the ledger is).
use havenmeester_api::FIELD_MANAGER;
use kube::runtime::events::{Event, EventType, Recorder, Reporter};
use kube::{Client, Resource};
use tracing::debug;

use crate::intent::{About, Notice};

/// Publishes notices.
pub(crate) struct Publisher {
    recorder: Recorder,
}

impl Publisher {
    pub(crate) fn new(hub: Client, identity: &str) -> Self {
        let reporter = Reporter {
            controller: FIELD_MANAGER.to_owned(),
            instance: Some(identity.to_owned()),
        };
        Self {
            recorder: Recorder::new(hub, reporter),
        }
    }

    pub(crate) async fn publish(&self, notice: &Notice) {
        let event = Event {
            type_: if notice.warning {
                EventType::Warning
            } else {
                EventType::Normal
            },
            reason: notice.reason.to_owned(),
            note: Some(notice.note.chars().take(1000).collect()), // the API's limit is 1 KiB
            action: "Reconcile".to_owned(),
            secondary: None,
        };
        let reference = match &notice.about {
            About::Member(o) => o.object_ref(&()),
            About::Workload(o) => o.object_ref(&()),
            About::Contract(o) => o.object_ref(&()),
            About::Drill(o) => o.object_ref(&()),
        };
        if let Err(error) = self.recorder.publish(&event, &reference).await {
            debug!(reason = notice.reason, error = %crate::chain::chain(&error), "publishing an Event");
        }
    }
}
