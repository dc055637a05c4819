//! What the steps of one move share during one call: its members, and its cargo read once.
//!
//! Not here: how far it is (`state`). Invariant: reads only.

use havenmeester_portability::said::Stored;
use std::collections::BTreeSet;

use havenmeester_api::migration::MigrationStatus;
use havenmeester_fleet::Member;
use havenmeester_ledger::{Capture, CaptureId};
use havenmeester_placement::Reach;
use havenmeester_portability::{ClusterClasses, Gvk, Planned, Route, Start, Transformed, pin, transform};
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::sync::OnceCell;

use crate::{
    classes,
    deps::Deps,
    errors::MemberError,
    images,
    moving::Moving,
    namespace::{self, Writer},
    plan::Later,
    preflight::Gate,
};

/// One move during one call of `advance`.
pub(crate) struct Cx<'d> {
    /// What it works with.
    pub(crate) deps: &'d Deps,
    /// What is moved.
    pub(crate) moving: Moving,
    /// What later moves of the workload mean for its stopped source; looked at in the steps that keep one.
    pub(crate) later: Later,
    /// Whether the findings of its preflight are heeded.
    pub(crate) gate: Gate,
    loaded: OnceCell<(String, Capture)>,
    from: OnceCell<ClusterClasses>,
}

/// What is written on the target.
#[derive(Debug)]
pub(crate) struct Cargo {
    /// The workload's own namespace; `None` where namespaces are given to us.
    pub(crate) namespace: Option<Value>,
    /// Everything else, in order of creation.
    pub(crate) objects: Vec<Planned>,
    /// All that was said about the way, the namespace included.
    pub(crate) said: Transformed,
}

impl<'d> Cx<'d> {
    /// A move that begins its call.
    pub(crate) fn new(deps: &'d Deps, moving: Moving, gate: Gate) -> Self {
        Self {
            deps,
            moving,
            later: Later::None,
            gate,
            loaded: OnceCell::new(),
            from: OnceCell::new(),
        }
    }

    /// Now.
    pub(crate) fn now(&self) -> Timestamp {
        self.deps.clock.now()
    }

    /// Who writes.
    pub(crate) fn writer(&self) -> Writer<'_> {
        let name = self.moving.workload.split_once('/').map_or("", |(_, name)| name);
        Writer {
            migration: &self.moving.id,
            generation: self.moving.generation,
            part: (!self.moving.place.match_labels.is_empty()).then_some(name),
        }
    }

    /// The cluster that it leaves.
    pub(crate) async fn source(&self) -> Result<Member, MemberError> {
        self.member(&self.moving.source).await
    }

    /// The cluster that it goes to.
    pub(crate) async fn target(&self) -> Result<Member, MemberError> {
        self.member(&self.moving.target).await
    }

    pub(crate) async fn member(&self, name: &str) -> Result<Member, MemberError> {
        let found = self.deps.fleet.member(name).await;
        found.map_err(|away| MemberError::Unavailable {
            cluster: name.to_owned(),
            cause: away.cause,
        })
    }

    /// The capture that is moved.
    pub(crate) async fn capture(&self, status: &MigrationStatus) -> Result<Capture, MemberError> {
        let id = status.capture.clone().unwrap_or_default();
        let (held, capture) = self.loaded.get_or_try_init(|| self.load(id.clone())).await?;
        if *held == id {
            return Ok(capture.clone());
        }
        self.load(id).await.map(|(_, capture)| capture)
    }

    async fn load(&self, id: String) -> Result<(String, Capture), MemberError> {
        let name: CaptureId = id.parse().map_err(|_| MemberError::NoCapture)?;
        let found = self.deps.ledger.get_capture(&name).await;
        let capture = found.map_err(|source| MemberError::Store {
            what: Stored::Reading,
            source,
        })?;
        Ok((id, capture))
    }

    /// What is written on the target, from the capture of the status.
    pub(crate) async fn cargo(
        &self,
        status: &MigrationStatus,
        target: &Member,
        start: Start,
    ) -> Result<Cargo, MemberError> {
        let capture = self.capture(status).await?;
        let mut cargo = self.pack(&capture.objects, target, start).await?;
        if self.moving.pin_digests {
            pin(&mut cargo.said, &images::digests(status));
            cargo.objects = self.all_but_namespace(&cargo.said);
        }
        Ok(cargo)
    }

    /// The same from any objects, for any member.
    pub(crate) async fn pack(
        &self,
        objects: &[Value],
        to: &Member,
        start: Start,
    ) -> Result<Cargo, MemberError> {
        let from = self.from.get_or_try_init(|| classes::of_source(self)).await?;
        let only = match &to.reach {
            Reach::Namespaces(only) => Some(only),
            Reach::Cluster => None,
        };
        let served: BTreeSet<Gvk> = to.served.kinds().cloned().collect();
        let route = Route {
            from,
            to: &to.classes,
            namespaces_only: only,
            served: Some(&served).filter(|served| !served.is_empty()),
        };
        let mut said = transform(objects, &route, start);
        let mut own = None;
        if only.is_none() {
            own = Some(self.namespace_of(&mut said));
        }
        let objects = self.all_but_namespace(&said);
        Ok(Cargo {
            namespace: own,
            objects,
            said,
        })
    }

    fn all_but_namespace(&self, said: &Transformed) -> Vec<Planned> {
        let own = namespace::key(self.moving.namespace());
        said.objects
            .iter()
            .filter(|one| one.key != own)
            .cloned()
            .collect()
    }

    /// The workload's own namespace as it was captured; else one with what is known of its tags.
    fn namespace_of(&self, said: &mut Transformed) -> Value {
        let key = namespace::key(self.moving.namespace());
        if let Some(captured) = said.objects.iter().find(|one| one.key == key) {
            return captured.object.clone();
        }
        let object = json!({
            "apiVersion": "v1", "kind": "Namespace",
            "metadata": {"name": key.name, "labels": self.moving.tags},
        });
        let planned = Planned {
            key,
            order: 0,
            object: object.clone(),
            changes: Vec::new(),
        };
        said.objects.insert(0, planned);
        object
    }
}
