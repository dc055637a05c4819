//! `check` and `rules`: what they print, exit codes, and what is said of bad input. `UPDATE_GOLDEN=1` rewrites the files.
#![allow(
    clippy::unwrap_used,
    reason = "a test: its helpers too stop it at the first surprise"
)]

mod agreed;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use agreed::agreed;
use assert_cmd::cargo::cargo_bin_cmd;
use serde_json::Value;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn run_in(directory: &Path, arguments: &[&str], stdin: &str) -> Output {
    cargo_bin_cmd!("havenmeester")
        .current_dir(directory)
        .env_remove("KUBECONFIG")
        .env("COLUMNS", "110")
        .args(arguments)
        .write_stdin(stdin)
        .output()
        .unwrap()
}

/// What is printed in the root of the project, and that it ends so.
#[track_caller]
fn printed(arguments: &[&str], code: i32) -> String {
    let output = run_in(&root(), arguments, "");
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(code), "{said}");
    String::from_utf8(output.stdout).unwrap()
}

#[track_caller]
fn golden(name: &str, arguments: &[&str], code: i32) {
    agreed(name, &printed(arguments, code));
}

const CHECK: [&str; 6] = ["check", "examples/check", "--from", "azure", "--to", "haven"];

fn with<'a>(more: &[&'a str]) -> Vec<&'a str> {
    CHECK.iter().copied().chain(more.iter().copied()).collect()
}

/// A directory with some files, links and directories in it.
fn mk_directory(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        let path = directory.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    directory
}

/// `file:line:column rule` of every finding in a directory, and the exit code.
fn found(directory: &Path, arguments: &[&str]) -> (Vec<String>, Option<i32>) {
    let arguments: Vec<&str> = [&["check", "-o", "json"], arguments].concat();
    let output = run_in(directory, &arguments, "");
    let report: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
    let findings = report["findings"].as_array().cloned().unwrap_or_default();
    let told = findings.iter().map(|finding| {
        let number = |name: &str| {
            finding[name]
                .as_u64()
                .map(|number| format!(":{number}"))
                .unwrap_or_default()
        };
        let (file, rule) = (
            finding["file"].as_str().unwrap(),
            finding["rule"].as_str().unwrap(),
        );
        format!("{file}{}{} {rule}", number("line"), number("column"))
    });
    (told.collect(), output.status.code())
}

#[test]
fn each_form_of_the_report_is_as_agreed() {
    golden("check.txt", &CHECK, 1);
    golden("check.json", &with(&["-o", "json"]), 1);
    golden("check.sarif", &with(&["-o", "sarif"]), 1);
    golden("check.junit.xml", &with(&["-o", "junit"]), 1);
    golden("check.html", &with(&["-o", "html"]), 1);
}

#[test]
fn the_conditions_of_haven_are_judged() {
    golden(
        "check-haven-app.txt",
        &["check", "examples/check", "--haven-app"],
        1,
    );
    let report: Value = serde_json::from_str(&printed(
        &["check", "examples/check", "--haven-app", "-o", "json"],
        1,
    ))
    .unwrap();
    assert_eq!(report["haven"].as_array().map(Vec::len), Some(4));
}

#[test]
fn rules_are_listed_and_explained() {
    golden(
        "rules-explain.txt",
        &["rules", "explain", "azure-blob-storage"],
        0,
    );
    let listed = printed(&["rules", "list"], 0);
    assert!(listed.lines().count() > 140, "{}", listed.lines().count());
    let rules: Value =
        serde_json::from_str(&printed(&["rules", "list", "--provider", "gcp", "-o", "json"], 0)).unwrap();
    assert!(
        rules
            .as_array()
            .unwrap()
            .iter()
            .all(|rule| rule["provider"] == "gcp")
    );
    let rule: Value =
        serde_json::from_str(&printed(&["rules", "explain", "aws-s3", "-o", "json"], 0)).unwrap();
    assert_eq!(
        (&rule["id"], &rule["severity"]),
        (&"aws-s3".into(), &"Rewrite".into())
    );
    let output = run_in(&root(), &["rules", "explain", "azure-blob-storag"], "");
    assert_eq!(output.status.code(), Some(2));
    assert!(
        String::from_utf8(output.stderr)
            .unwrap()
            .contains("did you mean azure-blob-storage?")
    );
}

/// The fields that the schema of SARIF 2.1.0 requires, and that references lead somewhere.
#[test]
fn the_sarif_log_has_what_its_schema_requires() {
    let log: Value = serde_json::from_str(&printed(&with(&["-o", "sarif"]), 1)).unwrap();
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    assert_eq!(run["tool"]["driver"]["name"], "havenmeester");
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    let results = run["results"].as_array().unwrap();
    assert!(!results.is_empty());
    for rule in rules {
        assert!(
            rule["id"].is_string() && rule["shortDescription"]["text"].is_string(),
            "{rule}"
        );
        let level = rule["defaultConfiguration"]["level"].as_str().unwrap();
        assert!(["error", "warning", "note", "none"].contains(&level));
    }
    for result in results {
        assert!(
            result["message"]["text"]
                .as_str()
                .is_some_and(|text| !text.is_empty())
        );
        let place = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules[place]["id"], result["ruleId"]);
        let physical = &result["locations"][0]["physicalLocation"];
        assert_eq!(
            physical["artifactLocation"]["uri"],
            "examples/check/parkeren.yaml"
        );
        assert!(physical["region"]["startLine"].as_u64().unwrap() >= 1);
        assert!(physical["region"]["startColumn"].as_u64().unwrap() >= 1);
    }
    let helped = |rule: &&Value| {
        rule["helpUri"]
            .as_str()
            .is_some_and(|uri| uri.starts_with("https://"))
    };
    assert!(rules.iter().any(|rule| helped(&rule)));
}

#[test]
fn a_finding_keeps_its_fingerprint_when_its_line_moves() {
    let object = "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: a}\nspec: {storageClassName: managed-csi}\n";
    let prints = |text: &str| {
        let output = run_in(&root(), &["check", "-", "-o", "sarif"], text);
        let log: Value = serde_json::from_slice(&output.stdout).unwrap();
        let results = log["runs"][0]["results"].as_array().unwrap().clone();
        let print = |one: &Value| {
            one["partialFingerprints"]["primaryLocationLineHash"]
                .as_str()
                .unwrap()
                .to_owned()
        };
        results.iter().map(print).collect::<Vec<_>>()
    };
    let first = prints(object);
    assert_eq!(first.len(), 1);
    assert_eq!(prints(&format!("# a line more\n\n{object}")), first);
    assert_ne!(prints(&object.replace("name: a", "name: b")), first);
}

#[test]
fn a_file_that_cannot_be_read_has_a_place_that_code_hosts_show() {
    let directory = mk_directory(&[("a.yaml", b"\xff\xfe\0")]);
    let output = run_in(directory.path(), &["check", ".", "-o", "sarif"], "");
    let log: Value = serde_json::from_slice(&output.stdout).unwrap();
    let region = &log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"];
    assert_eq!(region["startLine"], 1);
}

#[test]
fn no_form_shows_what_is_in_a_secret() {
    for form in ["table", "json", "sarif", "junit", "html"] {
        let seen = printed(&with(&["-o", form]), 1);
        assert!(seen.contains("azure-postgresql"), "{form}");
        assert!(!seen.contains("not-a-real-password"), "{form}");
        assert!(!seen.contains("parkeren.postgres.database.azure.com"), "{form}");
    }
}

#[test]
fn the_exit_code_is_that_of_the_worst_finding() {
    let warn =
        "apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {ports: [{port: 1, nodePort: 30001}]}\n";
    let directory = mk_directory(&[("a.yaml", warn.as_bytes())]);
    for (fail_on, code) in [("block", 0), ("rewrite", 0), ("warn", 1), ("info", 1)] {
        let (found, seen) = found(directory.path(), &["a.yaml", "--fail-on", fail_on]);
        assert_eq!((found.len(), seen), (1, Some(code)), "{fail_on}");
    }
}

#[test]
fn from_and_to_say_which_rules_count() {
    let text = "apiVersion: route.openshift.io/v1\nkind: Route\nmetadata: {name: a, annotations: {cloud.google.com/neg: x}}\n";
    let directory = mk_directory(&[("a.yaml", text.as_bytes())]);
    let rules = |arguments: &[&str]| {
        found(directory.path(), &[&["a.yaml"], arguments].concat())
            .0
            .len()
    };
    assert_eq!(rules(&[]), 2);
    assert_eq!(rules(&["--from", "openshift"]), 1);
    assert_eq!(rules(&["--to", "openshift"]), 1);
    assert_eq!(rules(&["--from", "azure", "--to", "haven"]), 0);
    let output = run_in(directory.path(), &["check", "a.yaml", "--from", "azur"], "");
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        said.contains("write aws, azure, gcp, haven or openshift; did you mean azure?"),
        "{said}"
    );
}

#[test]
fn bad_input_is_told_and_the_rest_is_checked() {
    let directory = mk_directory(&[
        (
            "broken.yaml",
            b"kind: [\n---\napiVersion: route.openshift.io/v1\nkind: Route\nmetadata: {name: a}\n",
        ),
        ("bytes.yml", b"a: \xFF\n"),
        ("chart/Chart.yaml", b"apiVersion: v2\nname: c\n"),
        (
            "chart/crds/crd.json",
            b"{\"apiVersion\": \"v1\", \"kind\": \"Secret\", \"metadata\": {\"name\": \"s\"}}",
        ),
        ("chart/templates/a.yaml", b"{{ .Values.x }}\n"),
        ("chart/values.yaml", b"a: b\n"),
        (
            "lacks.yaml",
            b"kind: Service\nmetadata: {name: a}\n---\nreplicas: 3\n",
        ),
        ("notes.txt", b"kind: [\n"),
        (
            "template.yaml",
            b"apiVersion: v1\nkind: Service\nmetadata:\n  name: {{ .Release.Name }}\n",
        ),
        (
            "twice.yaml",
            b"apiVersion: v1\nkind: Secret\nmetadata: {name: s}\n",
        ),
    ]);
    let (found, code) = found(directory.path(), &["."]);
    assert_eq!(
        found,
        [
            "./broken.yaml:1:7 manifest-syntax",
            "./broken.yaml:3:1 openshift-route",
            "./bytes.yml:1:4 manifest-encoding",
            "./chart/Chart.yaml manifest-template",
            "./lacks.yaml:1:1 manifest-no-api-version",
            "./lacks.yaml:4:1 manifest-passed-over",
            "./template.yaml:4:10 manifest-template",
            "./twice.yaml:1:1 manifest-twice",
        ]
    );
    assert_eq!(code, Some(1));
}

/// Nine lines of nine aliases each: 9^9 texts when all are opened.
fn bomb() -> String {
    let nest = |level: usize| {
        let inner = vec![format!("*a{}", level - 1); 9].join(", ");
        format!("a{level}: &a{level} [{inner}]\n")
    };
    let head =
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: bomb}\na0: &a0 [x, x, x, x, x, x, x, x, x]\n";
    head.to_owned() + &(1..9).map(nest).collect::<String>()
}

#[test]
fn a_bomb_is_refused_and_what_is_only_unusual_is_read() {
    let route = r#"{"apiVersion": "route.openshift.io/v1", "kind": "Route", "metadata": {"name": "a"}}"#;
    let list = "apiVersion: v1\nkind: List\nitems:\n- apiVersion: route.openshift.io/v1\n  kind: RouteList\n  items:\n  - metadata: {name: b}\n";
    let unknown = "apiVersion: made.up/v9\nkind: Whatever\nmetadata: {name: c}\nspec: {storageClassName: managed-csi}\n";
    let directory = mk_directory(&[
        ("bomb.yaml", bomb().as_bytes()),
        ("json.yaml", route.as_bytes()),
        ("list.yaml", list.as_bytes()),
        ("unknown.yaml", unknown.as_bytes()),
    ]);
    let (found, code) = found(directory.path(), &["."]);
    let places: Vec<&str> = found.iter().map(String::as_str).collect();
    assert!(
        places[0].starts_with("./bomb.yaml:") && places[0].contains(" manifest-"),
        "{places:?}"
    );
    assert_eq!(
        places[1..],
        [
            "./json.yaml:1:1 openshift-route",
            "./list.yaml:7:5 openshift-route",
            "./unknown.yaml:4:8 azure-class-name",
        ]
    );
    assert_eq!(code, Some(1));
}

#[cfg(unix)]
#[test]
fn links_are_followed_once_and_what_is_no_file_is_not_opened() {
    let directory = mk_directory(&[(
        "a/a.yaml",
        b"apiVersion: v1\nkind: Service\nmetadata: {name: a}\n",
    )]);
    std::os::unix::fs::symlink("..", directory.path().join("a/loop")).unwrap();
    std::os::unix::fs::symlink("a.yaml", directory.path().join("a/again.yaml")).unwrap();
    std::os::unix::fs::symlink("nowhere.yaml", directory.path().join("a/gone.yaml")).unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(directory.path().join("a/socket.yaml")).unwrap();
    let (found, code) = found(directory.path(), &["."]);
    assert_eq!(
        found,
        [
            "./a/again.yaml manifest-link",
            "./a/gone.yaml manifest-unreadable",
            "./a/loop manifest-link",
            "./a/socket.yaml manifest-unreadable"
        ]
    );
    assert_eq!(code, Some(1));
}

#[test]
fn a_file_of_a_hundred_megabytes_is_refused_without_being_read_whole() {
    let directory = mk_directory(&[]);
    let file = fs::File::create(directory.path().join("large.yaml")).unwrap();
    file.set_len(100 * 1024 * 1024).unwrap();
    assert_eq!(
        found(directory.path(), &["."]),
        (vec!["./large.yaml manifest-too-large".to_owned()], Some(1))
    );
}

#[test]
fn standard_input_is_checked() {
    let text = "apiVersion: route.openshift.io/v1\nkind: Route\nmetadata: {name: a}\n";
    let output = run_in(&root(), &["check", "-", "--fail-on", "rewrite"], text);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8(output.stdout).unwrap().contains("(stdin):1:1"));
    let twice = run_in(&root(), &["check", "-", "-", "-o", "json"], text);
    assert_eq!(
        serde_json::from_slice::<Value>(&twice.stdout).unwrap()["files"],
        1
    );
    let output = run_in(&root(), &["check", "-"], "");
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn nothing_to_check_is_bad_use() {
    let directory = mk_directory(&[("notes.txt", b"")]);
    for arguments in [
        &["check", "."][..],
        &["check", "nowhere"],
        &["check"],
        &["check", ".", "--haven-app", "--to", "haven"],
    ] {
        assert_eq!(
            run_in(directory.path(), arguments, "").status.code(),
            Some(2),
            "{arguments:?}"
        );
    }
}

#[test]
fn own_rules_count_and_what_is_wrong_with_them_is_bad_use() {
    let rule = "\
rules:
- id: our-old-registry
  severity: Block
  what: Images in the old registry
  match:
  - {image: [old.example.nl]}
  why: It is switched off in March.
  replacement: The new one.
  source: https://wiki.example.nl/registry
  test:
    hit: {apiVersion: v1, kind: Pod, spec: {containers: [{image: old.example.nl/a}]}}
    miss: {apiVersion: v1, kind: Pod, spec: {containers: [{image: new.example.nl/a}]}}
";
    let pod = b"apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n  - image: old.example.nl/a\n";
    let directory = mk_directory(&[("a.yaml", pod), ("rules/ours.yaml", rule.as_bytes())]);
    let arguments = ["a.yaml", "--rules", "rules", "--from", "azure"];
    assert_eq!(
        found(directory.path(), &arguments),
        (vec!["a.yaml:6:5 our-old-registry".to_owned()], Some(1))
    );
    for (was, is, said) in [
        (
            "severity: Block",
            "severity: Bad",
            "error: rules/ours.yaml:3:3: rules[0].severity: unknown variant `Bad`",
        ),
        ("our-old-registry", "aws-s3", "there is another rule \"aws-s3\""),
        (
            "new.example.nl/a",
            "old.example.nl/b",
            "the rule our-old-registry matches the object 1 of its test.miss",
        ),
    ] {
        fs::write(directory.path().join("rules/ours.yaml"), rule.replace(was, is)).unwrap();
        let output = run_in(directory.path(), &["check", "a.yaml", "--rules", "rules"], "");
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{stderr}");
        assert!(stderr.contains(said), "{stderr}");
    }
}

#[test]
fn platforms_count_as_the_family_of_their_rules() {
    let directory = mk_directory(&[(
        "a.yaml",
        b"apiVersion: route.openshift.io/v1\nkind: Route\nmetadata: {name: a}\n---\napiVersion: v1\nkind: ConfigMap\n\
          metadata: {name: b}\ndata: {host: a.database.windows.net}\n",
    )]);
    let rules = |arguments: &[&str]| found(directory.path(), &[&["."], arguments].concat()).0;
    assert_eq!(
        rules(&["--from", "azure", "--to", "logius"]),
        rules(&["--from", "aks", "--to", "openshift"])
    );
    assert_eq!(rules(&["--to", "logius"]), ["./a.yaml:8:8 azure-sql"]);
}
