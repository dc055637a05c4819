//! The fixed phrases of an explanation, the parts of a score, and what a forecast rests on.
use super::words::{core_value, day};
use crate::exempt::Waiver;
use crate::explain::Phrase;
use crate::say::Say;
use crate::score::Part;
use crate::waves::Limits;

impl Say for Phrase<'_> {
    fn dutch(&self) -> String {
        match self {
            Self::MayStay { id, home } => format!("{id} staat op {home} en mag daar blijven."),
            Self::MustMove { id, desired, home } => {
                format!("{id} moet op {desired} staan. De applicatie staat nu op {home}.")
            }
            Self::MustStand { id, desired } => {
                format!("{id} moet op {desired} staan. Waar de applicatie nu staat, is niet bekend.")
            }
            Self::NoClusterMay { id, home } => {
                format!("{id} staat op {home}, en geen enkel cluster mag de applicatie hebben.")
            }
            Self::Stands { id, home } => format!("{id} staat op {home}."),
            Self::Nowhere { id } => format!("Waar {id} staat, is niet bekend."),
            Self::Yes => "ja".to_owned(),
            Self::No => "nee".to_owned(),
            Self::Next { what } => format!("Volgende stap: {what}."),
            Self::Approved { asked, given } => format!(
                "Goedgekeurd door {} (Approval {}): {}.",
                given.approver,
                given.approval,
                asked.dutch()
            ),
            Self::NotApproved { asked } => format!("Goedkeuring: nog niet van plan {}.", asked.plan),
            Self::HowToApprove { asked } => {
                format!("  Goedkeuren kan met: havenmeester approve {}", asked.workload)
            }
            Self::Standby { cluster } => {
                format!("Reserve: op {cluster} is ruimte vrijgehouden voor de applicatie.")
            }
            Self::Exempt(Waiver {
                exemption,
                policy,
                rule,
                until,
            }) => format!(
                "Uitzondering op {rule} van {policy} tot en met {} (Exemption {exemption}).",
                day(*until)
            ),
            Self::Violation { what } => format!("Overtreding: {what}."),
        }
    }
}

impl Say for Part {
    fn dutch(&self) -> String {
        match self {
            Self::Value(value) => core_value(*value),
            Self::Ties => "samenhang",
            Self::Stability => "stabiliteit",
            Self::RunningCost => "kosten per maand",
            Self::CostUnknown => "kosten onbekend",
            Self::MovingCost => "kosten van verhuizen",
            Self::ForbiddenSoon => "binnenkort verboden",
            Self::StandsBy => "reserve",
        }
        .to_owned()
    }
}

impl Say for Limits {
    fn dutch(&self) -> String {
        let (each, cluster, provider) = (self.seconds_each, self.per_cluster, self.per_provider);
        let limits = format!(
            "elke verhuizing duurt {each} s; tegelijk hoogstens {cluster} verhuizingen per cluster en {provider} per leverancier"
        );
        match self.window {
            None => format!("{limits}; op elk moment van de dag"),
            Some(window) => {
                let (from, until) = window.clock();
                format!("{limits}; tussen {from} en {until} uur (UTC), uitwijken kan altijd")
            }
        }
    }
}
