//! Why a cluster may not take a workload, and the nearest change that would admit it.
use super::words::{amount, categories, category, chain, countries, country, day, listed, moment, shortage};
use crate::decision::Refusal;
use crate::fact::Unseen;
use crate::fleet::Bar;
use crate::say::Say;
use crate::sentence::shortages;

impl Say for Refusal {
    fn dutch(&self) -> String {
        match self {
            Self::NotReachable => "geeft geen antwoord".to_owned(),
            Self::Barred { bar } => bar.dutch(),
            Self::UnknownProvider { provider } => format!("leverancier: er is geen Provider {provider:?}"),
            Self::Category { policy, seen, wanted } => {
                let seen = seen.map_or("geen", category);
                format!(
                    "{policy}: categorie is {seen}, gevraagd is {}",
                    categories(wanted)
                )
            }
            Self::Jurisdiction {
                policy,
                country,
                through,
                wanted,
            } => format!(
                "{policy}: het recht van {country} geldt hier ({}), toegestaan is alleen {}",
                chain(through),
                countries(wanted, "of")
            ),
            Self::JurisdictionDenied {
                policy,
                country,
                through,
                denied,
            } => format!(
                "{policy}: het recht van {country} geldt hier ({}), verboden is het recht van {}",
                chain(through),
                countries(denied, "en")
            ),
            Self::Adverse {
                policy,
                country,
                through,
                reason,
            } => format!(
                "{policy}: het recht van {country} geldt hier ({}), en die rechtsmacht is aangewezen als onwenselijk: {reason}",
                chain(through)
            ),
            Self::AwayFromData { data, seen, wanted } => {
                format!("gegevens: de gegevens van {data} staan in {wanted}, en dit is {seen}")
            }
            Self::SlowToData {
                data,
                cluster,
                seen,
                wanted,
            } => match seen {
                Some(seen) => format!(
                    "gegevens: de gegevens van {data} staan op {cluster}, heen en terug kost {seen} ms, gevraagd is hoogstens {wanted} ms"
                ),
                None => format!(
                    "gegevens: de gegevens van {data} staan op {cluster}, en niemand zegt hoeveel tijd heen en terug kost, gevraagd is hoogstens {wanted} ms: zet het in spec.latency van deze MemberCluster of van {cluster}"
                ),
            },
            Self::Lacks { policy, gap } => format!("{policy}: {}", gap.dutch()),
            Self::Announced { on, refusal } => format!("vanaf {}: {}", day(*on), refusal.dutch()),
            Self::OwnershipUnclear { why } => format!("de eigendom is onduidelijk: {}", why.dutch()),
            Self::Seal { policy, seen, wanted } => {
                format!("{policy}: SEAL {seen}, gevraagd is minstens {wanted}")
            }
            Self::ObjectiveSeal {
                policy,
                objective,
                seen,
                wanted,
            } => format!("{policy}: {objective} op SEAL {seen}, gevraagd is minstens {wanted}"),
            Self::Region { policy, seen, wanted } => {
                format!("{policy}: regio is {seen}, gevraagd is {}", listed(wanted, "of"))
            }
            Self::NotNamed { policy, wanted } => format!(
                "{policy}: dit cluster staat niet in de lijst, gevraagd is {}",
                listed(wanted, "of")
            ),
            Self::NamespaceOutOfReach { namespace } => {
                format!("toegang: wij kunnen niet bij de namespace {namespace}")
            }
            Self::Capacity { demand, free } => {
                let short: Vec<String> = shortages(demand, free).map(|short| shortage(&short)).collect();
                format!("ruimte: {}", short.join("; "))
            }
            Self::CapacityUnknown { why } => format!("ruimte: niet te zien ({})", why.dutch()),
        }
    }
}

/// The nearest change that would lift a refusal, where one can be named.
pub(crate) fn nearest_change(refusal: &Refusal) -> Option<String> {
    Some(match refusal {
        Refusal::Lacks { gap, .. } => return super::gap::nearest_change(gap),
        Refusal::Announced { .. } => return None,
        Refusal::NotReachable => "kan wel als het weer antwoord geeft".to_owned(),
        Refusal::Barred { .. } => "kan wel als de quarantaine voorbij is".to_owned(),
        Refusal::UnknownProvider { provider } => {
            format!("kan wel als er een Provider {provider:?} is die mag")
        }
        Refusal::Category { wanted, .. } => {
            format!(
                "kan wel bij een leverancier van de categorie {}",
                categories(wanted)
            )
        }
        Refusal::Jurisdiction { country: code, .. }
        | Refusal::JurisdictionDenied { country: code, .. }
        | Refusal::Adverse { country: code, .. } => {
            format!("kan wel als het recht van {} hier niet geldt", country(code))
        }
        Refusal::AwayFromData { data, .. } => format!("kan wel als de gegevens van {data} daar staan"),
        Refusal::SlowToData {
            cluster,
            seen,
            wanted,
            ..
        } => match seen {
            Some(_) => format!("kan wel als heen en terug naar {cluster} hoogstens {wanted} ms kost"),
            None => {
                format!(
                    "kan wel als in spec.latency staat dat heen en terug naar {cluster} hoogstens {wanted} ms kost"
                )
            }
        },
        Refusal::OwnershipUnclear { .. } => {
            "kan wel als de gegevens over de eigenaren zijn verbeterd".to_owned()
        }
        Refusal::Seal { wanted, .. } => format!("kan wel met SEAL {wanted}"),
        Refusal::ObjectiveSeal {
            objective, wanted, ..
        } => format!("kan wel met {objective} op SEAL {wanted}"),
        Refusal::Region { policy, seen, .. } => format!("kan wel als {policy} de regio {seen} noemt"),
        Refusal::NotNamed { policy, .. } => format!("kan wel als {policy} dit cluster noemt"),
        Refusal::NamespaceOutOfReach { namespace } => {
            format!("kan wel als {namespace} in spec.namespaces van het cluster staat")
        }
        Refusal::CapacityUnknown { .. } => "kan wel als de ruimte te zien is en genoeg is".to_owned(),
        Refusal::Capacity { demand, free } => {
            let short = shortages(demand, free).map(|s| amount(s.unit, s.asked.saturating_sub(s.free)));
            format!("kan wel met {} meer", listed(&short.collect::<Vec<_>>(), "en"))
        }
    })
}

impl Say for Bar {
    fn dutch(&self) -> String {
        let since = moment(self.since);
        match self.stale {
            None => format!("in quarantaine sinds {since}"),
            Some(1) => {
                format!("in quarantaine sinds {since}: van 1 oude kopie is nog niet gezien dat die stilstaat")
            }
            Some(stale) => {
                format!(
                    "in quarantaine sinds {since}: van {stale} oude kopieën is nog niet gezien dat ze stilstaan"
                )
            }
        }
    }
}

impl Say for Unseen {
    fn dutch(&self) -> String {
        match self {
            Self::NotYet => "het cluster is nog niet volledig gezien".to_owned(),
            Self::LastSeen { at } => format!("voor het laatst gezien op {}", moment(*at)),
            Self::OnlyNamespaces => {
                "wij kunnen alleen bij enkele namespaces, dus nodes zijn niet te zien".to_owned()
            }
            Self::NodesAndPodsRefused => "wij mogen nodes en pods niet zien".to_owned(),
            Self::NodesRefused => "wij mogen nodes niet zien".to_owned(),
            Self::NodesNotSeen => "de nodes zijn nog niet gezien".to_owned(),
            Self::ServedNotSeen => "nog niet gezien is wat het cluster aanbiedt".to_owned(),
            Self::NoHavenCheck => "er is geen Haven-controle van bekend".to_owned(),
            Self::HavenNotSeen => "de Haven-controles zijn niet te zien".to_owned(),
            Self::NotTold => "de daemon heeft de ruimte niet gemeld".to_owned(),
        }
    }
}
