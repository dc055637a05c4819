//! Each report as text, Markdown and JSON, against files. `UPDATE_GOLDEN=1` rewrites them.
#![allow(
    clippy::unwrap_used,
    reason = "a test: its helpers too stop it at the first surprise"
)]

#[path = "../../cli/tests/agreed/mod.rs"]
mod agreed;

use std::path::{Path, PathBuf};

use agreed::agreed as check;

use havenmeester_api::{Contract, Drill, Migration, Workload};
use havenmeester_report::{DrillReport, DryRunReport, ExitReport, Language, Outcome};
use jiff::Timestamp;
use serde_json::Value;

fn place(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/golden")
        .join(name)
}

fn input(name: &str) -> Value {
    let text = std::fs::read_to_string(place(name)).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn take<T: serde::de::DeserializeOwned>(value: &Value) -> T {
    serde_json::from_value(value.clone()).unwrap()
}

fn mk_drill(edit: impl FnOnce(&mut Value)) -> DrillReport {
    let mut input = input("drill.in.json");
    edit(&mut input);
    let (drill, migrations, workloads): (Drill, Vec<Migration>, Vec<Workload>) = (
        take(&input["drill"]),
        take(&input["migrations"]),
        take(&input["workloads"]),
    );
    let now: Timestamp = take(&input["now"]);
    DrillReport::new(&drill, &migrations, &workloads, now)
}

#[test]
fn drill() {
    let report = mk_drill(|_| {});
    check("drill.txt", &report.text(Language::En));
    check("drill.md", &report.markdown(Language::En));
    check("drill.nl.md", &report.markdown(Language::Nl));
    // The head and the worst workload: the rest has the same fields.
    let mut json: Value = serde_json::from_str(&report.json().unwrap()).unwrap();
    json["workloads"].as_array_mut().unwrap().truncate(1);
    check("drill.json", &format!("{json:#}\n"));
}

#[test]
fn what_was_not_met_stands_first_and_what_was_not_measured_is_not_met() {
    let report = mk_drill(|_| {});
    let outcomes: Vec<(&str, Outcome)> = report
        .workloads
        .iter()
        .map(|w| (w.workload.trim_start_matches("havenmeester/"), w.outcome))
        .collect();
    assert_eq!(
        outcomes,
        [
            ("archive", Outcome::NotMet),
            ("parking-permits", Outcome::NotMet),
            ("zaaksysteem", Outcome::NotMet), // of which moment its state is, is not known
            ("legacy", Outcome::NotExecuted),
            ("intranet", Outcome::NoObjective),
            ("signalen", Outcome::Met),
        ]
    );
}

#[test]
fn a_drill_that_runs_is_late_only_when_it_is() {
    let at = |now: &str| {
        mk_drill(|input| {
            input["now"] = now.into();
            input["drill"]["status"]["endedAt"] = Value::Null;
            input["drill"]["status"]["conditions"] = Value::Array(Vec::new());
            input["migrations"][0]["status"]["measured"]["servingAt"] = Value::Null;
        })
    };
    let of_signalen = |report: &DrillReport| {
        report
            .workloads
            .iter()
            .find(|w| w.workload.ends_with("/signalen"))
            .map(|w| w.outcome)
    };
    assert_eq!(of_signalen(&at("2026-11-24T10:15:00Z")), Some(Outcome::Running));
    assert_eq!(of_signalen(&at("2026-11-24T10:15:01Z")), Some(Outcome::NotMet));
}

#[test]
fn a_simulated_drill_says_what_would_go() {
    let report = mk_drill(|input| {
        input["migrations"] = Value::Array(Vec::new());
        input["drill"]["spec"]["mode"] = "Simulate".into();
    });
    assert_eq!(
        (
            report.count(Outcome::Simulated),
            report.count(Outcome::NotExecuted)
        ),
        (5, 1)
    );
    check("drill_simulated.txt", &report.text(Language::En));
}

#[test]
fn dry_run() {
    let report = DryRunReport::new(&take::<Migration>(&input("dry_run.in.json")));
    assert!(!report.passes());
    check("dry_run.txt", &report.text(Language::En));
    check("dry_run.nl.txt", &report.text(Language::Nl));
    check("dry_run.md", &report.markdown(Language::En));
    check("dry_run.nl.md", &report.markdown(Language::Nl));
    check("dry_run.html", &report.html(Language::En));
    check("dry_run.nl.html", &report.html(Language::Nl));
    check("dry_run.json", &(report.json().unwrap() + "\n"));
}

#[test]
fn exit() {
    let input = input("exit.in.json");
    let (contract, runs): (Contract, Vec<Migration>) = (take(&input["contract"]), take(&input["migrations"]));
    let report = ExitReport::new(&contract, &runs, take(&input["now"]));
    check("exit.txt", &report.text(Language::En));
    check("exit.md", &report.markdown(Language::En));
    check("exit.nl.txt", &report.text(Language::Nl));
    let counts = report.readiness;
    assert_eq!(
        (counts.ready, counts.with_warnings, counts.blocked, counts.unknown),
        (1, 1, 2, 1)
    );
}

#[test]
fn a_dry_run_is_told_in_dutch_to_the_last_word() {
    let mut input = input("dry_run.in.json");
    let odd = "a severity from a newer version";
    let told = |input: &serde_json::Value, language| {
        let report = DryRunReport::new(&take::<Migration>(input));
        report.text(language) + &report.markdown(language)
    };
    let (english, dutch) = (told(&input, Language::En), told(&input, Language::Nl));
    assert!(english.contains("managed-csi becomes ceph-block") && !english.contains("wordt"));
    assert!(dutch.contains("managed-csi wordt ceph-block") && !dutch.contains("becomes"));
    assert!(dutch.contains(odd), "the English where there is no Dutch");

    input["spec"]["reason"] = "oefening".into();
    input["status"]["findings"][4]["dutch"] = serde_json::json!({ "message": "een nieuwere versie" });
    let dutch = told(&input, Language::Nl);
    for word in [
        " the ",
        " is not ",
        " could not ",
        " cannot ",
        " of the ",
        " for ",
        " with ",
        " objects ",
        " and ",
    ] {
        assert!(!dutch.contains(word), "{word:?} in {dutch}");
        let found = told(&input, Language::En).contains(word);
        assert!(
            found || !matches!(word, " cannot " | " objects "),
            "the English has it: {word:?}"
        );
    }
}
