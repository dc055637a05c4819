//! What the source calls its classes, also when it is lost.
//!
//! Not here: mapping them (`portability`). Invariant: a lost source is not asked.

use havenmeester_api::MemberCluster;
use havenmeester_portability::ClusterClasses;
use havenmeester_portability::said::Asked;
use kube::Api;

use crate::{cx::Cx, errors::MemberError};

/// From the cluster while it answers, else from what is written of it on the hub.
pub(crate) async fn of_source(cx: &Cx<'_>) -> Result<ClusterClasses, MemberError> {
    if let Ok(source) = cx.source().await {
        return Ok(source.classes);
    }
    let api: Api<MemberCluster> = Api::all(cx.deps.hub.clone());
    let found = api
        .get_opt(&cx.moving.source)
        .await
        .map_err(|source| MemberError::Request {
            cluster: "the hub".to_owned(),
            verb: Asked::Reading,
            object: format!("MemberCluster {}", cx.moving.source),
            source: Box::new(source),
        })?;
    Ok(found
        .map(|member| ClusterClasses::said(&member.spec.classes))
        .unwrap_or_default())
}
