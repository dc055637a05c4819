//! The Migration on the hub: read, and its status written back.
//!
//! Invariant: a status is only ever written over the version that it was made from. Who finds that somebody else
//! wrote one meanwhile stops and begins anew from what stands there.

use havenmeester_api::{FIELD_MANAGER, Migration, labels, migration::MigrationStatus};
use kube::{
    Api, ResourceExt as _,
    api::{ListParams, Patch, PatchParams, PostParams},
};
use serde_json::json;

use crate::{
    deps::Deps,
    errors::{MoveError, code},
    state,
};

/// How often a status is written anew because only the rest of the object had changed.
const RETRIES: usize = 4;

/// The longest value of a label.
const LABEL_CHARS: usize = 63;

/// One Migration, as it stands on the hub and as it is to be.
pub(crate) struct Journal {
    api: Api<Migration>,
    seen: Migration,
    /// The status that the next save writes.
    pub(crate) status: MigrationStatus,
}

/// What became of a save.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Saved {
    /// It stands on the hub.
    Yes,
    /// Somebody else wrote a status: begin anew from that.
    Overtaken,
    /// The Migration is gone.
    Gone,
}

impl Journal {
    /// Opens the Migration. One that has begun is read anew: what the caller holds may be from before a roll back.
    /// `None`: it is gone.
    pub(crate) async fn open(migration: &Migration, deps: &Deps) -> Result<Option<Self>, MoveError> {
        let Some(namespace) = migration.namespace() else {
            return Err(MoveError::NoNamespace);
        };
        let api: Api<Migration> = Api::namespaced(deps.hub.clone(), &namespace);
        let begun = migration
            .status
            .as_ref()
            .is_some_and(|status| !status.steps.is_empty());
        let over = migration.status.as_ref().is_some_and(state::is_over);
        let seen = if begun && !over {
            match read(&api, &migration.name_any()).await? {
                Some(fresh) => fresh,
                None => return Ok(None),
            }
        } else {
            migration.clone()
        };
        let status = seen.status.clone().unwrap_or_default();
        Ok(Some(Self { api, seen, status }))
    }

    /// The Migration as it was last seen on the hub.
    pub(crate) fn seen(&self) -> &Migration {
        &self.seen
    }

    /// Writes the status, unless it stands there already.
    pub(crate) async fn save(&mut self) -> Result<Saved, MoveError> {
        for _ in 0..RETRIES {
            if self.seen.status.as_ref() == Some(&self.status) {
                return Ok(Saved::Yes);
            }
            let mut next = self.seen.clone();
            next.status = Some(self.status.clone());
            let params = PostParams {
                field_manager: Some(FIELD_MANAGER.to_owned()),
                ..PostParams::default()
            };
            match self
                .api
                .replace_status(&self.seen.name_any(), &params, &next)
                .await
            {
                Ok(stored) => {
                    self.seen = stored;
                    // What the API keeps of it: times in whole seconds.
                    self.status = self.seen.status.clone().unwrap_or_default();
                    return Ok(Saved::Yes);
                }
                Err(error) if code(&error) == Some(404) => return Ok(Saved::Gone),
                Err(error) if code(&error) == Some(409) => {}
                Err(source) => {
                    return Err(MoveError::Hub {
                        what: "writing the Migration's status",
                        source,
                    });
                }
            }
            let Some(fresh) = read(&self.api, &self.seen.name_any()).await? else {
                return Ok(Saved::Gone);
            };
            if fresh.status != self.seen.status || fresh.uid() != self.seen.uid() {
                return Ok(Saved::Overtaken);
            }
            self.seen = fresh;
        }
        Ok(Saved::Overtaken)
    }

    /// Every Migration that may be of the same workload, this one included.
    pub(crate) async fn all_of_workload(&self) -> Result<Vec<Migration>, MoveError> {
        let workload = &self.seen.spec.workload;
        let params = if workload.len() <= LABEL_CHARS {
            ListParams::default().labels(&format!("{}={workload}", labels::WORKLOAD))
        } else {
            ListParams::default()
        };
        let listed = self.api.list(&params).await;
        let listed = listed.map_err(|source| MoveError::Hub {
            what: "listing the workload's Migrations",
            source,
        })?;
        Ok(listed.items)
    }

    /// Labels the Migration with its workload, so that the others of the workload find it. Nothing where it is.
    pub(crate) async fn label(&mut self) -> Result<Saved, MoveError> {
        let workload = self.seen.spec.workload.clone();
        if workload.len() > LABEL_CHARS || self.seen.labels().get(labels::WORKLOAD) == Some(&workload) {
            return Ok(Saved::Yes);
        }
        let patch = json!({"metadata": {
            "labels": {labels::WORKLOAD: workload},
            "resourceVersion": self.seen.resource_version(),
        }});
        let params = PatchParams {
            field_manager: Some(FIELD_MANAGER.to_owned()),
            ..PatchParams::default()
        };
        match self
            .api
            .patch(&self.seen.name_any(), &params, &Patch::Merge(patch))
            .await
        {
            Ok(stored) => {
                self.seen = stored;
                Ok(Saved::Yes)
            }
            Err(error) if code(&error) == Some(404) => Ok(Saved::Gone),
            Err(error) if code(&error) == Some(409) => Ok(Saved::Overtaken),
            Err(source) => Err(MoveError::Hub {
                what: "labelling the Migration",
                source,
            }),
        }
    }
}

async fn read(api: &Api<Migration>, name: &str) -> Result<Option<Migration>, MoveError> {
    api.get_opt(name).await.map_err(|source| MoveError::Hub {
        what: "reading the Migration",
        source,
    })
}
