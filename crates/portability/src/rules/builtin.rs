//! The rules that come with it, in the program itself. A test holds this list against the folder.

use super::parse::RuleErrors;
use super::rule::Rule;

/// `(provider, file, text)` of each named file.
macro_rules! files {
    ($($provider:literal: $($file:literal),+;)+) => {
        &[$($((
            $provider,
            concat!("rules/", $provider, "/", $file, ".yaml"),
            include_str!(concat!("../../rules/", $provider, "/", $file, ".yaml")),
        ),)+)+]
    };
}

/// Provider, path and text.
pub(super) const FILES: &[(&str, &str, &str)] = files! {
    "azure": "identity", "network", "nodes", "operators", "registry", "secrets", "services", "storage";
    "aws": "identity", "network", "nodes", "operators", "registry", "secrets", "services", "storage";
    "gcp": "identity", "network", "nodes", "operators", "registry", "secrets", "services", "storage";
    "openshift": "kinds", "platform", "security";
    "other": "cluster", "providers";
};

pub(super) fn rules() -> Result<Vec<Rule>, RuleErrors> {
    let mut rules = Vec::new();
    let mut errors = Vec::new();
    for (provider, file, text) in FILES {
        match Rule::read(file, provider, text) {
            Ok(more) => rules.extend(more),
            Err(wrong) => errors.extend(wrong.0),
        }
    }
    if errors.is_empty() {
        Ok(rules)
    } else {
        Err(RuleErrors(errors))
    }
}
