//! What the target answers to the questions of a preflight.
//!
//! Not here: judging it (`portability::preflight`). Invariant: only server-side dry runs, reads and access reviews;
//! an answer that is no clear yes or no is Unknown, with its reason.

use std::collections::{BTreeMap, BTreeSet};

use havenmeester_fleet::Member;
use havenmeester_portability::{
    AccessFact, AccessNeed, DryRunFact, Existing, Fact, Gvk, ObjectKey, Planned, QuotaFact, TargetFacts,
    Versions, access_needed, faithful, sample_pods,
};
use serde_json::Value;

use crate::{
    abreast::abreast,
    create::Overwrite,
    cx::{Cargo, Cx},
    errors::{Category, MemberError, code},
    namespace::{self, is_narrow},
    objects::{self, Created},
    served::resource,
};

/// The namespace in which objects are tried whose own namespace is not there yet. It stands in every cluster.
const STAND_IN: &str = "default";

/// The name under which an object is tried when its own is taken there.
const STAND_IN_NAME: &str = "havenmeester-dry-run";

/// What was found out, and how.
pub(crate) struct Found {
    pub(crate) facts: TargetFacts,
    /// One sentence on what was done.
    pub(crate) how: String,
}

/// Asks everything.
pub(crate) async fn collect(cx: &Cx<'_>, target: &Member, cargo: &Cargo) -> Result<Found, MemberError> {
    let name = cx.moving.namespace();
    let exists = namespace::look(target, name).await?.is_some();
    let tried = try_objects(cx, target, cargo, exists).await?;
    let facts = TargetFacts {
        at: Some(cx.now()),
        version: versions(cx),
        served: served(target),
        access: access(target, cargo).await,
        dry_run: tried.dry_run,
        pods: if exists {
            Some(pods(target, cargo).await)
        } else {
            None
        },
        quota: if exists {
            quota(target, name).await
        } else {
            Fact::Known(Vec::new())
        },
        storage_classes: or_said(
            names(target, "storage.k8s.io", "StorageClass").await,
            target
                .classes
                .storage
                .values()
                .chain(&target.classes.default_storage),
        ),
        ingress_classes: or_said(
            names(target, "networking.k8s.io", "IngressClass").await,
            target.classes.ingress.iter(),
        ),
        priority_classes: names(target, "scheduling.k8s.io", "PriorityClass").await,
        runtime_classes: names(target, "node.k8s.io", "RuntimeClass").await,
        namespace_exists: Fact::Known(exists),
        existing: tried.existing,
        ..TargetFacts::default()
    };
    let asked = cargo.objects.len();
    let how = if exists {
        format!("{asked} objects tried in namespace {name}")
    } else {
        format!("{asked} objects tried in namespace {STAND_IN}, because {name} is not there yet")
    };
    Ok(Found { facts, how })
}

/// What stands there, and what the target's own dry run says.
struct Tried {
    existing: Fact<Vec<Existing>>,
    dry_run: BTreeMap<ObjectKey, DryRunFact>,
}

async fn try_objects(
    cx: &Cx<'_>,
    target: &Member,
    cargo: &Cargo,
    exists: bool,
) -> Result<Tried, MemberError> {
    let name = cx.moving.namespace();
    let may = Overwrite::of(cx, target, false).await?;
    let asked: Vec<&Planned> = cargo.objects.iter().collect();
    let existing = if exists {
        existing(target, &asked, may).await
    } else {
        Fact::Known(Vec::new())
    };
    let space = if exists { name } else { STAND_IN };
    let mut dry_run = if !exists && is_narrow(target) {
        let why = format!("namespace {name} is not there, and our credentials reach no other");
        let unknown = |one: &&Planned| (one.key.clone(), DryRunFact::Unknown { why: why.clone() });
        asked.iter().map(unknown).collect()
    } else {
        try_all(target, &asked, space, name, &existing).await
    };
    let own = namespace::key(name);
    if let Some(one) = cargo.said.objects.iter().find(|one| one.key == own) {
        let tried = if exists {
            DryRunFact::Accepted
        } else {
            try_one(target, &one.key, &one.object, None, &BTreeSet::new()).await
        };
        dry_run.insert(own, tried);
    }
    Ok(Tried { existing, dry_run })
}

fn versions(cx: &Cx<'_>) -> Fact<Versions> {
    let view = cx.deps.fleet.view();
    let version = |cluster: &str| view.get(cluster).and_then(|member| member.version.clone());
    version(&cx.moving.target).map_or_else(
        || Fact::unknown("the target's version was not seen"),
        |target| {
            Fact::Known(Versions {
                source: version(&cx.moving.source),
                target,
            })
        },
    )
}

fn served(target: &Member) -> Fact<BTreeSet<Gvk>> {
    let kinds: BTreeSet<Gvk> = target.served.kinds().cloned().collect();
    if kinds.is_empty() {
        Fact::unknown("the target's kinds were not seen")
    } else {
        Fact::Known(kinds)
    }
}

async fn access(target: &Member, cargo: &Cargo) -> Vec<AccessFact> {
    let needs: Vec<AccessNeed> = access_needed(&cargo.said).into_iter().collect();
    let answers = needs.into_iter().map(|need| async move {
        let allowed = may(target, &need)
            .await
            .unwrap_or_else(|error| Fact::unknown(error.sentence()));
        AccessFact { need, allowed }
    });
    abreast(answers.collect()).await
}

async fn may(target: &Member, need: &AccessNeed) -> Result<Fact<bool>, MemberError> {
    let at = resource(target, &need.gvk)?;
    objects::may(target, &at, need.namespace.as_deref(), need.verb.name())
        .await
        .map(Fact::Known)
}

/// What stands there under the planned names.
async fn existing(target: &Member, asked: &[&Planned], may: Overwrite) -> Fact<Vec<Existing>> {
    let looks = asked
        .iter()
        .map(|one| async move { (*one, objects::get(target, &one.key).await) });
    let looks: Vec<_> = abreast(looks.collect()).await;
    let mut found = Vec::new();
    for (one, look) in looks {
        match look {
            Ok(Some(live)) => found.push(Existing {
                key: one.key.clone(),
                ours: may.allows(&live) || faithful(&one.object, &live).is_empty(),
                live: Some(live),
            }),
            // What is not served is its own finding.
            Ok(None) | Err(MemberError::NotServed { .. }) => {}
            Err(error) => return Fact::unknown(error.sentence()),
        }
    }
    Fact::Known(found)
}

async fn try_all(
    target: &Member,
    asked: &[&Planned],
    space: &str,
    own: &str,
    existing: &Fact<Vec<Existing>>,
) -> BTreeMap<ObjectKey, DryRunFact> {
    let there: BTreeMap<&ObjectKey, &Value> = match existing {
        Fact::Known(found) => found
            .iter()
            .filter_map(|one| Some((&one.key, one.live.as_ref()?)))
            .collect(),
        Fact::Unknown { .. } => BTreeMap::new(),
    };
    let coming: BTreeSet<(&str, &str)> = asked
        .iter()
        .filter(|one| matches!(one.key.kind.as_str(), "Role" | "ClusterRole"))
        .map(|one| (one.key.kind.as_str(), one.key.name.as_str()))
        .collect();
    let coming = &coming;
    let tries = asked.iter().map(|one| {
        let live = there.get(&one.key).copied();
        async move {
            let in_own = one.key.namespace.as_deref() == Some(own);
            let fact = if let Some(live) = live {
                try_over(target, one, live).await
            } else {
                let space = if in_own {
                    Some(space)
                } else {
                    one.key.namespace.as_deref()
                };
                try_one(target, &one.key, &one.object, space, coming).await
            };
            (one.key.clone(), fact)
        }
    });
    abreast(tries.collect()).await.into_iter().collect()
}

/// Tries one object in a namespace that is there.
async fn try_one(
    target: &Member,
    key: &ObjectKey,
    object: &Value,
    space: Option<&str>,
    coming: &BTreeSet<(&str, &str)>,
) -> DryRunFact {
    let (mut key, mut object) = (key.clone(), object.clone());
    if let Some(space) = space {
        key.namespace = Some(space.to_owned());
        object["metadata"]["namespace"] = space.into();
    }
    match objects::create(target, &key, &object, true).await {
        Ok(Created::Yes) => return DryRunFact::Accepted,
        Ok(Created::AlreadyThere) => {}
        Err(error) if waits_for_role(&error, &object, coming) => return DryRunFact::Accepted,
        Err(error) => return said(error),
    }
    STAND_IN_NAME.clone_into(&mut key.name);
    object["metadata"]["name"] = STAND_IN_NAME.into();
    match objects::create(target, &key, &object, true).await {
        Ok(Created::Yes) => DryRunFact::Accepted,
        Ok(Created::AlreadyThere) => DryRunFact::Unknown {
            why: "its name is taken where it was tried".to_owned(),
        },
        Err(error) => said(error),
    }
}

/// Whether a binding was refused only because its role is not there yet and comes with the move. Whether we may give
/// what the role gives is answered by the dry run of the role itself.
fn waits_for_role(error: &MemberError, object: &Value, coming: &BTreeSet<(&str, &str)>) -> bool {
    let MemberError::Request { source, .. } = error else {
        return false;
    };
    let field = |name: &str| {
        object
            .pointer(&format!("/roleRef/{name}"))
            .and_then(Value::as_str)
    };
    let role = field("kind").zip(field("name"));
    code(source) == Some(404) && role.is_some_and(|role| coming.contains(&role))
}

/// How often an object that changes under a try is looked at again. A rollout writes statuses for some seconds, each
/// try takes some milliseconds: twice in a row is chance, five times is something that does not come to rest.
const LOOKS: usize = 5;

/// Tries to put one object over what stands there. Another version than was seen is no answer: it is looked at again.
async fn try_over(target: &Member, one: &Planned, live: &Value) -> DryRunFact {
    if faithful(&one.object, live).is_empty() || crate::owned::is_data(&one.key) {
        return DryRunFact::Accepted;
    }
    let mut next = one.object.clone();
    let mut version = live["metadata"]["resourceVersion"].clone();
    for _ in 0..LOOKS {
        next["metadata"]["resourceVersion"] = version;
        match objects::replace(target, &one.key, &next, true).await {
            Ok(()) => return DryRunFact::Accepted,
            Err(error) if error.category() == Category::Conflict => {}
            Err(error) => return said(error),
        }
        version = match objects::get(target, &one.key).await {
            Ok(Some(now)) => now["metadata"]["resourceVersion"].clone(),
            Ok(None) => {
                let why = format!("{} went away while it was tried", one.key);
                return DryRunFact::Unknown { why };
            }
            Err(error) => return said(error),
        };
    }
    let why = format!("{} changed each time that it was tried", one.key);
    DryRunFact::Unknown { why }
}

/// A clear no is Refused. A webhook with side effects, a crash, silence: Unknown.
fn said(error: MemberError) -> DryRunFact {
    let message = error.sentence();
    let MemberError::Request { source, .. } = error else {
        return DryRunFact::Unknown { why: message };
    };
    // A 400 may be about the object, or a webhook that supports no dry runs: only its words tell.
    let clear = matches!(code(&source), Some(403 | 409 | 413 | 422));
    if !clear {
        return DryRunFact::Unknown { why: message };
    }
    let field = if let kube::Error::Api(status) = source.as_ref() {
        status.details.as_ref().and_then(|details| details.causes.first())
    } else {
        None
    };
    let field = field
        .map(|cause| cause.field.clone())
        .filter(|field| !field.is_empty());
    DryRunFact::Refused { field, message }
}

/// Sample Pods: a Deployment passes where its Pods are refused.
async fn pods(target: &Member, cargo: &Cargo) -> BTreeMap<ObjectKey, DryRunFact> {
    let samples = sample_pods(&cargo.said).into_iter().filter_map(|mut pod| {
        let key = ObjectKey::from_value(&pod).ok()?;
        // Its own account comes with the move; the one that every namespace has stands in.
        if let Some(spec) = pod.get_mut("spec").and_then(Value::as_object_mut) {
            spec.remove("serviceAccountName");
            spec.remove("serviceAccount");
        }
        Some((key, pod))
    });
    let tries = samples.into_iter().map(|(key, pod)| async move {
        let fact = try_one(target, &key, &pod, None, &BTreeSet::new()).await;
        (key, fact)
    });
    abreast(tries.collect()).await.into_iter().collect()
}

async fn quota(target: &Member, namespace: &str) -> Fact<Vec<QuotaFact>> {
    let listed = match objects::list(target, &Gvk::new("", "v1", "ResourceQuota"), namespace).await {
        Ok(listed) => listed,
        Err(MemberError::NotServed { .. }) => return Fact::Known(Vec::new()),
        Err(error) => return Fact::unknown(error.sentence()),
    };
    let amounts = |object: &Value, of: &str| -> BTreeMap<String, String> {
        let map = object.pointer(of).and_then(Value::as_object);
        let pairs = map.into_iter().flatten();
        pairs
            .filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())))
            .collect()
    };
    let read = |object: &Value| {
        let key = ObjectKey::from_value(object).ok()?;
        Some(QuotaFact {
            namespace: namespace.to_owned(),
            name: key.name,
            // A quota that was never counted has its limits in the spec only.
            hard: Some(amounts(object, "/status/hard"))
                .filter(|hard| !hard.is_empty())
                .unwrap_or_else(|| amounts(object, "/spec/hard")),
            used: amounts(object, "/status/used"),
        })
    };
    Fact::Known(listed.iter().filter_map(read).collect())
}

/// What cannot be seen with narrow credentials is what the MemberCluster says that there is, if it says anything.
fn or_said<'n>(
    seen: Fact<BTreeSet<String>>,
    said: impl Iterator<Item = &'n String>,
) -> Fact<BTreeSet<String>> {
    let said: BTreeSet<String> = said.cloned().collect();
    match seen {
        Fact::Unknown { .. } if !said.is_empty() => Fact::Known(said),
        Fact::Known(_) | Fact::Unknown { .. } => seen,
    }
}

/// The names of all objects of a cluster-scoped kind.
async fn names(target: &Member, group: &str, kind: &str) -> Fact<BTreeSet<String>> {
    let gvk = Gvk::new(group, "v1", kind);
    match objects::list_all(target, &gvk).await {
        Ok(found) => {
            let name = |object: &Value| {
                object
                    .pointer("/metadata/name")
                    .and_then(Value::as_str)
                    .map(str::to_owned)
            };
            Fact::Known(found.iter().filter_map(name).collect())
        }
        Err(error) if error.category() == Category::Refused && is_narrow(target) => Fact::unknown(format!(
            "our credentials on {} do not reach cluster-scoped {kind}",
            target.name
        )),
        Err(error) => Fact::unknown(error.sentence()),
    }
}
