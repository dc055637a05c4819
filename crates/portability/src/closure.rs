//! Everything that a set of objects refers to: what moves with it, what the target must have, what is missing.
//!
//! Read `gather` for what else of a namespace belongs to a workload, and what of it others use too.
//! Works on captured objects and on manifests. Manifests may leave the namespace out: then names alone count.
//! Invariant: a kind of which nothing cluster-scoped was given is not known, never missing.

mod cluster;
mod gather;
mod select;
mod set;
#[cfg(test)]
mod tests;

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    book::{Book, Need, Scope, book},
    capture::NotCopied,
    finding::{Finding, Question, Severity},
    key::ObjectKey,
    reference::{Wish, each_reference},
    said::{Advice, References},
    transform::Transformed,
};

pub use gather::{Gathered, Shared, gather};
use set::Set;

/// One reference and where it leads.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Reference {
    /// The object that refers.
    pub from: ObjectKey,
    /// The field in it.
    pub field: String,
    /// What it refers to.
    pub to: Target,
    /// Where that is.
    pub resolved: Resolved,
}

/// What a reference names; the version is not part of a reference.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Target {
    /// API group, empty for the core group.
    pub group: String,
    /// Kind.
    pub kind: String,
    /// Namespace; none for cluster-scoped kinds and where the object that refers has none.
    pub namespace: Option<String>,
    /// Name.
    pub name: String,
}

impl fmt::Display for Target {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} ", self.kind)?;
        if let Some(namespace) = &self.namespace {
            write!(out, "{namespace}/")?;
        }
        out.write_str(&self.name)
    }
}

/// Where a reference leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Resolved {
    /// To an object of the set.
    Moves,
    /// To a cluster-scoped object that is taken along.
    TakenAlong,
    /// To an object that another object of the set has made (a certificate's Secret).
    Produced,
    /// To what every cluster has.
    Everywhere,
    /// To what each cluster has of its own: storage, ingress, runtime classes, issuers.
    OnTarget,
    /// To another namespace, which does not move with the set.
    Elsewhere,
    /// To nothing, and the object says that it can do without.
    Absent,
    /// To nothing.
    Missing,
}

/// Everything that a set of objects refers to.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Closure {
    /// Cluster-scoped objects that the set needs, as given, in order of key.
    pub needed_cluster_scoped: Vec<Value>,
    /// Every reference, in order.
    pub references: Vec<Reference>,
    /// References that lead to nothing.
    pub dangling: Vec<Finding>,
}

/// Follows every reference of `objects`; cluster-scoped ones are looked up in, and taken from,
/// `cluster_scoped`. Objects without a name are passed over: `transform` reports them.
pub fn closure(objects: &[Value], cluster_scoped: &[Value]) -> Closure {
    close(objects.iter(), cluster_scoped, std::iter::empty())
}

/// The closure of what a target is sent and what its platform team is asked for: what the target must have of its own,
/// and what is missing. Parts that a controller makes again there are not missing.
pub fn closure_of(transformed: &Transformed) -> Closure {
    let sent = transformed.objects.iter().map(|one| &one.object);
    let made = transformed
        .left_out
        .iter()
        .filter(|left| left.why == NotCopied::MadeByOwner);
    close(
        sent.chain(&transformed.ask_platform),
        &[],
        made.map(|left| &left.key),
    )
}

/// The same over any iterator, for objects that are wrapped in something else, and with the names of what
/// controllers on the target will make from them.
fn close<'o>(
    objects: impl Iterator<Item = &'o Value>,
    cluster_scoped: &'o [Value],
    made: impl Iterator<Item = &'o ObjectKey>,
) -> Closure {
    let mut out = Closure::default();
    let book = match book() {
        Ok(book) => book,
        Err(why) => {
            let message = References::RulesUnreadable { why: why.to_string() };
            out.dangling = vec![Finding::new(Question::References, Severity::Unknown, message)];
            return out;
        }
    };
    let set = Set::of(book, objects, made);
    let mut along = cluster::Along::of(book, cluster_scoped);
    for (key, object) in &set.objects {
        each_reference(book, object, key, &mut |wish| {
            follow(book, &set, &mut along, key, &wish, &mut out);
        });
        if !set.selects_any(book, key, object) {
            out.dangling.push(
                Finding::new(Question::References, Severity::Warn, References::SelectsNothing)
                    .about(key)
                    .field("spec.selector"),
            );
        }
    }
    along.bindings_to(&set);
    along.definitions_of(&set, &mut out.dangling);
    along.webhooks_of(&set, &mut out.references);
    while let Some((key, object)) = along.next_needed() {
        along.aggregated_by(object);
        each_reference(book, object, &key, &mut |wish| {
            follow(book, &set, &mut along, &key, &wish, &mut out);
        });
    }
    out.needed_cluster_scoped = along.into_needed();
    out.references.sort();
    out.dangling.sort();
    out.dangling.dedup();
    out
}

fn follow<'o>(
    book: &'static Book,
    set: &Set<'o>,
    along: &mut cluster::Along<'o>,
    from: &ObjectKey,
    wish: &Wish<'o>,
    out: &mut Closure,
) {
    let scope = book.scope(wish.group, wish.kind);
    let namespace = match scope {
        Scope::Namespaced if wish.kind != "Namespace" => wish.namespace.or(from.namespace.as_deref()),
        Scope::Namespaced | Scope::Cluster | Scope::TargetsOwn => None,
    };
    let resolved = match scope {
        Scope::TargetsOwn => Resolved::OnTarget,
        Scope::Cluster => along.take(wish),
        Scope::Namespaced => set.find(namespace, wish),
    };
    let field = wish.field();
    let to = Target {
        group: wish.group.to_owned(),
        kind: wish.kind.to_owned(),
        namespace: namespace.map(str::to_owned),
        name: wish.name.to_owned(),
    };
    match resolved {
        Resolved::Missing => out.dangling.push(dangling(from, &field, &to, wish.need)),
        Resolved::Elsewhere if wish.need != Need::Optional => out.dangling.push(
            Finding::new(
                Question::References,
                Severity::Warn,
                References::Elsewhere { to: to.to_string() },
            )
            .about(from)
            .field(field.clone())
            .remedy(Advice::SeeThatItMoves),
        ),
        Resolved::Moves => {
            if let Some(key) = set.missing_key(namespace, wish) {
                out.dangling.push(
                    Finding::new(
                        Question::References,
                        Severity::Block,
                        References::NoKey {
                            to: to.to_string(),
                            key: key.to_owned(),
                        },
                    )
                    .about(from)
                    .field(field.clone())
                    .remedy(Advice::AddKey),
                );
            }
        }
        Resolved::TakenAlong
        | Resolved::Produced
        | Resolved::Everywhere
        | Resolved::OnTarget
        | Resolved::Elsewhere
        | Resolved::Absent => {}
    }
    out.references.push(Reference {
        from: from.clone(),
        field,
        to,
        resolved,
    });
}

fn dangling(from: &ObjectKey, field: &str, to: &Target, need: Need) -> Finding {
    let (severity, remedy) = match need {
        Need::Required => (Severity::Block, Advice::MakeRequired),
        Need::Useful | Need::Optional => (Severity::Warn, Advice::MakeOrDrop),
    };
    Finding::new(
        Question::References,
        severity,
        References::Missing { to: to.to_string() },
    )
    .about(from)
    .field(field)
    .remedy(remedy)
}
