//! Documents of a text.
use std::path::Path;

use super::{documents, objects};

#[test]
fn a_document_is_as_it_stands_and_knows_its_line() {
    let text = "# first\na: 1\n---\n\n---\nb: |\n  x\n--- # third\nc: 3\n...\n";
    assert_eq!(
        documents(text),
        [(1, "# first\na: 1\n"), (6, "b: |\n  x\n"), (8, "# third\nc: 3\n")]
    );
}

#[test]
fn what_is_no_object_is_told_with_its_line() {
    let told = |text: &str| {
        objects(Path::new("a.yaml"), 7, text)
            .err()
            .map(|fault| fault.to_string())
    };
    assert_eq!(
        told("kind: X\nmetadata: {name: a}\n").as_deref(),
        Some("a.yaml:7: X: apiVersion is missing: write for example `apiVersion: apps/v1`")
    );
    assert_eq!(
        told("a: [\n").as_deref().map(|told| told.starts_with("a.yaml:")),
        Some(true)
    );
    assert_eq!(told("# nothing\n"), None);
    let template = told("kind: A\nmetadata:\n  name: {{ .Release.Name }}\n").unwrap();
    assert!(template.contains("helm template NAME CHART"), "{template}");
}

#[test]
fn what_is_told_to_kustomize_is_passed_over() {
    let found = objects(Path::new("base/kustomization.yaml"), 1, "resources: [a.yaml]\n");
    assert!(found.is_ok_and(|objects| objects.is_empty()));
    let found = objects(Path::new("base/other.yaml"), 1, "resources: [a.yaml]\n");
    assert!(found.is_err());
}
