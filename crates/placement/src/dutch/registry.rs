//! Why the registries of a provider are not counted on.
use crate::registry::RegistryLost;
use crate::say::Say;

impl Say for RegistryLost {
    fn dutch(&self) -> String {
        match self {
            Self::WithSource { source } => format!("het verdwijnt als {source} wordt afgesloten"),
            Self::Behind { source, entity } => {
                format!("het verdwijnt als {source} wordt afgesloten: {entity} staat achter beide")
            }
            Self::Refused { refusal } => {
                format!(
                    "geen beleid zou de workload daar laten staan: {}",
                    refusal.dutch()
                )
            }
        }
    }
}
