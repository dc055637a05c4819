//! On what ties to a provider.

use super::sentences;
use crate::rules::Dutch;

sentences! {
    /// On what ties to a provider.
    Tie {
        RulesUnreadable { why: String } => ["the rules cannot be read: {why}"], ["de regels zijn niet te lezen: {why}"];
        Rule { id: String, seen: Option<String>, what: String, why: String, dutch: Option<Dutch> } =>
            ["{what}{}: {why} [{id}]", bracketed(seen.as_ref())],
            ["{}", in_dutch(dutch.as_ref(), seen.as_ref(), (what, why), id)];
        OneProvider { name: String, provider: String } => ["{name} means something at {provider} only"],
            ["{name} betekent alleen bij {provider} iets"];
    }
}

fn bracketed(seen: Option<&String>) -> String {
    seen.map_or_else(String::new, |seen| format!(" ({seen})"))
}

/// The rule's own Dutch; where it has none its English, with a note.
fn in_dutch(dutch: Option<&Dutch>, seen: Option<&String>, (what, why): (&str, &str), id: &str) -> String {
    let seen = bracketed(seen);
    match dutch {
        Some(said) => format!("{}{seen}: {} [{id}]", said.what, said.why),
        None => format!("{what}{seen}: {why} [{id}, alleen in het Engels]"),
    }
}
