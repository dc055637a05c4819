//! A Workload or Migration by the name that people type: NAME, or NAMESPACE/NAME.
use havenmeester_placement::WorkloadId;

use crate::failure::BadUse;

/// Reads it; the namespace is the hub's where none is typed.
pub(crate) fn read(text: &str, namespace: &str) -> Result<WorkloadId, BadUse> {
    let (namespace, name) = text.split_once('/').unwrap_or((namespace, text));
    if namespace.is_empty() || name.is_empty() || name.contains('/') {
        return Err(BadUse(format!(
            "{text:?} names no workload; write NAME or NAMESPACE/NAME"
        )));
    }
    Ok(WorkloadId {
        namespace: namespace.to_owned(),
        name: name.to_owned(),
    })
}

#[cfg(test)]
mod tests;
