//! The state of one API server, and what one request may do with it.
//!
//! Invariant: the state is locked for the whole of one request and never across an `await`, so requests are atomic
//! and one after another.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use http::HeaderMap;
use serde_json::Value;

use super::ApiServerConfig;
use super::answer::Form;
use super::clock::WallClock;
use super::kinds::{Kind, ResourceId};
use super::query::Query;
use super::registry::Registry;
use super::route::{Target, Verb};
use super::schema::Schema;
use super::seeded::Seeded;
use super::store::Store;
use super::user::User;

/// What all handles of one API server share.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) config: ApiServerConfig,
    pub(crate) clock: WallClock,
    state: Mutex<State>,
}

/// All that changes.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) store: Store,
    pub(crate) registry: Registry,
    pub(crate) seeded: Seeded,
}

/// Versions start above zero, as in a real cluster: a version of 1 is never seen by a client.
const FIRST_VERSION: u64 = 100;

impl Server {
    pub(crate) fn new(config: ApiServerConfig) -> Self {
        let state = State {
            store: Store::new(FIRST_VERSION, config.history_per_resource),
            registry: Registry::with_builtin(),
            seeded: Seeded::new(config.seed),
        };
        Self {
            clock: WallClock::starting_at(config.start),
            config,
            state: Mutex::new(state),
        }
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, State> {
        // A panic while locked is a defect of this crate; the state is replaced object by object, never half.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One request to a resource.
pub(crate) struct Call<'a> {
    pub(crate) who: &'a User,
    pub(crate) kind: Arc<Kind>,
    /// Of the objects as they are kept.
    pub(crate) schema: Arc<Schema>,
    pub(crate) target: Target,
    pub(crate) verb: Verb,
    pub(crate) query: Query,
    pub(crate) form: Form,
    pub(crate) headers: &'a HeaderMap,
    pub(crate) body: &'a [u8],
}

impl Call<'_> {
    pub(crate) fn namespace(&self) -> &str {
        self.target.namespace.as_deref().unwrap_or_default()
    }

    pub(crate) fn name(&self) -> &str {
        self.target.name.as_deref().unwrap_or_default()
    }

    pub(crate) fn subresource(&self) -> &str {
        self.target.subresource.as_deref().unwrap_or_default()
    }

    pub(crate) fn table(&self) -> ResourceId {
        super::convert::table_of(&self.kind.id)
    }

    /// Who is recorded as the owner of what this request writes.
    pub(crate) fn manager(&self) -> String {
        if !self.query.field_manager.is_empty() {
            return self.query.field_manager.clone();
        }
        let agent = self
            .headers
            .get(http::header::USER_AGENT)
            .and_then(|v| v.to_str().ok());
        let first = agent.unwrap_or_default().split('/').next().unwrap_or_default();
        if first.is_empty() {
            "unknown".into()
        } else {
            first.to_owned()
        }
    }
}

/// A write in progress: the state, the time, and what to tell the client besides the answer.
pub(crate) struct Writing<'a> {
    pub(crate) state: &'a mut State,
    pub(crate) config: &'a ApiServerConfig,
    /// Now, as `metav1.Time`.
    pub(crate) now: String,
    pub(crate) user: String,
    pub(crate) dry_run: bool,
    pub(crate) warnings: Vec<String>,
}

impl Writing<'_> {
    /// Stores the object, unless this is a dry run; the answer is what the client sees.
    pub(crate) fn put(&mut self, id: &ResourceId, value: Value) -> Value {
        if self.dry_run {
            return value;
        }
        self.state.store.put(id, value, &self.user).value.clone()
    }
}
