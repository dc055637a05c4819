//! Which texts fit the patterns of our definitions, and what would fit, in words.
//!
//! Invariant: a pattern is compiled once, however many objects there are.
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use regex::Regex;

/// Those that were asked for. `None`: not one of this library's, and so nothing is held against it.
static COMPILED: Mutex<BTreeMap<String, Option<Regex>>> = Mutex::new(BTreeMap::new());

/// Whether the text is one of those that the pattern means.
pub(super) fn fits(pattern: &str, text: &str) -> bool {
    let mut compiled = COMPILED.lock().unwrap_or_else(PoisonError::into_inner);
    if !compiled.contains_key(pattern) {
        compiled.insert(pattern.to_owned(), Regex::new(pattern).ok());
    }
    let regex = compiled.get(pattern).and_then(Option::as_ref);
    regex.is_none_or(|regex| regex.is_match(text))
}

/// What would fit.
pub(super) fn wanted(pattern: &str) -> &str {
    let words = WORDS.iter().find(|(known, _)| *known == pattern);
    words.map_or(pattern, |(_, words)| words)
}

/// Every pattern of our definitions.
pub(super) const WORDS: [(&str, &str); 10] = [
    (r"^[A-Z]{3}$", "three capital letters of ISO 4217, as in EUR"),
    (r"^[A-Z]{2}$", "two capital letters of ISO 3166-1, as in NL"),
    (
        r"^([A-Z]{2}|EEA)$",
        "two capital letters of ISO 3166-1, as in NL, or EEA",
    ),
    (
        r"^([0-9]{1,9}[smhd])+$",
        "whole numbers with s, m, h or d, as in 15m or 1h30m",
    ),
    (
        r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$",
        "small letters, digits and - in between, as in team-1",
    ),
    (
        r"^(\*\.)?[a-z0-9]([-a-z0-9.]*[a-z0-9])?(:[0-9]{1,5})?$",
        "a host, as in registry.example.nl, *.azurecr.io or registry.example.nl:5000",
    ),
    (
        r"^(\*|[a-z0-9]([-a-z0-9.]*[a-z0-9])?(:[0-9]{1,5})?)$",
        "a host, as in docker.io or registry.example.nl:5000, or * for every other",
    ),
    (
        r"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?(:[0-9]{1,5})?(/[a-z0-9]([-a-z0-9._]*[a-z0-9])?)*$",
        "a host and what stands before the path there, as in harbor.example.nl/dockerhub",
    ),
    (
        r"^[a-z]{2,40}$",
        "the name of a check in small letters, as in rwxvolumes",
    ),
    (
        r"^sha256-[0-9a-f]{64}$",
        "the hash of a plan, as `havenmeester explain` shows it: sha256- and 64 digits",
    ),
];
