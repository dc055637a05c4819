//! A simulated API server on a loopback port, so that kubectl and other programs can talk to it.
//!
//! Plain HTTP/1.1: it never leaves the machine. kubectl sends no credentials over plain HTTP, so the token stands in
//! the path of the server's URL (`http://127.0.0.1:PORT/as/TOKEN`); a bearer token is taken too.
//! Not here: TLS, HTTP/2, upgrades (exec, attach).
//! Invariant: it listens on 127.0.0.1 only; every connection ends with the server.

use std::{
    collections::BTreeMap,
    convert::Infallible,
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use bytes::Bytes;
use http::{HeaderMap, Request, Response, StatusCode, Uri, header};
use http_body_util::{BodyExt, Full, combinators::UnsyncBoxBody};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde_json::json;
use tokio::{
    net::{TcpListener, TcpStream},
    task::JoinSet,
};
use tokio_util::sync::CancellationToken;

use crate::apiserver::{ApiServer, User};

/// Before the token in a path.
const AS: &str = "/as/";

/// How long answers may still take when the server stops.
const GRACE: Duration = Duration::from_secs(1);

type Answer = Response<UnsyncBoxBody<Bytes, Infallible>>;

/// An API server that listens. Dropping it ends it at once; [`Self::stop`] lets answers finish.
#[derive(Debug)]
pub struct Served {
    address: SocketAddr,
    cancel: CancellationToken,
    tasks: JoinSet<()>,
}

/// The port could not be had.
#[derive(Debug, thiserror::Error)]
#[error("listening on 127.0.0.1:{port}")]
pub struct ServeError {
    /// The port that was asked for; 0 is any.
    pub port: u16,
    /// What the system said.
    #[source]
    pub source: io::Error,
}

/// Serves `server` on this loopback port (0: any that is free) to those who bring one of the tokens.
pub async fn serve(
    server: ApiServer,
    tokens: BTreeMap<String, User>,
    port: u16,
) -> Result<Served, ServeError> {
    let fault = |source| ServeError { port, source };
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
        .await
        .map_err(fault)?;
    let address = listener.local_addr().map_err(fault)?;
    let cancel = CancellationToken::new();
    let mut tasks = JoinSet::new();
    let front = Arc::new(Front { server, tokens });
    tasks.spawn(accept(listener, front, cancel.clone()));
    Ok(Served {
        address,
        cancel,
        tasks,
    })
}

impl Served {
    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// A kubeconfig, in YAML, whose one context `name` leads here with this token.
    pub fn kubeconfig(&self, name: &str, token: &str) -> String {
        let path = utf8_percent_encode(token, NON_ALPHANUMERIC);
        let server = json!(format!("http://{}{AS}{path}", self.address));
        // JSON strings are YAML strings, whatever is in them.
        let name = json!(name);
        format!(
            "apiVersion: v1\nkind: Config\ncurrent-context: {name}\n\
             clusters:\n- name: {name}\n  cluster:\n    server: {server}\n\
             users:\n- name: {name}\n  user: {{}}\n\
             contexts:\n- name: {name}\n  context:\n    cluster: {name}\n    user: {name}\n"
        )
    }

    /// Takes no more calls, lets answers finish for a second, ends watches.
    pub async fn stop(mut self) {
        self.cancel.cancel();
        while self.tasks.join_next().await.is_some() {}
    }
}

struct Front {
    server: ApiServer,
    tokens: BTreeMap<String, User>,
}

async fn accept(listener: TcpListener, front: Arc<Front>, cancel: CancellationToken) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            biased;
            () = cancel.cancelled() => break,
            Some(_) = connections.join_next(), if !connections.is_empty() => {}
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(converse(stream, Arc::clone(&front), cancel.clone()));
                }
                Err(error) => {
                    // Out of file descriptors, mostly: others may end meanwhile.
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            }
        }
    }
    drop(listener);
    let ended = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(GRACE, ended).await.is_err() {
        tracing::debug!("open watches are ended with the server");
    }
}

async fn converse(stream: TcpStream, front: Arc<Front>, cancel: CancellationToken) {
    // Small answers must not wait for more to come.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "setting TCP_NODELAY");
    }
    let service = service_fn(move |request| {
        let front = Arc::clone(&front);
        async move { front.answer(request).await }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = std::pin::pin!(connection);
    let ended = tokio::select! {
        biased;
        ended = connection.as_mut() => ended,
        () = cancel.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection broke off");
    }
}

impl Front {
    async fn answer(&self, request: Request<Incoming>) -> Result<Answer, hyper::Error> {
        let (mut head, body) = request.into_parts();
        let token = match split(&head.uri) {
            Some((token, rest)) => {
                head.uri = rest;
                Some(token)
            }
            None => bearer(&head.headers),
        };
        let Some(who) = token.and_then(|token| self.tokens.get(&token)).cloned() else {
            return Ok(unauthorized());
        };
        let body = body.collect().await?.to_bytes();
        let answer = self.server.handle(&who, Request::from_parts(head, body)).await;
        Ok(answer.map(BodyExt::boxed_unsync))
    }
}

/// The token in the path, and the address without it.
fn split(uri: &Uri) -> Option<(String, Uri)> {
    let (token, rest) = uri.path_and_query()?.as_str().strip_prefix(AS)?.split_once('/')?;
    let token = percent_decode_str(token).decode_utf8().ok()?.into_owned();
    Some((token, format!("/{rest}").parse().ok()?))
}

fn bearer(headers: &HeaderMap) -> Option<String> {
    let header = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    header.strip_prefix("Bearer ").map(str::to_owned)
}

fn unauthorized() -> Answer {
    let body = json!({
        "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
        "message": "Unauthorized", "reason": "Unauthorized", "code": 401,
    });
    let mut response = Response::new(Full::new(Bytes::from(body.to_string())).boxed_unsync());
    *response.status_mut() = StatusCode::UNAUTHORIZED;
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        header::HeaderValue::from_static("application/json"),
    );
    response
}

#[cfg(test)]
mod tests;
