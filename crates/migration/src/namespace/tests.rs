//! Whose turn it is, by what the namespace says.

use super::*;

fn mk_writer(generation: i64) -> Writer<'static> {
    Writer {
        migration: "hub/mine",
        generation,
        part: None,
    }
}

fn mk_namespace(by: &str, generation: &str) -> Value {
    json!({"metadata": {"annotations": {labels::MIGRATION: by, labels::PLAN_GENERATION: generation}}})
}

fn check(by: &str, theirs: &str, mine: i64, wanted: &str) {
    let said = match judge(&mk_namespace(by, theirs), mk_writer(mine)) {
        None => "take",
        Some(Claim::Held) => "held",
        Some(Claim::Superseded(_)) => "superseded",
        Some(Claim::Again | Claim::Absent | Claim::Leaving) => "other",
    };
    assert_eq!(said, wanted, "{by} {theirs} against {mine}");
}

#[test]
fn the_later_plan_writes_and_the_first_of_two_equal_ones() {
    check("hub/mine", "3", 3, "held");
    check("hub/other", "2", 3, "take");
    check("hub/other", "4", 3, "superseded");
    check("hub/other", "3", 3, "superseded");
    check("hub/mine", "2", 3, "take");
    check("hub/other", "no number", 3, "take");
    assert!(judge(&json!({"metadata": {}}), mk_writer(1)).is_none());
}

#[test]
fn two_workloads_in_one_namespace_do_not_stop_each_other() {
    let one = Writer {
        part: Some("one"),
        ..mk_writer(1)
    };
    let [(migration, _), (generation, _)] = marks(Writer {
        part: Some("two"),
        ..mk_writer(9)
    });
    let seen = json!({"metadata": {"annotations": {migration: "hub/two-1", generation.clone(): "9"}}});
    assert!(judge(&seen, one).is_none());
    assert_eq!(generation, "plan-generation.havenmeester.dev/two");
}
