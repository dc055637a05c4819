//! Which URLs are a store, and what is said of those that are not.

use object_store::{ObjectStoreExt as _, path::Path};

use super::open_store;
use crate::error::{Category, LedgerError};

async fn writes(url: &str) {
    let store = open_store(url).unwrap();
    let path = Path::from("a/b");
    store.put(&path, b"x".to_vec().into()).await.unwrap();
    assert_eq!(
        store.get(&path).await.unwrap().bytes().await.unwrap().as_ref(),
        b"x",
        "{url}"
    );
}

#[tokio::test]
async fn memory_has_two_spellings() {
    writes("memory:").await;
    writes("memory:///").await;
}

#[tokio::test]
async fn a_directory_is_made_where_it_does_not_exist() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("with space").join("not:a-scheme");
    writes(path.to_str().unwrap()).await;
    assert!(path.join("a/b").is_file());
    let url = url::Url::from_file_path(dir.path().join("100%")).unwrap();
    writes(url.as_str()).await;
    assert!(dir.path().join("100%/a/b").is_file());
}

#[test]
fn a_file_in_the_place_of_the_directory_is_named() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let path = file.path().to_str().unwrap();
    let error = open_store(path).unwrap_err();
    assert!(error.to_string().contains(path), "{error}");
    assert_eq!(error.category(), Category::Unavailable);
}

#[test]
fn other_schemes_are_refused_and_the_right_ones_named() {
    for url in ["ftp://example.nl/x", "memory:x", "https://example.nl"] {
        let error = open_store(url).unwrap_err();
        assert!(matches!(error, LedgerError::Scheme { .. }), "{url}");
        assert!(error.to_string().contains("s3://bucket/prefix"), "{error}");
    }
    assert!(matches!(
        open_store("file://elsewhere/x"),
        Err(LedgerError::NotLocal { .. })
    ));
}

#[test]
fn a_bucket_is_named_by_its_url() {
    let shown = open_store("s3://captures/hub/one").unwrap().to_string();
    assert!(shown.contains("hub/one"), "{shown}");
    assert!(open_store("s3:///no-bucket").is_err());
}
