//! What a real registry says of images, and what silence of one means.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "the helpers of a test may fail it"
)]

use std::collections::BTreeSet;
use std::time::Duration;

use havenmeester_fleet::{Registries, RegistryOptions};
use havenmeester_portability::ObjectKey;
use havenmeester_portability::image::{ImageAsk, ImageFact, Keyring};
use havenmeester_testenv::{Mode, Registry};
use oci_client::client::{ClientConfig, ClientProtocol, Config, ImageLayer};
use oci_client::manifest::{IMAGE_MANIFEST_MEDIA_TYPE, ImageIndexEntry, OciImageIndex, OciImageManifest};
use oci_client::secrets::RegistryAuth;
use oci_client::{Client, Reference};
use serde_json::{Value, json};

const SPACE: &str = "shop";

/// Puts images into a registry, as a pipeline would.
struct Pipeline {
    client: Client,
    host: String,
    auth: RegistryAuth,
}

impl Pipeline {
    fn new(registry: &Registry) -> Self {
        Registries::new(RegistryOptions::default()); // sets the provider of TLS
        let config = ClientConfig {
            protocol: ClientProtocol::Http,
            ..ClientConfig::default()
        };
        Self {
            client: Client::try_from(config).unwrap(),
            host: registry.host(),
            auth: RegistryAuth::Basic(Registry::USER.to_owned(), Registry::PASSWORD.to_owned()),
        }
    }

    fn reference(&self, name: &str) -> Reference {
        format!("{}/{name}", self.host).parse().unwrap()
    }

    /// An image for one architecture; its digest and size.
    async fn single(&self, name: &str, architecture: &str) -> (String, i64) {
        let said = json!({"os": "linux", "architecture": architecture, "rootfs": {"type": "layers", "diff_ids": []}});
        let config = Config::oci_v1(said.to_string().into_bytes(), None);
        let layer = ImageLayer::oci_v1(name.as_bytes().to_vec(), None);
        let mut manifest = OciImageManifest::build(std::slice::from_ref(&layer), &config, None);
        manifest.media_type = Some(IMAGE_MANIFEST_MEDIA_TYPE.to_owned());
        let size = serde_json::to_vec(&manifest).unwrap().len();
        let at = self.reference(name);
        self.client
            .push(&at, &[layer], config, &self.auth, Some(manifest))
            .await
            .unwrap();
        let digest = self.client.fetch_manifest_digest(&at, &self.auth).await.unwrap();
        (digest, i64::try_from(size).unwrap())
    }

    /// An image for two architectures, with an attestation as builders add one; its digest.
    async fn index(&self, name: &str) -> String {
        let mut manifests = Vec::new();
        for architecture in ["amd64", "arm64", "unknown"] {
            let os = if architecture == "unknown" {
                "unknown"
            } else {
                "linux"
            };
            let (digest, size) = self.single(&format!("{name}-{architecture}"), architecture).await;
            let entry = json!({
                "mediaType": IMAGE_MANIFEST_MEDIA_TYPE, "digest": digest, "size": size,
                "platform": {"os": os, "architecture": architecture},
            });
            manifests.push(serde_json::from_value::<ImageIndexEntry>(entry).unwrap());
        }
        let index = json!({
            "schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", "manifests": manifests,
        });
        let index: OciImageIndex = serde_json::from_value(index).unwrap();
        let at = self.reference(name);
        self.client
            .push_manifest_list(&at, &self.auth, index)
            .await
            .unwrap();
        self.client.fetch_manifest_digest(&at, &self.auth).await.unwrap()
    }
}

/// A pull Secret for one place.
fn mk_secret(name: &str, place: &str, password: &str) -> (ObjectKey, Value) {
    let config = json!({"auths": {place: {"username": Registry::USER, "password": password}}});
    let secret = json!({
        "apiVersion": "v1", "kind": "Secret", "metadata": {"namespace": SPACE, "name": name},
        "type": "kubernetes.io/dockerconfigjson", "stringData": {".dockerconfigjson": config.to_string()},
    });
    (ObjectKey::from_value(&secret).unwrap(), secret)
}

fn mk_ask(image: &str, secrets: &[&str]) -> ImageAsk {
    ImageAsk {
        image: image.to_owned(),
        namespace: SPACE.to_owned(),
        secrets: secrets.iter().map(|name| (*name).to_owned()).collect(),
    }
}

fn mk_set(texts: &[&str]) -> BTreeSet<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

/// Asks one question of one host that is spoken to without TLS.
async fn ask(host: &str, question: &ImageAsk, secrets: &[(ObjectKey, Value)]) -> ImageFact {
    let registries = Registries::new(RegistryOptions {
        plain_http: vec![host.to_owned()],
    });
    let keyring = Keyring::of(secrets.iter().map(|(key, object)| (key, object)));
    let answers = registries
        .look(BTreeSet::from([question.clone()]), &keyring)
        .await;
    answers.unwrap().remove(question).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn images_are_resolved_to_their_digest_and_architectures() {
    let registry = Registry::start("open", false).await.unwrap();
    let pipeline = Pipeline::new(&registry);
    let host = registry.host();
    let index = pipeline.index("shop/web:1").await;
    let (single, _) = pipeline.single("shop/job:1", "arm64").await;

    let web = ask(&host, &mk_ask(&format!("{host}/shop/web:1"), &[]), &[]).await;
    let job = ask(&host, &mk_ask(&format!("{host}/shop/job:1"), &[]), &[]).await;
    let pinned = ask(&host, &mk_ask(&format!("{host}/shop/web:1@{index}"), &[]), &[]).await;
    let tag = ask(&host, &mk_ask(&format!("{host}/shop/web:2"), &[]), &[]).await;
    let name = ask(&host, &mk_ask(&format!("{host}/nobody/nothing"), &[]), &[]).await;

    let found = |digest: &str, platforms: &[&str]| ImageFact::Found {
        digest: digest.to_owned(),
        platforms: mk_set(platforms),
    };
    assert_eq!(web, found(&index, &["linux/amd64", "linux/arm64"]));
    assert_eq!(pinned, web);
    assert_eq!(job, found(&single, &["linux/arm64"]));
    assert_eq!(tag, ImageFact::NotFound);
    assert_eq!(name, ImageFact::NotFound);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_locked_registry_opens_to_the_pull_secret_that_fits_and_to_no_other() {
    let registry = Registry::start("locked", true).await.unwrap();
    let pipeline = Pipeline::new(&registry);
    let host = registry.host();
    let image = format!("{host}/shop/web:1");
    pipeline.index("shop/web:1").await;
    let right = mk_secret("right", &format!("https://{host}/v2/"), Registry::PASSWORD);
    let wrong = mk_secret("wrong", &host, "not-the-password");
    let others = mk_secret("others", "harbor.example.nl", Registry::PASSWORD);
    let secrets = [right, wrong, others];
    let no_access = |tried: &[&str], unread: &[&str]| ImageFact::NoAccess {
        tried: mk_set(tried),
        unread: mk_set(unread),
    };

    let with = async |names: &[&str]| ask(&host, &mk_ask(&image, names), &secrets).await;

    assert!(matches!(with(&["right"]).await, ImageFact::Found { .. }));
    assert!(
        matches!(with(&["others", "right", "wrong"]).await, ImageFact::Found { .. }),
        "one that opens is enough"
    );
    assert_eq!(with(&[]).await, no_access(&[], &[]));
    assert_eq!(with(&["wrong"]).await, no_access(&["wrong"], &[]));
    assert_eq!(
        with(&["others"]).await,
        no_access(&[], &[]),
        "a login for another registry is not sent"
    );
    assert_eq!(
        with(&["wrong", "made-later"]).await,
        no_access(&["wrong"], &["made-later"])
    );
    let missing = ask(
        &host,
        &mk_ask(&format!("{host}/shop/web:2"), &["right"]),
        &secrets,
    )
    .await;
    assert_eq!(missing, ImageFact::NotFound);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registry_that_is_silent_or_away_is_unknown_within_the_limit() {
    let registry = Registry::start("silent", false).await.unwrap();
    let pipeline = Pipeline::new(&registry);
    pipeline.index("shop/web:1").await;
    let relay = registry.through_relay().await.unwrap();
    let host = relay.address().to_string();
    let image = mk_ask(&format!("{host}/shop/web:1"), &[]);

    assert!(matches!(ask(&host, &image, &[]).await, ImageFact::Found { .. }));
    for mode in [Mode::Refuse, Mode::Reset, Mode::Blackhole, Mode::Drop] {
        relay.set(mode).await.unwrap();
        // Far above the limit of 7 s: this is no measurement, only that it ends.
        let answer = tokio::time::timeout(Duration::from_mins(1), ask(&host, &image, &[])).await;
        let answer = answer.unwrap_or_else(|_| panic!("{mode:?}: no end"));
        assert!(
            matches!(answer, ImageFact::Unknown { .. }),
            "{mode:?}: {answer:?}"
        );
    }
    relay.set(Mode::Pass).await.unwrap();
    assert!(matches!(ask(&host, &image, &[]).await, ImageFact::Found { .. }));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_asked_has_no_answer() {
    let asked = BTreeSet::from([mk_ask("harbor.example.nl/shop/web:1", &[])]);
    assert_eq!(
        Registries::not_asked().look(asked, &Keyring::default()).await,
        None
    );
}
