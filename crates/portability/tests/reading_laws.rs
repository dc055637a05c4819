//! Laws of the manifest reader and the rules, for any text and for good manifests with something broken in them.
//!
//! The fuzz targets in `fuzz/` hold the same laws without end.

#![expect(
    clippy::expect_used,
    reason = "a test: its helpers too stop it at the first surprise"
)]

use std::sync::LazyLock;

use havenmeester_portability::{Level, Place, RuleSet, Step, read};
use proptest::prelude::*;
use serde_json::Value;

/// A text with most of what YAML has, and what the rules look for.
const GOOD: &str = "\
%YAML 1.2
---
# a Service
apiVersion: v1
kind: Service
metadata: &m
  name: a
  annotations: {service.beta.kubernetes.io/azure-load-balancer-internal: \"true\", 'x.y/z': ~}
spec:
  ports:
  - {port: 80, name: http}
  - port: 0755
...
---
apiVersion: v1
kind: Secret
metadata: &s {name: 'é', annotations: {service.beta.kubernetes.io/azure-load-balancer-internal: 'true'}}
more: {<<: *s, name: x}
data: {a: U2VydmVyPW1pbmUuZGF0YWJhc2Uud2luZG93cy5uZXQ=}
---
{\"apiVersion\": \"v1\", \"kind\": \"ConfigMapList\", \"items\": [{\"metadata\": {\"name\": \"c\"}, \"data\": {\"u\": \"https:\\/\\/x.vault.azure.net\"}}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: d}
spec:
  template:
    spec:
      nodeSelector: {agentpool: p}
      containers:
      - image: mine.azurecr.io/a@sha256:0
        args: [--provider=azure]
        text: >-
          folded
          text
      - name: b
        command:
        - |
          first
          curl https://login.microsoftonline.com
";

/// Bytes that mean something to a parser, so that a mutation goes somewhere.
const BITS: &[&str] = &[
    ":",
    "- ",
    "\n",
    "---\n",
    "...\n",
    "{",
    "}",
    "[",
    "]",
    "&a ",
    "*a",
    "<<: *a",
    "|",
    ">",
    "\"",
    "'",
    "#",
    "\t",
    "!!str ",
    "? ",
    "%TAG ! x\n",
    "{{ .Values.a }}",
    "\u{FEFF}",
    "\0",
    "é",
    "List",
    "items: ",
    "0x",
    "~",
    ",",
    "  ",
];

/// What must hold of whatever is read.
fn holds(set: &RuleSet, bytes: &[u8]) {
    let reading = read(bytes);
    let lines = u32::try_from(bytes.split(|byte| *byte == b'\n').count()).unwrap_or(u32::MAX);
    let inside = |place: Place| place.line >= 1 && place.column >= 1 && place.line <= lines + 1;
    for problem in &reading.problems {
        assert!(problem.place.is_none_or(inside), "{problem:?}");
        assert!(!problem.fault.to_string().is_empty() && !problem.fault.id().is_empty());
    }
    for manifest in &reading.manifests {
        assert!(inside(manifest.start()), "{:?}", manifest.start());
        assert!(manifest.object.is_object());
        for hit in set.check(&manifest.object) {
            assert!(
                inside(manifest.place_in_text(&hit.path.0, hit.line)) || hit.line > 0,
                "{hit:?}"
            );
            assert!(exists(&manifest.object, &hit.path.0), "{}", hit.path);
        }
    }
}

fn exists(object: &Value, path: &[Step]) -> bool {
    let enter = |value: &Value, step: &Step| match step {
        Step::Item(item) => value.get(item).cloned(),
        Step::Key(key) => value.get(key).cloned(),
    };
    path.iter()
        .try_fold(object.clone(), |value, step| enter(&value, step))
        .is_some()
}

static BUILTIN: LazyLock<RuleSet> =
    LazyLock::new(|| RuleSet::builtin().expect("the rules that come with it"));

#[test]
fn the_good_text_is_good() {
    let reading = read(GOOD.as_bytes());
    assert_eq!(reading.problems, []);
    let set = &BUILTIN;
    let hits = |manifest: &havenmeester_portability::Manifest| {
        let hits = set.check(&manifest.object);
        hits.iter()
            .map(|hit| {
                (
                    hit.rule.id.clone(),
                    manifest.place_in_text(&hit.path.0, hit.line).line,
                )
            })
            .collect::<Vec<_>>()
    };
    let found: Vec<(String, u32)> = reading.manifests.iter().flat_map(hits).collect();
    let wanted = [
        ("azure-load-balancer-internal", 8),
        ("azure-load-balancer-internal", 17),
        ("azure-load-balancer-internal", 17),
        ("azure-sql", 19),
        ("azure-key-vault-host", 21),
        ("azure-node-labels", 29),
        ("azure-container-registry", 31),
        ("azure-dns-solver", 32),
        ("azure-entra-login", 40),
    ];
    let mut found: Vec<(&str, u32)> = found.iter().map(|(id, line)| (id.as_str(), *line)).collect();
    found.retain(|(id, _)| wanted.iter().any(|(wanted, _)| id == wanted));
    found.sort_unstable();
    let mut wanted = wanted.to_vec();
    wanted.sort_unstable();
    assert_eq!(found, wanted);
}

proptest! {
    #[test]
    fn any_text_is_read_without_panic(text in "\\PC{0,400}") {
        holds(&BUILTIN, text.as_bytes());
    }

    #[test]
    fn any_bytes_are_read_without_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        holds(&BUILTIN, &bytes);
    }

    #[test]
    fn a_soup_of_yaml_is_read_without_panic(parts in prop::collection::vec(prop::sample::select(BITS), 0..80)) {
        holds(&BUILTIN, parts.concat().as_bytes());
    }

    #[test]
    fn a_broken_manifest_is_read_without_panic(
        edits in prop::collection::vec((any::<prop::sample::Index>(), 0..40_usize, prop::sample::select(BITS)), 1..6),
    ) {
        let mut bytes = GOOD.as_bytes().to_vec();
        for (place, removed, put) in edits {
            let at = place.index(bytes.len().max(1)).min(bytes.len());
            let end = (at + removed).min(bytes.len());
            bytes.splice(at..end, put.bytes());
        }
        holds(&BUILTIN, &bytes);
    }

    /// What was read, printed as JSON, is read as the same.
    #[test]
    fn what_is_read_can_be_printed_and_read_again(cut in any::<prop::sample::Index>()) {
        let mut end = cut.index(GOOD.len());
        while !GOOD.is_char_boundary(end) {
            end -= 1;
        }
        for manifest in read(&GOOD.as_bytes()[..end]).manifests {
            let again = read(manifest.object.to_string().as_bytes());
            prop_assert_eq!(again.manifests.first().map(|manifest| &manifest.object), Some(&manifest.object));
        }
    }
}

#[test]
fn levels_are_ordered_from_mild_to_bad() {
    let mut levels = Level::ALL;
    levels.sort_unstable();
    assert_eq!(levels, [Level::Info, Level::Warn, Level::Rewrite, Level::Block]);
}
