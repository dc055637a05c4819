//! The category of each error, by its cause; a cause is not told twice.

use std::io;

use object_store::Error as StoreError;

use super::{Category, LedgerError};

fn mk_write(source: StoreError) -> LedgerError {
    LedgerError::Write {
        path: "x".to_owned(),
        source,
    }
}

/// An I/O error, as deep as the local store wraps it.
fn mk_io(errno: i32) -> StoreError {
    #[derive(Debug, thiserror::Error)]
    #[error("unable to copy")]
    struct Wrapped(#[source] io::Error);
    StoreError::Generic {
        store: "any",
        source: Box::new(Wrapped(io::Error::from_raw_os_error(errno))),
    }
}

#[test]
fn a_write_that_the_system_refused_is_full_or_read_only() {
    let (enospc, edquot, erofs, eacces, eio) = (28, 122, 30, 13, 5);
    for (errno, wanted) in [
        (enospc, Category::Full),
        (edquot, Category::Full),
        (erofs, Category::ReadOnly),
        (eacces, Category::ReadOnly),
        (eio, Category::Unavailable),
    ] {
        assert_eq!(mk_write(mk_io(errno)).category(), wanted, "errno {errno}");
    }
}

#[test]
fn reading_is_never_full_or_read_only() {
    let error = LedgerError::Read {
        path: "x".to_owned(),
        source: mk_io(13),
    };
    assert_eq!(error.category(), Category::Unavailable);
}

#[test]
fn credentials_that_may_not_put_are_read_only() {
    let source = StoreError::PermissionDenied {
        path: "x".to_owned(),
        source: "403".into(),
    };
    assert_eq!(mk_write(source).category(), Category::ReadOnly);
    let source = StoreError::Unauthenticated {
        path: "x".to_owned(),
        source: "401".into(),
    };
    assert_eq!(mk_write(source).category(), Category::Unavailable);
}

#[test]
fn a_bucket_that_does_not_exist_is_unavailable() {
    let mk = || StoreError::NotFound {
        path: "x".to_owned(),
        source: "404".into(),
    };
    assert_eq!(mk_write(mk()).category(), Category::Unavailable);
    let error = LedgerError::Read {
        path: "x".to_owned(),
        source: mk(),
    };
    assert_eq!(error.category(), Category::Missing);
}

#[test]
fn display_does_not_repeat_the_source() {
    assert_eq!(mk_write(mk_io(28)).to_string(), "writing x to the store");
}
