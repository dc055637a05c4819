//! One function per check that facts can answer.
//!
//! Source of how each is evaluated: the results and the manual of the Haven Compliancy Checker 12.8.0.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::{
    CheckName, Outcome,
    component::component,
    facts::{HavenFacts, NodeFact},
    known::known,
};

type Answer = (Outcome, String);

/// Nodes of each sort that make a cluster highly available.
const ENOUGH: usize = 3;
/// How many minors a cluster may be behind.
const BEHIND: u32 = 3;

pub(super) fn check(name: CheckName, facts: &HavenFacts, now: Timestamp) -> Answer {
    let answer = match name {
        CheckName::ClusterAdmin => facts.admin.get().map(|admin| admin_of(*admin)),
        CheckName::MultiAz => facts.nodes.get().map(|nodes| zones(nodes)),
        CheckName::HaMasters => facts.nodes.get().map(|nodes| masters(nodes)),
        CheckName::HaWorkers => facts.nodes.get().map(|nodes| workers(nodes)),
        CheckName::NodeHardening => facts.nodes.get().map(|nodes| hardening(nodes)),
        CheckName::PrivateNetworking => facts.nodes.get().map(|nodes| private(nodes)),
        CheckName::KubernetesVersion => facts.version.get().map(|version| recent(version, now)),
        CheckName::Rbac => facts
            .groups
            .get()
            .map(|groups| served(groups, "rbac.authorization.k8s.io")),
        CheckName::Metrics => facts.groups.get().map(|groups| served(groups, "metrics.k8s.io")),
        CheckName::RwxVolumes => facts.storage.get().map(|classes| {
            let provisioners = classes
                .iter()
                .map(|class| (class.name.as_str(), class.provisioner.as_str()));
            many_writers(&provisioners.collect::<Vec<_>>())
        }),
        CheckName::AutoCerts => Ok(runs(&["cert-manager"], facts)),
        CheckName::Logs => Ok(runs(&["loki", "alloy"], facts)),
        CheckName::HavenVersion
        | CheckName::Cncf
        | CheckName::ShaValidation
        | CheckName::Cis
        | CheckName::Kubescape => Ok((Outcome::Unknown, "only the official checker can tell".to_owned())),
    };
    answer.unwrap_or_else(|why| (Outcome::Unknown, why.to_string()))
}

fn yes_if(holds: bool, evidence: String) -> Answer {
    (if holds { Outcome::Yes } else { Outcome::No }, evidence)
}

/// It is a self test of the checker. Our own account may do no more than it needs, which says nothing of the cluster.
fn admin_of(admin: bool) -> Answer {
    if admin {
        return (
            Outcome::Yes,
            "a review of access to everything says yes".to_owned(),
        );
    }
    let evidence = "our account may not do everything, on purpose: the official checker needs one that may";
    (Outcome::Unknown, evidence.to_owned())
}

fn zones(nodes: &[NodeFact]) -> Answer {
    let zones: BTreeSet<&str> = nodes.iter().filter_map(|node| node.zone.as_deref()).collect();
    let names: Vec<&str> = zones.iter().copied().collect();
    let evidence = match names.as_slice() {
        [] => "no node carries the label topology.kubernetes.io/zone".to_owned(),
        some => format!("zones: {}", some.join(", ")),
    };
    yes_if(zones.len() >= 2, evidence)
}

fn platform(nodes: &[NodeFact]) -> Option<&'static str> {
    let managed = &known()?.managed;
    let of_all = |label: &str| !nodes.is_empty() && nodes.iter().all(|node| node.labels.contains(label));
    managed
        .iter()
        .find(|one| of_all(&one.label))
        .map(|one| one.platform.as_str())
}

fn masters(nodes: &[NodeFact]) -> Answer {
    let count = nodes.iter().filter(|node| node.control_plane).count();
    match platform(nodes) {
        Some(platform) if count == 0 => (Outcome::Yes, format!("the control plane is managed ({platform})")),
        None if count == 0 => (
            Outcome::Unknown,
            "no control-plane node can be seen: it may be managed".to_owned(),
        ),
        Some(_) | None => yes_if(count >= ENOUGH, format!("{count} control-plane nodes")),
    }
}

fn workers(nodes: &[NodeFact]) -> Answer {
    let count = nodes.iter().filter(|node| !node.control_plane).count();
    yes_if(count >= ENOUGH, format!("{count} workers"))
}

fn hardening(nodes: &[NodeFact]) -> Answer {
    let Some(known) = known() else {
        return (
            Outcome::Unknown,
            "which systems are hardened is not known".to_owned(),
        );
    };
    let by = |node: &NodeFact| {
        let found = known
            .hardened
            .iter()
            .find(|one| node.os_image.starts_with(&one.image));
        found.map(|one| one.by.as_str())
    };
    if let Some(other) = nodes.iter().find(|node| by(node).is_none()) {
        let evidence = format!(
            "whether {} ({}) is hardened is not known from its image",
            other.name, other.os_image
        );
        return (Outcome::Unknown, evidence);
    }
    let mechanisms: BTreeSet<&str> = nodes.iter().filter_map(by).collect();
    let mechanisms: Vec<&str> = mechanisms.into_iter().collect();
    if mechanisms.is_empty() {
        return (Outcome::Unknown, "there are no nodes".to_owned());
    }
    (
        Outcome::Yes,
        format!(
            "{}, by the image of all {} nodes",
            mechanisms.join(", "),
            nodes.len()
        ),
    )
}

fn private(nodes: &[NodeFact]) -> Answer {
    if nodes.is_empty() {
        return (Outcome::Unknown, "there are no nodes".to_owned());
    }
    let public = nodes
        .iter()
        .find_map(|node| Some((node, node.external_ip.as_ref()?)));
    match public {
        Some((node, address)) => (
            Outcome::No,
            format!("{} has the external address {address}", node.name),
        ),
        None => (
            Outcome::Yes,
            format!("none of {} nodes has an external address", nodes.len()),
        ),
    }
}

/// Yes and No only where they hold whichever minors have come out since this was written.
fn recent(version: &str, now: Timestamp) -> Answer {
    let mut parts = version.trim_start_matches('v').split('.');
    let number = |part: Option<&str>| part?.trim_end_matches('+').parse::<u32>().ok();
    let (Some(1), Some(minor)) = (number(parts.next()), number(parts.next())) else {
        return (Outcome::Unknown, format!("{version} is no version"));
    };
    let Some((out, perhaps)) = known().and_then(|known| known.newest(now)) else {
        return (Outcome::Unknown, "the newest version is not known".to_owned());
    };
    let evidence = format!("{version}; the newest is 1.{out}, or up to 1.{perhaps} by now");
    match (
        out.saturating_sub(minor) <= BEHIND,
        perhaps.saturating_sub(minor) <= BEHIND,
    ) {
        (_, true) => (Outcome::Yes, evidence),
        (false, false) => (Outcome::No, evidence),
        (true, false) => (Outcome::Unknown, evidence),
    }
}

fn served(groups: &BTreeSet<String>, group: &str) -> Answer {
    let holds = groups.contains(group);
    let served = if holds { "is served" } else { "is not served" };
    yes_if(holds, format!("{group} {served}"))
}

fn many_writers(classes: &[(&str, &str)]) -> Answer {
    let Some(known) = known() else {
        return (
            Outcome::Unknown,
            "which provisioners serve many writers is not known".to_owned(),
        );
    };
    let does = |provisioner: &str| {
        known
            .rwx
            .iter()
            .any(|one| provisioner == one || provisioner.ends_with(one.as_str()))
    };
    match classes.iter().find(|(_, provisioner)| does(provisioner)) {
        Some((name, provisioner)) => (Outcome::Yes, format!("class {name} ({provisioner})")),
        None if classes.is_empty() => (Outcome::No, "there is no storage class".to_owned()),
        None => {
            let names: Vec<&str> = classes.iter().map(|(name, _)| *name).collect();
            (
                Outcome::Unknown,
                format!("whether {} serve many writers is not known", names.join(", ")),
            )
        }
    }
}

/// Whether all of these components run.
fn runs(names: &[&str], facts: &HavenFacts) -> Answer {
    if let Err(why) = facts.workloads.get() {
        return (Outcome::Unknown, why.to_string());
    }
    let mut seen = Vec::new();
    for name in names {
        match component(name, facts) {
            Some(found) if found.state == Outcome::Yes => {
                seen.push(
                    format!("{name} {}", found.version.unwrap_or_default())
                        .trim_end()
                        .to_owned(),
                );
            }
            Some(found) => return (found.state, format!("{name}: {}", found.evidence)),
            None => return (Outcome::No, format!("{name} does not run")),
        }
    }
    (Outcome::Yes, seen.join(", "))
}
