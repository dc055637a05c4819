//! Observes member clusters: a connection to each, whether it answers and if not why, what runs there and how
//! fresh that knowledge is, and captures of it in the ledger.
//!
//! Read `fleet`, then `member`, then `reachability` (when is a cluster lost) and `index` (what is known of it).
//! Not here: deciding (`placement`), writing to clusters (`migration`).
//! Invariant: what is stale is never read as empty. Only the age of a fact tells of a loss of contact, never its
//! absence.

mod capture; // into the ledger, whenever something changed
mod cause; // from an error to the cause of silence, by types
mod clock; // wall time as a seam
mod connector; // the one seam through which a cluster is reached
mod copy; // what one namespace is and does
mod demand; // what pods ask for
mod errors; // why a cluster or a capture cannot be had
mod fleet; // the handle that others hold
mod gate; // shut in a drill: nothing gets through
mod haven; // what the Haven checks need to know, now and then
mod heartbeat; // one small question, again and again
mod index; // what is known of one cluster
mod kubeconfig; // credentials from a Secret, and what is refused in them
mod layers; // no answer may be waited for without end
mod limits; // every number, and why it is that number
mod live; // an object as the API server gave it
mod member; // one cluster, from engagement to disengagement
mod namespaces; // labels of namespaces, watched or asked for one by one
mod observe; // discovery and watches while a cluster answers
mod page; // one page of a list, read object by object
mod quantity; // `500m` and `1.5Gi` as numbers
mod reachability; // the rule: when is a silent cluster lost
mod registry; // what image registries say
mod room; // what a cluster has beside cpu, memory and pods
mod served; // what an API server serves
mod state; // what outlives a connection
mod transport; // sockets that notice a dead peer
mod view; // what others see of one cluster
mod watch; // one list and its changes

pub use cause::{cause_of, cause_of_status};
pub use clock::{Clock, SystemClock};
pub use connector::{Connector, KubeconfigConnector, Purpose, guarded};
pub use errors::{CaptureError, ConnectError, Unavailable};
pub use fleet::{Fleet, FleetOptions, Tracked};
pub use gate::CutOff;
pub use haven::HavenLook;
pub use layers::Silent;
pub use limits::Limits;
pub use member::Member;
pub use reachability::{Answer, History, Met, Moment, Probe, Verdict, evaluate};
pub use registry::{Authorities, NoAuthority, Registries, RegistryOptions};
pub use room::{headroom, price, storage};
pub use served::Served;
pub use view::MemberView;
