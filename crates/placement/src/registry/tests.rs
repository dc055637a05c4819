//! Whose a host is, and what goes with whom.
use std::collections::BTreeMap;

use havenmeester_api::provider::{ProviderSpec, Stake};
use havenmeester_api::standard::AutonomyStandardSpec;

use super::{registry_lost, registry_owner};
use crate::autonomy::Facts;
use crate::mk::{date, mk_autonomous, mk_hyperscaler, mk_provider};
use crate::say::Say as _;
use crate::{Effective, Merged};

fn mk_owned_by(provider: &str, registries: &[&str]) -> ProviderSpec {
    let stake = Stake {
        provider: Some(provider.to_owned()),
        name: None,
        country: None,
        share_basis_points: None,
        votes_basis_points: None,
        rights: Vec::new(),
        since: None,
        until: None,
    };
    ProviderSpec {
        owners: vec![stake],
        registries: registries.iter().map(|host| (*host).to_owned()).collect(),
        ..mk_provider("NL")
    }
}

fn mk_named(registries: &[&str], provider: ProviderSpec) -> ProviderSpec {
    ProviderSpec {
        registries: registries.iter().map(|host| (*host).to_owned()).collect(),
        ..provider
    }
}

fn mk_world() -> BTreeMap<String, ProviderSpec> {
    BTreeMap::from([
        ("big".to_owned(), mk_hyperscaler()),
        (
            "cloud".to_owned(),
            mk_owned_by("big", &["*.cloudcr.example", "cr.example"]),
        ),
        ("code".to_owned(), mk_owned_by("big", &["ghcr.example"])),
        ("hub".to_owned(), mk_named(&["docker.example"], mk_provider("US"))),
        (
            "city".to_owned(),
            mk_named(&["harbor.example:8443", "nl.cloudcr.example"], mk_provider("NL")),
        ),
    ])
}

#[test]
fn the_longest_pattern_says_whose_a_host_is() {
    let world = mk_world();
    let owner = |host: &str| registry_owner(&world, host).unwrap_or("nobody");
    assert_eq!(owner("city.cloudcr.example"), "cloud");
    assert_eq!(owner("a.b.cloudcr.example"), "cloud");
    assert_eq!(owner("cloudcr.example"), "nobody");
    assert_eq!(owner("NL.cloudcr.example"), "city");
    assert_eq!(owner("cr.example:443"), "cloud");
    assert_eq!(owner("cr.example:5000"), "nobody");
    assert_eq!(owner("harbor.example:8443"), "city");
    assert_eq!(owner("harbor.example"), "nobody");
}

#[test]
fn a_registry_goes_with_its_provider_with_who_stands_behind_both_and_by_law() {
    let world = mk_world();
    let standard = AutonomyStandardSpec::default();
    let facts = Facts::on(&world, &standard, date("2026-11-24"));
    let asked = Effective::from(Merged::of("autonomous", &mk_autonomous())).requirements;
    let lost = |owner: &str, asked| registry_lost(&facts, owner, "cloud", asked);
    assert_eq!(
        lost("cloud", None).unwrap().to_string(),
        "it goes when cloud is cut off"
    );
    assert_eq!(
        lost("code", None).unwrap().to_string(),
        "it goes when cloud is cut off: big stands behind both"
    );
    assert_eq!(
        lost("code", None).unwrap().dutch(),
        "het verdwijnt als cloud wordt afgesloten: big staat achter beide"
    );
    assert_eq!(lost("hub", None), None);
    assert!(lost("hub", Some(&asked)).unwrap().to_string().contains("US"));
    assert_eq!(lost("city", Some(&asked)), None);
}
