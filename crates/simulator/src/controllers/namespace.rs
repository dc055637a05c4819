//! `Namespace`: what every namespace has: the default service account and the cluster's root certificate.

use serde_json::json;

use super::{
    cache::Cache,
    kind::{Key, Kind},
    write::Turn,
};

pub(super) fn decide(cache: &Cache, at: &Key) -> Turn {
    let mut turn = Turn::default();
    let Some(namespace) = cache.namespaces.get(at) else {
        return turn;
    };
    if namespace.metadata.deletion_timestamp.is_some() {
        return turn;
    }
    // The two come together, so the account stands for both.
    if cache
        .service_accounts
        .get(&(at.1.clone(), "default".to_owned()))
        .is_none()
    {
        turn.create(
            Kind::ConfigMap,
            &at.1,
            json!({
                "metadata": {"namespace": at.1, "name": "kube-root-ca.crt"},
                "data": {"ca.crt": ""},
            }),
        );
        turn.create(
            Kind::ServiceAccount,
            &at.1,
            json!({"metadata": {"namespace": at.1, "name": "default"}}),
        );
    }
    turn
}
