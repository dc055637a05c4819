//! What a decision is made from, and how it is told.
use std::path::PathBuf;

use clap::Args;
use havenmeester_api::Language;

use super::{LanguageArgs, Output};

/// `--filename`, `--output`, `--language`.
#[derive(Args, Debug)]
pub(crate) struct DecidedArgs {
    /// Files or directories with our kinds (and, as `havenmeester.dev/cluster`-annotated namespaces, what runs where)
    /// instead of the hub.
    #[arg(short, long)]
    pub(crate) filename: Vec<PathBuf>,
    /// How to print.
    #[arg(short, long, value_enum, default_value_t)]
    pub(crate) output: Output,
    #[command(flatten)]
    language: LanguageArgs,
}

impl DecidedArgs {
    /// In which language people are told.
    pub(crate) fn language(&self) -> Language {
        self.language.of(self.output)
    }
}
