//! Only `migration` changes member clusters. The rest of the house that holds their clients only looks.
//!
//! By text, so it sees what a careful author would write, not what a determined one could. A review
//! (`SelfSubjectAccessReview`) is created too, and changes nothing: creating is not asked about.

use super::{Finding, source::SourceFile};

/// Crates that hold clients of members and must not change them.
const LOOK_ONLY: [&str; 1] = ["crates/fleet/src"];
/// What kube's client needs for a change.
const CHANGES: [&str; 3] = ["PatchParams", "DeleteParams", ".delete_collection("];

pub(super) fn check(files: &[SourceFile]) -> Vec<Finding> {
    let look_only = files
        .iter()
        .filter(|file| LOOK_ONLY.iter().any(|place| file.path.starts_with(place)));
    let outside_tests = look_only.filter(|file| !file.path.ends_with("tests.rs"));
    outside_tests.filter_map(check_one).collect()
}

fn check_one(file: &SourceFile) -> Option<Finding> {
    let change = CHANGES.iter().find(|change| file.text.contains(**change))?;
    let remedy = format!("it only looks at members, and {change} changes them: move that to `migration`");
    Some(Finding::new(file.path.display(), remedy))
}
