//! What can be wrong with a link, as data.

use std::{fmt, time::Duration};

use http::StatusCode;

/// One way in which a link is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Packets are dropped, or the server's process is stopped: nothing ever comes back, open watches go silent.
    Partition,
    /// Nobody listens: new calls are refused at once, open streams are reset.
    Refuse,
    /// Connections are reset: every call, and every open stream.
    Reset,
    /// Something in front of the server answers every new call with this status; open streams go on.
    Answer(StatusCode),
    /// Every new call is answered this much later; open streams go on.
    Slow(Duration),
}

/// How good a link is while nothing is wrong with it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Quality {
    /// One way.
    pub latency: Duration,
    /// Up to this much more, one way.
    pub jitter: Duration,
    /// Of a thousand crossings, how many are lost and sent again. At most 1000.
    pub loss_per_mille: u16,
}

impl Quality {
    /// A link within the Netherlands: 4 ms, up to 2 ms more, no loss.
    pub const NEAR: Self = Self {
        latency: Duration::from_millis(4),
        jitter: Duration::from_millis(2),
        loss_per_mille: 0,
    };
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Partition => f.write_str("partition"),
            Self::Refuse => f.write_str("refuse"),
            Self::Reset => f.write_str("reset"),
            Self::Answer(status) => write!(f, "answer {}", status.as_u16()),
            Self::Slow(by) => write!(f, "slow {}ms", by.as_millis()),
        }
    }
}

impl fmt::Display for Quality {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            latency,
            jitter,
            loss_per_mille,
        } = self;
        write!(
            f,
            "{}+{}ms, {loss_per_mille}/1000 lost",
            latency.as_millis(),
            jitter.as_millis()
        )
    }
}
