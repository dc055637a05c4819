//! What the target's own dry run says of each object, and of a Pod of each.
//!
//! Invariant: an answer that is no clear yes or no is Unknown, with its reason.

use havenmeester_portability::said::Unseen;
use std::collections::{BTreeMap, BTreeSet};

use havenmeester_fleet::Member;
use havenmeester_portability::{DryRunFact, Existing, Fact, ObjectKey, Planned, faithful, sample_pods};
use serde_json::Value;

use super::scratch::Space;
use crate::{
    abreast::abreast,
    create::Overwrite,
    cx::{Cargo, Cx},
    errors::{Category, MemberError, code, words},
    namespace,
    objects::{self, Rehearsed},
};

/// The name under which an object is tried when its own is taken there.
const STAND_IN_NAME: &str = "havenmeester-dry-run";

/// What the target said of one object.
pub(super) struct Said {
    pub(super) fact: DryRunFact,
    pub(super) warnings: BTreeSet<String>,
}

impl From<DryRunFact> for Said {
    fn from(fact: DryRunFact) -> Self {
        Self {
            fact,
            warnings: BTreeSet::new(),
        }
    }
}

/// What stands there, and what the target's own dry run says.
pub(super) struct Tried {
    pub(super) existing: Fact<Vec<Existing>>,
    pub(super) dry_run: BTreeMap<ObjectKey, DryRunFact>,
    pub(super) warnings: BTreeMap<ObjectKey, BTreeSet<String>>,
}

impl Tried {
    fn add(&mut self, key: ObjectKey, said: Said) {
        if !said.warnings.is_empty() {
            self.warnings.insert(key.clone(), said.warnings);
        }
        self.dry_run.insert(key, said.fact);
    }
}

pub(super) async fn objects(
    cx: &Cx<'_>,
    target: &Member,
    cargo: &Cargo,
    space: &Space,
) -> Result<Tried, MemberError> {
    let name = cx.moving.namespace();
    let exists = matches!(space, Space::Own(_));
    let may = Overwrite::of(cx, target, false).await?;
    let asked: Vec<&Planned> = cargo.objects.iter().collect();
    let existing = if exists {
        existing(target, &asked, may).await
    } else {
        Fact::Known(Vec::new())
    };
    let said = match space.name() {
        None => {
            let why = Unseen::NowhereToTry {
                namespace: name.to_owned(),
            };
            let unknown = |one: &&Planned| (one.key.clone(), DryRunFact::Unknown { why: why.clone() }.into());
            asked.iter().map(unknown).collect()
        }
        Some(space) => try_all(target, &asked, space, name, &existing).await,
    };
    let mut tried = Tried {
        existing,
        dry_run: BTreeMap::new(),
        warnings: BTreeMap::new(),
    };
    for (key, said) in said {
        tried.add(key, said);
    }
    let own = namespace::key(name);
    if let Some(one) = cargo.said.objects.iter().find(|one| one.key == own) {
        let said = if exists {
            DryRunFact::Accepted.into()
        } else {
            try_one(target, &one.key, &one.object, None, &BTreeSet::new()).await
        };
        tried.add(own, said);
    }
    Ok(tried)
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
            Err(error) => return Fact::unknown(error.unseen()),
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
) -> Vec<(ObjectKey, Said)> {
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
    abreast(tries.collect()).await
}

/// Tries one object in a namespace that is there.
async fn try_one(
    target: &Member,
    key: &ObjectKey,
    object: &Value,
    space: Option<&str>,
    coming: &BTreeSet<(&str, &str)>,
) -> Said {
    let (mut key, mut object) = (key.clone(), object.clone());
    if let Some(space) = space {
        key.namespace = Some(space.to_owned());
        object["metadata"]["namespace"] = space.into();
    }
    match objects::rehearse(target, &key, &object).await {
        Ok(Rehearsed::Kept { kept, warnings }) => return judged(&key, &object, &kept, warnings),
        Ok(Rehearsed::AlreadyThere) => {}
        Err(error) if waits_for_role(&error, &object, coming) => return DryRunFact::Accepted.into(),
        Err(error) => return said(error).into(),
    }
    STAND_IN_NAME.clone_into(&mut key.name);
    object["metadata"]["name"] = STAND_IN_NAME.into();
    match objects::rehearse(target, &key, &object).await {
        Ok(Rehearsed::Kept { kept, warnings }) => judged(&key, &object, &kept, warnings),
        Ok(Rehearsed::AlreadyThere) => DryRunFact::Unknown {
            why: Unseen::NameTaken,
        }
        .into(),
        Err(error) => said(error).into(),
    }
}

/// Whether what would be kept is what was sent: a move compares the two in its end.
fn judged(key: &ObjectKey, sent: &Value, kept: &Value, warnings: BTreeSet<String>) -> Said {
    let fields: BTreeSet<String> = faithful(sent, kept)
        .into_iter()
        .map(|difference| difference.path)
        .filter(|path| !(crate::owned::is_data(key) && path.starts_with("spec")))
        .collect();
    let fact = if fields.is_empty() {
        DryRunFact::Accepted
    } else {
        DryRunFact::Changed { fields }
    };
    Said { fact, warnings }
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
async fn try_over(target: &Member, one: &Planned, live: &Value) -> Said {
    if faithful(&one.object, live).is_empty() || crate::owned::is_data(&one.key) {
        return DryRunFact::Accepted.into();
    }
    let mut next = one.object.clone();
    let mut version = live["metadata"]["resourceVersion"].clone();
    for _ in 0..LOOKS {
        next["metadata"]["resourceVersion"] = version;
        match objects::rehearse_over(target, &one.key, &next).await {
            Ok((kept, warnings)) => return judged(&one.key, &one.object, &kept, warnings),
            Err(error) if error.category() == Category::Conflict => {}
            Err(error) => return said(error).into(),
        }
        version = match objects::get(target, &one.key).await {
            Ok(Some(now)) => now["metadata"]["resourceVersion"].clone(),
            Ok(None) => {
                let why = Unseen::WentAway {
                    object: one.key.to_string(),
                };
                return DryRunFact::Unknown { why }.into();
            }
            Err(error) => return said(error).into(),
        };
    }
    let why = Unseen::KeptChanging {
        object: one.key.to_string(),
    };
    DryRunFact::Unknown { why }.into()
}

/// A clear no is Refused. A webhook with side effects, a crash, silence: Unknown.
fn said(error: MemberError) -> DryRunFact {
    let why = error.unseen();
    let MemberError::Request { source, .. } = error else {
        return DryRunFact::Unknown { why };
    };
    let message = words(&source);
    // What the API server asks before it admits an object did not answer it.
    if code(&source) == Some(500) {
        return DryRunFact::Failed { message };
    }
    // A 400 may be about the object, or a webhook that supports no dry runs: only its words tell.
    let clear = matches!(code(&source), Some(403 | 409 | 413 | 422));
    if !clear {
        return DryRunFact::Unknown { why };
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

/// Sample Pods: a Deployment passes where its Pods are refused. None where nothing there judges as it will.
pub(super) async fn pods(
    target: &Member,
    cargo: &Cargo,
    space: &Space,
) -> Option<BTreeMap<ObjectKey, DryRunFact>> {
    let space = space.name().filter(|_| space.is_alike())?;
    let samples = sample_pods(&cargo.said).into_iter().filter_map(|mut pod| {
        let key = ObjectKey::from_value(&pod).ok()?;
        // Its own account comes with the move; the one that every namespace has stands in.
        if let Some(spec) = pod.get_mut("spec").and_then(Value::as_object_mut) {
            spec.remove("serviceAccountName");
            spec.remove("serviceAccount");
        }
        Some((key, pod))
    });
    let tries = samples.map(|(key, pod)| async move {
        let said = try_one(target, &key, &pod, Some(space), &BTreeSet::new()).await;
        // What a Pod is given beside what its template says is its controller's business.
        let fact = match said.fact {
            DryRunFact::Changed { .. } => DryRunFact::Accepted,
            fact @ (DryRunFact::Accepted
            | DryRunFact::Refused { .. }
            | DryRunFact::Failed { .. }
            | DryRunFact::Unknown { .. }) => fact,
        };
        (key, fact)
    });
    let tries: Vec<_> = tries.collect();
    Some(abreast(tries).await.into_iter().collect())
}
