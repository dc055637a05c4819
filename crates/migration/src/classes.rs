//! What the source calls its classes, also when it is lost.
//!
//! Not here: mapping them (`portability`). Invariant: a lost source is not asked.

use havenmeester_api::{
    MemberCluster,
    member::{Classes, StorageKind},
};
use havenmeester_portability::{ClusterClasses, StorageClassKind};
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
            verb: "reading",
            object: format!("MemberCluster {}", cx.moving.source),
            source: Box::new(source),
        })?;
    Ok(found
        .map(|member| written(&member.spec.classes))
        .unwrap_or_default())
}

fn written(classes: &Classes) -> ClusterClasses {
    let kind = |kind: StorageKind| match kind {
        StorageKind::RwoFast => StorageClassKind::RwoFast,
        StorageKind::Rwo => StorageClassKind::Rwo,
        StorageKind::Rwx => StorageClassKind::Rwx,
        StorageKind::Block => StorageClassKind::Block,
    };
    ClusterClasses {
        storage: classes
            .storage
            .iter()
            .map(|class| (kind(class.kind), class.name.clone()))
            .collect(),
        default_storage: None,
        ingress: classes.ingress.clone(),
        gateway: None,
    }
}
