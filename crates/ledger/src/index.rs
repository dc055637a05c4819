//! Which captures there are of a workload, and which is the latest on a cluster.
//!
//! One empty object per reference, all of it in the name:
//! `refs/NAMESPACE/NAME/CLUSTER/DAY/TIME.ID.OBJECTS.BYTES`. The latest is the one with the greatest
//! name, so there is no pointer to move: two writers need no compare-and-swap, which a local directory
//! has not, and a late writer can never turn the latest back in time. By day, so that the latest of a
//! workload with years of captures is found in two listings.
//! Invariant: a reference is removed only when a newer one to the same content, with nothing else
//! between them, has been written.

use object_store::path::Path;

use crate::{
    capture::{CaptureId, CaptureRef},
    error::LedgerError,
    objects::Objects,
};

const ROOT: &str = "refs";

/// Writes down that `new` was taken; returns the reference that now says so.
///
/// Where the latest holds the same content, it moves on to the time of `new`: the index keeps one
/// reference per change, not one per look.
pub(crate) async fn record(objects: &Objects, new: CaptureRef) -> Result<CaptureRef, LedgerError> {
    let latest = latest(objects, &new.workload, &new.cluster).await?;
    let same = latest.filter(|latest| latest.id == new.id);
    if let Some(latest) = &same
        && latest.taken_at >= new.taken_at
    {
        return Ok(latest.clone());
    }
    objects.create(&place(&new), bytes::Bytes::new()).await?;
    if let Some(outdated) = same
        && let Err(error) = objects.remove(&place(&outdated)).await
    {
        // The credentials may lack the right to delete; one more reference does no harm.
        tracing::debug!(%error, id = %outdated.id, "an outdated reference to a capture stays");
    }
    Ok(new)
}

/// The latest capture of a workload on a cluster.
pub(crate) async fn latest(
    objects: &Objects,
    workload: &str,
    cluster: &str,
) -> Result<Option<CaptureRef>, LedgerError> {
    let days = objects
        .directories(&of_workload(workload).join(escape(cluster)))
        .await?;
    for day in days.into_iter().rev() {
        let files = objects.list(&day).await?;
        let found = files.iter().filter_map(|path| read(workload, cluster, path));
        if let Some(latest) = found.max_by_key(|found| (found.taken_at, found.id)) {
            return Ok(Some(latest));
        }
    }
    Ok(None)
}

/// Every capture of a workload on whatever cluster, newest first.
pub(crate) async fn all(objects: &Objects, workload: &str) -> Result<Vec<CaptureRef>, LedgerError> {
    let root = of_workload(workload);
    let mut found = Vec::new();
    for path in objects.list(&root).await? {
        let cluster = path
            .prefix_match(&root)
            .and_then(|mut rest| unescape(rest.next()?.as_ref()));
        found.extend(cluster.and_then(|cluster| read(workload, &cluster, &path)));
    }
    found.sort_unstable_by(|a, b| (b.taken_at, &b.cluster, b.id).cmp(&(a.taken_at, &a.cluster, a.id)));
    Ok(found)
}

fn of_workload(workload: &str) -> Path {
    // A workload without a namespace gets a directory that no namespace can have.
    let (namespace, name) = match workload.split_once('/') {
        Some((namespace, name)) => (escape(namespace), escape(name)),
        None => ("==".to_owned(), escape(workload)),
    };
    Path::from_iter([ROOT.to_owned(), namespace, name])
}

fn place(found: &CaptureRef) -> Path {
    let day = found.taken_at.strftime("%Y-%m-%d").to_string();
    let id = found.id.to_string();
    let file = format!(
        "{:020}.{id}.{}.{}",
        found.taken_at.as_nanosecond(),
        found.objects,
        found.bytes
    );
    of_workload(&found.workload)
        .join(escape(&found.cluster))
        .join(day)
        .join(file)
}

/// The reference that a path spells; `None` for a file that is not ours.
fn read(workload: &str, cluster: &str, path: &Path) -> Option<CaptureRef> {
    let mut parts = path.filename()?.split('.');
    let taken_at = jiff::Timestamp::from_nanosecond(parts.next()?.parse().ok()?).ok()?;
    let id: CaptureId = parts.next()?.parse().ok()?;
    let objects = parts.next()?.parse().ok()?;
    let bytes = parts.next()?.parse().ok()?;
    let (workload, cluster) = (workload.to_owned(), cluster.to_owned());
    Some(CaptureRef {
        id,
        workload,
        cluster,
        taken_at,
        objects,
        bytes,
    })
}

/// Any text as one part of a path: letters, digits, `-`, `_` and inner dots as they are, other bytes as
/// `=` and two hexadecimal digits, nothing as `=`. The names that Kubernetes allows stay as they are.
fn escape(text: &str) -> String {
    if text.is_empty() {
        return "=".to_owned();
    }
    let plain =
        |i, byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte) || (byte == b'.' && i > 0);
    let bytes = text.bytes().enumerate();
    bytes
        .map(|(i, byte)| {
            if plain(i, byte) {
                char::from(byte).to_string()
            } else {
                format!("={byte:02X}")
            }
        })
        .collect()
}

fn unescape(part: &str) -> Option<String> {
    if part == "=" {
        return Some(String::new());
    }
    let mut out = Vec::with_capacity(part.len());
    let mut rest = part.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        if first == b'=' {
            out.extend(hex::decode(tail.get(..2)?).ok()?);
            rest = tail.get(2..)?;
        } else {
            out.push(first);
            rest = tail;
        }
    }
    String::from_utf8(out).ok()
}

#[cfg(test)]
mod tests;
