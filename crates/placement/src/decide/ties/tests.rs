//! What wants to stand apart does, where there is a choice.
use crate::decide;
use crate::mk::{id, mk_cluster, mk_provider, mk_request, mk_stake, mk_workload};
use crate::request::Request;

/// `permits` must go, and wants to be apart from `shop` at provider `eu`: to `a-1` of a sister, or to `b-1`.
pub(crate) fn mk_apart(apart: bool, sisters: bool) -> Request {
    let mut permits = mk_workload("permits", "azure-weu").critical();
    if apart {
        permits.apart.insert(id("shop"));
    }
    let mut request = mk_request()
        .workload("shop", mk_workload("shop", "eu-1").critical())
        .workload("permits", permits)
        .cluster("a-1", mk_cluster("sister"))
        .cluster("b-1", mk_cluster("other"));
    request.fleet.clusters.remove("eu-2");
    let providers = &mut request.fleet.providers;
    for name in ["sister", "other", "holding"] {
        providers.insert(name.to_owned(), mk_provider("NL"));
    }
    providers.get_mut("eu").unwrap().owners = vec![mk_stake("holding", 10_000)];
    if sisters {
        providers.get_mut("sister").unwrap().owners = vec![mk_stake("holding", 10_000)];
    }
    request
}

fn goes_to(apart: bool, sisters: bool) -> String {
    let request = mk_apart(apart, sisters);
    decide(&request).decisions[&id("permits")]
        .desired
        .clone()
        .unwrap()
}

#[test]
fn what_one_owner_can_stop_together_is_not_apart() {
    assert_eq!(goes_to(false, true), "a-1");
    assert_eq!(goes_to(true, false), "a-1");
    assert_eq!(goes_to(true, true), "b-1");
}
