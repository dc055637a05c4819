//! Who is meant by a stake: another Provider, or a name with its country.
use havenmeester_api::Date;
use havenmeester_api::provider::Stake;

/// A legal or natural entity.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Holder<'a> {
    /// One that has a Provider object, if it is known.
    Provider(&'a str),
    /// One that is only named. Two stakes with the same name and country mean the same entity.
    Named {
        /// Its name.
        name: &'a str,
        /// Where it is established.
        country: &'a str,
    },
}

impl<'a> Holder<'a> {
    /// Who is meant; `None` when the stake does not say it.
    pub(crate) fn of(stake: &'a Stake) -> Option<Self> {
        match (&stake.provider, &stake.name, &stake.country) {
            (Some(provider), None, None) => Some(Self::Provider(provider)),
            (None, Some(name), Some(country)) => Some(Self::Named { name, country }),
            (Some(_) | None, Some(_) | None, Some(_) | None) => None,
        }
    }
}

impl std::fmt::Display for Holder<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Provider(name) => write!(f, "Provider {name}"),
            Self::Named { name, country } => write!(f, "{name} ({country})"),
        }
    }
}

/// Whether a stake holds on a day; both its first and its last day count.
pub(crate) fn active(stake: &Stake, today: Date) -> bool {
    stake.since.is_none_or(|since| since <= today) && stake.until.is_none_or(|until| today <= until)
}
