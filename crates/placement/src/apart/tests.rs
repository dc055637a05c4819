//! When two places are far enough apart.
use super::*;
use crate::mk::*;
use crate::place::places;

fn holds(change: impl FnOnce(&mut crate::Request)) -> Vec<Apart> {
    let mut request = mk_request();
    request
        .fleet
        .providers
        .insert("other".to_owned(), mk_provider("DE"));
    request = request.cluster("other-1", mk_cluster("other"));
    change(&mut request);
    let places = places(&request);
    let at = |name: &str| places.iter().find(|place| place.name == name).unwrap();
    [Apart::Cluster, Apart::Provider, Apart::Jurisdiction]
        .into_iter()
        .filter(|apart| {
            let there = apart.holds(at("eu-1"), at("other-1"));
            assert_eq!(there, apart.holds(at("other-1"), at("eu-1")), "{apart:?}");
            assert!(!apart.holds(at("eu-1"), at("eu-1")), "{apart:?}");
            there
        })
        .collect()
}

#[test]
fn another_company_in_another_country_is_apart() {
    assert_eq!(
        holds(|_| {}),
        [Apart::Cluster, Apart::Provider, Apart::Jurisdiction]
    );
}

#[test]
fn two_countries_of_one_owner_are_one_provider() {
    let both = holds(|request| {
        request
            .fleet
            .providers
            .insert("holding".to_owned(), mk_provider("LU"));
        for name in ["eu", "other"] {
            let provider = request.fleet.providers.get_mut(name).unwrap();
            provider.owners = vec![mk_stake("holding", 10_000)];
        }
    });
    assert_eq!(both, [Apart::Cluster]);
}

/// Their own country is the holding's: no law reaches them through it.
#[test]
fn a_holding_in_the_country_of_both_is_one_provider() {
    let both = holds(|request| {
        let providers = &mut request.fleet.providers;
        providers.insert("holding".to_owned(), mk_provider("NL"));
        providers.get_mut("other").unwrap().country = "NL".to_owned();
        for name in ["eu", "other"] {
            providers.get_mut(name).unwrap().owners = vec![mk_stake("holding", 10_000)];
        }
    });
    assert_eq!(both, [Apart::Cluster]);
}

#[test]
fn who_operates_through_a_holder_of_keys_stops_neither() {
    let both = holds(|request| {
        let providers = &mut request.fleet.providers;
        for name in ["vault", "safe"] {
            let mut keys = mk_provider("NL");
            keys.operated_by = vec![mk_stake("shared", 10_000)];
            providers.insert(name.to_owned(), keys);
        }
        providers.insert("shared".to_owned(), mk_provider("NL"));
        for (name, keys) in [("eu", "vault"), ("other", "safe")] {
            providers.get_mut(name).unwrap().keys_held_by = vec![mk_stake(keys, 10_000)];
        }
    });
    assert_eq!(both, [Apart::Cluster, Apart::Provider]);
}

/// Who operates both holds the keys of one as well, which is found first or last.
#[test]
fn who_operates_both_stops_both_whatever_keys_it_holds() {
    let both = holds(|request| {
        let providers = &mut request.fleet.providers;
        providers.insert("shared".to_owned(), mk_provider("NL"));
        providers.insert("holding".to_owned(), mk_provider("NL"));
        providers.get_mut("holding").unwrap().operated_by = vec![mk_stake("shared", 10_000)];
        for name in ["eu", "other"] {
            let provider = providers.get_mut(name).unwrap();
            provider.keys_held_by = vec![mk_stake("shared", 10_000)];
            provider.operated_by = vec![mk_stake("holding", 10_000)];
        }
    });
    assert_eq!(both, [Apart::Cluster]);
}

#[test]
fn hardware_in_the_same_country_is_under_the_same_law() {
    let hosted = holds(|request| {
        request.fleet.clusters.get_mut("other-1").unwrap().country = Some("NL".to_owned());
    });
    assert_eq!(hosted, [Apart::Cluster, Apart::Provider]);
}

#[test]
fn who_holds_the_keys_of_both_stops_neither() {
    let keys = holds(|request| {
        for name in ["eu", "other"] {
            let provider = request.fleet.providers.get_mut(name).unwrap();
            provider.keys_held_by = vec![mk_named("The city", "SE", 10_000)];
        }
    });
    assert_eq!(keys, [Apart::Cluster, Apart::Provider], "its law reaches both");
}

#[test]
fn what_is_unclear_is_not_apart() {
    let unclear = holds(|request| {
        let provider = request.fleet.providers.get_mut("other").unwrap();
        provider.owners = vec![mk_stake("nobody-knows", 10_000)];
    });
    assert_eq!(unclear, [Apart::Cluster]);
    let unknown = holds(|request| drop(request.fleet.providers.remove("other")));
    assert_eq!(unknown, [Apart::Cluster]);
}
