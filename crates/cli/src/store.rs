//! Captures and the decision log, as the command line names them.
//!
//! A key is made by itself only for a store that holds nothing yet and lies in a local directory: a new key on an old
//! store would leave what is in it unreadable, and a key that only one replica has is no key for several.
//! Invariant: a key that was made is on the disk before anything is sealed with it.
use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use havenmeester_ledger::{Keys, Ledger, open_store};
use tracing::warn;

use crate::args::StoreArgs;

/// How to come by a key, for messages.
const HOW: &str = "make one with `age-keygen -o FILE`, keep a copy apart from the store, and name it with \
                   --capture-key-file";

/// Opens the store for the daemon, which seals and opens captures.
pub(crate) fn open(args: &StoreArgs) -> anyhow::Result<Ledger> {
    let keys = keys(args)?;
    let store = open_store(&args.store).context("--store")?;
    Ok(Ledger::new(store, keys))
}

/// Opens the store for the decision log, which is not sealed: no key is needed.
pub(crate) fn open_log(args: &StoreArgs) -> anyhow::Result<Ledger> {
    if let Some(directory) = local(&args.store)
        && !directory.is_dir()
    {
        bail!(
            "--store: there is no store at {}; name the one that the daemon writes to",
            directory.display()
        );
    }
    let store = open_store(&args.store).context("--store")?;
    Ok(Ledger::new(store, Keys::generate()))
}

fn keys(args: &StoreArgs) -> anyhow::Result<Keys> {
    let Some(path) = &args.capture_key_file else {
        if args.store.starts_with("memory:") {
            return Ok(Keys::generate()); // both are gone with the process
        }
        bail!("captures are sealed, and no key is named; {HOW}");
    };
    match std::fs::read_to_string(path) {
        Ok(text) => Keys::from_identity_file(&text)
            .with_context(|| format!("--capture-key-file {}; {HOW}", path.display())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => make(path, &args.store),
        Err(error) => Err(error).with_context(|| format!("reading --capture-key-file {}", path.display())),
    }
}

fn make(path: &Path, store: &str) -> anyhow::Result<Keys> {
    let fresh = local(store).is_some_and(|directory| is_empty(&directory));
    if !fresh {
        bail!(
            "--capture-key-file {}: there is no such file, and the store may hold captures; {HOW}",
            path.display()
        );
    }
    let keys = Keys::generate();
    let making = || format!("making --capture-key-file {}", path.display());
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path).with_context(making)?;
    file.write_all(keys.to_identity_file().as_bytes())
        .with_context(making)?;
    file.sync_all().with_context(making)?;
    warn!(path = %path.display(), "a new key was made for the new store; keep a copy of it apart from the store");
    Ok(keys)
}

/// The directory of a store, when it is one on this machine.
fn local(store: &str) -> Option<PathBuf> {
    if let Some(path) = store.strip_prefix("file://") {
        return Some(PathBuf::from(path));
    }
    let scheme = store.split_once(':').filter(|(scheme, _)| !scheme.contains('/'));
    scheme.is_none().then(|| PathBuf::from(store))
}

fn is_empty(directory: &Path) -> bool {
    std::fs::read_dir(directory).map_or_else(
        |error| error.kind() == std::io::ErrorKind::NotFound,
        |mut entries| entries.next().is_none(),
    )
}

#[cfg(test)]
mod tests;
