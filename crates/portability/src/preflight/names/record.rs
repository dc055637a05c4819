//! The host names that an object publishes, and what it says of their records.
//!
//! Sources: the API reference of each kind; external-dns, "Annotations and labels" and the `DNSEndpoint` CRD.
//! Invariant: a pattern (`*.example.nl`) is a name; what names a service inside the cluster is none.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::field::{annotation, entries, group_kind, items, text};

/// What is said of one record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Record {
    /// Seconds for which answers are kept; none when nobody set them.
    pub(super) ttl: Option<u64>,
    /// Where it leads, when that is set by hand.
    pub(super) target: Option<String>,
    /// The owner in the registry of external-dns.
    pub(super) owner: Option<String>,
    /// Whether external-dns is told of it; it may also read names that nobody told it of.
    pub(super) by_external_dns: bool,
}

impl Record {
    /// Several objects publish one name: the longest time counts, else what the first says.
    pub(super) fn join(&mut self, other: Self) {
        self.ttl = self.ttl.max(other.ttl);
        self.target = self.target.take().or(other.target);
        self.owner = self.owner.take().or(other.owner);
        self.by_external_dns |= other.by_external_dns;
    }
}

/// Where external-dns reads from, on Services and ways in.
const EXTERNAL_DNS: &str = "external-dns.alpha.kubernetes.io/";

/// The names that one object publishes.
pub(super) fn records(object: &Value) -> BTreeMap<String, Record> {
    if group_kind(object) == ("externaldns.k8s.io", "DNSEndpoint") {
        return endpoints(object);
    }
    let said = |name: &str| {
        annotation(object, &format!("{EXTERNAL_DNS}{name}"))
            .trim()
            .to_owned()
    };
    let told = entries(object, &["metadata", "annotations"]).any(|(name, _)| name.starts_with(EXTERNAL_DNS));
    let record = Record {
        ttl: seconds(&said("ttl")),
        target: Some(said("target")).filter(|target| !target.is_empty()),
        owner: None,
        by_external_dns: told,
    };
    let asked = [said("hostname"), said("internal-hostname")];
    let asked = asked.iter().flat_map(|names| names.split(',')).map(str::trim);
    let all = asked.map(str::to_owned).chain(hosts(object));
    all.filter(|host| !host.is_empty())
        .map(|host| (host, record.clone()))
        .collect()
}

/// Names in the object's own fields.
fn hosts(object: &Value) -> Vec<String> {
    let each = |path: &[&str], field: &[&str]| -> Vec<String> {
        let found = items(object, path).iter().map(|one| text(one, field).to_owned());
        found.collect()
    };
    let listed = |list: &Value| -> Vec<String> {
        let found = list.as_array().into_iter().flatten().filter_map(Value::as_str);
        found.map(str::to_owned).collect()
    };
    match group_kind(object) {
        ("networking.k8s.io", "Ingress") => each(&["spec", "rules"], &["host"]),
        ("gateway.networking.k8s.io", "Gateway") => each(&["spec", "listeners"], &["hostname"]),
        ("gateway.networking.k8s.io", _) => object.pointer("/spec/hostnames").map_or_else(Vec::new, listed),
        ("route.openshift.io", "Route") => vec![text(object, &["spec", "host"]).to_owned()],
        ("projectcontour.io", "HTTPProxy") => {
            vec![text(object, &["spec", "virtualhost", "fqdn"]).to_owned()]
        }
        ("traefik.io", "IngressRoute" | "IngressRouteTCP") => {
            let rules = items(object, &["spec", "routes"]).iter();
            rules.flat_map(|rule| in_match(text(rule, &["match"]))).collect()
        }
        ("networking.istio.io", "Gateway") => {
            let servers = items(object, &["spec", "servers"]).iter();
            let all = servers.flat_map(|server| server.get("hosts").map_or_else(Vec::new, listed));
            // `namespace/host` says also which routes may attach.
            let bare = |host: String| host.rsplit('/').next().unwrap_or_default().to_owned();
            all.map(bare).filter(|host| host != "*").collect()
        }
        _ => Vec::new(),
    }
}

/// The names in a Traefik rule: ``Host(`a.example.nl`) || Host(`b.example.nl`)``.
fn in_match(rule: &str) -> Vec<String> {
    let parts = rule.split("Host(").skip(1).chain(rule.split("HostSNI(").skip(1));
    let inner = parts
        .filter_map(|part| part.split_once(')'))
        .map(|(inner, _)| inner);
    let names = inner.flat_map(|inner| inner.split(','));
    let bare = names.map(|name| name.trim().trim_matches(['`', '"']).to_owned());
    bare.filter(|name| name != "*").collect()
}

/// What a `DNSEndpoint` asks of external-dns.
fn endpoints(object: &Value) -> BTreeMap<String, Record> {
    let all = items(object, &["spec", "endpoints"]).iter();
    let each = all.map(|endpoint| {
        let targets = items(endpoint, &["targets"]).iter().filter_map(Value::as_str);
        let targets: Vec<&str> = targets.collect();
        let record = Record {
            ttl: endpoint.get("recordTTL").and_then(Value::as_u64),
            target: (!targets.is_empty()).then(|| targets.join(", ")),
            owner: Some(text(endpoint, &["labels", "owner"]).to_owned()).filter(|owner| !owner.is_empty()),
            by_external_dns: true,
        };
        (text(endpoint, &["dnsName"]).to_owned(), record)
    });
    each.filter(|(host, _)| !host.is_empty()).collect()
}

/// The owner under which an external-dns among the objects writes its registry.
pub(super) fn owner(object: &Value) -> Option<String> {
    let containers = items(object, &["spec", "template", "spec", "containers"]).iter();
    let arguments = containers.flat_map(|container| items(container, &["args"]));
    let mut texts = arguments.filter_map(Value::as_str);
    texts
        .find_map(|text| text.strip_prefix("--txt-owner-id="))
        .map(str::to_owned)
}

/// Seconds, or a duration as Go writes it: `3600`, `1h`, `1h30m`.
fn seconds(text: &str) -> Option<u64> {
    if let Ok(seconds) = text.parse() {
        return Some(seconds);
    }
    let (mut sum, mut rest) = (0_u64, text);
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let (number, after) = rest.split_at(digits);
        let each = match after.chars().next()? {
            'h' => 3600,
            'm' => 60,
            's' => 1,
            _ => return None,
        };
        sum = sum.checked_add(number.parse::<u64>().ok()?.checked_mul(each)?)?;
        rest = after.get(1..)?;
    }
    (!text.is_empty()).then_some(sum)
}
