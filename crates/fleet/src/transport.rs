//! Sockets that notice a dead peer, and names whose failure has a type of its own.
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use hyper_util::client::legacy::Client as HyperClient;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::dns::{GaiAddrs, GaiResolver, Name};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use kube::client::{Body, ConfigExt};
use kube::{Client, Config};
use tower::{BoxError, Service, ServiceBuilder};

use crate::connector::guarded_as;
use crate::errors::ConnectError;
use crate::limits::Limits;

/// The name of a host does not resolve.
#[derive(Debug, thiserror::Error)]
#[error("the name of the host does not resolve")]
pub(crate) struct NameError(#[source] pub(crate) io::Error);

/// The system's resolver, with a type for its failure.
#[derive(Clone, Debug)]
struct Names(GaiResolver);

impl Service<Name> for Names {
    type Response = GaiAddrs;
    type Error = NameError;
    type Future = Pin<Box<dyn Future<Output = Result<GaiAddrs, NameError>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), NameError>> {
        self.0.poll_ready(cx).map_err(NameError)
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let resolving = self.0.call(name);
        Box::pin(async move { resolving.await.map_err(NameError) })
    }
}

/// Largest buffer of one connection, in bytes. A daemon holds hundreds of quiet watches, and each keeps the buffer
/// of its largest list; 64 KiB costs nothing measurable on lists of thousands of objects.
const READ_BUFFER: usize = 64 * 1024;

/// A client for what a kubeconfig says, with every layer against silence.
///
/// There is no layer of retries: each caller has a rule of its own, and the default one of the client library
/// would hide 429 and 503 from the heartbeat for minutes.
pub(crate) fn client(cluster: &str, config: &Config, limits: &Limits) -> Result<Client, ConnectError> {
    let wrong = |source| ConnectError::Tls {
        cluster: cluster.to_owned(),
        source: Box::new(source),
    };
    let https = config
        .rustls_https_connector_with_connector(sockets(limits))
        .map_err(wrong)?;
    let http: HyperClient<_, Body> = HyperClient::builder(TokioExecutor::new())
        .http1_max_buf_size(READ_BUFFER)
        .pool_timer(TokioTimer::new())
        .pool_idle_timeout(limits.keepalive * 6)
        .build(https);
    let service = ServiceBuilder::new()
        .layer(config.base_uri_layer())
        .option_layer(config.auth_layer().map_err(wrong)?)
        .layer(config.extra_headers_layer().map_err(wrong)?)
        .map_err(BoxError::from)
        .service(http);
    Ok(guarded_as(service, limits, &config.default_namespace))
}

fn sockets(limits: &Limits) -> HttpConnector<Names> {
    let mut sockets = HttpConnector::new_with_resolver(Names(GaiResolver::new()));
    sockets.enforce_http(false);
    sockets.set_nodelay(true);
    sockets.set_connect_timeout(Some(limits.connect));
    sockets.set_keepalive(Some(limits.keepalive));
    sockets.set_keepalive_interval(Some(limits.keepalive_interval));
    sockets.set_keepalive_retries(Some(limits.keepalive_retries));
    #[cfg(target_os = "linux")]
    sockets.set_tcp_user_timeout(Some(limits.unacknowledged));
    sockets
}
