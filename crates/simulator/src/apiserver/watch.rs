//! A watch: the changes of one resource after a resource version, as they come.
//!
//! Invariants: a watch has a position in the shared history and no queue of its own; a watch that has fallen behind
//! what the history keeps ends with 410 Gone; it ends in time, with a bookmark just before.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures::StreamExt;
use http::{Response, StatusCode};
use serde_json::{Value, json};
use tokio::sync::watch::Receiver;
use tokio::time::Instant;

use super::answer::{self, Form};
use super::body::Body;
use super::error::{ApiError, FieldError};
use super::kinds::{Kind, ResourceId};
use super::read::{metadata_only, version_number};
use super::selector::Filter;
use super::server::{Call, Server};
use super::store::{Change, Stored};
use super::table;

#[cfg(test)]
mod tests;

/// When a client sets no limit. The real server draws between 30 and 60 minutes.
const DEFAULT_TIMEOUT: Duration = Duration::from_mins(30);
/// As often as the real server's watch cache sends them.
const BOOKMARK_EVERY: Duration = Duration::from_mins(1);
/// How long before its end a watch sends its last bookmark.
const BOOKMARK_BEFORE_END: Duration = Duration::from_secs(2);
/// Changes that are sent in one chunk.
const BATCH: usize = 100;

/// Says where the initial list of a streaming list ends.
const INITIAL_EVENTS_END: &str = "k8s.io/initial-events-end";

#[expect(
    clippy::struct_excessive_bools,
    reason = "what the client asked for, and how far it has come"
)]
struct Watch {
    server: Arc<Server>,
    id: ResourceId,
    kind: Arc<Kind>,
    filter: Filter,
    form: Form,
    /// All changes up to this version have been sent.
    position: u64,
    initial: VecDeque<Arc<Stored>>,
    mark_end_of_initial: bool,
    bookmarks: bool,
    next_bookmark: Instant,
    end: Instant,
    changed: Receiver<u64>,
    table_header_sent: bool,
    over: bool,
}

/// Starts a watch.
pub(crate) fn start(server: &Arc<Server>, call: &Call<'_>) -> Result<Response<Body>, ApiError> {
    check(call)?;
    let mut filter_query = call.query.clone();
    if let Some(name) = &call.target.name {
        filter_query.field_selector = format!("metadata.name={name}");
    }
    let filter = Filter::new(&call.kind, call.target.namespace.as_deref(), &filter_query)?;
    let asked = version_number(&call.query.resource_version)
        .map_err(|error| ApiError::unexpected(format!("resourceVersion: {}", error.message)))?;
    let id = call.table();
    let mut state = server.lock();
    let current = state.store.version();
    let table = state.store.table(&id);
    let wants_initial = call.query.send_initial_events.unwrap_or(asked == 0);
    let initial: VecDeque<_> = if wants_initial {
        table
            .in_namespace(call.target.namespace.as_deref())
            .filter(|stored| filter.matches(stored))
            .cloned()
            .collect()
    } else {
        VecDeque::new()
    };
    let changed = table.subscribe();
    drop(state);
    let now = Instant::now();
    let timeout = call
        .query
        .timeout_seconds
        .filter(|s| *s > 0)
        .map_or(DEFAULT_TIMEOUT, Duration::from_secs);
    let watch = Watch {
        server: Arc::clone(server),
        id,
        kind: Arc::clone(&call.kind),
        filter,
        form: call.form,
        position: if wants_initial || asked == 0 {
            current
        } else {
            asked
        },
        initial,
        mark_end_of_initial: call.query.send_initial_events == Some(true) && call.query.allow_bookmarks,
        bookmarks: call.query.allow_bookmarks,
        next_bookmark: now + BOOKMARK_EVERY.min(timeout.saturating_sub(BOOKMARK_BEFORE_END)),
        end: now + timeout,
        changed,
        table_header_sent: false,
        over: false,
    };
    let stream = futures::stream::unfold(watch, |mut watch| async move {
        let chunk = watch.next().await?;
        Some((chunk, watch))
    });
    Ok(answer::with_body(
        StatusCode::OK,
        "application/json",
        Body::stream(stream.boxed()),
    ))
}

fn check(call: &Call<'_>) -> Result<(), ApiError> {
    let query = &call.query;
    let refuse = |field: &str, why: &str| {
        Err(ApiError::invalid_options(
            "ListOptions",
            &[FieldError::forbidden(field, why)],
        ))
    };
    match query.send_initial_events {
        None if !query.resource_version_match.is_empty() => refuse(
            "resourceVersionMatch",
            "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided",
        ),
        Some(_) if query.resource_version_match != "NotOlderThan" => refuse(
            "resourceVersionMatch",
            "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan",
        ),
        None | Some(_) => Ok(()),
    }
}

impl Watch {
    /// The next chunk; `None` when the watch is over.
    async fn next(&mut self) -> Option<Bytes> {
        loop {
            if self.over {
                return None;
            }
            if let Some(chunk) = self.take_initial() {
                return Some(chunk);
            }
            self.changed.borrow_and_update();
            if let Some(chunk) = self.take_changes() {
                return Some(chunk);
            }
            let wake = if self.bookmarks {
                self.next_bookmark.min(self.end)
            } else {
                self.end
            };
            tokio::select! {
                biased;
                changed = self.changed.changed() => if changed.is_err() {
                    return None;
                },
                () = tokio::time::sleep_until(wake) => {
                    if wake >= self.end {
                        return None;
                    }
                    return Some(self.take_bookmark());
                }
            }
        }
    }

    fn take_initial(&mut self) -> Option<Bytes> {
        if self.initial.is_empty() && !self.mark_end_of_initial {
            return None;
        }
        let mut out = Vec::new();
        let many = self.initial.len().min(BATCH);
        let batch: Vec<_> = self.initial.drain(..many).collect();
        for stored in batch {
            self.write(&mut out, "ADDED", &stored);
        }
        if self.initial.is_empty() && std::mem::take(&mut self.mark_end_of_initial) {
            let annotations = json!({ INITIAL_EVENTS_END: "true" });
            self.write_bookmark(&mut out, Some(annotations));
        }
        Some(out.into())
    }

    fn take_changes(&mut self) -> Option<Bytes> {
        let server = Arc::clone(&self.server);
        let mut state = server.lock();
        let current = state.store.version();
        let table = state.store.table(&self.id);
        let Some(changes) = table.since(self.position) else {
            self.over = true;
            let gone = ApiError::expired(format!("too old resource version: {} ({current})", self.position));
            return Some(line("ERROR", gone.status().to_string().as_bytes()));
        };
        let batch: Vec<Change> = changes.take(BATCH).cloned().collect();
        let caught_up = batch.len() < BATCH;
        drop(state);
        let mut out = Vec::new();
        for change in &batch {
            self.position = change.version;
            match self.event(change) {
                Some("DELETED") if !change.deleted => {
                    // Gone from this watch: its last state that matched, at the version of the change.
                    let last = change.before.as_deref().unwrap_or(&change.after);
                    self.write(&mut out, "DELETED", &Arc::new(last.at_version(change.version)));
                }
                Some(event) => self.write(&mut out, event, &change.after),
                None => {}
            }
        }
        if caught_up {
            self.position = current.max(self.position);
        }
        if out.is_empty() {
            (!caught_up).then(|| self.take_changes()).flatten()
        } else {
            Some(out.into())
        }
    }

    /// What the change is to this watch: an object may begin or cease to match.
    fn event(&self, change: &Change) -> Option<&'static str> {
        let before = change
            .before
            .as_ref()
            .is_some_and(|stored| self.filter.matches(stored));
        let after = !change.deleted && self.filter.matches(&change.after);
        match (before, after) {
            (false, true) => Some("ADDED"),
            (true, true) => Some("MODIFIED"),
            (true, false) => Some("DELETED"),
            (false, false) => None,
        }
    }

    fn take_bookmark(&mut self) -> Bytes {
        let last = self.end.checked_sub(BOOKMARK_BEFORE_END).unwrap_or(self.end);
        let next = Instant::now() + BOOKMARK_EVERY;
        self.next_bookmark = if Instant::now() < last {
            next.min(last)
        } else {
            self.end + BOOKMARK_BEFORE_END
        };
        let mut out = Vec::new();
        self.write_bookmark(&mut out, None);
        out.into()
    }

    fn write_bookmark(&mut self, out: &mut Vec<u8>, annotations: Option<Value>) {
        let mut meta = json!({"resourceVersion": self.position.to_string(), "creationTimestamp": null});
        if let Some(annotations) = annotations {
            meta["annotations"] = annotations;
        }
        let object = match self.form {
            Form::Object | Form::Table => {
                json!({"kind": self.kind.kind, "apiVersion": self.kind.api_version(), "metadata": meta})
            }
            Form::Metadata => metadata_only(&json!({ "metadata": meta }), "PartialObjectMetadata"),
        };
        out.extend_from_slice(&line("BOOKMARK", object.to_string().as_bytes()));
    }

    fn write(&mut self, out: &mut Vec<u8>, event: &str, stored: &Arc<Stored>) {
        let object = match self.form {
            Form::Object => stored.json(&self.kind),
            Form::Metadata => metadata_only(&stored.value, "PartialObjectMetadata")
                .to_string()
                .into(),
            Form::Table => {
                let now = self.server.clock.now();
                let meta = json!({"resourceVersion": stored.version.to_string()});
                let mut table = table::of(&self.kind, std::slice::from_ref(stored), &meta, now);
                if std::mem::replace(&mut self.table_header_sent, true) {
                    table["columnDefinitions"] = Value::Null;
                }
                table.to_string().into()
            }
        };
        out.extend_from_slice(&line(event, &object));
    }
}

fn line(event: &str, object: &[u8]) -> Bytes {
    let mut out = Vec::with_capacity(object.len() + 40);
    out.extend_from_slice(b"{\"type\":\"");
    out.extend_from_slice(event.as_bytes());
    out.extend_from_slice(b"\",\"object\":");
    out.extend_from_slice(object);
    out.extend_from_slice(b"}\n");
    out.into()
}
