//! `havenmeester transform`: what an application's manifests become on another cluster, and why.
//!
//! The manifests go to stdout, in the order in which they must be created; what changed and why, what is left out and
//! what the platform team of the target must be asked for go to stderr.
//! Invariant: a document in which nothing must change is printed byte for byte; no value of a Secret is told on stderr or
//! in a diff.

mod account;
mod pins;
mod write;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::ExitCode;

use havenmeester_api::MemberCluster;
use havenmeester_api::member::Scope;
use havenmeester_portability::image::Mirrors;
use havenmeester_portability::{
    ClusterClasses, Finding, ObjectKey, Route, Severity, Start, Transformed, closure_of, transform,
};
use kube::ResourceExt;
use serde_json::Value;

use crate::args::{Begin, Cli, TransformArgs, TransformOutput};
use crate::failure::BadUse;
use crate::files::{self, hint};
use crate::manifests::{self, Manifest};
use crate::{output, registries};

pub(crate) async fn run(cli: &Cli, args: &TransformArgs) -> anyhow::Result<ExitCode> {
    if !args.pin_digests && args.registry.is_given() {
        return Err(BadUse("no registry is asked without --pin-digests".to_owned()).into());
    }
    let members = members(cli, args)?;
    let (from, to) = (member(&members, &args.from)?, member(&members, &args.to)?);
    let manifests = manifests::read(&args.filename)?;
    anyhow::ensure!(
        !manifests.is_empty(),
        "the files hold no object that could be moved"
    );
    let mut moved = Moved::of(from, to, &manifests, args.start);
    if args.pin_digests {
        let mirrors = Mirrors::said(&to.spec.mirrors);
        pins::pin(&mut moved, &registries::of(&args.registry)?, &mirrors).await;
    }
    let text = match args.output {
        TransformOutput::Yaml => write::yaml(&moved, &manifests)?,
        TransformOutput::Diff => write::diff(&moved, &manifests)?,
        TransformOutput::Json => account::json(&moved)?,
    };
    if args.output != TransformOutput::Json {
        account::tell(&moved)?;
    }
    output::print(&text)?;
    Ok(super::verdict(!moved.is_blocked()))
}

/// An application as it would stand on the target.
struct Moved {
    from: String,
    to: String,
    transformed: Transformed,
    /// Those of the transform, and of references that lead to nothing.
    findings: Vec<Finding>,
}

impl Moved {
    fn of(from: &MemberCluster, to: &MemberCluster, manifests: &[Manifest], start: Begin) -> Self {
        let objects: Vec<Value> = manifests.iter().map(|one| one.object.clone()).collect();
        let only: BTreeSet<String> = to.spec.namespaces.iter().cloned().collect();
        let route = Route {
            from: &ClusterClasses::said(&from.spec.classes),
            to: &ClusterClasses::said(&to.spec.classes),
            namespaces_only: (to.spec.scope == Scope::Namespaces).then_some(&only),
            served: None,
        };
        let start = match start {
            Begin::AsCaptured => Start::AsCaptured,
            Begin::Beside => Start::Beside,
            Begin::Stopped => Start::Stopped,
        };
        let transformed = transform(&objects, &route, start);
        let mut findings = transformed.findings.clone();
        findings.extend(closure_of(&transformed).dangling);
        let mut moved = Self {
            from: from.name_any(),
            to: to.name_any(),
            transformed,
            findings: Vec::new(),
        };
        moved.find(findings);
        moved
    }

    /// More findings, the worst first.
    fn find(&mut self, more: Vec<Finding>) {
        self.findings.extend(more);
        self.findings
            .sort_by(|one, other| other.severity.cmp(&one.severity).then_with(|| one.cmp(other)));
        self.findings.dedup();
    }

    fn is_blocked(&self) -> bool {
        self.findings
            .iter()
            .any(|finding| finding.severity == Severity::Block)
    }
}

/// The MemberClusters in the fleet's files, else in those of the application.
fn members(cli: &Cli, args: &TransformArgs) -> anyhow::Result<Vec<MemberCluster>> {
    let paths = if args.fleet.is_empty() {
        &args.filename
    } else {
        &args.fleet
    };
    if args.fleet.is_empty() && paths.contains(&PathBuf::from("-")) {
        return Err(BadUse("name the files with the MemberClusters: --fleet DIR".to_owned()).into());
    }
    Ok(files::load(paths, &cli.namespace)?.objects.members)
}

/// By its name, or by its provider's where that has one cluster.
fn member<'m>(members: &'m [MemberCluster], name: &str) -> Result<&'m MemberCluster, BadUse> {
    let of_provider: Vec<&MemberCluster> = members
        .iter()
        .filter(|member| member.spec.provider == name)
        .collect();
    members
        .iter()
        .find(|member| member.name_any() == name)
        .or(match of_provider.as_slice() {
            [only] => Some(only),
            _ => None,
        })
        .ok_or_else(|| {
            let known: Vec<String> = members.iter().map(ResourceExt::name_any).collect();
            let there = match known.as_slice() {
                [] => "the files hold no MemberCluster; name theirs with --fleet DIR".to_owned(),
                some => format!(
                    "there are {}{}",
                    some.join(", "),
                    hint(name, some.iter().map(String::as_str))
                ),
            };
            BadUse(format!("there is no MemberCluster {name}: {there}"))
        })
}

/// What a person calls an object.
fn called(key: &ObjectKey) -> String {
    let place = key
        .namespace
        .as_ref()
        .map_or(String::new(), |namespace| format!("{namespace}/"));
    format!("{} {place}{}", key.kind, key.name)
}
