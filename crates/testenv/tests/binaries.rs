//! Where programs come from, on machines that lack some or all of them.

#![allow(clippy::expect_used, reason = "the helpers of a test may fail it")]

use std::{
    os::unix::fs::PermissionsExt as _,
    path::Path,
    process::{Command, Output},
};

/// Starts a cluster where only `assets` and `cache` can give programs, and waits for its end.
fn start(assets: &Path, cache: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_testenv"))
        .arg("bare")
        .env("KUBEBUILDER_ASSETS", assets)
        .env("XDG_CACHE_HOME", cache)
        .env("PATH", "/nowhere")
        .output()
        .expect("starts")
}

fn mk_script(directory: &Path, name: &str, text: &str) {
    let path = directory.join(name);
    std::fs::write(&path, text).expect("writes");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("sets the mode");
}

#[test]
fn without_assets_cache_and_go_there_is_one_clear_error() {
    let empty = tempfile::tempdir().expect("a directory");

    let output = start(empty.path(), empty.path());

    assert!(!output.status.success());
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(told.contains("etcd is not in KUBEBUILDER_ASSETS"), "{told}");
    assert!(told.contains("set KUBEBUILDER_ASSETS to a directory"), "{told}");
    assert!(told.contains("install Go"), "{told}");
}

#[test]
fn assets_win_over_the_cache_which_gives_what_they_lack() {
    let assets = tempfile::tempdir().expect("a directory");
    let cache = tempfile::tempdir().expect("a directory");
    for name in ["etcd", "kube-apiserver"] {
        mk_script(assets.path(), name, "#!/bin/sh\necho from the assets\nexit 3\n");
    }
    let kube = cache
        .path()
        .join("havenmeester/kube")
        .join(havenmeester_testenv::binaries::KUBERNETES);
    std::fs::create_dir_all(&kube).expect("makes");
    for name in ["kube-apiserver", "kube-controller-manager", "kube-scheduler"] {
        mk_script(&kube, name, "#!/bin/sh\necho from the cache\nexit 3\n");
    }

    let output = Command::new(env!("CARGO_BIN_EXE_testenv"))
        .arg("given")
        .env("KUBEBUILDER_ASSETS", assets.path())
        .env("XDG_CACHE_HOME", cache.path())
        .output()
        .expect("starts");

    let told = String::from_utf8_lossy(&output.stderr);
    assert!(
        told.contains("ended by itself"),
        "a program that ends is an error with its log: {told}"
    );
    assert!(told.contains("from the assets"), "{told}");
}
