//! The rules hold for this workspace, and each rule finds what breaks it.

use super::*;

fn mk_file(path: &str, text: &str) -> SourceFile {
    SourceFile {
        path: path.into(),
        text: text.to_owned(),
    }
}

#[test]
fn the_workspace_is_tidy() {
    let workspace = Workspace::load().expect("cargo metadata");
    let files = source::read(&workspace).expect("sources");

    let findings = findings(&workspace, &files).expect("checks");

    let told: Vec<String> = findings.iter().map(Finding::to_string).collect();
    assert!(told.is_empty(), "\n{}", told.join("\n"));
}

#[test]
fn a_file_without_header_is_found() {
    let files = [mk_file("crates/fleet/src/a.rs", "use std::fmt;\n")];

    assert_eq!(source::check(&files)[0].place, "crates/fleet/src/a.rs");
}

#[test]
fn an_ignored_test_is_found_by_its_line() {
    let files = [mk_file(
        "crates/fleet/src/a.rs",
        "//! A.\n#[test]\n#[ignore]\nfn a() {}\n",
    )];

    assert_eq!(source::check(&files)[0].place, "crates/fleet/src/a.rs:3");
}

#[test]
fn a_test_with_clusters_must_be_in_a_tier_for_them() {
    let text = "//! A.\nuse havenmeester_testenv::Cluster;\n";
    let check = |path: &str| source::check(&[mk_file(path, text)]).len();

    assert_eq!(check("crates/api/tests/kinds.rs"), 1);
    assert_eq!(check("crates/api/tests/real_kinds.rs"), 0);
    assert_eq!(check("crates/simulator/tests/conformance.rs"), 0);
    assert_eq!(check("crates/testenv/tests/access.rs"), 0);
    assert_eq!(check("tests/tests/cutoff.rs"), 0);
}

#[test]
fn a_file_without_a_mod_is_dead() {
    let files = [
        mk_file(
            "crates/a/src/lib.rs",
            "//! A.\nmod one; // why\npub(crate) mod two;\n",
        ),
        mk_file("crates/a/src/one.rs", "//! One.\n#[cfg(test)]\nmod tests;\n"),
        mk_file("crates/a/src/one/tests.rs", "//! Tests.\n"),
        mk_file("crates/a/src/two/mod.rs", "//! Two.\n"),
        mk_file("crates/a/src/three.rs", "//! Three.\n"),
    ];

    let reached = modules::reached(&["crates/a/src/lib.rs".into()], &files);

    let dead: Vec<_> = files
        .iter()
        .filter(|file| !reached.contains(&file.path))
        .map(|file| &file.path)
        .collect();
    assert_eq!(dead, [std::path::Path::new("crates/a/src/three.rs")]);
}

#[test]
fn fleet_may_not_change_a_member() {
    let text = "//! A.\nuse kube::api::PatchParams;\n";
    let check = |path: &str| writers::check(&[mk_file(path, text)]).len();

    assert_eq!(check("crates/fleet/src/capture.rs"), 1);
    assert_eq!(check("crates/fleet/src/capture/tests.rs"), 0);
    assert_eq!(check("crates/migration/src/objects.rs"), 0);
}

#[test]
fn a_given_path_is_followed() {
    let files = [
        mk_file(
            "crates/a/tests/golden.rs",
            "//! A.\n#[path = \"golden/script.rs\"]\nmod script;\nmod b;\n",
        ),
        mk_file("crates/a/tests/golden/script.rs", "//! Script.\n"),
        mk_file("crates/a/tests/b.rs", "//! B.\n"),
    ];

    assert_eq!(
        modules::reached(&["crates/a/tests/golden.rs".into()], &files).len(),
        3
    );
}

#[test]
fn a_version_in_a_member_is_found() {
    let manifest = "[lints]\nworkspace = true\n\n[dependencies]\nserde.workspace = true\nhex = \"0.4\"\n";

    let findings = manifests::check_one("crates/a/Cargo.toml", manifest);

    assert_eq!(findings.len(), 1);
    assert!(findings[0].remedy.contains("hex"), "{}", findings[0]);
}

#[test]
fn a_crate_without_invariant_is_found() {
    let text = "# Crates\n\n`api` is words. **Invariant**: depends on none of ours.\n\n\
                ## `crates/fleet`\n\nObserves.\n\n**Invariant**: stale is never empty.\n\n## `ledger`\n\nKeeps.\n";

    assert_eq!(architecture::check_crate(text, "api"), None);
    assert_eq!(architecture::check_crate(text, "fleet"), None);
    assert!(architecture::check_crate(text, "ledger").is_some());
}

#[test]
fn functions_are_measured() {
    let text =
        "impl A {\n    pub async fn b() {\n        c();\n    }\n}\n// fn no() {\nfn d();\nfn e() {\n}\n";
    let lines: Vec<&str> = text.lines().collect();

    assert_eq!(sizes::functions(&lines), [(1, 3), (6, 3), (7, 2)]);
}
