//! The ledger on real local directories: whole, full, and read-only.
//!
//! A full and a read-only file system are real ones, mounted in a name space of their own: the test runs
//! itself again in there. That needs `unshare` and a kernel that lets this user make name spaces; where
//! it does not, the test fails and says so.

use std::{path::Path, process::Command};

use crate::{Capture, Category, Entry, EntryKind, Keys, Ledger, Verified, open_store};
use serde_json::json;

const INSIDE: &str = "HAVENMEESTER_TEST_STORE";

fn mk_at(second: i64) -> jiff::Timestamp {
    jiff::Timestamp::from_second(1_795_000_000 + second).unwrap()
}

/// Content that does not compress.
fn mk_capture(n: i64) -> Capture {
    let noise: Vec<String> = (0..8).map(|_| Keys::generate().recipients().remove(0)).collect();
    let object =
        json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "noise"}, "data": noise});
    Capture {
        workload: format!("shop/w{n}"),
        cluster: "azure-weu".to_owned(),
        objects: vec![object],
    }
}

fn mk_entry(n: i64) -> Entry {
    Entry {
        at: mk_at(n),
        actor: "controller".to_owned(),
        kind: EntryKind::Decided,
        subject: format!("Workload/shop/w{n}"),
        message: "x".repeat(500),
        data: json!(null),
    }
}

fn mk_ledger(dir: &Path) -> Ledger {
    Ledger::new(open_store(dir.to_str().unwrap()).unwrap(), Keys::generate())
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .build()
        .unwrap()
}

/// Runs the test of this name again where `mount` was done on an empty directory, and `then` in there.
fn on_a_mount(test: &str, options: &str, then: impl FnOnce(&Path)) {
    if let Some(dir) = std::env::var_os(INSIDE) {
        return then(Path::new(&dir));
    }
    let dir = tempfile::tempdir().unwrap();
    let script = r#"mount -t tmpfs -o "$1" none "$2" && exec "$3" --exact "$4" --nocapture"#;
    let out = Command::new("unshare")
        .args([
            "--user",
            "--map-root-user",
            "--mount",
            "sh",
            "-c",
            script,
            "sh",
            options,
        ])
        .args([dir.path(), &std::env::current_exe().unwrap()])
        .arg(format!("ledger::tests::on_disk::{test}"))
        .env(INSIDE, dir.path())
        .output()
        .expect("`unshare` (util-linux) is needed for this test");
    let shown = [out.stdout, out.stderr].concat();
    let shown = String::from_utf8_lossy(&shown);
    assert!(
        out.status.success() && shown.contains("1 passed"),
        "in a name space with a {options} tmpfs: {shown}"
    );
}

#[test]
fn a_directory_keeps_captures_and_log_over_a_restart() {
    runtime().block_on(async {
        let dir = tempfile::tempdir().unwrap();
        let keys = Keys::generate();
        let open = || Ledger::new(open_store(dir.path().to_str().unwrap()).unwrap(), keys.clone());
        let capture = mk_capture(1);
        let put = open().put_capture(&capture, mk_at(1)).await.unwrap();
        open().put_capture(&capture, mk_at(90_000)).await.unwrap();
        open().append(mk_entry(1)).await.unwrap();
        open().append_all(vec![mk_entry(2), mk_entry(3)]).await.unwrap();

        let ledger = open();
        assert_eq!(ledger.get_capture(&put.id).await.unwrap(), capture);
        let latest = ledger.latest("shop/w1", "azure-weu").await.unwrap().unwrap();
        assert_eq!((latest.id, latest.taken_at), (put.id, mk_at(90_000)));
        assert_eq!(ledger.captures("shop/w1").await.unwrap(), [latest]);
        assert!(matches!(
            ledger.verify().await.unwrap(),
            Verified::Intact { entries: 3, .. }
        ));
        assert_eq!(ledger.entries(2).await.unwrap().len(), 2);
    });
}

#[test]
fn replicas_on_one_directory_lose_nothing() {
    runtime().block_on(async {
        let dir = tempfile::tempdir().unwrap();
        let replicas = [mk_ledger(dir.path()), mk_ledger(dir.path())];
        let mut tasks = tokio::task::JoinSet::new();
        for n in 0..40_i64 {
            let ledger = replicas[usize::try_from(n % 2).unwrap()].clone();
            tasks.spawn(async move { ledger.append(mk_entry(n)).await });
        }
        let sealed: Vec<_> = tasks
            .join_all()
            .await
            .into_iter()
            .map(|done| done.unwrap().seq)
            .collect();
        let numbers: std::collections::BTreeSet<u64> = sealed.into_iter().collect();
        assert_eq!(numbers, (1..=40).collect());
        assert!(matches!(
            replicas[0].verify().await.unwrap(),
            Verified::Intact { entries: 40, .. }
        ));
    });
}

#[test]
fn a_full_store_says_full_and_keeps_what_it_has() {
    on_a_mount(
        "a_full_store_says_full_and_keeps_what_it_has",
        "size=128k",
        |dir| {
            runtime().block_on(fill(dir));
        },
    );
}

async fn fill(dir: &Path) {
    let ledger = mk_ledger(dir);
    let mut kept = Vec::new();
    let full = loop {
        let n = i64::try_from(kept.len()).unwrap();
        let capture = mk_capture(n);
        match ledger.put_capture(&capture, mk_at(n)).await {
            Ok(put) => kept.push((put.id, capture)),
            Err(error) => break error,
        }
        assert!(n < 1000, "never full");
    };
    assert_eq!(full.category(), Category::Full, "{full:?}");
    assert!(kept.len() > 5, "{} captures fitted", kept.len());
    let full = loop {
        match ledger.append(mk_entry(1)).await {
            Ok(sealed) => assert!(sealed.seq < 1000, "never full"),
            Err(error) => break error,
        }
    };
    assert_eq!(full.category(), Category::Full, "{full:?}");

    for (id, capture) in &kept {
        assert_eq!(&ledger.get_capture(id).await.unwrap(), capture);
    }
    assert!(matches!(ledger.verify().await.unwrap(), Verified::Intact { .. }));

    std::fs::remove_dir_all(dir.join("captures")).unwrap();
    let after = ledger.append(mk_entry(2)).await.unwrap();
    let Verified::Intact { entries, .. } = ledger.verify().await.unwrap() else {
        panic!("broken")
    };
    assert_eq!(after.seq, entries, "with room again it goes on");
}

#[test]
fn a_read_only_store_says_read_only() {
    on_a_mount("a_read_only_store_says_read_only", "ro", |dir| {
        runtime().block_on(async {
            let ledger = mk_ledger(dir);
            let error = ledger.put_capture(&mk_capture(1), mk_at(1)).await.unwrap_err();
            assert_eq!(error.category(), Category::ReadOnly, "{error:?}");
            let error = ledger.append(mk_entry(1)).await.unwrap_err();
            assert_eq!(error.category(), Category::ReadOnly, "{error:?}");
            let error = open_store(dir.join("new").to_str().unwrap()).unwrap_err();
            assert_eq!(error.category(), Category::ReadOnly, "{error:?}");
            assert_eq!(
                ledger.latest("shop/w1", "azure-weu").await.unwrap(),
                None,
                "reading is not hindered"
            );
        });
    });
}

/// The kernel's own directory, which nobody may write to, root included.
#[test]
fn a_directory_that_may_not_be_written_to_says_read_only() {
    runtime().block_on(async {
        let store = open_store("/sys").unwrap();
        let ledger = Ledger::new(store, Keys::generate());
        let error = ledger.append(mk_entry(1)).await.unwrap_err();
        assert_eq!(error.category(), Category::ReadOnly, "{error:?}");
    });
}
