//! Which error tells which cause.
use std::io::{self, ErrorKind};
use std::time::Duration;

use havenmeester_api::member::Cause;
use http::StatusCode;

use super::{cause_of, cause_of_status};
use crate::gate::CutOff;
use crate::layers::Silent;
use crate::transport::NameError;

fn service(error: impl Into<tower::BoxError>) -> kube::Error {
    kube::Error::Service(error.into())
}

fn status(code: u16) -> kube::Error {
    let text = format!(r#"{{"kind":"Status","code":{code},"message":"m","reason":"r","status":"Failure"}}"#);
    kube::Error::Api(serde_json::from_str(&text).unwrap())
}

#[test]
fn errors_of_the_connection_tell_their_cause_by_their_type() {
    let silent = Silent {
        after: Duration::from_secs(9),
    };
    for (error, wanted) in [
        (service(CutOff), Cause::Drill),
        (service(silent), Cause::Unreachable),
        (
            service(NameError(io::Error::other("no such host"))),
            Cause::NameResolution,
        ),
        (
            service(io::Error::from(ErrorKind::ConnectionRefused)),
            Cause::Refused,
        ),
        (
            service(io::Error::from(ErrorKind::ConnectionReset)),
            Cause::Refused,
        ),
        (service(io::Error::from(ErrorKind::TimedOut)), Cause::Unreachable),
        (
            service(io::Error::from(ErrorKind::HostUnreachable)),
            Cause::Unreachable,
        ),
        (
            service(io::Error::other(io::Error::other(rustls::Error::DecryptError))),
            Cause::Tls,
        ),
        (
            service(io::Error::new(
                ErrorKind::UnexpectedEof,
                rustls::Error::HandshakeNotComplete,
            )),
            Cause::Tls,
        ),
        (service("anything else"), Cause::Unreachable),
        (kube::Error::ReadEvents(io::Error::other(CutOff)), Cause::Drill),
    ] {
        assert_eq!(cause_of(&error), Some(wanted), "{error:?}");
    }
}

#[test]
fn answers_tell_their_cause_by_their_status() {
    for (code, wanted) in [
        (401, Some(Cause::Unauthorized)),
        (403, Some(Cause::Unauthorized)),
        (429, Some(Cause::Throttled)),
        (500, Some(Cause::Slow)),
        (503, Some(Cause::Slow)),
        (404, None),
        (409, None),
        (410, None),
    ] {
        assert_eq!(cause_of(&status(code)), wanted, "{code}");
        assert_eq!(
            cause_of_status(StatusCode::from_u16(code).unwrap()),
            wanted,
            "{code}"
        );
    }
}

#[test]
fn an_answer_that_cannot_be_read_is_no_silence() {
    let error = serde_json::from_str::<u8>("x").unwrap_err();
    assert_eq!(cause_of(&kube::Error::SerdeError(error)), None);
}
