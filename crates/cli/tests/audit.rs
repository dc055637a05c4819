//! The decision log as `audit` shows it: whole, and after somebody changed it.
#![allow(
    clippy::unwrap_used,
    reason = "a test: its helpers too stop it at the first surprise"
)]

use std::path::Path;

use assert_cmd::cargo::cargo_bin_cmd;
use havenmeester_ledger::{Entry, EntryKind, Keys, Ledger, open_store};

async fn mk_store(directory: &Path) {
    let ledger = Ledger::new(open_store(directory.to_str().unwrap()).unwrap(), Keys::generate());
    for message in [
        "signalen was found on azure-weu",
        "signalen must stand on eu-west-1",
    ] {
        let entry = Entry {
            at: "2026-11-24T10:00:00Z".parse().unwrap(),
            actor: "hub-0".to_owned(),
            kind: EntryKind::Decided,
            subject: "Workload/havenmeester/signalen".to_owned(),
            message: message.to_owned(),
            data: serde_json::Value::Null,
        };
        ledger.append(entry).await.unwrap();
    }
}

/// The exit code, and what was printed.
fn audit(directory: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let output = cargo_bin_cmd!("havenmeester")
        .arg("audit")
        .args(arguments)
        .arg("--store")
        .arg(directory)
        .output();
    let output = output.unwrap();
    (output.status.code(), String::from_utf8(output.stdout).unwrap())
}

#[tokio::test]
async fn a_whole_log_is_intact_and_a_changed_one_is_broken() {
    let directory = tempfile::tempdir().unwrap();
    mk_store(directory.path()).await;
    let (code, said) = audit(directory.path(), &["verify"]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.starts_with("intact: 2 entries, head 2:sha256-"), "{said}");

    let (code, table) = audit(directory.path(), &["log"]);
    assert_eq!(code, Some(0));
    assert!(
        table.starts_with("SEQ   AT                     ACTOR   KIND      SUBJECT"),
        "{table}"
    );
    let (_, json) = audit(directory.path(), &["log", "-o", "json"]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json[1]["entry"]["message"], "signalen must stand on eu-west-1");

    let first = directory.path().join("log/entries/00000000000000000001.jsonl");
    let text = std::fs::read_to_string(&first).unwrap();
    std::fs::write(&first, text.replace("azure-weu", "azure-neu")).unwrap();
    let (code, said) = audit(directory.path(), &["verify"]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.starts_with("broken: Changed at entry 1"), "{said}");
    let (code, json) = audit(directory.path(), &["verify", "-o", "json"]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(
        (code, &json["log"], &json["seq"]),
        (Some(1), &"Broken".into(), &1.into())
    );
}

#[tokio::test]
async fn a_log_that_was_cut_off_is_found_by_the_head_that_was_printed_before() {
    let directory = tempfile::tempdir().unwrap();
    mk_store(directory.path()).await;
    let (_, said) = audit(directory.path(), &["verify"]);
    let head = said
        .lines()
        .next()
        .and_then(|line| line.split_once("head "))
        .unwrap()
        .1
        .to_owned();
    let (code, said) = audit(directory.path(), &["verify", "--head", &head]);
    assert_eq!(code, Some(0), "{said}");

    // Whoever may write to the store takes the last entry away and puts the head pointer back.
    let log = directory.path().join("log");
    std::fs::remove_file(log.join("entries/00000000000000000002.jsonl")).unwrap();
    let first = std::fs::read_to_string(log.join("entries/00000000000000000001.jsonl")).unwrap();
    let first: serde_json::Value = serde_json::from_str(&first).unwrap();
    std::fs::write(
        log.join("head.json"),
        format!("{{\"hash\":{},\"seq\":1}}\n", first["hash"]),
    )
    .unwrap();
    let (code, said) = audit(directory.path(), &["verify"]);
    assert_eq!(code, Some(0), "by itself it is whole: {said}");
    let (code, said) = audit(directory.path(), &["verify", "--head", &head]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.starts_with("broken: Removed at entry 2"), "{said}");
    let (code, _) = audit(directory.path(), &["verify", "--head", "2"]);
    assert_eq!(code, Some(2));
}
