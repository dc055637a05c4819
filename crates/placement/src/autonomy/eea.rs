//! The countries of the EU and the EEA, as data.
//!
//! Source: Treaty on European Union, article 52 (27 member states since 1 February 2020), and the Agreement on
//! the European Economic Area (those, Iceland, Liechtenstein and Norway). ISO 3166-1 alpha-2 codes.
//! Invariant: sorted, so that a country is found by halving.

use std::collections::BTreeSet;

/// The word in a policy for every country of [`EU`].
pub const EU_WORD: &str = "EU";
/// The word in a policy for every country of [`EU`] and [`EFTA_IN_EEA`].
pub const EEA_WORD: &str = "EEA";

/// The member states of the European Union.
pub const EU: [&str; 27] = [
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT",
    "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
];

/// The other states of the European Economic Area.
pub const EFTA_IN_EEA: [&str; 3] = ["IS", "LI", "NO"];

/// Whether the country is in the European Union.
pub fn is_eu(country: &str) -> bool {
    EU.binary_search(&country).is_ok()
}

/// Whether the country is in the European Economic Area.
pub fn is_eea(country: &str) -> bool {
    is_eu(country) || EFTA_IN_EEA.binary_search(&country).is_ok()
}

/// Whether a list of countries and the words EU and EEA names the country.
pub fn names(list: &[String], country: &str) -> bool {
    list.iter().any(|word| match word.as_str() {
        EU_WORD => is_eu(country),
        EEA_WORD => is_eea(country),
        word => word == country,
    })
}

/// The countries that a list of codes and the words EU and EEA names.
pub fn countries(list: &[String]) -> BTreeSet<&str> {
    let of = |word: &'static [&'static str]| word.iter().copied();
    list.iter()
        .flat_map(|word| -> Vec<&str> {
            match word.as_str() {
                EU_WORD => of(&EU).collect(),
                EEA_WORD => of(&EU).chain(of(&EFTA_IN_EEA)).collect(),
                code => vec![code],
            }
        })
        .collect()
}

#[cfg(test)]
mod tests;
