//! The AwaitServing step, and the question before CleanUp: does the target's copy do its work?
//!
//! Pods that are ready are the measure here: an address outside still leads to the source until traffic is switched,
//! so asking it would prove nothing. Of an entry point only its class counts: without one it is served by nobody.
//! Invariant: only what was read from the target in this very look counts.

use havenmeester_api::migration::MigrationStatus;
use havenmeester_fleet::Member;
use havenmeester_portability::{ObjectKey, Planned, Serving, Start, is_serving};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::{
    abreast::abreast,
    cx::Cx,
    errors::{Category, MemberError},
    objects,
    turn::Turn,
};

/// Waits until everything that was sent and runs something serves.
pub(crate) async fn run(
    cx: &Cx<'_>,
    status: &MigrationStatus,
    begun: Timestamp,
) -> Result<Turn, MemberError> {
    let target = cx.target().await?;
    Ok(match missing(cx, status, &target).await? {
        Some(what) => Turn::wait(pace(cx.now().duration_since(begun)), what),
        None => Turn::done("all Pods are ready".to_owned()),
    })
}

/// What does not serve yet, as one sentence; `None`: everything does.
pub(crate) async fn missing(
    cx: &Cx<'_>,
    status: &MigrationStatus,
    target: &Member,
) -> Result<Option<String>, MemberError> {
    // Beside and as captured differ in Jobs only, which nobody waits for.
    let cargo = cx.cargo(status, target, Start::AsCaptured).await?;
    let asked: Vec<&Planned> = cargo.objects.iter().filter(|one| runs(&one.object)).collect();
    let answers = asked
        .into_iter()
        .map(|one| async move { (one, objects::get(target, &one.key).await) });
    for (one, answer) in abreast(answers.collect()).await {
        let what = match answer? {
            None => Some("it is not there".to_owned()),
            Some(live) => match is_serving(&live) {
                Serving::Yes | Serving::NotApplicable => None,
                Serving::No(why) => Some(why.to_string()),
            },
        };
        if let Some(what) = what {
            return Ok(Some(format!("{} on {}: {what}", one.key, target.name)));
        }
    }
    if !cx.moving.kind.source_answers() {
        return Ok(None); // what is lost is brought up as far as it goes
    }
    for one in &cargo.objects {
        if let Some(class) = unserved_class(target, one).await? {
            return Ok(Some(format!(
                "{} on {}: there is no IngressClass {class}, so nothing serves it",
                one.key, target.name
            )));
        }
    }
    Ok(None)
}

/// The class of an entry point that nobody there serves. What we may not see is taken to be there.
async fn unserved_class(target: &Member, one: &Planned) -> Result<Option<String>, MemberError> {
    if (one.key.group.as_str(), one.key.kind.as_str()) != ("networking.k8s.io", "Ingress") {
        return Ok(None);
    }
    let class = one
        .object
        .pointer("/spec/ingressClassName")
        .and_then(Value::as_str);
    let Some(class) = class.filter(|class| !class.is_empty()) else {
        return Ok(None);
    };
    let key = ObjectKey {
        group: "networking.k8s.io".to_owned(),
        version: "v1".to_owned(),
        kind: "IngressClass".to_owned(),
        namespace: None,
        name: class.to_owned(),
    };
    match objects::get(target, &key).await {
        Ok(Some(_)) => Ok(None),
        Ok(None) => Ok(Some(class.to_owned())),
        Err(error) if error.category() == Category::Refused => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whether an object of this kind ever has something to wait for.
fn runs(object: &Value) -> bool {
    !matches!(is_serving(object), Serving::NotApplicable)
}

/// Milliseconds to the next look: short while a start of seconds is likely, long while an image is pulled. The
/// recovery time is measured to within this.
fn pace(since: SignedDuration) -> u64 {
    match since.as_secs() {
        ..30 => 1_000,
        30..120 => 2_000,
        _ => 5_000,
    }
}
