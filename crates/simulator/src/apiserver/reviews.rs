//! Questions that are answered and not kept: who am I, what may I.

use std::collections::BTreeSet;

use http::{Response, StatusCode};
use serde_json::{Value, json};

use super::answer;
use super::body::Body;
use super::error::ApiError;
use super::object::{self, str_at};
use super::user::{Ask, Rule, User};

/// Answers a review; `None` if `plural` is none.
pub(crate) fn answer(
    who: &User,
    group: &str,
    plural: &str,
    headers: &http::HeaderMap,
    body: &[u8],
) -> Option<Result<Response<Body>, ApiError>> {
    let (name, answer): (_, fn(&User, &mut Value)) = match (group, plural) {
        ("authentication.k8s.io", "selfsubjectreviews") => ("authentication.v1.SelfSubjectReview", who_am_i),
        ("authorization.k8s.io", "selfsubjectaccessreviews") => {
            ("authorization.v1.SelfSubjectAccessReview", may_i)
        }
        ("authorization.k8s.io", "selfsubjectrulesreviews") => {
            ("authorization.v1.SelfSubjectRulesReview", my_rules)
        }
        _ => return None,
    };
    let read = super::decode::plain(headers, body, name);
    Some(read.map(|mut review| {
        object::meta_mut(&mut review);
        answer(who, &mut review);
        answer::value(StatusCode::CREATED, &review)
    }))
}

fn who_am_i(who: &User, review: &mut Value) {
    review["status"] = json!({"userInfo": {"username": who.name, "groups": who.groups}});
}

fn may_i(who: &User, review: &mut Value) {
    let ask = |field: &str| str_at(review, &["spec", "resourceAttributes", field]).to_owned();
    let allowed = if object::at(review, &["spec", "resourceAttributes"]).is_some() {
        let part = ask("subresource");
        let resource = if part.is_empty() {
            ask("resource")
        } else {
            format!("{}/{part}", ask("resource"))
        };
        let (verb, group, namespace, name) = (ask("verb"), ask("group"), ask("namespace"), ask("name"));
        who.may(&Ask {
            verb: &verb,
            group: &group,
            resource,
            namespace: &namespace,
            name: &name,
        })
    } else {
        // Addresses that are no resources are open to all who are known.
        true
    };
    review["status"] = if allowed {
        json!({"allowed": true})
    } else {
        json!({"allowed": false})
    };
}

fn my_rules(who: &User, review: &mut Value) {
    let namespace = str_at(review, &["spec", "namespace"]).to_owned();
    let holds = |rule: &&Rule| {
        rule.namespaces
            .as_ref()
            .is_none_or(|n: &BTreeSet<String>| n.contains(&namespace))
    };
    let rules: Vec<_> = who
        .rules
        .iter()
        .filter(holds)
        .map(|rule| {
            let mut rule_json =
                json!({"verbs": rule.verbs, "apiGroups": rule.groups, "resources": rule.resources});
            if !rule.names.is_empty() {
                rule_json["resourceNames"] = json!(rule.names);
            }
            rule_json
        })
        .collect();
    review["status"] = json!({"resourceRules": rules, "nonResourceRules": [], "incomplete": false});
}
