//! Images by digest: what the target's mirrors and their registries say now, asked with the pull Secrets among the manifests.
//!
//! Invariant: an image that could not be resolved keeps its name, and that is said; no login is printed.
use std::collections::BTreeMap;

use havenmeester_fleet::Registries;
use havenmeester_portability::image::{ImageFact, Keyring, Mirrors, images_used};
use havenmeester_portability::said::{Images, Unanswered};
use havenmeester_portability::{Finding, Question, Severity, pin as rewrite};

use super::Moved;

/// Asks, and rewrites what was found.
pub(super) async fn pin(moved: &mut Moved, registries: &Registries, mirrors: &Mirrors) {
    let sent = moved
        .transformed
        .objects
        .iter()
        .map(|one| (&one.key, &one.object));
    let uses = images_used(sent.clone());
    let asks = uses.iter().map(|one| one.ask.clone()).collect();
    let answers = registries
        .look(asks, &Keyring::of(sent), mirrors)
        .await
        .unwrap_or_default();
    let mut digests = BTreeMap::new();
    let mut findings = Vec::new();
    for one in &uses {
        let Some(answer) = answers.get(&one.ask) else {
            continue; // no name of an image
        };
        let why = match answer {
            ImageFact::Found { digest, .. } => {
                digests.insert(one.ask.image.clone(), digest.clone());
                continue;
            }
            ImageFact::NotFound => Unanswered::NotFound,
            ImageFact::NoAccess { .. } => Unanswered::NoAccess,
            ImageFact::Unknown { why } => why.clone(),
        };
        let message = Images::Unpinned {
            image: one.ask.image.clone(),
            why,
        };
        findings.push(
            Finding::new(Question::Images, Severity::Warn, message)
                .about(&one.object)
                .field(one.field.clone()),
        );
    }
    rewrite(&mut moved.transformed, &digests);
    moved.find(findings);
}
