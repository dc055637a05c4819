//! Certificate authorities that sign for registries and that the system does not know.
//!
//! Invariant: a text without a certificate is an error, not an empty list: who names a file means something by it.

use std::fmt;

use rustls::pki_types::{CertificateDer, pem::PemObject as _};

/// Certificates of authorities. Their Debug form says how many.
#[derive(Clone, Default, Eq, PartialEq)]
pub struct Authorities(Vec<CertificateDer<'static>>);

/// Why a text gives no authority.
#[derive(Debug, thiserror::Error)]
pub enum NoAuthority {
    /// It is no PEM, or not all of it.
    #[error("it is not PEM: expected -----BEGIN CERTIFICATE-----")]
    Pem,
    /// There is none in it.
    #[error("no certificate is in it")]
    Empty,
}

impl Authorities {
    /// All certificates in a PEM text, one or many.
    pub fn from_pem(text: &[u8]) -> Result<Self, NoAuthority> {
        let found: Vec<_> = CertificateDer::pem_slice_iter(text)
            .collect::<Result<_, _>>()
            .map_err(|_| NoAuthority::Pem)?;
        if found.is_empty() {
            return Err(NoAuthority::Empty);
        }
        Ok(Self(found))
    }

    /// Those of another text as well.
    pub fn add(&mut self, more: Self) {
        self.0.extend(more.0);
    }

    pub(super) fn der(&self) -> impl Iterator<Item = &[u8]> {
        self.0.iter().map(AsRef::as_ref)
    }
}

impl fmt::Debug for Authorities {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} authorities", self.0.len())
    }
}
