//! Asks image registries, by the OCI distribution specification: is the image there, under which digest, built for what?
//!
//! Not here: which images (`portability::image`), what an answer means (`portability::preflight`).
//! Invariant: only reads; bounded in time and in number; a login goes to nobody but the registry that its Secret names
//! (and the token service to which that one points); no text of a registry is passed on.

mod answer; // what a registry means
mod authority; // whose certificates are trusted
mod limits; // every number, and why

use std::{
    collections::{BTreeMap, BTreeSet},
    io::Cursor,
    sync::Arc,
};

use futures::{StreamExt as _, stream};
use havenmeester_portability::image::{ImageAsk, ImageFact, ImageName, Keyring, Login, Logins, Mirrors};
use havenmeester_portability::said::Unanswered;
use oci_client::{
    Client, Reference,
    client::{Certificate, CertificateEncoding, ClientConfig, ClientProtocol},
    manifest::{ImageIndexEntry, OciDescriptor, OciManifest},
    secrets::RegistryAuth,
};
use serde::Deserialize;
use tokio::{
    sync::Semaphore,
    time::{Instant, timeout_at},
};

use answer::{Answer, late, read};
pub use authority::{Authorities, NoAuthority};
use limits::{CONFIG_BYTES, CONNECT, IN_FLIGHT, ONE_IMAGE, WHOLE_LOOK};

/// How registries are asked.
#[derive(Clone, Debug, Default)]
pub struct RegistryOptions {
    /// Hosts (with their ports) that are spoken to without TLS. A login that is sent to one can be read on the way.
    pub plain_http: Vec<String>,
    /// Who is trusted to sign the certificates of registries, beside those whom the system trusts.
    pub authorities: Authorities,
}

/// Asks registries, or does not. Cheap to clone; clones share their places.
#[derive(Clone, Debug)]
pub struct Registries(World);

#[derive(Clone, Debug)]
enum World {
    Real(Arc<How>),
    NotAsked,
    Simulated,
}

#[derive(Debug)]
struct How {
    options: RegistryOptions,
    places: Semaphore,
}

impl Registries {
    /// Asks them.
    pub fn new(options: RegistryOptions) -> Self {
        // Whoever set one before us set the same: the tree has no other.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        Self(World::Real(Arc::new(How {
            options,
            places: Semaphore::new(IN_FLIGHT),
        })))
    }

    /// Asks none: where the hub may not reach any.
    pub fn not_asked() -> Self {
        Self(World::NotAsked)
    }

    /// Those of a simulated world, whose nodes run whatever is named: every image is there.
    pub fn simulated() -> Self {
        Self(World::Simulated)
    }

    /// One answer to each question, or none at all where registries are not asked. A mirror is asked first, as nodes do.
    pub async fn look(
        &self,
        asks: BTreeSet<ImageAsk>,
        keyring: &Keyring,
        mirrors: &Mirrors,
    ) -> Option<BTreeMap<ImageAsk, ImageFact>> {
        let how = match &self.0 {
            World::Real(how) => how,
            World::NotAsked => return None,
            World::Simulated => return Some(asks.into_iter().map(|ask| (ask, anything())).collect()),
        };
        let until = Instant::now() + WHOLE_LOOK;
        let mut visitors = Visitors::new(&how.options);
        let mut visits = Vec::new();
        let mut answers = BTreeMap::new();
        for ask in asks {
            let Ok(image) = ImageName::parse(&ask.image) else {
                continue; // what is no name cannot be asked; the preflight says so
            };
            let mut ways = Vec::new();
            let mut refused = None;
            for (image, of_mirror) in places(image, mirrors) {
                let logins = keyring.logins(&ask, &image);
                match (Reference::try_from(image.to_string()), visitors.of(&logins)) {
                    (Ok(reference), Ok(tries)) => ways.push(Way {
                        image: reference,
                        of_mirror,
                        tries,
                        logins,
                    }),
                    (Err(_), _) => {}
                    (_, Err(answer)) => refused = Some(answer),
                }
            }
            match refused {
                Some(answer) => {
                    answers.insert(ask, answer);
                }
                None => visits.push(visit(how, ask, ways, until)),
            }
        }
        let found: Vec<(ImageAsk, ImageFact)> =
            stream::iter(visits).buffer_unordered(IN_FLIGHT).collect().await;
        answers.extend(found);
        Some(answers)
    }
}

/// What a simulated registry says of any image.
fn anything() -> ImageFact {
    ImageFact::Found {
        digest: format!("sha256:{:064}", 0),
        platforms: ["linux/amd64", "linux/arm64"].map(str::to_owned).into(),
        mirror: None,
    }
}

/// Where an image may come from, in the order in which nodes ask; and whether it is a mirror.
fn places(image: ImageName, mirrors: &Mirrors) -> Vec<(ImageName, bool)> {
    match mirrors.of(&image) {
        None => vec![(image, false)],
        Some(mirror) if mirror.only => vec![(mirror.image, true)],
        Some(mirror) => vec![(mirror.image, true), (image, false)],
    }
}

/// One place from which an image may come.
struct Way {
    image: Reference,
    of_mirror: bool,
    tries: Vec<Try>,
    logins: Logins,
}

/// One client per login: a client keeps the tokens that it got.
struct Visitors<'o> {
    options: &'o RegistryOptions,
    made: Vec<(Option<Login>, Client)>,
}

/// One attempt: the Secret, if any, and who asks with which login.
struct Try {
    secret: Option<String>,
    client: Client,
    auth: RegistryAuth,
}

impl<'o> Visitors<'o> {
    fn new(options: &'o RegistryOptions) -> Self {
        Self {
            options,
            made: Vec::new(),
        }
    }

    /// With each login that there is; with none only where there is none, as a node does.
    fn of(&mut self, logins: &Logins) -> Result<Vec<Try>, ImageFact> {
        if logins.found.is_empty() {
            let client = self.client(None)?;
            return Ok(vec![Try {
                secret: None,
                client,
                auth: RegistryAuth::Anonymous,
            }]);
        }
        let mut tries = Vec::new();
        for (secret, login) in &logins.found {
            let auth = match login {
                Login::Password { user, password } => RegistryAuth::Basic(user.clone(), password.clone()),
                Login::Token(token) => RegistryAuth::Bearer(token.clone()),
            };
            tries.push(Try {
                secret: Some(secret.clone()),
                client: self.client(Some(login))?,
                auth,
            });
        }
        Ok(tries)
    }

    fn client(&mut self, login: Option<&Login>) -> Result<Client, ImageFact> {
        if let Some((_, client)) = self.made.iter().find(|(of, _)| of.as_ref() == login) {
            return Ok(client.clone());
        }
        let config = ClientConfig {
            protocol: ClientProtocol::HttpsExcept(self.options.plain_http.clone()),
            connect_timeout: Some(CONNECT),
            read_timeout: Some(ONE_IMAGE),
            user_agent: concat!("havenmeester/", env!("CARGO_PKG_VERSION")),
            extra_root_certificates: certificates(&self.options.authorities),
            ..ClientConfig::default()
        };
        let client = Client::try_from(config).map_err(|error| {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "no client for registries can be made"
            );
            ImageFact::Unknown {
                why: Unanswered::NoClient,
            }
        })?;
        self.made.push((login.cloned(), client.clone()));
        Ok(client)
    }
}

fn certificates(authorities: &Authorities) -> Vec<Certificate> {
    let each = authorities.der().map(|data| Certificate {
        encoding: CertificateEncoding::Der,
        data: data.to_vec(),
    });
    each.collect()
}

/// Asks for one image, in one place after the other until one has it. What the last one says counts.
async fn visit(how: &How, ask: ImageAsk, ways: Vec<Way>, until: Instant) -> (ImageAsk, ImageFact) {
    let mut fact = ImageFact::Unknown { why: late() };
    for way in ways {
        let in_all = timeout_at(until, in_place(how, way, until)).await;
        fact = in_all.unwrap_or_else(|_| ImageFact::Unknown { why: late() });
        if matches!(fact, ImageFact::Found { .. }) {
            break;
        }
    }
    (ask, fact)
}

/// Asks for one image in one place, with one login after the other until one is let in.
async fn in_place(how: &How, way: Way, until: Instant) -> ImageFact {
    let _place = how.places.acquire().await;
    let host = way.image.registry().to_owned();
    let mut refused = BTreeSet::new();
    let until = until.min(Instant::now() + ONE_IMAGE);
    for one in way.tries {
        let asked = timeout_at(until, resolve(&one, &way.image));
        match asked.await.unwrap_or_else(|_| Err(Answer::Unknown(late()))) {
            Ok((digest, platforms)) => {
                return ImageFact::Found {
                    digest,
                    platforms,
                    mirror: way.of_mirror.then_some(host),
                };
            }
            Err(Answer::NotFound) => return ImageFact::NotFound,
            Err(Answer::Unknown(why)) => return ImageFact::Unknown { why },
            Err(Answer::NoAccess) => refused.extend(one.secret),
        }
    }
    if way.of_mirror {
        // Nodes log in to a mirror by their own set-up, which no Secret tells.
        return ImageFact::Unknown {
            why: Unanswered::MirrorRefuses { host },
        };
    }
    ImageFact::NoAccess {
        tried: refused,
        unread: way.logins.unread.iter().cloned().collect(),
    }
}

/// The digest to which a name leads, and for what it is built.
async fn resolve(one: &Try, image: &Reference) -> Result<(String, BTreeSet<String>), Answer> {
    let (manifest, digest) = one.client.pull_manifest(image, &one.auth).await.map_err(read)?;
    let platforms = match manifest {
        OciManifest::ImageIndex(index) => index.manifests.iter().filter_map(platform).collect(),
        OciManifest::Image(single) => configured(one, image, &single.config).await?,
    };
    Ok((digest, platforms))
}

/// Attestations stand in an index as `unknown/unknown`.
fn platform(entry: &ImageIndexEntry) -> Option<String> {
    let platform = entry.platform.as_ref()?;
    let name = format!("{}/{}", platform.os, platform.architecture);
    (!name.contains("unknown")).then_some(name)
}

/// What an image without an index says of itself in its configuration.
#[derive(Deserialize)]
struct Configured {
    #[serde(default)]
    os: String,
    #[serde(default)]
    architecture: String,
}

async fn configured(
    one: &Try,
    image: &Reference,
    config: &OciDescriptor,
) -> Result<BTreeSet<String>, Answer> {
    let size = usize::try_from(config.size)
        .ok()
        .filter(|size| *size <= CONFIG_BYTES);
    let Some(size) = size else {
        return Err(Answer::Unknown(Unanswered::TooBig));
    };
    let mut bytes = vec![0; size];
    // Not more than was announced: a registry may be a stranger's.
    let out = Cursor::new(bytes.as_mut_slice());
    one.client.pull_blob(image, config, out).await.map_err(read)?;
    let said: Configured =
        serde_json::from_slice(&bytes).map_err(|_| Answer::Unknown(Unanswered::NoManifest))?;
    if said.os.is_empty() || said.architecture.is_empty() {
        return Ok(BTreeSet::new()); // an artefact that is no container image
    }
    Ok(BTreeSet::from([format!("{}/{}", said.os, said.architecture)]))
}
