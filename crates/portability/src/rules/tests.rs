//! Rules of `rules`, each test named as its rule. Every rule that comes with it is proved by its own examples.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::pattern::{At, matches, path};
use super::{Level, Rule, RuleSet, builtin, host};
use crate::field::text;
use crate::said::tests::english_in;

fn builtin() -> RuleSet {
    RuleSet::builtin().expect("the rules that come with it can be read")
}

/// A set of one rule with this `match`.
fn mk_set(clause: &str) -> RuleSet {
    let rule = format!(
        "rules:\n- id: a\n  severity: Warn\n  what: a\n  why: b\n  replacement: c\n  source: https://d.example\n  match:\n  - {clause}\n"
    );
    let rules = Rule::read("a.yaml", "own", &rule).expect("a rule");
    RuleSet::new(rules).expect("one rule")
}

/// What the clause finds in an object: the fields.
#[track_caller]
fn check(clause: &str, object: &Value, wanted: &[&str]) {
    let set = mk_set(clause);
    let found: Vec<String> = set.check(object).iter().map(|hit| hit.path.to_string()).collect();
    assert_eq!(found, wanted, "{clause}");
}

/// What is wrong with a rule that is the good one with a line more, or another line instead.
fn said(changed: &str, line: &str) -> String {
    let good = [
        ("id", "- id: a"),
        ("severity", "  severity: Warn"),
        ("what", "  what: a"),
        ("why", "  why: b"),
        ("replacement", "  replacement: c"),
        ("source", "  source: https://d.example"),
        ("match", "  match: [{kinds: [A]}]"),
    ];
    let lines: Vec<&str> = good
        .iter()
        .map(|(name, text)| if *name == changed { line } else { text })
        .collect();
    let text = format!("rules:\n{}\n", lines.join("\n"));
    Rule::read("a.yaml", "own", &text)
        .expect_err("a wrong rule")
        .to_string()
}

#[test]
fn every_rule_speaks_dutch() {
    for rule in builtin().rules() {
        let dutch = rule
            .dutch
            .as_ref()
            .unwrap_or_else(|| panic!("{} has no Dutch", rule.id));
        for text in [&dutch.what, &dutch.why, &dutch.replacement] {
            let mut english = english_in(text);
            english.retain(|word| word != "for"); // in names: Azure Database for MySQL
            assert_eq!(english, Vec::<String>::new(), "{}: {text}", rule.id);
        }
        assert!(
            dutch.why != rule.why && dutch.replacement != rule.replacement,
            "{}",
            rule.id
        );
    }
}

#[test]
fn every_rule_has_examples_and_does_what_they_say() {
    let set = builtin();
    for rule in set.rules() {
        let test = rule.test.as_ref();
        let test = test.unwrap_or_else(|| panic!("{} has no examples", rule.id));
        for object in test.hit.objects().iter().chain(test.miss.objects()) {
            let named = !text(object, &["apiVersion"]).is_empty() && !text(object, &["kind"]).is_empty();
            assert!(named, "{}: an example has no apiVersion or kind", rule.id);
        }
        assert!(
            !test.hit.objects().is_empty() && !test.miss.objects().is_empty(),
            "{}",
            rule.id
        );
    }
    let unproven: Vec<String> = set
        .unproven()
        .iter()
        .map(|one| {
            let (kind, rest) = if one.wanted {
                ("hit", "does not match")
            } else {
                ("miss", "matches")
            };
            format!("{}: {kind} {} {rest}", one.rule.id, one.place)
        })
        .collect();
    assert_eq!(unproven, [""; 0]);
}

#[test]
fn there_are_rules_enough_of_every_provider_and_each_is_told_well() {
    let set = builtin();
    assert!(set.rules().len() >= 140, "{}", set.rules().len());
    assert_eq!(
        set.providers(),
        ["aws", "azure", "gcp", "openshift", "other"].into()
    );
    for rule in set.rules() {
        let expected = ["aws", "azure", "gcp", "openshift"].contains(&rule.provider.as_str());
        let prefix = format!("{}-", rule.provider);
        assert_eq!(rule.id.starts_with(&prefix), expected, "{}", rule.id);
        for sentence in [&rule.why, &rule.replacement] {
            assert!(
                sentence.ends_with(['.', ';']) || sentence.ends_with('`'),
                "{}: {sentence}",
                rule.id
            );
        }
        assert!(
            !rule.what.ends_with('.') && rule.what.chars().count() <= 90,
            "{}",
            rule.id
        );
    }
    for level in Level::ALL {
        assert!(set.rules().iter().any(|rule| rule.severity == level), "{level}");
    }
}

#[test]
fn every_file_of_the_folder_is_built_in() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules");
    let mut there = BTreeSet::new();
    for provider in std::fs::read_dir(&folder).expect("the folder") {
        for file in std::fs::read_dir(provider.expect("an entry").path()).expect("a folder per provider") {
            there.insert(file.expect("an entry").path());
        }
    }
    let built_in: BTreeSet<PathBuf> = builtin::FILES
        .iter()
        .map(|(_, path, _)| Path::new(env!("CARGO_MANIFEST_DIR")).join(path))
        .collect();
    assert_eq!(there, built_in);
}

#[test]
fn a_path_is_matched_with_its_wildcards() {
    let fits = |pattern: &str, steps: &[At<'_>]| matches(&path(pattern).expect("a pattern"), steps);
    let containers = [
        At::Key("spec"),
        At::Key("containers"),
        At::Item(0),
        At::Key("image"),
    ];
    assert!(fits("spec.containers[*].image", &containers));
    assert!(fits("**.image", &containers));
    assert!(fits("**.containers[*].image", &containers));
    assert!(fits("**.spec.**.image", &containers));
    assert!(fits("spec.*.*.image", &containers));
    assert!(!fits("containers[*].image", &containers));
    assert!(!fits("spec.containers.image", &containers));
    assert!(!fits("**.initContainers[*].image", &containers));
    assert!(fits("a[\"b.c/d\"]", &[At::Key("a"), At::Key("b.c/d")]));
    assert!(fits("**.a", &[At::Key("a")]));
    for wrong in ["", "a..b", "a.**", "a.b*", "a[\"b", "a[0]"] {
        assert!(path(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn a_clause_finds_what_it_says_where_it_says() {
    let pod = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"annotations": {"x.example/a": "1", "y": "2"}},
        "spec": {"nodeSelector": {"pool": "p"}, "tolerations": [{"key": "taint"}],
            "containers": [{"image": "r.example:5000/a/b:1@sha256:0", "env": [{"name": "A", "value": "db.r.example"}]}]}});
    check("{kinds: [Pod]}", &pod, &[""]);
    check("{kinds: [Pod], groups: [apps]}", &pod, &[]);
    check("{kinds: [Pod], groups: [\"\"]}", &pod, &[""]);
    check(
        "{annotation: [x.example/*]}",
        &pod,
        &["metadata.annotations[\"x.example/a\"]"],
    );
    check("{annotation: [\"y\"], equals: [\"3\"]}", &pod, &[]);
    check(
        "{node: [pool, taint]}",
        &pod,
        &["spec.nodeSelector.pool", "spec.tolerations[0].key"],
    );
    check("{image: [r.example]}", &pod, &["spec.containers[0].image"]);
    check("{image: [r.example/a]}", &pod, &[]);
    check(
        "{field: \"**.env[*].name\", equals: [A]}",
        &pod,
        &["spec.containers[0].env[0].name"],
    );
    check(
        "{anyHost: [r.example]}",
        &pod,
        &["spec.containers[0].env[0].value"],
    );
    check("{anyText: [sha256]}", &pod, &["spec.containers[0].image"]);
    check("{anyText: [ha256]}", &pod, &[]);
    let other =
        json!({"kind": "A", "spec": {"logoImage": "logo.png", "sideImage": "r.example/a", "image": ""}});
    check("{image: [docker.io, r.example]}", &other, &["spec.sideImage"]);
    check(
        "{field: \"spec.containers[*].image\", suffix: [\":0\"]}",
        &pod,
        &["spec.containers[0].image"],
    );
}

#[test]
fn a_group_pattern_is_about_what_is_below_it() {
    let object = json!({"apiVersion": "sql.azure.example/v1", "kind": "Server"});
    check("{groups: [\"*.azure.example\"]}", &object, &[""]);
    check("{groups: [azure.example]}", &object, &[]);
    check("{groups: [\"*.example.azure.example\"]}", &object, &[]);
}

#[test]
fn host_names_are_found_in_any_text() {
    let texts = [
        "db.a.example",
        "tcp:db.a.example,1433",
        "postgres://u:p@DB.a.EXAMPLE:5432/x?y=z",
        "see <https://db.a.example>.",
        "$(NAME).db.a.example",
        "x=1\nhost = \"db.a.example\"",
    ];
    for text in texts {
        let object = json!({"apiVersion": "v1", "kind": "ConfigMap", "data": {"a": text}});
        check("{anyHost: [a.example]}", &object, &["data.a"]);
    }
    for text in ["db.a.example.nl", "dba.example", "a.examples", "a-example"] {
        let object = json!({"apiVersion": "v1", "kind": "ConfigMap", "data": {"a": text}});
        check("{anyHost: [a.example]}", &object, &[]);
    }
    let object = json!({"apiVersion": "v1", "kind": "ConfigMap", "data": {"a": "b.s3.eu.aws.example"}});
    check("{anyHost: [s3.*.aws.example]}", &object, &["data.a"]);
    let object = json!({"apiVersion": "v1", "kind": "ConfigMap", "data": {"a": "eu-west-sql.a.example", "b": "mysql.a.example"}});
    check("{anyHost: [\"*-sql.a.example\"]}", &object, &["data.a"]);
}

#[test]
fn a_registry_is_told_from_a_path() {
    assert_eq!(host::registry("nginx:1"), ("docker.io", "nginx"));
    assert_eq!(host::registry("a/b"), ("docker.io", "a/b"));
    assert_eq!(
        host::registry("r.example:5000/a/b:1@sha256:0"),
        ("r.example", "r.example:5000/a/b")
    );
    assert_eq!(host::registry("localhost/a"), ("localhost", "localhost/a"));
    assert_eq!(host::registry(""), ("docker.io", ""));
}

#[test]
fn a_part_of_a_registry_is_told_from_the_rest() {
    let image =
        |image: &str| json!({"apiVersion": "v1", "kind": "Pod", "spec": {"containers": [{"image": image}]}});
    let set = builtin();
    let found = |text: &str| {
        let object = image(text);
        let hits = set.check(&object);
        hits.iter().map(|hit| hit.rule.id.clone()).collect::<Vec<_>>()
    };
    assert_eq!(found("gcr.io/distroless/static:1"), ["gcp-public-registry"]);
    assert_eq!(found("gcr.io/distroless-mine/a"), ["gcp-artifact-registry"]);
    assert_eq!(found("eu.gcr.io/mine/a"), ["gcp-artifact-registry"]);
    assert_eq!(found("mcr.microsoft.com/azuredefender/a"), ["azure-defender"]);
    assert_eq!(
        found("mcr.microsoft.com/dotnet/aspnet"),
        ["azure-microsoft-registry"]
    );
    assert_eq!(found("MINE.azurecr.io/a"), ["azure-container-registry"]);
}

#[test]
fn the_longest_host_name_of_a_provider_counts() {
    let set = builtin();
    let object = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"},
        "data": {"a": "https://sqs.eu-west-1.amazonaws.com", "b": "https://polly.eu-west-1.amazonaws.com"}});
    let found: Vec<&str> = set
        .check(&object)
        .iter()
        .map(|hit| hit.rule.id.as_str())
        .collect();
    assert_eq!(found, ["aws-queues", "aws-any-service"]);
}

#[test]
fn what_is_seen_of_a_secret_is_never_told() {
    let set = builtin();
    let secret = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "a"},
        // "Server=mine.database.windows.net;Password=geheim"
        "data": {"a": "U2VydmVyPW1pbmUuZGF0YWJhc2Uud2luZG93cy5uZXQ7UGFzc3dvcmQ9Z2VoZWlt", "AZURE_CLIENT_SECRET": "Z2VoZWlt"},
        "stringData": {"b": "https://mine.vault.azure.net/geheim"}});
    let hits = set.check(&secret);
    let told: Vec<String> = hits
        .iter()
        .map(|hit| format!("{} {} {:?}", hit.rule.id, hit.path, hit.seen))
        .collect();
    assert_eq!(
        told,
        [
            "azure-identity-variables data.AZURE_CLIENT_SECRET None",
            "azure-sql data.a None",
            "azure-key-vault-host stringData.b None",
        ]
    );
    let map = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"},
        "data": {"a": "https://geheim@mine.vault.azure.net/geheim", "c": "DefaultEndpointsProtocol=https;AccountKey=geheim"}});
    let told = format!(
        "{:?}",
        set.check(&map)
            .iter()
            .map(|hit| hit.seen.clone())
            .collect::<Vec<_>>()
    );
    assert!(
        told.contains("mine.vault.azure.net") && !told.contains("geheim"),
        "{told}"
    );
}

#[test]
fn copies_books_and_documentation_are_not_looked_at() {
    let host = "https://mine.vault.azure.net";
    let object = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", "managedFields": [{"a": host}],
        "annotations": {"kubectl.kubernetes.io/last-applied-configuration": host}}, "status": {"a": host}});
    check("{anyHost: [vault.azure.net]}", &object, &[]);
    let definition = json!({"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "spec": {"description": host}});
    check("{anyHost: [vault.azure.net]}", &definition, &[]);
}

#[test]
fn a_move_counts_what_is_left_and_not_what_is_there_too() {
    let providers = |from, to| {
        builtin()
            .between(from, to)
            .providers()
            .into_iter()
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    assert_eq!(providers(None, None).len(), 5);
    assert_eq!(providers(Some("azure"), None), ["azure", "other"]);
    assert_eq!(
        providers(None, Some("openshift")),
        ["aws", "azure", "gcp", "other"]
    );
    assert_eq!(providers(Some("azure"), Some("azure")), ["other"]);
}

#[test]
fn what_is_wrong_with_a_rule_is_told_with_its_place() {
    for (field, line, wanted) in [
        (
            "severity",
            "  severity: Blok",
            "a.yaml:3:3: rules[0].severity: unknown variant `Blok`",
        ),
        (
            "id",
            "- id: A b",
            "a.yaml:2:3: rules[0].id: write lower-case words",
        ),
        ("why", "  wy: b", "a.yaml:5:3: rules[0].wy: unknown field `wy`"),
        (
            "source",
            "  source: docs",
            "a.yaml:7:3: rules[0].source: write the https:// address",
        ),
        (
            "match",
            "  match: [{fild: a}]",
            "a.yaml:8:12: rules[0].match[0].fild: unknown field `fild`",
        ),
        (
            "match",
            "  match: [{field: a.**}]",
            "a.yaml:8:12: rules[0].match[0].field: it ends in `**`",
        ),
        ("match", "  match: []", "a.yaml:8:3: rules[0].match: it is empty"),
        (
            "match",
            "  match: [{}]",
            "a.yaml:8:11: rules[0].match[0]: it matches every object",
        ),
        (
            "match",
            "  match: [{field: a, label: [b]}]",
            "a.yaml:8:11: rules[0].match[0]: it looks at several things",
        ),
        (
            "match",
            "  match: [{anyHost: [\"a b\"]}]",
            "a.yaml:8:12: rules[0].match[0].anyHost: \"a b\" is no host name",
        ),
        (
            "match",
            "  match: [{annotation: [\"*\"]}]",
            "a.yaml:8:12: rules[0].match[0].annotation: \"*\": a `*` stands",
        ),
        (
            "match",
            "  match: [{kinds: [A], equals: [b]}]",
            "a.yaml:8:11: rules[0].match[0]: equals, prefix",
        ),
        (
            "match",
            "  match: [{field: a, contains: [\"\"]}]",
            "a.yaml:8:22: rules[0].match[0].contains: one of them is empty",
        ),
        ("match", "", "a.yaml:2:3: rules[0]: missing field `match`"),
    ] {
        let said = said(field, line);
        assert!(said.starts_with(wanted), "{said}\nwanted: {wanted}");
    }
    let broken = Rule::read("a.yaml", "own", "rules:\n- id: [\n")
        .expect_err("broken")
        .to_string();
    assert!(broken.starts_with("a.yaml:2:7: it is not valid YAML"), "{broken}");
    let other = Rule::read("a.yaml", "own", "rule: []\n")
        .expect_err("no rules")
        .to_string();
    assert!(other.contains("a.yaml:1:1: rule: it is not known"), "{other}");
}

#[test]
fn rules_may_be_in_a_config_map_and_errors_name_the_line_in_it() {
    let rule = "- id: a-b\n    severity: Warn\n    what: a\n    why: b\n    replacement: c\n    source: https://d\n    match: [{kinds: [A]}]";
    let map = format!(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: r}}\ndata:\n  r.yaml: |\n    rules:\n    {}\n",
        rule.replace('\n', "\n  ")
    );
    let rules = Rule::read("m.yaml", "own", &map).expect("rules");
    assert_eq!(
        rules.iter().map(|rule| rule.id.as_str()).collect::<Vec<_>>(),
        ["a-b"]
    );
    let wrong = Rule::read("m.yaml", "own", &map.replace("Warn", "Wrn"))
        .expect_err("wrong")
        .to_string();
    assert!(wrong.starts_with("m.yaml:8:"), "{wrong}");
}

#[test]
fn two_rules_of_one_name_are_refused() {
    let more = builtin().rules().iter().take(1).cloned().collect();
    let wrong = builtin()
        .with(more)
        .expect_err("a second of that name")
        .to_string();
    assert!(wrong.contains("there is another rule"), "{wrong}");
}

#[test]
fn the_key_of_a_node_label_names_nobody_who_is_called() {
    let affinity = json!({ "apiVersion": "v1", "kind": "Pod", "metadata": { "name": "a" }, "spec": { "affinity": { "nodeAffinity": {
        "requiredDuringSchedulingIgnoredDuringExecution": { "nodeSelectorTerms": [{ "matchExpressions": [
            { "key": "eks.amazonaws.com/nodegroup", "operator": "In", "values": ["apps"] },
        ] }] },
    } } } });
    check("{anyHost: [amazonaws.com]}", &affinity, &[]);
    let rules = builtin();
    let ids: Vec<&str> = rules
        .check(&affinity)
        .iter()
        .map(|hit| hit.rule.id.as_str())
        .collect();
    assert_eq!(ids, ["aws-node-labels"]);
}

#[test]
fn a_pattern_of_a_policy_is_no_image() {
    let policy = |image: &str| {
        json!({ "apiVersion": "kyverno.io/v1", "kind": "Policy", "metadata": { "name": "a" },
            "spec": { "rules": [{ "validate": { "pattern": { "spec": { "containers": [{ "image": image }] } } } }] } })
    };
    for pattern in [
        "!*:latest",
        "*",
        "docker.io/* | ghcr.io/*",
        "{{ request.object }}",
        "${IMAGE}",
    ] {
        check("{image: [docker.io]}", &policy(pattern), &[]);
    }
    let field = ["spec.rules[0].validate.pattern.spec.containers[0].image"];
    check("{image: [docker.io]}", &policy("nginx:1"), &field);
}
