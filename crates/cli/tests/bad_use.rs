//! Exit codes, and what is said of bad input.
#![allow(
    clippy::unwrap_used,
    reason = "a test: its helpers too stop it at the first surprise"
)]

mod refused;

use refused::{PROVIDER, refused, run, stderr};

#[test]
fn a_misspelt_category() {
    assert_eq!(
        refused(&format!("{PROVIDER}  category: Goverment\n")),
        "error: bad.yaml:7: Provider/a: spec.category: \"Goverment\" is not known; write Hyperscaler, \
         HyperscalerHardened, PrivateEu, Government or OnPremises; did you mean Government?\n"
    );
}

#[test]
fn a_misspelt_category_in_a_policy() {
    let policy = "\
# a policy
apiVersion: havenmeester.dev/v1alpha1
kind: PlacementPolicy
metadata: {name: p}
spec:
  require:
    categories: [PrivateEu, OnPremise]
";
    let said = refused(policy);
    assert!(
        said.starts_with("error: bad.yaml:7: PlacementPolicy/p: spec.require.categories[1]: \"OnPremise\""),
        "{said}"
    );
    assert!(said.ends_with("did you mean OnPremises?\n"), "{said}");
}

#[test]
fn a_cycle_of_owners() {
    let b = PROVIDER.replace("name: a", "name: b") + "  owners: [{provider: a}]\n";
    let said = refused(&format!("{PROVIDER}  owners: [{{provider: b}}]\n---\n{b}"));
    assert!(said.contains("bad.yaml:7: Provider/a: spec.owners: "), "{said}");
    assert!(said.contains("bad.yaml:15: Provider/b: spec.owners: "), "{said}");
}

#[test]
fn an_unknown_provider() {
    let member = "\
---
apiVersion: havenmeester.dev/v1alpha1
kind: MemberCluster
metadata: {name: m}
spec:
  region: r
  provider: b
  connection: {kubeconfigSecret: {namespace: hub, name: m}}
";
    assert_eq!(
        refused(&format!("{PROVIDER}{member}")),
        "error: bad.yaml:13: MemberCluster/m: spec.provider: there is no Provider \"b\"\n"
    );
    let owner = refused(&format!("{PROVIDER}  owners:\n  - provider: nobody\n"));
    assert_eq!(
        owner,
        "error: bad.yaml:8: Provider/a: spec.owners[0].provider: there is no Provider \"nobody\"\n"
    );
}

#[test]
fn a_contract_that_ends_before_it_starts() {
    let contract = "\
---
apiVersion: havenmeester.dev/v1alpha1
kind: Contract
metadata: {name: c}
spec:
  provider: a
  start: 2026-01-01
  end: 2025-12-31
";
    assert_eq!(
        refused(&format!("{PROVIDER}{contract}")),
        "error: bad.yaml:14: Contract/c: spec.end: 2025-12-31 does not lie after start, 2026-01-01; write a later day\n"
    );
    let no_day = refused(&format!(
        "{PROVIDER}{}",
        contract.replace("2025-12-31", "2025-02-30")
    ));
    assert_eq!(
        no_day,
        "error: bad.yaml:14: Contract/c: spec.end: \"2025-02-30\" is not a date; write YYYY-MM-DD\n"
    );
}

#[test]
fn an_unknown_label_level_and_an_unknown_cluster() {
    let namespace = "\
apiVersion: v1
kind: Namespace
metadata:
  name: shop
  labels:
    havenmeester.dev/criticality: urgent
  annotations: {havenmeester.dev/cluster: nowhere}
";
    let said = refused(namespace);
    assert!(
        said.contains(
            "bad.yaml:6: Namespace/shop: metadata.labels: havenmeester.dev/criticality: \"urgent\" is not known and \
             would count as Critical; write low, medium or critical"
        ),
        "{said}"
    );
    assert!(
        said.contains("bad.yaml:7: Namespace/shop: metadata.annotations: "),
        "{said}"
    );
}

#[test]
fn broken_yaml_and_what_is_no_object() {
    let broken = refused(&format!("{PROVIDER}  owners: [a\n---\n"));
    assert!(broken.starts_with("error: bad.yaml:"), "{broken}");
    assert!(broken.contains("it is no YAML: "), "{broken}");
    assert_eq!(
        refused("just: this\n"),
        "error: bad.yaml:1: it has no kind; every object has an apiVersion and a kind\n"
    );
    let kind = refused(&PROVIDER.replace("Provider", "Providor"));
    assert!(
        kind.contains("bad.yaml:2: Providor/a: kind: there is no kind \"Providor\""),
        "{kind}"
    );
    assert!(kind.contains("did you mean Provider?"), "{kind}");
}

#[test]
fn the_same_object_twice() {
    assert_eq!(
        refused(&format!("{PROVIDER}---\n{PROVIDER}")),
        "error: bad.yaml:10: Provider/a: metadata.name: it stands also at bad.yaml:3; keep one\n"
    );
}

#[test]
fn everything_that_is_wrong_is_told_at_once() {
    let said = refused(&format!("{PROVIDER}  category: Goverment\n  ownrs: []\n"));
    assert!(
        said.starts_with("error: 2 things are wrong in the files\n  bad.yaml:7: "),
        "{said}"
    );
    assert!(
        said.contains("\n  bad.yaml:8: Provider/a: spec.ownrs: there is no such field; "),
        "{said}"
    );
}

#[test]
fn exit_code_2_is_bad_use_and_1_is_failure() {
    let directory = tempfile::tempdir().unwrap();
    let code = |arguments: &[&str]| run(directory.path(), arguments).status.code();
    assert_eq!(code(&["fly"]), Some(2));
    assert_eq!(code(&["plan", "--output", "pdf"]), Some(2));
    assert_eq!(code(&["sandbox", "--speed", "0"]), Some(2));
    assert_eq!(code(&["explain", "a/b/c"]), Some(2));
    assert_eq!(code(&["--version"]), Some(0));
    assert_eq!(code(&["completions", "bash"]), Some(0));
    assert_eq!(code(&["plan", "-f", "absent.yaml"]), Some(1));
}

#[test]
fn an_unreadable_kubeconfig_is_named() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("config"), "{").unwrap();
    let output = run(directory.path(), &["plan", "--kubeconfig", "config"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        stderr(&output).starts_with("error: reading the kubeconfig config: "),
        "{}",
        stderr(&output)
    );
    let none = run(directory.path(), &["plan"]);
    assert!(
        stderr(&none).contains("name one with --kubeconfig or KUBECONFIG"),
        "{}",
        stderr(&none)
    );
}

#[test]
fn the_log_of_a_store_that_is_not_there() {
    let directory = tempfile::tempdir().unwrap();
    let output = run(directory.path(), &["audit", "verify", "--store", "absent"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        stderr(&output).contains("there is no store at absent"),
        "{}",
        stderr(&output)
    );
    let no_key = run(directory.path(), &["run", "--store", "store"]);
    assert_eq!(no_key.status.code(), Some(1));
    assert!(stderr(&no_key).contains("age-keygen"), "{}", stderr(&no_key));
}
