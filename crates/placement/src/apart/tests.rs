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
