//! Names lead to tiers, and no test of the workspace is left out.

use super::*;
use crate::workspace::Workspace;

fn integration(package: &str, target: &str) -> Option<Tier> {
    Tier::of(package, &[TargetKind::Test], target)
}

#[test]
fn the_name_of_a_target_decides() {
    assert_eq!(
        integration("havenmeester-simulator", "golden"),
        Some(Tier::Golden)
    );
    assert_eq!(integration("havenmeester", "golden_explain"), Some(Tier::Golden));
    assert_eq!(
        integration("havenmeester-simulator", "seeds_network"),
        Some(Tier::Seeds)
    );
    assert_eq!(
        integration("havenmeester-simulator", "conformance"),
        Some(Tier::Conformance)
    );
    assert_eq!(integration("havenmeester-api", "real_kinds"), Some(Tier::Real));
    assert_eq!(integration("havenmeester-ledger", "store"), Some(Tier::Unit));
}

#[test]
fn all_tests_of_testenv_and_of_tests_are_real() {
    assert_eq!(integration("havenmeester-testenv", "lifecycle"), Some(Tier::Real));
    assert_eq!(integration("havenmeester-tests", "golden"), Some(Tier::Real));
    assert_eq!(
        Tier::of("havenmeester-testenv", &[TargetKind::Lib], "havenmeester_testenv"),
        Some(Tier::Unit)
    );
}

#[test]
fn every_target_with_tests_has_a_tier() {
    let workspace = Workspace::load().expect("cargo metadata");

    let forgotten: Vec<String> = workspace
        .targets()
        .filter(|(_, target)| target.test)
        .filter(|(package, target)| Tier::of(&package.name, &target.kind, &target.name).is_none())
        .map(|(package, target)| format!("{}: {}", package.name, target.name))
        .collect();

    assert!(forgotten.is_empty(), "{forgotten:?}");
}
