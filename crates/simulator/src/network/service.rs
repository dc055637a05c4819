//! A link with a server behind it, as the `tower::Service` that `kube::Client` is made from.

use std::{
    convert::Infallible,
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use bytes::Bytes;
use futures::{FutureExt, future::BoxFuture, stream};
use http::{Request, Response, StatusCode, header};
use http_body::Frame;
use http_body_util::{BodyExt, Full, StreamBody, combinators::UnsyncBoxBody};
use kube::client::Body as KubeBody;
use serde_json::json;

use super::{Fault, link::Link};
use crate::apiserver::{Body, User};

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// What comes over a link: ends with an [`io::Error`] when the connection breaks.
pub type SimBody = UnsyncBoxBody<Bytes, BoxError>;

/// One client's way to one cluster. Clones share the link.
#[derive(Clone)]
pub struct SimService {
    link: Arc<Link>,
    who: User,
}

impl SimService {
    pub(super) fn new(link: Arc<Link>, who: User) -> Self {
        Self { link, who }
    }
}

impl tower::Service<Request<KubeBody>> for SimService {
    type Response = Response<SimBody>;
    type Error = BoxError;
    type Future = BoxFuture<'static, Result<Self::Response, Self::Error>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<KubeBody>) -> Self::Future {
        call(Arc::clone(&self.link), self.who.clone(), request).boxed()
    }
}

async fn call(link: Arc<Link>, who: User, request: Request<KubeBody>) -> Result<Response<SimBody>, BoxError> {
    let (head, body) = request.into_parts();
    let body = body.collect().await?.to_bytes();
    // Nobody there: a connection is refused before a request can be sent over it.
    let server = match (link.fault(), link.server()) {
        (Some(Fault::Refuse), _) | (_, None) => return Err(refused()),
        (_, Some(server)) => server,
    };
    link.cross().await?;
    let response = match link.fault() {
        Some(Fault::Answer(status)) => {
            let response = answer(status)?;
            link.cross().await?;
            return Ok(response);
        }
        Some(Fault::Slow(by)) => {
            tokio::time::sleep(by).await;
            server.handle(&who, Request::from_parts(head, body)).await
        }
        _ => server.handle(&who, Request::from_parts(head, body)).await,
    };
    link.cross().await?;
    let (head, body) = response.into_parts();
    Ok(Response::from_parts(head, over(link, body)))
}

fn refused() -> BoxError {
    io::Error::from(io::ErrorKind::ConnectionRefused).into()
}

/// A body as it arrives at the other end of the link.
fn over(link: Arc<Link>, body: Body) -> SimBody {
    let flow = Flow {
        link,
        body: Box::pin(body),
        over: false,
    };
    let frames = stream::unfold(flow, |mut flow| async move {
        let frame = flow.next().await?;
        flow.over |= frame.is_err();
        Some((frame, flow))
    });
    StreamBody::new(frames).boxed_unsync()
}

struct Flow {
    link: Arc<Link>,
    body: Pin<Box<Body>>,
    over: bool,
}

impl Flow {
    async fn next(&mut self) -> Option<Result<Frame<Bytes>, BoxError>> {
        if self.over {
            return None;
        }
        let first = futures::poll!(self.body.frame());
        // What is there already came with what went before, if nothing is lost now.
        let together = first.is_ready() && !self.link.loses();
        let frame = match first {
            Poll::Ready(frame) => frame?,
            Poll::Pending => {
                tokio::select! {
                    biased;
                    broken = self.link.broken() => return Some(Err(broken.into())),
                    frame = self.body.frame() => frame?,
                }
            }
        };
        if !together && let Err(broken) = self.link.cross().await {
            return Some(Err(broken.into()));
        }
        Some(frame.map_err(Into::into))
    }
}

/// What a load balancer or an API server's front says, in the form of Kubernetes' own errors.
fn answer(status: StatusCode) -> Result<Response<SimBody>, BoxError> {
    let (reason, message) = match status {
        StatusCode::UNAUTHORIZED => ("Unauthorized", "Unauthorized"),
        StatusCode::FORBIDDEN => ("Forbidden", "forbidden"),
        StatusCode::TOO_MANY_REQUESTS => ("TooManyRequests", "too many requests, please try again later"),
        StatusCode::SERVICE_UNAVAILABLE => (
            "ServiceUnavailable",
            "the server is currently unable to handle the request",
        ),
        StatusCode::GATEWAY_TIMEOUT => ("Timeout", "the server was unable to return a response in time"),
        _ => (
            "InternalError",
            "an error on the server has prevented the request from succeeding",
        ),
    };
    let body = json!({
        "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
        "message": message, "reason": reason, "code": status.as_u16(),
    });
    let mut response = Response::builder()
        .status(status)
        .header(header::CONTENT_TYPE, "application/json");
    if status == StatusCode::TOO_MANY_REQUESTS {
        response = response.header(header::RETRY_AFTER, "1");
    }
    let never = |never: Infallible| match never {};
    Ok(response.body(
        Full::new(Bytes::from(body.to_string()))
            .map_err(never)
            .boxed_unsync(),
    )?)
}
