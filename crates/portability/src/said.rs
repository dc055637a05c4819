//! What findings say: a closed set of sentences, each in English and in Dutch.
//!
//! Not here: who says them (`preflight`, `transform`, `closure`), and words of closed sets (kinds, fields, verbs), which are
//! the same in every language. An answer of the cluster itself is quoted as it came.
//! Invariant: nothing reads these sentences but people. A sentence without its Dutch does not compile. None holds a value
//! of a Secret.

mod admission;
mod advice;
mod capacity;
mod delivery;
mod images;
mod network;
mod outcome;
mod passed;
mod references;
mod source;
mod storage;
mod target;
#[cfg(test)]
pub(crate) mod tests;
mod tie;
mod unanswered;
mod unseen;

use std::fmt;

use havenmeester_api::Language;
use serde::{Deserialize, Serialize};

pub use {
    admission::{Admission, PodSecurity},
    advice::Advice,
    capacity::{Capacity, NodeRefusal},
    delivery::{Delivery, Owner},
    images::Images,
    network::Network,
    outcome::{Left, Outcome, Tried, WhichCapture},
    passed::Passed,
    references::References,
    source::{Data, Source},
    storage::Storage,
    target::{Target, Thing, Whose},
    tie::Tie,
    unanswered::Unanswered,
    unseen::{Asked, Stored, Unseen},
};

/// Declares sentences: what each is about, then the arguments of `format!` in English and in Dutch.
macro_rules! sentences {
    ($(#[$doc:meta])* $name:ident {
        $($variant:ident $({ $($field:ident: $type:ty),* })? => [$($en:tt)*], [$($nl:tt)*];)*
    }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
        #[allow(missing_docs, reason = "each variant is documented by the sentence that it stands for")]
        pub enum $name {
            $($variant $({ $($field: $type),* })?),*
        }

        impl $name {
            /// The sentence in a language.
            #[allow(unused_variables, reason = "one language may need less than the other")]
            pub fn say(&self, language: havenmeester_api::Language) -> String {
                match language {
                    havenmeester_api::Language::En => match self {
                        $(Self::$variant $({ $($field),* })? => format!($($en)*)),*
                    },
                    havenmeester_api::Language::Nl => match self {
                        $(Self::$variant $({ $($field),* })? => format!($($nl)*)),*
                    },
                }
            }
        }

        #[cfg(test)]
        impl $name {
            /// One of each.
            pub(crate) fn samples() -> Vec<Self> {
                vec![$(Self::$variant $({
                    $($field: $crate::said::tests::Sample::sample(stringify!($field))),*
                })?),*]
            }
        }

        #[cfg(test)]
        impl $crate::said::tests::Sample for $name {
            fn sample(_: &str) -> Self {
                Self::samples().remove(0)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                out.write_str(&self.say(havenmeester_api::Language::En))
            }
        }
    };
}
use sentences;

/// One sentence. It begins in small letters and has no full stop.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Said {
    /// Somebody else's, in their own words: the same in every language.
    Words(String),
    /// On the target as a whole: reach, kinds, permissions, its dry run, what stands there.
    Target(Target),
    /// On what lets Pods in.
    Admission(Admission),
    /// On what objects refer to.
    References(References),
    /// On room and nodes.
    Capacity(Capacity),
    /// On images.
    Images(Images),
    /// On storage.
    Storage(Storage),
    /// On names, addresses and ways in.
    Network(Network),
    /// On the source, what it holds and who delivers it.
    Source(Source),
    /// On who delivers it.
    Delivery(Delivery),
    /// On what ties to a provider.
    Tie(Tie),
    /// Evidence of what is good.
    Passed(Passed),
    /// Why nothing was seen.
    Unseen(Unseen),
}

/// A sentence of another crate, in each language.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Both {
    /// In English.
    pub english: String,
    /// In Dutch.
    pub dutch: String,
}

impl Both {
    /// The sentence in a language.
    pub fn say(&self, language: Language) -> &str {
        match language {
            Language::En => &self.english,
            Language::Nl => &self.dutch,
        }
    }
}

impl Said {
    /// The sentence in a language.
    pub fn say(&self, language: Language) -> String {
        match self {
            Self::Words(words) => words.clone(),
            Self::Target(said) => said.say(language),
            Self::Admission(said) => said.say(language),
            Self::References(said) => said.say(language),
            Self::Capacity(said) => said.say(language),
            Self::Images(said) => said.say(language),
            Self::Storage(said) => said.say(language),
            Self::Network(said) => said.say(language),
            Self::Source(said) => said.say(language),
            Self::Delivery(said) => said.say(language),
            Self::Tie(said) => said.say(language),
            Self::Passed(said) => said.say(language),
            Self::Unseen(said) => said.say(language),
        }
    }
}

macro_rules! from {
    ($($of:ident),*) => {
        $(impl From<$of> for Said {
            fn from(said: $of) -> Self {
                Self::$of(said)
            }
        })*
    };
}
from!(
    Target, Admission, References, Capacity, Images, Storage, Network, Source, Delivery, Tie, Passed, Unseen
);

impl fmt::Display for Said {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.say(Language::En))
    }
}

/// Data for programs holds the English sentence; read back it is somebody's words.
macro_rules! as_text {
    ($($of:ty: $words:expr),*) => {
        $(impl Serialize for $of {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $of {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer).map($words)
            }
        })*
    };
}
as_text!(
    Said: Said::Words,
    Advice: |words| Advice::Words { words },
    Unseen: |words| Unseen::Words { words },
    Unanswered: |words| Unanswered::Words { words }
);
