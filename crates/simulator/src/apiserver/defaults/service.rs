//! Defaults of services.

use serde_json::{Value, json};

use super::super::object::{as_map, default_to, map_mut, str_at};
use super::each;

pub(super) fn fill(service: &mut Value) {
    let spec = map_mut(service, &["spec"]);
    default_to(spec, "type", "ClusterIP");
    default_to(spec, "sessionAffinity", "None");
    for port in each(spec, "ports") {
        let number = port.get("port").cloned().unwrap_or(Value::Null);
        let port = as_map(port);
        default_to(port, "protocol", "TCP");
        if port
            .get("targetPort")
            .is_none_or(|target| *target == json!(0) || *target == json!(""))
        {
            port.insert("targetPort".into(), number);
        }
    }
    let kind = str_at(service, &["spec", "type"]).to_owned();
    let spec = map_mut(service, &["spec"]);
    if kind != "ExternalName" {
        default_to(spec, "internalTrafficPolicy", "Cluster");
    }
    if matches!(kind.as_str(), "NodePort" | "LoadBalancer") {
        default_to(spec, "externalTrafficPolicy", "Cluster");
    }
    if kind == "LoadBalancer" {
        default_to(spec, "allocateLoadBalancerNodePorts", true);
    }
    if spec.get("sessionAffinity") == Some(&json!("ClientIP")) {
        let config = map_mut(service, &["spec", "sessionAffinityConfig", "clientIP"]);
        default_to(config, "timeoutSeconds", 10_800);
    }
}
