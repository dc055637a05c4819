//! The command line, given files: what it says, and that it failed for what is wrong in them.
use std::path::Path;
use std::process::Output;

use assert_cmd::cargo::cargo_bin_cmd;

pub(crate) fn run(directory: &Path, arguments: &[&str]) -> Output {
    cargo_bin_cmd!("havenmeester")
        .current_dir(directory)
        .env_remove("KUBECONFIG")
        .env("HOME", directory)
        .env("COLUMNS", "400")
        .args(arguments)
        .output()
        .unwrap()
}

pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// What `plan` and `policy lint` both say of a file, and that they failed for that.
#[track_caller]
pub(crate) fn refused(text: &str) -> String {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("bad.yaml"), text).unwrap();
    let said = |arguments: &[&str]| {
        let output = run(directory.path(), arguments);
        assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
        assert!(output.stdout.is_empty());
        stderr(&output)
    };
    let planned = said(&["plan", "-f", "bad.yaml"]);
    assert_eq!(said(&["policy", "lint", "-f", "bad.yaml"]), planned);
    planned
}

/// A good object, to add to.
pub(crate) const PROVIDER: &str = "\
apiVersion: havenmeester.dev/v1alpha1
kind: Provider
metadata: {name: a}
spec:
  legalName: A
  country: NL
";
