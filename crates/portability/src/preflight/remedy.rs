//! What to do about a finding that does not say so itself.
//!
//! Invariant: a sentence for every question; one that names the way to an answer where there is none yet.

use crate::finding::{Question, Severity};

/// What usually helps.
pub(super) fn usual(question: Question, severity: Severity) -> &'static str {
    if severity == Severity::Unknown {
        return unknown(question);
    }
    match question {
        Question::Reachable => "wait until the target is upgraded, or place the workload elsewhere",
        Question::Served => "install what serves it on the target, or place the workload elsewhere",
        Question::Access => "grant it to our account on the target",
        Question::DryRun => "change the object on the source as the target's message says, then ask again",
        Question::Admission => {
            "change the workload so that the target's rules let it in, or ask for an exception there"
        }
        Question::References => "bring what is referred to, or change the reference",
        Question::Capacity => "make room on the target, or scale the workload down",
        Question::Images => {
            "mirror the image to a registry that stays reachable, and map it in `classes.registries`"
        }
        Question::Storage => "map the class in `classes.storage` of the two clusters",
        Question::Transfer => "copy the data by other means first, or accept the longer stop",
        Question::SourceHealth => "mend the workload where it stands, then ask again",
        Question::LockIn => {
            "replace what ties it to the provider: `havenmeester rules explain` tells with what"
        }
        Question::Collisions => "rename one of the two, or delete the one on the target if it is left over",
        Question::Delivery => "suspend the delivery controller for this workload during the move",
        Question::Dns => "point the record at the target when the workload serves there",
        Question::Egress => "bring along what it calls, or make it reachable from the target",
        Question::Once => "suspend it on the source before the move",
        Question::Fencing => "grant our account on the source what stopping and removing it needs",
    }
}

fn unknown(question: Question) -> &'static str {
    match question {
        Question::Images => "look by hand whether the target can pull every image",
        Question::Access => "let our account on the target ask for its own permissions",
        Question::Capacity => {
            "let our account on the target list its nodes and Pods, or ask its platform team"
        }
        Question::SourceHealth | Question::Fencing => "ask again when the source answers",
        Question::Reachable
        | Question::Served
        | Question::DryRun
        | Question::Admission
        | Question::References
        | Question::Storage
        | Question::Transfer
        | Question::LockIn
        | Question::Collisions
        | Question::Delivery
        | Question::Dns
        | Question::Egress
        | Question::Once => "remove the cause that is given, then ask again; or look at it by hand",
    }
}
