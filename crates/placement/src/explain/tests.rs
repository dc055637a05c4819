//! The text, as a golden file: `UPDATE_GOLDEN=1` writes it anew.
use havenmeester_api::workload::CopyState;

use super::*;
use crate::mk::{id, mk_cluster, mk_provider, mk_request, mk_workload};
use crate::{Request, decide};

fn text(request: &Request, language: Language) -> String {
    let plan = decide(request);
    let reasons = Reasons::of(request, &plan);
    plan.decisions
        .keys()
        .map(|id| explain_in(id, &reasons, language).unwrap().to_string())
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn explanations_read_as_they_should() {
    let mut request = mk_request()
        .cluster("hent", mk_cluster("eu").requested_cpu(7_500))
        .workload("archive", mk_workload("archive", "eu-2").exclusive())
        .workload("parking", mk_workload("parking", "azure-weu"))
        .workload("permits", mk_workload("permits", "gone"))
        .workload(
            "signalen",
            mk_workload("signalen", "azure-weu").critical().cpu(4_000),
        );
    let operator = havenmeester_api::provider::Stake {
        share_basis_points: None,
        ..crate::mk::mk_stake("ops", 0)
    };
    let mut logius = mk_provider("NL");
    logius.operated_by = vec![operator];
    request.fleet.providers.insert("logius".to_owned(), logius);
    request
        .fleet
        .providers
        .insert("ops".to_owned(), mk_provider("GB"));
    let stray = mk_cluster("logius").with_copy("archive", CopyState::Active);
    let request = request.cluster("logius-sp", stray);
    golden("src/explain/tests/four.txt", &text(&request, Language::En));
    golden("src/explain/tests/four.nl.txt", &text(&request, Language::Nl));
}

#[test]
fn who_must_agree_and_where_room_is_kept_is_told() {
    let mut request = mk_request();
    for name in ["eu-1", "eu-2"] {
        let full = mk_cluster("eu").requested_cpu(10_000);
        request.fleet.clusters.insert(name.to_owned(), full);
    }
    let mut old = mk_provider("NL");
    old.owners = vec![crate::mk::mk_stake("microsoft", 10_000)];
    request.fleet.providers.insert("old".to_owned(), old);
    let autonomous = request.policies.get_mut("autonomous").unwrap();
    autonomous.routes.push(crate::mk::mk_route("azure-weu", 30));
    let default = request.policies.get_mut("default").unwrap();
    default.require.standby = Some(havenmeester_api::require::StandbyRule::default());
    let request = request
        .cluster("old-1", mk_cluster("old"))
        .workload("permits", mk_workload("permits", "old-1").critical())
        .workload("shop", mk_workload("shop", "eu-1"));
    let waiting = text(&request, Language::En);
    let asked = decide(&request).decisions[&id("permits")].approval.clone();
    let agreed = text(&request.approved(&asked.unwrap()), Language::En);
    golden(
        "src/explain/tests/route.txt",
        &format!("{waiting}\n--- approved:\n\n{agreed}"),
    );
}

#[test]
fn as_data_it_names_rules_and_policies() {
    let request = mk_request().workload("shop", mk_workload("shop", "azure-weu").critical());
    let plan = decide(&request);
    let data = serde_json::to_value(explain(&id("shop"), &Reasons::of(&request, &plan))).unwrap();
    assert_eq!(data["workload"], "havenmeester/shop");
    assert_eq!(data["next"]["rule"], "Relocate");
    assert_eq!(data["clusters"][0]["cluster"], "azure-weu");
    assert_eq!(data["clusters"][0]["reasons"][0]["rule"], "CategoryForbidden");
    assert_eq!(data["clusters"][0]["reasons"][0]["policy"], "autonomous");
    assert_eq!(data["violations"].as_array().unwrap().len(), 3);
}

fn golden(path: &str, text: &str) {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
    }
    let wanted = std::fs::read_to_string(&path).unwrap();
    assert_eq!(
        text,
        wanted,
        "{} differs; UPDATE_GOLDEN=1 writes it anew",
        path.display()
    );
}
