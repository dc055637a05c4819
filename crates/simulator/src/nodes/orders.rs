//! What a test or a scenario may break on running nodes, and mend.

use std::{collections::BTreeSet, sync::Arc};

use tokio::sync::watch;

/// A handle on running nodes; all clones are the same handle.
#[derive(Clone, Debug)]
pub struct NodesControl {
    orders: Arc<watch::Sender<Orders>>,
}

/// What is broken now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Orders {
    pub(super) images: BTreeSet<String>,
    pub(super) nodes: BTreeSet<String>,
}

impl Default for NodesControl {
    fn default() -> Self {
        Self {
            orders: Arc::new(watch::Sender::new(Orders::default())),
        }
    }
}

impl NodesControl {
    /// From now on this image, named exactly as in the pods, cannot be pulled. Running pods go on.
    pub fn fail_image(&self, image: &str) {
        self.orders.send_modify(|orders| {
            orders.images.insert(image.to_owned());
        });
    }

    /// The image can be pulled again; the pods that wait for it start.
    pub fn mend_image(&self, image: &str) {
        self.orders.send_modify(|orders| {
            orders.images.remove(image);
        });
    }

    /// The node stops doing anything: no heartbeat, no pod started or stopped, `Ready` becomes `Unknown`.
    pub fn fail_node(&self, node: &str) {
        self.orders.send_modify(|orders| {
            orders.nodes.insert(node.to_owned());
        });
    }

    /// The node is back and catches up.
    pub fn mend_node(&self, node: &str) {
        self.orders.send_modify(|orders| {
            orders.nodes.remove(node);
        });
    }

    pub(super) fn subscribe(&self) -> watch::Receiver<Orders> {
        self.orders.subscribe()
    }
}
