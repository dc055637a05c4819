//! What is wrong with the facts about an entity.
//!
//! Invariant: nothing reads the sentences but people.
use std::fmt::{Display, Formatter, Result};

use serde::Serialize;

/// What is wrong.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub enum Flaw {
    /// A Provider is named that is not there.
    NoProvider {
        /// That name.
        name: String,
    },
    /// A stake names nobody, or names somebody twice.
    Nameless,
    /// A share that is none.
    NoShare {
        /// What stands there.
        basis_points: i32,
    },
    /// Shares add up to more than all of it.
    TooMuch {
        /// To so much.
        basis_points: i64,
    },
    /// Owners go round in a circle of which nobody outside owns a part.
    ClosedCircle {
        /// As `a > b > a`.
        names: String,
    },
    /// A circle of owners that was not worked out.
    UnsolvedCircle {
        /// As `a > b > a`.
        names: String,
    },
}

/// Why the facts about an entity cannot be trusted.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Doubt {
    /// In which field of which Provider; `None`: in none, the Provider itself is not there.
    pub place: Option<Spot>,
    /// What is wrong.
    pub flaw: Flaw,
}

/// A field of a Provider.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Spot {
    /// The Provider.
    pub provider: String,
    /// The path of the field.
    pub field: String,
}

impl Doubt {
    /// About a field of a Provider.
    pub(crate) fn at(provider: &str, field: impl Into<String>, flaw: Flaw) -> Self {
        let place = Spot {
            provider: provider.to_owned(),
            field: field.into(),
        };
        Self {
            place: Some(place),
            flaw,
        }
    }
}

impl Display for Flaw {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::NoProvider { name } => write!(f, "there is no Provider {name:?}"),
            Self::Nameless => f.write_str("name either a provider, or a name with its country"),
            Self::NoShare { basis_points } => write!(
                f,
                "{basis_points} is no share; write 0 to 10000 basis points (10000 = 100%)"
            ),
            Self::TooMuch { basis_points } => write!(
                f,
                "the shares that hold then add up to {basis_points} basis points; all of them together are 10000 (100%)"
            ),
            Self::ClosedCircle { names } => write!(
                f,
                "the owners go round in a circle ({names}) of which nobody outside owns a part; name who does"
            ),
            Self::UnsolvedCircle { names } => write!(
                f,
                "the owners go round in a circle ({names}) that is too large and too tight to be worked out"
            ),
        }
    }
}

impl Display for Doubt {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match &self.place {
            Some(Spot { provider, field }) => write!(f, "Provider {provider}, {field}: {}", self.flaw),
            None => self.flaw.fmt(f),
        }
    }
}
