//! How long and how much registries are asked: a dry run of 60 objects is promised in 10 s, whatever a registry does.

use std::time::Duration;

/// A connection. Half of what an image may take, so that a second address of the same name has its turn.
pub(super) const CONNECT: Duration = Duration::from_millis(2_500);
/// One image, with all its logins: challenge, token, manifest, configuration.
pub(super) const ONE_IMAGE: Duration = Duration::from_secs(5);
/// All images of one move. The rest of the 10 s is for the target's API server.
pub(super) const WHOLE_LOOK: Duration = Duration::from_secs(7);
/// Images asked for at once, of all moves together. Registries count requests: Docker Hub's limits are per address.
pub(super) const IN_FLIGHT: usize = 16;
/// A configuration of an image is some kilobytes; its history can make it some hundreds.
pub(super) const CONFIG_BYTES: usize = 4 << 20;
