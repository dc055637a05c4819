//! Which image comes from where.

use std::collections::BTreeMap;

use super::{Moved, registry};

fn mk(roles: &[(&str, &str)]) -> BTreeMap<String, String> {
    roles
        .iter()
        .map(|(role, prefix)| ((*role).to_owned(), (*prefix).to_owned()))
        .collect()
}

#[track_caller]
fn check(image: &str, expected: &str) {
    let from = mk(&[
        ("apps", "vng.azurecr.io"),
        ("base", "vng.azurecr.io/base"),
        ("hub", "docker.io"),
        ("own", "old.example.nl"),
    ]);
    let to = mk(&[
        ("apps", "harbor.example.nl/apps"),
        ("base", "harbor.example.nl/base/"),
        ("hub", "harbor.example.nl/hub"),
    ]);
    let told = match registry(image, &from, &to) {
        Moved::To(image) => {
            assert_eq!(registry(&image, &from, &to), Moved::Not, "a second time");
            image
        }
        Moved::Not => "stays".to_owned(),
        Moved::Lacking(role) => format!("lacking {role}"),
    };
    assert_eq!(told, expected);
}

#[test]
fn an_image_follows_the_longest_prefix_of_its_role() {
    check("vng.azurecr.io/shop/web:1", "harbor.example.nl/apps/shop/web:1");
    check(
        "vng.azurecr.io/base/java@sha256:ab",
        "harbor.example.nl/base/java@sha256:ab",
    );
    check("vng.azurecr.io.example.org/x", "stays");
    check("old.example.nl/x:2", "lacking own");
}

#[test]
fn a_short_name_is_one_of_docker_io() {
    check("nginx:1.29", "harbor.example.nl/hub/library/nginx:1.29");
    check("bitnami/redis", "harbor.example.nl/hub/bitnami/redis");
    check("localhost/x", "stays");
    check("registry:5000/x", "stays");
    check("", "stays");
}

#[test]
fn what_the_target_has_already_stays() {
    check("harbor.example.nl/apps/shop/web:1", "stays");
}
