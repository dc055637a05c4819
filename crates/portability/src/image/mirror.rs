//! Mirrors of registries: from where the nodes of a cluster pull instead.
//!
//! Not here: other names for images (`transform`): a mirror changes none.
//! Invariant: as containerd's hosts files have it: the mirror of the registry itself goes before the one for all.

use std::collections::BTreeMap;

use havenmeester_api::member;
use serde::{Deserialize, Serialize};

use super::{name::ImageName, pull::HUB};

/// The mirrors that a cluster's nodes use, by the registry that images name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mirrors(BTreeMap<String, Mirror>);

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Mirror {
    prefix: String,
    only: bool,
}

/// An image as its mirror has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mirrored {
    /// Its name there.
    pub image: ImageName,
    /// Whether nodes ask nobody else.
    pub only: bool,
}

/// Stands for every registry.
const ALL: &str = "*";

impl Mirrors {
    /// As a MemberCluster says them.
    pub fn said(said: &[member::Mirror]) -> Self {
        let each = said.iter().map(|one| {
            let mirror = Mirror {
                prefix: one.prefix.clone(),
                only: one.only,
            };
            (host(&one.registry).to_owned(), mirror)
        });
        Self(each.collect())
    }

    /// The image in its mirror; none where nodes go to its registry.
    pub fn of(&self, image: &ImageName) -> Option<Mirrored> {
        let own = host(image.registry());
        let mirror = self.0.get(own).or_else(|| self.0.get(ALL))?;
        let image = image.below(&mirror.prefix)?;
        Some(Mirrored {
            image,
            only: mirror.only,
        })
    }
}

/// One name for each registry.
fn host(registry: &str) -> &str {
    if HUB.contains(&registry) {
        return "docker.io";
    }
    registry.strip_suffix(":443").unwrap_or(registry)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mk_mirror(registry: &str, prefix: &str) -> member::Mirror {
        member::Mirror {
            registry: registry.to_owned(),
            prefix: prefix.to_owned(),
            only: false,
        }
    }

    fn mirrored(mirrors: &[member::Mirror], image: &str) -> Option<String> {
        let image = ImageName::parse(image).unwrap();
        Some(Mirrors::said(mirrors).of(&image)?.image.to_string())
    }

    #[test]
    fn a_short_name_is_in_the_mirror_of_the_hub_by_its_whole_path() {
        let mirrors = [mk_mirror("docker.io", "harbor.example.nl/dockerhub")];
        let seen = mirrored(&mirrors, "nginx:1.27");
        assert_eq!(
            seen.as_deref(),
            Some("harbor.example.nl/dockerhub/library/nginx:1.27")
        );
        assert_eq!(mirrored(&mirrors, "ghcr.io/a/b:1"), None);
    }

    #[test]
    fn a_registrys_own_mirror_goes_before_the_one_for_all() {
        let mirrors = [
            mk_mirror("*", "127.0.0.1:5000"),
            mk_mirror("ghcr.io", "harbor.example.nl/ghcr"),
        ];
        let of = |image: &str| mirrored(&mirrors, image);
        assert_eq!(
            of("ghcr.io/a/b:1").as_deref(),
            Some("harbor.example.nl/ghcr/a/b:1")
        );
        assert_eq!(of("quay.io:443/a/b:1").as_deref(), Some("127.0.0.1:5000/a/b:1"));
    }

    #[test]
    fn tag_and_digest_stay() {
        let digest = format!("sha256:{:064}", 7);
        let mirrors = [mk_mirror("quay.io", "harbor.example.nl")];
        let seen = mirrored(&mirrors, &format!("quay.io/a/b:1@{digest}"));
        assert_eq!(seen, Some(format!("harbor.example.nl/a/b:1@{digest}")));
    }
}
