//! The Create and CreateStopped steps: everything that the target is sent, in order.
//!
//! Creating is half the cost of applying for an API server, so an object is created, and only looked at when it is
//! there already. Invariant: nothing of somebody else is ever overwritten; a claim with data is never replaced.

use std::ops::ControlFlow;

use havenmeester_api::migration::{MigrationStatus, MoveKind};
use havenmeester_fleet::Member;
use havenmeester_portability::{ObjectKey, Planned, Start, faithful, is_stopped};
use serde_json::Value;

use crate::{
    abreast::abreast,
    cx::{Cargo, Cx},
    errors::{Category, MemberError, code},
    namespace::{self, Claim, annotation},
    objects::{self, Created},
    owned::{is_by_us, is_data},
    reason::Reason,
    turn::Turn,
};

/// How often a namespace that was just written is looked at before the caller is told to come again.
const LOOKS: usize = 4;

/// What became of one object.
enum Made {
    /// It stands as sent.
    Yes,
    /// Something has to pass first.
    Waits(String),
    /// The target refuses it.
    Refused(String),
    /// It is somebody else's.
    Foreign(String),
}

/// Sends everything that does not stand there.
pub(crate) async fn run(cx: &Cx<'_>, status: &MigrationStatus, start: Start) -> Result<Turn, MemberError> {
    let target = cx.target().await?;
    let cargo = cx.cargo(status, &target, start).await?;
    let may = match ready_namespace(cx, &target, &cargo).await? {
        ControlFlow::Continue(may) => may,
        ControlFlow::Break(turn) => return Ok(turn),
    };
    let failover = cx.moving.kind == MoveKind::Failover;
    let mut trouble: Vec<Made> = Vec::new();
    for group in cargo.objects.chunk_by(|a, b| a.order == b.order) {
        let made = abreast(group.iter().map(|one| make(&target, one, may)).collect()).await;
        trouble.extend(made.into_iter().filter(|one| !matches!(one, Made::Yes)));
        // What is lost is brought up as far as it goes; a planned move stops at the first trouble.
        if !trouble.is_empty() && !failover {
            break;
        }
    }
    Ok(sum_up(&cargo, trouble))
}

fn sum_up(cargo: &Cargo, trouble: Vec<Made>) -> Turn {
    let mut waits = None;
    let mut refused = Vec::new();
    let mut foreign = Vec::new();
    for one in trouble {
        match one {
            Made::Yes => {}
            Made::Waits(what) => waits = Some(what),
            Made::Refused(what) => refused.push(what),
            Made::Foreign(what) => foreign.push(what),
        }
    }
    if let Some(first) = refused.first() {
        return Turn::Failed(Reason::ObjectRefused, and_more(first, refused.len()));
    }
    if let Some(first) = foreign.first() {
        return Turn::Failed(Reason::Collision, and_more(first, foreign.len()));
    }
    if let Some(what) = waits {
        return Turn::wait(500, what);
    }
    let (sent, asked) = (cargo.objects.len(), cargo.said.ask_platform.len());
    let message = match asked {
        0 => format!("{sent} objects"),
        _ => format!("{sent} objects; {asked} cluster-scoped ones are left to the target's platform team"),
    };
    Turn::done(message)
}

fn and_more(first: &str, all: usize) -> String {
    if all > 1 {
        format!("{first} (and {} more)", all - 1)
    } else {
        first.to_owned()
    }
}

/// The namespace, there and ours; and what in it may be overwritten.
async fn ready_namespace(
    cx: &Cx<'_>,
    target: &Member,
    cargo: &Cargo,
) -> Result<ControlFlow<Turn, Overwrite>, MemberError> {
    let name = cx.moving.namespace();
    if let Some(object) = &cargo.namespace
        && matches!(
            namespace::create(target, name, cx.writer(), object).await?,
            Created::Yes
        )
    {
        return Ok(ControlFlow::Continue(Overwrite::FRESH));
    }
    for look in 0..LOOKS {
        match namespace::claim(target, name, cx.writer()).await? {
            Claim::Held => {
                // Ours at the first look: this is what an earlier call made.
                return Overwrite::of(cx, target, look == 0)
                    .await
                    .map(ControlFlow::Continue);
            }
            Claim::Again => {}
            Claim::Superseded(by) => return Ok(ControlFlow::Break(Turn::Superseded(by))),
            Claim::Leaving => {
                let what = format!(
                    "namespace {name} on {} to be gone: it is being deleted",
                    target.name
                );
                return Ok(ControlFlow::Break(Turn::wait(2_000, what)));
            }
            Claim::Absent => {
                let what = format!(
                    "namespace {name} on {}: its platform team must create it",
                    target.name
                );
                return Ok(ControlFlow::Break(Turn::wait(5_000, what)));
            }
        }
    }
    Ok(ControlFlow::Break(Turn::wait(
        500,
        format!("namespace {name} on {}", target.name),
    )))
}

/// What of the things that stand there may be overwritten.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Overwrite {
    /// The namespace holds a copy of this workload that we stopped, or the move says so itself (a failback).
    stale_copy: bool,
    /// What we made may run: it is what this very move made, or better than nothing after a loss.
    running: bool,
    /// A move of ours made the namespace.
    made_here: bool,
}

impl Overwrite {
    /// In a namespace that was made just now, everything is ours.
    const FRESH: Self = Self {
        stale_copy: false,
        running: true,
        made_here: true,
    };

    pub(crate) async fn of(cx: &Cx<'_>, target: &Member, resumed: bool) -> Result<Self, MemberError> {
        let seen = namespace::look(target, cx.moving.namespace()).await?;
        let made_here = seen
            .as_ref()
            .is_some_and(|seen| annotation(seen, namespace::CREATED_BY).is_some());
        let marked = seen
            .as_ref()
            .is_some_and(|seen| annotation(seen, namespace::STOPPED_BY).is_some());
        Ok(Self {
            stale_copy: marked || cx.moving.kind == MoveKind::Failback,
            running: resumed || cx.moving.kind == MoveKind::Failover,
            made_here,
        })
    }

    /// Whether this object may be overwritten.
    pub(crate) fn allows(self, live: &Value) -> bool {
        let ours = self.made_here || is_by_us(live);
        (ours || self.stale_copy) && (is_stopped(live) || (ours && self.running))
    }
}

async fn make(target: &Member, one: &Planned, may: Overwrite) -> Made {
    match try_make(target, one, may).await {
        Ok(made) => made,
        Err(error) if matches!(error.category(), Category::Refused) => Made::Refused(error.sentence()),
        Err(error) => Made::Waits(error.sentence()),
    }
}

async fn try_make(target: &Member, one: &Planned, may: Overwrite) -> Result<Made, MemberError> {
    if matches!(
        objects::create(target, &one.key, &one.object).await?,
        Created::Yes
    ) {
        return Ok(Made::Yes);
    }
    let Some(live) = objects::get(target, &one.key).await? else {
        return Ok(Made::Waits(format!(
            "{} on {}: it comes and goes",
            one.key, target.name
        )));
    };
    align(target, &one.key, &one.object, &live, may).await
}

/// Makes what stands there the same as what is sent, where that is ours to do.
async fn align(
    target: &Member,
    key: &ObjectKey,
    sent: &Value,
    live: &Value,
    may: Overwrite,
) -> Result<Made, MemberError> {
    if live.pointer("/metadata/deletionTimestamp").is_some() {
        return Ok(Made::Waits(format!(
            "{key} on {} to be gone: it is being deleted",
            target.name
        )));
    }
    if is_data(key) || faithful(sent, live).is_empty() {
        return Ok(Made::Yes);
    }
    if !may.allows(live) {
        let what = format!(
            "{key} stands on {} already, different and not ours to change",
            target.name
        );
        return Ok(Made::Foreign(what));
    }
    let mut next = sent.clone();
    next["metadata"]["resourceVersion"] = live["metadata"]["resourceVersion"].clone();
    match objects::replace(target, key, &next).await {
        Ok(()) => Ok(Made::Yes),
        Err(MemberError::Request { source, .. }) if code(&source) == Some(422) && is_stopped(live) => {
            // A field that cannot change. It is stopped and ours, and what is sent holds all of it.
            objects::delete(target, key, live).await?;
            Ok(Made::Waits(format!(
                "{key} on {} to be gone: it is made anew",
                target.name
            )))
        }
        Err(error) => Err(error),
    }
}
