//! A daemon that is killed at any point and started again goes on: each call is dropped at its Nth await point, for
//! every N until a call ends by itself.

use std::{
    future::Future,
    pin::pin,
    task::{Context, Poll},
};

use havenmeester_api::{
    condition::COMPLETE,
    migration::{MoveKind, Step, StepState},
    workload::Mode,
};
use havenmeester_migration::{Next, advance};

use crate::stage::{LONG, Stage, says, show, step};

/// Polls `future` until it has been pending `n` times, then drops it. `None`: it was dropped.
async fn cut_at<F: Future>(n: usize, future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    let mut seen = 0;
    std::future::poll_fn(|context: &mut Context<'_>| match future.as_mut().poll(context) {
        Poll::Ready(output) => Poll::Ready(Some(output)),
        Poll::Pending if seen >= n => Poll::Ready(None),
        Poll::Pending => {
            seen += 1;
            Poll::Pending
        }
    })
    .await
}

/// Moves with every call cut at its `n`th wait; every second call runs whole, as after a restart.
async fn play(stage: &Stage, name: &str, n: usize, end: Step) -> usize {
    let mut cuts = 0;
    let begun = tokio::time::Instant::now();
    for turn in 0.. {
        let migration = stage.migration(name).await;
        let (workload, deps) = (stage.workload(), stage.deps.clone());
        let limit = if turn % 2 == 0 { n } else { usize::MAX };
        let next = cut_at(limit, advance(&migration, &workload, &deps)).await;
        stage.never_two().await;
        let after = match next {
            None => {
                cuts += 1;
                continue;
            }
            Some(Ok(Next::Finished)) => return cuts,
            Some(Ok(Next::In(after) | Next::Serving(after))) => after,
            Some(Err(error)) => panic!("{error:?}"),
        };
        if step(&stage.status(name).await, end) == Some(StepState::Running) {
            return cuts;
        }
        assert!(
            begun.elapsed() < LONG,
            "it does not end: {:#?}",
            show(&stage.status(name).await)
        );
        tokio::time::sleep(after).await;
    }
    cuts
}

/// For every N until none of the calls is cut.
async fn check(kind: MoveKind, mode: Mode) {
    let mut cuts_in_all = 0;
    // Each N cuts every second call, so that a coarse step still meets every step of the move.
    for n in (0..12).chain((12..).step_by(7)) {
        let stage = Stage::set(mode).await;
        if kind == MoveKind::Failover {
            stage.lose("a").await;
        }
        stage.ask("go", |spec| spec.kind = kind).await;
        let cuts = play(&stage, "go", n, Step::Retain).await;
        let status = stage.status("go").await;
        assert_eq!(
            says(&status, COMPLETE),
            "True Moved",
            "cut at {n}: {:#?}",
            show(&status)
        );
        assert!(stage.is_serving("b").await, "cut at {n}");
        if kind != MoveKind::Failover {
            assert!(stage.running("a").await.is_empty(), "cut at {n}");
        }
        stage.end().await;
        cuts_in_all += cuts;
        if cuts == 0 {
            break;
        }
    }
    assert!(cuts_in_all > 0);
}

#[tokio::test(start_paused = true)]
async fn a_replicable_move_that_is_cut_anywhere_ends_the_same() {
    check(MoveKind::Relocate, Mode::Replicable).await;
}

#[tokio::test(start_paused = true)]
async fn an_exclusive_move_that_is_cut_anywhere_ends_the_same_and_never_runs_twice() {
    check(MoveKind::Relocate, Mode::Exclusive).await;
}

#[tokio::test(start_paused = true)]
async fn a_failover_that_is_cut_anywhere_ends_the_same() {
    check(MoveKind::Failover, Mode::Replicable).await;
}
