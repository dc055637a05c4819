//! Health and metrics over HTTP.
//!
//! `/healthz`: the process is alive. `/readyz`: it has a complete view of the hub. `/metrics`: OpenMetrics text.
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use crate::metrics::Metrics;
use crate::observe::Hub;

#[derive(Clone)]
struct Shared {
    hub: Hub,
    metrics: Arc<Metrics>,
}

/// Binds, so that a taken port is an error at the start and not a silent lack of health.
pub(crate) async fn bind(address: SocketAddr) -> std::io::Result<TcpListener> {
    TcpListener::bind(address).await
}

pub(crate) async fn serve(listener: TcpListener, hub: Hub, metrics: Arc<Metrics>, cancel: CancellationToken) {
    let app = Router::new()
        .route("/healthz", get(|| async { "ok" }))
        .route("/readyz", get(ready))
        .route("/metrics", get(text))
        .with_state(Shared { hub, metrics });
    if let Ok(address) = listener.local_addr() {
        info!(%address, "health and metrics");
    }
    let shutdown = async move { cancel.cancelled().await };
    if let Err(error) = axum::serve(listener, app).with_graceful_shutdown(shutdown).await {
        warn!(%error, "serving health and metrics");
    }
}

async fn ready(State(shared): State<Shared>) -> Response {
    if shared.hub.ready() {
        "ok".into_response()
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "the hub has not been listed yet").into_response()
    }
}

async fn text(State(shared): State<Shared>) -> Response {
    match shared.metrics.text() {
        Ok(text) => (
            [(
                header::CONTENT_TYPE,
                "application/openmetrics-text; version=1.0.0; charset=utf-8",
            )],
            text,
        )
            .into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
