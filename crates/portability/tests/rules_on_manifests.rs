//! The rules on real applications, which are not part of the project: a machine without them fails, and is told what to do.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot read its input fails, and says why"
)]

use std::collections::BTreeMap;
use std::path::PathBuf;

use havenmeester_portability::{Level, Reading, RuleSet, read};

fn applications() -> BTreeMap<String, Reading> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/manifests");
    let entries = std::fs::read_dir(&root).unwrap_or_else(|why| {
        panic!(
            "the real manifests are not at {}: {why}. Put them beside the checkout, in ../shared/manifests",
            root.display()
        )
    });
    let files = entries.map(|entry| entry.expect("a readable directory").path());
    files
        .filter(|file| file.extension().is_some_and(|end| end == "yaml"))
        .map(|file| {
            let name = file.file_stem().expect("a name").to_string_lossy().into_owned();
            (name, read(&std::fs::read(&file).expect("a readable file")))
        })
        .collect()
}

#[test]
fn every_document_is_read_and_nothing_is_wrong_with_it() {
    let applications = applications();
    assert!(!applications.is_empty());
    for (name, reading) in applications {
        assert_eq!(reading.problems, [], "{name}");
        assert!(!reading.manifests.is_empty(), "{name}");
    }
}

/// None of these applications is tied to a provider: they were written for any cluster.
#[test]
fn nothing_blocks_that_does_not() {
    let set = RuleSet::builtin().expect("the rules that come with it");
    let mut found = BTreeMap::new();
    for (name, reading) in applications() {
        for manifest in &reading.manifests {
            for hit in set.check(&manifest.object) {
                let place = format!("{name} {} {:?}", hit.path, hit.seen);
                assert!(hit.rule.severity < Level::Rewrite, "{}: {place}", hit.rule.id);
                *found.entry(hit.rule.id.clone()).or_insert(0) += 1;
            }
        }
    }
    // Images on Docker Hub and GitHub are what they have, and that is no more than to know.
    let known = ["docker-hub", "github-registry"];
    assert!(found.keys().all(|id| known.contains(&id.as_str())), "{found:?}");
}
