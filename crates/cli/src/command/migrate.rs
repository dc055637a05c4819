//! `havenmeester migrate`: asks the daemon for a move or a dry run, and waits for what comes of it.
//!
//! Not here: moving. A Migration is made on the hub; the daemon does it, and goes on when this command ends.
use std::collections::BTreeMap;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{anyhow, bail};
use futures::TryStreamExt as _;
use havenmeester_api::member::ReachabilityState;
use havenmeester_api::migration::{MigrationSpec, MigrationStatus, MoveKind, Step, StepState};
use havenmeester_api::{Migration, condition, labels};
use havenmeester_fleet::{Clock as _, SystemClock};
use havenmeester_placement::{Decision, WorkloadId};
use havenmeester_report::{DryRunReport, DryRunState};
use kube::api::PostParams;
use kube::runtime::watcher;
use kube::{Api, ResourceExt};

use super::verdict;
use crate::args::{Cli, MigrateArgs, Output, RunOutput};
use crate::decided::{Decided, from_hub};
use crate::hub::{self, Hub, ask};
use crate::identity;
use crate::output;
use crate::progress::Progress;

pub(crate) async fn run(cli: &Cli, args: &MigrateArgs) -> anyhow::Result<ExitCode> {
    let id = identity::read(&args.workload, &cli.namespace)?;
    let hub = hub::connect(cli).await?;
    let decided = from_hub(Box::pin(hub.objects()).await?, SystemClock.now());
    let who = hub.who().await;
    let wanted = wanted(&id, args, &decided, who.as_deref())?;
    let api = Api::<Migration>::namespaced(hub.client.clone(), &id.namespace);
    let how = PostParams {
        field_manager: Some("havenmeester-cli".to_owned()),
        ..PostParams::default()
    };
    let made = ask(&format!("asking for the move of {id}"), api.create(&how, &wanted)).await?;
    let name = made.name_any();
    let patience = Duration::from_secs(args.timeout);
    let ended = match tokio::time::timeout(patience, follow(&hub, &id, &name)).await {
        Ok(ended) => ended?,
        Err(_) => bail!(
            "{name} has not come to its end within {} s, and goes on; follow it with `kubectl -n {} get migration {name} -w`",
            args.timeout,
            id.namespace
        ),
    };
    let report = DryRunReport::new(&ended);
    show(args, &report)?;
    if !report.dry_run && args.output == RunOutput::Table {
        output::print(&told(&ended))?;
    }
    let good = if report.dry_run {
        report.passes()
    } else {
        report.state != DryRunState::Failed
    };
    Ok(verdict(good))
}

/// The report as it was asked for.
fn show(args: &MigrateArgs, report: &DryRunReport) -> anyhow::Result<()> {
    let language = args.language.for_people();
    match args.output {
        RunOutput::Table => output::print(&report.text(language)),
        RunOutput::Html => output::print(&report.html(language)),
        RunOutput::Markdown => output::print(&report.markdown(language)),
        RunOutput::Json => output::show(Output::Json, report, |_| String::new()),
        RunOutput::Yaml => output::show(Output::Yaml, report, |_| String::new()),
    }
}

/// What came of a real move, in a line.
fn told(migration: &Migration) -> String {
    let status = migration.status.clone().unwrap_or_default();
    let (name, spec) = (migration.name_any(), &migration.spec);
    if let Some(failed) = condition::get(&status.conditions, condition::FAILED).filter(|c| c.status == "True")
    {
        return format!("{name} failed: {}\n", failed.message);
    }
    let window = spec
        .rollback_window
        .map_or_else(|| "24h".to_owned(), |window| window.to_string());
    format!(
        "{} serves on {}; its stopped source is kept for {window} ({name})\n",
        spec.workload, spec.target
    )
}

/// The Migration to ask for.
fn wanted(
    id: &WorkloadId,
    args: &MigrateArgs,
    decided: &Decided,
    who: Option<&str>,
) -> anyhow::Result<Migration> {
    let workload = decided.workload(id).ok_or_else(|| {
        anyhow!(
            "there is no workload {id}; see `kubectl -n {} get workloads`",
            id.namespace
        )
    })?;
    let status = workload.status.clone().unwrap_or_default();
    let decision = decided.plan.decisions.get(id);
    let source = status.cluster.clone();
    let desired = status.desired.map(|desired| desired.cluster);
    let target = match (&args.to, desired) {
        (Some(to), _) => to.clone(),
        (None, Some(desired)) if Some(&desired) != source.as_ref() => desired,
        (None, Some(desired)) => {
            bail!("{id} stands on {desired}, where the policies want it; name another cluster with --to")
        }
        (None, None) => {
            bail!("no cluster may take {id}, see `havenmeester explain {id}`; name one with --to")
        }
    };
    check_target(&target, source.as_deref(), id, decided)?;
    if source.is_none() && !args.dry_run {
        bail!("where {id} stands is not known, so that it cannot be moved; see `havenmeester explain {id}`");
    }
    let kind = if args.dry_run {
        MoveKind::Relocate
    } else {
        kind(id, source.as_deref(), &target, decided)
    };
    let rules = decision.map(|Decision { rules, .. }| rules);
    let mut migration = Migration::new(
        "",
        MigrationSpec {
            workload: id.name.clone(),
            kind,
            source,
            target,
            dry_run: args.dry_run,
            pin_digests: !args.dry_run && (args.pin_digests || pins(decided, decision)),
            rollback_window: rules.map(|rules| rules.rollback_window),
            rto: rules.and_then(|rules| rules.rto),
            rpo: rules.and_then(|rules| rules.rpo),
            reason: Some(format!(
                "asked for by {} with `havenmeester migrate`",
                who.unwrap_or("a person")
            )),
            abort: false,
        },
    );
    migration.metadata.name = None;
    let what = if args.dry_run { "dry-run" } else { "move" };
    migration.metadata.generate_name = Some(format!("{}-{what}-", id.name));
    migration.metadata.namespace = Some(id.namespace.clone());
    migration.metadata.labels = Some(BTreeMap::from([(labels::WORKLOAD.to_owned(), id.name.clone())]));
    Ok(migration)
}

/// Whether a policy asks for digests.
fn pins(decided: &Decided, decision: Option<&Decision>) -> bool {
    let names = decision.into_iter().flat_map(|decision| &decision.rules.policies);
    let mut rules = names.filter_map(|name| decided.request.policies.get(name)?.migration);
    rules.any(|rule| rule.pin_digests)
}

fn check_target(
    target: &str,
    source: Option<&str>,
    id: &WorkloadId,
    decided: &Decided,
) -> anyhow::Result<()> {
    let known: Vec<String> = decided
        .objects
        .members
        .iter()
        .map(ResourceExt::name_any)
        .collect();
    if !known.iter().any(|name| name == target) {
        bail!(
            "--to: there is no MemberCluster {target:?}; there are {}",
            known.join(", ")
        );
    }
    if source == Some(target) {
        bail!("{id} stands on {target} already; name another cluster with --to");
    }
    Ok(())
}

/// A failover when the source is lost; a failback when it goes back to where a failover took it away.
fn kind(id: &WorkloadId, source: Option<&str>, target: &str, decided: &Decided) -> MoveKind {
    let lost = decided
        .objects
        .members
        .iter()
        .filter(|member| Some(member.name_any().as_str()) == source)
        .any(|member| {
            let reachability = member
                .status
                .as_ref()
                .and_then(|status| status.reachability.as_ref());
            reachability
                .is_some_and(|it| matches!(it.state, ReachabilityState::Lost | ReachabilityState::CutOff))
        });
    if lost {
        return MoveKind::Failover;
    }
    let generation = |migration: &Migration| {
        migration
            .status
            .as_ref()
            .and_then(|status| status.plan_generation)
    };
    let moves = decided.objects.migrations.iter().filter(|migration| {
        let of_it = migration.spec.workload == id.name
            && migration.metadata.namespace.as_ref() == Some(&id.namespace);
        of_it && !migration.spec.dry_run && generation(migration).is_some()
    });
    let newest = moves.max_by_key(|migration| generation(migration));
    let took_it_away = newest
        .is_some_and(|it| it.spec.kind == MoveKind::Failover && it.spec.source.as_deref() == Some(target));
    if took_it_away {
        MoveKind::Failback
    } else {
        MoveKind::Relocate
    }
}

/// Waits until a dry run has its verdict, or a move has brought the workload to its target; or until either failed.
async fn follow(hub: &Hub, id: &WorkloadId, name: &str) -> anyhow::Result<Migration> {
    let mut progress = Progress::start();
    let api = Api::<Migration>::namespaced(hub.client.clone(), &id.namespace);
    let seen = watcher::watch_object(api, name);
    futures::pin_mut!(seen);
    loop {
        // A watch that breaks begins anew by itself; only its end is an error.
        match seen.try_next().await {
            Ok(Some(Some(migration))) => {
                if has_ended(&migration) {
                    return Ok(migration);
                }
                progress.tell(step_of(name, migration.status.as_ref()));
            }
            Ok(Some(None)) => bail!("the migration {name} was deleted"),
            Ok(None) => bail!("the hub stopped telling of the migration {name}"),
            Err(error) => progress.tell(format!("{name}: the hub does not answer ({error})")),
        }
    }
}

fn has_ended(migration: &Migration) -> bool {
    let Some(status) = &migration.status else {
        return false;
    };
    let over = [condition::COMPLETE, condition::FAILED]
        .iter()
        .any(|end| condition::is_true(&status.conditions, end));
    // A move that keeps its stopped source for the rollback window has done what was asked.
    let kept = status.steps.iter().any(|step| {
        matches!(step.name, Step::Retain | Step::CleanUp)
            && matches!(step.state, StepState::Running | StepState::Done)
    });
    over || kept
}

fn step_of(name: &str, status: Option<&MigrationStatus>) -> String {
    let Some(step) = status.and_then(|status| status.step) else {
        return format!("{name}: waits for the daemon");
    };
    let waiting = status.and_then(|status| status.waiting_for.as_ref());
    let waiting = waiting.map_or_else(String::new, |what| format!(": waits for {what}"));
    format!("{name}: {step:?}{waiting}")
}

#[cfg(test)]
mod tests;
