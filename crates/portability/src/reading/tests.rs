//! Rules of `reading`, each test named as its rule.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::{Fault, FieldPath, Reading, Step, read};
use crate::Level;

fn of(text: &str) -> Reading {
    read(text.as_bytes())
}

fn steps(path: &[&str]) -> Vec<Step> {
    let step = |step: &&str| {
        step.parse()
            .map_or_else(|_| Step::Key((*step).to_owned()), Step::Item)
    };
    path.iter().map(step).collect()
}

/// `line:column` of a field of the first manifest.
#[track_caller]
fn place(text: &str, path: &[&str], wanted: &str) {
    let reading = of(text);
    let place = reading.manifests[0].place(&steps(path));
    assert_eq!(format!("{}:{}", place.line, place.column), wanted, "{path:?}");
}

/// `line:column id` of every problem.
#[track_caller]
fn problems(text: &str, wanted: &[&str]) {
    let told: Vec<String> = of(text)
        .problems
        .iter()
        .map(|problem| {
            let place = problem
                .place
                .map_or_else(|| "-".to_owned(), |at| format!("{}:{}", at.line, at.column));
            format!("{place} {}", problem.fault.id())
        })
        .collect();
    assert_eq!(told, wanted);
}

fn kinds(reading: &Reading) -> Vec<String> {
    let kind = |manifest: &super::Manifest| manifest.object["kind"].as_str().unwrap_or_default().to_owned();
    reading.manifests.iter().map(kind).collect()
}

const TWO: &str = "\
apiVersion: v1
kind: Service
metadata:
  name: a
  annotations: {a.b/c: \"1\"}
spec:
  ports:
  - port: 80
    name: http
---
apiVersion: v1
kind: ConfigMap
metadata: {name: b}
data:
  text: |
    one
    two
";

#[test]
fn every_field_knows_its_place() {
    place(TWO, &[], "1:1");
    place(TWO, &["metadata", "name"], "4:3");
    place(TWO, &["metadata", "annotations", "a.b/c"], "5:17");
    place(TWO, &["spec", "ports", "0"], "8:5");
    place(TWO, &["spec", "ports", "0", "name"], "9:5");
    place(TWO, &["spec", "nothing", "there"], "6:1");
    let reading = of(TWO);
    assert_eq!(reading.manifests[1].start().line, 11);
    let text = steps(&["data", "text"]);
    assert_eq!(reading.manifests[1].place_in_text(&text, 1).line, 17);
    assert_eq!(reading.manifests[1].place_in_text(&text, 0).line, 16);
    assert_eq!(reading.problems, []);
}

#[test]
fn a_path_prints_as_people_write_it() {
    let print = |path: &[&str]| FieldPath(steps(path)).to_string();
    assert_eq!(
        print(&["spec", "containers", "0", "image"]),
        "spec.containers[0].image"
    );
    assert_eq!(
        print(&["metadata", "annotations", "a.b/c"]),
        "metadata.annotations[\"a.b/c\"]"
    );
    assert_eq!(print(&[]), "");
}

#[test]
fn after_a_broken_document_the_next_is_read() {
    let text = "kind: [a\n---\napiVersion: v1\nkind: Service\nmetadata: {name: a}\n---\na: b: c\n---\napiVersion: v1\nkind: Secret\nmetadata: {name: s}\n";
    assert_eq!(kinds(&of(text)), ["Service", "Secret"]);
    let reading = of(text);
    assert_eq!(reading.problems.len(), 2);
    assert!(matches!(reading.problems[0].fault, Fault::Syntax(_)));
    assert_eq!(reading.problems[1].place.map(|at| at.line), Some(7));
    assert_eq!(reading.manifests[1].start().line, 9);
}

#[test]
fn json_is_read_and_lists_are_opened() {
    let text = "{\"apiVersion\": \"v1\", \"kind\": \"List\", \"items\": [\n\t{\"apiVersion\": \"v1\", \"kind\": \"Service\", \"metadata\": {\"name\": \"a\"}},\n\t{\"apiVersion\": \"v1\", \"kind\": \"Secret\", \"metadata\": {\"name\": \"b\"}}]}";
    let reading = of(text);
    assert_eq!(kinds(&reading), ["Service", "Secret"]);
    assert_eq!(reading.manifests[1].start().line, 3);
    assert_eq!(reading.problems, []);
}

#[test]
fn objects_of_json_one_after_the_other_are_read() {
    let object = |name: &str| {
        format!("{{\"apiVersion\": \"v1\", \"kind\": \"A\", \"metadata\": {{\"name\": \"}}{{{name}\\\"\"}}}}")
    };
    let text = format!("{}\n\n  {} {}\n", object("a"), object("b"), object("c"));
    let reading = of(&text);
    assert_eq!((reading.manifests.len(), &reading.problems), (3, &vec![]));
    let starts: Vec<(u32, u32)> = reading
        .manifests
        .iter()
        .map(|one| (one.start().line, one.start().column))
        .collect();
    let width = u32::try_from(object("b").len()).expect("a short text");
    assert_eq!(starts, [(1, 1), (3, 3), (3, 4 + width)]);
    let name = reading.manifests[2].place(&steps(&["metadata", "name"]));
    assert_eq!((name.line, name.column), (3, 4 + width + 47));
    assert_eq!(of(&format!("{}\n{{\"a\": 1", object("a"))).problems.len(), 1);
    assert_eq!(
        of(&format!("{}\n---\n{}", object("a"), object("b")))
            .manifests
            .len(),
        2
    );
}

#[test]
fn elements_of_a_typed_list_have_its_kind() {
    let text = "apiVersion: apps/v1\nkind: DeploymentList\nitems:\n- metadata: {name: a}\n- 3\n";
    let reading = of(text);
    assert_eq!(kinds(&reading), ["Deployment"]);
    assert_eq!(reading.manifests[0].object["apiVersion"], "apps/v1");
    problems(text, &["5:3 manifest-no-object"]);
}

#[test]
fn what_an_object_lacks_is_told() {
    problems("apiVersion: v1\nmetadata: {name: a}\n", &["1:1 manifest-no-kind"]);
    problems(
        "# c\nkind: Service\nmetadata: {name: a}\n",
        &["2:1 manifest-no-api-version"],
    );
    problems("apiVersion: v1\nkind: Service\n", &["1:1 manifest-no-name"]);
    problems(
        "apiVersion: 1\nkind: true\nmetadata: {name: a}\n",
        &["1:1 manifest-no-api-version"],
    );
    problems(
        "apiVersion: v1\nkind: Service\nmetadata: {name: a, namespace: n}\n",
        &["1:1 manifest-name-no-text"],
    );
    problems("apiVersion: v1\nkind: Job\nmetadata: {generateName: a-}\n", &[]);
    problems(
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: []\n",
        &[],
    );
    problems("replicas: 3\n", &["1:1 manifest-passed-over"]);
    problems("just text\n", &["1:1 manifest-no-object"]);
    problems("", &[]);
    problems("---\n# nothing\n---\n---\n", &[]);
}

#[test]
fn unknown_kinds_are_fine() {
    let reading = of("apiVersion: x.example/v7\nkind: Never\nmetadata: {name: a}\nspec: {anything: true}\n");
    assert_eq!(
        (kinds(&reading), reading.problems),
        (vec!["Never".to_owned()], vec![])
    );
}

#[test]
fn a_key_that_stands_twice_is_told_and_the_last_counts() {
    let text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  a: \"1\"\n  a: \"2\"\n";
    problems(text, &["6:3 manifest-key-twice"]);
    assert_eq!(of(text).manifests[0].object["data"]["a"], "2");
}

#[test]
fn aliases_and_merge_keys_are_resolved() {
    let text = "apiVersion: v1\nkind: A\nmetadata: &m {name: a}\nspec:\n  base: &b {x: 1, y: 2}\n  own: {<<: *b, y: 3}\n  two: {<<: [*m, *b]}\n  again: *m\n";
    let reading = of(text);
    assert_eq!(reading.problems, []);
    let spec = &reading.manifests[0].object["spec"];
    assert_eq!(spec["own"], json!({"x": 1, "y": 3}));
    assert_eq!(spec["two"], json!({"x": 1, "y": 2, "name": "a"}));
    assert_eq!(spec["again"], json!({"name": "a"}));
}

#[test]
fn an_anchor_bomb_is_refused() {
    let mut text = "apiVersion: v1\nkind: A\nmetadata: {name: a}\na0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n".to_owned();
    for level in 1..20 {
        let last = format!("*a{}, ", level - 1).repeat(9);
        let _ = writeln!(text, "a{level}: &a{level} [{}]", last.trim_end_matches(", "));
    }
    text += "---\napiVersion: v1\nkind: B\nmetadata: {name: b}\n";
    let reading = of(&text);
    assert_eq!(reading.problems.len(), 1);
    assert_eq!(reading.problems[0].fault, Fault::AliasBomb);
    assert_eq!(kinds(&reading), ["B"]);
}

#[test]
fn a_bomb_of_one_long_text_is_refused() {
    let long = "x".repeat(100_000);
    let many = "*a, ".repeat(1000);
    problems(
        &format!("a: &a {long}\nb: [{many}]\n"),
        &["2:333 manifest-alias-bomb"],
    );
}

#[test]
fn aliases_cannot_nest_without_end() {
    let mut text = "a0: &a0 [x]\n".to_owned();
    for level in 1..200 {
        let _ = writeln!(text, "a{level}: &a{level} [*a{}]", level - 1);
    }
    problems(&text, &["128:14 manifest-too-deep"]);
    problems("a: &a [*a]\n", &["1:8 manifest-syntax"]);
    problems("a: *nothing\n", &["1:4 manifest-syntax"]);
}

#[test]
fn deep_nesting_is_refused() {
    let flow = format!("a: {}{}", "[".repeat(100_000), "]".repeat(100_000));
    assert_eq!(of(&flow).manifests.len(), 0);
    assert_eq!(of(&flow).problems.len(), 1);
    let mut block = String::new();
    for depth in 0..200 {
        let _ = writeln!(block, "{}a:", " ".repeat(depth));
    }
    problems(&block, &["129:129 manifest-too-deep"]);
}

#[test]
fn a_template_is_said_to_be_one() {
    let helm = "apiVersion: v1\nkind: Service\nmetadata:\n  name: {{ .Release.Name }}-web\n{{- if .Values.x }}\nspec: {}\n{{- end }}\n";
    let reading = of(helm);
    assert_eq!(
        reading.problems.last().map(|problem| problem.fault.clone()),
        Some(Fault::Template)
    );
    assert_eq!(reading.manifests, []);
    let readable =
        "apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {type: \"{{ .Values.type }}\"}\n";
    problems(readable, &["4:15 manifest-template"]);
    let alert =
        "apiVersion: v1\nkind: A\nmetadata: {name: a}\nspec: {text: \"{{ $labels.pod }} is {{ $value }}\"}\n";
    problems(alert, &[]);
}

#[test]
fn only_text_of_a_bearable_size_is_read() {
    let large = vec![b'a'; 33 * 1024 * 1024];
    assert_eq!(read(&large).problems[0].fault, Fault::TooLarge);
    let reading = read(b"a: b\nc: \xC3\xA9\xFF\n");
    assert_eq!(reading.problems[0].fault, Fault::NotUtf8);
    assert_eq!(
        reading.problems[0].place.map(|at| (at.line, at.column)),
        Some((2, 5))
    );
    assert_eq!(read(b"\xFF\xFEa\0").problems[0].fault, Fault::Utf16);
    let marked = read("\u{FEFF}apiVersion: v1\nkind: A\nmetadata: {name: a}\n".as_bytes());
    assert_eq!((marked.manifests.len(), marked.problems.len()), (1, 0));
}

#[test]
fn words_are_read_as_kubectl_reads_them() {
    let values: Vec<(&str, Value)> = vec![
        ("0755", json!(493)),
        ("\"0755\"", json!("0755")),
        ("755", json!(755)),
        ("-12", json!(-12)),
        ("0x1F", json!(31)),
        ("0o17", json!(15)),
        ("0.5", json!(0.5)),
        ("1e3", json!(1000.0)),
        ("~", json!(null)),
        ("", json!(null)),
        ("True", json!(true)),
        ("yes", json!(true)),
        ("ON", json!(true)),
        ("y", json!(true)),
        ("No", json!(false)),
        ("off", json!(false)),
        ("n", json!(false)),
        ("nO", json!("nO")),
        ("\"no\"", json!("no")),
        ("1_000", json!(1000)),
        ("0b101", json!(5)),
        ("-0b1", json!(-1)),
        ("_1", json!("_1")),
        ("1.2.3", json!("1.2.3")),
        ("089", json!(89.0)),
        ("+-1", json!("+-1")),
        (".inf", json!(".inf")),
        ("18446744073709551615", json!(18_446_744_073_709_551_615_u64)),
        ("!!str 1", json!("1")),
        ("2026-01-01", json!("2026-01-01")),
        ("-", json!([null])),
    ];
    for (word, wanted) in values {
        let text = format!("apiVersion: v1\nkind: A\nmetadata: {{name: a}}\nx:\n  {word}\n");
        assert_eq!(of(&text).manifests[0].object["x"], wanted, "{word}");
    }
}

#[test]
fn what_could_not_be_read_blocks() {
    for (fault, level) in [
        (Fault::TooLarge, Level::Block),
        (Fault::Template, Level::Block),
        (Fault::NoName, Level::Warn),
        (Fault::NotAManifest, Level::Info),
    ] {
        assert_eq!(fault.level(), level, "{fault}");
        assert!(!fault.remedy().is_empty());
    }
}

#[test]
fn no_problem_shows_a_value() {
    let text = "kind: Secret\ndata:\n  k: geheim\n  - geheim\n---\na: *geheim\n---\n{geheim: [geheim\n";
    let told = format!("{:?}", of(text).problems);
    assert!(!told.contains("geheim"), "{told}");
}

/// As kubectl does, with "cannot unmarshal number into Go struct field ConfigMap.data of type string".
#[test]
fn values_that_must_be_texts_and_are_none_are_told_where_they_stand() {
    problems(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, labels: {tier: 1}}\ndata:\n  HOST: db\n  PORT: 8080\n  DEBUG: yes\n  EMPTY:\n  QUOTED: \"1\"\n",
        &[
            "3:30 manifest-value-no-text",
            "6:3 manifest-value-no-text",
            "7:3 manifest-value-no-text",
        ],
    );
    problems(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: a\n  annotations: {example.nl/on: true}\nspec:\n  replicas: 2\n  template:\n    metadata:\n      labels: {release: 1.0}\n    spec:\n      containers:\n      - name: a\n        args: [--port, 8080]\n        env:\n        - name: PORT\n          value: 8080\n        ports: [{containerPort: 8080}]\n",
        &[
            "5:17 manifest-value-no-text",
            "10:16 manifest-value-no-text",
            "14:24 manifest-value-no-text",
            "17:11 manifest-value-no-text",
        ],
    );
}

/// What a custom resource calls labels may be anything, and so may the schema of one.
#[test]
fn what_others_call_labels_may_be_anything() {
    for text in [
        "apiVersion: example.nl/v1\nkind: Board\nmetadata: {name: a}\nspec: {labels: {a: 1}, env: [{name: a, value: 1}]}\n",
        "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: a}\nspec: {labels: {type: {a: 1}}}\n",
        "apiVersion: apps/v1\nkind: ControllerRevision\nmetadata: {name: a}\ndata: {spec: {template: {a: 1}}}\n",
    ] {
        problems(text, &[]);
    }
}
