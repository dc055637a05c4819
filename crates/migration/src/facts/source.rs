//! What is seen of the source: does it serve, and could we stop and remove it?
//!
//! Invariant: reads and access reviews only; a source that does not answer is unknown.

use std::collections::BTreeSet;

use havenmeester_api::migration::MigrationStatus;
use havenmeester_fleet::Member;
use havenmeester_portability::{AccessFact, AccessNeed, Fact, ObjectKey, Planned, SourceFact, Verb};
use serde_json::Value;

use crate::{
    abreast::abreast,
    cx::{Cargo, Cx},
    errors::MemberError,
    objects,
};

/// Kinds that serve or hold data.
const WORKING: [&str; 4] = ["DaemonSet", "Deployment", "PersistentVolumeClaim", "StatefulSet"];

pub(super) async fn look(cx: &Cx<'_>, status: &MigrationStatus, cargo: &Cargo) -> Fact<SourceFact> {
    let source = match cx.source().await {
        Ok(source) => source,
        Err(error) => return Fact::unknown(error.unseen()),
    };
    let working: Vec<&Planned> = cargo
        .objects
        .iter()
        .filter(|one| WORKING.contains(&one.key.kind.as_str()))
        .collect();
    let keys: Vec<ObjectKey> = working.iter().map(|one| one.key.clone()).collect();
    let looks = keys
        .iter()
        .map(|key| async { objects::get(&source, key).await })
        .collect();
    let mut live: Vec<Value> = Vec::new();
    for look in abreast(looks).await {
        match look {
            Ok(found) => live.extend(found),
            Err(MemberError::NotServed { .. }) => {}
            Err(error) => return Fact::unknown(error.unseen()),
        }
    }
    let stopped: BTreeSet<AccessNeed> = keys
        .iter()
        .filter(|key| key.kind != "PersistentVolumeClaim")
        .flat_map(|key| {
            [Verb::Patch, Verb::Delete].map(|verb| AccessNeed {
                verb,
                gvk: key.gvk(),
                namespace: key.namespace.clone(),
            })
        })
        .collect();
    Fact::Known(SourceFact {
        live,
        access: access(&source, stopped).await,
        capture_age: status
            .measured
            .state_of
            .as_ref()
            .map(|of| cx.now().duration_since(of.0).as_secs().max(0)),
    })
}

/// What a member answers about permissions.
pub(super) async fn access(member: &Member, needs: BTreeSet<AccessNeed>) -> Vec<AccessFact> {
    let answers = needs.into_iter().map(|need| async move {
        let allowed = super::may(member, &need)
            .await
            .unwrap_or_else(|error| Fact::unknown(error.unseen()));
        AccessFact { need, allowed }
    });
    abreast(answers.collect()).await
}
