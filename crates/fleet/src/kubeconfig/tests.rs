//! What is refused in a kubeconfig, and how it is said.
use super::read;

const GOOD: &str = "
apiVersion: v1
kind: Config
clusters: [{name: c, cluster: {server: 'https://127.0.0.1:6443'}}]
users: [{name: u, user: {token: very-secret}}]
contexts: [{name: x, context: {cluster: c, user: u, namespace: n}}]
current-context: x
";

async fn refused(from: &str, to: &str) -> String {
    assert!(GOOD.contains(from), "{from}");
    read(GOOD.replace(from, to).as_bytes()).await.expect_err(to)
}

#[tokio::test]
async fn a_token_and_an_address_are_enough() {
    let config = read(GOOD.as_bytes()).await.unwrap();
    assert_eq!(config.cluster_url.to_string(), "https://127.0.0.1:6443/");
    assert_eq!(config.default_namespace, "n");
}

#[tokio::test]
async fn what_is_wrong_is_named_with_its_field_and_without_the_secret() {
    for (from, to, field) in [
        ("current-context: x", "", "current-context"),
        ("current-context: x", "current-context: y", "contexts[]"),
        ("context: {cluster: c", "context: {cluster: d", "clusters[]"),
        (
            "'https://127.0.0.1:6443'",
            "'not a url'",
            "clusters[].cluster.server",
        ),
        (
            "token: very-secret",
            "tokenFile: /etc/passwd",
            "users[].user.tokenFile",
        ),
        (
            "token: very-secret",
            "client-key: /etc/key",
            "users[].user.client-key",
        ),
        (
            "token: very-secret",
            "client-certificate: /etc/crt",
            "users[].user.client-certificate",
        ),
        (
            "token: very-secret",
            "exec: {apiVersion: client.authentication.k8s.io/v1, command: sh}",
            "users[].user.exec",
        ),
        (
            "token: very-secret",
            "auth-provider: {name: gcp}",
            "users[].user.auth-provider",
        ),
        (
            "server:",
            "certificate-authority: /etc/ca, server:",
            "clusters[].cluster.certificate-authority",
        ),
        (
            "server:",
            "proxy-url: 'http://proxy:3128', server:",
            "clusters[].cluster.proxy-url",
        ),
    ] {
        let why = refused(from, to).await;
        assert!(why.starts_with(field), "{to}: {why}");
        assert!(!why.contains("very-secret"), "{why}");
    }
}

#[tokio::test]
async fn what_is_no_kubeconfig_is_refused_without_quoting_it() {
    for text in [
        "",
        "  \n",
        "token: [very-secret",
        "- very-secret",
        "\u{0}very-secret",
    ] {
        let why = read(text.as_bytes()).await.unwrap_err();
        assert!(!why.contains("very-secret"), "{why}");
    }
    assert!(read(&[0xff, 0xfe]).await.unwrap_err().contains("UTF-8"));
}
