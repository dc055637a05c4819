//! The error that a bare machine shows names every way out.

use super::*;

#[test]
fn a_missing_program_names_both_ways_out() {
    let error = BinariesError::Missing {
        binary: Binary::KubeApiserver,
        assets: "not set".to_owned(),
        cache: PathBuf::from("/home/someone/.cache/havenmeester/kube/v1.36.3"),
    };

    let text = error.to_string();

    assert!(text.contains("set KUBEBUILDER_ASSETS to a directory"), "{text}");
    assert!(text.contains("install Go"), "{text}");
    assert!(
        text.contains("/home/someone/.cache/havenmeester/kube/v1.36.3"),
        "{text}"
    );
}

#[test]
fn programs_of_one_release_share_a_directory() {
    assert_eq!(Binary::Kubectl.cached(), Binary::KubeApiserver.cached());
    assert_ne!(Binary::Etcd.cached(), Binary::KubeApiserver.cached());
    assert_ne!(
        Binary::KubeApiserverOlder.cached(),
        Binary::KubeApiserver.cached()
    );
    assert_ne!(
        Binary::KubeApiserverOlder.name(),
        Binary::KubeApiserver.name(),
        "a directory of assets must not give the one for the other"
    );
}
