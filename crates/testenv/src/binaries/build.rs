//! Builds a program from the Go modules beside this crate, into the cache.
//!
//! Invariant: a file in the cache is whole (renamed into place), and one process builds at a time.

use std::{
    fs::File,
    path::{Path, PathBuf},
    process::Command,
};

use super::{BinariesError, Binary, HELM, KUBERNETES, KUBERNETES_OLDER};

/// Whether `go` is on PATH and runs.
pub(super) fn go_is_there() -> bool {
    Command::new("go")
        .arg("version")
        .output()
        .is_ok_and(|output| output.status.success())
}

/// Builds `binary` into `directory`, unless another process did so while we waited for our turn.
pub(super) fn build(binary: Binary, directory: &Path) -> Result<PathBuf, BinariesError> {
    std::fs::create_dir_all(directory).map_err(file("making", directory))?;
    let lock_path = directory.join(".lock");
    let lock = File::create(&lock_path).map_err(file("making", &lock_path))?;
    if lock.try_lock().is_err() {
        eprintln!("{binary}: another process is building; waiting for it");
        lock.lock().map_err(file("locking", &lock_path))?;
    }
    let target = directory.join(binary.name());
    if !target.is_file() {
        let partial = directory.join(format!(".{binary}.partial"));
        go_build(binary, &partial)?;
        std::fs::rename(&partial, &target).map_err(file("renaming", &partial))?;
    }
    Ok(target)
}

fn go_build(binary: Binary, output: &Path) -> Result<(), BinariesError> {
    let recipe = Recipe::of(binary);
    let module = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("go")
        .join(recipe.module);
    eprintln!(
        "{binary}: building with Go (once per machine; the first of Kubernetes takes some 4 minutes on 2 cores)"
    );
    let status = Command::new("go")
        .current_dir(&module)
        .env("CGO_ENABLED", "0")
        .args([
            "build",
            "-mod=readonly",
            "-buildvcs=false",
            "-trimpath",
            "-ldflags",
            &recipe.linker_flags,
            "-o",
        ])
        .arg(output)
        .arg(recipe.package)
        .status()
        .map_err(|source| BinariesError::Go { binary, source })?;
    if status.success() {
        eprintln!("{binary}: built");
        return Ok(());
    }
    Err(BinariesError::Build {
        binary,
        module,
        status,
    })
}

struct Recipe {
    module: &'static str,
    package: String,
    linker_flags: String,
}

impl Recipe {
    fn of(binary: Binary) -> Self {
        match binary {
            Binary::Etcd => Self {
                module: "etcd",
                package: ".".to_owned(),
                linker_flags: "-s -w".to_owned(),
            },
            Binary::KubeApiserver
            | Binary::KubeControllerManager
            | Binary::KubeScheduler
            | Binary::Kubectl => Self {
                module: "kube",
                package: format!("k8s.io/kubernetes/cmd/{binary}"),
                linker_flags: kubernetes_version(KUBERNETES),
            },
            Binary::KubeApiserverOlder => Self {
                module: "kube-older",
                package: "k8s.io/kubernetes/cmd/kube-apiserver".to_owned(),
                linker_flags: kubernetes_version(KUBERNETES_OLDER),
            },
            Binary::Helm => Self {
                module: "helm",
                package: "helm.sh/helm/v4/cmd/helm".to_owned(),
                linker_flags: format!("-s -w -X helm.sh/helm/v4/internal/version.version={HELM}"),
            },
            Binary::Registry => Self {
                module: "registry",
                package: ".".to_owned(),
                linker_flags: "-s -w".to_owned(),
            },
        }
    }
}

/// Without these the programs call themselves v0.0.0, and clients judge features by that.
fn kubernetes_version(release: &str) -> String {
    let mut parts = release.trim_start_matches('v').split('.');
    let (major, minor) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let version = "k8s.io/component-base/version";
    format!(
        "-s -w -X {version}.gitVersion={release} -X {version}.gitMajor={major} -X {version}.gitMinor={minor}"
    )
}

fn file(action: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> BinariesError {
    let path = path.into();
    move |source| BinariesError::File { action, path, source }
}
