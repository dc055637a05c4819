//! Agreed output: what a person sees, compared with a file in `tests/golden`. `UPDATE_GOLDEN=1` rewrites the files.
use std::path::Path;

#[track_caller]
pub(crate) fn agreed(name: &str, seen: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/golden")
        .join(name);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, seen).unwrap();
    }
    let wanted = std::fs::read_to_string(&path).unwrap_or_default();
    let diff = similar::TextDiff::from_lines(wanted.as_str(), seen);
    assert!(
        wanted == seen,
        "{name} differs (UPDATE_GOLDEN=1 rewrites it):\n{}",
        diff.unified_diff()
    );
}
