//! Host names: free on the target, and how their records follow.
//!
//! Not here: which names an object publishes (`record`). Invariant: no record is moved by us, and that is said of every
//! name once.

mod record;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use record::{Record, owner, records};

use crate::{
    facts::TargetFacts,
    finding::{Finding, Question, Severity},
    key::ObjectKey,
    said::{Advice, Network},
    transform::Transformed,
};

pub(super) fn check(transformed: &Transformed, facts: &TargetFacts) -> Vec<Finding> {
    let names = names(transformed);
    if names.is_empty() {
        return vec![Finding::new(Question::Dns, Severity::Pass, Network::NoHost)];
    }
    let owner = transformed.objects.iter().find_map(|one| owner(&one.object));
    let ours: BTreeSet<Place<'_>> = transformed.objects.iter().map(|one| place(&one.key)).collect();
    let mut out = Vec::new();
    for (host, (about, record)) in &names {
        out.extend(taken(host, about, &ours, facts));
        out.extend(
            follows(host, record, owner.as_ref(), facts)
                .into_iter()
                .map(|one| one.about(about)),
        );
    }
    out
}

/// Every name once: with the first object that publishes it, and all that is said of its record.
fn names(transformed: &Transformed) -> BTreeMap<String, (&ObjectKey, Record)> {
    let mut names: BTreeMap<String, (&ObjectKey, Record)> = BTreeMap::new();
    for one in &transformed.objects {
        for (host, record) in records(&one.object) {
            match names.get_mut(&host) {
                Some((_, known)) => known.join(record),
                None => {
                    names.insert(host, (&one.key, record));
                }
            }
        }
    }
    names
}

/// An object whatever its version.
type Place<'k> = (&'k str, Option<&'k str>, &'k str);

fn place(key: &ObjectKey) -> Place<'_> {
    (key.kind.as_str(), key.namespace.as_deref(), key.name.as_str())
}

/// Whether somebody else publishes the name there.
fn taken(host: &str, about: &ObjectKey, ours: &BTreeSet<Place<'_>>, facts: &TargetFacts) -> Vec<Finding> {
    let host = host.to_owned();
    let entries = match facts.entries.get() {
        Ok(entries) => entries,
        Err(why) => {
            let why = why.clone();
            let message = Network::FreeUnknown { host, why };
            return vec![Finding::new(Question::Dns, Severity::Unknown, message).about(about)];
        }
    };
    entries
        .iter()
        .filter(|there| records(there).contains_key(&host))
        .filter_map(|there| ObjectKey::from_value(there).ok())
        .filter(|there| !ours.contains(&place(there)))
        .map(|there| {
            let message = Network::Served {
                host: host.clone(),
                by: there.to_string(),
            };
            Finding::new(Question::Dns, Severity::Warn, message)
                .about(about)
                .remedy(Advice::OtherEntry)
        })
        .collect()
}

/// How the record comes to point at the target, and how soon callers see it.
fn follows(host: &str, record: &Record, owner: Option<&String>, facts: &TargetFacts) -> Vec<Finding> {
    let host = host.to_owned();
    let warn = |message, remedy| Finding::new(Question::Dns, Severity::Warn, message).remedy(remedy);
    let mut out = Vec::new();
    if let Some((ttl, time)) = record.ttl.zip(facts.aims.rto)
        && i64::try_from(ttl).is_ok_and(|ttl| ttl > time)
    {
        let host = host.clone();
        out.push(warn(
            Network::RecordOutlives { host, ttl, time },
            Advice::LowerTtl,
        ));
    }
    if let Some(to) = record.target.clone() {
        let host = host.clone();
        out.push(warn(Network::RecordFixed { host, to }, Advice::DropTarget));
    }
    out.push(if record.by_external_dns {
        let (ttl, owner) = (record.ttl, record.owner.as_ref().or(owner).cloned());
        warn(
            Network::RecordOfExternalDns { host, ttl, owner },
            Advice::HandOver,
        )
    } else {
        warn(Network::Record { host }, Advice::LowerTtl)
    });
    out
}
