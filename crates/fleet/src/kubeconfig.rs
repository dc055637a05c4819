//! Credentials as a kubeconfig, and what is refused in them.
//!
//! Whoever may write the Secret is not thereby allowed to run programs on the hub or to read its files: exec
//! plugins, auth providers and paths are refused.
//! Invariant: nothing of the credentials stands in an error.
use kube::Config;
use kube::config::{AuthInfo, Cluster, KubeConfigOptions, Kubeconfig};

/// Reads a kubeconfig and takes its current context. The error says which field is wrong and what would be right.
pub(crate) async fn read(bytes: &[u8]) -> Result<Config, String> {
    let text = std::str::from_utf8(bytes).map_err(|_| "it is not UTF-8 text".to_owned())?;
    if text.trim().is_empty() {
        return Err("it is empty; put a kubeconfig with a current-context there".to_owned());
    }
    let kubeconfig = Kubeconfig::from_yaml(text).map_err(|_| {
        // The parser's own words may quote the line, and with it a token.
        "it is not a kubeconfig in YAML; it needs clusters, users, contexts and current-context".to_owned()
    })?;
    refuse_outside(&kubeconfig)?;
    let options = KubeConfigOptions::default();
    let mut config = Config::from_custom_kubeconfig(kubeconfig, &options)
        .await
        .map_err(|error| named(&error))?;
    if config.cluster_url.host().is_none() {
        return Err("clusters[].cluster.server: wanted an address such as https://host:6443".to_owned());
    }
    if config.proxy_url.is_some() {
        return Err(
            "clusters[].cluster.proxy-url: proxies are not supported; name the API server itself".to_owned(),
        );
    }
    // Watches and heartbeats have limits of their own, and a compressed watch is held back until it is full.
    config.disable_compression = true;
    Ok(config)
}

fn refuse_outside(kubeconfig: &Kubeconfig) -> Result<(), String> {
    for named in &kubeconfig.clusters {
        if let Some(cluster) = &named.cluster {
            cluster_outside(cluster)?;
        }
    }
    kubeconfig
        .auth_infos
        .iter()
        .filter_map(|named| named.auth_info.as_ref())
        .try_for_each(user_outside)
}

fn cluster_outside(cluster: &Cluster) -> Result<(), String> {
    if cluster.certificate_authority.is_some() {
        return Err(instead(
            "clusters[].cluster.certificate-authority",
            "certificate-authority-data",
        ));
    }
    Ok(())
}

fn user_outside(user: &AuthInfo) -> Result<(), String> {
    if user.exec.is_some() {
        return Err("users[].user.exec: programs are not run for credentials; write a token or client-certificate-data".to_owned());
    }
    if user.auth_provider.is_some() {
        return Err(
            "users[].user.auth-provider: not supported; write a token or client-certificate-data".to_owned(),
        );
    }
    if user.token_file.is_some() {
        return Err(instead("users[].user.tokenFile", "token"));
    }
    if user.client_certificate.is_some() {
        return Err(instead(
            "users[].user.client-certificate",
            "client-certificate-data",
        ));
    }
    if user.client_key.is_some() {
        return Err(instead("users[].user.client-key", "client-key-data"));
    }
    Ok(())
}

fn instead(path: &str, data: &str) -> String {
    format!("{path}: files of the hub are not read; write {data}")
}

fn named(error: &kube::config::KubeconfigError) -> String {
    use kube::config::KubeconfigError as E;
    match error {
        E::CurrentContextNotSet => "current-context: it is not set".to_owned(),
        E::LoadContext(name) => {
            format!("contexts[]: there is no context {name:?}, which current-context names")
        }
        E::LoadClusterOfContext(name) => {
            format!("clusters[]: there is no cluster {name:?}, which the context names")
        }
        E::MissingClusterUrl => "clusters[].cluster.server: it is missing".to_owned(),
        E::ParseClusterUrl(_) => {
            "clusters[].cluster.server: it is not a URL; wanted https://host:port".to_owned()
        }
        E::ParseProxyUrl(_) => "clusters[].cluster.proxy-url: it is not a URL".to_owned(),
        E::LoadCertificateAuthority(_) | E::ParseCertificates(_) => {
            "clusters[].cluster.certificate-authority-data: it is not the base64 of PEM certificates"
                .to_owned()
        }
        E::LoadClientCertificate(_) => "users[].user.client-certificate-data: it is not base64".to_owned(),
        E::LoadClientKey(_) => "users[].user.client-key-data: it is not base64".to_owned(),
        E::KindMismatch | E::ApiVersionMismatch | E::FindPath | E::ReadConfig(..) | E::Parse(_) => {
            "it is not a kubeconfig; it needs clusters, users, contexts and current-context".to_owned()
        }
    }
}

#[cfg(test)]
mod tests;
