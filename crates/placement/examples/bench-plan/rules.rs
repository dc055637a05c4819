//! The rules of the made-up city: thirty policies, and who is exempt from them.
use std::collections::BTreeMap;

use havenmeester_api::exemption::ExemptionSpec;
use havenmeester_api::policy::PlacementPolicySpec;
use havenmeester_api::require::CoreValue;
use havenmeester_placement::WorkloadId;
use serde_json::{Value, json};

use crate::fleet;

/// How many exemptions there are, and for how many workloads each is.
const EXEMPTIONS: usize = 300;
const EXEMPT: usize = 5;

/// Thirty of them: three for the whole city, the rest for some namespaces or regions.
pub(crate) fn policies() -> anyhow::Result<BTreeMap<String, PlacementPolicySpec>> {
    let mut all = serde_json::Map::new();
    all.insert(
        "all".to_owned(),
        json!({"migration": {"mode": "Automatic"}, "failover": {"mode": "Automatic", "after": "30s"}}),
    );
    all.insert(
        "critical-is-autonomous".to_owned(),
        json!({"workloads": {"anyOf": [{"criticality": "Critical"}, {"sensitivity": "High"}]},
            "require": {"categories": ["PrivateEu", "Government", "OnPremises"], "seal": {"atLeast": 2, "objectives": [{"objective": "SOV-3", "atLeast": 3}]},
                "jurisdictions": {"only": ["EEA"]}},
            "prefer": {"coreValues": {"autonomy": 4, "security": 3}}}),
    );
    all.insert(
        "medium-is-hardened".to_owned(),
        json!({"workloads": {"anyOf": [{"criticality": "Medium"}, {"sensitivity": "Medium"}]},
            "require": {"categories": ["HyperscalerHardened", "PrivateEu", "Government", "OnPremises"]}}),
    );
    for n in 0..27 {
        let terms: Vec<Value> = (0..4)
            .map(|k| json!({"namespace": format!("ns-{:06}", n * 37 + k)}))
            .collect();
        let mut require = json!({});
        match n % 3 {
            0 => require["regions"] = json!([fleet::region(n), fleet::region(n + 1), fleet::region(n + 2)]),
            1 => require["seal"] = json!({"atLeast": 1}),
            _ => require["jurisdictions"] = json!({"only": ["EEA"]}),
        }
        all.insert(
            format!("special-{n:02}"),
            json!({"workloads": {"anyOf": terms}, "require": require, "prefer": {"coreValues": {"cost": n % 10}}}),
        );
    }
    Ok(serde_json::from_value(Value::Object(all))?)
}

/// Of the three rules on autonomy in turn, for workloads spread over all; one in ten ends within the lead time.
pub(crate) fn exemptions(workloads: usize) -> anyhow::Result<BTreeMap<WorkloadId, ExemptionSpec>> {
    let weighing = CoreValue::ALL.map(|value| json!({"value": value, "speaks": "For"}));
    let rules = ["categories", "jurisdictions", "seal"];
    let step = (workloads / (EXEMPTIONS / rules.len() * EXEMPT)).max(1);
    let mut all = BTreeMap::new();
    for n in 0..EXEMPTIONS {
        let first = n / rules.len() * EXEMPT;
        let names = (first..first + EXEMPT).map(|k| fleet::workload_id(k * step).name);
        let names: Vec<String> = names.collect();
        let until = if (n / rules.len()).is_multiple_of(10) {
            "2026-12-10"
        } else {
            "2028-03-31"
        };
        let spec = json!({"policy": "critical-is-autonomous", "rule": rules[n % rules.len()], "workloads": names, "reason": "a",
            "weighing": weighing, "owner": "a", "approver": "b", "since": "2026-10-01", "until": until});
        let id = WorkloadId {
            namespace: "havenmeester".to_owned(),
            name: format!("exempt-{n:03}"),
        };
        all.insert(id, serde_json::from_value(spec)?);
    }
    Ok(all)
}
