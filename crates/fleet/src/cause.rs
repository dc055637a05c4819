//! From an error to the cause of silence, by the types in its chain.
//!
//! Not here: what follows from a cause (`reachability`).
//! Invariant: no text of an error is read.
use std::error::Error as StdError;
use std::io::{self, ErrorKind};

use havenmeester_api::member::Cause;
use http::StatusCode;

use crate::gate::CutOff;
use crate::layers::Silent;
use crate::transport::NameError;

/// What an error says of the cluster; `None`: it answers, and the request was the trouble.
pub fn cause_of(error: &kube::Error) -> Option<Cause> {
    if let kube::Error::Api(status) = error {
        return StatusCode::from_u16(status.code).ok().and_then(cause_of_status);
    }
    // Errors of decoding and the like come from a server that answered.
    let transport = matches!(
        error,
        kube::Error::HyperError(_) | kube::Error::Service(_) | kube::Error::ReadEvents(_)
    );
    if let kube::Error::Auth(_) = error {
        return Some(Cause::Unauthorized);
    }
    in_chain(error).or(transport.then_some(Cause::Unreachable))
}

/// What a status says of the cluster; `None`: nothing bad.
pub fn cause_of_status(status: StatusCode) -> Option<Cause> {
    match status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Some(Cause::Unauthorized),
        StatusCode::TOO_MANY_REQUESTS => Some(Cause::Throttled),
        other if other.is_server_error() => Some(Cause::Slow),
        _ => None,
    }
}

/// The first cause that a type in the chain tells. Also looks inside I/O errors, whose own `source` skips what
/// they wrap.
pub(crate) fn in_chain(error: &(dyn StdError + 'static)) -> Option<Cause> {
    let mut at = Some(error);
    // A later link is nearer to the truth: `connection closed` may have `certificate expired` as its reason.
    let mut found = None;
    while let Some(link) = at {
        found = of_link(link).or(found);
        at = match link.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(inner) => Some(inner),
            None => link.source(),
        };
    }
    found
}

fn of_link(link: &(dyn StdError + 'static)) -> Option<Cause> {
    if link.is::<CutOff>() {
        return Some(Cause::Drill);
    }
    if link.is::<NameError>() {
        return Some(Cause::NameResolution);
    }
    if link.is::<rustls::Error>() {
        return Some(Cause::Tls);
    }
    if link.is::<Silent>() || link.is::<tokio::time::error::Elapsed>() {
        return Some(Cause::Unreachable);
    }
    if let Some(hyper) = link.downcast_ref::<hyper::Error>() {
        return of_hyper(hyper);
    }
    link.downcast_ref::<io::Error>().and_then(|io| of_io(io.kind()))
}

fn of_hyper(error: &hyper::Error) -> Option<Cause> {
    if error.is_timeout() {
        return Some(Cause::Unreachable);
    }
    // The peer ended the connection instead of answering: a process that died, or a port that forwards to none.
    (error.is_incomplete_message() || error.is_closed() || error.is_canceled()).then_some(Cause::Refused)
}

fn of_io(kind: ErrorKind) -> Option<Cause> {
    #[allow(
        clippy::wildcard_enum_match_arm,
        reason = "ErrorKind is open-ended, and what is not listed tells no cause"
    )]
    match kind {
        ErrorKind::ConnectionRefused
        | ErrorKind::ConnectionReset
        | ErrorKind::ConnectionAborted
        | ErrorKind::NotConnected
        | ErrorKind::BrokenPipe
        | ErrorKind::UnexpectedEof => Some(Cause::Refused),
        ErrorKind::TimedOut
        | ErrorKind::HostUnreachable
        | ErrorKind::NetworkUnreachable
        | ErrorKind::NetworkDown => Some(Cause::Unreachable),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
