//! Credentials for one API server as a kubeconfig, everything embedded.
//!
//! Invariant: never reads the current kubeconfig or the environment.

#[cfg(test)]
mod tests;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use kube::config::{KubeConfigOptions, Kubeconfig};

use super::{TestenvError, certificates::Issued};

/// How a user proves who it is.
pub(crate) enum Credential<'a> {
    Certificate(&'a Issued),
    Token(&'a str),
}

/// YAML for one cluster, one user and one context, all called `cluster`.
pub(crate) fn render(cluster: &str, url: &str, authority: &str, credential: &Credential<'_>) -> String {
    let user = match credential {
        Credential::Certificate(Issued { certificate, key }) => format!(
            "    client-certificate-data: {}\n    client-key-data: {}",
            BASE64_STANDARD.encode(certificate),
            BASE64_STANDARD.encode(key)
        ),
        Credential::Token(token) => format!("    token: {token}"),
    };
    let authority = BASE64_STANDARD.encode(authority);
    format!(
        "apiVersion: v1
kind: Config
clusters:
- name: {cluster}
  cluster:
    server: {url}
    certificate-authority-data: {authority}
users:
- name: {cluster}
  user:
{user}
contexts:
- name: {cluster}
  context:
    cluster: {cluster}
    user: {cluster}
current-context: {cluster}
"
    )
}

/// A client by the kubeconfig `yaml` and nothing else. It lives on the runtime that it is made on.
pub async fn client(yaml: &str) -> Result<kube::Client, TestenvError> {
    kube::Client::try_from(config(yaml).await?).map_err(TestenvError::api("making a client"))
}

pub(crate) async fn config(yaml: &str) -> Result<kube::Config, TestenvError> {
    let kubeconfig = Kubeconfig::from_yaml(yaml)?;
    Ok(kube::Config::from_custom_kubeconfig(kubeconfig, &KubeConfigOptions::default()).await?)
}
