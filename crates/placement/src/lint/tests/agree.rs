//! Whatever rules, exemptions, data and dated facts there are, the linter has nothing against what is decided.
use havenmeester_api::route::Route;
use havenmeester_api::standard::AdverseJurisdiction;
use havenmeester_api::{Sensitivity, Span};
use proptest::prelude::*;

use super::*;
use crate::flow;
use crate::merge::tests::{mk_seen, require};
use crate::mk::{mk_approval, mk_named, mk_route, today};
use crate::request::Using;

const NAMES: [&str; 4] = ["permits", "taxes", "shop", "register"];
const CLUSTERS: [&str; 4] = ["azure-weu", "eu-1", "eu-2", "lost-1"];

/// An exemption: which rule of which policy, for whom, from and until how many days from today.
type Exempt = (Rule, bool, usize, i64, i64);
/// Data: who uses whose, how near, and in how many milliseconds.
type Uses = (usize, usize, Within, Option<i64>);

fn exempt() -> impl Strategy<Value = Exempt> {
    let rule = prop::sample::select(&Rule::ALL[..]);
    (rule, any::<bool>(), 0..NAMES.len(), -20..20_i64, -20..900_i64)
}

fn uses() -> impl Strategy<Value = Uses> {
    let within = prop::sample::select(vec![Within::Anywhere, Within::Region, Within::Cluster]);
    let time = prop::option::weighted(0.4, 1..9_i64);
    (0..NAMES.len(), 0..NAMES.len(), within, time)
}

/// A route: of which policy, over which cluster to which, until how many days from today.
fn route() -> impl Strategy<Value = (bool, usize, usize, i64)> {
    (any::<bool>(), 0..CLUSTERS.len(), 0..CLUSTERS.len(), -5..40_i64)
}

/// Workloads on any of the clusters, sensitive or not, critical or not.
fn mk_fleet(homes: &[(usize, bool, bool)]) -> Request {
    let mut request = mk_seen().cluster("lost-1", mk_cluster("eu").lost(600));
    for (name, (home, critical, sensitive)) in NAMES.iter().zip(homes) {
        let mut workload = mk_workload(name, CLUSTERS[*home]);
        if *critical {
            workload = workload.critical();
        }
        if *sensitive {
            workload.sensitivity = Sensitivity::High;
        }
        request = request.workload(name, workload);
    }
    request.fleet.clusters.get_mut("eu-2").unwrap().region = "nl-east".to_owned();
    request
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn the_linter_has_nothing_against_what_is_decided(
        rules in (require(), require(), 0..40_u64),
        homes in prop::collection::vec((0..CLUSTERS.len(), any::<bool>(), any::<bool>()), NAMES.len()),
        exemptions in prop::collection::vec(exempt(), 0..4),
        uses in prop::collection::vec(uses(), 0..4),
        dated in (-40..40_i64, prop::option::of(-40..40_i64)),
        routes in prop::collection::vec(route(), 0..4),
        agreed in any::<bool>(),
        far in prop::collection::vec((0..CLUSTERS.len(), 0..CLUSTERS.len(), 0..9_i64), 0..5),
    ) {
        let mut request = mk_fleet(&homes);
        let (strict, all, lead) = rules;
        request.policies.get_mut("autonomous").unwrap().require = strict;
        let default = request.policies.get_mut("default").unwrap();
        default.require = all;
        default.migration = default.migration.map(|rule| MigrationRule {
            lead_time: Some(Span::hours(24 * lead)),
            ..rule
        });
        for (n, (rule, of_default, whom, since, length)) in exemptions.into_iter().enumerate() {
            let mut spec = mk_exemption(rule, NAMES[whom]);
            spec.since = today().plus_days(since);
            spec.until = spec.since.plus_days(length);
            if of_default {
                "default".clone_into(&mut spec.policy);
            }
            request.exemptions.insert(id(&format!("e{n}")), spec);
        }
        for (user, used, within, milliseconds) in uses {
            let workload = id(NAMES[used]);
            let view = self::workload(&mut request, NAMES[user]);
            view.uses.insert(Using { workload, within, milliseconds });
        }
        for (here, there, time) in far {
            let view = request.fleet.clusters.get_mut(CLUSTERS[here]).unwrap();
            *view = view.clone().away_from(CLUSTERS[there], time);
        }
        flow(&mut request.workloads);
        let mut buyer = mk_named("Buyer Inc.", "US", 10_000);
        buyer.since = Some(today().plus_days(dated.0));
        request.fleet.providers.get_mut("eu").unwrap().owners = vec![buyer];
        request.fleet.standard.adverse.extend(dated.1.map(|days| AdverseJurisdiction {
            country: "NL".to_owned(),
            reason: "decision 7".to_owned(),
            since: Some(today().plus_days(days)),
            until: None,
        }));
        for (n, (of_default, step, end, days)) in routes.into_iter().enumerate() {
            let name = if of_default { "default" } else { "autonomous" };
            let route = Route { name: format!("r{n}"), end: CLUSTERS[end].to_owned(), ..mk_route(CLUSTERS[step], days) };
            request.policies.get_mut(name).unwrap().routes.push(route);
        }
        let plan = decide(&request);
        prop_assert_eq!(lint(&request, &plan), vec![]);
        if agreed {
            for (name, decision) in plan.decisions {
                let view = decision.approval.as_ref().map(mk_approval);
                request.approvals.extend(view.map(|view| (name, view)));
            }
        }
        let plan = decide(&request);
        prop_assert_eq!(lint(&request, &plan), vec![]);
        crate::problems(&request);
        crate::relying(&request);
    }
}
