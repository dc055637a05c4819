//! How near clusters are, by what they say of each other.
use super::*;
use crate::mk::mk_cluster;

/// `a` and `b` of one region, `c` of another; each with what it says of clusters and regions.
fn check(a: &[(&str, i64)], b: &[(&str, i64)], expected: Option<i64>) {
    let view = |said: &[(&str, i64)]| {
        let of = |region: bool| {
            let named = said.iter().filter(|(name, _)| name.starts_with("nl-") == region);
            named.map(|(name, ms)| ((*name).to_owned(), *ms)).collect()
        };
        let mut view = mk_cluster("eu");
        view.latency = Latency {
            clusters: of(false),
            regions: of(true),
        };
        view
    };
    let (a, b) = (view(a), view(b));
    assert_eq!(round_trip(("a", &a), ("b", &b)), expected);
    assert_eq!(round_trip(("b", &b), ("a", &a)), expected, "both ways");
}

#[test]
fn the_larger_of_what_two_say_of_each_other_counts() {
    check(&[("b", 3)], &[("a", 9)], Some(9));
    check(&[("b", 9)], &[("a", 3)], Some(9));
    check(&[("b", 3)], &[], Some(3));
}

#[test]
fn what_neither_says_is_unknown() {
    check(&[], &[], None);
    check(&[("c", 3), ("nl-east", 3)], &[("c", 3)], None);
}

#[test]
fn a_region_stands_for_its_clusters_that_are_not_named() {
    check(&[("nl-west", 4)], &[], Some(4));
    check(&[("nl-west", 4), ("b", 1)], &[], Some(1));
    check(&[("nl-west", 4), ("b", 1)], &[("nl-west", 2)], Some(2));
}

#[test]
fn a_cluster_is_near_itself() {
    let a = mk_cluster("eu");
    assert_eq!(round_trip(("a", &a), ("a", &a)), Some(0));
}

#[test]
fn a_file_that_says_a_thing_twice_says_the_larger_and_never_less_than_nought() {
    let trip = |name: &str, milliseconds| RoundTrip {
        name: name.to_owned(),
        milliseconds,
    };
    let spec = LatencySpec {
        clusters: vec![trip("b", 3), trip("b", 7), trip("b", 5), trip("c", -1)],
        regions: Vec::new(),
    };
    let expected = BTreeMap::from([("b".to_owned(), 7)]);
    assert_eq!(Latency::from(&spec).clusters, expected);
}
