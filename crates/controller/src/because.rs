//! Why a workload must stand where it must, in one sentence: the same in its status and in the decision log.
use havenmeester_placement::{Action, Decision};

pub(crate) fn because(decision: &Decision) -> String {
    match &decision.action {
        Action::Stay => "it may stand where it stands".to_owned(),
        Action::Relocate { source, .. } => decision
            .violations
            .first()
            .map_or_else(|| format!("it may not stand on {source}"), ToString::to_string),
        Action::FailOver { source, .. } => format!("{source} is lost"),
        Action::Wait(waiting) => waiting.to_string(),
    }
}
