//! The rule against every way of vanishing, and against loss. No sockets, no sleep.
use std::time::Duration;

use havenmeester_api::member::{Cause, ReachabilityState as State};
use proptest::prelude::*;

use super::{History, Met, Moment, evaluate};
use crate::limits::Limits;

fn ms(ms: u64) -> Moment {
    Duration::from_millis(ms)
}

/// What a cluster does with a probe that goes out at a moment.
#[derive(Clone, Copy)]
enum Does {
    Answers(u64),
    Fails(Cause, u64),
    Hangs,
}

/// A heartbeat without a socket: sends probes as `heartbeat` does, in steps of 50 ms.
struct Play {
    history: History,
    limits: Limits,
    now: u64,
    sent: u64,
    last: Option<u64>,
    due: Vec<(u64, u64, Does)>,
}

impl Play {
    fn new() -> Self {
        let limits = Limits::default();
        Self {
            history: History::default(),
            limits,
            now: 0,
            sent: 0,
            last: None,
            due: Vec::new(),
        }
    }

    fn recorded() -> Self {
        let mut play = Self::new();
        play.history.met = Met::Recorded;
        play
    }

    /// Goes on until `end`; calls `seen` with each verdict.
    fn go(&mut self, end: u64, mut does: impl FnMut(u64) -> Does, mut seen: impl FnMut(u64, State)) {
        while self.now < end {
            self.settle();
            let urgent = self.history.urgent(ms(self.now), &self.limits);
            let pause = if urgent {
                self.limits.probe
            } else {
                self.limits.heartbeat
            };
            if self.last.is_none_or(|last| ms(self.now) >= ms(last) + pause) {
                self.send(does(self.now));
            }
            seen(self.now, self.judge());
            self.now += 50;
        }
    }

    fn send(&mut self, does: Does) {
        self.sent += 1;
        self.last = Some(self.now);
        self.history.sent(self.sent, ms(self.now));
        let (Does::Answers(after) | Does::Fails(_, after)) = does else {
            let gives_up = u64::try_from(self.limits.give_up.as_millis()).unwrap();
            self.due
                .push((self.now + gives_up, self.sent, Does::Fails(Cause::Unreachable, 0)));
            return;
        };
        self.due.push((self.now + after, self.sent, does));
    }

    fn settle(&mut self) {
        let (now, history, slow) = (self.now, &mut self.history, self.limits.slow);
        self.due.retain(|(at, number, does)| {
            if *at > now {
                return true;
            }
            match does {
                Does::Answers(after) => {
                    history.answered(*number, ms(now), (ms(*after) >= slow).then_some(Cause::Slow));
                }
                Does::Fails(cause, _) => history.failed(*number, *cause),
                Does::Hangs => {}
            }
            false
        });
    }

    fn judge(&mut self) -> State {
        let verdict = evaluate(&self.history, ms(self.now), &self.limits);
        self.history.lost |= verdict.state == State::Lost;
        verdict.state
    }

    fn cause(&self) -> Option<Cause> {
        evaluate(&self.history, ms(self.now), &self.limits).cause
    }

    /// Answers until `vanish`, then `does`; when it is lost after that, in ms.
    fn lost_after(vanish: u64, does: Does) -> Option<(u64, Option<Cause>)> {
        let mut play = Self::new();
        play.go(vanish, |_| Does::Answers(10), |_, _| {});
        let mut lost = None;
        play.go(
            vanish + 60_000,
            |_| does,
            |now, state| {
                if state == State::Lost && lost.is_none() {
                    lost = Some(now - vanish);
                }
            },
        );
        lost.map(|after| (after, play.cause()))
    }
}

/// Whatever the phase of the heartbeat, the loss is seen in time and not too early.
fn check(does: Does, within: u64, not_before: u64, cause: Cause) {
    for phase in (0..2000).step_by(50) {
        let (after, why) = Play::lost_after(10_000 + phase, does).expect("lost");
        assert!(
            (not_before..=within).contains(&after),
            "phase {phase}: lost after {after} ms"
        );
        assert_eq!(why, Some(cause));
    }
}

#[test]
fn a_hang_is_a_loss_within_ten_seconds() {
    check(Does::Hangs, 10_000, 6_000, Cause::Unreachable);
}

#[test]
fn a_refusal_is_a_loss_within_five_seconds() {
    check(Does::Fails(Cause::Refused, 1), 5_000, 1_000, Cause::Refused);
}

#[test]
fn a_drill_is_found_as_a_refusal_is() {
    check(Does::Fails(Cause::Drill, 0), 5_000, 1_000, Cause::Drill);
}

#[test]
fn refused_credentials_are_a_loss_but_later() {
    check(
        Does::Fails(Cause::Unauthorized, 5),
        10_000,
        5_000,
        Cause::Unauthorized,
    );
}

#[test]
fn names_and_tls_that_fail_are_a_loss_like_silence() {
    check(
        Does::Fails(Cause::NameResolution, 5),
        10_000,
        6_000,
        Cause::NameResolution,
    );
    check(Does::Fails(Cause::Tls, 5), 10_000, 6_000, Cause::Tls);
}

#[test]
fn the_first_failure_makes_suspect_and_the_next_answer_clears_it() {
    let mut play = Play::new();
    play.go(2_000, |_| Does::Answers(10), |_, _| {});
    play.go(2_200, |_| Does::Fails(Cause::Refused, 1), |_, _| {});
    assert_eq!(play.judge(), State::Suspect);
    play.go(3_000, |_| Does::Answers(10), |_, _| {});
    assert_eq!(play.judge(), State::Reachable);
}

#[test]
fn a_slow_server_is_slow_and_not_lost() {
    for delay in [3_000, 4_000, 5_500] {
        let mut play = Play::new();
        play.go(10_000, |_| Does::Answers(10), |_, _| {});
        play.go(
            300_000,
            |_| Does::Answers(delay),
            |now, state| {
                assert_ne!(state, State::Lost, "at {now} with {delay}");
                if now > 20_000 {
                    assert_eq!(state, State::Reachable, "at {now} with {delay}");
                }
            },
        );
        assert_eq!(play.cause(), Some(Cause::Slow));
    }
}

#[test]
fn a_cluster_that_never_answered_is_unknown_with_its_cause() {
    let mut play = Play::new();
    play.go(
        60_000,
        |_| Does::Fails(Cause::Refused, 1),
        |_, state| assert_eq!(state, State::Unknown),
    );
    assert_eq!(play.cause(), Some(Cause::Refused));
}

#[test]
fn a_cluster_that_answered_before_a_restart_is_lost_when_it_is_silent_now() {
    let mut play = Play::recorded();
    let mut lost = None;
    play.go(
        20_000,
        |_| Does::Hangs,
        |now, state| {
            if state == State::Lost {
                lost.get_or_insert(now);
            }
            assert_ne!(state, State::Reachable);
        },
    );
    assert!(lost.is_some_and(|at| at <= 10_000), "{lost:?}");
}

#[test]
fn a_kubeconfig_that_cannot_be_used_is_never_a_loss() {
    let history = History {
        met: Met::Recorded,
        misconfigured: true,
        ..History::default()
    };
    let verdict = evaluate(&history, ms(600_000), &Limits::default());
    assert_eq!(
        (verdict.state, verdict.cause),
        (State::Unknown, Some(Cause::Misconfigured))
    );
}

#[test]
fn lost_stays_lost_while_the_cause_changes() {
    let mut play = Play::new();
    play.go(10_000, |_| Does::Answers(10), |_, _| {});
    play.go(15_000, |_| Does::Fails(Cause::Refused, 1), |_, _| {});
    assert_eq!(play.judge(), State::Lost);
    play.go(
        60_000,
        |_| Does::Hangs,
        |now, state| assert_eq!(state, State::Lost, "at {now}"),
    );
    play.go(70_000, |_| Does::Answers(10), |_, _| {});
    assert_eq!(play.judge(), State::Reachable);
}

/// One probe in three gets through: 20 % loss each way.
fn lossy(seed: u64) -> impl FnMut(u64) -> Does {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    move |_| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        if state % 100 < 36 {
            Does::Hangs
        } else {
            Does::Answers(40)
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn ten_minutes_at_twenty_percent_loss_are_no_loss(seed in any::<u64>()) {
        let mut play = Play::new();
        play.go(600_000, lossy(seed), |now, state| assert_ne!(state, State::Lost, "seed {seed} at {now}"));
    }

    #[test]
    fn a_loss_needs_as_much_silence_as_its_causes_want(
        failures in proptest::collection::vec((0_u64..6, 1_u64..2_000), 0..40),
    ) {
        let limits = Limits::default();
        let mut history = History::default();
        history.sent(1, ms(0));
        history.answered(1, ms(0), None);
        let mut now = 0;
        for (i, (kind, pause)) in failures.into_iter().enumerate() {
            let number = i as u64 + 2;
            history.sent(number, ms(now));
            let causes = [Cause::Refused, Cause::Unreachable, Cause::Tls, Cause::Unauthorized, Cause::Drill];
            if let Some(cause) = causes.get(usize::try_from(kind).unwrap()) {
                history.failed(number, *cause);
            }
            now += pause;
            let verdict = evaluate(&history, ms(now), &limits);
            if verdict.state == State::Lost {
                prop_assert!(ms(now) >= limits.refusal);
                prop_assert!(verdict.cause.is_some());
                prop_assert!(history.probes.len() >= limits.unauthorized_probes);
            }
        }
    }
}
