//! When a key is made, and when not.
use super::{keys, open_log};
use crate::args::StoreArgs;

fn mk_args(store: &std::path::Path, key: Option<&std::path::Path>) -> StoreArgs {
    StoreArgs {
        store: store.display().to_string(),
        capture_key_file: key.map(Into::into),
    }
}

#[test]
fn a_new_store_gets_a_new_key_and_keeps_it() {
    let directory = tempfile::tempdir().unwrap();
    let (store, key) = (directory.path().join("store"), directory.path().join("key"));
    let made = keys(&mk_args(&store, Some(&key))).unwrap();
    std::fs::create_dir(&store).unwrap();
    std::fs::write(store.join("something"), "x").unwrap();
    let read = keys(&mk_args(&store, Some(&key))).unwrap();
    assert_eq!(made.recipients(), read.recipients());
}

#[test]
fn an_old_store_gets_no_new_key() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("something"), "x").unwrap();
    let refused = keys(&mk_args(directory.path(), Some(&directory.path().join("key")))).unwrap_err();
    assert!(refused.to_string().contains("age-keygen"), "{refused}");
    assert!(!directory.path().join("key").exists());
}

#[test]
fn no_key_is_an_error_that_says_how_to_make_one() {
    let directory = tempfile::tempdir().unwrap();
    let refused = keys(&mk_args(directory.path(), None)).unwrap_err();
    assert!(refused.to_string().contains("age-keygen"), "{refused}");
}

#[test]
fn looking_at_a_log_makes_no_store() {
    let directory = tempfile::tempdir().unwrap();
    let absent = directory.path().join("absent");
    assert!(open_log(&mk_args(&absent, None)).is_err());
    assert!(!absent.exists());
}
