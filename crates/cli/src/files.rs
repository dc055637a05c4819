//! Our kinds from files: what would stand on the hub, without a cluster.
//!
//! Read `load` (paths to objects), then `schema` (the rules of the API server), `rules` (those between fields)
//! and `check` (what takes several objects). Everything that is wrong is told at once, with file, line, object, field and what would be right.
//! Not here: deciding; that is the same as from a hub.
//! Invariant: what would be refused by the API server is refused here too; what is not ours is left alone.

mod check; // what takes more than one object
mod document; // one object with the lines of its fields
mod fault; // what is wrong, and where
mod inventory; // what runs where, by annotated namespaces
mod load; // paths to documents
pub(crate) mod near; // what was meant
mod rules; // what stands between fields of one object
mod schema; // the rules of each definition
mod tree; // YAML with the line of every node

pub(crate) use {
    fault::{Fault, Faults},
    inventory::{CLUSTER, Inventory},
    load::{Loaded, load, texts},
    near::hint,
};
