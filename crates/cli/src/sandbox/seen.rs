//! What the hub says at one moment of the story.
use std::collections::BTreeMap;

use havenmeester_api::condition;
use havenmeester_api::{Contract, MemberCluster, Migration, Workload};
use kube::ResourceExt;
use kube::api::{Api, ListParams};

use super::apps::App;
use super::stage::{AZURE, NAMESPACE, Stage};

/// What the story waits for and tells of.
pub(super) struct Seen {
    pub(super) workloads: BTreeMap<String, Workload>,
    pub(super) migrations: BTreeMap<String, Migration>,
    pub(super) azure: Option<MemberCluster>,
    pub(super) contract: Option<Contract>,
}

impl Seen {
    pub(super) async fn look(stage: &Stage) -> anyhow::Result<Self> {
        let params = ListParams::default();
        let workloads: Api<Workload> = Api::namespaced(stage.hub.clone(), NAMESPACE);
        let migrations: Api<Migration> = Api::namespaced(stage.hub.clone(), NAMESPACE);
        let members: Api<MemberCluster> = Api::all(stage.hub.clone());
        let contracts: Api<Contract> = Api::all(stage.hub.clone());
        Ok(Self {
            workloads: named(workloads.list(&params).await?.items),
            migrations: named(migrations.list(&params).await?.items),
            azure: members.get_opt(AZURE).await?,
            contract: contracts.get_opt("azure-2024").await?,
        })
    }

    /// The moves of one application.
    pub(super) fn of<'a>(&'a self, app: &'a App) -> impl Iterator<Item = &'a Migration> {
        self.migrations
            .values()
            .filter(|m| m.spec.workload == app.name && !m.spec.dry_run)
    }

    /// What does not go as it should, for the message of a story that was broken off.
    pub(super) fn trouble(&self) -> String {
        let moves = self.migrations.values().filter_map(|m| {
            let status = m.status.as_ref()?;
            let bad = condition::get(&status.conditions, condition::FAILED).filter(|c| c.status == "True");
            let why = bad.map_or_else(|| status.waiting_for.clone(), |c| Some(c.message.clone()))?;
            Some(format!("{}: {why}", m.name_any()))
        });
        let workloads = self.workloads.values().filter_map(|w| {
            let status = w.status.as_ref()?;
            let compliant = condition::get(&status.conditions, condition::COMPLIANT)?;
            (compliant.status != "True").then(|| format!("{}: {}", w.name_any(), compliant.message))
        });
        moves.chain(workloads).collect::<Vec<_>>().join("; ")
    }
}

fn named<K: ResourceExt>(items: Vec<K>) -> BTreeMap<String, K> {
    items.into_iter().map(|item| (item.name_any(), item)).collect()
}
