//! The annotations by which a moved object remembers what it was.
//!
//! Invariant: whoever writes one of these in `run` or `transform` also takes it away there, or says why it stays.

/// `true` on what our own credentials on a member consist of: the Role and its binding in an application's namespace,
/// which must neither move along nor be cleaned up.
pub const CREDENTIALS: &str = "havenmeester.dev/credentials";

/// Replicas before the stop, a whole number.
pub const REPLICAS: &str = "havenmeester.dev/replicas";

/// `spec.suspend` before the stop: `false`, or `unset` when the field was not there.
pub const SUSPEND: &str = "havenmeester.dev/suspend";

/// Why a Job stays suspended after the start. A person removes it, or the Job.
pub const HELD: &str = "havenmeester.dev/held";

/// The value of [`HELD`]: the Job may have done part of its work on the source.
pub const HELD_MAY_HAVE_RUN: &str = "may-have-run";

/// `true` on a Job that may safely run again from its beginning.
pub const IDEMPOTENT: &str = "havenmeester.dev/idempotent";

/// Node label that no node has: a `DaemonSet` that selects it runs nowhere.
pub const PARKED: &str = "havenmeester.dev/parked";

/// Which storage a claim needs (`RwoFast`, `Rwo`, `Rwx`, `Block`), where the class name does not tell:
/// set by people, or by us when both clusters use one name for different things.
pub const STORAGE_KIND: &str = "havenmeester.dev/storage-kind";
