//! Room that is kept where it is of no use.
use super::*;

#[test]
fn room_is_kept_where_it_could_not_go_or_not_at_all() {
    let ask = |request: &mut Request| {
        let shop = request.policies.get_mut("default").unwrap();
        shop.require.standby = Some(StandbyRule::default());
    };
    let none = [("permits", Fault::NoStandby), ("shop", Fault::NoStandby)];
    check(ask, keep, &none);
    let unfit = |cluster: &str, rule| {
        let cluster = cluster.to_owned();
        ("permits", Fault::StandbyUnfit { cluster, rule })
    };
    let at = |cluster: &'static str| {
        move |plan: &mut Plan| {
            let permits = plan.decisions.get_mut(&id("permits")).unwrap();
            permits.standby = Some(cluster.to_owned());
        }
    };
    check(keep, at("eu-1"), &[unfit("eu-1", "same cluster")]);
    check(keep, at("nowhere"), &[unfit("nowhere", "cluster")]);
    let laws = ["categories", "jurisdictions", "seal"];
    check(keep, at("azure-weu"), &laws.map(|rule| unfit("azure-weu", rule)));
    let full = |request: &mut Request| {
        let there = mk_cluster("eu").requested_cpu(9_500);
        request.fleet.clusters.insert("eu-2".to_owned(), there);
    };
    check(full, at("eu-2"), &[unfit("eu-2", "room")]);
}

#[test]
fn room_is_kept_at_a_sister_of_the_provider() {
    let sisters = |request: &mut Request| {
        let providers = &mut request.fleet.providers;
        providers.insert("holding".to_owned(), mk_provider("NL"));
        providers.insert("sister".to_owned(), mk_provider("NL"));
        for name in ["eu", "sister"] {
            providers.get_mut(name).unwrap().owners = vec![mk_stake("holding", 10_000)];
        }
        let there = mk_cluster("sister");
        request.fleet.clusters.insert("eu-2".to_owned(), there);
        let policy = request.policies.get_mut("autonomous").unwrap();
        policy.require.standby = Some(StandbyRule {
            other_provider: true,
            other_jurisdiction: false,
        });
    };
    let there = |plan: &mut Plan| {
        plan.decisions.get_mut(&id("permits")).unwrap().standby = Some("eu-2".to_owned());
    };
    let unfit = Fault::StandbyUnfit {
        cluster: "eu-2".to_owned(),
        rule: "same provider",
    };
    check(sisters, there, &[("permits", unfit)]);
}

#[test]
fn room_is_kept_where_some_resource_is_short_for_all_together() {
    type Ask = fn(&mut Demand, i64);
    let both = ["permits", "shop"].map(|name| {
        let fault = Fault::StandbyUnfit {
            cluster: "eu-2".to_owned(),
            rule: "room",
        };
        (name, fault)
    });
    let at_eu_2 = |plan: &mut Plan| {
        for name in ["permits", "shop"] {
            plan.decisions.get_mut(&id(name)).unwrap().standby = Some("eu-2".to_owned());
        }
    };
    // Each alone has room there, of every resource; both together have of all but one.
    let asks: [(&str, Ask); 5] = [
        ("cpu", |demand, many| demand.cpu_milli = many),
        ("memory", |demand, many| demand.memory_mib = many),
        ("pods", |demand, many| demand.pods = many),
        ("nvidia.com/gpu", |demand, many| {
            demand.others.insert(Resource::named("nvidia.com/gpu"), many);
        }),
        ("storage/Rwo", |demand, many| {
            demand.others.insert(Resource::named("storage/Rwo"), many);
        }),
    ];
    for (resource, ask) in asks {
        for (there, faults) in [(80, &both[..0]), (79, &both[..])] {
            let short = |request: &mut Request| {
                for name in ["permits", "shop"] {
                    ask(&mut workload(request, name).demand, 40);
                }
                let mut roomy = mk_cluster("eu").with_other("nvidia.com/gpu", 1_000, 0);
                roomy = roomy.with_other("storage/Rwo", 1_000, 0);
                request.fleet.clusters.insert("eu-1".to_owned(), roomy.clone());
                let Fact::Known { value, .. } = &mut roomy.capacity else {
                    panic!("unknown")
                };
                match resource {
                    "cpu" => value.cpu_milli = there,
                    "memory" => value.memory_mib = there,
                    "pods" => value.pods = there,
                    other => {
                        value.others.retain(|room| room.resource != other);
                        roomy = roomy.with_other(other, there, 0);
                    }
                }
                request.fleet.clusters.insert("eu-2".to_owned(), roomy);
            };
            check(short, at_eu_2, faults);
        }
    }
}

#[test]
fn room_is_kept_where_others_are_sent_or_where_none_is_seen() {
    let kept = |plan: &mut Plan| {
        plan.decisions.get_mut(&id("permits")).unwrap().standby = Some("eu-2".to_owned());
        send("shop", "eu-2")(plan);
    };
    let unfit = |rule| Fault::StandbyUnfit {
        cluster: "eu-2".to_owned(),
        rule,
    };
    let one_core = |request: &mut Request| {
        let there = mk_cluster("eu").requested_cpu(9_000);
        request.fleet.clusters.insert("eu-2".to_owned(), there);
    };
    check(one_core, kept, &[("permits", unfit("room"))]);
    let age = |request: &mut Request| {
        let cluster = request.fleet.clusters.get_mut("eu-2").unwrap();
        let Fact::Known { observed_at, .. } = &mut cluster.capacity else {
            panic!("unknown")
        };
        *observed_at = ago(600);
    };
    let unseen = Fault::CapacityUnseen {
        cluster: "eu-2".to_owned(),
    };
    check(age, kept, &[("permits", unfit("room")), ("shop", unseen)]);
}
