//! A store by its URL.
//!
//! A local directory is synced: an object is on the disk, with its directory, before a write returns.
//! The log needs that: without it a power failure could keep a head pointer and lose the entry that it
//! points to, which is what tampering looks like. It needs hard links, which every local file system of
//! Linux has.
//! Invariant: nothing is reached over the network yet; a wrong endpoint shows at the first use.

use std::{path::Path as FilePath, sync::Arc};

use object_store::{
    ObjectStore, aws::AmazonS3Builder, local::LocalFileSystem, memory::InMemory, path::Path,
    prefix::PrefixStore,
};
use url::Url;

use crate::error::LedgerError;

/// Opens a store by URL: `file:///path`, a plain path (made where it does not exist), `memory:` (gone
/// with the process), or `s3://bucket/prefix` with credentials, region and endpoint from the usual
/// `AWS_*` environment. An S3-compatible store must have conditional writes (`If-None-Match`).
pub fn open_store(url: &str) -> Result<Arc<dyn ObjectStore>, LedgerError> {
    let Some((scheme, rest)) = url.split_once(':') else {
        return directory(FilePath::new(url));
    };
    match scheme {
        "memory" if rest.trim_matches('/').is_empty() => Ok(Arc::new(InMemory::new())),
        "file" => file(url),
        "s3" => bucket(url),
        // A path may hold a colon, but then after a slash.
        _ if scheme.contains('/') => directory(FilePath::new(url)),
        _ => Err(LedgerError::Scheme {
            scheme: scheme.to_owned(),
        }),
    }
}

fn file(url: &str) -> Result<Arc<dyn ObjectStore>, LedgerError> {
    let url = Url::parse(url).map_err(|source| LedgerError::Url { source })?;
    let Ok(path) = url.to_file_path() else {
        return Err(LedgerError::NotLocal { url });
    };
    directory(&path)
}

fn directory(path: &FilePath) -> Result<Arc<dyn ObjectStore>, LedgerError> {
    let shown = path.display().to_string();
    std::fs::create_dir_all(path).map_err(|source| LedgerError::Directory {
        path: shown.clone(),
        source,
    })?;
    let store =
        LocalFileSystem::new_with_prefix(path).map_err(|source| LedgerError::Open { url: shown, source })?;
    Ok(Arc::new(store.with_fsync(true)))
}

fn bucket(url: &str) -> Result<Arc<dyn ObjectStore>, LedgerError> {
    let parsed = Url::parse(url).map_err(|source| LedgerError::Url { source })?;
    let Some(name) = parsed.host_str().filter(|name| !name.is_empty()) else {
        return Err(LedgerError::NoBucket { url: parsed });
    };
    let shown = format!("s3://{name}{}", parsed.path());
    let failed = |source| LedgerError::Open {
        url: shown.clone(),
        source,
    };
    let store = AmazonS3Builder::from_env()
        .with_bucket_name(name)
        .build()
        .map_err(failed)?;
    let prefix = Path::from_url_path(parsed.path()).map_err(|source| failed(source.into()))?;
    if prefix.as_ref().is_empty() {
        Ok(Arc::new(store))
    } else {
        Ok(Arc::new(PrefixStore::new(store, prefix)))
    }
}

#[cfg(test)]
mod tests;
