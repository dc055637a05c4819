//! The certificates and kubeconfigs that a cluster starts with, as files in its directory.
//!
//! Invariant: the directory is the owner's alone (mode 0700), because keys lie in it.

use std::path::Path;

use super::{
    TestenvError,
    certificates::{Authority, Issued, token_keys},
    flags::file,
    kubeconfig::{Credential, render},
};

/// By which the API server is reached: by tests, and by pods if there are any.
const SERVER_NAMES: [&str; 6] = [
    "127.0.0.1",
    "localhost",
    "10.96.0.1",
    "kubernetes",
    "kubernetes.default",
    "kubernetes.default.svc",
];

/// Whom a cluster trusts, and where it is.
pub(crate) struct Pki {
    authority: Authority,
    cluster: String,
    url: String,
}

impl Pki {
    /// A new authority for `cluster`, whose API server is at `url`.
    pub(crate) fn new(cluster: &str, url: String) -> Result<Self, TestenvError> {
        Ok(Self {
            authority: Authority::new(cluster)?,
            cluster: cluster.to_owned(),
            url,
        })
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// A kubeconfig for `user`, in at most one group.
    pub(crate) fn kubeconfig(&self, user: &str, groups: &[&str]) -> Result<String, TestenvError> {
        let issued = self.authority.client(user, groups)?;
        Ok(self.render(&Credential::Certificate(&issued)))
    }

    /// A kubeconfig for whoever has `token`.
    pub(crate) fn token_kubeconfig(&self, token: &str) -> String {
        self.render(&Credential::Token(token))
    }

    /// Writes what the processes read; returns the administrator's kubeconfig.
    pub(crate) fn write(&self, home: &Path) -> Result<String, TestenvError> {
        let Issued { certificate, key } = self.authority.server("kube-apiserver", &SERVER_NAMES)?;
        let (token_key, token_public_key) = token_keys()?;
        let admin = self.kubeconfig("admin", &["system:masters"])?;
        for (name, content) in [
            (file::AUTHORITY, self.authority.certificate()),
            (file::AUTHORITY_KEY, self.authority.key()),
            (file::SERVER, certificate),
            (file::SERVER_KEY, key),
            (file::TOKEN_KEY, token_key),
            (file::TOKEN_PUBLIC_KEY, token_public_key),
            (file::ADMIN, admin.clone()),
            (
                file::CONTROLLER_MANAGER,
                self.kubeconfig("system:kube-controller-manager", &[])?,
            ),
            (file::SCHEDULER, self.kubeconfig("system:kube-scheduler", &[])?),
        ] {
            let path = home.join(name);
            std::fs::write(&path, content).map_err(TestenvError::file("writing", path))?;
        }
        Ok(admin)
    }

    fn render(&self, credential: &Credential<'_>) -> String {
        render(
            &self.cluster,
            &self.url,
            &self.authority.certificate(),
            credential,
        )
    }
}
