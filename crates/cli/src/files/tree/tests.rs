//! Which line a node has.
use super::Tree;

const TEXT: &str = "\
# a comment
spec:
  owners:
  - provider: a
  - provider: b
    shareBasisPoints: 10
  flow: {country: NL, seal: 3}
  text: |
    two
    lines
";

#[test]
fn every_field_knows_its_line() {
    let tree: Tree = serde_saphyr::from_str(TEXT).unwrap();
    let lines = [
        "spec.owners[0].provider",
        "spec.owners[1].shareBasisPoints",
        "spec.flow.seal",
        "spec.owners[1].absent",
    ]
    .map(|path| tree.line_of(path));
    assert_eq!(lines, [4, 6, 7, 5]);
    let json = tree.to_json();
    assert_eq!(json["spec"]["owners"][1]["shareBasisPoints"], 10);
    assert_eq!(json["spec"]["text"], "two\nlines\n");
}

#[test]
fn a_day_is_a_text_and_norway_needs_quotes_as_with_kubectl() {
    let tree: Tree = serde_saphyr::from_str("bare: NO\nquoted: \"NO\"\nend: 2028-03-31\n").unwrap();
    let json = tree.to_json();
    assert_eq!(
        (&json["bare"], &json["quoted"], &json["end"]),
        (&false.into(), &"NO".into(), &"2028-03-31".into())
    );
}
