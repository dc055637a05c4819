//! Where an application names images, and by which Secrets they are pulled.
//!
//! Where images are named is in the book. Invariant: an image of one Pod is asked with the Secrets of that Pod only.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::{
    book::{Book, Entry, book},
    draft::spell,
    field::{items, text},
    key::ObjectKey,
    reference::references_of,
};

/// One question to a registry.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ImageAsk {
    /// The image as it is named.
    pub image: String,
    /// The namespace of the Secrets.
    pub namespace: String,
    /// Names of the Secrets that may open its registry.
    pub secrets: BTreeSet<String>,
}

/// One place where an image is named.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ImageUse {
    /// The object.
    pub object: ObjectKey,
    /// The field in it.
    pub field: String,
    /// What is asked for.
    pub ask: ImageAsk,
    /// Whether the place is one of a Pod, whose image names nodes read. Others may be templates.
    pub in_pod: bool,
}

/// Every image that objects name, in the order of the objects. Init, ephemeral and sidecar containers, image volumes,
/// and custom resources by the rules of the book.
pub fn images_used<'o>(objects: impl Iterator<Item = (&'o ObjectKey, &'o Value)> + Clone) -> Vec<ImageUse> {
    let Ok(book) = book() else {
        return Vec::new(); // `closure` says that the rules cannot be read
    };
    let accounts = accounts(objects.clone());
    let mut all = Vec::new();
    for (key, object) in objects {
        in_pods(book, key, object, &accounts, &mut all);
        in_object(book, key, object, &mut all);
    }
    all.sort();
    all.dedup();
    all
}

/// Pull Secrets of `ServiceAccount`s, by namespace and name.
type Accounts = BTreeMap<(String, String), BTreeSet<String>>;

fn accounts<'o>(objects: impl Iterator<Item = (&'o ObjectKey, &'o Value)>) -> Accounts {
    objects
        .filter(|(key, _)| key.group_kind() == ("", "ServiceAccount"))
        .map(|(key, object)| {
            let namespace = key.namespace.clone().unwrap_or_default();
            ((namespace, key.name.clone()), named(object))
        })
        .collect()
}

/// Names in `imagePullSecrets`.
fn named(object: &Value) -> BTreeSet<String> {
    let names = items(object, &["imagePullSecrets"]).iter();
    names
        .map(|secret| text(secret, &["name"]).to_owned())
        .filter(|name| !name.is_empty())
        .collect()
}

fn in_pods(
    book: &'static Book,
    key: &ObjectKey,
    object: &Value,
    accounts: &Accounts,
    all: &mut Vec<ImageUse>,
) {
    let namespace = key.namespace.clone().unwrap_or_default();
    for (root, spec) in book.pod_specs(object, &key.group, &key.kind) {
        let mut secrets = named(spec);
        if secrets.is_empty() {
            // As the admission of service accounts does: only a Pod that names none gets those of its account.
            let account = Some(text(spec, &["serviceAccountName"])).filter(|name| !name.is_empty());
            let account = (namespace.clone(), account.unwrap_or("default").to_owned());
            secrets = accounts.get(&account).cloned().unwrap_or_default();
        }
        for entry in book.of_pods() {
            for path in &entry.images {
                path.walk(spec, &mut |trail, value| {
                    let Some(image) = value.as_str().filter(|image| !image.is_empty()) else {
                        return;
                    };
                    let steps: Vec<&str> = root.iter().chain(trail).map(AsRef::as_ref).collect();
                    all.push(ImageUse {
                        object: key.clone(),
                        field: spell(&steps),
                        ask: ImageAsk {
                            image: image.to_owned(),
                            namespace: namespace.clone(),
                            secrets: secrets.clone(),
                        },
                        in_pod: true,
                    });
                });
            }
        }
    }
}

/// Images that a custom resource names itself.
fn in_object(book: &'static Book, key: &ObjectKey, object: &Value, all: &mut Vec<ImageUse>) {
    let entries: Vec<&'static Entry> = book
        .of(&key.group, &key.kind)
        .filter(|entry| !entry.images.is_empty())
        .collect();
    if entries.is_empty() {
        return;
    }
    let secrets: BTreeSet<String> = references_of(object, key)
        .iter()
        .filter(|wish| {
            wish.kind == "Secret" && wish.trail.iter().any(|step| step.starts_with("imagePullSecret"))
        })
        .map(|wish| wish.name.to_owned())
        .collect();
    for path in entries.iter().flat_map(|entry| &entry.images) {
        path.walk(object, &mut |trail, value| {
            let Some(image) = value.as_str().filter(|image| !image.is_empty()) else {
                return;
            };
            let steps: Vec<&str> = trail.iter().map(AsRef::as_ref).collect();
            all.push(ImageUse {
                object: key.clone(),
                field: spell(&steps),
                ask: ImageAsk {
                    image: with_tag(object, &steps, image),
                    namespace: key.namespace.clone().unwrap_or_default(),
                    secrets: secrets.clone(),
                },
                in_pod: false,
            });
        });
    }
}

/// Some custom resources have `repository` and `tag` beside each other.
fn with_tag(object: &Value, steps: &[&str], image: &str) -> String {
    let Some((&"repository", parents)) = steps.split_last() else {
        return image.to_owned();
    };
    match text(object, &[parents, &["tag"]].concat()) {
        "" => image.to_owned(),
        tag => format!("{image}:{tag}"),
    }
}
