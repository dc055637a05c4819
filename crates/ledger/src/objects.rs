//! The object store, with only the verbs that the ledger needs and with its errors.
//!
//! Three kinds of store must do: a local directory (has put-if-absent, lacks compare-and-swap), S3 and
//! compatible ones (must have conditional writes), and memory.
//! Invariant: an object appears whole or not at all.

use std::sync::Arc;

use bytes::Bytes;
use futures::TryStreamExt as _;
use object_store::{
    Error as StoreError, ObjectMeta, ObjectStore, ObjectStoreExt as _, PutMode, UpdateVersion, path::Path,
};

use crate::error::LedgerError;

#[derive(Clone)]
pub(crate) struct Objects {
    store: Arc<dyn ObjectStore>,
}

/// An object's bytes, and which version of it they are.
pub(crate) struct Found {
    pub(crate) bytes: Bytes,
    pub(crate) version: UpdateVersion,
}

/// What became of a compare-and-swap.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Replaced {
    Done,
    /// It is no longer the version that we saw.
    Outdated,
    /// This kind of store has no compare-and-swap.
    Unsupported,
}

impl Objects {
    pub(crate) fn new(store: Arc<dyn ObjectStore>) -> Self {
        Self { store }
    }

    /// `None` where there is no such object.
    pub(crate) async fn read(&self, path: &Path) -> Result<Option<Found>, LedgerError> {
        let failed = |source| LedgerError::Read {
            path: path.to_string(),
            source,
        };
        let got = match self.store.get(path).await {
            Ok(got) => got,
            Err(StoreError::NotFound { .. }) => return Ok(None),
            Err(source) => return Err(failed(source)),
        };
        let version = UpdateVersion {
            e_tag: got.meta.e_tag.clone(),
            version: got.meta.version.clone(),
        };
        let bytes = got.bytes().await.map_err(failed)?;
        Ok(Some(Found { bytes, version }))
    }

    pub(crate) async fn exists(&self, path: &Path) -> Result<bool, LedgerError> {
        match self.store.head(path).await {
            Ok(_) => Ok(true),
            Err(StoreError::NotFound { .. }) => Ok(false),
            Err(source) => Err(LedgerError::Read {
                path: path.to_string(),
                source,
            }),
        }
    }

    /// Writes an object that must not be there yet; `false` where it is.
    pub(crate) async fn create(&self, path: &Path, bytes: Bytes) -> Result<bool, LedgerError> {
        match self
            .store
            .put_opts(path, bytes.into(), PutMode::Create.into())
            .await
        {
            Ok(_) => Ok(true),
            Err(StoreError::AlreadyExists { .. } | StoreError::Precondition { .. }) => Ok(false),
            Err(source) => Err(LedgerError::Write {
                path: path.to_string(),
                source,
            }),
        }
    }

    /// Writes an object that must still be what we saw.
    pub(crate) async fn replace(
        &self,
        path: &Path,
        bytes: Bytes,
        seen: UpdateVersion,
    ) -> Result<Replaced, LedgerError> {
        match self
            .store
            .put_opts(path, bytes.into(), PutMode::Update(seen).into())
            .await
        {
            Ok(_) => Ok(Replaced::Done),
            Err(StoreError::AlreadyExists { .. } | StoreError::Precondition { .. }) => Ok(Replaced::Outdated),
            Err(StoreError::NotImplemented { .. }) => Ok(Replaced::Unsupported),
            Err(source) => Err(LedgerError::Write {
                path: path.to_string(),
                source,
            }),
        }
    }

    /// Writes an object, whatever is there.
    pub(crate) async fn overwrite(&self, path: &Path, bytes: Bytes) -> Result<(), LedgerError> {
        let done = self
            .store
            .put_opts(path, bytes.into(), PutMode::Overwrite.into())
            .await;
        done.map(drop).map_err(|source| LedgerError::Write {
            path: path.to_string(),
            source,
        })
    }

    pub(crate) async fn remove(&self, path: &Path) -> Result<(), LedgerError> {
        match self.store.delete(path).await {
            Ok(()) | Err(StoreError::NotFound { .. }) => Ok(()),
            Err(source) => Err(LedgerError::Write {
                path: path.to_string(),
                source,
            }),
        }
    }

    /// Every object under `prefix`, however deep, in no order.
    pub(crate) async fn list(&self, prefix: &Path) -> Result<Vec<Path>, LedgerError> {
        let found = self
            .store
            .list(Some(prefix))
            .map_ok(|meta: ObjectMeta| meta.location);
        found.try_collect().await.map_err(|source| LedgerError::Read {
            path: prefix.to_string(),
            source,
        })
    }

    /// The directories directly under `prefix`, in the order of their names.
    pub(crate) async fn directories(&self, prefix: &Path) -> Result<Vec<Path>, LedgerError> {
        let listed = self.store.list_with_delimiter(Some(prefix)).await;
        let listed = listed.map_err(|source| LedgerError::Read {
            path: prefix.to_string(),
            source,
        })?;
        let mut found = listed.common_prefixes;
        found.sort_unstable();
        Ok(found)
    }
}
