//! Wall time as a seam. Durations are tokio's own affair.
use jiff::Timestamp;

/// Says what time it is.
pub trait Clock: Send + Sync + 'static {
    /// Now.
    fn now(&self) -> Timestamp;
}

/// The clock of the machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[allow(
        clippy::disallowed_methods,
        reason = "this is the one place that the seam stands on"
    )]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}
