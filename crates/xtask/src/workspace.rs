//! What cargo knows about this workspace.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use cargo_metadata::{Metadata, MetadataCommand, Package, Target};

/// The workspace that this program was built from.
pub(crate) struct Workspace {
    metadata: Metadata,
}

impl Workspace {
    /// Asks cargo, without resolving dependencies.
    pub(crate) fn load() -> anyhow::Result<Self> {
        let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
        let metadata = MetadataCommand::new()
            .manifest_path(manifest)
            .no_deps()
            .exec()
            .context("asking cargo for the members of the workspace")?;
        Ok(Self { metadata })
    }

    pub(crate) fn root(&self) -> &Path {
        self.metadata.workspace_root.as_std_path()
    }

    /// The members, by name.
    pub(crate) fn packages(&self) -> Vec<&Package> {
        let mut packages = self.metadata.workspace_packages();
        packages.sort_by(|a, b| a.name.cmp(&b.name));
        packages
    }

    /// Every target of every member.
    pub(crate) fn targets(&self) -> impl Iterator<Item = (&Package, &Target)> {
        self.packages()
            .into_iter()
            .flat_map(|package| package.targets.iter().map(move |target| (package, target)))
    }
}

/// The directory of a member.
pub(crate) fn directory(package: &Package) -> PathBuf {
    package
        .manifest_path
        .parent()
        .map(|parent| parent.as_std_path().to_owned())
        .unwrap_or_default()
}
