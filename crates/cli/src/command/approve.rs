//! `havenmeester approve`: says yes to the move that a workload waits for.
//!
//! Not here: whether a move asks for it (`placement`), and that nobody approves in another's name (the API server).
//! Invariant: what is approved is shown, and is just what the daemon asks for; nothing else is.
use std::process::ExitCode;

use anyhow::{Context as _, anyhow, bail};
use havenmeester_api::approval::ApprovalSpec;
use havenmeester_api::workload::AskedApproval;
use havenmeester_api::{Approval, Workload};
use havenmeester_placement::WorkloadId;
use kube::api::PostParams;
use kube::{Api, ResourceExt as _};

use crate::args::{ApproveArgs, Cli, Output};
use crate::hub::{self, Hub, ask, is_not_found};
use crate::identity;
use crate::output;

/// How much of the hash stands in the name: of one workload's plans no two share it.
const SHOWN: usize = 12;

pub(crate) async fn run(cli: &Cli, args: &ApproveArgs) -> anyhow::Result<ExitCode> {
    let id = identity::read(&args.workload, &cli.namespace)?;
    let hub = hub::connect(cli).await?;
    let asked = asked(&hub, &id).await?;
    if let Some(plan) = args.plan.as_ref().filter(|plan| **plan != asked.plan) {
        bail!(
            "{id} does not wait for {plan} (any more), but for {}: {}; look at it anew",
            asked.plan,
            told(&asked)
        );
    }
    let who = hub.who().await.ok_or_else(|| {
        anyhow!(
            "the hub does not tell who you are, and an approval is in your own name; make it with kubectl"
        )
    })?;
    let approval = approval(&id, args, &asked, who);
    if args.print {
        output::show(Output::Yaml, &approval, |_| String::new())?;
        return Ok(ExitCode::SUCCESS);
    }
    let api = Api::<Approval>::namespaced(hub.client.clone(), &id.namespace);
    let how = PostParams {
        field_manager: Some("havenmeester-cli".to_owned()),
        ..PostParams::default()
    };
    let made = ask(
        &format!("approving the move of {id}"),
        api.create(&how, &approval),
    )
    .await;
    let made = made.map_err(|error| match hub::code(&error) {
        Some(409) => anyhow!(
            "Approval {} says yes to this already; delete it first to approve anew",
            approval.name_any()
        ),
        Some(_) | None => error,
    })?;
    let council = if asked.inform_council {
        "The council is to be informed.\n"
    } else {
        ""
    };
    output::print(&format!(
        "{} approved in the name of {}: {id} may go to {}\n{council}",
        made.name_any(),
        made.spec.approver,
        told(&asked)
    ))?;
    Ok(ExitCode::SUCCESS)
}

/// What the daemon asks for.
async fn asked(hub: &Hub, id: &WorkloadId) -> anyhow::Result<AskedApproval> {
    let api = Api::<Workload>::namespaced(hub.client.clone(), &id.namespace);
    let workload = ask(&format!("reading Workload {id}"), api.get(&id.name)).await;
    let workload = workload.map_err(|error| {
        if is_not_found(&error) {
            anyhow!("there is no Workload {id}")
        } else {
            error
        }
    })?;
    let status = workload.status.context("the daemon has not looked at it yet")?;
    status.approval.ok_or_else(|| {
        anyhow!(
            "nothing is asked for {id}: no move of it waits for an approval; see `havenmeester explain {id}`"
        )
    })
}

fn approval(id: &WorkloadId, args: &ApproveArgs, asked: &AskedApproval, who: String) -> Approval {
    let hash = asked.plan.trim_start_matches("sha256-");
    let short: String = hash.chars().take(SHOWN).collect();
    let stem: String = id.name.chars().take(200).collect();
    let mut approval = Approval::new(
        &format!("{stem}-{short}"),
        ApprovalSpec {
            workload: id.name.clone(),
            plan: asked.plan.clone(),
            approver: who,
            role: args.role.clone(),
            reason: args.reason.clone(),
            until: args.until,
        },
    );
    approval.metadata.namespace = Some(id.namespace.clone());
    approval
}

/// Where to, and why that must be asked.
fn told(asked: &AskedApproval) -> String {
    let until = asked
        .until
        .map_or_else(String::new, |until| format!("; until {until}"));
    format!("{} ({}{until})", asked.cluster, asked.because.join("; "))
}
