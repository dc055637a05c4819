//! What is to be done, what it waits for, and what is wrong with where a workload stands.
use super::words::{category, countries, day, listed, moment};
use crate::apart::Apart;
use crate::approval::{Asked, Ground};
use crate::decision::{Action, Violation, Waiting};
use crate::paused::Paused;
use crate::say::Say;

impl Say for Waiting {
    fn dutch(&self) -> String {
        match self {
            Self::Moving { migration } => format!("de verhuizing {migration} is bezig"),
            Self::NoClusterFits => "geen enkel cluster mag de applicatie hebben".to_owned(),
            Self::ManualMigration { target, policy } => by_hand("verhuizing", target, policy.as_deref()),
            Self::ManualFailover { target, policy } => by_hand("uitwijk", target, policy.as_deref()),
            Self::FailoverDelay { target, at } => format!(
                "uitwijk naar {target} op {}, tenzij het cluster eerder antwoord geeft",
                moment(*at)
            ),
            Self::NotFenced { cluster } => format!(
                "er mag maar één kopie actief zijn, en de kopie op {cluster}, dat is weggevallen, kan niet worden stilgezet"
            ),
            Self::NotCaptured { cluster } => {
                format!("{cluster} is weggevallen, en er is geen vastlegging om mee te starten")
            }
            Self::HomeUncertain { cluster } => format!(
                "niet bekend is wat er op {cluster} staat: het geeft geen antwoord, of is te lang geleden gezien"
            ),
            Self::HubSuspectsItself { lost, of } => {
                format!("{lost} van de {of} clusters zijn weggevallen: misschien is deze hub zelf afgesloten")
            }
            Self::NotFound => "op de verwachte plek is niets van de applicatie te zien".to_owned(),
            Self::FactsUnclear { cluster, why } => format!(
                "of de applicatie op {cluster} mag blijven, hangt af van gegevens die onduidelijk zijn: {}",
                why.dutch()
            ),
            Self::SeveralActive { clusters } => format!(
                "er mag maar één kopie actief zijn, en er zijn er actief op {}: een medewerker moet zeggen welke telt",
                listed(clusters, "en")
            ),
            Self::Approval(asked) => format!(
                "iemand moet goedkeuren dat de applicatie gaat naar {}",
                asked.dutch()
            ),
            Self::OnRoute { cluster, until } => format!(
                "{cluster} is een stap van de route, tot en met {}; de applicatie gaat verder zodra een cluster haar mag hebben",
                day(*until)
            ),
            Self::SharesNamespace { with } => {
                format!("{with} staat in dezelfde namespace, en verhuist eerst")
            }
        }
    }
}

fn by_hand(what: &str, target: &str, policy: Option<&str>) -> String {
    match policy {
        Some(policy) => format!("het beleid {policy} laat de {what} naar {target} over aan een medewerker"),
        None => format!("geen beleid start de {what} naar {target} vanzelf; een medewerker kan dat doen"),
    }
}

impl Say for Paused {
    fn dutch(&self) -> String {
        let Self {
            migration,
            target,
            why,
            again,
        } = self;
        format!(
            "de applicatie wacht: {migration} naar {target} is niet gelukt ({why}); op zijn vroegst opnieuw op {}",
            moment(*again)
        )
    }
}

impl Say for Action {
    fn dutch(&self) -> String {
        match self {
            Self::Stay => "de applicatie blijft staan".to_owned(),
            Self::Relocate { source, target } => {
                format!("de applicatie verhuist van {source} naar {target}")
            }
            Self::FailOver {
                source,
                target,
                last_heartbeat,
                ..
            } => format!(
                "de applicatie wijkt uit van {source}, stil sinds {}, naar {target}",
                moment(*last_heartbeat)
            ),
            Self::Wait(waiting) => format!("de applicatie wacht: {}", waiting.dutch()),
        }
    }
}

impl Say for Violation {
    fn dutch(&self) -> String {
        match self {
            Self::Placement { cluster, refusal } => {
                format!("mag niet op {cluster} staan: {}", refusal.dutch())
            }
            Self::SeveralActive { clusters } => format!(
                "er mag maar één kopie actief zijn, en er zijn er actief op {}",
                listed(clusters, "en")
            ),
            Self::NoStandby {
                policy,
                apart,
                cluster,
            } => format!(
                "{policy}: geen cluster met ruimte kan reserve zijn voor {cluster} {}",
                apart_by(apart)
            ),
            Self::StrayCopy { clusters } => {
                format!(
                    "ook actief op een andere plek, namelijk op {}",
                    listed(clusters, "en")
                )
            }
        }
    }
}

impl Say for Ground {
    fn dutch(&self) -> String {
        match self {
            Self::Hyperscaler {
                category: seen,
                countries: laws,
            } => {
                let seen = category(*seen);
                let laws = if laws.is_empty() {
                    String::new()
                } else {
                    format!(" (het recht van {})", countries(laws, "en"))
                };
                format!("{seen} die niet autonoom is{laws}; de gemeenteraad wordt geïnformeerd")
            }
            Self::LessAutonomous => {
                "de applicatie gaat van een autonome plek naar een plek die dat niet is".to_owned()
            }
            Self::Policy { policy } => format!("het beleid {policy} laat elke verhuizing goedkeuren"),
            Self::Route {
                policy, route, end, ..
            } => format!(
                "een stap van de route {route} van {policy}, die eindigt op {end}, naar een plek die {policy} verbiedt"
            ),
        }
    }
}

impl Say for Asked {
    fn dutch(&self) -> String {
        let grounds: Vec<String> = self.grounds.iter().map(Say::dutch).collect();
        let until = self
            .until()
            .map_or_else(String::new, |until| format!("; tot en met {}", day(until)));
        format!("{}: {}{until}", self.target, grounds.join("; "))
    }
}

impl Say for Apart {
    fn dutch(&self) -> String {
        match self {
            Self::Cluster => "op een ander cluster",
            Self::Provider => "bij een andere leverancier",
            Self::Jurisdiction => "onder een andere rechtsmacht",
        }
        .to_owned()
    }
}

/// How far apart.
pub(super) fn apart_by(apart: &[Apart]) -> String {
    let told: Vec<String> = apart.iter().map(Say::dutch).collect();
    listed(&told, "en")
}
