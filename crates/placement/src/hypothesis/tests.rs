//! What can be supposed, and what follows from it.
use super::*;
use crate::decide;
use crate::mk::{id, mk_provider, mk_request, mk_workload};

/// Where `shop`, critical, at a Dutch provider, would have to stand.
fn desired(suppose: &str) -> String {
    let mut request = mk_request().workload("shop", mk_workload("shop", "eu-1").critical());
    request
        .fleet
        .providers
        .insert("other".to_owned(), mk_provider("BE"));
    let mut request = request.cluster("other-1", crate::mk::mk_cluster("other"));
    request.policies.get_mut("autonomous").unwrap().require.seal = None;
    let suppose: Hypothesis = suppose.parse().unwrap();
    suppose.put_in(&mut request).unwrap();
    decide(&request).decisions[&id("shop")].desired.clone().unwrap()
}

#[test]
fn what_is_supposed_is_decided_on() {
    for (suppose, expected) in [
        ("cluster=eu-1,cpu=-50%", "eu-1"),
        ("cluster=eu-1,lost", "eu-2"),
        ("owner=eu:DE", "eu-1"),
        ("owner=eu:US", "other-1"),
        ("owner=eu:US@2027-01-01", "other-1"),
    ] {
        assert_eq!(desired(suppose), expected, "{suppose}");
    }
}

#[test]
fn a_provider_that_is_lost_loses_all_its_clusters() {
    let mut request = mk_request();
    Hypothesis::ProviderLost("eu".to_owned())
        .put_in(&mut request)
        .unwrap();
    let lost = request
        .fleet
        .clusters
        .values()
        .filter(|v| matches!(v.contact, Contact::Lost { .. }));
    assert_eq!(lost.count(), 2);
}

#[test]
fn an_owner_that_is_lost_takes_with_it_what_it_owns() {
    let mut request = mk_request();
    let lost: Hypothesis = "provider=microsoft,lost".parse().unwrap();
    lost.put_in(&mut request).unwrap();
    let lost: Vec<&String> = request
        .fleet
        .clusters
        .iter()
        .filter(|(_, view)| matches!(view.contact, Contact::Lost { .. }))
        .map(|(name, _)| name)
        .collect();
    assert_eq!(lost, ["azure-weu"]);
}

#[test]
fn what_makes_no_sense_is_an_error_that_says_so() {
    for text in [
        "",
        "provider",
        "provider=eu",
        "provider=,lost",
        "cluster=eu-1,cpu=50",
        "cluster=eu-1,gpu=-50%",
        "cluster=eu-1,cpu=-101%",
        "owner=eu:USA",
        "owner=eu:US@tomorrow",
        "owner=eu:us",
    ] {
        let error = text.parse::<Hypothesis>().unwrap_err();
        assert_eq!(error, HypothesisError::Unreadable(text.to_owned()));
    }
    let put = |text: &str| {
        text.parse::<Hypothesis>()
            .unwrap()
            .put_in(&mut mk_request())
            .unwrap_err()
    };
    assert_eq!(
        put("provider=nobody,lost"),
        HypothesisError::RunsNothing("nobody".to_owned())
    );
    assert_eq!(
        put("cluster=nowhere,lost"),
        HypothesisError::NoCluster("nowhere".to_owned())
    );
    assert_eq!(
        put("cluster=nowhere,cpu=-1%"),
        HypothesisError::NoCluster("nowhere".to_owned())
    );
    assert_eq!(
        put("owner=nobody:US"),
        HypothesisError::NoProvider("nobody".to_owned())
    );
}
