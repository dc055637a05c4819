//! Members come, stay and go. Nothing is reached here.
use std::sync::Arc;

use havenmeester_api::MemberCluster;
use havenmeester_api::member::{Cause, ReachabilityState};
use havenmeester_ledger::{Keys, Ledger};
use havenmeester_placement::Contact;
use jiff::Timestamp;
use object_store::memory::InMemory;
use serde_json::json;

use super::{Fleet, FleetOptions};
use crate::clock::Clock;
use crate::connector::{Connector, Purpose};
use crate::errors::ConnectError;

struct Noon;

impl Clock for Noon {
    fn now(&self) -> Timestamp {
        "2026-11-24T12:00:00Z".parse().unwrap()
    }
}

struct Nowhere;

#[async_trait::async_trait]
impl Connector for Nowhere {
    async fn connect(&self, cluster: &MemberCluster, _: Purpose) -> Result<kube::Client, ConnectError> {
        let cluster = cluster.metadata.name.clone().unwrap_or_default();
        Err(ConnectError::NoSuchCluster { cluster })
    }
}

fn mk_fleet() -> Fleet {
    let ledger = Ledger::new(Arc::new(InMemory::new()), Keys::generate());
    Fleet::new(Arc::new(Nowhere), ledger, Arc::new(Noon), FleetOptions::default())
}

fn mk_member(name: &str) -> MemberCluster {
    let spec = json!({
        "provider": "p", "region": "r",
        "connection": {"kubeconfigSecret": {"namespace": "n", "name": name}},
    });
    MemberCluster::new(name, serde_json::from_value(spec).unwrap())
}

#[tokio::test]
async fn a_member_is_unknown_before_it_was_asked_and_unavailable() {
    let fleet = mk_fleet();
    fleet.set_members(vec![mk_member("a")]);
    let view = fleet.view()["a"].clone();
    assert_eq!(view.cluster.contact, Contact::Unknown);
    assert!(view.cluster.copies.last().is_none() && view.cluster.capacity.last().is_none());
    assert_eq!(fleet.member("a").await.unwrap_err().cause, None);
    assert_eq!(fleet.member("b").await.unwrap_err().cluster, "b");
    fleet.cut_off(["a".to_owned()].into());
    assert_eq!(fleet.member("a").await.unwrap_err().cause, Some(Cause::Drill));
}

#[tokio::test]
async fn a_member_that_stays_is_not_engaged_anew_by_its_own_status() {
    let fleet = mk_fleet();
    let mut changed = fleet.changed();
    fleet.set_members(vec![mk_member("a")]);
    assert!(changed.has_changed().unwrap());
    changed.borrow_and_update();
    let mut same = mk_member("a");
    same.status = Some(serde_json::from_value(json!({"version": "v1.33.0"})).unwrap());
    fleet.set_members(vec![same]);
    assert!(!changed.has_changed().unwrap());
    assert_eq!(super::locked(&fleet.shared.members)["a"].epoch, 0);
    let mut moved = mk_member("a");
    moved.spec.connection.kubeconfig_secret.name = "other".to_owned();
    fleet.set_members(vec![moved]);
    assert_eq!(super::locked(&fleet.shared.members)["a"].epoch, 1);
}

#[tokio::test]
async fn what_the_hub_recorded_of_a_member_is_known_from_the_start() {
    let fleet = mk_fleet();
    let mut member = mk_member("a");
    let at = "2026-11-24T11:00:00Z";
    let status = json!({"reachability": {"state": "Lost", "since": at, "lastHeartbeat": at}});
    member.status = Some(serde_json::from_value(status).unwrap());
    fleet.set_members(vec![member]);
    let view = fleet.view()["a"].clone();
    assert_eq!(
        view.reachability.state,
        ReachabilityState::Unknown,
        "not lost before it was asked"
    );
    assert_eq!(
        view.reachability
            .last_heartbeat
            .as_ref()
            .map(|time| time.0.to_string())
            .as_deref(),
        Some(at)
    );
}
