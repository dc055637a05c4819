//! One small question, again and again, on a connection of its own.
//!
//! While an answer is overdue, further probes go out on connections of their own: one lost packet, or one dead
//! connection, says nothing of the cluster.
//! Not here: what the outcomes mean (`reachability`).
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use futures::stream::FuturesUnordered;
use havenmeester_api::member::{Cause, ReachabilityState};
use http::{Request, StatusCode};
use http_body_util::{BodyExt, Limited};
use kube::Client;
use kube::client::Body;
use tokio::time::Instant;

use crate::cause::{cause_of, cause_of_status};
use crate::clock::Clock;
use crate::connector::{Connector, Purpose};
use crate::errors::ConnectError;
use crate::gate::{CutOff, Gate};
use crate::limits::Limits;
use crate::reachability::Moment;
use crate::state::{ClusterState, locked};

/// What came of a probe.
#[derive(Debug)]
enum Outcome {
    /// The API server answered; with what is wrong with the answer.
    Answered {
        version: Option<String>,
        complaint: Option<Cause>,
    },
    /// It did not.
    Failed { cause: Cause, message: String },
}

type Probing = Pin<Box<dyn Future<Output = (u64, Outcome)> + Send>>;
type Connecting = Pin<Box<dyn Future<Output = Result<Client, ConnectError>> + Send>>;

/// Asks the cluster until it is dropped.
pub(crate) async fn run(state: Arc<ClusterState>, connector: Arc<dyn Connector>, clock: Arc<dyn Clock>) {
    Heart {
        state,
        connector,
        clock,
        client: None,
        connected: None,
        sent: 0,
        last: None,
        hurry: false,
        probes: FuturesUnordered::new(),
    }
    .beat()
    .await;
}

struct Heart {
    state: Arc<ClusterState>,
    connector: Arc<dyn Connector>,
    clock: Arc<dyn Clock>,
    client: Option<Client>,
    /// When the last connection was set up, or tried.
    connected: Option<Moment>,
    sent: u64,
    last: Option<Moment>,
    /// Somebody else saw a failure: the next probe need not wait for its turn.
    hurry: bool,
    probes: FuturesUnordered<Probing>,
}

impl Heart {
    async fn beat(mut self) {
        let mut connecting: Option<Connecting> = None;
        loop {
            if connecting.is_none() && self.wants_connection() {
                connecting = Some(self.connect());
            }
            let wake = self.state.instant(self.wake());
            tokio::select! {
                biased;
                Some((number, outcome)) = self.probes.next(), if !self.probes.is_empty() => self.heard(number, outcome),
                made = made(&mut connecting), if connecting.is_some() => {
                    connecting = None;
                    self.made(made);
                }
                () = self.state.doubt.notified() => self.hurry = true,
                () = tokio::time::sleep_until(wake) => self.turn(),
            }
            self.state.judge(self.clock.now());
        }
    }

    /// When something must be done even if nothing happens.
    fn wake(&self) -> Moment {
        let (now, limits) = (self.state.moment(), &self.state.limits);
        if !self.can_ask() {
            return now + limits.probe; // look again whether there is a connection
        }
        let Some(last) = self.last else {
            return now;
        };
        let contact = self.state.health().history.contact.unwrap_or(last);
        let overdue = contact + limits.heartbeat + limits.overdue;
        let next = last + self.pause(now);
        if overdue > now { next.min(overdue) } else { next }
    }

    /// The time between the last probe and the next.
    fn pause(&self, now: Moment) -> Duration {
        let limits = &self.state.limits;
        if self.hurry || self.state.health().history.urgent(now, limits) {
            limits.probe
        } else {
            limits.heartbeat
        }
    }

    /// A sleep ended: a probe goes out if it is its turn.
    fn turn(&mut self) {
        let now = self.state.moment();
        if self.last.is_none_or(|last| now >= last + self.pause(now)) {
            self.probe();
        }
    }

    fn can_ask(&self) -> bool {
        self.client.is_some() || self.state.gate.is_shut()
    }

    fn probe(&mut self) {
        let now = self.state.moment();
        if !self.can_ask() {
            return;
        }
        self.last = Some(now);
        self.hurry = false;
        self.sent += 1;
        let number = self.sent;
        self.state.health().history.sent(number, now);
        let (gate, client, limits) = (self.state.gate.clone(), self.client.clone(), self.state.limits);
        self.probes.push(Box::pin(
            async move { (number, ask(&gate, client, &limits).await) },
        ));
    }

    fn heard(&mut self, number: u64, outcome: Outcome) {
        let now = self.state.moment();
        match outcome {
            Outcome::Answered { version, complaint } => {
                let wall = self.clock.now();
                let mut health = self.state.health();
                health.history.answered(number, now, complaint);
                health.last_heartbeat = Some(wall);
                health.message = complaint.map(|complaint| said(complaint).to_owned());
                let new_version = version.is_some() && health.version != version;
                if new_version {
                    health.version = version;
                }
                drop(health);
                self.state.outdated.notify_one();
            }
            Outcome::Failed { cause, message } => {
                let mut health = self.state.health();
                health.history.failed(number, cause);
                health.message = Some(message);
            }
        }
    }

    /// Credentials may have changed: they are read again when the cluster refuses them, when TLS fails, and
    /// as long as it is lost.
    fn wants_connection(&self) -> bool {
        let now = self.state.moment();
        let again = self
            .connected
            .is_none_or(|at| now >= at + self.state.limits.reconnect);
        if self.client.is_none() {
            return again;
        }
        let verdict = self.state.health().verdict;
        let refused = matches!(verdict.cause, Some(Cause::Unauthorized | Cause::Tls));
        let eager = self
            .connected
            .is_none_or(|at| now >= at + self.state.limits.overdue);
        (again && verdict.state == ReachabilityState::Lost) || (eager && refused)
    }

    fn connect(&mut self) -> Connecting {
        self.connected = Some(self.state.moment());
        let (connector, member) = (self.connector.clone(), self.state.member());
        Box::pin(async move { connector.connect(&member, Purpose::Heartbeat).await })
    }

    fn made(&mut self, made: Result<Client, ConnectError>) {
        match made {
            Ok(client) => {
                self.client = Some(self.state.gate.before(client));
                *locked(&self.state.write) = None; // made anew from the same credentials when it is asked for
                self.state.health().history.misconfigured = false;
                if self.last.is_none() {
                    self.probe();
                }
            }
            Err(error) => {
                let mut health = self.state.health();
                health.message = Some(chain(&error));
                health.history.misconfigured = error.cause() == Some(Cause::Misconfigured);
                drop(health);
                self.state.outdated.notify_one();
            }
        }
    }
}

/// Waits for a connection that is being made.
async fn made(connecting: &mut Option<Connecting>) -> Result<Client, ConnectError> {
    match connecting {
        Some(connecting) => connecting.await,
        None => std::future::pending().await,
    }
}

/// The question is for the version: every API server answers it to everybody whose credentials it accepts.
async fn ask(gate: &Gate, client: Option<Client>, limits: &Limits) -> Outcome {
    let begun = Instant::now();
    if gate.is_shut() {
        return Outcome::Failed {
            cause: Cause::Drill,
            message: CutOff.to_string(),
        };
    }
    let Some(client) = client else {
        return Outcome::Failed {
            cause: Cause::Misconfigured,
            message: "there is no connection".to_owned(),
        };
    };
    match tokio::time::timeout(limits.give_up, version(&client)).await {
        Err(_) => Outcome::Failed {
            cause: Cause::Unreachable,
            message: format!("no answer within {} s", limits.give_up.as_secs()),
        },
        Ok(Outcome::Answered {
            version,
            complaint: None,
        }) if begun.elapsed() >= limits.slow => Outcome::Answered {
            version,
            complaint: Some(Cause::Slow),
        },
        Ok(outcome) => outcome,
    }
}

/// More than a version is not one.
const LARGEST_ANSWER: usize = 64 * 1024;

async fn version(client: &Client) -> Outcome {
    let failed = |error: &kube::Error| Outcome::Failed {
        cause: cause_of(error).unwrap_or(Cause::Unreachable),
        message: chain(error),
    };
    let request = match Request::get("/version").body(Body::empty()) {
        Ok(request) => request,
        Err(error) => return failed(&kube::Error::HttpError(error)),
    };
    let answer = match client.send(request).await {
        Ok(answer) => answer,
        Err(error) => return failed(&error),
    };
    let status = answer.status();
    if status.is_success() {
        return match Limited::new(answer.into_body(), LARGEST_ANSWER).collect().await {
            Ok(body) => Outcome::Answered {
                version: git_version(&body.to_bytes()),
                complaint: None,
            },
            Err(error) => Outcome::Failed {
                cause: crate::cause::in_chain(error.as_ref()).unwrap_or(Cause::Unreachable),
                message: chain(error.as_ref()),
            },
        };
    }
    of_status(status)
}

fn of_status(status: StatusCode) -> Outcome {
    let message = format!("the heartbeat is answered with {}", status.as_u16());
    match cause_of_status(status) {
        Some(Cause::Unauthorized) => Outcome::Failed {
            cause: Cause::Unauthorized,
            message,
        },
        Some(complaint) => Outcome::Answered {
            version: None,
            complaint: Some(complaint),
        },
        // Whatever answers there, every API server has a version.
        None => Outcome::Failed {
            cause: Cause::Unreachable,
            message,
        },
    }
}

fn git_version(body: &[u8]) -> Option<String> {
    #[derive(serde::Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Version {
        git_version: String,
    }
    serde_json::from_slice::<Version>(body)
        .ok()
        .map(|version| version.git_version)
}

const fn said(complaint: Cause) -> &'static str {
    match complaint {
        Cause::Throttled => "it asks for fewer requests",
        Cause::Slow => "it answers late, or with server errors",
        Cause::Unreachable
        | Cause::Refused
        | Cause::NameResolution
        | Cause::Tls
        | Cause::Unauthorized
        | Cause::Misconfigured
        | Cause::Drill => "",
    }
}

/// An error and its causes, each said once, for people.
pub(crate) fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let more = cause.to_string();
        if !text.contains(&more) {
            text.push_str(": ");
            text.push_str(&more);
        }
        next = cause.source();
    }
    text
}
