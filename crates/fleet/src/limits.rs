//! Every number of this crate, and why it is that number.
//!
//! The goal behind them: a cluster that drops packets or hangs is called lost within 10 s of vanishing, one that
//! refuses connections within 5 s, and no cluster is called lost in 10 minutes at 20 % loss.
use std::time::Duration;

/// Every time and size that `fleet` works with.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Limits {
    /// Longest wait for response headers, and for the next part of an answer that is not a watch.
    /// 9 s: below the 10 s of detection; above the slowest healthy answer of a loaded API server.
    pub headers: Duration,
    /// Longest wait for a TCP connection. 5 s holds the first three SYNs (0, 1 and 3 s).
    pub connect: Duration,
    /// Quiet time on a connection before the first keepalive probe.
    pub keepalive: Duration,
    /// Time between keepalive probes. With 5 s + 3 x 2 s a dead peer is noticed after 11 s, far below the
    /// 240 s at which the balancers of large providers forget idle connections.
    pub keepalive_interval: Duration,
    /// Keepalive probes that may stay unanswered.
    pub keepalive_retries: u32,
    /// Longest time that sent bytes may stay unacknowledged (TCP_USER_TIMEOUT).
    pub unacknowledged: Duration,
    /// Time between heartbeats while all is well. 2 s: the part of the detection time that is luck.
    pub heartbeat: Duration,
    /// Time between probes while a heartbeat is overdue. 300 ms gives some twenty independent chances before
    /// [`Limits::silence`] ends: at 36 % failure each (20 % loss both ways) that is one false alarm in 10^8.
    pub probe: Duration,
    /// A probe that is not answered for so long is overdue: the next ones go out at [`Limits::probe`].
    pub overdue: Duration,
    /// An answer later than this is a slow one. It still counts as contact.
    pub slow: Duration,
    /// A probe is given up. Longer than [`Limits::slow`], so that a slow server is told from a silent one.
    pub give_up: Duration,
    /// Silence after which a cluster is lost. 8.5 s leaves 1.5 s of the 10 for a busy machine.
    pub silence: Duration,
    /// Unanswered probes that must stand behind that verdict; fewer means that we did not ask.
    pub silence_probes: usize,
    /// Refusals for so long are a loss. 3.5 s: below the 5 that are promised, above the blink of a listener that
    /// is restarted in place.
    pub refusal: Duration,
    /// Refusals that must stand behind that verdict, without any other outcome between them.
    pub refusal_probes: usize,
    /// Refused credentials for so long are a loss: time to read the Secret again and to try what is in it.
    pub unauthorized: Duration,
    /// Refused answers that must stand behind that verdict.
    pub unauthorized_probes: usize,
    /// How long a watch is asked to last. A stream that died without a sign is noticed 5 s later.
    /// Between 20 and 60 s: shorter costs requests, longer hides a dead stream.
    pub watch_secs: u32,
    /// First wait after a watch failed.
    pub retry: Duration,
    /// Longest wait after a watch failed again and again. A heartbeat that recovers cuts it short.
    pub retry_max: Duration,
    /// Time between looks at what the cluster serves. New kinds are rare, and the look is two requests.
    pub discovery: Duration,
    /// Time between looks at the labels of namespaces that cannot be watched.
    pub namespaces: Duration,
    /// How long a namespace must be quiet before it is captured: a rollout is one capture, not thirty.
    pub quiet: Duration,
    /// How long a namespace that is never quiet may stay uncaptured. With 5 s promised, 2 s leave 3 for the store.
    pub unquiet: Duration,
    /// Captures that are written at the same time per cluster.
    pub captures: usize,
    /// First wait after the store refused a capture.
    pub store_retry: Duration,
    /// Longest wait after the store refused captures again and again.
    pub store_retry_max: Duration,
    /// Namespaces that may join a running watch one by one; more at once are one new list of everything.
    pub joins: usize,
    /// Objects on one page of a list. Bounds what a list holds in memory at once.
    pub page: u32,
    /// Lists at the same time for a capture that was asked for.
    pub lists: usize,
    /// Requests of moves that one cluster is sent at the same time, whatever the number of moves. 16: measured, an API
    /// server on two cores creates no faster with 64 or 128, and everything else then waits behind them.
    pub in_flight: usize,
    /// How often a connection that cannot be made is tried again.
    pub reconnect: Duration,
    /// How often a cluster is looked at for the Haven checks.
    pub haven: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            headers: Duration::from_secs(9),
            connect: Duration::from_secs(5),
            keepalive: Duration::from_secs(5),
            keepalive_interval: Duration::from_secs(2),
            keepalive_retries: 3,
            unacknowledged: Duration::from_secs(10),
            heartbeat: Duration::from_secs(2),
            probe: Duration::from_millis(300),
            overdue: Duration::from_secs(1),
            slow: Duration::from_secs(3),
            give_up: Duration::from_secs(8),
            silence: Duration::from_millis(8_500),
            silence_probes: 8,
            refusal: Duration::from_millis(3_500),
            refusal_probes: 4,
            unauthorized: Duration::from_secs(5),
            unauthorized_probes: 3,
            watch_secs: 30,
            retry: Duration::from_millis(500),
            retry_max: Duration::from_secs(15),
            discovery: Duration::from_mins(1),
            namespaces: Duration::from_secs(15),
            quiet: Duration::from_millis(250),
            unquiet: Duration::from_secs(2),
            captures: 8,
            store_retry: Duration::from_secs(1),
            store_retry_max: Duration::from_mins(1),
            joins: 8,
            page: 100,
            lists: 8,
            in_flight: 16,
            reconnect: Duration::from_secs(5),
            haven: crate::haven::EVERY,
        }
    }
}
