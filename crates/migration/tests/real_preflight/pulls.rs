//! Nodes that pull from real registries: what a Block about an image claims is tried with the image itself.

use futures::future::BoxFuture;
use havenmeester_simulator::ImageSource;
use havenmeester_testenv::Puller;

#[derive(Debug)]
pub(crate) struct Pulls(pub(crate) Puller);

impl ImageSource for Pulls {
    fn pull<'a>(&'a self, image: &'a str) -> BoxFuture<'a, Result<(), String>> {
        Box::pin(self.0.pull(image))
    }
}
