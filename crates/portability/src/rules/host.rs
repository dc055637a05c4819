//! Host names in texts, and patterns of them.
//!
//! A pattern is the end of a name, label by label: `example.org` matches it and `a.b.example.org`; `*` is any one label,
//! `*-sql` any that ends so.
//! Invariant: of the patterns of one provider that match, only the longest counts, so that a rule about one service goes
//! before one about all of them.

use std::collections::HashMap;

use super::index::Id;

/// Patterns of names, by their labels from the last to the first.
#[derive(Debug, Default)]
pub(super) struct Hosts {
    below: HashMap<String, Self>,
    ids: Vec<Id>,
}

impl Hosts {
    pub(super) fn add(&mut self, pattern: &str, id: Id) {
        let pattern = pattern.to_ascii_lowercase();
        let mut at = self;
        for label in pattern.rsplit('.') {
            at = at.below.entry(label.to_owned()).or_default();
        }
        at.ids.push(id);
    }

    /// The clauses whose patterns match a name, each with the number of its labels.
    pub(super) fn find(&self, name: &str) -> Vec<(usize, Id)> {
        let mut found = Vec::new();
        // Nearly every word in a text ends here, at its last label.
        let Some(last) = name.rsplit('.').next() else {
            return found;
        };
        if last.len() > LONGEST_LABEL || !self.below.contains_key(last.to_ascii_lowercase().as_str()) {
            return found;
        }
        let lower = name.to_ascii_lowercase();
        let labels: Vec<&str> = lower.rsplit('.').collect();
        self.descend(&labels, 0, &mut found);
        found
    }

    fn descend(&self, labels: &[&str], depth: usize, found: &mut Vec<(usize, Id)>) {
        found.extend(self.ids.iter().map(|id| (depth, *id)));
        let Some((label, rest)) = labels.split_first() else {
            return;
        };
        for key in [label, "*"] {
            if let Some(below) = self.below.get(key) {
                below.descend(rest, depth + 1, found);
            }
        }
        for (dash, _) in label.match_indices('-') {
            let end = label.get(dash..).unwrap_or_default();
            if let Some(below) = self.below.get(format!("*{end}").as_str()) {
                below.descend(rest, depth + 1, found);
            }
        }
    }
}

/// Whether a host name is what one pattern says, or below it.
pub(super) fn fits(pattern: &str, name: &str) -> bool {
    let mut labels = name.rsplit('.');
    pattern.rsplit('.').all(|wanted| {
        let Some(label) = labels.next() else { return false };
        match wanted.strip_prefix('*') {
            Some(end) => label.to_ascii_lowercase().ends_with(&end.to_ascii_lowercase()),
            None => label.eq_ignore_ascii_case(wanted),
        }
    })
}

/// Whether an image without its tag is of a registry, or of a part of it: `r.example`, `r.example/team`.
pub(super) fn is_of(name: &str, host: &str, image: &str) -> bool {
    if !name.contains('/') {
        return fits(name, host);
    }
    let rest = image.strip_prefix(name);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// RFC 1035, 2.3.4.
const LONGEST_LABEL: usize = 63;

/// The words in a text that may be host names or IPv4 addresses, each with where it begins, in bytes.
pub(super) fn names(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    let bytes = text.as_bytes();
    let mut from = 0;
    std::iter::from_fn(move || {
        loop {
            let start = from + bytes.get(from..)?.iter().position(|byte| is_part(*byte))?;
            let rest = bytes.get(start..)?;
            let length = rest.iter().position(|byte| !is_part(*byte)).unwrap_or(rest.len());
            from = start + length;
            let word = text.get(start..from)?;
            if word.contains('.') {
                // `$(NAME).blob...` leaves a dot in front, the end of a sentence one behind.
                return Some((start, word.trim_end_matches(['.', '-'])));
            }
        }
    })
}

/// The registry of an image, lower case, and the image without tag and digest.
///
/// Source: the reference grammar of the distribution project: the first part is a registry when it has a dot or a
/// colon, or is `localhost`; else it is Docker Hub.
pub(super) fn registry(image: &str) -> (&str, &str) {
    let image = image.split('@').next().unwrap_or(image);
    let bare = match image.rsplit_once(':') {
        Some((before, tag)) if !tag.contains('/') => before,
        Some(_) | None => image,
    };
    match bare.split_once('/') {
        Some((host, _)) if host.contains(['.', ':']) || host == "localhost" => {
            (host.split(':').next().unwrap_or(host), bare)
        }
        Some(_) | None => ("docker.io", bare),
    }
}
