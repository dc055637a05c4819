//! Which laws reach whom, and through whom.
mod dated; // what is announced moves workloads ahead

use super::*;
use crate::mk::{date, mk_assessment, mk_cluster, mk_named, mk_provider, mk_stake, nobody, today};
use havenmeester_api::provider::{Location, Right, Stake};
use havenmeester_api::standard::AdverseJurisdiction;

pub(super) type Providers = BTreeMap<String, ProviderSpec>;

pub(super) fn of_provider(name: &str, providers: &Providers, today: Date) -> Autonomy {
    Facts::on(providers, &AutonomyStandardSpec::default(), today).of_provider(name)
}

pub(super) fn mk_providers<const N: usize>(specs: [(&str, ProviderSpec); N]) -> Providers {
    specs
        .into_iter()
        .map(|(name, spec)| (name.to_owned(), spec))
        .collect()
}

pub(super) fn owned(country: &str, owners: Vec<Stake>) -> ProviderSpec {
    ProviderSpec {
        owners,
        ..mk_provider(country)
    }
}

/// The countries, and for one of them the chain as `a > b`.
fn check(providers: &Providers, countries: &str, of: &str, chain: &str) {
    let autonomy = of_provider("p", providers, today());
    assert_eq!(autonomy.summary(), countries);
    let law = autonomy.jurisdictions.iter().find(|j| j.country == of).unwrap();
    let names: Vec<&str> = law.because.iter().map(|b| b.entity.as_str()).collect();
    assert_eq!(names.join(" > "), chain);
    assert_eq!(autonomy.unclear, None);
}

#[test]
fn the_law_of_a_parent_reaches_its_grandchild_with_the_chain() {
    let providers = mk_providers([
        ("p", owned("NL", vec![mk_stake("ireland", 10_000)])),
        (
            "ireland",
            owned("IE", vec![mk_named("Corporation", "US", 10_000)]),
        ),
    ]);
    check(&providers, "IE,NL,US", "US", "p > ireland > Corporation");
    assert!(!of_provider("p", &providers, today()).is_autonomous());
}

#[test]
fn a_holder_at_the_individual_limit_does_not_count_and_above_it_does() {
    for (share, countries) in [(INDIVIDUAL_LIMIT, "NL"), (INDIVIDUAL_LIMIT + 1, "NL,US")] {
        let providers = mk_providers([("p", owned("NL", vec![mk_named("fund", "US", share)]))]);
        assert_eq!(
            of_provider("p", &providers, today()).summary(),
            countries,
            "{share}"
        );
    }
}

#[test]
fn small_holders_from_outside_count_when_they_are_above_the_collective_limit_together() {
    for (each, countries) in [(1_300, "NL"), (1_301, "CN,GB,NL,US")] {
        let holders = [("a", "US"), ("b", "CN"), ("c", "GB")];
        let owners = holders
            .map(|(name, country)| mk_named(name, country, each))
            .to_vec();
        let providers = mk_providers([("p", owned("NL", owners))]);
        assert_eq!(
            of_provider("p", &providers, today()).summary(),
            countries,
            "{each}"
        );
    }
}

#[test]
fn holders_from_within_the_eea_do_not_add_up() {
    let owners = vec![
        mk_named("a", "DE", 2_000),
        mk_named("b", "FR", 2_000),
        mk_named("c", "NO", 2_000),
    ];
    let providers = mk_providers([("p", owned("NL", owners))]);
    assert_eq!(of_provider("p", &providers, today()).summary(), "NL");
}

#[test]
fn indirect_shares_are_multiplied_and_added_up_over_all_chains() {
    // 50% of 36% is 18%: too little. With 10% held directly it is 28%.
    let through = |direct: i32| {
        let owners = vec![mk_stake("holding", 3_600), mk_named("fund", "US", direct)];
        mk_providers([
            ("p", owned("NL", owners)),
            ("holding", owned("NL", vec![mk_named("fund", "US", 5_000)])),
        ])
    };
    assert_eq!(of_provider("p", &through(0), today()).summary(), "NL");
    check(&through(1_000), "NL,US", "US", "p > holding > fund");
}

#[test]
fn a_foreign_holding_and_its_foreign_parent_are_the_same_shares() {
    // 20% through two American entities is 20%, not 40%.
    let providers = mk_providers([
        ("p", owned("NL", vec![mk_stake("us-holding", 2_000)])),
        ("us-holding", owned("US", vec![mk_named("parent", "US", 10_000)])),
    ]);
    assert_eq!(of_provider("p", &providers, today()).summary(), "NL");
}

#[test]
fn a_stake_counts_from_its_first_day_to_its_last() {
    let stake = Stake {
        since: Some(date("2026-12-01")),
        until: Some(date("2026-12-31")),
        ..mk_named("buyer", "US", 10_000)
    };
    let providers = mk_providers([("p", owned("NL", vec![stake]))]);
    for (day, countries) in [
        ("2026-11-30", "NL"),
        ("2026-12-01", "NL,US"),
        ("2026-12-31", "NL,US"),
        ("2027-01-01", "NL"),
    ] {
        assert_eq!(
            of_provider("p", &providers, date(day)).summary(),
            countries,
            "{day}"
        );
    }
}

#[test]
fn operators_and_key_holders_bring_their_law_and_that_of_their_owners() {
    let mut p = mk_provider("NL");
    p.operated_by = vec![mk_stake("operator", 10_000)];
    p.keys_held_by = vec![mk_named("Vault", "CH", 10_000)];
    let providers = mk_providers([
        ("p", p),
        ("operator", owned("DE", vec![mk_named("Parent", "JP", 10_000)])),
    ]);
    check(&providers, "CH,DE,JP,NL", "JP", "p > operator > Parent");
    let law = |country: &str| {
        let all = of_provider("p", &providers, today()).jurisdictions;
        all.into_iter()
            .find(|j| j.country == country)
            .unwrap()
            .because
            .pop()
            .unwrap()
            .relation
    };
    assert_eq!(
        (law("CH"), law("DE"), law("JP")),
        (Relation::HoldsKeys, Relation::Operates, Relation::Owns)
    );
}

#[test]
fn the_law_of_the_place_where_the_hardware_stands_reaches_the_cluster() {
    let providers = mk_providers([("p", mk_provider("NL"))]);
    let mut cluster = mk_cluster("p");
    cluster.country = Some("US".to_owned());
    let standard = AutonomyStandardSpec::default();
    let autonomy = Facts::on(&providers, &standard, today()).of_cluster(&cluster);
    assert_eq!(autonomy.summary(), "NL,US");
    assert_eq!(autonomy.jurisdictions[1].because[1].relation, Relation::Hosts);
}

/// The provider is unclear, is not autonomous, and the sentence holds these words.
fn unclear(providers: &Providers, words: &[&str]) {
    let autonomy = of_provider("p", providers, today());
    let why = autonomy.unclear.clone().unwrap().to_string();
    assert!(words.iter().all(|word| why.contains(word)), "{why}");
    assert!(!autonomy.is_autonomous());
}

#[test]
fn what_is_unclear_names_the_entity_and_the_field() {
    unclear(&mk_providers([]), &["no Provider \"p\""]);
    unclear(
        &mk_providers([("p", owned("NL", vec![mk_stake("ghost", 100)]))]),
        &["Provider p", "spec.owners[0].provider", "\"ghost\""],
    );
    unclear(
        &mk_providers([("p", owned("NL", vec![nobody()]))]),
        &["Provider p", "spec.owners[0]"],
    );
    let twice = owned("NL", vec![mk_named("a", "NL", 6_000), mk_named("b", "NL", 6_000)]);
    unclear(
        &mk_providers([("p", twice)]),
        &["Provider p", "spec.owners", "12000"],
    );
    let minus = owned("NL", vec![mk_named("a", "NL", -5)]);
    unclear(
        &mk_providers([("p", minus)]),
        &["spec.owners[0].shareBasisPoints", "-5"],
    );
    let mut operated = mk_provider("NL");
    operated.operated_by = vec![mk_stake("ghost", 10_000)];
    unclear(&mk_providers([("p", operated)]), &["no Provider \"ghost\""]);
}

#[test]
fn a_circle_of_which_nobody_outside_owns_a_part_is_unclear_and_does_not_hide_who_is_on_it() {
    let providers = mk_providers([
        ("p", owned("NL", vec![mk_stake("a", 10_000)])),
        ("a", owned("DE", vec![mk_stake("b", 10_000)])),
        ("b", owned("US", vec![mk_stake("a", 10_000)])),
    ]);
    unclear(&providers, &["Provider a", "a > b > a", "name who does"]);
    assert_eq!(of_provider("p", &providers, today()).summary(), "DE,NL,US");
    unclear(
        &mk_providers([("p", owned("NL", vec![mk_stake("p", 10_000)]))]),
        &["p > p"],
    );
}

#[test]
fn a_circle_with_an_owner_outside_is_worked_out() {
    // `a` and `p` hold half of each other: what others hold of them counts for more than it says.
    let held_by = |american: i32| {
        mk_providers([
            (
                "p",
                owned("NL", vec![mk_stake("a", 5_000), mk_named("city", "NL", 5_000)]),
            ),
            (
                "a",
                owned("NL", vec![mk_stake("p", 5_000), mk_named("fund", "US", american)]),
            ),
        ])
    };
    // 50% x 36% = 18%, and 18% / (1 - 25%) = 24%.
    check(&held_by(3_599), "NL", "NL", "p");
    check(&held_by(3_601), "NL,US", "US", "p > a > fund");
    let circle = of_provider("p", &held_by(3_599), today()).circle;
    assert_eq!(circle.as_deref(), Some("p > a > p"));
    // An entity that holds a part of itself: all the rest belongs to the others.
    let own_shares = mk_providers([(
        "p",
        owned(
            "NL",
            vec![
                mk_stake("p", 6_000),
                mk_named("fund", "US", 1_000),
                mk_named("city", "NL", 3_000),
            ],
        ),
    )]);
    check(&own_shares, "NL,US", "US", "p > fund"); // 10% of the 40% that others hold: 25%
}

#[test]
fn ten_thousand_owners_in_a_circle_end() {
    let name = |i: usize| if i == 0 { "p".to_owned() } else { format!("o{i}") };
    let circle = |last: Vec<Stake>| {
        let mut providers = Providers::new();
        for i in 0..9_999 {
            providers.insert(name(i), owned("NL", vec![mk_stake(&name(i + 1), 10_000)]));
        }
        providers.insert(name(9_999), owned("NL", last));
        of_provider("p", &providers, today())
    };
    let open = circle(vec![mk_stake("p", 5_000), mk_named("fund", "US", 5_000)]);
    assert_eq!((open.summary().as_str(), open.unclear), ("NL,US", None));
    assert!(open.circle.unwrap().starts_with("p > o1 > o2"));
    let closed = circle(vec![mk_stake("p", 10_000)]);
    assert!(closed.unclear.unwrap().to_string().contains("name who does"));
    let tight = circle(vec![mk_stake("p", 9_999), mk_named("fund", "US", 1)]);
    assert!(tight.unclear.unwrap().to_string().contains("too tight"));
}

#[test]
fn ten_thousand_owners_in_a_chain_and_a_lattice_of_owners_end() {
    let mut providers = Providers::new();
    let name = |i: usize| if i == 0 { "p".to_owned() } else { format!("o{i}") };
    for i in 0..10_000 {
        providers.insert(name(i), owned("NL", vec![mk_stake(&name(i + 1), 10_000)]));
    }
    providers.insert(name(10_000), mk_provider("US"));
    let autonomy = of_provider("p", &providers, today());
    assert_eq!((autonomy.summary().as_str(), autonomy.unclear), ("NL,US", None));
    assert_eq!(
        autonomy.jurisdictions[1].because.len(),
        12,
        "a chain that fits in a status"
    );
    assert!(
        autonomy.jurisdictions[1].reason.contains("(9990 more)"),
        "{}",
        autonomy.jurisdictions[1].reason
    );

    // Each entity is held by the next two: 2^40 chains, all of them one whole.
    let mut lattice = Providers::new();
    for i in 0..40 {
        let owners = vec![mk_stake(&name(i + 1), 5_000), mk_stake(&name(i + 2), 5_000)];
        lattice.insert(name(i), owned("NL", owners));
    }
    lattice.insert(name(40), owned("NL", vec![mk_stake(&name(41), 10_000)]));
    lattice.insert(name(41), mk_provider("US"));
    assert_eq!(of_provider("p", &lattice, today()).summary(), "NL,US");
}

#[test]
fn the_overall_level_is_the_lowest_and_a_claim_without_evidence_is_none() {
    let seal = |change: &dyn Fn(&mut ProviderSpec)| {
        let mut p = mk_provider("NL");
        change(&mut p);
        of_provider("p", &mk_providers([("p", p)]), today()).seal
    };
    assert_eq!(seal(&|_| {}), 3);
    assert_eq!(seal(&|p| p.sovereignty[6] = mk_assessment(Objective::Sov7, 1)), 1);
    assert_eq!(seal(&|p| p.sovereignty[2].evidence = None), 0);
    assert_eq!(seal(&|p| drop(p.sovereignty.pop())), 0);
    assert_eq!(
        seal(&|p| p.sovereignty.iter_mut().for_each(|a| a.seal = 9)),
        HIGHEST_SEAL
    );
    assert_eq!(
        seal(&|p| p.sovereignty[0].evidence.as_mut().unwrap().date = date("2027-01-01")),
        0
    );
}

#[test]
fn votes_count_as_well_as_capital_and_a_majority_casts_them_all() {
    let voting = |share: i32, votes: i32| Stake {
        votes_basis_points: Some(votes),
        ..mk_named("fund", "US", share)
    };
    let direct = |share, votes| mk_providers([("p", owned("NL", vec![voting(share, votes)]))]);
    check(&direct(100, 2_400), "NL", "NL", "p");
    check(&direct(100, 2_401), "NL,US", "US", "p > fund");
    check(&direct(2_401, 0), "NL,US", "US", "p > fund");
    // 51% of 30% is 15.3% of the capital, and all of its 30% of the votes.
    let through = |votes: i32| {
        mk_providers([
            ("p", owned("NL", vec![mk_stake("holding", 3_000)])),
            ("holding", owned("NL", vec![voting(5_100, votes)])),
        ])
    };
    check(&through(5_000), "NL", "NL", "p");
    check(&through(5_001), "NL,US", "US", "p > holding > fund");
}

#[test]
fn a_veto_or_a_majority_of_the_board_reaches_whatever_the_share() {
    let with = |right: Right| Stake {
        rights: vec![right],
        ..mk_named("founder", "US", 1)
    };
    for right in [Right::Veto, Right::BoardMajority] {
        let providers = mk_providers([
            ("p", owned("NL", vec![mk_stake("holding", 10_000)])),
            ("holding", owned("NL", vec![with(right)])),
        ]);
        check(&providers, "NL,US", "US", "p > holding > founder");
    }
    // Not over an owner that has too little to say itself.
    let providers = mk_providers([
        ("p", owned("NL", vec![mk_stake("small", 100)])),
        ("small", owned("NL", vec![with(Right::Veto)])),
    ]);
    check(&providers, "NL", "NL", "p");
}

#[test]
fn support_and_hardware_bring_the_law_of_where_they_are_and_a_cluster_may_stand_elsewhere() {
    let location = |country: &str| Location {
        country: country.to_owned(),
        since: None,
        until: None,
    };
    let mut p = mk_provider("NL");
    p.supported_from = vec![location("IN")];
    p.hosted_in = vec![location("US")];
    let providers = mk_providers([("p", p)]);
    check(&providers, "IN,NL,US", "IN", "p > IN");
    let standard = AutonomyStandardSpec::default();
    let facts = Facts::on(&providers, &standard, today());
    let mut cluster = mk_cluster("p");
    assert_eq!(facts.of_cluster(&cluster).summary(), "IN,NL,US");
    cluster.country = Some("DE".to_owned());
    assert_eq!(facts.of_cluster(&cluster).summary(), "DE,IN,NL");
}

#[test]
fn the_reason_is_a_sentence_with_the_names_of_the_register() {
    let named = |name: &str, spec: ProviderSpec| ProviderSpec {
        legal_name: name.to_owned(),
        ..spec
    };
    let mut p = named("Azure weu", mk_provider("NL"));
    p.operated_by = vec![mk_stake("ireland", 10_000)];
    let providers = mk_providers([
        ("p", p),
        (
            "ireland",
            named("Ireland Ltd.", owned("IE", vec![mk_stake("parent", 10_000)])),
        ),
        ("parent", named("US Corporation", mk_provider("US"))),
    ]);
    let laws = of_provider("p", &providers, today()).jurisdictions;
    let reasons: Vec<&str> = laws.iter().map(|law| law.reason.as_str()).collect();
    assert_eq!(
        reasons,
        [
            "Ireland Ltd. operates Azure weu",
            "Azure weu is established there",
            "US Corporation owns 100% of Ireland Ltd., which operates Azure weu",
        ]
    );
}

#[test]
fn the_limits_are_those_of_the_standard() {
    let providers = mk_providers([("p", owned("NL", vec![mk_named("fund", "US", 1_000)]))]);
    let mut standard = AutonomyStandardSpec::default();
    let summary = |standard: &AutonomyStandardSpec| {
        Facts::on(&providers, standard, today())
            .of_provider("p")
            .summary()
    };
    assert_eq!(summary(&standard), "NL");
    standard.control.individual_basis_points = Some(999);
    assert_eq!(summary(&standard), "NL,US");
    standard.control.individual_basis_points = Some(5_000);
    standard.control.collective_basis_points = Some(999);
    assert_eq!(summary(&standard), "NL,US");
}

#[test]
fn an_adverse_jurisdiction_is_foreign_whatever_it_is_a_member_of_and_counts_with_the_others() {
    let providers = mk_providers([(
        "p",
        owned("NL", vec![mk_named("a", "HU", 2_000), mk_named("b", "US", 2_000)]),
    )]);
    let standard = AutonomyStandardSpec {
        adverse: vec![AdverseJurisdiction {
            country: "HU".to_owned(),
            reason: "decision 7".to_owned(),
            since: Some(date("2026-12-01")),
            until: None,
        }],
        ..AutonomyStandardSpec::default()
    };
    let on = |day: &str| Facts::on(&providers, &standard, date(day)).of_provider("p");
    assert!(on("2026-11-30").is_autonomous() && on("2026-11-30").summary() == "NL");
    assert_eq!(on("2026-12-01").summary(), "HU,NL,US"); // 40% together
    assert_eq!(on("2026-12-01").adverse["HU"], "decision 7");
    let hungarian = mk_providers([("p", mk_provider("HU"))]);
    assert!(
        !Facts::on(&hungarian, &standard, date("2026-12-01"))
            .of_provider("p")
            .is_autonomous()
    );
}

#[test]
fn who_has_shown_nothing_is_not_autonomous() {
    let mut p = mk_provider("NL");
    p.sovereignty.clear();
    assert!(!of_provider("p", &mk_providers([("p", p)]), today()).is_autonomous());
    assert!(!of_provider("ghost", &Providers::new(), today()).is_autonomous());
    assert!(of_provider("p", &mk_providers([("p", mk_provider("NL"))]), today()).is_autonomous());
}
