//! Shares, and what makes the difference.
use super::*;
use crate::decide;
use crate::mk::{id, mk_named, mk_provider, mk_request, mk_workload};
use havenmeester_api::provider::{Right, Stake};

fn external(name: &str, supplier: &str, gib: i64) -> External {
    External {
        name: name.to_owned(),
        supplier: supplier.to_owned(),
        criticality: Some(Criticality::Low),
        sensitivity: Some(Sensitivity::Low),
        storage_gib: Some(gib),
        ..External::default()
    }
}

fn scene() -> Request {
    mk_request()
        .workload("permits", mk_workload("permits", "azure-weu").critical())
        .workload("shop", mk_workload("shop", "eu-1"))
}

/// The workloads of the scene store nothing.
fn counted(request: &Request, externals: &[External]) -> Vec<Kpi> {
    let stored = BTreeMap::from([(id("permits"), 0), (id("shop"), 0)]);
    let register = Register {
        externals,
        stored: &stored,
    };
    kpis(request, &decide(request), register)
}

fn of(kpis: &[Kpi], measure: Measure) -> &Kpi {
    kpis.iter().find(|kpi| kpi.measure == measure).unwrap()
}

#[test]
fn applications_and_storage_are_counted_where_they_stand_and_where_they_will() {
    let request = scene();
    let externals = [
        external("mail", "microsoft", 900),
        external("maps", "eu", 300),
        external("old", "nobody knows", 0),
    ];
    let kpis = counted(&request, &externals);
    let shares = |measure| {
        let kpi = of(&kpis, measure);
        (kpi.of, kpi.now, kpi.planned, kpi.met)
    };
    assert_eq!(shares(Measure::EuropeanApplications), (5, 2, 3, true));
    assert_eq!(shares(Measure::EuropeanStorage), (1_200, 300, 300, false));
    assert_eq!(shares(Measure::AutonomousCritical), (1, 0, 1, false));
    assert_eq!(shares(Measure::Classified), (5, 5, 5, true));
    assert_eq!(shares(Measure::AutonomousSensitive), (0, 0, 0, false));
    let missing: Vec<(&str, Option<&str>, bool)> = of(&kpis, Measure::EuropeanApplications)
        .missing
        .iter()
        .map(|m| (m.name.as_str(), m.place.as_deref(), m.planned))
        .collect();
    let permits = id("permits").to_string();
    let expected = [
        (permits.as_str(), Some("azure-weu"), true),
        ("mail", Some("microsoft"), false),
        ("old", None, false),
    ];
    assert_eq!(missing, expected);
    assert_eq!(of(&kpis, Measure::EuropeanStorage).per_mille(), Some(250));
    assert_eq!(of(&kpis, Measure::AutonomousSensitive).per_mille(), None);
}

#[test]
fn what_nobody_has_classified_counts_as_critical_and_sensitive() {
    let request = scene();
    let unknown = External {
        criticality: None,
        sensitivity: None,
        ..external("found", "microsoft", 1)
    };
    let kpis = counted(&request, &[unknown]);
    assert_eq!(
        (
            of(&kpis, Measure::Classified).of,
            of(&kpis, Measure::Classified).now
        ),
        (3, 2)
    );
    assert_eq!(of(&kpis, Measure::AutonomousCritical).of, 2);
    assert_eq!(of(&kpis, Measure::SensitiveInEurope).now, 0);
}

#[test]
fn a_foreign_operator_takes_autonomy_away_and_not_the_european_owner() {
    let mut request = scene();
    let operator = havenmeester_api::provider::Stake {
        share_basis_points: None,
        ..crate::mk::mk_stake("ops", 0)
    };
    request
        .fleet
        .providers
        .insert("ops".to_owned(), mk_provider("US"));
    request.fleet.providers.get_mut("eu").unwrap().operated_by = vec![operator];
    let externals = [external("maps", "eu", 300)];
    let kpis = counted(&request, &externals);
    assert_eq!(of(&kpis, Measure::EuropeanStorage).now, 300);
    assert_eq!(of(&kpis, Measure::AutonomousCritical).planned, 0);
}

#[test]
fn storage_that_is_not_known_is_told_and_keeps_the_target_from_being_met() {
    let request = scene();
    let externals = [
        external("maps", "eu", 300),
        External {
            storage_gib: None,
            ..external("mail", "eu", 0)
        },
    ];
    let stored = BTreeMap::from([(id("permits"), 100)]);
    let register = Register {
        externals: &externals,
        stored: &stored,
    };
    let kpis = kpis(&request, &decide(&request), register);
    let storage = of(&kpis, Measure::EuropeanStorage);
    // Of the shop nobody has seen it, and of mail nobody has said it.
    assert_eq!(
        (
            storage.of,
            storage.now,
            storage.planned,
            storage.unknown,
            storage.met
        ),
        (400, 300, 400, 2, false)
    );
    assert_eq!(storage.per_mille(), Some(750));
    assert!(storage.missing[0].planned, "the plan takes permits to Europe");
}

#[test]
fn who_is_steered_from_outside_is_not_european_whatever_its_capital() {
    let mut request = scene();
    let fund = |votes, rights| Stake {
        votes_basis_points: votes,
        rights,
        ..mk_named("Fund", "US", 100)
    };
    let ways = [
        ("by-votes", fund(Some(6_000), Vec::new())),
        ("by-veto", fund(None, vec![Right::Veto])),
    ];
    for (name, stake) in ways {
        let mut spec = mk_provider("NL");
        spec.owners = vec![stake];
        // That the same country's law reaches it in another way, too, hides nothing.
        spec.operated_by = vec![mk_named("Operator", "US", 10_000)];
        request.fleet.providers.insert(name.to_owned(), spec);
        let kpis = counted(&request, &[external("mail", name, 1)]);
        let european = of(&kpis, Measure::EuropeanStorage);
        assert_eq!((european.of, european.now), (1, 0), "{name}");
    }
}
