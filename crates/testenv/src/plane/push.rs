//! Puts images into a registry, as a pipeline would: of a few bytes, for the architectures that a test names.
//!
//! Not here: the registry itself. Invariant: what has one architecture is a plain image, what has several an index with
//! an attestation beside them, as builders make them.

use oci_client::{
    Client, Reference,
    client::{Certificate, CertificateEncoding, ClientConfig, ClientProtocol, Config, ImageLayer},
    errors::OciDistributionError,
    manifest::{IMAGE_MANIFEST_MEDIA_TYPE, OciImageIndex, OciImageManifest},
    secrets::RegistryAuth,
};
use serde_json::json;

use super::{Registry, TestenvError, registry::Entry};

/// The name of an index by the OCI image specification.
const INDEX: &str = "application/vnd.oci.image.index.v1+json";

impl Registry {
    /// Puts an image there, `shop/web:1`, for Linux on these architectures (`amd64`, `arm64`), and returns its digest.
    pub async fn push(&self, name: &str, architectures: &[&str]) -> Result<String, TestenvError> {
        let failed = |source| TestenvError::Push {
            image: name.to_owned(),
            source: Box::new(source),
        };
        self.put(name, architectures).await.map_err(failed)
    }

    async fn put(&self, name: &str, architectures: &[&str]) -> Result<String, OciDistributionError> {
        let pipeline = Pipeline::new(self)?;
        if let [one] = architectures {
            return Ok(pipeline.single(name, one).await?.0);
        }
        let mut manifests = Vec::new();
        for architecture in architectures.iter().chain([&"unknown"]) {
            let (digest, size) = pipeline
                .single(&format!("{name}-{architecture}"), architecture)
                .await?;
            manifests.push(json!({
                "mediaType": IMAGE_MANIFEST_MEDIA_TYPE, "digest": digest, "size": size,
                "platform": {"os": system(architecture), "architecture": architecture},
            }));
        }
        let index = json!({"schemaVersion": 2, "mediaType": INDEX, "manifests": manifests});
        let index: OciImageIndex = serde_json::from_value(index)?;
        let at = pipeline.reference(name)?;
        pipeline
            .client
            .push_manifest_list(&at, &pipeline.auth, index)
            .await?;
        pipeline.client.fetch_manifest_digest(&at, &pipeline.auth).await
    }
}

/// An attestation is for no system.
fn system(architecture: &str) -> &str {
    match architecture {
        "unknown" => "unknown",
        _ => "linux",
    }
}

/// Sets who does TLS for this process.
pub(super) fn with_tls() {
    // Whoever set one before us set the same: the tree has no other.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
}

struct Pipeline {
    client: Client,
    host: String,
    auth: RegistryAuth,
}

impl Pipeline {
    fn new(registry: &Registry) -> Result<Self, OciDistributionError> {
        with_tls();
        let (protocol, auth) = match registry.entry() {
            Entry::Open => (ClientProtocol::Http, RegistryAuth::Anonymous),
            Entry::Locked => (
                ClientProtocol::Http,
                RegistryAuth::Basic(Registry::USER.to_owned(), Registry::PASSWORD.to_owned()),
            ),
            Entry::Signed => (ClientProtocol::Https, RegistryAuth::Anonymous),
        };
        let authority = registry.authority().map(|pem| Certificate {
            encoding: CertificateEncoding::Pem,
            data: pem.as_bytes().to_vec(),
        });
        let config = ClientConfig {
            protocol,
            extra_root_certificates: authority.into_iter().collect(),
            ..ClientConfig::default()
        };
        Ok(Self {
            client: Client::try_from(config)?,
            host: registry.host(),
            auth,
        })
    }

    fn reference(&self, name: &str) -> Result<Reference, OciDistributionError> {
        let text = format!("{}/{name}", self.host);
        text.parse()
            .map_err(|_| OciDistributionError::GenericError(Some(format!("{text} is no name of an image"))))
    }

    /// An image for one architecture; its digest and size.
    async fn single(&self, name: &str, architecture: &str) -> Result<(String, i64), OciDistributionError> {
        let said = json!({
            "os": system(architecture), "architecture": architecture,
            "rootfs": {"type": "layers", "diff_ids": []},
        });
        let config = Config::oci_v1(said.to_string().into_bytes(), None);
        let layer = ImageLayer::oci_v1(name.as_bytes().to_vec(), None);
        let mut manifest = OciImageManifest::build(std::slice::from_ref(&layer), &config, None);
        manifest.media_type = Some(IMAGE_MANIFEST_MEDIA_TYPE.to_owned());
        let at = self.reference(name)?;
        let size = serde_json::to_vec(&manifest)?.len();
        self.client
            .push(&at, &[layer], config, &self.auth, Some(manifest))
            .await?;
        let digest = self.client.fetch_manifest_digest(&at, &self.auth).await?;
        Ok((digest, i64::try_from(size).unwrap_or(i64::MAX)))
    }
}
