//! Images from the registry that plays the same role on the target.
//!
//! Not here: whether an image can be pulled (`preflight`). Where images are named is in the book.
//! Invariant: an image that comes from a registry of the target's already is left alone.

use std::{borrow::Cow, collections::BTreeMap};

use serde_json::Value;

use super::{
    Transformed,
    classes::{Mapping, unsettled},
    places,
};
use crate::{
    classes::Route,
    draft::{Draft, Why},
    field::text,
    finding::{Finding, Question, Severity},
    key::ObjectKey,
    reference::references_of,
    said::{Advice, Images},
};

pub(super) fn rewrite(draft: &mut Draft, key: &ObjectKey, route: &Route<'_>, findings: &mut Vec<Finding>) {
    if route.from.registries.is_empty() {
        return;
    }
    let mut moved = false;
    for place in places(draft.object(), key, |entry| &entry.images) {
        let path: Vec<&str> = place.iter().map(String::as_str).collect();
        let was = text(draft.object(), &path).to_owned();
        match registry(&was, &route.from.registries, &route.to.registries) {
            Moved::To(image) => {
                draft.set(&path, Value::from(image), Why::RegistryMapped);
                moved = true;
            }
            Moved::Lacking(role) => {
                let lacking: Mapping<'_, String> = Mapping::Lacking(role);
                let what = format!("the registry of {was}");
                findings.extend(unsettled(&lacking, key, &path, Question::Images, &what));
            }
            Moved::Not => {}
        }
    }
    if moved {
        pull_secrets(draft, key, findings);
    }
}

fn pull_secrets(draft: &Draft, key: &ObjectKey, findings: &mut Vec<Finding>) {
    let all = references_of(draft.object(), key);
    let secrets = all
        .iter()
        .filter(|wish| wish.kind == "Secret" && wish.trail.iter().any(|step| step == "imagePullSecrets"));
    for wish in secrets {
        let message = Images::PullSecret {
            secret: wish.name.to_owned(),
        };
        findings.push(
            Finding::new(Question::Images, Severity::Warn, message)
                .about(key)
                .field(wish.field())
                .remedy(Advice::OpenOwnRegistry),
        );
    }
}

/// Names every image by the digest to which its name led, with its tag still in it for people. One that is named by a
/// digest stays, as does one of which no digest is known. Doing it again changes nothing.
pub fn pin(transformed: &mut Transformed, digests: &BTreeMap<String, String>) {
    for one in &mut transformed.objects {
        let mut draft = Draft::new(std::mem::take(&mut one.object));
        for place in places(draft.object(), &one.key, |entry| &entry.images) {
            let path: Vec<&str> = place.iter().map(String::as_str).collect();
            // A field that is a repository only has its tag beside it.
            if path.last() == Some(&"repository") {
                continue;
            }
            let was = text(draft.object(), &path).to_owned();
            if let Some(digest) = digests.get(&was).filter(|_| !was.contains('@')) {
                draft.set(&path, Value::from(format!("{was}@{digest}")), Why::DigestPinned);
            }
        }
        let (object, changes) = draft.finish();
        one.object = object;
        one.changes.extend(changes);
    }
}

/// What becomes of an image's name.
#[derive(Debug, PartialEq, Eq)]
enum Moved<'r> {
    /// It stays: a registry of the target's, or of nobody's.
    Not,
    /// The same image in the target's registry.
    To(String),
    /// The source has this role for its registry, the target does not.
    Lacking(&'r str),
}

/// The longest prefix of the source's that fits decides.
fn registry<'r>(
    was: &str,
    from: &'r BTreeMap<String, String>,
    to: &'r BTreeMap<String, String>,
) -> Moved<'r> {
    let image = whole(was);
    if to.values().any(|prefix| rest(&image, prefix).is_some()) {
        return Moved::Not;
    }
    let fits = from
        .iter()
        .filter_map(|(role, prefix)| Some((role, prefix, rest(&image, prefix)?)));
    let Some((role, _, rest)) = fits.max_by_key(|(_, prefix, _)| prefix.len()) else {
        return Moved::Not;
    };
    match to.get(role) {
        Some(prefix) => Moved::To(format!("{}{rest}", prefix.trim_end_matches('/'))),
        None => Moved::Lacking(role),
    }
}

/// What follows a prefix, with its slash.
fn rest<'i>(image: &'i str, prefix: &str) -> Option<&'i str> {
    image
        .strip_prefix(prefix.trim_end_matches('/'))
        .filter(|rest| rest.starts_with('/'))
}

/// With the registry and path that a short name stands for: `nginx` is `docker.io/library/nginx`.
fn whole(image: &str) -> Cow<'_, str> {
    let first = image.split('/').next().unwrap_or_default();
    let is_host = image.contains('/') && (first.contains(['.', ':']) || first == "localhost");
    if is_host || image.is_empty() {
        Cow::Borrowed(image)
    } else if image.contains('/') {
        Cow::Owned(format!("docker.io/{image}"))
    } else {
        Cow::Owned(format!("docker.io/library/{image}"))
    }
}

#[cfg(test)]
mod tests;
