//! From where simulated nodes get images, where a test wants that to be a real registry.

use futures::future::BoxFuture;

/// Gives images to nodes, or says why not.
pub trait ImageSource: std::fmt::Debug + Send + Sync {
    /// Whether a node can have this image, named as in the pod; the error is what a kubelet writes.
    fn pull<'a>(&'a self, image: &'a str) -> BoxFuture<'a, Result<(), String>>;
}
