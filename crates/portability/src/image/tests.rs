//! Where images are named, and which login opens which registry.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{ImageAsk, ImageName, Keyring, Login, images_used};
use crate::key::ObjectKey;

fn mk_keyed(objects: Vec<Value>) -> Vec<(ObjectKey, Value)> {
    let key = |object: Value| (ObjectKey::from_value(&object).unwrap(), object);
    objects.into_iter().map(key).collect()
}

fn mk_deployment(spec: &Value) -> Value {
    json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"namespace": "shop", "name": "web"},
        "spec": {"template": {"spec": spec}}})
}

fn mk_account(name: &str, secrets: &[&str]) -> Value {
    let secrets: Vec<Value> = secrets.iter().map(|name| json!({"name": name})).collect();
    json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"namespace": "shop", "name": name},
        "imagePullSecrets": secrets})
}

/// `field image [secrets]` of every place.
#[track_caller]
fn check_used(objects: Vec<Value>, expected: &[&str]) {
    let objects = mk_keyed(objects);
    let told: Vec<String> = images_used(objects.iter().map(|(key, object)| (key, object)))
        .into_iter()
        .map(|one| {
            let secrets: Vec<String> = one.ask.secrets.into_iter().collect();
            format!("{} {} [{}]", one.field, one.ask.image, secrets.join(" "))
        })
        .collect();
    assert_eq!(told, expected);
}

#[test]
fn every_container_and_image_volume_of_a_pod_is_found() {
    let spec = json!({
        "imagePullSecrets": [{"name": "own"}],
        "serviceAccountName": "app",
        "initContainers": [{"name": "a", "image": "init:1"}, {"name": "b", "image": "sidecar:1", "restartPolicy": "Always"}],
        "containers": [{"name": "c", "image": "web:1"}, {"name": "d"}],
        "ephemeralContainers": [{"name": "e", "image": "debug:1"}],
        "volumes": [{"name": "f", "image": {"reference": "data:1"}}],
    });
    check_used(
        vec![mk_deployment(&spec), mk_account("app", &["of-account"])],
        &[
            "spec.template.spec.containers[0].image web:1 [own]",
            "spec.template.spec.ephemeralContainers[0].image debug:1 [own]",
            "spec.template.spec.initContainers[0].image init:1 [own]",
            "spec.template.spec.initContainers[1].image sidecar:1 [own]",
            "spec.template.spec.volumes[0].image.reference data:1 [own]",
        ],
    );
}

#[test]
fn a_pod_without_pull_secrets_has_those_of_its_account() {
    let spec = |account: Value| json!({"serviceAccountName": account, "containers": [{"name": "c", "image": "web:1"}]});
    let accounts = || [mk_account("app", &["a", "b"]), mk_account("default", &["d"])];
    let with = |account: Value| [vec![mk_deployment(&spec(account))], accounts().to_vec()].concat();
    check_used(
        with(json!("app")),
        &["spec.template.spec.containers[0].image web:1 [a b]"],
    );
    check_used(
        with(Value::Null),
        &["spec.template.spec.containers[0].image web:1 [d]"],
    );
}

#[test]
fn custom_resources_name_images_by_the_rules_of_the_book() {
    let cluster = json!({"apiVersion": "postgresql.cnpg.io/v1", "kind": "Cluster",
        "metadata": {"namespace": "shop", "name": "db"},
        "spec": {"imageName": "harbor.example.nl/pg:17", "imagePullSecrets": [{"name": "pull"}]}});
    let solr = json!({"apiVersion": "solr.apache.org/v1beta1", "kind": "SolrCloud",
        "metadata": {"namespace": "shop", "name": "solr"},
        "spec": {"solrImage": {"repository": "harbor.example.nl/solr", "tag": "9.8"}}});
    check_used(
        vec![cluster, solr],
        &[
            "spec.imageName harbor.example.nl/pg:17 [pull]",
            "spec.solrImage.repository harbor.example.nl/solr:9.8 []",
        ],
    );
}

#[test]
fn a_name_is_read_as_a_node_reads_it() {
    let parts = |text: &str| {
        let name = ImageName::parse(text).ok()?;
        let tag = name.tag().map(str::to_owned);
        Some(format!(
            "{} {} {}",
            name.registry(),
            name.repository(),
            tag.unwrap_or_default()
        ))
    };
    assert_eq!(parts("nginx"), Some("docker.io library/nginx latest".to_owned()));
    assert_eq!(
        parts("registry:5000/a/b"),
        Some("registry:5000 a/b latest".to_owned())
    );
    let digest = format!("sha256:{}", "0".repeat(64));
    assert_eq!(
        parts(&format!("ghcr.io/a/b@{digest}")),
        Some("ghcr.io a/b ".to_owned())
    );
    for bad in ["", "Web:1", "a/b:", "{{image}}", "https://ghcr.io/a", "a b"] {
        assert_eq!(parts(bad), None, "{bad:?}");
    }
}

fn mk_secret(name: &str, auths: &Value) -> Value {
    let config = json!({"auths": auths}).to_string();
    json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"namespace": "shop", "name": name},
        "data": {".dockerconfigjson": STANDARD.encode(config)}})
}

/// The users that are tried for an image, in their order, and the Secrets that cannot be read.
fn tried(auths: &Value, image: &str) -> (Vec<String>, Vec<String>) {
    let objects = mk_keyed(vec![mk_secret("pull", auths)]);
    let keyring = Keyring::of(objects.iter().map(|(key, object)| (key, object)));
    let ask = ImageAsk {
        image: image.to_owned(),
        namespace: "shop".to_owned(),
        secrets: ["pull".to_owned(), "absent".to_owned()].into(),
    };
    let logins = keyring.logins(&ask, &ImageName::parse(image).unwrap());
    let user = |(_, login)| match login {
        Login::Password { user, .. } => user,
        Login::Token(token) => token,
    };
    (logins.found.into_iter().map(user).collect(), logins.unread)
}

#[test]
fn a_login_opens_its_host_and_what_is_below_its_path() {
    let user = |name: &str| json!({"username": name, "password": "p"});
    let auths = json!({
        "https://index.docker.io/v1/": {"auth": STANDARD.encode("hub:secret")},
        "*.azurecr.io": user("azure"),
        "harbor.example.nl": user("all"),
        "harbor.example.nl/apps": user("apps"),
        "harbor.example.nl:8443": user("port"),
        "ghcr.io": {"registrytoken": "token"},
        "quay.io": {"identitytoken": "refresh"},
    });
    let users = |image: &str| tried(&auths, image).0.join(" ");
    assert_eq!(users("nginx"), "hub");
    assert_eq!(users("city.azurecr.io/web"), "azure");
    assert_eq!(users("a.b.azurecr.io/web"), "");
    assert_eq!(users("harbor.example.nl/apps/web"), "apps all");
    assert_eq!(users("harbor.example.nl/appstore/web"), "all");
    assert_eq!(users("harbor.example.nl:8443/web"), "port");
    assert_eq!(users("ghcr.io/web"), "token");
    assert_eq!(users("quay.io/web"), "");
    assert_eq!(
        tried(&auths, "quay.io/web").1,
        ["absent", "pull"],
        "only a token service understands it"
    );
    assert_eq!(tried(&auths, "nginx").1, ["absent"]);
}

#[test]
fn a_login_is_in_no_debug_text() {
    let objects = mk_keyed(vec![mk_secret(
        "pull",
        &json!({"a.nl": {"username": "jan", "password": "geheim"}}),
    )]);
    let keyring = Keyring::of(objects.iter().map(|(key, object)| (key, object)));
    let text = format!("{keyring:?}");
    assert!(!text.contains("geheim") && !text.contains("jan"), "{text}");
}

proptest! {
    /// A stranger's Secret may hold any pattern; it must neither hang nor end the program.
    #[test]
    fn any_pattern_is_answered(place in "[*a.:/]{0,60}", label in "[a]{1,60}") {
        let auths = json!({place: {"username": "u", "password": "p"}});
        tried(&auths, &format!("{label}.nl/web"));
    }
}
