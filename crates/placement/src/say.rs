//! What can be told to people, in each language.
//!
//! English is what `Display` gives, beside the type; Dutch stands in `dutch`.
//! Invariant: nothing reads these sentences but people. A variant without its Dutch sentence does not compile.
use std::fmt::Display;

use havenmeester_api::Language;

/// Something that can be told in each language: a sentence that begins in small letters and has no full stop, so that it
/// can stand in a table or after a colon.
pub trait Say: Display {
    /// In Dutch.
    fn dutch(&self) -> String;

    /// In a language.
    fn say(&self, language: Language) -> String {
        match language {
            Language::En => self.to_string(),
            Language::Nl => self.dutch(),
        }
    }
}
