//! What is wrong with a text, or with something in it.
//!
//! Invariant: it never shows a value; the names of keys and places are all that it tells.

use crate::rules::Level;

use super::place::Place;

/// Something that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where; none for the text as a whole.
    pub place: Option<Place>,
    /// What.
    pub fault: Fault,
}

/// What can be wrong. Prints as a sentence.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// More than [`super::MAX_BYTES`].
    #[error("it is larger than 32 MiB, which is the most that is read of one file")]
    TooLarge,
    /// Bytes that are no text.
    #[error("it is not UTF-8 text")]
    NotUtf8,
    /// Text as some editors on Windows write it.
    #[error("it is UTF-16 text")]
    Utf16,
    /// Neither YAML nor JSON.
    #[error("it is not valid YAML: {0}")]
    Syntax(String),
    /// A source of a chart.
    #[error("it is a template, not a manifest: its expressions are filled in by Helm")]
    Template,
    /// It can be read, and expressions of a chart are in its texts.
    #[error("expressions of a Helm template stand in its texts")]
    TemplateInText,
    /// More than 128 levels.
    #[error("it is nested deeper than 128 levels")]
    TooDeep,
    /// An alias whose anchor is not there, or holds the alias itself.
    #[error("an alias (*name) has no anchor (&name) before it")]
    NoAnchor,
    /// Aliases that make a small text very large.
    #[error("its aliases make it larger than 8 MiB")]
    AliasBomb,
    /// A key that is a list or a map.
    #[error("a key is not a text")]
    KeyIsNoText,
    /// The same key twice in one map.
    #[error("the key {key:?} stands twice in one map, first on line {line}; the last one counts")]
    KeyTwice {
        /// The key.
        key: String,
        /// Where it stood before, from 1.
        line: u32,
    },
    /// A text, a number or a list.
    #[error("it is not a map, so it is not an object")]
    NotAnObject,
    /// A map with neither of the two fields that every object has.
    #[error("it has neither apiVersion nor kind, so it was passed over")]
    NotAManifest,
    /// A kind without its version.
    #[error("apiVersion is missing")]
    NoApiVersion,
    /// A version without its kind.
    #[error("kind is missing")]
    NoKind,
    /// No name, and no beginning of one.
    #[error("metadata.name is missing")]
    NoName,
    /// A number or a truth value where a name stands.
    #[error("its name or its namespace is a number or a truth value to YAML")]
    NameIsNoText,
    /// A number or a truth value, or a map or a list, where the API server has a text.
    #[error("{path} must be a text, and is none to YAML")]
    ValueIsNoText {
        /// The field.
        path: String,
    },
}

impl Problem {
    pub(crate) fn at(place: Place, fault: Fault) -> Self {
        Self {
            place: Some(place),
            fault,
        }
    }

    pub(crate) fn whole(fault: Fault) -> Self {
        Self { place: None, fault }
    }
}

impl Fault {
    /// What it is called, in the form of a rule's id.
    pub fn id(&self) -> &'static str {
        match self {
            Self::TooLarge => "manifest-too-large",
            Self::NotUtf8 | Self::Utf16 => "manifest-encoding",
            Self::Syntax(_) | Self::KeyIsNoText | Self::NoAnchor => "manifest-syntax",
            Self::Template | Self::TemplateInText => "manifest-template",
            Self::TooDeep => "manifest-too-deep",
            Self::AliasBomb => "manifest-alias-bomb",
            Self::KeyTwice { .. } => "manifest-key-twice",
            Self::NotAnObject => "manifest-no-object",
            Self::NotAManifest => "manifest-passed-over",
            Self::NoApiVersion => "manifest-no-api-version",
            Self::NoKind => "manifest-no-kind",
            Self::NoName => "manifest-no-name",
            Self::NameIsNoText => "manifest-name-no-text",
            Self::ValueIsNoText { .. } => "manifest-value-no-text",
        }
    }

    /// How bad it is. What could not be read blocks: it may hold anything.
    pub fn level(&self) -> Level {
        match self {
            Self::TooLarge
            | Self::NotUtf8
            | Self::Utf16
            | Self::Syntax(_)
            | Self::Template
            | Self::TooDeep
            | Self::NoAnchor
            | Self::AliasBomb
            | Self::KeyIsNoText
            | Self::NotAnObject
            | Self::NoApiVersion
            | Self::NoKind
            | Self::NameIsNoText
            | Self::ValueIsNoText { .. } => Level::Block,
            Self::TemplateInText | Self::KeyTwice { .. } | Self::NoName => Level::Warn,
            Self::NotAManifest => Level::Info,
        }
    }

    /// What to do about it.
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::TooLarge => "split it into files of less than 32 MiB",
            Self::NotUtf8 | Self::Utf16 => "save it as UTF-8",
            Self::Syntax(_) => "correct the YAML at this place; the other documents of the file were checked",
            Self::Template | Self::TemplateInText => {
                "render it first and check the result: `helm template NAME CHART | havenmeester check -`"
            }
            Self::TooDeep => "no object of an API server is nested so deep: remove the levels",
            Self::NoAnchor => "write the anchor before the alias, outside of it, or write the value itself",
            Self::AliasBomb => "write the values instead of the aliases",
            Self::KeyIsNoText => "write a text as the key",
            Self::KeyTwice { .. } => "remove one of the two",
            Self::NotAnObject | Self::NotAManifest => {
                "nothing, when it is not meant for an API server; else write apiVersion, kind and metadata"
            }
            Self::NoApiVersion => "write its apiVersion, for example `apiVersion: apps/v1`",
            Self::NoKind => "write its kind, for example `kind: Deployment`",
            Self::NameIsNoText | Self::ValueIsNoText { .. } => {
                "put it in quotes: without them kubectl reads 1, y, n, yes, no, on and off as no text, and refuses it"
            }
            Self::NoName => "give it a name: without one it cannot be followed from one cluster to another",
        }
    }
}
