//! What is announced is told, the next first.
use havenmeester_api::provider::Evidence;

use super::*;
use crate::autonomy::tests::{Providers, mk_providers, owned};
use crate::mk::{date, mk_named, mk_provider, today};

fn changes(providers: &Providers) -> Vec<String> {
    let standard = AutonomyStandardSpec::default();
    let timeline = Timeline::of_a_year(providers, &standard, today());
    let told = |change: AutonomyChange| {
        let gains: Vec<&str> = change.gains.iter().map(|j| j.country.as_str()).collect();
        let (on, gains, loses) = (change.on, gains.join(","), change.loses.join(","));
        format!(
            "{on} +{gains} -{loses} SEAL-{} {}",
            change.seal, change.autonomous
        )
    };
    let changes = timeline.changes(|facts| facts.of_provider("p"));
    changes.into_iter().map(told).collect()
}

#[test]
fn a_takeover_and_its_end_are_told_and_what_lies_behind_is_not() {
    let stake = |since: &str, until: Option<&str>| Stake {
        since: Some(date(since)),
        until: until.map(date),
        ..mk_named("buyer", "US", 10_000)
    };
    let providers = mk_providers([(
        "p",
        owned(
            "NL",
            vec![
                stake("2020-01-01", Some("2020-12-31")),
                stake("2027-01-01", Some("2027-06-30")),
            ],
        ),
    )]);
    assert_eq!(
        changes(&providers),
        ["2027-01-01 +US - SEAL-3 false", "2027-07-01 + -US SEAL-3 true"]
    );
}

#[test]
fn evidence_that_goes_stale_is_told() {
    let mut p = mk_provider("NL");
    p.sovereignty[0].evidence = Some(Evidence {
        reference: "audit".to_owned(),
        date: date("2024-01-01"),
    });
    assert_eq!(
        changes(&mk_providers([("p", p)])),
        ["2027-01-01 + - SEAL-0 false"]
    );
    assert!(changes(&mk_providers([("p", mk_provider("NL"))])).is_empty());
}
