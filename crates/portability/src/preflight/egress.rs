//! Does the workload call what stays behind, and may it call out at all?
//!
//! By names and addresses in its configuration; what its code calls without them is not seen, and the evidence says so.
//! Invariant: nothing of a Secret's value is said.

use std::{collections::BTreeSet, net::Ipv4Addr};

use base64::Engine as _;
use serde_json::Value;

use crate::{
    facts::TargetFacts,
    field::{entries, items, text},
    finding::{Finding, Question, Severity},
    key::ObjectKey,
    said::{Advice, Network},
    transform::Transformed,
};

pub(super) fn check(transformed: &Transformed, facts: &TargetFacts) -> Vec<Finding> {
    let own: BTreeSet<&str> = transformed
        .objects
        .iter()
        .filter_map(|one| one.key.namespace.as_deref())
        .collect();
    let mut out = Vec::new();
    for one in &transformed.objects {
        let mut calls = Calls::default();
        let secret = one.key.group_kind() == ("", "Secret");
        if secret {
            secret_texts(&one.object, &mut |text| calls.read(text));
        } else {
            texts(&one.object, &mut |text| calls.read(text));
        }
        calls.namespaces.retain(|name| !own.contains(name.as_str()));
        out.extend(elsewhere(&calls, &one.key, secret, facts));
        if !calls.addresses.is_empty() {
            let named: Vec<String> = calls.addresses.iter().map(ToString::to_string).collect();
            let which = (!secret).then(|| named.join(", "));
            out.push(
                Finding::new(
                    Question::Egress,
                    Severity::Warn,
                    Network::PrivateAddress { which },
                )
                .about(&one.key)
                .remedy(Advice::UseName),
            );
        }
    }
    out.extend(policies(transformed, facts));
    out
}

/// Services of namespaces that do not move along.
fn elsewhere(calls: &Calls, key: &ObjectKey, secret: bool, facts: &TargetFacts) -> Vec<Finding> {
    calls
        .namespaces
        .iter()
        .filter_map(|name| {
            let namespace = name.clone();
            let (severity, message) = match facts.namespaces.get() {
                Ok(there) if there.contains(name) => return None,
                Ok(_) if secret => (Severity::Warn, Network::CallsElsewhere),
                Ok(_) => (Severity::Warn, Network::Calls { namespace }),
                Err(why) => {
                    let why = why.clone();
                    let said = if secret {
                        Network::CallsElsewhereUnknown { why }
                    } else {
                        Network::CallsUnknown { namespace, why }
                    };
                    (Severity::Unknown, said)
                }
            };
            Some(Finding::new(Question::Egress, severity, message).about(key))
        })
        .collect()
}

/// Policies of others on the target that say what may be called from there.
fn policies(transformed: &Transformed, facts: &TargetFacts) -> Vec<Finding> {
    let policies = match facts.network_policies.get() {
        Ok(policies) => policies,
        Err(why) => {
            let message = Network::LimitsUnknown { why: why.clone() };
            return vec![Finding::new(Question::Egress, Severity::Unknown, message)];
        }
    };
    let limits = |policy: &&Value| {
        items(policy, &["spec", "policyTypes"])
            .iter()
            .any(|one| one == "Egress")
    };
    policies
        .iter()
        .filter(limits)
        .filter_map(|policy| ObjectKey::from_value(policy).ok())
        .filter(|key| !transformed.objects.iter().any(|one| one.key == *key))
        .map(|key| {
            Finding::new(
                Question::Egress,
                Severity::Warn,
                Network::Limits {
                    policy: key.to_string(),
                },
            )
            .remedy(Advice::SeePolicy)
        })
        .collect()
}

/// What texts call.
#[derive(Default)]
struct Calls {
    namespaces: BTreeSet<String>,
    addresses: BTreeSet<Ipv4Addr>,
}

impl Calls {
    fn read(&mut self, text: &str) {
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.' || c == '/';
        for word in text.split(|c: char| !is_name(c)) {
            for part in word.split('/') {
                let labels: Vec<&str> = part.split('.').collect();
                // NAME.NAMESPACE.svc, with or without the cluster's domain.
                if let Some(place) = labels
                    .iter()
                    .position(|label| *label == "svc")
                    .filter(|place| *place >= 2)
                {
                    let namespace = labels[place - 1];
                    if !namespace.is_empty() {
                        self.namespaces.insert(namespace.to_owned());
                    }
                }
            }
            // A range (10.0.0.0/8) says whom to trust or to shut out, not whom to call.
            if let Ok(address) = word.parse::<Ipv4Addr>()
                && address.is_private()
            {
                self.addresses.insert(address);
            }
        }
    }
}

/// Every text of what configures: environment, arguments, configuration, external names.
fn texts(object: &Value, visit: &mut impl FnMut(&str)) {
    match text(object, &["kind"]) {
        "ConfigMap" => entries(object, &["data"]).for_each(|(_, value)| all(value, visit)),
        "Service" => visit(text(object, &["spec", "externalName"])),
        "NetworkPolicy" | "Role" | "RoleBinding" | "Ingress" => {}
        _ => {
            if let Some(spec) = object.get("spec") {
                all(spec, visit);
            }
        }
    }
}

fn secret_texts(object: &Value, visit: &mut impl FnMut(&str)) {
    entries(object, &["stringData"]).for_each(|(_, value)| all(value, visit));
    for (_, value) in entries(object, &["data"]) {
        let decoded = value
            .as_str()
            .and_then(|text| base64::engine::general_purpose::STANDARD.decode(text).ok())
            .and_then(|bytes| String::from_utf8(bytes).ok());
        if let Some(text) = decoded {
            visit(&text);
        }
    }
}

fn all(value: &Value, visit: &mut impl FnMut(&str)) {
    match value {
        Value::String(text) => visit(text),
        Value::Array(list) => list.iter().for_each(|one| all(one, visit)),
        Value::Object(map) => map.values().for_each(|one| all(one, visit)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
