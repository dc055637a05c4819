//! In which language people are told something.

/// A language in which sentences for people are there.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Language {
    /// English.
    #[default]
    En,
    /// Dutch, at level B1.
    Nl,
}
