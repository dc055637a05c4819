//! The name of an image in its parts, as registries and nodes read it.
//!
//! Not here: prefixes of registries (`transform`). Invariant: what nodes refuse as a name is refused here.

use std::fmt;

use oci_spec::distribution::{ParseError, Reference};

/// Why a text names no image.
#[derive(Debug, thiserror::Error)]
#[error("{text:?} is no name of an image: write host/repository:tag, all in lower case")]
pub struct NotAnImage {
    text: String,
    #[source]
    source: ParseError,
}

/// The name of an image, with what a short one stands for: `nginx` is `docker.io/library/nginx:latest`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageName(Reference);

impl ImageName {
    /// Reads a name.
    pub fn parse(text: &str) -> Result<Self, NotAnImage> {
        Reference::try_from(text).map(Self).map_err(|source| NotAnImage {
            text: text.to_owned(),
            source,
        })
    }

    /// The host of its registry, with the port when there is one.
    pub fn registry(&self) -> &str {
        self.0.registry()
    }

    /// The path in the registry.
    pub fn repository(&self) -> &str {
        self.0.repository()
    }

    /// Its tag; none where the digest alone counts.
    pub fn tag(&self) -> Option<&str> {
        self.0.tag()
    }

    /// Its digest, when it is named by it.
    pub fn digest(&self) -> Option<&str> {
        self.0.digest()
    }

    /// The same image below another host and path; none where that makes no name.
    pub(super) fn below(&self, prefix: &str) -> Option<Self> {
        let mut text = format!("{}/{}", prefix.trim_end_matches('/'), self.repository());
        if let Some(tag) = self.tag() {
            text = format!("{text}:{tag}");
        }
        if let Some(digest) = self.digest() {
            text = format!("{text}@{digest}");
        }
        Self::parse(&text).ok()
    }

    /// The same image in its registry, by digest alone.
    pub fn at(&self, digest: &str) -> String {
        format!("{}/{}@{digest}", self.registry(), self.repository())
    }
}

impl fmt::Display for ImageName {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}", self.0)
    }
}
