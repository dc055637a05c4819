//! In which language people are told something, and the table of words that each program has of its own.

/// A language in which sentences for people are there.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Language {
    /// English.
    #[default]
    En,
    /// Dutch, at level B1.
    Nl,
}

/// Makes an enum `Word` of words and fixed phrases, each in every language: `Yes: "yes", "ja";`. A word without its Dutch
/// does not compile.
#[macro_export]
macro_rules! words {
    ($($word:ident: $english:literal, $dutch:literal;)*) => {
        /// A word or a fixed phrase.
        #[derive(Clone, Copy, Debug, Eq, PartialEq)]
        pub(crate) enum Word { $($word),* }

        impl Word {
            /// In a language.
            pub(crate) const fn say(self, language: $crate::Language) -> &'static str {
                match (self, language) {
                    $((Self::$word, $crate::Language::En) => $english, (Self::$word, $crate::Language::Nl) => $dutch,)*
                }
            }
        }
    };
}
