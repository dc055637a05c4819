//! What registries say of images, and whose they are.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{mirror::Mirrors, name::ImageName, used::ImageAsk};
use crate::{
    facts::Fact,
    said::{Both, Unanswered},
};

/// What a registry says of one image.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ImageFact {
    /// It is there.
    Found {
        /// The digest to which its name leads: of the index where there is one for several platforms.
        digest: String,
        /// Operating system and architecture of each build, `linux/arm64`. Empty: it does not say.
        platforms: BTreeSet<String>,
        /// The host of the mirror that has it; none: its own registry.
        mirror: Option<String>,
    },
    /// The registry does not have it, nor has its mirror.
    NotFound,
    /// The registry does not give it to us. Many do so also for what they do not have.
    NoAccess {
        /// The pull Secrets whose login was refused; empty: it was asked without a login.
        tried: BTreeSet<String>,
        /// Pull Secrets that could not be read: one of them may have the right login.
        unread: BTreeSet<String>,
    },
    /// It could not be asked, or gave no clear answer.
    Unknown {
        /// Why.
        why: Unanswered,
    },
}

/// Whose a registry is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegistryFact {
    /// The Provider that names it.
    pub provider: String,
    /// Why it is gone when the source's provider is cut off, none: it survives that.
    pub lost: Option<Both>,
    /// Why the policies of the workload would not let it depend on that provider; none: they would.
    #[serde(default)]
    pub refused: Option<Both>,
}

/// All that was found out about the images of one move.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImageFacts {
    /// By what was asked.
    #[serde(skip)]
    pub answers: BTreeMap<ImageAsk, ImageFact>,
    /// From where the target's nodes pull.
    pub mirrors: Mirrors,
    /// Architectures of the target's nodes, as Kubernetes calls them: `amd64`, `arm64`.
    pub architectures: Fact<BTreeSet<String>>,
    /// By host, as in [`super::ImageName::registry`]; a host that no Provider names is not here.
    pub registries: BTreeMap<String, RegistryFact>,
    /// A registry of the target's into which images can be mirrored, as in its classes.
    pub mirror: Option<String>,
    /// Whether the question is if it would survive the cut-off (a dry run), not only if it works today (a move).
    pub rehearsed: bool,
}

impl ImageFacts {
    /// The host from which the target's nodes would pull an image.
    pub fn host(&self, ask: &ImageAsk, image: &ImageName) -> String {
        if let Some(ImageFact::Found {
            mirror: Some(host), ..
        }) = self.answers.get(ask)
        {
            return host.clone();
        }
        let only = self.mirrors.of(image).filter(|mirror| mirror.only);
        only.map_or_else(
            || image.registry().to_owned(),
            |mirror| mirror.image.registry().to_owned(),
        )
    }
}
