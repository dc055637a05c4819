//! What the target and the source answer to the questions of a preflight.
//!
//! Not here: judging it (`portability::preflight`). Invariant: only server-side dry runs, reads and access reviews, and
//! one namespace for tries that is deleted again; an answer that is no clear yes or no is Unknown, with its reason.

mod cluster; // what stands on the target
mod scratch; // a namespace for tries
mod source; // what is seen of the source
mod tries; // server-side dry runs

use havenmeester_portability::said::{Left, Tried, Unseen};
use std::collections::BTreeSet;

use havenmeester_api::migration::MigrationStatus;
use havenmeester_fleet::Member;
use havenmeester_portability::{AccessNeed, Aims, Fact, Gvk, TargetFacts, Versions, access_needed};

use crate::{
    cx::{Cargo, Cx},
    errors::MemberError,
    images, namespace, objects,
    served::resource,
};
use scratch::Space;

/// What was found out, and how.
pub(crate) struct Found {
    pub(crate) facts: TargetFacts,
    /// Where the objects were tried.
    pub(crate) tried: Tried,
    /// What could not be taken away again.
    pub(crate) left: Option<Left>,
}

/// Asks everything.
pub(crate) async fn collect(
    cx: &Cx<'_>,
    status: &MigrationStatus,
    target: &Member,
    cargo: &Cargo,
) -> Result<Found, MemberError> {
    let seen = namespace::look(target, cx.moving.namespace()).await?;
    let exists = seen.is_some();
    let space = scratch::open(cx, target, exists, cargo.namespace.as_ref()).await;
    // Closed whatever came of it.
    let tried = tokio::join!(
        tries::objects(cx, target, cargo, &space),
        tries::pods(target, cargo, &space)
    );
    let left = scratch::close(target, &space).await;
    let (tried, pods) = (tried.0?, tried.1);
    // Boxed: all questions at once are a large future, and many moves hold one.
    let (mut facts, images) = tokio::join!(
        Box::pin(general(cx, status, target, cargo)),
        Box::pin(images::look(cx, target, cargo)),
    );
    facts = within(cx, target, exists, facts).await;
    facts.images = images;
    facts.pod_security = cluster::pod_security(if exists {
        seen.as_ref()
    } else {
        cargo.namespace.as_ref()
    });
    let own = if exists {
        seen.as_ref()
    } else {
        cargo.namespace.as_ref()
    };
    facts.namespace_labels = cluster::labels(own, cx.moving.namespace());
    facts.namespace_exists = Fact::Known(exists);
    facts.existing = tried.existing;
    facts.dry_run = tried.dry_run;
    facts.warnings = tried.warnings;
    facts.pods = pods;
    let (objects, own) = (cargo.objects.len(), cx.moving.namespace().to_owned());
    let tried = match &space {
        Space::Own(name) => Tried::Own {
            objects,
            namespace: name.clone(),
        },
        Space::Scratch(name) => Tried::Scratch {
            objects,
            namespace: name.clone(),
        },
        Space::StandIn(name) => Tried::StandIn {
            objects,
            namespace: (*name).to_owned(),
            own,
        },
        Space::None => Tried::Nowhere,
    };
    Ok(Found { facts, tried, left })
}

/// What holds for the whole target, and what is seen of the source.
async fn general(cx: &Cx<'_>, status: &MigrationStatus, target: &Member, cargo: &Cargo) -> TargetFacts {
    let now = cx.now();
    let (access, source, nodes, webhooks, storage) = tokio::join!(
        source::access(target, access_needed(&cargo.said)),
        source::look(cx, status, cargo),
        cluster::nodes(target),
        cluster::webhooks(target),
        cluster::storage(target),
    );
    let (
        ingress_classes,
        priority_classes,
        runtime_classes,
        entries,
        definitions,
        owned,
        spaces,
        (behaves, skew),
    ) = tokio::join!(
        cluster::names(target, "networking.k8s.io", "IngressClass"),
        cluster::names(target, "scheduling.k8s.io", "PriorityClass"),
        cluster::names(target, "node.k8s.io", "RuntimeClass"),
        cluster::entries(target, cargo),
        cluster::definitions(target, cargo),
        cluster::owned(target, cargo),
        cluster::all(target, "", "v1", "Namespace"),
        cluster::version(cx, target),
    );
    let storage_classes = match &storage {
        Fact::Known(storage) => Fact::Known(cluster::names_of(&storage.classes)),
        Fact::Unknown { .. } => cluster::names(target, "storage.k8s.io", "StorageClass").await,
    };
    let namespaces = match spaces {
        Fact::Known(spaces) => {
            scratch::sweep(target, &spaces, now).await;
            Fact::Known(cluster::names_of(&spaces))
        }
        Fact::Unknown { why } => Fact::Unknown { why },
    };
    let said = target.classes.storage.values();
    TargetFacts {
        at: Some(now),
        version: versions(cx, behaves),
        served: served(target),
        access,
        storage_classes: cluster::or_said(storage_classes, said.chain(&target.classes.default_storage)),
        ingress_classes: cluster::or_said(ingress_classes, target.classes.ingress.iter()),
        priority_classes,
        runtime_classes,
        skew,
        webhooks: webhooks.0,
        silent_services: webhooks.1,
        definitions,
        owned,
        nodes,
        storage,
        entries,
        namespaces,
        source,
        aims: Aims {
            exclusive: cx.moving.mode == havenmeester_api::workload::Mode::Exclusive,
            rto: cx.moving.rto.map(|span| span.to_signed().as_secs()),
            rpo: cx.moving.rpo.map(|span| span.to_signed().as_secs()),
            megabits: line(cx),
        },
        ..TargetFacts::default()
    }
}

/// What stands in the workload's own namespace.
async fn within(cx: &Cx<'_>, target: &Member, exists: bool, facts: TargetFacts) -> TargetFacts {
    if !exists {
        return TargetFacts {
            quota: Fact::Known(Vec::new()),
            limit_ranges: Fact::Known(Vec::new()),
            network_policies: Fact::Known(Vec::new()),
            ..facts
        };
    }
    let name = cx.moving.namespace();
    let (limits, policies) = (
        Gvk::new("", "v1", "LimitRange"),
        Gvk::new("networking.k8s.io", "v1", "NetworkPolicy"),
    );
    let (quota, limit_ranges, network_policies) = tokio::join!(
        cluster::quota(target, name),
        cluster::within(target, &limits, name),
        cluster::within(target, &policies, name),
    );
    TargetFacts {
        quota,
        limit_ranges,
        network_policies,
        ..facts
    }
}

/// What the line between the two carries: the smaller of what their MemberClusters say.
fn line(cx: &Cx<'_>) -> Option<u32> {
    let ends = [&cx.moving.source, &cx.moving.target];
    let said = ends
        .into_iter()
        .filter_map(|name| cx.deps.fleet.declared(name)?.spec.bandwidth_megabits);
    said.min().and_then(|least| u32::try_from(least).ok())
}

fn versions(cx: &Cx<'_>, behaves: Fact<String>) -> Fact<Versions> {
    let view = cx.deps.fleet.view();
    let source = view
        .get(&cx.moving.source)
        .and_then(|member| member.version.clone());
    match behaves {
        Fact::Known(target) => Fact::Known(Versions { source, target }),
        Fact::Unknown { why } => Fact::Unknown { why },
    }
}

fn served(target: &Member) -> Fact<BTreeSet<Gvk>> {
    let kinds: BTreeSet<Gvk> = target.served.kinds().cloned().collect();
    if kinds.is_empty() {
        Fact::unknown(Unseen::KindsUnseen)
    } else {
        Fact::Known(kinds)
    }
}

async fn may(target: &Member, need: &AccessNeed) -> Result<Fact<bool>, MemberError> {
    let at = resource(target, &need.gvk)?;
    objects::may(target, &at, need.namespace.as_deref(), need.verb.name())
        .await
        .map(Fact::Known)
}
