//! What the linter holds against a plan.
use crate::lint::Fault;
use crate::say::Say;

impl Say for Fault {
    fn dutch(&self) -> String {
        match self {
            Self::Undecided => "heeft geen besluit".to_owned(),
            Self::UnknownWorkload => "heeft een besluit, maar is geen applicatie".to_owned(),
            Self::UnknownCluster { cluster } => format!("het cluster {cluster} hoort niet bij de vloot"),
            Self::TargetIsSource => "gaat naar de plek waar de applicatie al staat".to_owned(),
            Self::SourceIsNotHome { source } => {
                format!("gaat weg van {source}, waar de applicatie niet staat")
            }
            Self::TargetIsNotDesired { target } => {
                format!("gaat naar {target}, waar de applicatie niet hoeft te staan")
            }
            Self::Forbidden { cluster, rule } => format!("gaat naar {cluster}, wat verboden is ({rule})"),
            Self::CapacityExceeded { cluster } => format!("gaat naar {cluster}, dat te vol wordt"),
            Self::CapacityUnseen { cluster } => {
                format!("gaat naar {cluster}, waarvan de ruimte niet te zien is")
            }
            Self::MovedFromAllowedHome { cluster } => {
                format!("gaat weg van {cluster}, waar de applicatie mag staan")
            }
            Self::MovedOnUnclearFacts { cluster } => {
                format!("gaat weg van {cluster}, dat alleen door onduidelijke gegevens verboden is")
            }
            Self::MoveUnderWay => "verhuist terwijl er al een verhuizing bezig is".to_owned(),
            Self::NotAutomatic => "verhuist, en geen beleid laat de daemon dat starten".to_owned(),
            Self::NotFenced => {
                "wijkt uit, maar er mag maar één kopie actief zijn en de oude is niet stilgezet".to_owned()
            }
            Self::SeveralActive => {
                "verhuist, maar er mag maar één kopie actief zijn en er zijn er meer".to_owned()
            }
            Self::NotCaptured => "wijkt uit zonder vastlegging om mee te starten".to_owned(),
            Self::NotLost { cluster } => format!("wijkt uit van {cluster}, dat niet is weggevallen"),
            Self::TooEarly => "wijkt te vroeg uit".to_owned(),
            Self::LossMisstated => "wijkt uit om een andere reden dan is gezien".to_owned(),
            Self::StaleFacts { cluster } => {
                format!("verhuist, maar wat er op {cluster} staat is te lang geleden gezien")
            }
            Self::HubSuspect => {
                "verhuist terwijl deze hub het grootste deel van de vloot niet ziet".to_owned()
            }
            Self::LessSensitiveThanItsData { data } => {
                format!("geldt als minder gevoelig dan {data}, waarvan de gegevens worden gebruikt")
            }
            Self::NotApproved { cluster } => {
                format!("gaat naar {cluster}, wat minder autonoom is, en niemand heeft dat goedgekeurd")
            }
            Self::NoStandby => "heeft geen reserve, en een beleid vraagt die".to_owned(),
            Self::StandbyUnfit { cluster, rule } => {
                format!("heeft ruimte op {cluster}, waar de applicatie niet heen kan ({rule})")
            }
            Self::Conflict { with } => format!("verhuist tegelijk met {with}, in dezelfde namespace"),
        }
    }
}
