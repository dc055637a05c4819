//! What a cluster lacks of what a policy asks.
use havenmeester_api::member::Scope;

use super::words::{core_value, day, listed};
use crate::gap::{Gap, Trait};
use crate::say::Say;

impl Say for Gap {
    fn dutch(&self) -> String {
        match self {
            Self::Haven { failed, known } => match (failed.as_slice(), known) {
                ([], _) => "voldoet niet aan Haven".to_owned(),
                (failed, true) => format!("Haven-controles die niet slagen: {}", listed(failed, "en")),
                (failed, false) => format!(
                    "Haven-controles waarvan niet bekend is of ze slagen: {}",
                    listed(failed, "en")
                ),
            },
            Self::Component { group } => format!("biedt {group} niet aan"),
            Self::Zones { seen, wanted } => format!("nodes in {seen} zones, gevraagd is minstens {wanted}"),
            Self::Scope { seen, wanted } => {
                format!("wij kunnen bij {}, gevraagd is {}", reach(*seen), reach(*wanted))
            }
            Self::NotEligible { reason, until } => match until {
                Some(until) => format!("mag niet tot en met {}: {reason}", day(*until)),
                None => format!("mag niet: {reason}"),
            },
            Self::CoreValue { value, seen, wanted } => {
                let value = core_value(*value);
                match seen {
                    Some(seen) => format!("{value} is {seen}, gevraagd is minstens {wanted}"),
                    None => format!("{value} is door niemand beoordeeld, gevraagd is minstens {wanted}"),
                }
            }
            Self::Unseen { what, why } => {
                let what = match what {
                    Trait::Haven => "de Haven-controles zijn niet te zien",
                    Trait::Components => "wat het cluster aanbiedt is niet te zien",
                    Trait::Zones => "de zones zijn niet te zien",
                };
                match why {
                    Some(why) => format!("{what} ({})", why.dutch()),
                    None => what.to_owned(),
                }
            }
        }
    }
}

/// The nearest change that would close it, where one can be named.
pub(super) fn nearest_change(gap: &Gap) -> Option<String> {
    match gap {
        Gap::Haven { failed, known: true } => match failed.as_slice() {
            [] => None,
            [one] => Some(format!("kan wel als de Haven-controle {one} slaagt")),
            several => Some(format!(
                "kan wel als de Haven-controles {} slagen",
                listed(several, "en")
            )),
        },
        Gap::Component { group } => Some(format!("kan wel als het {group} aanbiedt")),
        Gap::Zones { wanted, .. } => Some(format!("kan wel met nodes in {wanted} zones")),
        Gap::NotEligible { until, .. } => until.map(|until| format!("kan wel na {}", day(until))),
        Gap::CoreValue { value, wanted, .. } => {
            Some(format!("kan wel als {} {wanted} is", core_value(*value)))
        }
        Gap::Haven { known: false, .. } | Gap::Scope { .. } | Gap::Unseen { .. } => None,
    }
}

const fn reach(scope: Scope) -> &'static str {
    match scope {
        Scope::Cluster => "het hele cluster",
        Scope::Namespaces => "enkele namespaces",
    }
}
