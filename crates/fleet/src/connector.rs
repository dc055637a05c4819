//! The one seam through which a cluster is reached.
//!
//! Not here: what is asked of a cluster. Invariant: every client that comes out has a limit on silence.
use async_trait::async_trait;
use bytes::Bytes;
use havenmeester_api::MemberCluster;
use http::{Request, Response};
use k8s_openapi::api::core::v1::Secret;
use kube::client::Body;
use kube::{Api, Client, ResourceExt};
use tower::{BoxError, Service};

use crate::errors::ConnectError;
use crate::kubeconfig;
use crate::layers::Bounded;
use crate::limits::Limits;
use crate::transport;

/// What a client is for. Each has connections of its own, so that the others cannot hold it up.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Purpose {
    /// One small question, again and again.
    Heartbeat,
    /// Lists and watches.
    Watch,
    /// Moves, and everything else that is asked for.
    Write,
}

/// How a cluster is reached.
#[async_trait]
pub trait Connector: Send + Sync + 'static {
    /// A client for a cluster. Talks to the hub at most, never to the cluster; reads the credentials anew.
    async fn connect(&self, cluster: &MemberCluster, purpose: Purpose) -> Result<Client, ConnectError>;
}

/// Puts the limit on silence over any service, and makes it a client.
pub fn guarded<S, B>(service: S, limits: &Limits) -> Client
where
    S: Service<Request<Body>, Response = Response<B>> + Send + 'static,
    S::Future: Send + 'static,
    S::Error: Into<BoxError> + Send,
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    guarded_as(service, limits, "default")
}

pub(crate) fn guarded_as<S, B>(service: S, limits: &Limits, default_namespace: &str) -> Client
where
    S: Service<Request<Body>, Response = Response<B>> + Send + 'static,
    S::Future: Send + 'static,
    S::Error: Into<BoxError> + Send,
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    Client::new(Bounded::new(service, limits.headers), default_namespace)
}

/// Reaches clusters by the kubeconfigs in Secrets on the hub.
pub struct KubeconfigConnector {
    hub: Client,
    limits: Limits,
}

impl KubeconfigConnector {
    /// With the usual limits.
    pub fn new(hub: Client) -> Self {
        Self::with_limits(hub, Limits::default())
    }

    /// With other limits.
    pub const fn with_limits(hub: Client, limits: Limits) -> Self {
        Self { hub, limits }
    }

    async fn kubeconfig(&self, cluster: &MemberCluster) -> Result<Vec<u8>, ConnectError> {
        let at = &cluster.spec.connection.kubeconfig_secret;
        let (namespace, name) = (at.namespace.clone(), at.name.clone());
        let secrets: Api<Secret> = Api::namespaced(self.hub.clone(), &at.namespace);
        let secret = match secrets.get_opt(&at.name).await {
            Ok(Some(secret)) => secret,
            Ok(None) => return Err(ConnectError::NoSecret { namespace, name }),
            Err(source) => {
                return Err(ConnectError::Hub {
                    namespace,
                    name,
                    source,
                });
            }
        };
        let mut data = secret.data.unwrap_or_default();
        data.remove(&at.key).map(|bytes| bytes.0).ok_or_else(|| {
            let found: Vec<String> = data.into_keys().collect();
            let found = if found.is_empty() {
                "none".to_owned()
            } else {
                found.join(", ")
            };
            ConnectError::NoKey {
                namespace,
                name,
                key: at.key.clone(),
                found,
            }
        })
    }
}

#[async_trait]
impl Connector for KubeconfigConnector {
    async fn connect(&self, cluster: &MemberCluster, _: Purpose) -> Result<Client, ConnectError> {
        let at = &cluster.spec.connection.kubeconfig_secret;
        let bytes = self.kubeconfig(cluster).await?;
        let config = kubeconfig::read(&bytes)
            .await
            .map_err(|why| ConnectError::Kubeconfig {
                namespace: at.namespace.clone(),
                name: at.name.clone(),
                key: at.key.clone(),
                why,
            })?;
        transport::client(&cluster.name_any(), &config, &self.limits)
    }
}
