//! What must hold in a cluster at every moment, and what must hold once it is at rest.

use std::collections::{BTreeMap, BTreeSet};

use kube::Client;
use serde_json::Value;

use crate::scenario::{list, number, text};

const DEPLOYMENTS: &str = "/apis/apps/v1/deployments";
const REPLICA_SETS: &str = "/apis/apps/v1/replicasets";
const STATEFUL_SETS: &str = "/apis/apps/v1/statefulsets";
const JOBS: &str = "/apis/batch/v1/jobs";
const PODS: &str = "/api/v1/pods";
const CLAIMS: &str = "/api/v1/persistentvolumeclaims";
const VOLUMES: &str = "/api/v1/persistentvolumes";
const NODES: &str = "/api/v1/nodes";

/// One look at a cluster.
struct Look {
    objects: BTreeMap<&'static str, Vec<Value>>,
}

impl Look {
    async fn at(client: &Client) -> Result<Self, String> {
        let mut objects = BTreeMap::new();
        for path in [
            DEPLOYMENTS,
            REPLICA_SETS,
            STATEFUL_SETS,
            JOBS,
            PODS,
            CLAIMS,
            VOLUMES,
            NODES,
        ] {
            objects.insert(
                path,
                list(client, path)
                    .await
                    .map_err(|error| format!("{path}: {error}"))?,
            );
        }
        Ok(Self { objects })
    }

    fn all(&self, path: &str) -> impl Iterator<Item = &Value> {
        self.objects.get(path).into_iter().flatten()
    }

    /// Objects controlled by the one with this uid.
    fn controlled<'a>(&'a self, path: &str, uid: &'a str) -> impl Iterator<Item = &'a Value> {
        self.all(path)
            .filter(move |object| text(object, "/metadata/ownerReferences/0/uid") == uid)
    }
}

/// Holds at every moment. The error names what is broken.
pub(crate) async fn check(client: &Client) -> Result<(), String> {
    let look = Look::at(client).await?;
    no_more_pods_than_wanted(&look)?;
    no_orphans(&look)?;
    no_node_overfull(&look)?;
    bound_both_ways(&look)
}

/// Holds once nothing changes any more: everything wanted serves, and nothing else is there.
pub(crate) async fn at_rest(client: &Client) -> Result<(), String> {
    let look = Look::at(client).await?;
    for path in [DEPLOYMENTS, STATEFUL_SETS] {
        for each in look.all(path) {
            let wanted = number(each, "/spec/replicas");
            let counts = ["replicas", "readyReplicas", "updatedReplicas"];
            for count in counts.map(|count| format!("/status/{count}")) {
                let found = number(each, &count);
                if found != wanted {
                    return Err(format!("{} has {count} {found} of {wanted}", name(each)));
                }
            }
            if number(each, "/status/observedGeneration") != number(each, "/metadata/generation") {
                return Err(format!("{} was not observed", name(each)));
            }
        }
    }
    for each in look.all(JOBS) {
        let done = each.pointer("/status/completionTime").is_some();
        if !done {
            return Err(format!("{} has not completed", name(each)));
        }
    }
    match look.all(PODS).find(|pod| is_leaving(pod)) {
        Some(pod) => Err(format!("{} is still leaving", name(pod))),
        None => Ok(()),
    }
}

fn no_more_pods_than_wanted(look: &Look) -> Result<(), String> {
    for deployment in look.all(DEPLOYMENTS) {
        let surge = number(deployment, "/spec/strategy/rollingUpdate/maxSurge");
        let most = number(deployment, "/spec/replicas") + surge;
        let sets = look.controlled(REPLICA_SETS, text(deployment, "/metadata/uid"));
        let pods = sets
            .flat_map(|set| look.controlled(PODS, text(set, "/metadata/uid")))
            .filter(|pod| is_active(pod));
        let count = i64::try_from(pods.count()).unwrap_or(i64::MAX);
        if count > most {
            return Err(format!(
                "{} has {count} active pods, at most {most} are allowed",
                name(deployment)
            ));
        }
    }
    Ok(())
}

/// What has a controller has one that exists.
fn no_orphans(look: &Look) -> Result<(), String> {
    let owners = [DEPLOYMENTS, REPLICA_SETS, STATEFUL_SETS, JOBS];
    let known: BTreeSet<&str> = owners
        .iter()
        .flat_map(|path| look.all(path))
        .map(|each| text(each, "/metadata/uid"))
        .collect();
    for each in look.all(REPLICA_SETS).chain(look.all(PODS)) {
        let owner = text(each, "/metadata/ownerReferences/0/uid");
        if !known.contains(owner) && !is_leaving(each) {
            return Err(format!("{} is an orphan", name(each)));
        }
    }
    Ok(())
}

fn no_node_overfull(look: &Look) -> Result<(), String> {
    for node in look.all(NODES) {
        let most = text(node, "/status/capacity/pods").parse::<usize>().unwrap_or(0);
        let here =
            |pod: &&Value| text(pod, "/spec/nodeName") == text(node, "/metadata/name") && is_active(pod);
        let count = look.all(PODS).filter(here).count();
        if count > most {
            return Err(format!("{} has {count} pods, {most} fit", name(node)));
        }
    }
    Ok(())
}

/// A bound claim and its volume name each other.
fn bound_both_ways(look: &Look) -> Result<(), String> {
    for claim in look
        .all(CLAIMS)
        .filter(|claim| text(claim, "/status/phase") == "Bound")
    {
        let volume = text(claim, "/spec/volumeName");
        let meant = look
            .all(VOLUMES)
            .find(|each| text(each, "/metadata/name") == volume);
        let back = meant.map_or("-", |volume| text(volume, "/spec/claimRef/uid"));
        if back != text(claim, "/metadata/uid") {
            return Err(format!(
                "{} is bound to {volume}, which is bound to {back}",
                name(claim)
            ));
        }
    }
    Ok(())
}

fn is_active(pod: &Value) -> bool {
    !is_leaving(pod) && !matches!(text(pod, "/status/phase"), "Succeeded" | "Failed")
}

fn is_leaving(object: &Value) -> bool {
    object.pointer("/metadata/deletionTimestamp").is_some()
}

fn name(object: &Value) -> String {
    format!(
        "{}/{}",
        text(object, "/metadata/namespace"),
        text(object, "/metadata/name")
    )
}
