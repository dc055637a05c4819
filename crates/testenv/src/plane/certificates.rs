//! The certificate authority of one cluster, and what it signs.
//!
//! Not here: files (`cluster` writes them), kubeconfigs (`kubeconfig`).
//! Invariant: P-256 everywhere; a cluster's authority signs for that cluster only.

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DistinguishedName, DnType, ExtendedKeyUsagePurpose,
    IsCa, KeyPair, KeyUsagePurpose,
};

use super::TestenvError;

/// A certificate and its key, both PEM.
#[derive(Debug, Clone)]
pub(crate) struct Issued {
    pub(crate) certificate: String,
    pub(crate) key: String,
}

/// Signs the certificates of one cluster.
pub(crate) struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
}

impl Authority {
    /// A new authority with a key of its own.
    pub(crate) fn new(cluster: &str) -> Result<Self, TestenvError> {
        let subject = format!("{cluster} authority");
        let failed = |source| TestenvError::Certificate {
            subject: subject.clone(),
            source,
        };
        let mut params = CertificateParams::default();
        params.distinguished_name = name(&subject, None);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::DigitalSignature];
        let key = KeyPair::generate().map_err(failed)?;
        Ok(Self {
            issuer: CertifiedIssuer::self_signed(params, key).map_err(failed)?,
        })
    }

    /// The authority's own certificate, PEM.
    pub(crate) fn certificate(&self) -> String {
        self.issuer.pem()
    }

    /// The authority's own key, PEM: the controller manager signs with it.
    pub(crate) fn key(&self) -> String {
        self.issuer.key().serialize_pem()
    }

    /// For a client: `user` is what the API server calls the user, `groups` its groups: at most one, because
    /// rcgen's names hold one value per attribute.
    pub(crate) fn client(&self, user: &str, groups: &[&str]) -> Result<Issued, TestenvError> {
        match groups {
            [] => self.issue(user, None, &[], ExtendedKeyUsagePurpose::ClientAuth),
            [group] => self.issue(user, Some(group), &[], ExtendedKeyUsagePurpose::ClientAuth),
            [_, _, ..] => Err(TestenvError::Groups {
                user: user.to_owned(),
                count: groups.len(),
            }),
        }
    }

    /// For a server that is reached by `names` (DNS names or IP addresses).
    pub(crate) fn server(&self, subject: &str, names: &[&str]) -> Result<Issued, TestenvError> {
        self.issue(subject, None, names, ExtendedKeyUsagePurpose::ServerAuth)
    }

    fn issue(
        &self,
        subject: &str,
        group: Option<&str>,
        names: &[&str],
        usage: ExtendedKeyUsagePurpose,
    ) -> Result<Issued, TestenvError> {
        let failed = |source| TestenvError::Certificate {
            subject: subject.to_owned(),
            source,
        };
        let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
        let mut params = CertificateParams::new(names).map_err(failed)?;
        params.distinguished_name = name(subject, group);
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![usage];
        let key = KeyPair::generate().map_err(failed)?;
        let certificate = params.signed_by(&key, &self.issuer).map_err(failed)?;
        Ok(Issued {
            certificate: certificate.pem(),
            key: key.serialize_pem(),
        })
    }
}

/// The key pair that signs service account tokens: private and public half, PEM.
pub(crate) fn token_keys() -> Result<(String, String), TestenvError> {
    let keys = KeyPair::generate().map_err(|source| TestenvError::Certificate {
        subject: "service account tokens".to_owned(),
        source,
    })?;
    Ok((keys.serialize_pem(), keys.public_key_pem()))
}

/// Kubernetes reads the user from CN and its group from O.
fn name(subject: &str, group: Option<&str>) -> DistinguishedName {
    let mut name = DistinguishedName::new();
    if let Some(group) = group {
        name.push(DnType::OrganizationName, group);
    }
    name.push(DnType::CommonName, subject);
    name
}
