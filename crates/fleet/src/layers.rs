//! No answer may be waited for without end: a limit on headers, and on each part of an answer that is not a watch.
//!
//! The outermost layer of every client. It alone catches a balancer that acknowledges for a dead server.
//! Not here: watches that fall silent; they are asked to end by themselves (`watch`).
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body::{Body, Frame, SizeHint};
use tokio::time::{Instant, Sleep};
use tower::{BoxError, Service};

/// Nothing came for too long.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("no answer within {} ms", after.as_millis())]
pub struct Silent {
    /// The limit that was passed.
    pub after: Duration,
}

/// A service whose answers begin, and go on, within a limit.
pub(crate) struct Bounded<S> {
    inner: S,
    limit: Duration,
}

impl<S> Bounded<S> {
    pub(crate) const fn new(inner: S, limit: Duration) -> Self {
        Self { inner, limit }
    }
}

type Answering<B> = Pin<Box<dyn Future<Output = Result<Response<BoundedBody<B>>, BoxError>> + Send>>;

impl<S, B> Service<Request<kube::client::Body>> for Bounded<S>
where
    S: Service<Request<kube::client::Body>, Response = Response<B>>,
    S::Future: Send + 'static,
    S::Error: Into<BoxError> + Send,
    B: Send + 'static,
{
    type Response = Response<BoundedBody<B>>;
    type Error = BoxError;
    type Future = Answering<B>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.inner.poll_ready(cx).map_err(Into::into)
    }

    fn call(&mut self, request: Request<kube::client::Body>) -> Self::Future {
        let limit = self.limit;
        let watches = is_watch(&request);
        let answering = self.inner.call(request);
        Box::pin(async move {
            let answer = tokio::time::timeout(limit, answering)
                .await
                .map_err(|_| Silent { after: limit })?
                .map_err(Into::into)?;
            let patience = (!watches).then(|| Patience::new(limit));
            Ok(answer.map(|inner| BoundedBody {
                inner: Box::pin(inner),
                patience,
            }))
        })
    }
}

fn is_watch<B>(request: &Request<B>) -> bool {
    let query = request.uri().query().unwrap_or_default();
    query
        .split('&')
        .any(|pair| matches!(pair, "watch=true" | "watch=1"))
}

/// The limit on the next part of an answer.
struct Patience {
    limit: Duration,
    sleep: Pin<Box<Sleep>>,
}

impl Patience {
    fn new(limit: Duration) -> Self {
        Self {
            limit,
            sleep: Box::pin(tokio::time::sleep(limit)),
        }
    }

    fn renew(&mut self) {
        self.sleep.as_mut().reset(Instant::now() + self.limit);
    }
}

/// An answer whose next part comes within a limit, unless it is a watch.
pub(crate) struct BoundedBody<B> {
    inner: Pin<Box<B>>,
    patience: Option<Patience>,
}

impl<B> Body for BoundedBody<B>
where
    B: Body<Data = Bytes>,
    B::Error: Into<BoxError>,
{
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        if let Poll::Ready(frame) = self.inner.as_mut().poll_frame(cx) {
            if let Some(patience) = &mut self.patience {
                patience.renew();
            }
            return Poll::Ready(frame.map(|frame| frame.map_err(Into::into)));
        }
        let Some(patience) = &mut self.patience else {
            return Poll::Pending;
        };
        ready!(patience.sleep.as_mut().poll(cx));
        let after = patience.limit;
        Poll::Ready(Some(Err(Silent { after }.into())))
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

#[cfg(test)]
mod tests;
