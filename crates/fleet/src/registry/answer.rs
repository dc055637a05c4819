//! What an error of a registry means: by its code, never by its text.
//!
//! Invariant: only what a registry says clearly is a no; the rest is not known.

use oci_client::errors::{OciDistributionError as Error, OciEnvelope, OciErrorCode as Code};

use super::limits::ONE_IMAGE;

/// Why there is no image in hand.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// The registry does not have it.
    NotFound,
    /// The registry does not give it.
    NoAccess,
    /// A sentence on why nothing is known.
    Unknown(String),
}

impl Answer {
    fn unknown(why: &str) -> Self {
        Self::Unknown(why.to_owned())
    }

    pub(super) fn unreadable() -> Self {
        Self::unknown("its registry's answer is no manifest of an image")
    }
}

/// Why nothing is known of what takes too long.
pub(super) fn late() -> String {
    format!("its registry did not answer within {} s", ONE_IMAGE.as_secs())
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
            |_| Answer::unknown("the token service of its registry gave no token"),
            |envelope| by_codes(&envelope),
        ),
        Error::RequestError(error) if error.is_timeout() => Answer::Unknown(late()),
        Error::RequestError(error) if error.is_connect() => Answer::unknown("its registry cannot be reached"),
        Error::RequestError(_) | Error::IoError(_) => {
            Answer::unknown("the connection to its registry broke off")
        }
        Error::DigestError(_) => {
            Answer::unknown("what its registry sent does not have the digest that it says")
        }
        Error::ConfigConversionError(_)
        | Error::IncompatibleLayerMediaTypeError(_)
        | Error::JsonError(_)
        | Error::ManifestEncodingError(_)
        | Error::ManifestParsingError(_)
        | Error::UnsupportedMediaTypeError(_)
        | Error::UnsupportedSchemaVersionError(_)
        | Error::VersionedParsingError(_) => Answer::unreadable(),
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
        | Error::UrlParseError(_) => Answer::unknown("its registry gave no clear answer"),
    }
}

fn by_status(code: u16) -> Answer {
    match code {
        404 => Answer::NotFound,
        401 | 403 => Answer::NoAccess,
        429 => Answer::unknown("its registry takes no more requests of us for now"),
        code => Answer::Unknown(format!("its registry answered with status {code}")),
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
    said.unwrap_or_else(|| Answer::unknown("its registry gave no clear answer"))
}
