//! Pulls as a node does, for tests whose nodes are simulated: is there a manifest for Linux on this machine?
//!
//! Not here: layers. Invariant: no login; only plain HTTP, so only what is on loopback.

use oci_client::{
    Client, Reference,
    client::{ClientConfig, ClientProtocol},
    secrets::RegistryAuth,
};

use super::{TestenvError, push::with_tls};

/// Asks registries on loopback for images.
pub struct Puller {
    client: Client,
    mirror: String,
}

impl std::fmt::Debug for Puller {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "pulls through {}", self.mirror)
    }
}

impl Puller {
    /// What is of a registry on loopback is asked of it, everything else of `mirror` (`127.0.0.1:PORT`).
    pub fn through(mirror: String) -> Result<Self, TestenvError> {
        with_tls();
        let config = ClientConfig {
            protocol: ClientProtocol::Http,
            ..ClientConfig::default()
        };
        let client = Client::try_from(config).map_err(|source| TestenvError::Push {
            image: "none".to_owned(),
            source: Box::new(source),
        })?;
        Ok(Self { client, mirror })
    }

    /// Whether an image can be had; the error is a sentence as a kubelet writes one.
    pub async fn pull(&self, image: &str) -> Result<(), String> {
        let said = |error: &dyn std::error::Error| error.to_string();
        let mut name: Reference = image.parse().map_err(|error| said(&error))?;
        if !name.registry().starts_with("127.0.0.1:") {
            let text = name.whole().replacen(name.registry(), &self.mirror, 1);
            name = text.parse().map_err(|error| said(&error))?;
        }
        // An index without a manifest for this machine is an error.
        let pulled = self
            .client
            .pull_image_manifest(&name, &RegistryAuth::Anonymous)
            .await;
        pulled.map(drop).map_err(|error| said(&error))
    }
}
