//! What a cluster started is gone when its owner is: dropped, panicked or killed.

#![allow(clippy::expect_used, reason = "the helpers of a test may fail it")]

use std::{
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Stdio},
    time::Duration,
};

use havenmeester_testenv::{Cluster, ClusterOptions, Process};

/// Waits for the end of every process and of the directory. A zombie has ended: it waits for a reaper.
async fn all_gone(ids: &[u32], home: &Path) {
    let gone = async {
        while ids.iter().any(|id| is_alive(*id)) || home.exists() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let in_time = tokio::time::timeout(Duration::from_secs(20), gone).await;
    let left: Vec<_> = ids.iter().filter(|id| is_alive(**id)).collect();
    assert!(
        in_time.is_ok(),
        "still there: {left:?}, {} {}",
        home.display(),
        home.exists()
    );
}

fn is_alive(id: u32) -> bool {
    // pid (name) state ...
    std::fs::read_to_string(format!("/proc/{id}/stat"))
        .is_ok_and(|stat| !stat.rsplit(") ").next().unwrap_or_default().starts_with('Z'))
}

fn ids(cluster: &Cluster) -> Vec<u32> {
    Process::ALL
        .iter()
        .filter_map(|process| cluster.process(*process).id())
        .collect()
}

fn home(cluster: &Cluster) -> PathBuf {
    cluster
        .kubeconfig_file()
        .parent()
        .expect("a directory")
        .to_owned()
}

#[tokio::test]
async fn nothing_outlives_a_panic_not_even_a_stopped_process() {
    let cluster = Cluster::start(ClusterOptions::new("panics"))
        .await
        .expect("starts");
    let (ids, home) = (ids(&cluster), home(&cluster));
    assert_eq!(ids.len(), 4);
    let mut tasks = tokio::task::JoinSet::new();
    tasks.spawn(async move {
        cluster.process(Process::ApiServer).stop().expect("stops");
        panic!("on purpose");
    });

    assert!(
        tasks
            .join_next()
            .await
            .expect("a task")
            .expect_err("panicked")
            .is_panic()
    );

    all_gone(&ids, &home).await;
}

#[tokio::test]
async fn nothing_outlives_a_killed_owner() {
    let mut owner = Command::new(env!("CARGO_BIN_EXE_testenv"))
        .arg("orphan")
        .stdout(Stdio::piped())
        .spawn()
        .expect("starts");
    let (ids, home) = read_until_ready(&mut owner);
    assert_eq!(ids.len(), 4);
    assert!(ids.iter().all(|id| is_alive(*id)));

    owner.kill().expect("kills");
    owner.wait().expect("ends");

    all_gone(&ids, &home).await;
}

fn read_until_ready(owner: &mut Child) -> (Vec<u32>, PathBuf) {
    let out: ChildStdout = owner.stdout.take().expect("a pipe");
    let (mut ids, mut home) = (Vec::new(), PathBuf::new());
    for line in BufReader::new(out).lines() {
        let line = line.expect("text");
        match line.split_once(' ') {
            Some(("kubeconfig", path)) => home = PathBuf::from(path),
            Some((_, id)) => ids.push(id.parse().expect("a process id")),
            None => break,
        }
    }
    home.pop();
    (ids, home)
}
