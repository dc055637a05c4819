//! The hub's API server: how it is reached, and how it is asked.
//!
//! Invariant: no question waits for longer than [`PATIENCE`]; an answer that does not come is an error that says what
//! was asked.
use std::fmt::Debug;
use std::future::Future;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, anyhow};
use havenmeester_api::{
    Approval, AutonomyStandard, Contract, Drill, Exemption, ExternalApplication, MemberCluster, Migration,
    PlacementPolicy, Provider, Workload,
};
use k8s_openapi::api::authentication::v1::SelfSubjectReview;
use kube::api::{ListParams, PostParams};
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::{Api, Client, Config, Resource};
use serde::de::DeserializeOwned;

use crate::args::Cli;
use crate::objects::Objects;

/// How long one question may take. 30 s: a list of thousands of objects over a slow line takes a few.
const PATIENCE: Duration = Duration::from_secs(30);

/// How many objects one page of a list has.
const PAGE: u32 = 500;

/// The hub.
#[derive(Clone)]
pub(crate) struct Hub {
    pub(crate) client: Client,
}

/// Connects as the command line says.
pub(crate) async fn connect(cli: &Cli) -> anyhow::Result<Hub> {
    let config = config(cli.kubeconfig.as_deref(), cli.context.clone()).await?;
    let shown = config.cluster_url.to_string();
    let client = Client::try_from(config).with_context(|| format!("connecting to the hub at {shown}"))?;
    Ok(Hub { client })
}

async fn config(path: Option<&Path>, context: Option<String>) -> anyhow::Result<Config> {
    let asked = path.is_some() || context.is_some();
    let Some(kubeconfig) = kubeconfig(path, asked)? else {
        return Config::infer().await.context(
            "no kubeconfig was found, and this is no pod; name one with --kubeconfig or KUBECONFIG",
        );
    };
    let options = KubeConfigOptions {
        context,
        ..KubeConfigOptions::default()
    };
    Config::from_custom_kubeconfig(kubeconfig, &options)
        .await
        .context("the kubeconfig cannot be used; look at `kubectl config view` and choose with --context")
}

/// The kubeconfig that was named, which may be several with colons between, as in KUBECONFIG.
fn kubeconfig(path: Option<&Path>, asked: bool) -> anyhow::Result<Option<Kubeconfig>> {
    if let Some(paths) = path.filter(|path| !path.as_os_str().is_empty()) {
        let mut merged = Kubeconfig::default();
        for path in std::env::split_paths(paths).filter(|path| !path.as_os_str().is_empty()) {
            let one = Kubeconfig::read_from(&path)
                .with_context(|| format!("reading the kubeconfig {}", path.display()))?;
            merged = merged.merge(one).context("merging the kubeconfigs")?;
        }
        return Ok(Some(merged));
    }
    if asked {
        return Kubeconfig::read().map(Some).context("reading the kubeconfig");
    }
    Ok(None)
}

/// Waits for an answer, no longer than [`PATIENCE`].
pub(crate) async fn ask<T>(what: &str, answer: impl Future<Output = kube::Result<T>>) -> anyhow::Result<T> {
    match tokio::time::timeout(PATIENCE, answer).await {
        Ok(answer) => answer.with_context(|| what.to_owned()),
        Err(_) => Err(anyhow!(
            "{what}: the hub's API server did not answer within {} s",
            PATIENCE.as_secs()
        )),
    }
}

/// Whether the API server said that it does not know what was asked for.
pub(crate) fn is_not_found(error: &anyhow::Error) -> bool {
    code(error) == Some(404)
}

/// The HTTP status of the API server's refusal.
pub(crate) fn code(error: &anyhow::Error) -> Option<u16> {
    error
        .chain()
        .find_map(|cause| match cause.downcast_ref::<kube::Error>() {
            Some(kube::Error::Api(status)) => Some(status.code),
            Some(_) | None => None,
        })
}

impl Hub {
    /// Every object of ours.
    pub(crate) async fn objects(&self) -> anyhow::Result<Objects> {
        let rules = async {
            tokio::try_join!(
                self.list::<PlacementPolicy>(),
                self.list::<Exemption>(),
                self.list::<Approval>(),
            )
        };
        let places = async {
            tokio::try_join!(
                self.list::<Provider>(),
                self.list::<AutonomyStandard>(),
                self.list::<MemberCluster>(),
            )
        };
        let inventory =
            async { tokio::try_join!(self.list::<Workload>(), self.list::<ExternalApplication>()) };
        let doings = async {
            tokio::try_join!(
                self.list::<Migration>(),
                self.list::<Contract>(),
                self.list::<Drill>(),
            )
        };
        let (rules, places, inventory, doings) = tokio::try_join!(rules, places, inventory, doings)?;
        let (policies, exemptions, approvals) = rules;
        let (providers, standards, members) = places;
        let (workloads, externals) = inventory;
        let (migrations, contracts, drills) = doings;
        Ok(Objects {
            providers,
            members,
            workloads,
            policies,
            migrations,
            contracts,
            drills,
            standards,
            exemptions,
            externals,
            approvals,
        })
    }

    /// Every object of one kind, in all namespaces.
    pub(crate) async fn list<K>(&self) -> anyhow::Result<Vec<K>>
    where
        K: Resource<DynamicType = ()> + Clone + Debug + DeserializeOwned,
    {
        let (api, plural) = (Api::<K>::all(self.client.clone()), K::plural(&()));
        let mut all = Vec::new();
        let mut page = ListParams::default().limit(PAGE);
        loop {
            let list = ask(&format!("reading {plural} from the hub"), api.list(&page)).await;
            let list = list.map_err(|error| {
                if is_not_found(&error) {
                    not_served(&error, &plural)
                } else {
                    error
                }
            })?;
            all.extend(list.items);
            match list.metadata.continue_.filter(|next| !next.is_empty()) {
                Some(next) => page = page.continue_token(&next),
                None => return Ok(all),
            }
        }
    }

    /// Who the hub says that we are; `None` where it does not tell.
    pub(crate) async fn who(&self) -> Option<String> {
        let api = Api::<SelfSubjectReview>::all(self.client.clone());
        let (how, empty) = (PostParams::default(), SelfSubjectReview::default());
        let review = ask("asking who we are", api.create(&how, &empty)).await.ok()?;
        review.status?.user_info?.username
    }
}

fn not_served(error: &anyhow::Error, plural: &str) -> anyhow::Error {
    anyhow!(
        "the hub does not serve {plural} of havenmeester.dev; \
         install the definitions with `havenmeester crds | kubectl apply --server-side -f -` ({error:#})"
    )
}
