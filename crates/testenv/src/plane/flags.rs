//! The command line of each process of a control plane.
//!
//! Small on purpose: four clusters share two cores with the test. What only serves metrics, or waits for
//! a cloud, is off.
//! Invariant: every address is on 127.0.0.1, every file below the cluster's own directory.

use std::path::Path;

/// The ports that a cluster holds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Numbers {
    pub(crate) etcd: u16,
    pub(crate) peer: u16,
    pub(crate) apiserver: u16,
}

/// Names of the files that `pki` writes and the processes read.
pub(crate) mod file {
    pub(crate) const AUTHORITY: &str = "ca.crt";
    pub(crate) const AUTHORITY_KEY: &str = "ca.key";
    pub(crate) const SERVER: &str = "apiserver.crt";
    pub(crate) const SERVER_KEY: &str = "apiserver.key";
    pub(crate) const TOKEN_KEY: &str = "tokens.key";
    pub(crate) const TOKEN_PUBLIC_KEY: &str = "tokens.pub";
    pub(crate) const ADMIN: &str = "admin.kubeconfig";
    pub(crate) const CONTROLLER_MANAGER: &str = "controller-manager.kubeconfig";
    pub(crate) const SCHEDULER: &str = "scheduler.kubeconfig";
}

/// Without fsync: a test's etcd need not survive the machine, only its own death.
pub(crate) fn etcd(home: &Path, ports: Numbers) -> Vec<String> {
    let client = format!("http://127.0.0.1:{}", ports.etcd);
    let peer = format!("http://127.0.0.1:{}", ports.peer);
    vec![
        flag("data-dir", home.join("etcd").display()),
        flag("listen-client-urls", &client),
        flag("advertise-client-urls", &client),
        flag("listen-peer-urls", &peer),
        flag("initial-advertise-peer-urls", &peer),
        flag("initial-cluster", format!("default={peer}")),
        flag("log-level", "warn"),
        "--unsafe-no-fsync".to_owned(),
    ]
}

/// The endpoints of the `kubernetes` Service would be loopback addresses, which the API refuses: no
/// reconciler for them.
pub(crate) fn apiserver(home: &Path, ports: Numbers, extra: &[String]) -> Vec<String> {
    let mut flags = vec![
        flag("etcd-servers", format!("http://127.0.0.1:{}", ports.etcd)),
        flag("bind-address", "127.0.0.1"),
        flag("advertise-address", "127.0.0.1"),
        flag("endpoint-reconciler-type", "none"),
        flag("secure-port", ports.apiserver),
        flag("service-cluster-ip-range", "10.96.0.0/16"),
        flag("client-ca-file", home.join(file::AUTHORITY).display()),
        flag("tls-cert-file", home.join(file::SERVER).display()),
        flag("tls-private-key-file", home.join(file::SERVER_KEY).display()),
        flag(
            "service-account-key-file",
            home.join(file::TOKEN_PUBLIC_KEY).display(),
        ),
        flag(
            "service-account-signing-key-file",
            home.join(file::TOKEN_KEY).display(),
        ),
        flag("service-account-issuer", "https://kubernetes.default.svc"),
        flag("authorization-mode", "Node,RBAC"),
        flag("enable-admission-plugins", "NodeRestriction"),
        flag("allow-privileged", "true"),
        flag("profiling", "false"),
    ];
    flags.extend_from_slice(extra);
    flags
}

/// With the default request rate the first service account comes after 11 s instead of 3.
pub(crate) fn controller_manager(home: &Path) -> Vec<String> {
    vec![
        flag("kubeconfig", home.join(file::CONTROLLER_MANAGER).display()),
        flag("secure-port", 0),
        flag("leader-elect", "false"),
        flag("use-service-account-credentials", "true"),
        flag(
            "service-account-private-key-file",
            home.join(file::TOKEN_KEY).display(),
        ),
        flag("root-ca-file", home.join(file::AUTHORITY).display()),
        flag("cluster-signing-cert-file", home.join(file::AUTHORITY).display()),
        flag(
            "cluster-signing-key-file",
            home.join(file::AUTHORITY_KEY).display(),
        ),
        flag("kube-api-qps", 300),
        flag("kube-api-burst", 600),
        flag("profiling", "false"),
    ]
}

pub(crate) fn scheduler(home: &Path) -> Vec<String> {
    vec![
        flag("kubeconfig", home.join(file::SCHEDULER).display()),
        flag("secure-port", 0),
        flag("leader-elect", "false"),
        flag("profiling", "false"),
    ]
}

fn flag(name: &str, value: impl std::fmt::Display) -> String {
    format!("--{name}={value}")
}
