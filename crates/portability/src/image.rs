//! Images: which an application asks for, with whose leave they are pulled, and what their registries say.
//!
//! Not here: asking a registry (`fleet`), judging the answers (`preflight`), other registries (`transform`).
//! Invariant: no credential is printed or serialised.

mod fact; // what registries say
mod mirror; // from where nodes pull instead
mod name; // registry, repository, tag, digest
mod pull; // logins in pull Secrets
#[cfg(test)]
mod tests;
mod used; // where images are named

pub use {
    fact::{ImageFact, ImageFacts, RegistryFact},
    mirror::{Mirrored, Mirrors},
    name::{ImageName, NotAnImage},
    pull::{Keyring, Login, Logins},
    used::{ImageAsk, ImageUse, images_used},
};
