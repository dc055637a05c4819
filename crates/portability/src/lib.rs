//! Can an application move to another cluster, and what must change? Pure: no I/O, no clock, no client.
//!
//! Read `capture`, then `transform`, then `preflight`.
mod book; // what is known of kinds, as data
mod capture; // what of a live object is kept
mod classes; // what clusters call things
mod closure; // what objects refer to
mod compare; // does it stand as it was sent
mod demand; // what its Pods and claims ask
mod draft; // an object under change, every change with its reason
mod facts; // what is known about a target
mod field; // reading JSON
mod finding; // one answer to one question
pub mod haven; // the Haven standard: a cluster's checks and components
mod haven_app; // Haven's conditions on applications
pub mod image; // which images, with whose leave
mod key; // what an object is called
mod kinds; // order, scope and Pods per kind
mod manifest; // reading YAML
mod preflight; // the verdict
mod quantity; // 500m, 1Gi
mod reading; // manifests with their places, broken ones too
mod reference; // what one object refers to
mod retouch; // the text of a manifest with only what must change changed
mod rules; // what ties to a provider
mod run; // stop and start
mod served; // does the target serve the kind
mod serving; // does it do its work
mod standing; // what stands in one namespace, beside what stood in another
mod transform; // what the target is sent

pub mod mark;
pub mod said; // the sentences of findings, in each language // the annotations that we write

pub use {
    capture::{NotCopied, capture, is_captured_kind, not_copied},
    classes::{ClusterClasses, IssuerName, NodeRole, Route, StorageClassKind},
    closure::{Closure, Gathered, Reference, Resolved, Shared, Target, closure, closure_of, gather},
    compare::{Difference, faithful},
    draft::{Change, Why},
    facts::{
        AccessFact, AccessNeed, Aims, DryRunFact, Existing, Fact, NodesFact, OwnedFact, QuotaFact,
        QuotaScope, SourceFact, StorageFact, TargetFacts, Verb, Versions,
    },
    finding::{Finding, Question, Severity},
    haven_app::{Condition, Evidence, Judgement, State, haven_app},
    key::{Gvk, KeyError, ObjectKey},
    manifest::{ManifestError, manifests},
    preflight::{
        Answer, Preflight, Verdict, access_needed, called_service, owned_kinds, preflight, sample_pods,
    },
    reading::{Fault, FieldPath, MAX_BYTES, Manifest, Place, Problem, Reading, Step, read},
    retouch::retouch,
    rules::{
        Clause, Dutch, Examples, Hit, Level, OTHER, OWN, Rule, RuleError, RuleErrors, RuleSet, Subject, Test,
        Unproven,
    },
    run::{is_stopped, start_patch, stop_patch},
    serving::{NotServing, Serving, is_serving},
    standing::Standing,
    transform::{LeftOut, Planned, Start, Transformed, pin, transform},
};
