//! What a shut gate stops.
use std::time::Duration;

use bytes::Bytes;
use futures::StreamExt;
use http::{Request, Response};
use http_body::Frame;
use http_body_util::{BodyExt, StreamBody};
use kube::Client;
use kube::client::Body;

use super::{CutOff, Gate};
use crate::cause::cause_of;
use havenmeester_api::member::Cause;

/// Answers at once with a body that never ends.
fn endless() -> Client {
    let service = tower::service_fn(|_: Request<Body>| async {
        let first = futures::stream::iter([Ok::<_, std::io::Error>(Frame::data(Bytes::from_static(
            b"first\n",
        )))]);
        Ok::<_, std::io::Error>(Response::new(StreamBody::new(
            first.chain(futures::stream::pending()),
        )))
    });
    Client::new(service, "default")
}

fn request() -> Request<Body> {
    Request::get("/").body(Body::empty()).unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_shut_gate_refuses_requests_and_breaks_off_open_answers() {
    let gate = Gate::new();
    let client = gate.before(endless());
    let mut open = client.send(request()).await.unwrap().into_body();
    assert!(open.frame().await.unwrap().is_ok());

    assert!(gate.set(true));
    let broken = tokio::time::timeout(Duration::from_secs(1), open.frame())
        .await
        .unwrap()
        .unwrap()
        .unwrap_err();
    assert_eq!(cause_of(&broken), Some(Cause::Drill));
    let refused = client.send(request()).await.unwrap_err();
    assert_eq!(cause_of(&refused), Some(Cause::Drill));
    assert_eq!(CutOff.to_string(), "a drill cuts the cluster off");

    assert!(gate.set(false));
    assert!(client.send(request()).await.is_ok());
    assert!(!gate.set(false), "nothing changed");
}

#[tokio::test(start_paused = true)]
async fn a_request_that_is_under_way_ends_when_the_gate_shuts() {
    let never =
        tower::service_fn(|_: Request<Body>| futures::future::pending::<std::io::Result<Response<Body>>>());
    let gate = Gate::new();
    let client = gate.before(Client::new(never, "default"));
    let (answer, ()) = tokio::join!(client.send(request()), async {
        tokio::time::sleep(Duration::from_secs(3)).await;
        gate.set(true);
    });
    assert_eq!(cause_of(&answer.unwrap_err()), Some(Cause::Drill));
}
