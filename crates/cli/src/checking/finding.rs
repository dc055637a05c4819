//! One finding, and all of them. Serialised as `havenmeester check -o json`.
use havenmeester_portability::{Judgement, Level};
use serde::Serialize;

/// Everything that was found.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Report {
    /// How many files were read.
    pub(crate) files: usize,
    /// How many objects were in them.
    pub(crate) objects: usize,
    /// How many findings of each severity.
    pub(crate) count: Count,
    /// Haven's conditions on applications, when they were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) haven: Option<Vec<Judgement>>,
    /// By file and place.
    pub(crate) findings: Vec<Finding>,
    /// The files that were read, in order; for reports that name those without findings too.
    #[serde(skip)]
    pub(crate) names: Vec<String>,
}

/// How many findings of each severity.
#[derive(Clone, Copy, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Count {
    pub(crate) block: usize,
    pub(crate) rewrite: usize,
    pub(crate) warn: usize,
    pub(crate) info: usize,
}

/// One finding.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Finding {
    /// The file; `(stdin)` for standard input.
    pub(crate) file: String,
    /// The line, from 1; absent for the file as a whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) line: Option<u32>,
    /// The column in characters, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) column: Option<u32>,
    /// The rule. `manifest-*`: the file itself; `haven-*`: a condition of Haven.
    pub(crate) rule: String,
    /// How bad it is.
    pub(crate) severity: Level,
    /// The object, as `apps/Deployment namespace/name`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) object: Option<String>,
    /// The path of the field.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) field: Option<String>,
    /// What was seen there: a host name, a key or the rule's own words. Absent in a Secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) seen: Option<String>,
    /// What it is about, in some words.
    pub(crate) what: String,
    /// Why it is one.
    pub(crate) why: String,
    /// What to do.
    pub(crate) replacement: String,
    /// The documentation that says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) source: Option<String>,
}

/// Documents that are no objects: counted, and only listed where programs read.
pub(crate) const PASSED_OVER: &str = "manifest-passed-over";

impl Report {
    /// Counts, and puts the findings in the order of files (as they were read) and places.
    pub(crate) fn finish(mut self) -> Self {
        for finding in &self.findings {
            *match finding.severity {
                Level::Block => &mut self.count.block,
                Level::Rewrite => &mut self.count.rewrite,
                Level::Warn => &mut self.count.warn,
                Level::Info => &mut self.count.info,
            } += 1;
        }
        let order: std::collections::HashMap<&str, usize> = self
            .names
            .iter()
            .enumerate()
            .map(|(place, name)| (name.as_str(), place))
            .collect();
        self.findings.sort_by_cached_key(|finding| {
            let file = order.get(finding.file.as_str()).copied().unwrap_or(usize::MAX);
            let worst_first = std::cmp::Reverse(finding.severity);
            (
                file,
                finding.line,
                finding.column,
                worst_first,
                finding.rule.clone(),
            )
        });
        self
    }

    /// Whether something is as bad as this, or worse.
    pub(crate) fn reaches(&self, level: Level) -> bool {
        self.findings.iter().any(|finding| finding.severity >= level)
    }
}

impl Finding {
    /// `file:line:column`.
    pub(crate) fn place(&self) -> String {
        let numbers = [self.line, self.column].into_iter().flatten();
        numbers.fold(self.file.clone(), |place, number| format!("{place}:{number}"))
    }

    /// One sentence with what was seen, why, and what to do.
    pub(crate) fn message(&self) -> String {
        let seen = self
            .seen
            .as_ref()
            .map(|seen| format!(" ({seen})"))
            .unwrap_or_default();
        let (why, remedy) = (sentence(&self.why), sentence(&self.replacement));
        format!("{}{seen}. {why} {remedy}", self.what)
            .trim_end()
            .to_owned()
    }
}

/// With a capital and a full stop.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
    let end = if text.is_empty() || text.ends_with('.') {
        ""
    } else {
        "."
    };
    format!("{first}{}{end}", letters.as_str())
}
