//! What people see: help, plan and explain from the example files. `UPDATE_GOLDEN=1` rewrites the files.
#![allow(
    clippy::unwrap_used,
    reason = "a test: its helpers too stop it at the first surprise"
)]

mod agreed;

use std::path::{Path, PathBuf};

use agreed::agreed;
use assert_cmd::cargo::cargo_bin_cmd;
use havenmeester_fleet::{Clock as _, SystemClock};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// What the command prints, run in the root of the project.
fn printed(arguments: &[&str]) -> String {
    let run = cargo_bin_cmd!("havenmeester")
        .current_dir(root())
        .env_remove("KUBECONFIG")
        .env("COLUMNS", "110")
        .args(arguments)
        .assert()
        .success();
    String::from_utf8(run.get_output().stdout.clone()).unwrap()
}

#[track_caller]
fn check(name: &str, arguments: &[&str]) {
    agreed(name, &printed(arguments));
}

const FILES: [&str; 4] = ["-f", "examples/amsterdam", "-f", "examples/amsterdam/inventory"];

fn with_files<'a>(arguments: &[&'a str]) -> Vec<&'a str> {
    arguments.iter().copied().chain(FILES).collect()
}

#[test]
fn help() {
    check("help.txt", &["--help"]);
}

#[test]
fn policies_of_the_example_make_sense() {
    let unless = ["policy", "lint", "-f", "examples/amsterdam/unless"];
    assert_eq!(
        printed(&with_files(&unless)),
        "Policies: 6, exemptions: 1. Nothing found.\n"
    );
}

#[test]
fn where_room_is_kept_is_told() {
    let explain = ["explain", "evenementen", "-f", "examples/amsterdam/unless"];
    let told = printed(&with_files(&explain));
    assert!(told.contains("Standby: room is kept for it on "), "{told}");
}

#[test]
fn data_makes_its_user_as_sensitive_and_binds_it() {
    let explain = ["explain", "klantcontact", "-f", "examples/amsterdam/unless"];
    let told = printed(&with_files(&explain));
    assert!(
        told.contains("critical-is-autonomous: category"),
        "high, because of its data: {told}"
    );
    assert!(
        told.contains("data: havenmeester/zaaksysteem, which it uses, stands in nl-west"),
        "{told}"
    );
}

#[test]
fn plan() {
    check("plan.txt", &with_files(&["plan"]));
}

#[test]
fn in_dutch() {
    let dutch = |arguments: &[&str]| -> Vec<String> {
        let all = arguments.iter().copied().chain(FILES).chain(["--language", "nl"]);
        all.map(str::to_owned).collect()
    };
    let check_dutch = |name: &str, arguments: &[&str]| {
        let arguments = dutch(arguments);
        check(name, &arguments.iter().map(String::as_str).collect::<Vec<_>>());
    };
    check_dutch("plan.nl.txt", &["plan"]);
    check_dutch("explain.nl.txt", &["explain", "signalen"]);
    check_dutch(
        "what-if-lost.nl.txt",
        &["plan", "--what-if", "cluster=logius-sp,lost"],
    );
    let register = "examples/amsterdam/register/applications.csv";
    check_dutch("kpi.nl.txt", &["kpi", "--external", register, "--top", "2"]);
    let odd = ["policy", "lint", "-f", "crates/cli/tests/lint"];
    check_dutch("policy-lint.nl.txt", &odd);
    let english: Vec<&str> = odd.iter().copied().chain(FILES).collect();
    check("policy-lint.txt", &english);
}

#[test]
fn programs_read_the_same_in_every_language() {
    for arguments in [
        &["explain", "signalen"][..],
        &["kpi"],
        &["policy", "lint", "-f", "crates/cli/tests/lint"],
        &["plan", "--what-if", "cluster=logius-sp,lost"],
    ] {
        let of = |language: &'static str| {
            let more = ["-o", "json", "--language", language];
            let all: Vec<&str> = with_files(arguments).into_iter().chain(more).collect();
            let mut value: serde_json::Value = serde_json::from_str(&printed(&all)).unwrap();
            if let Some(object) = value.as_object_mut() {
                object.remove("at"); // the time differs between two runs
                object.remove("forecast");
            }
            value
        };
        assert_eq!(of("en"), of("nl"), "{arguments:?}");
    }
}

#[test]
fn what_if() {
    check(
        "what-if-lost.txt",
        &with_files(&["plan", "--what-if", "cluster=logius-sp,lost"]),
    );
    check(
        "what-if-owner.txt",
        &with_files(&["plan", "--what-if", "owner=eu-cloud:US@2027-01-01"]),
    );
    check(
        "what-if-policy.txt",
        &with_files(&[
            "plan",
            "--what-if",
            "policy=crates/cli/tests/what-if/all-is-dutch.yaml",
        ]),
    );
}

#[test]
fn what_is_lost_and_cannot_be_brought_back_is_not_told_as_a_move() {
    let lost = ["plan", "--what-if", "provider=azure,lost"];
    let told = printed(&with_files(&lost));
    assert!(told.contains("1 would move; waves: 1"), "{told}");
    assert!(told.contains("cannot be fenced"), "{told}");
    assert!(
        told.contains("it is taken that all of it is"),
        "of captures: {told}"
    );
    let json: serde_json::Value =
        serde_json::from_str(&printed(&with_files(&[&lost[..], &["-o", "json"]].concat()))).unwrap();
    let names = |list: &str| -> Vec<String> {
        let of = |one: &serde_json::Value| one["workload"].as_str().unwrap().to_owned();
        json[list].as_array().unwrap().iter().map(of).collect()
    };
    assert_eq!(names("moves"), ["havenmeester/signalen"]);
    assert_eq!(
        names("cannot"),
        ["havenmeester/evenementen", "havenmeester/klantcontact"]
    );
    assert_eq!(json["assumes"].as_array().map(Vec::len), Some(1));
}

#[test]
fn an_owner_that_is_lost_takes_with_it_all_that_it_owns() {
    let lost = ["plan", "--what-if", "provider=us-parent,lost"];
    let told = printed(&with_files(&lost));
    for cluster in ["azure-weu", "azure-hardened-weu"] {
        assert!(told.contains(&format!("{cluster}: does not answer")), "{told}");
    }
}

#[test]
fn kpi() {
    let register = ["--external", "examples/amsterdam/register/applications.csv"];
    let arguments: Vec<&str> = with_files(&["kpi"]).into_iter().chain(register).collect();
    check("kpi.txt", &arguments);
}

#[test]
fn a_bad_line_of_a_register_is_told_and_kept_aside() {
    let directory = tempfile::tempdir().unwrap();
    let (bad, aside) = (
        directory.path().join("bad.csv"),
        directory.path().join("aside.csv"),
    );
    std::fs::write(&bad, "name,supplier,storageGib\nmail,azure,12\nmaps,azure,much\n").unwrap();
    let run = cargo_bin_cmd!("havenmeester")
        .current_dir(root())
        .env_remove("KUBECONFIG")
        .args(with_files(&["kpi"]))
        .args([
            "--external".as_ref(),
            bad.as_os_str(),
            "--aside".as_ref(),
            aside.as_os_str(),
        ])
        .assert()
        .code(1);
    let out = String::from_utf8(run.get_output().stdout.clone()).unwrap();
    assert!(
        out.contains("bad.csv, line 3: storageGib \"much\" is not a whole number"),
        "{out}"
    );
    assert!(out.contains("not on Kubernetes: 1."), "{out}");
    let kept = std::fs::read_to_string(aside).unwrap();
    assert_eq!(kept, "name,supplier,storageGib\nmaps,azure,much\n");
}

#[test]
fn explain() {
    check("explain.txt", &with_files(&["explain", "signalen"]));
    check(
        "explain.json",
        &with_files(&["explain", "signalen", "-o", "json"]),
    );
}

#[test]
fn a_blocked_move_says_what_blocks_it_and_when_it_is_tried_again() {
    let now = SystemClock.now();
    let (blocked, again) = (
        now - jiff::Span::new().minutes(2),
        now + jiff::Span::new().minutes(3),
    );
    let move_of_signalen = format!(
        "apiVersion: havenmeester.dev/v1alpha1\nkind: Migration\nmetadata: {{name: signalen-1}}\n\
         spec: {{workload: signalen, kind: Relocate, source: azure-weu, target: logius-sp}}\n\
         status:\n  conditions:\n  - {{type: Failed, status: 'True', reason: PreflightBlocked, \
         lastTransitionTime: '{blocked:.0}', message: 'blocked: no storage class'}}\n"
    );
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("moves.yaml"), move_of_signalen).unwrap();
    let moves = directory.path().to_str().unwrap();
    let expected = format!(
        "it waits: signalen-1 to logius-sp came to nothing (blocked: no storage class); it is tried again from {again:.0} on"
    );
    let planned: serde_json::Value =
        serde_json::from_str(&printed(&with_files(&["plan", "-o", "json", "-f", moves]))).unwrap();
    let next = &planned["workloads"][2]["next"];
    assert_eq!(
        (&next["rule"], &next["message"]),
        (&"Paused".into(), &expected.clone().into())
    );
    for command in [&["plan"][..], &["explain", "signalen"]] {
        let told = printed(&with_files(&[command, &["-f", moves]].concat()));
        assert!(told.contains(&expected), "{told}");
    }
}

#[test]
fn limits_of_the_command_line_are_those_of_the_forecast() {
    let within = [
        "plan",
        "--per-cluster",
        "1",
        "--minutes-each",
        "5",
        "--window",
        "20:00-06:00",
    ];
    let told = printed(&with_files(&within));
    for part in [
        "2 move; waves: 2;",
        "each move lasts 300 s",
        "at most 1 moves per cluster and 16 per provider",
        "between 20:00 and 06:00 UTC",
    ] {
        assert!(told.contains(part), "{part}: {told}");
    }
}

#[test]
fn json_and_yaml_say_the_same() {
    let json = printed(&with_files(&["plan", "-o", "json"]));
    let yaml = printed(&with_files(&["plan", "-o", "yaml"]));
    let mut json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let mut yaml: serde_json::Value = serde_saphyr::from_str(&yaml).unwrap();
    // Moments are the one thing that differs between two runs.
    for told in [&mut json, &mut yaml] {
        assert!(told["at"].take().is_string() && told["forecast"]["endsAt"].take().is_string());
        for wave in told["forecast"]["waves"].as_array_mut().unwrap() {
            assert!(wave["startsAt"].take().is_string() && wave["endsAt"].take().is_string());
        }
    }
    assert_eq!(json, yaml);
    assert_eq!(
        json["forecast"]["waves"][0]["moves"].as_array().map(Vec::len),
        Some(2)
    );
    assert_eq!(json["workloads"].as_array().map(Vec::len), Some(4));
    assert_eq!(json["workloads"][2]["desired"], "logius-sp");
    assert_eq!(json["workloads"][2]["compliant"], false);
}

#[test]
fn colours_change_nothing_but_colours() {
    let plain = printed(&with_files(&["plan"]));
    let mut coloured = printed(&with_files(&["plan", "--color", "always"]));
    assert_ne!(plain, coloured);
    while let Some(start) = coloured.find('\u{1b}') {
        let end = coloured[start..].find('m').unwrap();
        coloured.replace_range(start..=start + end, "");
    }
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(words(&plain), words(&coloured));
}

#[test]
fn the_chart_holds_what_crds_prints() {
    let directory = root().join("charts/havenmeester/crds");
    let mut printed = printed(&["crds"]);
    printed.insert(0, '\n');
    let mut names = Vec::new();
    for document in printed.split("\n---\n").filter(|document| !document.is_empty()) {
        let parsed: serde_json::Value = serde_saphyr::from_str(document).unwrap();
        let name = format!("{}.yaml", parsed["metadata"]["name"].as_str().unwrap());
        let in_chart = std::fs::read_to_string(directory.join(&name)).unwrap_or_default();
        assert!(
            in_chart.trim_end() == document.trim_end(),
            "{name} is not what `crds` prints; run `cargo xtask crds`"
        );
        names.push(name);
    }
    let mut files: Vec<String> = std::fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    files.sort();
    names.sort();
    assert_eq!(files, names);
}

#[test]
fn a_register_becomes_objects_that_count_as_its_lines_do() {
    let register = "examples/amsterdam/register/applications.csv";
    let directory = tempfile::tempdir().unwrap();
    let manifests = directory.path().join("applications.yaml");
    let yaml = printed(&["kpi", "import", register, "-o", "yaml"]);
    std::fs::write(&manifests, &yaml).unwrap();
    assert_eq!(yaml.matches("kind: ExternalApplication\n").count(), 1_300);
    let list: serde_json::Value =
        serde_json::from_str(&printed(&["kpi", "import", register, "-o", "json"])).unwrap();
    assert_eq!(list["items"].as_array().map(Vec::len), Some(1_300));
    let counted = |more: &[&str]| {
        let arguments: Vec<&str> = with_files(&["kpi", "-o", "json"])
            .into_iter()
            .chain(more.iter().copied())
            .collect();
        serde_json::from_str::<serde_json::Value>(&printed(&arguments)).unwrap()
    };
    let lines = counted(&["--external", register]);
    assert_eq!(counted(&["-f", manifests.to_str().unwrap()]), lines);
    // A line takes the place of the object of its name.
    let both = ["--external", register, "-f", manifests.to_str().unwrap()];
    assert_eq!(counted(&both), lines);
}

#[test]
fn an_import_keeps_bad_lines_aside_beside_the_register() {
    let directory = tempfile::tempdir().unwrap();
    let bad = directory.path().join("bad.csv");
    std::fs::write(&bad, "name,supplier\nmail,azure\n,azure\n").unwrap();
    let run = cargo_bin_cmd!("havenmeester")
        .current_dir(root())
        .env_remove("KUBECONFIG")
        .args(["kpi".as_ref(), "import".as_ref(), bad.as_os_str()])
        .assert()
        .code(1);
    let out = String::from_utf8(run.get_output().stdout.clone()).unwrap();
    assert!(out.contains("title: mail"), "{out}");
    let told = String::from_utf8(run.get_output().stderr.clone()).unwrap();
    assert!(told.contains("bad.csv, line 3: name is empty"), "{told}");
    let kept = std::fs::read_to_string(directory.path().join("bad.aside.csv")).unwrap();
    assert_eq!(kept, "name,supplier\n,azure\n");
}

#[test]
fn an_import_is_shown_in_dutch() {
    let directory = tempfile::tempdir().unwrap();
    let register = directory.path().join("register.csv");
    let lines = "name,supplier,criticality,storageGib\nzaken,azure,critical,40\n";
    std::fs::write(&register, lines).unwrap();
    let path = register.to_str().unwrap();
    let table = printed(&["kpi", "import", path, "-o", "table", "--language", "nl"]);
    for word in ["NAAM", "LEVERANCIER", "OPSLAG (GIB)", "EINDE CONTRACT", "kritiek"] {
        assert!(table.contains(word), "no {word:?}:\n{table}");
    }
}
