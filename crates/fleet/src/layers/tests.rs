//! What is waited for, and how long.
use std::time::Duration;

use bytes::Bytes;
use futures::StreamExt;
use http::{Request, Response};
use http_body::Frame;
use http_body_util::{BodyExt, StreamBody};
use kube::client::Body;
use tokio::time::{Instant, sleep};

use crate::cause::cause_of;
use crate::connector::guarded;
use crate::limits::Limits;
use havenmeester_api::member::Cause;

fn get(path: &str) -> Request<Body> {
    Request::get(path).body(Body::empty()).unwrap()
}

#[tokio::test(start_paused = true)]
async fn headers_that_do_not_come_are_given_up() {
    let limits = Limits::default();
    let never =
        tower::service_fn(|_: Request<Body>| futures::future::pending::<std::io::Result<Response<Body>>>());
    let client = guarded(never, &limits);
    let begun = Instant::now();
    let error = client.send(get("/version")).await.unwrap_err();
    assert_eq!(cause_of(&error), Some(Cause::Unreachable));
    assert_eq!(begun.elapsed(), limits.headers);
    assert!(limits.headers <= Duration::from_secs(9));
}

/// Sends a part each `pause`, three times, then nothing.
fn slow_parts(pause: Duration) -> kube::Client {
    let service = tower::service_fn(move |_: Request<Body>| async move {
        let parts = futures::stream::iter(0..3).then(move |_| async move {
            sleep(pause).await;
            Ok::<_, std::io::Error>(Frame::data(Bytes::from_static(b"part")))
        });
        Ok::<_, std::io::Error>(Response::new(StreamBody::new(
            parts.chain(futures::stream::pending()),
        )))
    });
    guarded(service, &Limits::default())
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_stops_in_the_middle_is_given_up_but_not_one_that_goes_on() {
    let client = slow_parts(Duration::from_secs(8));
    let mut body = client.send(get("/api/v1/pods")).await.unwrap().into_body();
    for _ in 0..3 {
        assert!(body.frame().await.unwrap().is_ok());
    }
    let begun = Instant::now();
    let error = body.frame().await.unwrap().unwrap_err();
    assert_eq!(cause_of(&error), Some(Cause::Unreachable));
    assert_eq!(begun.elapsed(), Limits::default().headers);
}

#[tokio::test(start_paused = true)]
async fn a_watch_may_be_quiet() {
    let client = slow_parts(Duration::from_mins(1));
    let watch = get("/api/v1/pods?limit=5&watch=true&resourceVersion=7");
    let mut body = client.send(watch).await.unwrap().into_body();
    for _ in 0..3 {
        assert!(body.frame().await.unwrap().is_ok());
    }
}
