//! The components of Haven+, by API groups and by what runs, with versions.

use serde::{Deserialize, Serialize};

use super::{
    Outcome,
    facts::HavenFacts,
    known::{Told, told},
};

/// One component.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Component {
    /// Its name.
    pub name: String,
    /// Whether it runs: Yes, or Unknown where one half of it is seen and the other cannot be.
    pub state: Outcome,
    /// Its version, by the tag of its image.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// On what that rests, one sentence.
    pub evidence: String,
}

/// Those that run, that are there in part, or that cannot be seen; one that is not there is not listed.
pub fn components(facts: &HavenFacts) -> Vec<Component> {
    told().iter().filter_map(|one| of(one, facts)).collect()
}

/// One component by name: for the checks.
pub(super) fn component(name: &str, facts: &HavenFacts) -> Option<Component> {
    told()
        .iter()
        .find(|one| one.name == name)
        .and_then(|one| of(one, facts))
}

fn of(one: &Told, facts: &HavenFacts) -> Option<Component> {
    let component = |state, version, evidence: String| {
        Some(Component {
            name: one.name.clone(),
            state,
            version,
            evidence,
        })
    };
    let served = match facts.groups.get() {
        _ if one.groups.is_empty() || one.optional_groups => Ok(true),
        Ok(groups) => Ok(one
            .groups
            .iter()
            .any(|wanted| groups.iter().any(|group| fits(wanted, group)))),
        Err(why) => Err(why),
    };
    let runs = facts.workloads.get().map(|all| {
        all.iter().find_map(|workload| {
            let image = workload
                .images
                .iter()
                .find(|image| one.images.iter().any(|name| has_name(image, name)));
            let named = one.workloads.iter().any(|wanted| fits(wanted, &workload.name));
            // A name alone may be anybody's: it counts with the group, an image counts by itself.
            let counts = image.is_some() || (named && !one.groups.is_empty() && !one.optional_groups);
            counts.then(|| {
                (
                    format!("{}/{}", workload.namespace, workload.name),
                    image.and_then(|image| version(image)),
                )
            })
        })
    });
    match (served, runs) {
        (Ok(true), Ok(Some((name, version)))) => component(Outcome::Yes, version, format!("{name} runs")),
        (Ok(true), Ok(None)) if !one.groups.is_empty() && !one.optional_groups => component(
            Outcome::No,
            None,
            "its API group is served, and nothing of it runs".to_owned(),
        ),
        (Ok(false), Ok(Some((name, _)))) => component(
            Outcome::No,
            None,
            format!("{name} runs, and its API group is not served"),
        ),
        (Ok(_), Ok(None)) | (Ok(false), Err(_)) => None,
        (Err(why), _) | (_, Err(why)) => component(Outcome::Unknown, None, why.to_string()),
    }
}

/// `*` at either end, or within, stands for anything.
fn fits(wanted: &str, name: &str) -> bool {
    let Some((first, rest)) = wanted.split_once('*') else {
        return wanted == name;
    };
    let Some(mut left) = name.strip_prefix(first) else {
        return false;
    };
    let mut parts = rest.split('*').peekable();
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return left.ends_with(part);
        }
        match left.find(part) {
            Some(at) => left = &left[at + part.len()..],
            None => return false,
        }
    }
    true
}

/// Whether an image has this name: the end of its path, whole parts of it, without registry, tag and digest.
fn has_name(image: &str, wanted: &str) -> bool {
    let name = image.split('@').next().unwrap_or_default();
    let (path, last) = name.rsplit_once('/').unwrap_or(("", name));
    let last = last.split(':').next().unwrap_or_default();
    let whole = format!("/{path}/{last}");
    whole.ends_with(&format!("/{wanted}"))
}

fn version(image: &str) -> Option<String> {
    let name = image.split('@').next()?;
    let (_, tag) = name.rsplit('/').next()?.split_once(':')?;
    Some(tag.to_owned())
}
