//! What an error of a registry means: by its code, never by its text.
//!
//! Invariant: only what a registry says clearly is a no; the rest is not known.

use havenmeester_portability::said::Unanswered;
use oci_client::errors::{OciDistributionError as Error, OciEnvelope, OciErrorCode as Code};

use super::limits::ONE_IMAGE;

/// Why there is no image in hand.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// The registry does not have it.
    NotFound,
    /// The registry does not give it.
    NoAccess,
    /// Why nothing is known.
    Unknown(Unanswered),
}

/// Why nothing is known of what takes too long.
pub(super) fn late() -> Unanswered {
    Unanswered::Late {
        seconds: ONE_IMAGE.as_secs(),
    }
}

/// Reads one error.
pub(super) fn read(error: Error) -> Answer {
    match error {
        Error::ImageManifestNotFoundError(_) => Answer::NotFound,
        Error::RegistryError { envelope, .. } => by_codes(&envelope),
        Error::ServerError { code, .. } => by_status(code),
        Error::UnauthorizedError { .. } => Answer::NoAccess,
        // The token service answered with anything but a token: a refusal, or trouble of its own.
        Error::AuthenticationFailure(body) => serde_json::from_str::<OciEnvelope>(&body).map_or_else(
            |_| Answer::Unknown(Unanswered::NoToken),
            |envelope| by_codes(&envelope),
        ),
        Error::RequestError(error) if error.is_timeout() => Answer::Unknown(late()),
        Error::RequestError(error) if error.is_connect() => Answer::Unknown(Unanswered::NotReached),
        Error::RequestError(_) | Error::IoError(_) => Answer::Unknown(Unanswered::BrokeOff),
        Error::DigestError(_) => Answer::Unknown(Unanswered::OddDigest),
        Error::ConfigConversionError(_)
        | Error::IncompatibleLayerMediaTypeError(_)
        | Error::JsonError(_)
        | Error::ManifestEncodingError(_)
        | Error::ManifestParsingError(_)
        | Error::UnsupportedMediaTypeError(_)
        | Error::UnsupportedSchemaVersionError(_)
        | Error::VersionedParsingError(_) => Answer::Unknown(Unanswered::NoManifest),
        Error::GenericError(_)
        | Error::HeaderValueError(_)
        | Error::ImageIndexParsingNoPlatformResolverError
        | Error::PushNoDataError
        | Error::PushLayerNoDataError
        | Error::PullNoLayersError
        | Error::RegistryNoDigestError
        | Error::RegistryNoLocationError
        | Error::RegistryTokenDecodeError(_)
        | Error::SpecViolationError(_)
        | Error::UrlParseError(_) => Answer::Unknown(Unanswered::NotClear),
    }
}

fn by_status(code: u16) -> Answer {
    match code {
        404 => Answer::NotFound,
        401 | 403 => Answer::NoAccess,
        429 => Answer::Unknown(Unanswered::Throttled),
        code => Answer::Unknown(Unanswered::Status { code }),
    }
}

/// The first code that says something decides.
fn by_codes(envelope: &OciEnvelope) -> Answer {
    let said = envelope.errors.iter().find_map(|error| match error.code {
        Code::ManifestUnknown | Code::NameUnknown | Code::NotFound => Some(Answer::NotFound),
        Code::Unauthorized | Code::Denied => Some(Answer::NoAccess),
        Code::Toomanyrequests => Some(by_status(429)),
        Code::BlobUnknown
        | Code::BlobUploadInvalid
        | Code::BlobUploadUnknown
        | Code::DigestInvalid
        | Code::ManifestBlobUnknown
        | Code::ManifestInvalid
        | Code::ManifestUnverified
        | Code::NameInvalid
        | Code::SizeInvalid
        | Code::TagInvalid
        | Code::Unsupported
        | Code::Other(_) => None,
    });
    said.unwrap_or(Answer::Unknown(Unanswered::NotClear))
}
