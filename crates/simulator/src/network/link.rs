//! One link: its state, its dice, and one crossing.

use std::{
    io,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use rand::{RngExt, SeedableRng, rngs::StdRng};
use tokio::sync::watch;

use super::{Fault, Quality};
use crate::apiserver::ApiServer;

/// First and longest time between two sendings of what was lost: those of Linux's TCP.
const RESEND: (Duration, Duration) = (Duration::from_millis(200), Duration::from_mins(2));

/// A way between clients and one server. Faults are seen by those who wait.
pub(super) struct Link {
    fault: watch::Sender<Option<Fault>>,
    quality: Mutex<Quality>,
    dice: Mutex<StdRng>,
    server: Mutex<Option<ApiServer>>,
}

impl Link {
    /// Each link has dice of its own, so that what happens on one does not change the luck of another.
    pub(super) fn new(name: &str, seed: u64) -> Self {
        let mix = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        let own = name.bytes().fold(0xcbf2_9ce4_8422_2325 ^ seed, mix);
        Self {
            fault: watch::Sender::new(None),
            quality: Mutex::default(),
            dice: Mutex::new(StdRng::seed_from_u64(own)),
            server: Mutex::default(),
        }
    }

    pub(super) fn attach(&self, server: ApiServer) {
        *locked(&self.server) = Some(server);
    }

    pub(super) fn server(&self) -> Option<ApiServer> {
        locked(&self.server).clone()
    }

    pub(super) fn fault(&self) -> Option<Fault> {
        *self.fault.borrow()
    }

    pub(super) fn set_fault(&self, fault: Option<Fault>) {
        self.fault.send_replace(fault);
    }

    pub(super) fn set_quality(&self, quality: Quality) {
        *locked(&self.quality) = quality;
    }

    /// One way over the link. Fails at once when connections break; takes for ever while it is partitioned.
    pub(super) async fn cross(&self) -> Result<(), io::Error> {
        tokio::select! {
            biased;
            broken = self.broken() => Err(broken),
            () = self.travel() => Ok(()),
        }
    }

    async fn travel(&self) {
        let (mut wait, longest) = RESEND;
        while self.loses() {
            tokio::time::sleep(wait).await;
            wait = (wait * 2).min(longest);
        }
        let time = self.travel_time();
        if !time.is_zero() {
            tokio::time::sleep(time).await;
        }
    }

    /// Waits until connections break.
    pub(super) async fn broken(&self) -> io::Error {
        let mut faults = self.fault.subscribe();
        let breaks = |fault: &Option<Fault>| matches!(fault, Some(Fault::Refuse | Fault::Reset));
        if faults.wait_for(breaks).await.is_err() {
            return std::future::pending().await;
        }
        io::ErrorKind::ConnectionReset.into()
    }

    /// This sending is lost.
    pub(super) fn loses(&self) -> bool {
        if self.fault() == Some(Fault::Partition) {
            return true;
        }
        let loss = locked(&self.quality).loss_per_mille;
        loss > 0 && locked(&self.dice).random_range(0..1000) < loss
    }

    fn travel_time(&self) -> Duration {
        let Quality { latency, jitter, .. } = *locked(&self.quality);
        let micros = u64::try_from(jitter.as_micros()).unwrap_or(u64::MAX);
        let more = if micros == 0 {
            0
        } else {
            locked(&self.dice).random_range(0..=micros)
        };
        latency + Duration::from_micros(more)
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
