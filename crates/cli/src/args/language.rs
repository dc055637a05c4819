//! In which language people are told.
//!
//! Invariant: what programs read is the same in every language.
use clap::{Args, ValueEnum};
use havenmeester_api::Language;

use super::Output;

/// `--language`.
#[derive(Args, Clone, Copy, Debug)]
pub(crate) struct LanguageArgs {
    /// In which language people are told; JSON and YAML are the same in both.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) language: Tongue,
}

/// A language.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, ValueEnum)]
pub(crate) enum Tongue {
    /// English.
    #[default]
    En,
    /// Dutch.
    Nl,
}

impl LanguageArgs {
    /// For people.
    pub(crate) const fn for_people(self) -> Language {
        match self.language {
            Tongue::En => Language::En,
            Tongue::Nl => Language::Nl,
        }
    }

    /// For what is printed.
    pub(crate) const fn of(self, output: Output) -> Language {
        match output {
            Output::Table => self.for_people(),
            Output::Json | Output::Yaml => Language::En,
        }
    }
}
