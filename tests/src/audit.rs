//! What the daemon asked of a member, by the member's own audit log.
//!
//! Invariant: the log is the API server's; nothing the daemon does can keep a request out of it.

use std::path::Path;

use anyhow::Context as _;
use jiff::Timestamp;
use serde_json::Value;

/// One request.
#[derive(Clone, Debug)]
pub struct Asked {
    /// get, list, watch, create, update, patch, delete, ...
    pub verb: String,
    /// The path and the query.
    pub uri: String,
    /// When it arrived.
    pub at: Timestamp,
}

impl Asked {
    /// Whether it changes anything. A question about rights is written as an object and kept nowhere.
    pub fn writes(&self) -> bool {
        let reads = matches!(self.verb.as_str(), "get" | "list" | "watch");
        let rehearses = self.uri.contains("dryRun=All");
        let asks = self.uri.contains("selfsubject");
        !(reads || rehearses || asks)
    }
}

/// Who the daemon is on every member.
pub(crate) const DAEMON: &str = "system:serviceaccount:havenmeester-member:havenmeester";

/// Logs what the daemon asks, and nothing else.
pub(crate) const POLICY: &str = r#"{"apiVersion": "audit.k8s.io/v1", "kind": "Policy", "omitStages": ["ResponseComplete"],
"rules": [{"level": "Metadata", "users": ["system:serviceaccount:havenmeester-member:havenmeester"]}, {"level": "None"}]}"#;

/// Everything that the daemon asked so far, in the order of arrival.
pub fn asked(log: &Path) -> anyhow::Result<Vec<Asked>> {
    let text = std::fs::read_to_string(log).with_context(|| format!("reading {}", log.display()))?;
    let mut all = Vec::new();
    // The last line may be half written.
    for entry in text
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
    {
        let text = |name: &str| entry[name].as_str().unwrap_or_default().to_owned();
        if entry["user"]["username"] != DAEMON || entry["stage"] != "RequestReceived" {
            continue;
        }
        all.push(Asked {
            verb: text("verb"),
            uri: text("requestURI"),
            at: text("requestReceivedTimestamp")
                .parse()
                .context("a time in the audit log")?,
        });
    }
    Ok(all)
}
