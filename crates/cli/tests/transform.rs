//! An application's manifests for another cluster: what is printed, and that a second time changes nothing.
//! `UPDATE_GOLDEN=1` rewrites the files.
#![allow(
    clippy::unwrap_used,
    reason = "a test: its helpers too stop it at the first surprise"
)]

mod agreed;

use std::path::{Path, PathBuf};
use std::process::Output;

use agreed::agreed;
use assert_cmd::cargo::cargo_bin_cmd;

const SHOP: &str = "crates/cli/tests/golden/shop.in.yaml";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn run(arguments: &[&str], stdin: &str) -> Output {
    cargo_bin_cmd!("havenmeester")
        .current_dir(root())
        .env_remove("KUBECONFIG")
        .args(arguments)
        .write_stdin(stdin)
        .output()
        .unwrap()
}

/// From Azure to a namespace on a shared platform.
fn transform(file: &str, output: &str, stdin: &str) -> (Option<i32>, String, String) {
    let route = [
        "--fleet",
        "examples/amsterdam",
        "--from",
        "azure-weu",
        "--to",
        "logius-sp",
    ];
    let arguments = [&["transform", "-f", file, "-o", output][..], &route].concat();
    let done = run(&arguments, stdin);
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (done.status.code(), text(done.stdout), text(done.stderr))
}

#[test]
fn only_lines_that_must_change_are_changed_each_with_its_reason() {
    let (code, yaml, told) = transform(SHOP, "yaml", "");
    agreed("shop.yaml", &yaml);
    agreed("shop.told.txt", &told);
    assert_eq!(
        code,
        Some(1),
        "a ClusterRole is more than a namespace-only target can take"
    );
    assert!(!told.contains("not-to-be-told"));
}

#[test]
fn a_second_time_changes_nothing() {
    let (_, once, _) = transform(SHOP, "yaml", "");
    let (_, twice, told) = transform("-", "yaml", &once);
    assert_eq!(once, twice);
    assert!(
        told.starts_with("azure-weu -> logius-sp: 6 objects, 0 of them changed;"),
        "{told}"
    );
}

#[test]
fn a_diff_shows_the_changes_and_no_secret() {
    let (_, diff, _) = transform(SHOP, "diff", "");
    agreed("shop.diff", &diff);
    assert!(!diff.contains("not-to-be-told"));
}

#[test]
fn json_has_the_changes_with_their_reasons_and_what_to_ask_for() {
    let (_, json, told) = transform(SHOP, "json", "");
    assert_eq!(told, "");
    let account: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(account["askPlatform"][0]["kind"], "ClusterRole");
    let sent = account["objects"].as_array().unwrap();
    let web = sent
        .iter()
        .find(|one| one["key"]["kind"] == "Deployment")
        .unwrap();
    let why: Vec<&str> = web["changes"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|change| change["why"].as_str())
        .collect();
    assert_eq!(
        why,
        ["RegistryMapped", "NodesMapped", "NodesMapped", "NodesMapped"]
    );
}

#[test]
fn files_of_windows_stay_files_of_windows() {
    let shop = std::fs::read_to_string(root().join(SHOP)).unwrap();
    let (_, wanted, _) = transform("-", "yaml", &shop);
    let (_, written, told) = transform("-", "yaml", &format!("\u{feff}{}", shop.replace('\n', "\r\n")));
    assert!(!told.contains("cannot be"), "{told}");
    assert_eq!(written, wanted.replace('\n', "\r\n"));
}

#[test]
fn a_provider_with_one_cluster_stands_for_it() {
    let to = |from: &str, to: &str| {
        let fleet = ["--fleet", "examples/amsterdam", "--from", from, "--to", to];
        run(&[&["transform", "-f", SHOP], &fleet[..]].concat(), "").stdout
    };
    let written = to("azure-weu", "logius-sp");
    assert!(!written.is_empty());
    assert_eq!(to("azure", "logius"), written);
}

#[test]
fn clusters_that_are_not_there_are_bad_use() {
    let say = |arguments: &[&str]| {
        let done = run(arguments, "");
        (done.status.code(), String::from_utf8(done.stderr).unwrap())
    };
    let (code, told) = say(&[
        "transform",
        "-f",
        SHOP,
        "--fleet",
        "examples/amsterdam",
        "--from",
        "azure-weu",
        "--to",
        "logius-s",
    ]);
    assert_eq!(code, Some(2));
    assert!(
        told.contains("there is no MemberCluster logius-s:") && told.contains("did you mean logius-sp?"),
        "{told}"
    );
    let (code, told) = say(&["transform", "-f", "-", "--from", "a", "--to", "b"]);
    assert_eq!((code, told.contains("--fleet DIR")), (Some(2), true), "{told}");
}

#[test]
fn the_closure_names_what_goes_along_and_what_is_shared() {
    let done = run(&["closure", "-f", SHOP, "-o", "json", "--of", "signalen"], "");
    let told: serde_json::Value = serde_json::from_slice(&done.stdout).unwrap();
    assert_eq!(told["workload"].as_array().unwrap().len(), 6);
    assert_eq!(told["findings"].as_array().unwrap().len(), 0, "{told}");
    let needs = told["references"].as_array().unwrap();
    let own = needs.iter().filter(|need| need["resolved"] == "OnTarget").count();
    assert_eq!(own, 4, "storage, ingress class, issuer, priority");
}

#[cfg(unix)]
#[test]
fn directories_are_read_with_those_in_them_and_a_chart_is_told() {
    let directory = tempfile::tempdir().unwrap();
    let base = directory.path().join("base");
    std::fs::create_dir_all(&base).unwrap();
    std::fs::write(base.join("kustomization.yaml"), "resources: [a.yaml]\n").unwrap();
    let claim = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: signalen}\n";
    std::fs::write(base.join("a.yaml"), claim).unwrap();
    std::os::unix::fs::symlink("..", base.join("loop")).unwrap();
    let path = directory.path().to_str().unwrap();
    let (code, written, told) = transform(path, "yaml", "");
    assert_eq!((code, written.as_str()), (Some(0), claim), "{told}");

    std::fs::create_dir_all(directory.path().join("chart/templates")).unwrap();
    std::fs::write(directory.path().join("chart/Chart.yaml"), "name: a\n").unwrap();
    let (code, _, told) = transform(path, "yaml", "");
    assert!(code == Some(1) && told.contains("helm template NAME"), "{told}");
}
