//! What registries say of the images that the target needs, and whether they outlast the source's provider.
//!
//! Not here: judging it (`portability::preflight`). Invariant: reads only; nothing of a pull Secret leaves this call.

use havenmeester_portability::said::{Both, Unseen};
use std::collections::{BTreeMap, BTreeSet};

use havenmeester_api::{
    AutonomyStandard, Date, Provider,
    migration::{ImageStatus, MigrationStatus},
    standard,
};
use havenmeester_fleet::Member;
use havenmeester_placement::{Requirements, Say as _, autonomy::Facts, registry_lost, registry_owner};
use havenmeester_portability::{
    Fact, Gvk,
    image::{
        ImageAsk, ImageFact, ImageFacts, ImageName, ImageUse, Keyring, Mirrors, RegistryFact, images_used,
    },
};
use kube::{Api, ResourceExt as _, api::ListParams};
use serde_json::Value;

use crate::{
    asked,
    cx::{Cargo, Cx},
    errors::MemberError,
    objects,
};

/// The most images that are kept in the status.
const KEPT: usize = 200;

/// Asks the registries of all images that would be sent; none where registries are not asked.
pub(crate) async fn look(cx: &Cx<'_>, target: &Member, cargo: &Cargo) -> Option<ImageFacts> {
    let sent = cargo.said.objects.iter().map(|one| (&one.key, &one.object));
    let uses = images_used(sent.clone());
    let asks = uses.iter().map(|one| one.ask.clone()).collect();
    let declared = cx.deps.fleet.declared(&target.name);
    let mirrors = Mirrors::said(declared.as_ref().map_or(&[], |member| &member.spec.mirrors));
    let registries = &cx.deps.registries;
    let answers = registries.look(asks, &Keyring::of(sent), &mirrors).await?;
    let own = target.classes.registries.values();
    let hosts: BTreeSet<String> = hosts(&uses, &mirrors)
        .into_iter()
        .chain(own.clone().map(|prefix| host(prefix).to_owned()))
        .collect();
    let registries = owners(cx, &hosts).await;
    let survives = |prefix: &&String| {
        let owner = registries.get(host(prefix));
        owner.is_none_or(|owner| owner.lost.is_none())
    };
    Some(ImageFacts {
        answers,
        mirrors,
        architectures: architectures(target).await,
        mirror: own.clone().find(survives).cloned(),
        registries,
        rehearsed: cx.moving.dry_run,
    })
}

/// Keeps where each name led.
pub(crate) fn keep(status: &mut MigrationStatus, facts: Option<&ImageFacts>) {
    let Some(facts) = facts else {
        status.images = Vec::new();
        return;
    };
    let mut kept: BTreeMap<&String, ImageStatus> = BTreeMap::new();
    for (ask, fact) in &facts.answers {
        let digest = match fact {
            ImageFact::Found { digest, .. } => Some(digest.clone()),
            ImageFact::NotFound | ImageFact::NoAccess { .. } | ImageFact::Unknown { .. } => None,
        };
        // The same image may be asked with several Secrets, of which one opens.
        let kept = kept.entry(&ask.image).or_insert_with(|| ImageStatus {
            image: ask.image.clone(),
            digest: None,
            mirror: None,
        });
        if kept.digest.is_none() {
            kept.digest = digest;
            kept.mirror = mirror(facts, ask);
        }
    }
    status.images = kept.into_values().take(KEPT).collect();
}

/// The host from which it comes, where that is not the one in its name.
fn mirror(facts: &ImageFacts, ask: &ImageAsk) -> Option<String> {
    let name = ImageName::parse(&ask.image).ok()?;
    Some(facts.host(ask, &name)).filter(|host| host != name.registry())
}

/// The digests to which names led.
pub(crate) fn digests(status: &MigrationStatus) -> BTreeMap<String, String> {
    let known = status.images.iter();
    known
        .filter_map(|one| Some((one.image.clone(), one.digest.clone()?)))
        .collect()
}

/// Every host from which an image may come.
fn hosts(uses: &[ImageUse], mirrors: &Mirrors) -> BTreeSet<String> {
    let names = uses
        .iter()
        .filter_map(|one| ImageName::parse(&one.ask.image).ok());
    names
        .flat_map(|name| {
            let mirrored = mirrors.of(&name).map(|mirror| mirror.image);
            [Some(name), mirrored]
        })
        .flatten()
        .map(|name| name.registry().to_owned())
        .collect()
}

/// The host of a prefix such as `harbor.example.nl/apps`.
fn host(prefix: &str) -> &str {
    prefix.split('/').next().unwrap_or_default()
}

/// Whose each registry is. What the hub does not tell is nobody's: the preflight warns of it.
async fn owners(cx: &Cx<'_>, hosts: &BTreeSet<String>) -> BTreeMap<String, RegistryFact> {
    let hub = &cx.deps.hub;
    let providers: Api<Provider> = Api::all(hub.clone());
    let standards: Api<AutonomyStandard> = Api::all(hub.clone());
    let Ok(providers) = providers.list(&ListParams::default()).await else {
        return BTreeMap::new();
    };
    let providers: BTreeMap<_, _> = providers
        .items
        .into_iter()
        .map(|provider| (provider.name_any(), provider.spec))
        .collect();
    let standard = standards.get_opt(standard::NAME).await.ok().flatten();
    let standard = standard.map(|standard| standard.spec).unwrap_or_default();
    let facts = Facts::on(&providers, &standard, Date::of(cx.now()));
    let view = cx.deps.fleet.view();
    let source = view
        .get(&cx.moving.source)
        .map(|member| member.cluster.provider.clone());
    let asked = asked::requirements(cx).await;
    let of_host = |host: &String| {
        let provider = registry_owner(&providers, host)?;
        let why = |asked: Option<&Requirements>| {
            let lost = registry_lost(&facts, provider, source.as_ref()?, asked)?;
            Some(Both {
                english: lost.to_string(),
                dutch: lost.dutch(),
            })
        };
        let lost = why(None);
        let refused = asked.as_ref().filter(|_| lost.is_none());
        let fact = RegistryFact {
            provider: provider.to_owned(),
            refused: refused.and_then(|asked| why(Some(asked))),
            lost,
        };
        Some((host.clone(), fact))
    };
    hosts.iter().filter_map(of_host).collect()
}

/// Of the nodes that take Pods.
async fn architectures(target: &Member) -> Fact<BTreeSet<String>> {
    let text = |node: &Value| {
        let said = node
            .pointer("/status/nodeInfo/architecture")
            .and_then(Value::as_str);
        said.filter(|text| !text.is_empty()).map(str::to_owned)
    };
    match objects::list_all(target, &Gvk::new("", "v1", "Node")).await {
        Ok(nodes) => {
            let takes_pods =
                |node: &&Value| node.pointer("/spec/unschedulable").and_then(Value::as_bool) != Some(true);
            let found: BTreeSet<String> = nodes.iter().filter(takes_pods).filter_map(text).collect();
            if found.is_empty() {
                return Fact::unknown(Unseen::NoNodeSays);
            }
            Fact::Known(found)
        }
        Err(error) => Fact::unknown(unseen(target, &error)),
    }
}

fn unseen(target: &Member, error: &MemberError) -> Unseen {
    if crate::namespace::is_narrow(target) {
        return Unseen::OutOfReach {
            cluster: target.name.clone(),
            kind: "Node".to_owned(),
        };
    }
    error.unseen()
}
