//! Builds the tests once, and says what can be run.
//!
//! The executables are run by us, not by `cargo test`: a call of it per target would resolve features anew
//! and build twice.

use std::{
    collections::BTreeSet,
    io::BufReader,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::Context as _;
use cargo_metadata::{Artifact, Message, TargetKind};

use crate::{
    shell,
    tier::Tier,
    workspace::{Workspace, directory},
};

/// What a build gave.
pub(crate) struct Artifacts {
    tests: Vec<TestProgram>,
    /// The workspace's own programs, which tests start: name and path.
    programs: Vec<(String, PathBuf)>,
}

/// One test executable.
pub(crate) struct TestProgram {
    pub(crate) tier: Tier,
    pub(crate) package: String,
    pub(crate) target: String,
    directory: PathBuf,
    executable: PathBuf,
}

impl Artifacts {
    /// Builds every test of `tiers`, and the programs; none if the compiler refused, which it then said.
    pub(crate) fn build(workspace: &Workspace, tiers: &[Tier]) -> anyhow::Result<Option<Self>> {
        let mut artifacts = Self {
            tests: Vec::new(),
            programs: Vec::new(),
        };
        let programs = &["build", "--workspace", "--bins"];
        let mut tests = vec!["test".to_owned(), "--workspace".to_owned(), "--no-run".to_owned()];
        tests.extend(selection(workspace, tiers));
        for arguments in [programs.map(str::to_owned).to_vec(), tests] {
            let Some(built) = build(workspace.root(), &arguments)? else {
                return Ok(None);
            };
            for artifact in built {
                artifacts.keep(workspace, tiers, artifact);
            }
        }
        artifacts
            .tests
            .sort_by(|a, b| (a.tier, &a.package, &a.target).cmp(&(b.tier, &b.package, &b.target)));
        Ok(Some(artifacts))
    }

    pub(crate) fn of(&self, tier: Tier) -> impl Iterator<Item = &TestProgram> {
        self.tests.iter().filter(move |test| test.tier == tier)
    }

    /// The command for `test`, with the environment that cargo would give it.
    pub(crate) fn command(&self, test: &TestProgram) -> Command {
        let mut command = Command::new(&test.executable);
        command.current_dir(&test.directory);
        command
            .env("CARGO_MANIFEST_DIR", &test.directory)
            .env("CARGO_PKG_NAME", &test.package);
        for (name, path) in &self.programs {
            command.env(format!("CARGO_BIN_EXE_{name}"), path);
        }
        command
    }

    fn keep(&mut self, workspace: &Workspace, tiers: &[Tier], artifact: Artifact) {
        let Artifact {
            package_id,
            target,
            profile,
            executable: Some(executable),
            ..
        } = artifact
        else {
            return;
        };
        let packages = workspace.packages();
        let Some(package) = packages.iter().find(|package| package.id == package_id) else {
            return;
        };
        if !profile.test {
            if target.kind.contains(&TargetKind::Bin) {
                self.programs.push((target.name, executable.into()));
            }
            return;
        }
        let tier = Tier::of(&package.name, &target.kind, &target.name).filter(|tier| tiers.contains(tier));
        self.tests.extend(tier.map(|tier| TestProgram {
            tier,
            package: package.name.to_string(),
            target: target.name,
            directory: directory(package),
            executable: executable.into(),
        }));
    }
}

/// The options that choose the targets of `tiers`.
fn selection(workspace: &Workspace, tiers: &[Tier]) -> Vec<String> {
    let mut options = BTreeSet::new();
    for (package, target) in workspace.targets() {
        let tier = Tier::of(&package.name, &target.kind, &target.name);
        if !tier.is_some_and(|tier| tiers.contains(&tier)) {
            continue;
        }
        if target.kind.contains(&TargetKind::Test) {
            options.insert(format!("--test={}", target.name));
        } else if target.kind.contains(&TargetKind::Bin) {
            options.insert("--bins".to_owned());
        } else {
            options.insert("--lib".to_owned());
        }
    }
    options.into_iter().collect()
}

fn build(root: &Path, arguments: &[String]) -> anyhow::Result<Option<Vec<Artifact>>> {
    let mut child = shell::cargo(root)
        .args(arguments)
        .arg("--message-format=json-render-diagnostics")
        .stdout(Stdio::piped())
        .spawn()
        .context("starting cargo")?;
    let mut artifacts = Vec::new();
    if let Some(output) = child.stdout.take() {
        for message in Message::parse_stream(BufReader::new(output)) {
            if let Message::CompilerArtifact(artifact) = message.context("reading what cargo built")? {
                artifacts.push(artifact);
            }
        }
    }
    let status = child.wait().context("waiting for cargo")?;
    Ok(status.success().then_some(artifacts))
}
