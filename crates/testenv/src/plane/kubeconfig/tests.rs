//! A rendered kubeconfig is one that the ecosystem reads.

use super::*;

#[test]
fn token_and_address_are_read_back() {
    let yaml = render(
        "azure",
        "https://127.0.0.1:20000",
        "PEM",
        &Credential::Token("a.b.c"),
    );

    let read = Kubeconfig::from_yaml(&yaml).expect("valid YAML");

    assert_eq!(read.current_context.as_deref(), Some("azure"));
    let cluster = read.clusters[0].cluster.as_ref().expect("a cluster");
    assert_eq!(cluster.server.as_deref(), Some("https://127.0.0.1:20000"));
    let user = read.auth_infos[0].auth_info.as_ref().expect("a user");
    assert!(user.token.is_some());
}
