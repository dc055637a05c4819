//! Can every image be pulled on the target, and still after the cut-off?
//!
//! Not here: asking registries (`fleet`).
//! Invariant: only clear answers of registries pass or block; images that nobody looked at are `Unknown`.

use std::collections::BTreeSet;

use crate::{
    facts::{Fact, TargetFacts},
    finding::{Finding, Question, Severity},
    image::{ImageFact, ImageFacts, ImageName, ImageUse, images_used},
    said::{Advice, Images},
    transform::Transformed,
};

pub(super) fn check(transformed: &Transformed, facts: &TargetFacts) -> Vec<Finding> {
    let Some(facts) = &facts.images else {
        return vec![Finding::new(
            Question::Images,
            Severity::Unknown,
            Images::NoneAsked,
        )];
    };
    let objects = transformed.objects.iter().map(|one| (&one.key, &one.object));
    let uses = images_used(objects);
    let mut out = Vec::new();
    if !uses.is_empty()
        && let Fact::Unknown { why } = &facts.architectures
    {
        let message = Images::ArchitecturesUnknown { why: why.clone() };
        out.push(Finding::new(Question::Images, Severity::Unknown, message));
    }
    for one in &uses {
        match ImageName::parse(&one.ask.image) {
            Ok(image) => {
                out.extend(answer(one, &image, facts));
                out.extend(survival(one, &image, facts));
            }
            Err(error) => {
                // A custom resource may have a template where a Pod has a name.
                let severity = if one.in_pod {
                    Severity::Block
                } else {
                    Severity::Unknown
                };
                let words = error.to_string();
                out.push(about(one, severity, Images::NoName { words }));
            }
        }
    }
    out
}

fn about(one: &ImageUse, severity: Severity, message: Images) -> Finding {
    Finding::new(Question::Images, severity, message)
        .about(&one.object)
        .field(one.field.clone())
}

/// What the registry said of it.
fn answer(one: &ImageUse, image: &ImageName, facts: &ImageFacts) -> Option<Finding> {
    let (host, called) = (facts.host(&one.ask, image), image.to_string());
    let Some(fact) = facts.answers.get(&one.ask) else {
        return Some(about(
            one,
            Severity::Unknown,
            Images::NotLookedFor { image: called },
        ));
    };
    match fact {
        ImageFact::Found { platforms, .. } => architecture(one, image, platforms, facts),
        ImageFact::NotFound => {
            let message = if host == image.registry() {
                Images::NotFound { image: called }
            } else {
                Images::NotMirrored {
                    image: called,
                    host: host.clone(),
                }
            };
            Some(about(one, Severity::Block, message).remedy(Advice::Push { host }))
        }
        ImageFact::NoAccess { tried, unread } if unread.is_empty() => {
            let remedy = Advice::OpenRegistry { host: host.clone() };
            let message = if tried.is_empty() {
                Images::RefusedWithoutLogin { host, image: called }
            } else {
                Images::RefusedWithLogin {
                    host,
                    image: called,
                    secrets: secrets(tried),
                }
            };
            Some(about(one, Severity::Block, message).remedy(remedy))
        }
        ImageFact::NoAccess { unread, .. } => {
            let message = Images::SecretUnread {
                host,
                image: called,
                secrets: secrets(unread),
            };
            Some(about(one, Severity::Unknown, message))
        }
        ImageFact::Unknown { why } => {
            let message = Images::Unclear {
                image: called,
                why: why.clone(),
            };
            Some(about(one, Severity::Unknown, message).remedy(Advice::ReachRegistry { host }))
        }
    }
}

fn secrets(names: &BTreeSet<String>) -> String {
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    names.join(", ")
}

/// Whether the target's nodes can run it.
fn architecture(
    one: &ImageUse,
    image: &ImageName,
    platforms: &BTreeSet<String>,
    facts: &ImageFacts,
) -> Option<Finding> {
    let nodes = facts.architectures.get().ok().filter(|nodes| !nodes.is_empty())?;
    if platforms.is_empty() {
        let image = image.to_string();
        return Some(about(one, Severity::Unknown, Images::NoArchitecture { image }));
    }
    let lacking: Vec<&str> = nodes
        .iter()
        .map(String::as_str)
        .filter(|node| !platforms.contains(&format!("linux/{node}")))
        .collect();
    if lacking.is_empty() {
        return None;
    }
    let built: Vec<&str> = platforms.iter().map(String::as_str).collect();
    let (image, built, lacking_said) = (image.to_string(), built.join(", "), lacking.join(", "));
    Some(if lacking.len() == nodes.len() {
        let message = Images::NoNodeRuns {
            image,
            built,
            lacking: lacking_said,
        };
        about(one, Severity::Block, message).remedy(Advice::BuildFor)
    } else {
        let message = Images::SomeNodesRun {
            image,
            built,
            lacking: lacking_said,
        };
        about(one, Severity::Warn, message).remedy(Advice::BuildForAll)
    })
}

/// Whether its registry is still there when the source's provider is not.
fn survival(one: &ImageUse, image: &ImageName, facts: &ImageFacts) -> Option<Finding> {
    let host = facts.host(&one.ask, image);
    let Some(owner) = facts.registries.get(&host) else {
        return facts.rehearsed.then(|| {
            about(one, Severity::Warn, Images::NobodysRegistry { host }).remedy(Advice::NameRegistry)
        });
    };
    let Some(why) = &owner.lost else {
        let message = Images::RefusedRegistry {
            image: image.to_string(),
            host,
            provider: owner.provider.clone(),
            why: owner.refused.clone()?,
        };
        return Some(about(one, Severity::Warn, message).remedy(mirror(one, image, facts)));
    };
    // A move that can be made today works today; a rehearsal asks about the day on which it must.
    let severity = if facts.rehearsed {
        Severity::Block
    } else {
        Severity::Warn
    };
    let message = Images::LostRegistry {
        image: image.to_string(),
        host,
        provider: owner.provider.clone(),
        why: why.clone(),
    };
    Some(about(one, severity, message).remedy(mirror(one, image, facts)))
}

/// The command that copies it, and what must be written then.
fn mirror(one: &ImageUse, image: &ImageName, facts: &ImageFacts) -> Advice {
    let from = match facts.answers.get(&one.ask) {
        Some(ImageFact::Found { digest, .. }) => image.at(digest),
        Some(ImageFact::NotFound | ImageFact::NoAccess { .. } | ImageFact::Unknown { .. }) | None => {
            image.to_string()
        }
    };
    // Where nodes pull through a mirror that stays, the image need only be in it.
    let mirrored = facts.mirrors.of(image).map(|mirror| mirror.image);
    let stays = |host: &str| {
        let owner = facts.registries.get(host);
        owner.is_none_or(|owner| owner.lost.is_none() && owner.refused.is_none())
    };
    if let Some(to) = mirrored.filter(|to| stays(to.registry())) {
        let tag = image.tag().unwrap_or("mirrored");
        let to = format!("{}/{}:{tag}", to.registry(), to.repository());
        return Advice::MirrorInPlace { from, to };
    }
    let to = facts.mirror.as_deref().unwrap_or("REGISTRY");
    let tag = image.tag().unwrap_or("mirrored");
    let to = format!("{}/{}:{tag}", to.trim_end_matches('/'), image.repository());
    Advice::Mirror { from, to }
}

#[cfg(test)]
mod tests;
