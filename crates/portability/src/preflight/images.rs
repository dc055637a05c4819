//! Can every image be pulled on the target, and still after the cut-off?
//!
//! Not here: asking registries (`fleet`).
//! Invariant: only clear answers of registries pass or block; images that nobody looked at are `Unknown`.

use std::collections::BTreeSet;

use crate::{
    facts::{Fact, TargetFacts},
    finding::{Finding, Question, Severity},
    image::{ImageFact, ImageFacts, ImageName, ImageUse, images_used},
    transform::Transformed,
};

pub(super) fn check(transformed: &Transformed, facts: &TargetFacts) -> Vec<Finding> {
    let Some(facts) = &facts.images else {
        let message = "no registry was asked for its images";
        return vec![Finding::new(Question::Images, Severity::Unknown, message)];
    };
    let objects = transformed.objects.iter().map(|one| (&one.key, &one.object));
    let uses = images_used(objects);
    let mut out = Vec::new();
    if !uses.is_empty()
        && let Fact::Unknown { why } = &facts.architectures
    {
        let message = format!("which architectures the target's nodes have is not known: {why}");
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
                out.push(about(one, severity, error.to_string()));
            }
        }
    }
    out
}

fn about(one: &ImageUse, severity: Severity, message: String) -> Finding {
    Finding::new(Question::Images, severity, message)
        .about(&one.object)
        .field(one.field.clone())
}

/// What the registry said of it.
fn answer(one: &ImageUse, image: &ImageName, facts: &ImageFacts) -> Option<Finding> {
    let host = image.registry();
    let Some(fact) = facts.answers.get(&one.ask) else {
        return Some(about(
            one,
            Severity::Unknown,
            format!("{image} was not looked for"),
        ));
    };
    match fact {
        ImageFact::Found { platforms, .. } => architecture(one, image, platforms, facts),
        ImageFact::NotFound => Some(
            about(one, Severity::Block, format!("{image} is not in its registry"))
                .remedy(format!("push it to {host}, or name another image")),
        ),
        ImageFact::NoAccess { tried, unread } if unread.is_empty() => {
            let with = if tried.is_empty() {
                "without a login, and no pull Secret has one for it".to_owned()
            } else {
                format!("with the login of {}", secrets(tried))
            };
            let message =
                format!("{host} refuses {image} {with}; some registries say so also of what they lack");
            Some(
                about(one, Severity::Block, message)
                    .remedy(format!("give the workload a pull Secret that opens {host}")),
            )
        }
        ImageFact::NoAccess { unread, .. } => {
            let message = format!(
                "{host} refuses {image}, and {} could not be read: it may have the login",
                secrets(unread)
            );
            Some(about(one, Severity::Unknown, message))
        }
        ImageFact::Unknown { why } => Some(about(one, Severity::Unknown, format!("{image}: {why}")).remedy(
            format!("the hub must reach {host} to look; the target's nodes must reach it to run"),
        )),
    }
}

fn secrets(names: &BTreeSet<String>) -> String {
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    format!("Secret {}", names.join(", "))
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
        let message = format!("{image} does not say for which architecture it is");
        return Some(about(one, Severity::Unknown, message));
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
    let (severity, where_it_runs) = if lacking.len() == nodes.len() {
        (Severity::Block, "none of the target's nodes can run it")
    } else {
        (Severity::Warn, "only some of the target's nodes can run it")
    };
    let message = format!(
        "{image} is built for {}, the target also has {}: {where_it_runs}",
        built.join(", "),
        lacking.join(", ")
    );
    let remedy = match severity {
        Severity::Block => "build it for the target's architecture as well",
        Severity::Pass | Severity::Warn | Severity::Unknown => {
            "build it for all of them, or select nodes by kubernetes.io/arch"
        }
    };
    Some(about(one, severity, message).remedy(remedy))
}

/// Whether its registry is still there when the source's provider is not.
fn survival(one: &ImageUse, image: &ImageName, facts: &ImageFacts) -> Option<Finding> {
    let host = image.registry();
    let Some(owner) = facts.registries.get(host) else {
        let message =
            format!("no Provider names the registry {host}: whether it survives a cut-off is not known");
        return facts.rehearsed.then(|| {
            about(one, Severity::Warn, message)
                .remedy("write it in spec.registries of the Provider that runs it")
        });
    };
    let why = owner.lost.as_ref()?;
    // A move that can be made today works today; a rehearsal asks about the day on which it must.
    let severity = if facts.rehearsed {
        Severity::Block
    } else {
        Severity::Warn
    };
    let message = format!("{image} comes from {host} of {}: {why}", owner.provider);
    Some(about(one, severity, message).remedy(mirror(one, image, facts)))
}

/// The command that copies it, and what must be written then.
fn mirror(one: &ImageUse, image: &ImageName, facts: &ImageFacts) -> String {
    let from = match facts.answers.get(&one.ask) {
        Some(ImageFact::Found { digest, .. }) => image.at(digest),
        Some(ImageFact::NotFound | ImageFact::NoAccess { .. } | ImageFact::Unknown { .. }) | None => {
            image.to_string()
        }
    };
    let to = facts.mirror.as_deref().unwrap_or("REGISTRY");
    let tag = image.tag().unwrap_or("mirrored");
    format!(
        "mirror it: crane copy {from} {}/{}:{tag}; then name both registries in one role of spec.classes.registries of \
         the two MemberClusters",
        to.trim_end_matches('/'),
        image.repository()
    )
}

#[cfg(test)]
mod tests;
