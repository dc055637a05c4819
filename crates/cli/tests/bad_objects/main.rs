//! Objects that mean nothing, in files: what is said of each names the file, the line, the object, the field and what
//! would be right.
//!
//! The same objects on a hub: `controller/tests/daemon/conditions.rs`.
#![allow(
    clippy::unwrap_used,
    reason = "a test: its helpers too stop it at the first surprise"
)]

#[path = "../refused/mod.rs"]
mod refused;
mod rules;

use std::fmt::Write as _;

use havenmeester_api::require::CoreValue;
use refused::{PROVIDER, refused, run, stderr};

/// An object with its spec; a spec is what stands on its lines from line 5 on.
fn mk(kind: &str, name: &str, spec: &str) -> String {
    let spec: String = spec.lines().fold(String::new(), |mut all, line| {
        let _ = writeln!(all, "  {line}");
        all
    });
    format!("apiVersion: havenmeester.dev/v1alpha1\nkind: {kind}\nmetadata: {{name: {name}}}\nspec:\n{spec}")
}

/// A Provider with a field on line 7.
fn provider(field: &str) -> String {
    format!("{PROVIDER}  {field}\n")
}

fn policy(spec: &str) -> String {
    mk("PlacementPolicy", "p", spec)
}

fn workload(name: &str, more: &str) -> String {
    mk(
        "Workload",
        name,
        &format!("target: {{namespace: {name}}}\n{more}"),
    )
}

fn member(more: &str) -> String {
    let spec = "region: r\nprovider: a\nconnection: {kubeconfigSecret: {namespace: hub, name: m}}\n";
    mk("MemberCluster", "m", &format!("{spec}{more}"))
}

/// An exemption in which one line is another.
fn exemption(field: &str, line: &str) -> String {
    let weighed: Vec<String> = CoreValue::ALL
        .iter()
        .map(|v| format!("{{value: {v:?}, speaks: For}}"))
        .collect();
    let weighing = format!("weighing: [{}]", weighed.join(", "));
    let lines = [
        "policy: p",
        "rule: regions",
        "workloads: [w]",
        "reason: no offer yet",
        &weighing,
        "owner: permits",
        "approver: board",
        "since: 2026-11-01",
        "until: 2027-06-01",
    ];
    let with = lines.map(|old| {
        if old.split(':').next() == Some(field) {
            line
        } else {
            old
        }
    });
    let policy = policy("require: {regions: [r]}");
    format!(
        "{}---\n{policy}---\n{}",
        mk("Exemption", "e", &with.join("\n")),
        workload("w", "")
    )
}

#[track_caller]
fn check(text: &str, said: &str) {
    assert_eq!(refused(text), format!("error: bad.yaml:{said}\n"));
}

#[test]
fn owners_in_a_circle() {
    check(
        &provider("owners: [{provider: a}]"),
        "7: Provider/a: spec.owners: the owners go round in a circle (a > a) of which nobody outside owns a part; name who does",
    );
}

#[test]
fn shares_that_are_none() {
    for (share, said) in [
        ("-1", "-1 is out of range; write 0 to 10000"),
        ("10001", "10001 is out of range; write 0 to 10000"),
        ("0.5", "wanted a whole number from 0 to 10000, found 0.5"),
        ("50%", "wanted a whole number from 0 to 10000, found \"50%\""),
        (
            "99999999999999999999999",
            "wanted a whole number from 0 to 10000, found 1e+23",
        ),
    ] {
        check(
            &provider(&format!(
                "owners: [{{name: F, country: NL, shareBasisPoints: {share}}}]"
            )),
            &format!("7: Provider/a: spec.owners[0].shareBasisPoints: {said}"),
        );
    }
    let two = "owners: [{name: F, country: NL, shareBasisPoints: 6000}, {name: G, country: NL, shareBasisPoints: 6000";
    let sum = "the shares that hold then add up to 12000 basis points; all of them together are 10000 (100%)";
    check(
        &provider(&format!("{two}}}]")),
        &format!("7: Provider/a: spec.owners: {sum}"),
    );
    check(
        &provider(&format!("{two}, since: 2099-01-01}}]")),
        &format!("7: Provider/a: spec.owners: on 2099-01-01: {sum}"),
    );
}

#[test]
fn dates_that_overlap_or_never_hold() {
    let two = "{name: F, country: NL, shareBasisPoints: 100, until: 2027-06-01}, \
               {name: F, country: NL, shareBasisPoints: 100, since: 2027-01-01}";
    check(
        &provider(&format!("owners: [{two}]")),
        "7: Provider/a: spec.owners[1].since: F (NL) stands in spec.owners[0] as well, and their dates overlap; end one \
         before the other, or add them up",
    );
    check(
        &provider("hostedIn: [{country: NL, since: 2027-06-01, until: 2027-01-01}]"),
        "7: Provider/a: spec.hostedIn[0].until: 2027-01-01 lies before since, 2027-06-01; it never holds",
    );
    check(
        &provider("hostedIn: [{country: NL, since: 2027-02-30}]"),
        "7: Provider/a: spec.hostedIn[0].since: \"2027-02-30\" is not a date; write YYYY-MM-DD",
    );
}

#[test]
fn a_policy_that_chooses_nothing() {
    check(
        &policy("workloads: {anyOf: [{}]}"),
        "5: PlacementPolicy/p: spec.workloads.anyOf[0]: it names nothing; name at least one of criticality, sensitivity, \
         namespace and layer",
    );
    check(&policy(""), "4: PlacementPolicy/p: spec: it is missing");
    let directory = tempfile::tempdir().unwrap();
    let nobody = policy("workloads: {anyOf: [{namespace: nowhere}]}");
    std::fs::write(
        directory.path().join("p.yaml"),
        format!("{nobody}---\n{}", workload("w", "")),
    )
    .unwrap();
    let output = run(directory.path(), &["policy", "lint", "-f", "p.yaml"]);
    let told = String::from_utf8(output.stdout.clone()).unwrap();
    assert!(
        told.contains("PlacementPolicy/p   spec.workloads   no workload is chosen; the policy does nothing"),
        "{told}{}",
        stderr(&output)
    );
}

#[test]
fn exemptions_that_nobody_answers_for_or_that_do_not_end() {
    let at = |field: &str, line: &str, said: &str| check(&exemption(field, line), said);
    at(
        "owner",
        "# nobody",
        "5: Exemption/e: spec.owner: it is missing: Who answers for it and works on its end",
    );
    at(
        "owner",
        "owner: ''",
        "10: Exemption/e: spec.owner: it has 0 characters; write at least 1",
    );
    at(
        "owner",
        "owner: ' '",
        "10: Exemption/e: spec.owner: name who answers for it",
    );
    at(
        "approver",
        "approver: permits",
        "11: Exemption/e: spec.approver: the owner cannot approve its own exemption; name another",
    );
    at(
        "until",
        "until: 2028-11-02",
        "13: Exemption/e: spec.until: 2028-11-02 is too late: an exemption lasts at most 24 months (731 days), from its \
         first day and from today, and is then weighed anew; write 2028-11-01 or earlier",
    );
    at(
        "until",
        "until: 2026-10-31",
        "13: Exemption/e: spec.until: 2026-10-31 lies before since, 2026-11-01; it never holds",
    );
    at(
        "policy",
        "policy: q",
        "5: Exemption/e: spec.policy: there is no PlacementPolicy \"q\"",
    );
    at(
        "weighing",
        "weighing: [{value: Beauty, speaks: For}]",
        "9: Exemption/e: spec.weighing[0].value: \"Beauty\" is not known; write Autonomy, Quality, Cost, Security, \
         Innovation, Sustainability or Transparency",
    );
}

#[test]
fn a_core_value_that_nobody_knows() {
    for list in ["require", "prefer"] {
        check(
            &policy(&format!("{list}: {{coreValues: {{beauty: 5}}}}")),
            &format!(
                "5: PlacementPolicy/p: spec.{list}.coreValues.beauty: there is no such field; write autonomy, cost, \
                 innovation, quality, security, sustainability or transparency"
            ),
        );
    }
}

#[test]
fn room_below_nothing() {
    let with = |field: &str| format!("{}---\n{PROVIDER}", member(field));
    check(
        &with("room: {headroom: [{resource: cpu, percent: -5}]}"),
        "8: MemberCluster/m: spec.room.headroom[0].percent: -5 is out of range; write 0 to 100",
    );
    check(
        &with("room: {storage: [{class: fast, gib: -5}]}"),
        "8: MemberCluster/m: spec.room.storage[0].gib: -5 is out of range; write 0 to 1000000000",
    );
    let seen = "{cpuMilli: -1, memoryMib: 0, pods: 0, requestedCpuMilli: 0, requestedMemoryMib: 0, requestedPods: 0}";
    check(
        &format!("{}status:\n  capacity: {seen}\n---\n{PROVIDER}", member("")),
        "9: MemberCluster/m: status.capacity.cpuMilli: -1 is out of range; write 0 or more",
    );
}

#[test]
fn a_workload_that_depends_on_itself() {
    check(
        &workload("w", "uses: [{workload: w}]"),
        "6: Workload/w: spec.uses: it names itself; name the Workload whose data it uses",
    );
    check(
        &workload("w", "apartFrom: [w]"),
        "6: Workload/w: spec.apartFrom: it names itself; name the Workloads that may not be lost together with it",
    );
}

#[test]
fn the_same_twice() {
    check(
        &workload("w", "apartFrom: [v, v]"),
        "6: Workload/w: spec.apartFrom[1]: \"v\" stands there already; keep one",
    );
    check(
        &format!(
            "{}---\n{}",
            workload("w", ""),
            mk("Workload", "v", "target: {namespace: w}")
        ),
        "11: Workload/v: spec.target: Workload havenmeester/w has the same target; keep one",
    );
    let elsewhere = workload("w", "").replace("{name: w}", "{name: w, namespace: other}");
    check(
        &format!("{}---\n{}", workload("w", ""), elsewhere),
        "11: Workload/w: spec.target: Workload havenmeester/w has the same target; keep one",
    );
}

#[test]
fn what_does_not_fit_is_told_with_what_would() {
    check(
        &policy("objectives: {rto: 5 minutes}"),
        "5: PlacementPolicy/p: spec.objectives.rto: \"5 minutes\" does not fit; write whole numbers with s, m, h or d, as \
         in 15m or 1h30m",
    );
    check(
        &policy("require: {jurisdictions: {only: [Europe]}}"),
        "5: PlacementPolicy/p: spec.require.jurisdictions.only[0]: \"Europe\" does not fit; write two capital letters of \
         ISO 3166-1, as in NL, or EEA",
    );
}

/// So many that a recursion over them would not fit on a stack.
const MANY: usize = 10_000;

#[test]
fn ten_thousand_owners_in_a_chain_are_read_planned_and_explained() {
    let mut text = String::new();
    for i in 0..MANY {
        let owner = if i + 1 < MANY {
            format!("{{provider: p-{}}}", i + 1)
        } else {
            "{name: Fund, country: US}".to_owned()
        };
        let object = PROVIDER.replace("{name: a}", &format!("{{name: p-{i}}}"));
        let _ = write!(text, "{object}  owners: [{owner}]\n---\n");
    }
    text += &member("").replace("provider: a", "provider: p-0");
    let namespace = "\
---
apiVersion: v1
kind: Namespace
metadata:
  name: shop
  labels: {havenmeester.dev/criticality: critical}
  annotations: {havenmeester.dev/cluster: m}
---
";
    text += namespace;
    text += &policy("require: {jurisdictions: {only: [EEA]}}");
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("chain.yaml"), text).unwrap();
    let said = |arguments: &[&str]| {
        let output = run(directory.path(), arguments);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        String::from_utf8(output.stdout).unwrap()
    };
    let planned = said(&["plan", "-f", "chain.yaml"]);
    assert!(planned.contains("it waits: no cluster may take it"), "{planned}");
    let explained = said(&["explain", "shop", "-f", "chain.yaml"]);
    assert!(
        explained.contains("law of US reaches it (p-0 > p-1, 100% > "),
        "{explained}"
    );
    assert!(
        explained.contains("> p-9999, 100% > Fund, 100%), wanted EEA"),
        "{explained}"
    );
}

#[test]
fn a_text_that_makes_much_of_little_is_refused() {
    let mut text = "a: &a [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for i in 0..8_u8 {
        let (this, last) = (char::from(b'b' + i), char::from(b'a' + i));
        let _ = writeln!(
            text,
            "{this}: &{this} [{}]",
            vec![format!("*{last}"); 10].join(", ")
        );
    }
    let said = refused(&text);
    assert!(said.starts_with("error: bad.yaml"), "{said}");
    assert!(said.contains("it is no YAML: "), "{said}");
}
