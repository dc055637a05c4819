//! Shut in a drill: no request may reach the cluster, and what was open is dropped.
//!
//! Invariant: a client behind a shut gate sends nothing, whoever holds it and however long.
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::{Request, Response};
use http_body::{Body, Frame, SizeHint};
use kube::Client;
use tokio::sync::watch;
use tower::{BoxError, Service};

/// A drill keeps us from talking to the cluster.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("a drill cuts the cluster off")]
pub struct CutOff;

/// Open or shut, for every client of one cluster.
#[derive(Clone, Debug)]
pub(crate) struct Gate {
    shut: watch::Sender<bool>,
}

impl Gate {
    /// Open.
    pub(crate) fn new() -> Self {
        Self {
            shut: watch::Sender::new(false),
        }
    }

    /// Shuts or opens it; says whether that changed anything.
    pub(crate) fn set(&self, shut: bool) -> bool {
        self.shut
            .send_if_modified(|now| std::mem::replace(now, shut) != shut)
    }

    pub(crate) fn is_shut(&self) -> bool {
        *self.shut.borrow()
    }

    /// Waits until it is shut.
    pub(crate) async fn shut(&self) {
        let mut seen = self.shut.subscribe();
        // The sender lives in `self`, so that waiting cannot fail.
        let _ = seen.wait_for(|shut| *shut).await;
    }

    /// The same client, behind this gate.
    pub(crate) fn before(&self, client: Client) -> Client {
        let namespace = client.default_namespace().to_owned();
        Client::new(
            Gated {
                gate: self.clone(),
                client,
            },
            namespace,
        )
    }
}

/// A client behind a gate.
struct Gated {
    gate: Gate,
    client: Client,
}

type Answer = Result<Response<GatedBody>, BoxError>;

impl Service<Request<kube::client::Body>> for Gated {
    type Response = Response<GatedBody>;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Answer> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<kube::client::Body>) -> Self::Future {
        let (gate, client) = (self.gate.clone(), self.client.clone());
        Box::pin(async move {
            if gate.is_shut() {
                return Err(CutOff.into());
            }
            let answer = tokio::select! {
                biased;
                () = gate.shut() => return Err(CutOff.into()),
                answer = client.send(request) => answer?,
            };
            let waiting = gate.clone();
            let shut: Pin<Box<dyn Future<Output = ()> + Send>> =
                Box::pin(async move { waiting.shut().await });
            Ok(answer.map(|inner| GatedBody {
                inner: Some(inner),
                shut,
            }))
        })
    }
}

/// An answer that breaks off when the gate is shut.
struct GatedBody {
    inner: Option<kube::client::Body>,
    shut: Pin<Box<dyn Future<Output = ()> + Send>>,
}

impl Body for GatedBody {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        if self.inner.is_some() && self.shut.as_mut().poll(cx).is_ready() {
            self.inner = None; // closes the connection under it
            return Poll::Ready(Some(Err(CutOff.into())));
        }
        let Some(inner) = self.inner.as_mut() else {
            return Poll::Ready(None);
        };
        let frame = ready!(Pin::new(inner).poll_frame(cx));
        Poll::Ready(frame.map(|frame| frame.map_err(Into::into)))
    }

    fn is_end_stream(&self) -> bool {
        self.inner.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.as_ref().map(Body::size_hint).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests;
