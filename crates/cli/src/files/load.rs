//! From paths to objects.
//!
//! A directory gives its `.yaml`, `.yml` and `.json` files, not those of directories in it, as with kubectl; `-` is
//! stdin. A `List` counts as what is in it.
use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use kube::ResourceExt;
use serde::de::DeserializeOwned;
use tracing::info;

use super::check;
use super::document::{Document, is_namespaced, kinds};
use super::fault::{Fault, Faults};
use super::inventory::{self, Inventory};
use super::near;
use super::tree::{Node, Tree};
use crate::objects::Objects;

/// What the files hold.
#[derive(Debug, Default)]
pub(crate) struct Loaded {
    pub(crate) objects: Objects,
    /// What runs where.
    pub(crate) inventory: Inventory,
    /// Where each object stands.
    pub(super) documents: BTreeMap<Key, Document>,
}

/// Which object: of which kind, in which namespace (none: the kind has none), and its name.
pub(super) type Key = (String, Option<String>, String);

/// Reads every path. `namespace`: that of the hub, in which discovered Workloads would be.
pub(crate) fn load(paths: &[PathBuf], namespace: &str) -> anyhow::Result<Loaded> {
    let (mut loaded, mut faults, mut namespaces) = (Loaded::default(), Vec::new(), Vec::new());
    for path in paths {
        for (file, text) in texts(path)? {
            match documents(&file, &text) {
                Ok(documents) => {
                    for document in documents {
                        if document.api_version() == Some("v1") && document.kind() == Some("Namespace") {
                            namespaces.push(document);
                        } else if let Err(wrong) = loaded.add(document, namespace) {
                            faults.extend(wrong);
                        }
                    }
                }
                Err(fault) => faults.push(fault),
            }
        }
    }
    let clusters: BTreeSet<String> = loaded.objects.members.iter().map(ResourceExt::name_any).collect();
    for document in &namespaces {
        if let Err(wrong) = inventory::add(document, &clusters, &mut loaded.inventory) {
            faults.extend(wrong);
        }
    }
    let found = inventory::discovered(&loaded.inventory, &loaded.objects.workloads, namespace);
    loaded.objects.workloads.extend(found);
    faults.extend(check::alone(&loaded));
    if faults.is_empty() {
        return Ok(loaded);
    }
    faults.sort();
    faults.dedup();
    Err(Faults(faults).into())
}

/// The files of a path with their text.
pub(crate) fn texts(path: &Path) -> anyhow::Result<Vec<(PathBuf, String)>> {
    if path == Path::new("-") {
        let mut text = String::new();
        std::io::stdin()
            .read_to_string(&mut text)
            .context("reading stdin")?;
        return Ok(vec![(PathBuf::from("(stdin)"), text)]);
    }
    let mut files = vec![path.to_owned()];
    if path.is_dir() {
        let reading = || format!("reading the directory {}", path.display());
        files = std::fs::read_dir(path)
            .with_context(reading)?
            .map(|entry| entry.map(|entry| entry.path()))
            .collect::<Result<Vec<_>, _>>()
            .with_context(reading)?;
        files.retain(|file| file.is_file() && file.extension().is_some_and(is_manifest));
        files.sort();
        anyhow::ensure!(
            !files.is_empty(),
            "{} holds no .yaml, .yml or .json file",
            path.display()
        );
    }
    let read = |file: PathBuf| {
        let text = std::fs::read_to_string(&file).with_context(|| format!("reading {}", file.display()))?;
        Ok((file, text))
    };
    files.into_iter().map(read).collect()
}

fn is_manifest(extension: &std::ffi::OsStr) -> bool {
    ["yaml", "yml", "json"].iter().any(|known| extension == *known)
}

fn documents(file: &Path, text: &str) -> Result<Vec<Document>, Fault> {
    let trees: Vec<Tree> = serde_saphyr::from_multiple_with_options(text, as_written()).map_err(|error| {
        let message = error.without_snippet().to_string();
        let first = message.lines().next().unwrap_or_default();
        Fault {
            file: file.to_owned(),
            line: error.location().map(|location| location.line()),
            object: None,
            field: None,
            message: format!("it is no YAML: {first}"),
        }
    })?;
    let mut documents = Vec::new();
    for tree in trees {
        unpack(file, tree, &mut documents);
    }
    Ok(documents)
}

/// How YAML is read. What is written out has no limit of its own: it is in memory already, and its size is the limit. What
/// a text makes of itself (aliases, depth) keeps the reader's limits, since a small text can become a large one by it.
fn as_written() -> serde_saphyr::Options {
    serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_documents: usize::MAX,
            max_events: usize::MAX,
            max_nodes: usize::MAX,
            max_total_scalar_bytes: usize::MAX,
        },
    }
}

fn unpack(file: &Path, tree: Tree, documents: &mut Vec<Document>) {
    let document = Document::new(file, tree);
    let is_list = document.kind().is_some_and(|kind| kind.ends_with("List"));
    match document.tree.get("items") {
        Some(items) if is_list => items
            .elements()
            .iter()
            .for_each(|item| unpack(file, item.clone(), documents)),
        Some(_) | None if document.tree.node == Node::Scalar(serde_json::Value::Null) => {} // an empty document
        Some(_) | None => documents.push(document),
    }
}

impl Loaded {
    fn add(&mut self, document: Document, namespace: &str) -> Result<(), Vec<Fault>> {
        let Some(kind) = document.kind().map(str::to_owned) else {
            return Err(vec![
                document.fault("", "it has no kind; every object has an apiVersion and a kind"),
            ]);
        };
        if !document.is_ours() {
            return foreign(&document, &kind);
        }
        if document.api_version() != Some(&Document::served()) {
            return Err(vec![
                document.fault("apiVersion", format!("write {}", Document::served())),
            ]);
        }
        let objects = &mut self.objects;
        match kind.as_str() {
            "Provider" => objects.providers.push(document.read()?),
            "MemberCluster" => objects.members.push(document.read()?),
            "PlacementPolicy" => objects.policies.push(document.read()?),
            "AutonomyStandard" => objects.standards.push(document.read()?),
            "Contract" => objects.contracts.push(document.read()?),
            "Workload" => objects.workloads.push(namespaced(&document, namespace)?),
            "Exemption" => objects.exemptions.push(namespaced(&document, namespace)?),
            "ExternalApplication" => objects.externals.push(namespaced(&document, namespace)?),
            "Approval" => objects.approvals.push(namespaced(&document, namespace)?),
            "Migration" => objects.migrations.push(namespaced(&document, namespace)?),
            "Drill" => objects.drills.push(namespaced(&document, namespace)?),
            other => {
                let all: Vec<&str> = kinds().collect();
                let hint = near::hint(other, all.iter().copied());
                let message = format!("there is no kind {other:?}; write {}{hint}", near::listed(&all));
                return Err(vec![document.fault("kind", message)]);
            }
        }
        self.remember(document, kind, namespace)
    }

    fn remember(&mut self, document: Document, kind: String, namespace: &str) -> Result<(), Vec<Fault>> {
        let within = is_namespaced(&kind).then(|| document.namespace().unwrap_or(namespace).to_owned());
        let key = (kind, within, document.name().unwrap_or_default().to_owned());
        if let Some(other) = self.documents.get(&key) {
            let place = format!("{}:{}", other.file.display(), other.tree.line_of("metadata.name"));
            return Err(vec![
                document.fault("metadata.name", format!("it stands also at {place}; keep one")),
            ]);
        }
        self.documents.insert(key, document);
        Ok(())
    }
}

/// What is not ours is left alone, unless it looks as if it should be.
fn foreign(document: &Document, kind: &str) -> Result<(), Vec<Fault>> {
    let version = document.api_version().unwrap_or_default();
    let group = version.split('/').next().unwrap_or_default();
    if kinds().any(|ours| ours == kind) && near::nearest(group, [havenmeester_api::GROUP]).is_some() {
        return Err(vec![document.fault(
            "apiVersion",
            format!("{version:?}: write {}", Document::served()),
        )]);
    }
    info!(file = %document.file.display(), version, kind, "not of ours: left alone");
    Ok(())
}

/// An object in the namespace that it says, else in the hub's.
fn namespaced<T: DeserializeOwned + kube::Resource>(
    document: &Document,
    namespace: &str,
) -> Result<T, Vec<Fault>> {
    let mut object: T = document.read()?;
    object
        .meta_mut()
        .namespace
        .get_or_insert_with(|| namespace.to_owned());
    Ok(object)
}
