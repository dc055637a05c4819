//! Who leads: a Lease on the hub, taken and renewed by compare-and-swap.
//!
//! Invariant: expiry is counted by this process's own clock since it last saw the Lease change, never by the times
//! written in it, which are another machine's; a leader stops before others may believe it gone.
use std::time::Duration;

use havenmeester_fleet::Clock;
use havenmeester_ledger::{Kept, Ledger};
use jiff::Timestamp;
use k8s_openapi::api::coordination::v1::{Lease, LeaseSpec};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::MicroTime;
use kube::api::PostParams;
use kube::{Api, Client};
use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

/// Annotation of the Lease: the last entry of the decision log, as `NUMBER:HASH`, for `audit verify --head`.
pub(crate) const LOG_HEAD: &str = "havenmeester.dev/log-head";
/// The Lease's name, in the hub's namespace.
const NAME: &str = "havenmeester";

/// What is known of the Lease.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Seen {
    pub(crate) holder: Option<String>,
    /// How long ago, by our clock, the Lease was last seen to change.
    pub(crate) unchanged_for: Duration,
}

/// What to do about the Lease.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Turn {
    /// We hold it: renew.
    Renew,
    /// Nobody holds it, or its holder is gone: take it.
    Take,
    /// Another one leads.
    Wait,
}

/// Pure: what to do, from what was seen.
pub(crate) fn evaluate(seen: &Seen, me: &str, duration: Duration) -> Turn {
    match seen.holder.as_deref() {
        Some(holder) if holder == me => Turn::Renew,
        None | Some("") => Turn::Take,
        Some(_) if seen.unchanged_for > duration => Turn::Take,
        Some(_) => Turn::Wait,
    }
}

/// Holds or seeks the Lease until cancelled; `leading` says whether writes are allowed. Gives it up on the way out.
pub(crate) async fn contend(
    hub: Client,
    clock: std::sync::Arc<dyn Clock>,
    namespace: String,
    me: String,
    duration: Duration,
    (ledger, leading): (Ledger, watch::Sender<bool>),
    cancel: CancellationToken,
) {
    let api: Api<Lease> = Api::namespaced(hub, &namespace);
    let mut seen: Option<(String, Instant)> = None; // version, since when
    let mut renewed: Option<Instant> = None;
    loop {
        let begun = Instant::now();
        let outcome = tokio::time::timeout(
            (duration / 3).min(left(renewed, duration)),
            try_once(&api, &me, duration, &mut seen, (clock.now(), ledger.head())),
        )
        .await;
        match outcome {
            // From when it was asked for: the hub took it then or later.
            Ok(Ok(true)) => renewed = Some(begun),
            Ok(Ok(false)) => renewed = None,
            Ok(Err(error)) => warn!(error = %crate::chain::chain(&error), "the leader Lease"),
            Err(_) => warn!("the leader Lease: no answer"),
        }
        let lead = renewed.is_some_and(|at| at.elapsed() < term(duration));
        leading.send_if_modified(|old| {
            let changed = *old != lead;
            if changed {
                info!(leading = lead, identity = %me, "leadership");
            }
            *old = lead;
            changed
        });
        tokio::select! {
            biased; // no chance: one seed, one log
            () = tokio::time::sleep((duration / 5).min(left(renewed, duration))) => {}
            () = cancel.cancelled() => break,
        }
    }
    leading.send_replace(false);
    if renewed.is_some()
        && let Err(error) = give_up(&api, &me).await
    {
        warn!(error = %crate::chain::chain(&error), "giving up the leader Lease; the next leader waits for its expiry");
    }
}

/// How long a renewal lets us lead. Two thirds: we stop a third of the duration before another may take over.
fn term(duration: Duration) -> Duration {
    duration * 2 / 3
}

/// How long to wait at most for anything: while we lead, until we must stop; an answer that hangs must not keep us
/// from looking at the time.
fn left(renewed: Option<Instant>, duration: Duration) -> Duration {
    renewed
        .map(|at| (at + term(duration)).saturating_duration_since(Instant::now()))
        .filter(|left| !left.is_zero())
        .unwrap_or(duration)
}

async fn try_once(
    api: &Api<Lease>,
    me: &str,
    duration: Duration,
    seen: &mut Option<(String, Instant)>,
    (now, head): (Timestamp, Option<Kept>),
) -> Result<bool, kube::Error> {
    let Some(mut lease) = api.get_opt(NAME).await? else {
        let mut lease = Lease::default();
        lease.metadata.name = Some(NAME.to_owned());
        lease.spec = Some(claim(me, duration, 0, now, now));
        return accept(api.create(&PostParams::default(), &lease).await);
    };
    let version = lease.metadata.resource_version.clone().unwrap_or_default();
    let since = match seen {
        Some((last, since)) if *last == version => *since,
        Some(_) | None => Instant::now(),
    };
    *seen = Some((version, since));
    let spec = lease.spec.clone().unwrap_or_default();
    let view = Seen {
        holder: spec.holder_identity.clone(),
        unchanged_for: since.elapsed(),
    };
    let transitions = spec.lease_transitions.unwrap_or(0);
    let acquired = spec.acquire_time.map_or(now, |t| t.0);
    lease.spec = Some(match evaluate(&view, me, duration) {
        Turn::Wait => return Ok(false),
        Turn::Renew => claim(me, duration, transitions, acquired, now),
        Turn::Take => claim(me, duration, transitions + 1, now, now),
    });
    publish(&mut lease, head);
    accept(api.replace(NAME, &PostParams::default(), &lease).await)
}

/// Writes down where the log ends, out of reach of who may write to the store. Never back: a log that is shorter than it
/// was is what it is there to show.
fn publish(lease: &mut Lease, head: Option<Kept>) {
    let annotations = lease.metadata.annotations.get_or_insert_default();
    let there = annotations
        .get(LOG_HEAD)
        .and_then(|text| text.parse::<Kept>().ok());
    if let Some(head) = head.filter(|head| there.is_none_or(|there| there.seq < head.seq)) {
        annotations.insert(LOG_HEAD.to_owned(), head.to_string());
    }
}

fn claim(me: &str, duration: Duration, transitions: i32, acquired: Timestamp, now: Timestamp) -> LeaseSpec {
    LeaseSpec {
        holder_identity: Some(me.to_owned()),
        lease_duration_seconds: i32::try_from(duration.as_secs()).ok(),
        acquire_time: Some(MicroTime(acquired)),
        renew_time: Some(MicroTime(now)),
        lease_transitions: Some(transitions),
        ..LeaseSpec::default()
    }
}

/// Another one was first: that is an answer, not an error.
fn accept(written: Result<Lease, kube::Error>) -> Result<bool, kube::Error> {
    match written {
        Ok(_) => Ok(true),
        Err(kube::Error::Api(status)) if status.code == 409 => Ok(false),
        Err(error) => Err(error),
    }
}

async fn give_up(api: &Api<Lease>, me: &str) -> Result<(), kube::Error> {
    let Some(mut lease) = api.get_opt(NAME).await? else {
        return Ok(());
    };
    let Some(spec) = lease
        .spec
        .as_mut()
        .filter(|s| s.holder_identity.as_deref() == Some(me))
    else {
        return Ok(());
    };
    spec.holder_identity = None;
    api.replace(NAME, &PostParams::default(), &lease).await?;
    Ok(())
}

#[cfg(test)]
mod tests;
