//! `havenmeester drill`: begins a rehearsed cut-off, shows how it stands, ends it, reports on it.
use std::process::ExitCode;

use anyhow::{Context as _, anyhow, bail};
use futures::TryStreamExt as _;
use havenmeester_api::drill::{CutOff, DrillMode, DrillSpec, Guards, Scenario};
use havenmeester_api::policy::Selector;
use havenmeester_api::{Drill, Migration, Provider, Workload, condition, labels};
use havenmeester_fleet::{Clock as _, SystemClock};
use havenmeester_report::{DrillReport, DrillState, Language, Outcome, WorkloadReport};
use kube::api::{ListParams, Patch, PatchParams, PostParams};
use kube::runtime::watcher;
use kube::{Api, ResourceExt};
use serde_json::json;

use super::verdict;
use crate::args::{Cli, DrillCommand, DrillNameArgs, DrillReportArgs, DrillRunArgs, ReportFormat};
use crate::failure::BadUse;
use crate::hub::{self, Hub, ask, is_not_found};
use crate::output::{self, Cell, Screen, Tone};
use crate::progress::Progress;

/// The field manager of what people ask for.
const MANAGER: &str = "havenmeester-cli";

pub(crate) async fn run(cli: &Cli, command: &DrillCommand, screen: Screen) -> anyhow::Result<ExitCode> {
    let desk = Desk {
        hub: hub::connect(cli).await?,
        namespace: cli.namespace.clone(),
        screen,
    };
    match command {
        DrillCommand::Run(args) => desk.begin(args).await,
        DrillCommand::Status(args) => desk.status(args).await,
        DrillCommand::Abort(args) => desk.abort(args).await,
        DrillCommand::Report(args) => desk.report(args).await,
    }
}

/// Where drills are asked for.
struct Desk {
    hub: Hub,
    namespace: String,
    screen: Screen,
}

impl Desk {
    fn drills(&self) -> Api<Drill> {
        Api::namespaced(self.hub.client.clone(), &self.namespace)
    }

    async fn begin(&self, args: &DrillRunArgs) -> anyhow::Result<ExitCode> {
        self.provider_is_known(&args.provider).await?;
        let drill = self.drill(args)?;
        let name = drill.name_any();
        let how = PostParams {
            field_manager: Some(MANAGER.to_owned()),
            ..PostParams::default()
        };
        ask(
            &format!("making the drill {name}"),
            self.drills().create(&how, &drill),
        )
        .await
        .map_err(|error| {
            if hub::code(&error) == Some(409) {
                anyhow!("there is a drill {name} already, and a drill is held once; choose another name")
            } else {
                error
            }
        })?;
        if !args.wait {
            output::print(&format!(
                "drill {name} was asked for\nfollow it with: havenmeester drill status {name}\n"
            ))?;
            return Ok(ExitCode::SUCCESS);
        }
        self.wait(&name).await?;
        let report = self.read(&name).await?;
        output::print(&report.text(Language::En))?;
        Ok(verdict(
            report.state == DrillState::Complete && report.count(Outcome::NotMet) == 0,
        ))
    }

    async fn provider_is_known(&self, name: &str) -> anyhow::Result<()> {
        let providers = self.hub.list::<Provider>().await?;
        if providers.iter().any(|provider| provider.name_any() == name) {
            return Ok(());
        }
        let known: Vec<String> = providers.iter().map(ResourceExt::name_any).collect();
        bail!(
            "--provider: there is no Provider {name:?}; there are {}",
            known.join(", ")
        )
    }

    fn drill(&self, args: &DrillRunArgs) -> Result<Drill, BadUse> {
        let name = args.name.clone().unwrap_or_else(|| {
            format!(
                "cut-off-{}-{}",
                args.provider,
                SystemClock.now().strftime("%Y%m%d-%H%M%S")
            )
        });
        if args.max_workloads.is_some_and(|most| !(1..=1000).contains(&most)) {
            return Err(BadUse(
                "--max-workloads: write a number from 1 to 1000".to_owned(),
            ));
        }
        let mut drill = Drill::new(
            &name,
            DrillSpec {
                scenario: Scenario {
                    cut_off: CutOff {
                        provider: args.provider.clone(),
                    },
                },
                mode: if args.live {
                    DrillMode::Live
                } else {
                    DrillMode::Simulate
                },
                workloads: Selector::default(),
                guards: Guards {
                    max_workloads: args.max_workloads,
                },
                deadline: args.deadline,
                abort: false,
            },
        );
        drill.metadata.namespace = Some(self.namespace.clone());
        Ok(drill)
    }

    /// Waits until the drill has come to its end, well or badly.
    async fn wait(&self, name: &str) -> anyhow::Result<()> {
        let mut progress = Progress::start();
        let seen = watcher::watch_object(self.drills(), name);
        futures::pin_mut!(seen);
        loop {
            // A watch that breaks begins anew by itself; only its end is an error.
            match seen.try_next().await {
                Ok(Some(Some(drill))) => {
                    let ends = [condition::COMPLETE, condition::FAILED];
                    let status = drill.status.unwrap_or_default();
                    if ends.iter().any(|end| condition::is_true(&status.conditions, end)) {
                        return Ok(());
                    }
                    let count = |number: Option<i32>| number.unwrap_or(0);
                    let (serving, total) = (count(status.serving), count(status.total));
                    progress.tell(if status.started_at.is_some() {
                        format!("drill {name}: {serving} of {total} workloads serve elsewhere")
                    } else {
                        format!("drill {name}: not begun")
                    });
                }
                Ok(Some(None)) => bail!("the drill {name} was deleted"),
                Ok(None) => bail!("the hub stopped telling of the drill {name}"),
                Err(error) => progress.tell(format!("drill {name}: the hub does not answer ({error})")),
            }
        }
    }

    async fn get(&self, name: &str) -> anyhow::Result<Drill> {
        let drill = ask(&format!("reading the drill {name}"), self.drills().get(name)).await;
        drill.map_err(|error| {
            if is_not_found(&error) {
                self.no_such(name)
            } else {
                error
            }
        })
    }

    fn no_such(&self, name: &str) -> anyhow::Error {
        let namespace = &self.namespace;
        anyhow!("there is no drill {name:?} in {namespace}; see `kubectl -n {namespace} get drills`")
    }

    async fn read(&self, name: &str) -> anyhow::Result<DrillReport> {
        let drill = self.get(name).await?;
        let of_it = ListParams::default().labels(&format!("{}={name}", labels::DRILL));
        let api = Api::<Migration>::all(self.hub.client.clone());
        let migrations = ask("reading the drill's migrations", api.list(&of_it)).await?;
        let workloads = self.hub.list::<Workload>().await?;
        Ok(DrillReport::new(
            &drill,
            &migrations.items,
            &workloads,
            SystemClock.now(),
        ))
    }

    async fn status(&self, args: &DrillNameArgs) -> anyhow::Result<ExitCode> {
        let report = self.read(&args.name).await?;
        output::show(args.output, &report, |report| self.table(report))?;
        Ok(verdict(report.state != DrillState::Failed))
    }

    fn table(&self, report: &DrillReport) -> String {
        let head = format!(
            "{} of {}, {:?}: {:?}{}\n",
            report.drill,
            report.provider,
            report.mode,
            report.state,
            report
                .message
                .as_ref()
                .map_or_else(String::new, |why| format!(" ({why})")),
        );
        let rows = report.workloads.iter().map(row).collect();
        head + &self.screen.table(
            &[
                "Workload",
                "Outcome",
                "Target",
                "Migration",
                "Step",
                "Serving after",
            ],
            rows,
        )
    }

    async fn abort(&self, args: &DrillNameArgs) -> anyhow::Result<ExitCode> {
        self.get(&args.name).await?;
        let how = PatchParams {
            field_manager: Some(MANAGER.to_owned()),
            ..PatchParams::default()
        };
        let patch = Patch::Merge(json!({"spec": {"abort": true}}));
        let drill = ask(
            &format!("ending the drill {}", args.name),
            self.drills().patch(&args.name, &how, &patch),
        )
        .await?;
        let asked = Aborted {
            drill: format!("{}/{}", self.namespace, drill.name_any()),
            abort: drill.spec.abort,
        };
        output::show(args.output, &asked, |asked| {
            format!(
                "drill {} is being ended: contact is restored, and what was moved stays where it serves\n",
                asked.drill
            )
        })?;
        Ok(ExitCode::SUCCESS)
    }

    async fn report(&self, args: &DrillReportArgs) -> anyhow::Result<ExitCode> {
        let report = self.read(&args.name).await?;
        let language = args.language.for_people();
        let text = match args.output {
            ReportFormat::Text => report.text(language),
            ReportFormat::Markdown => report.markdown(language),
            ReportFormat::Html => report.html(language),
            ReportFormat::Json => report.json().context("writing JSON")? + "\n",
        };
        output::print(&text)?;
        Ok(ExitCode::SUCCESS)
    }
}

/// What `drill abort` says.
#[derive(serde::Serialize)]
struct Aborted {
    /// The Drill's namespace and name.
    drill: String,
    /// Whether its end is asked for.
    abort: bool,
}

fn row(workload: &WorkloadReport) -> Vec<Cell> {
    let tone = match workload.outcome {
        Outcome::NotMet => Tone::Bad,
        Outcome::NotExecuted | Outcome::Running => Tone::Warn,
        Outcome::Simulated | Outcome::NoObjective => Tone::Plain,
        Outcome::Met => Tone::Good,
    };
    let step = workload
        .steps
        .iter()
        .find(|step| step.finished_at.is_none() && step.started_at.is_some());
    let step = step
        .map(|step| format!("{:?}", step.name))
        .or_else(|| workload.not_executed.clone());
    let serving = workload.serving.map(|length| length.say(Language::En));
    vec![
        Cell::plain(&workload.workload),
        Cell::toned(&format!("{:?}", workload.outcome), tone),
        Cell::maybe(workload.target.as_ref()),
        Cell::maybe(workload.migration.as_ref()),
        Cell::maybe(step.as_ref()),
        Cell::maybe(serving.as_ref()),
    ]
}
