//! What if: a fact that is not so, put in a request, so that it can be decided what would follow.
//!
//! Not here: facts that come as objects in files (the command line puts those in).
//! Invariant: only the request that is given changes, and a name that is not there is an error, never nothing.
use havenmeester_api::Date;
use havenmeester_api::provider::Stake;
use jiff::{SignedDuration, Timestamp};

use crate::fact::Fact;
use crate::fleet::Contact;
use crate::place::{Place, places};
use crate::request::Request;

/// Long enough for every delay of a failover.
const LONG_AGO: SignedDuration = SignedDuration::from_hours(24);

/// A fact that is not so.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Hypothesis {
    /// Every cluster of a provider, and of those that it governs, is lost, long enough ago: `provider=NAME,lost`.
    ProviderLost(String),
    /// A cluster is lost, long enough ago: `cluster=NAME,lost`.
    ClusterLost(String),
    /// A cluster has more or less room: `cluster=NAME,cpu=-50%`.
    Room {
        /// Which.
        cluster: String,
        /// In what.
        of: Dimension,
        /// Of what it has now, in per cent; -100 leaves nothing.
        percent: i64,
    },
    /// From a day on all of a provider is owned from a country: `owner=NAME:US@2027-01-01`. Decided as of that day, or
    /// as of today when that is later. Without a day: as of today.
    Owner {
        /// The Provider that is bought.
        provider: String,
        /// The owner's country, ISO 3166-1 alpha-2.
        country: String,
        /// From this day on.
        from: Option<Date>,
    },
}

/// What room is made of.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Dimension {
    /// Processor time.
    Cpu,
    /// Memory.
    Memory,
    /// Pods.
    Pods,
}

/// Why a hypothesis makes no sense.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum HypothesisError {
    /// It cannot be read.
    #[error(
        "{0:?} is neither a file nor a hypothesis: write provider=NAME,lost or cluster=NAME,lost or cluster=NAME,cpu=-50% \
         (cpu, memory or pods) or owner=PROVIDER:COUNTRY@YYYY-MM-DD"
    )]
    Unreadable(String),
    /// There is no such provider.
    #[error("there is no Provider {0:?}")]
    NoProvider(String),
    /// No cluster is lost with it.
    #[error("{0:?} runs no MemberCluster, and neither owns nor operates a Provider that does")]
    RunsNothing(String),
    /// There is no such cluster.
    #[error("there is no MemberCluster {0:?}")]
    NoCluster(String),
    /// A cluster whose room is not known cannot have more or less of it.
    #[error("the capacity of MemberCluster {0:?} is not known")]
    NoCapacity(String),
}

impl std::str::FromStr for Hypothesis {
    type Err = HypothesisError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        read(text).ok_or_else(|| HypothesisError::Unreadable(text.to_owned()))
    }
}

fn read(text: &str) -> Option<Hypothesis> {
    let (kind, rest) = text.split_once('=')?;
    match kind {
        "provider" => Some(Hypothesis::ProviderLost(name(rest.strip_suffix(",lost")?)?)),
        "cluster" => {
            let (cluster, change) = rest.split_once(',')?;
            let cluster = name(cluster)?;
            if change == "lost" {
                return Some(Hypothesis::ClusterLost(cluster));
            }
            let (of, percent) = change.split_once('=')?;
            let of = match of {
                "cpu" => Dimension::Cpu,
                "memory" => Dimension::Memory,
                "pods" => Dimension::Pods,
                _ => return None,
            };
            let percent: i64 = percent.strip_suffix('%')?.parse().ok()?;
            (-100..=10_000)
                .contains(&percent)
                .then_some(Hypothesis::Room { cluster, of, percent })
        }
        "owner" => {
            let (provider, rest) = rest.split_once(':')?;
            let (country, from) = match rest.split_once('@') {
                Some((country, day)) => (country, Some(day.parse().ok()?)),
                None => (rest, None),
            };
            let two = country.len() == 2 && country.bytes().all(|letter| letter.is_ascii_uppercase());
            two.then_some(Hypothesis::Owner {
                provider: name(provider)?,
                country: country.to_owned(),
                from,
            })
        }
        _ => None,
    }
}

fn name(text: &str) -> Option<String> {
    (!text.is_empty() && !text.contains([',', '='])).then(|| text.to_owned())
}

impl Hypothesis {
    /// Makes it so, in a request.
    pub fn put_in(&self, request: &mut Request) -> Result<(), HypothesisError> {
        match self {
            Self::ProviderLost(provider) => {
                let detected_at = long_ago(request.now);
                let its = governed(request, provider);
                for cluster in &its {
                    if let Some(view) = request.fleet.clusters.get_mut(cluster) {
                        view.contact = lost(detected_at);
                    }
                }
                let nothing = || HypothesisError::RunsNothing(provider.clone());
                (!its.is_empty()).then_some(()).ok_or_else(nothing)
            }
            Self::ClusterLost(cluster) => {
                let detected_at = long_ago(request.now);
                let view = request.fleet.clusters.get_mut(cluster);
                view.map(|view| view.contact = lost(detected_at))
                    .ok_or_else(|| HypothesisError::NoCluster(cluster.clone()))
            }
            Self::Room { cluster, of, percent } => {
                let view = request.fleet.clusters.get_mut(cluster);
                let view = view.ok_or_else(|| HypothesisError::NoCluster(cluster.clone()))?;
                let Fact::Known { value, .. } = &mut view.capacity else {
                    return Err(HypothesisError::NoCapacity(cluster.clone()));
                };
                let room = match of {
                    Dimension::Cpu => &mut value.cpu_milli,
                    Dimension::Memory => &mut value.memory_mib,
                    Dimension::Pods => &mut value.pods,
                };
                let scaled = i128::from(*room) * i128::from(100 + percent) / 100;
                *room = i64::try_from(scaled).unwrap_or(i64::MAX);
                Ok(())
            }
            Self::Owner {
                provider,
                country,
                from,
            } => {
                let spec = request.fleet.providers.get_mut(provider);
                let spec = spec.ok_or_else(|| HypothesisError::NoProvider(provider.clone()))?;
                spec.owners = vec![Stake {
                    provider: None,
                    name: Some("the supposed owner".to_owned()),
                    country: Some(country.clone()),
                    share_basis_points: Some(10_000),
                    votes_basis_points: None,
                    rights: Vec::new(),
                    since: *from,
                    until: None,
                }];
                if let Some(from) = from {
                    forward(request, *from);
                }
                Ok(())
            }
        }
    }
}

/// The clusters that a provider, or another entity, can stop.
fn governed(request: &Request, entity: &str) -> Vec<String> {
    let its = |place: &Place<'_>| place.autonomy.governed_by.contains(entity);
    let places = places(request);
    let names = places.iter().filter(|place| its(place));
    names.map(|place| place.name.to_owned()).collect()
}

/// Takes the whole scene to a later day: what is seen now is as fresh then.
fn forward(request: &mut Request, day: Date) {
    let days = Date::of(request.now).days_until(day).max(0);
    let later = |at: Timestamp| {
        at.saturating_add(SignedDuration::from_hours(24 * days))
            .unwrap_or(Timestamp::MAX)
    };
    request.now = later(request.now);
    for view in request.fleet.clusters.values_mut() {
        if let Fact::Known { observed_at, .. } = &mut view.capacity {
            *observed_at = later(*observed_at);
        }
        if let Fact::Known { observed_at, .. } = &mut view.copies {
            *observed_at = later(*observed_at);
        }
    }
}

fn long_ago(now: Timestamp) -> Timestamp {
    now.saturating_sub(LONG_AGO).unwrap_or(Timestamp::MIN)
}

fn lost(detected_at: Timestamp) -> Contact {
    Contact::Lost {
        last_heartbeat: detected_at,
        detected_at,
    }
}

#[cfg(test)]
mod tests;
