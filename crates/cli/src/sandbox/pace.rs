//! How fast time goes: as on the wall, so many times faster, or as fast as the machine can.
//!
//! tokio's clock is paused for all but real time. For `max` it jumps by itself whenever nothing is left to do; for a
//! multiple a metronome moves it, and keeps a blocking task open meanwhile, which keeps it from jumping.
use std::time::Duration;

use tokio::task::JoinSet;

use crate::args::Speed;

/// The metronome's beat. 10 ms: fine enough for latencies of a few milliseconds at up to some tens of times.
const BEAT: Duration = Duration::from_millis(10);

/// One thread, so that equal seeds give equal stories.
pub(super) fn runtime(speed: Speed) -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(speed.is_virtual())
        .build()
}

/// Moves the clock while it lives.
pub(super) struct Pace {
    speed: Speed,
    metronome: JoinSet<()>,
}

impl Pace {
    pub(super) fn start(speed: Speed) -> Self {
        let mut metronome = JoinSet::new();
        if let Speed::Times(times @ 2..) = speed {
            metronome.spawn(beat(times));
        }
        Self { speed, metronome }
    }

    /// Whether the clock is not the wall's: then nothing outside may be waited for.
    pub(super) fn virtual_time(&self) -> bool {
        self.speed.is_virtual()
    }

    /// Back to real time.
    pub(super) fn end(mut self) {
        self.metronome.abort_all();
        if self.speed.is_virtual() {
            tokio::time::resume();
        }
    }
}

async fn beat(times: u32) {
    loop {
        let rested = tokio::task::spawn_blocking(|| std::thread::sleep(BEAT)).await;
        if rested.is_err() {
            return; // the runtime ends
        }
        tokio::time::advance(BEAT * times).await;
    }
}
