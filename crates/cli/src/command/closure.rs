//! `havenmeester closure`: what an application needs, what goes along with it, and what others use too.
use std::collections::BTreeMap;
use std::process::ExitCode;

use havenmeester_portability::{Finding, ObjectKey, Reference, Resolved, Severity, Shared, closure, gather};
use serde::Serialize;
use serde_json::Value;

use crate::args::ClosureArgs;
use crate::failure::BadUse;
use crate::manifests;
use crate::output::{self, Cell, Screen, Tone};

/// Serialised as `havenmeester closure -o json`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Told {
    /// The workload's own objects.
    workload: Vec<ObjectKey>,
    /// What else goes along: needed by the workload, or belonging to it.
    along: Vec<ObjectKey>,
    /// What goes along and others use too: copied, never taken away from them.
    shared: Vec<Shared>,
    /// Every reference, and where it leads.
    references: Vec<Reference>,
    /// References that lead to nothing.
    findings: Vec<Finding>,
}

pub(crate) fn run(args: &ClosureArgs, screen: Screen) -> anyhow::Result<ExitCode> {
    let labels = labels(args.selector.as_deref().unwrap_or_default())?;
    let manifests = manifests::read(&args.filename)?;
    let is_own = |key: &ObjectKey, object: &Value| {
        let there = args.of.is_none() || key.namespace == args.of;
        there
            && labels.iter().all(|(name, value)| {
                object
                    .pointer("/metadata/labels")
                    .is_some_and(|all| all.get(name).and_then(Value::as_str) == Some(value))
            })
    };
    let (own, around): (Vec<_>, Vec<_>) = manifests
        .into_iter()
        .partition(|one| is_own(&one.key, &one.object));
    anyhow::ensure!(
        !own.is_empty(),
        "the namespace and the labels select none of the objects in the files"
    );
    let own: Vec<Value> = own.into_iter().map(|one| one.object).collect();
    let around: Vec<Value> = around.into_iter().map(|one| one.object).collect();
    let told = Told::of(&own, &around);
    output::show(args.output, &told, |told| told.table(screen))?;
    let lost = told
        .findings
        .iter()
        .any(|finding| finding.severity == Severity::Block);
    Ok(super::verdict(!lost))
}

/// `a=b,c=d`.
fn labels(selector: &str) -> Result<BTreeMap<String, String>, BadUse> {
    let parts = selector.split(',').filter(|part| !part.is_empty());
    parts
        .map(|part| match part.split_once('=') {
            Some((name, value)) => Ok((
                name.trim().to_owned(),
                value.trim_start_matches('=').trim().to_owned(),
            )),
            None => Err(BadUse(format!("{part:?} is no label: write name=value"))),
        })
        .collect()
}

fn keys(objects: &[Value]) -> Vec<ObjectKey> {
    objects
        .iter()
        .filter_map(|object| ObjectKey::from_value(object).ok())
        .collect()
}

impl Told {
    fn of(own: &[Value], around: &[Value]) -> Self {
        let gathered = gather(own, around);
        let mut all = own.to_vec();
        all.extend(gathered.objects.iter().cloned());
        let closed = closure(&all, &gathered.cluster_scoped);
        let mut along = keys(&gathered.objects);
        along.extend(keys(&gathered.cluster_scoped));
        Self {
            workload: keys(own),
            along,
            shared: gathered.shared,
            references: closed.references,
            findings: closed.dangling,
        }
    }

    fn table(&self, screen: Screen) -> String {
        let rows = self.workload.iter().map(|key| (key, "workload", Tone::Plain));
        let along = self.along.iter().map(|key| (key, "goes along", Tone::Plain));
        let objects = rows.chain(along).map(|(key, part, tone)| {
            let users = self
                .shared
                .iter()
                .find(|shared| shared.key == *key)
                .map(|shared| {
                    let by: Vec<String> = shared.by.iter().map(ToString::to_string).collect();
                    by.join(", ")
                });
            vec![
                Cell::plain(&key.to_string()),
                Cell::toned(part, tone),
                Cell::maybe(users.as_ref()),
            ]
        });
        let mut text = screen.table(&["object", "part", "used by others too"], objects.collect());
        let outside = self.references.iter().filter_map(|reference| {
            let (what, tone) = told(reference.resolved)?;
            let from = format!("{} {}", reference.from, reference.field);
            Some(vec![
                Cell::plain(&reference.to.to_string()),
                Cell::toned(what, tone),
                Cell::plain(&from),
            ])
        });
        let outside: Vec<_> = outside.collect();
        if !outside.is_empty() {
            text.push('\n');
            text.push_str(&screen.table(&["needs", "where", "because of"], outside));
        }
        text
    }
}

/// Where a reference leads, when that is not to what goes along.
fn told(resolved: Resolved) -> Option<(&'static str, Tone)> {
    match resolved {
        Resolved::OnTarget => Some(("the target's own", Tone::Warn)),
        Resolved::Elsewhere => Some(("another namespace", Tone::Warn)),
        Resolved::Missing => Some(("missing", Tone::Bad)),
        Resolved::Absent => Some(("absent, and optional", Tone::Plain)),
        Resolved::Moves | Resolved::TakenAlong | Resolved::Produced | Resolved::Everywhere => None,
    }
}
