//! Laws of what is read of others, over made-up input. The same functions with as many inputs as there is time for:
//! `fuzz/fuzz_targets/{policy,provider,register}.rs`.
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod swallow; // what must hold, whatever is read

use proptest::prelude::*;
use serde_json::{Value, json};

fn day() -> impl Strategy<Value = Option<&'static str>> {
    prop::option::of(prop::sample::select(vec![
        "0001-01-01",
        "2020-02-29",
        "2026-11-19",
        "2027-03-01",
        "9999-12-31",
    ]))
}

fn number() -> impl Strategy<Value = i64> {
    prop_oneof![
        Just(0),
        Just(-1),
        Just(10_000),
        Just(10_001),
        Just(i64::from(i32::MIN)),
        Just(i64::from(i32::MAX)),
        0..10_000_i64
    ]
}

fn country() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["NL", "US", "EEA", "EU", "", "nl", "ééñ"])
}

fn level() -> impl Strategy<Value = i64> {
    prop::sample::select(vec![-1, 0, 1, 2, 4, 9])
}

/// Without the fields that are null.
fn filled(mut value: Value) -> Value {
    if let Value::Object(fields) = &mut value {
        fields.retain(|_, field| !field.is_null());
    }
    value
}

prop_compose! {
    fn stake()(
        provider in prop::option::of(prop::sample::select(vec!["p", "q", "ghost", ""])),
        name in prop::option::of(Just("Fund")),
        country in prop::option::of(country()),
        share in prop::option::of(number()),
        votes in prop::option::of(number()),
        since in day(),
        until in day(),
        veto in any::<bool>(),
    ) -> Value {
        let rights = if veto { json!(["Veto", "BoardMajority"]) } else { json!([]) };
        filled(json!({"provider": provider, "name": name, "country": country, "shareBasisPoints": share,
            "votesBasisPoints": votes, "since": since, "until": until, "rights": rights}))
    }
}

prop_compose! {
    fn provider()(
        country in country(),
        owners in prop::collection::vec(stake(), 0..6),
        operated_by in prop::collection::vec(stake(), 0..3),
        keys_held_by in prop::collection::vec(stake(), 0..3),
        hosted in prop::collection::vec(country(), 0..3),
        seals in prop::collection::vec((1..9, level(), day()), 0..4),
    ) -> Value {
        let hosted: Vec<Value> = hosted.iter().map(|country| json!({"country": country})).collect();
        let seals: Vec<Value> = seals
            .iter()
            .map(|(n, seal, day)| {
                let evidence = day.map(|date| json!({"reference": "audit", "date": date}));
                filled(json!({"objective": format!("SOV-{n}"), "seal": seal, "evidence": evidence}))
            })
            .collect();
        json!({"legalName": "P", "country": country, "category": "PrivateEu", "owners": owners,
            "operatedBy": operated_by, "keysHeldBy": keys_held_by, "hostedIn": hosted, "sovereignty": seals})
    }
}

prop_compose! {
    fn policy()(
        seal in prop::option::of(level()),
        only in prop::collection::vec(country(), 0..3),
        denied in prop::collection::vec(country(), 0..3),
        categories in prop::sample::subsequence(vec!["Hyperscaler", "PrivateEu", "Government"], 0..=3),
        names in prop::sample::subsequence(vec!["p-1", "q-1", "ghost-1", "nowhere"], 0..=4),
        components in prop::sample::subsequence(vec!["cnpg", "cnpq", "a.b", ""], 0..=4),
        zones in prop::option::of(number()),
        floor in prop::option::of(number()),
        haven in any::<bool>(),
        chooses in prop::sample::select(vec![json!({}), json!({"anyOf": [{"criticality": "Critical"}]}),
            json!({"anyOf": [{"namespace": "nowhere"}]}), json!({"anyOf": [{}]})]),
    ) -> Value {
        let require = filled(json!({"categories": categories, "clusters": names, "components": components,
            "seal": seal.map(|at_least| json!({"atLeast": at_least})), "zonesAtLeast": zones,
            "jurisdictions": {"only": only, "denied": denied}, "haven": haven.then(|| json!({})),
            "coreValues": {"autonomy": floor, "quality": floor}}));
        json!({"workloads": chooses, "require": require, "migration": {"mode": "Automatic"}})
    }
}

proptest! {
    #[test]
    fn whatever_a_provider_says_is_decided_with_or_told(spec in provider()) {
        prop_assert!(swallow::provider(spec.to_string().as_bytes()), "{spec}");
    }

    #[test]
    fn whatever_a_policy_asks_is_decided_with_or_told(spec in policy()) {
        prop_assert!(swallow::policy(spec.to_string().as_bytes()), "{spec}");
    }

    #[test]
    fn any_register_is_read_or_refused(
        heads in prop::sample::subsequence(vec!["name", "supplier", "criticality", "storageGib", "contractEnd", "owner"], 2..=6),
        lines in "([a-b\",\r\n é0-9-]{0,12}\n){0,12}",
    ) {
        swallow::register(&format!("{}\n{lines}", heads.join(",")));
        swallow::register(&lines);
    }

    #[test]
    fn any_bytes_are_refused_or_read(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        swallow::provider(&bytes);
        swallow::policy(&bytes);
        swallow::register(&String::from_utf8_lossy(&bytes));
    }
}
