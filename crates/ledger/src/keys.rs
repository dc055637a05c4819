//! Who can read captures: age identities (they open) and recipients (to whom is sealed).
//!
//! Not here: where the identity file is kept; that is a Secret on the hub, or a file of the operator.
//! Invariant: `Debug` shows recipients only, which are public.

use std::fmt;

use age::{
    secrecy::ExposeSecret as _,
    x25519::{Identity, Recipient},
};

use crate::{canonical, error::LedgerError};

/// The keys of a ledger.
///
/// Rotation: put a new identity into the file beside the old one (`rotated`). What is sealed from then
/// on can be opened with either; take the old line out when no capture that only it opens is needed.
/// A line with a bare recipient (`age1...`) seals to somebody whose identity is kept elsewhere, such as
/// an offline recovery key.
#[derive(Clone)]
pub struct Keys {
    identities: Vec<Identity>,
    extra: Vec<Recipient>,
}

impl Keys {
    /// One new identity, from the operating system's randomness.
    #[must_use]
    pub fn generate() -> Self {
        Self {
            identities: vec![Identity::generate()],
            extra: Vec::new(),
        }
    }

    /// Reads what `age-keygen` writes: an identity a line, `#` begins a comment; also bare recipients.
    pub fn from_identity_file(text: &str) -> Result<Self, LedgerError> {
        let mut keys = Self {
            identities: Vec::new(),
            extra: Vec::new(),
        };
        for (i, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            if let Ok(identity) = line.parse::<Identity>() {
                keys.identities.push(identity);
            } else if let Ok(recipient) = line.parse::<Recipient>() {
                keys.extra.push(recipient);
            } else {
                return Err(LedgerError::IdentityLine { line: i + 1 });
            }
        }
        if keys.identities.is_empty() {
            Err(LedgerError::NoIdentity)
        } else {
            Ok(keys)
        }
    }

    /// The inverse of `from_identity_file`. The text is secret.
    #[must_use]
    pub fn to_identity_file(&self) -> String {
        let identities = self.identities.iter().map(|identity| {
            let secret = identity.to_string();
            format!(
                "# public key: {}\n{}\n",
                identity.to_public(),
                secret.expose_secret()
            )
        });
        identities
            .chain(self.extra.iter().map(|recipient| format!("{recipient}\n")))
            .collect()
    }

    /// The same keys and a new identity.
    #[must_use]
    pub fn rotated(mut self) -> Self {
        self.identities.insert(0, Identity::generate());
        self
    }

    /// Everyone to whom is sealed, in a fixed order and each once.
    pub fn recipients(&self) -> Vec<String> {
        let mut all: Vec<String> = self.sealing().iter().map(ToString::to_string).collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// Names this set of recipients in the store, in 16 hexadecimal digits.
    ///
    /// Captures lie under it, so that a capture that was sealed to other keys does not pass for one that
    /// we can open: the same content is sealed anew after a rotation or after the loss of the keys.
    pub(crate) fn fingerprint(&self) -> String {
        let digest = canonical::digest(self.recipients().join("\n").as_bytes());
        hex::encode(&digest[..8])
    }

    pub(crate) fn sealing(&self) -> Vec<Recipient> {
        self.identities
            .iter()
            .map(Identity::to_public)
            .chain(self.extra.iter().cloned())
            .collect()
    }

    pub(crate) fn opening(&self) -> impl Iterator<Item = &dyn age::Identity> {
        self.identities
            .iter()
            .map(|identity| identity as &dyn age::Identity)
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keys")
            .field("recipients", &self.recipients())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
