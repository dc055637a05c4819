//! One policy can add to another and never take away.
use havenmeester_api::member::Scope;
use havenmeester_api::policy::{FailoverRule, MigrationRule, ObjectiveLevel, Require, SealRule};
use havenmeester_api::provider::{Category, Objective};
use havenmeester_api::require::{Floors, HavenRule, Ineligible, JurisdictionRule, StandbyRule};
use proptest::prelude::*;

use super::*;
use crate::fact::Fact;
use crate::filter::by_rules;
use crate::mk::{id, mk_empty_policy, mk_policy, mk_request, mk_workload, now, today};
use crate::place::places;
use crate::traits::HavenView;

fn span() -> impl Strategy<Value = Option<Span>> {
    prop::option::of((0..3_u64).prop_map(Span::minutes))
}

fn mode() -> impl Strategy<Value = Trigger> {
    prop_oneof![
        Just(Trigger::Automatic),
        Just(Trigger::Approval),
        Just(Trigger::Manual)
    ]
}

fn words(list: &'static [&'static str]) -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec(prop::sample::select(list).prop_map(str::to_owned), 0..3)
}

fn seal() -> impl Strategy<Value = Option<SealRule>> {
    let objective = prop::sample::select(&Objective::ALL[..]);
    let level =
        (objective, 0..5_i32).prop_map(|(objective, at_least)| ObjectiveLevel { objective, at_least });
    let levels = prop::collection::vec(level, 0..3);
    let seal = (0..5_i32, levels).prop_map(|(at_least, objectives)| SealRule { at_least, objectives });
    prop::option::of(seal)
}

fn floors() -> impl Strategy<Value = Floors> {
    let floor = || prop::option::of(1..101_i32);
    (floor(), floor(), floor()).prop_map(|(autonomy, quality, cost)| Floors {
        autonomy,
        quality,
        cost,
        ..Floors::default()
    })
}

fn ineligible() -> impl Strategy<Value = Vec<Ineligible>> {
    let until = prop::option::of(-2..2_i64).prop_map(|days| days.map(|days| today().plus_days(days)));
    let one = (prop::sample::select(&["eu", "azure"][..]), until).prop_map(|(provider, until)| Ineligible {
        provider: provider.to_owned(),
        reason: "law".to_owned(),
        until,
    });
    prop::collection::vec(one, 0..2)
}

fn standby() -> impl Strategy<Value = Option<StandbyRule>> {
    prop::option::of(
        (any::<bool>(), any::<bool>()).prop_map(|(other_provider, other_jurisdiction)| StandbyRule {
            other_provider,
            other_jurisdiction,
        }),
    )
}

/// Every rule, set or not.
pub(crate) fn require() -> impl Strategy<Value = Require> {
    let category = prop_oneof![Just(Category::Hyperscaler), Just(Category::PrivateEu)];
    let laws = (words(&["EEA", "NL", "US"]), words(&["US", "EU"]))
        .prop_map(|(only, denied)| JurisdictionRule { only, denied });
    let lists = (
        prop::collection::vec(category, 0..3),
        seal(),
        prop::option::of(laws),
        words(&["nl-west", "weu"]),
        words(&["eu-1", "eu-2", "azure-weu"]),
    );
    let haven = words(&["rbac", "multiaz"]).prop_map(|checks| HavenRule { checks });
    let scope = prop::sample::select(vec![None, Some(Scope::Cluster), Some(Scope::Namespaces)]);
    let traits = (
        prop::option::of(haven),
        words(&["cnpg", "cert-manager", "example.org"]),
        prop::option::of(1..4_i32),
        scope,
        floors(),
        ineligible(),
        standby(),
    );
    (lists, traits).prop_map(|(lists, traits)| {
        let (categories, seal, jurisdictions, regions, clusters) = lists;
        let (haven, components, zones_at_least, scope, core_values, not_eligible, standby) = traits;
        Require {
            categories,
            seal,
            jurisdictions,
            regions,
            clusters,
            haven,
            components,
            zones_at_least,
            scope,
            core_values,
            not_eligible,
            standby,
        }
    })
}

fn policy() -> impl Strategy<Value = PlacementPolicySpec> {
    let migration = (mode(), span(), span()).prop_map(|(mode, rollback_window, lead_time)| MigrationRule {
        mode,
        rollback_window,
        lead_time,
        pin_digests: false,
    });
    let failover = (mode(), span()).prop_map(|(mode, after)| FailoverRule { mode, after });
    let weight = prop::option::of(0..10_i32);
    let soft = (span(), span(), weight.clone(), weight);
    (
        require(),
        prop::option::of(migration),
        prop::option::of(failover),
        soft,
    )
        .prop_map(|(require, migration, failover, (rto, rpo, autonomy, cost))| {
            let mut policy = PlacementPolicySpec {
                require,
                migration,
                failover,
                ..mk_empty_policy()
            };
            policy.objectives.rto = rto;
            policy.objectives.rpo = rpo;
            policy.prefer.core_values.autonomy = autonomy;
            policy.prefer.core_values.cost = cost;
            policy
        })
}

/// Clusters of which everything that can be asked for is known, one of them not.
pub(crate) fn mk_seen() -> Request {
    let mut request = mk_request();
    for (name, view) in request
        .fleet
        .clusters
        .iter_mut()
        .filter(|(name, _)| *name != "eu-2")
    {
        let passes = name == "eu-1";
        let checks = [("rbac".to_owned(), true), ("multiaz".to_owned(), passes)].into();
        view.traits.haven = Fact::known(
            HavenView {
                compliant: passes,
                checks,
            },
            now(),
        );
        view.traits.groups = Fact::known(
            ["cert-manager.io".to_owned(), "example.org".to_owned()].into(),
            now(),
        );
        view.traits.zones = Fact::known(["a".to_owned(), "b".to_owned()].into(), now());
    }
    for provider in request.fleet.providers.values_mut() {
        (provider.core_values.quality, provider.core_values.cost) = (Some(70), Some(30));
    }
    request
}

fn merged() -> impl Strategy<Value = Merged> {
    ("[a-c]", policy()).prop_map(|(name, policy)| Merged::of(&name, &policy))
}

proptest! {
    #[test]
    fn merging_is_commutative_associative_and_idempotent(a in merged(), b in merged(), c in merged()) {
        let ab = a.clone().and(b.clone());
        prop_assert_eq!(&ab, &b.clone().and(a.clone()));
        prop_assert_eq!(ab.clone().and(c.clone()), a.clone().and(b.clone().and(c)));
        prop_assert_eq!(ab.clone().and(b), ab);
        prop_assert_eq!(a.clone().and(Merged::default()), a);
    }

    #[test]
    fn one_more_policy_only_makes_it_stricter(a in merged(), b in merged()) {
        let (alone, both) = (Effective::from(a.clone()), Effective::from(a.clone().and(b.clone())));
        let request = mk_seen();
        for place in places(&request) {
            let refused = |of: &Effective| !by_rules(&of.requirements, &place).is_empty();
            prop_assert!(!refused(&alone) || refused(&both));
        }
        let mut asked = alone.requirements.standby.keys();
        prop_assert!(asked.all(|apart| both.requirements.standby.contains_key(apart)));
        prop_assert!(a.migration.is_none() || both.rules.migration >= alone.rules.migration);
        prop_assert!(a.failover.is_none() || both.rules.failover >= alone.rules.failover);
        prop_assert!(a.rollback_window.is_none() || both.rules.rollback_window >= alone.rules.rollback_window);
        prop_assert!(a.lead_time.is_none() || both.rules.lead_time >= alone.rules.lead_time);
        prop_assert!(a.failover_after.is_none() || both.rules.failover_after >= alone.rules.failover_after);
        prop_assert!(alone.rules.rto.is_none_or(|rto| both.rules.rto.is_some_and(|both| both <= rto)));
        prop_assert!(alone.rules.rpo.is_none_or(|rpo| both.rules.rpo.is_some_and(|both| both <= rpo)));
    }
}

#[test]
fn only_policies_that_choose_a_workload_hold_for_it() {
    let request = mk_request();
    let names = |workload| effective(&request, &id("shop"), &workload).rules.policies;
    assert_eq!(names(mk_workload("shop", "eu-1")), ["default"]);
    assert_eq!(
        names(mk_workload("shop", "eu-1").critical()),
        ["autonomous", "default"]
    );
}

#[test]
fn a_manual_policy_wins_and_is_named() {
    let mut careful = mk_policy();
    careful.migration = Some(MigrationRule {
        mode: Trigger::Manual,
        rollback_window: None,
        lead_time: None,
        pin_digests: false,
    });
    let mut request = mk_request();
    request.policies = [
        ("careful".to_owned(), careful),
        ("default".to_owned(), mk_policy()),
    ]
    .into();
    let rules = effective(&request, &id("shop"), &mk_workload("shop", "eu-1")).rules;
    assert_eq!(
        (rules.migration, rules.migration_by.as_deref()),
        (Trigger::Manual, Some("careful"))
    );
    assert_eq!((rules.failover, rules.failover_by), (Trigger::Automatic, None));
}

#[test]
fn where_no_policy_says_anything_a_person_starts_it() {
    let rules = effective(&Request::default(), &id("shop"), &mk_workload("shop", "eu-1")).rules;
    assert_eq!((rules.migration, rules.migration_by), (Trigger::Manual, None));
    assert_eq!(
        (rules.rollback_window, rules.failover_after),
        (ROLLBACK_WINDOW, FAILOVER_AFTER)
    );
}

#[test]
fn an_objective_that_is_named_twice_counts_with_its_higher_level() {
    let level = |at_least| ObjectiveLevel {
        objective: Objective::ALL[0],
        at_least,
    };
    for levels in [[level(3), level(1)], [level(1), level(3)]] {
        let mut policy = mk_empty_policy();
        policy.require.seal = Some(SealRule {
            at_least: 0,
            objectives: levels.to_vec(),
        });
        let asked = Requirements::of("p", &policy, &std::collections::BTreeSet::new());
        assert_eq!(asked.objectives[&Objective::ALL[0]].wanted, 3);
    }
}
