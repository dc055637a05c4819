//! Several requests in flight at once, answers in the order in which they were asked.
//!
//! The futures are made before the first is polled: a stream that makes them as it goes holds a closure over every
//! lifetime, and the compiler cannot see that such a future may move between threads.
use std::future::Future;

use futures::{StreamExt as _, stream};

/// In flight for one move at once. All moves together keep within the member's own bound (`Member::in_flight`).
pub(crate) const AT_ONCE: usize = 8;

/// Runs all, [`AT_ONCE`] at a time.
pub(crate) async fn abreast<F: Future>(all: Vec<F>) -> Vec<F::Output> {
    stream::iter(all).buffered(AT_ONCE).collect().await
}
