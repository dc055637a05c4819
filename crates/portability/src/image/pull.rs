//! Logins for registries in pull Secrets, found as a node finds them.
//!
//! The rule is that of the kubelet (`k8s.io/kubernetes/pkg/credentialprovider`, `keyring.go`): host label by label, `*`
//! within a label, the port equal, and the path as a prefix; the longest first.
//! Not here: Secrets of type `kubernetes.io/dockercfg`, which never go along.
//! Invariant: a login is never printed or serialised, not even in a debug text.

use std::{collections::BTreeMap, fmt};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::Value;

use super::{name::ImageName, used::ImageAsk};
use crate::{
    field::{entries, text},
    key::ObjectKey,
};

/// The key in a Secret of type `kubernetes.io/dockerconfigjson`.
const CONFIG: &str = ".dockerconfigjson";

/// How Docker Hub is called in names, in logins and in itself.
pub(super) const HUB: &[&str] = &["docker.io", "index.docker.io", "registry-1.docker.io"];

/// A way to be let in.
#[derive(Clone, PartialEq, Eq)]
pub enum Login {
    /// A name and a password.
    Password {
        /// The name.
        user: String,
        /// The password.
        password: String,
    },
    /// A token for the registry itself.
    Token(String),
}

impl fmt::Debug for Login {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Password { .. } => "Password(hidden)",
            Self::Token(_) => "Token(hidden)",
        })
    }
}

/// The ways in for one image.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Logins {
    /// Each with the Secret that it is from, the most specific first.
    pub found: Vec<(String, Login)>,
    /// Secrets that are named and could not be read: not there (a controller makes them), of another form, or with a
    /// login that only a token service understands.
    pub unread: Vec<String>,
}

/// All pull Secrets of an application.
#[derive(Clone, Debug, Default)]
pub struct Keyring {
    /// By namespace and name; none: it could not be read.
    secrets: BTreeMap<(String, String), Option<Vec<Entry>>>,
}

#[derive(Clone, Debug)]
struct Entry {
    /// As written, without scheme and version.
    place: String,
    /// None: in a form that is not understood.
    login: Option<Login>,
}

impl Keyring {
    /// From the Secrets among objects.
    pub fn of<'o>(objects: impl Iterator<Item = (&'o ObjectKey, &'o Value)>) -> Self {
        let secrets = objects
            .filter(|(key, _)| key.group_kind() == ("", "Secret"))
            .map(|(key, object)| {
                let namespace = key.namespace.clone().unwrap_or_default();
                ((namespace, key.name.clone()), read(object))
            })
            .collect();
        Self { secrets }
    }

    /// The ways in for one image.
    pub fn logins(&self, ask: &ImageAsk, image: &ImageName) -> Logins {
        let mut logins = Logins::default();
        let mut found: Vec<(usize, String, Login)> = Vec::new();
        for name in &ask.secrets {
            let place = (ask.namespace.clone(), name.clone());
            let Some(Some(entries)) = self.secrets.get(&place) else {
                logins.unread.push(name.clone());
                continue;
            };
            for entry in entries.iter().filter(|entry| opens(&entry.place, image)) {
                match &entry.login {
                    Some(login) => found.push((entry.place.len(), name.clone(), login.clone())),
                    None => logins.unread.push(name.clone()),
                }
            }
        }
        found.sort_by(|one, other| other.0.cmp(&one.0).then_with(|| one.1.cmp(&other.1)));
        logins.found = found.into_iter().map(|(_, name, login)| (name, login)).collect();
        logins
    }
}

fn read(secret: &Value) -> Option<Vec<Entry>> {
    let plain = text(secret, &["stringData", CONFIG]);
    let config: Value = if plain.is_empty() {
        let packed = text(secret, &["data", CONFIG]);
        let bytes = STANDARD.decode(packed).ok().filter(|bytes| !bytes.is_empty())?;
        serde_json::from_slice(&bytes).ok()?
    } else {
        serde_json::from_str(plain).ok()?
    };
    let all = entries(&config, &["auths"]).map(|(place, said)| Entry {
        place: bare(place).to_owned(),
        login: login(said),
    });
    Some(all.collect())
}

/// Without `https://` before it and `/v1/` or `/v2/` after it.
fn bare(place: &str) -> &str {
    let place = place
        .strip_prefix("https://")
        .or_else(|| place.strip_prefix("http://"))
        .unwrap_or(place)
        .trim_end_matches('/');
    place
        .strip_suffix("/v1")
        .or_else(|| place.strip_suffix("/v2"))
        .unwrap_or(place)
}

fn login(said: &Value) -> Option<Login> {
    let token = text(said, &["registrytoken"]);
    if !token.is_empty() {
        return Some(Login::Token(token.to_owned()));
    }
    let (user, password) = (text(said, &["username"]), text(said, &["password"]));
    if !user.is_empty() {
        return Some(Login::Password {
            user: user.to_owned(),
            password: password.to_owned(),
        });
    }
    let both = STANDARD.decode(text(said, &["auth"])).ok()?;
    let both = String::from_utf8(both).ok()?;
    let (user, password) = both.split_once(':')?;
    Some(Login::Password {
        user: user.to_owned(),
        password: password.trim_end_matches('\0').to_owned(),
    })
}

/// Whether a login at this place is one for the image.
fn opens(place: &str, image: &ImageName) -> bool {
    let (host, path) = place.split_once('/').unwrap_or((place, ""));
    let registry = image.registry();
    let same_host = if HUB.contains(&registry) {
        HUB.contains(&host)
    } else {
        same_labels(host, registry)
    };
    let repository = image.repository();
    let within = path.is_empty()
        || repository
            .strip_prefix(path)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    same_host && within
}

fn same_labels(pattern: &str, host: &str) -> bool {
    let split = |text: &str| {
        let (name, port) = text.rsplit_once(':').unwrap_or((text, ""));
        (name.to_ascii_lowercase(), port.to_owned())
    };
    let ((pattern, wanted), (host, port)) = (split(pattern), split(host));
    let (labels, given): (Vec<&str>, Vec<&str>) = (pattern.split('.').collect(), host.split('.').collect());
    wanted == port
        && labels.len() == given.len()
        && labels
            .iter()
            .zip(&given)
            .all(|(pattern, label)| fits(pattern, label))
}

/// One label, with `*` for any part of it. Each part is taken where it is found first, so that no pattern makes it slow:
/// who writes a Secret may be a stranger.
fn fits(pattern: &str, label: &str) -> bool {
    let Some((before, rest)) = pattern.split_once('*') else {
        return pattern == label;
    };
    let Some(mut label) = label.strip_prefix(before) else {
        return false;
    };
    let (middle, after) = rest.rsplit_once('*').unwrap_or(("", rest));
    for part in middle.split('*') {
        let Some((_, behind)) = label.split_once(part) else {
            return false;
        };
        label = behind;
    }
    label.ends_with(after)
}
