//! End to end: the stage of the tests (a hub and members as real API servers, and the daemon as a process), and what
//! the measuring programs share.
//!
//! Read `stage`, then a story in `tests/`. Not here: what must be true at the end of a story.
//! Invariant: whatever a stage started is gone when it is dropped, also after a panic; nothing here knows what the
//! daemon does inside, only what it writes.

mod app; // what runs on the members
mod audit; // what the daemon asked of a member
pub mod bench; // a hub in the process and members of any kind, for measuring
mod copy; // what stands in a namespace, object by object
mod daemon; // the process under test
mod member; // one cluster of the fleet, with its network and credentials
mod objects; // one object of any kind
mod seen; // what the hub says at one moment
mod stage; // everything together

pub use {
    app::{App, REFUSED, Tags},
    audit::{Asked, asked},
    copy::Copy,
    daemon::Daemon,
    member::{Member, Plan},
    objects::{api, create, example, read},
    seen::{Seen, step},
    stage::{NAMESPACE, Stage},
};
