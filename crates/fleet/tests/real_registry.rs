//! What a real registry says of images, and what silence of one means.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "the helpers of a test may fail it"
)]

use std::collections::BTreeSet;
use std::time::Duration;

use havenmeester_api::member::Mirror;
use havenmeester_fleet::{Authorities, Registries, RegistryOptions};
use havenmeester_portability::ObjectKey;
use havenmeester_portability::image::{ImageAsk, ImageFact, Keyring, Mirrors};
use havenmeester_portability::said::Unanswered;
use havenmeester_testenv::{Entry, Mode, Registry};
use serde_json::{Value, json};

const SPACE: &str = "shop";
const BOTH: &[&str] = &["amd64", "arm64"];

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
    let options = RegistryOptions {
        plain_http: vec![host.to_owned()],
        ..RegistryOptions::default()
    };
    through(options, question, secrets, &[]).await
}

async fn through(
    options: RegistryOptions,
    question: &ImageAsk,
    secrets: &[(ObjectKey, Value)],
    mirrors: &[Mirror],
) -> ImageFact {
    let keyring = Keyring::of(secrets.iter().map(|(key, object)| (key, object)));
    let asks = BTreeSet::from([question.clone()]);
    let registries = Registries::new(options);
    let answers = registries.look(asks, &keyring, &Mirrors::said(mirrors)).await;
    answers.unwrap().remove(question).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn images_are_resolved_to_their_digest_and_architectures() {
    let registry = Registry::start("open", Entry::Open).await.unwrap();
    let host = registry.host();
    let index = registry.push("shop/web:1", BOTH).await.unwrap();
    let single = registry.push("shop/job:1", &["arm64"]).await.unwrap();

    let web = ask(&host, &mk_ask(&format!("{host}/shop/web:1"), &[]), &[]).await;
    let job = ask(&host, &mk_ask(&format!("{host}/shop/job:1"), &[]), &[]).await;
    let pinned = ask(&host, &mk_ask(&format!("{host}/shop/web:1@{index}"), &[]), &[]).await;
    let tag = ask(&host, &mk_ask(&format!("{host}/shop/web:2"), &[]), &[]).await;
    let name = ask(&host, &mk_ask(&format!("{host}/nobody/nothing"), &[]), &[]).await;

    let found = |digest: &str, platforms: &[&str]| ImageFact::Found {
        digest: digest.to_owned(),
        platforms: mk_set(platforms),
        mirror: None,
    };
    assert_eq!(web, found(&index, &["linux/amd64", "linux/arm64"]));
    assert_eq!(pinned, web);
    assert_eq!(job, found(&single, &["linux/arm64"]));
    assert_eq!(tag, ImageFact::NotFound);
    assert_eq!(name, ImageFact::NotFound);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_locked_registry_opens_to_the_pull_secret_that_fits_and_to_no_other() {
    let registry = Registry::start("locked", Entry::Locked).await.unwrap();
    let host = registry.host();
    let image = format!("{host}/shop/web:1");
    registry.push("shop/web:1", BOTH).await.unwrap();
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
    let registry = Registry::start("silent", Entry::Open).await.unwrap();
    registry.push("shop/web:1", BOTH).await.unwrap();
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
        Registries::not_asked()
            .look(asked, &Keyring::default(), &Mirrors::default())
            .await,
        None
    );
}

fn mk_mirror(registry: &str, prefix: &str, only: bool) -> Mirror {
    Mirror {
        registry: registry.to_owned(),
        prefix: prefix.to_owned(),
        only,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mirror_is_asked_before_the_registry_and_instead_of_it_where_nodes_ask_no_other() {
    let (registry, mirror) = tokio::join!(
        Registry::start("own", Entry::Open),
        Registry::start("mirror", Entry::Open)
    );
    let (registry, mirror) = (registry.unwrap(), mirror.unwrap());
    let (host, prefix) = (registry.host(), format!("{}/copies", mirror.host()));
    let here = registry.push("shop/web:1", BOTH).await.unwrap();
    registry.push("shop/job:1", BOTH).await.unwrap();
    let there = mirror.push("copies/shop/web:1", &["amd64"]).await.unwrap();
    let hub = mirror.push("copies/library/nginx:1", &["amd64"]).await.unwrap();
    let asked = async |image: &str, mirrors: &[Mirror]| {
        let options = RegistryOptions {
            plain_http: vec![host.clone(), mirror.host()],
            ..RegistryOptions::default()
        };
        through(options, &mk_ask(image, &[]), &[], mirrors).await
    };
    let from = |fact: ImageFact| {
        let ImageFact::Found { digest, mirror, .. } = fact else {
            panic!("{fact:?}");
        };
        (digest, mirror)
    };
    let web = format!("{host}/shop/web:1");
    let job = format!("{host}/shop/job:1");
    let falls_back = [mk_mirror(&host, &prefix, false)];
    let only = [mk_mirror("*", &prefix, true)];

    assert_eq!(from(asked(&web, &[]).await), (here, None));
    let through_mirror = (there, Some(mirror.host()));
    assert_eq!(from(asked(&web, &falls_back).await), through_mirror);
    assert_eq!(
        from(asked(&job, &falls_back).await).1,
        None,
        "what it lacks comes from the registry"
    );
    assert_eq!(asked(&job, &only).await, ImageFact::NotFound);
    assert_eq!(from(asked("nginx:1", &only).await), (hub, Some(mirror.host())));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mirror_that_wants_a_login_that_no_secret_has_is_unknown() {
    let mirror = Registry::start("mirror", Entry::Locked).await.unwrap();
    mirror.push("shop/web:1", BOTH).await.unwrap();
    let options = RegistryOptions {
        plain_http: vec![mirror.host()],
        ..RegistryOptions::default()
    };
    let mirrors = [mk_mirror("*", &mirror.host(), true)];
    let image = mk_ask("harbor.example.nl/shop/web:1", &[]);
    let answer = through(options, &image, &[], &mirrors).await;
    let why = Unanswered::MirrorRefuses { host: mirror.host() };
    assert_eq!(answer, ImageFact::Unknown { why });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registry_of_a_private_authority_is_asked_only_when_that_is_trusted() {
    let registry = Registry::start("signed", Entry::Signed).await.unwrap();
    registry.push("shop/web:1", BOTH).await.unwrap();
    let image = mk_ask(&format!("{}/shop/web:1", registry.host()), &[]);
    let trusting = RegistryOptions {
        authorities: Authorities::from_pem(registry.authority().unwrap().as_bytes()).unwrap(),
        ..RegistryOptions::default()
    };

    let trusted = through(trusting, &image, &[], &[]).await;
    let stranger = through(RegistryOptions::default(), &image, &[], &[]).await;

    assert!(matches!(trusted, ImageFact::Found { .. }), "{trusted:?}");
    assert!(matches!(stranger, ImageFact::Unknown { .. }), "{stranger:?}");
}
