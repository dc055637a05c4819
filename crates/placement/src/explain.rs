//! A decision for people: as data, and as the text of `explain`.
//!
//! Invariant: tells what was decided and adds no judgement of its own.
use std::fmt::{Display, Formatter, Result};

use havenmeester_api::Language;
use serde::Serialize;

use crate::Reasons;
use crate::approval::Asked;
use crate::decision::{Candidate, Refusal, Score, Violation};
use crate::exempt::Waiver;
use crate::request::WorkloadId;
use crate::say::Say;
use crate::score::Part;

mod phrase; // the fixed phrases

pub(crate) use phrase::Phrase;

/// Where a workload must stand, and why not elsewhere.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Explanation {
    /// Which workload.
    pub workload: WorkloadId,
    /// Where it stands.
    pub home: Option<String>,
    /// Where it must stand.
    pub desired: Option<String>,
    /// Both in a sentence.
    pub headline: String,
    /// What happens next.
    pub next: Told,
    /// The policies that hold for it.
    pub policies: Vec<String>,
    /// Each cluster: those that may not take it, then those that may by their score, the desired one last.
    pub clusters: Vec<Row>,
    /// What is wrong now.
    pub violations: Vec<Told>,
    /// What somebody must approve, or has approved.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approval: Option<Asked>,
    /// Where room is kept for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub standby: Option<String>,
    /// The rules from which it is exempt today.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub exempt: Vec<Waiver>,
    /// In which language its sentences are.
    #[serde(skip)]
    language: Language,
}

/// One cluster.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Row {
    /// Which.
    pub cluster: String,
    /// Whether it may take the workload.
    pub fits: bool,
    /// What ranks it, when it may.
    pub score: Option<Score>,
    /// Why not, when it may not.
    pub reasons: Vec<Told>,
    /// The nearest change that would admit it, when one change is enough.
    pub nearest: Option<String>,
}

/// A reason.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Told {
    /// A CamelCase word of a closed set.
    pub rule: String,
    /// Whose policy, if it is one's.
    pub policy: Option<String>,
    /// For people.
    pub message: String,
}

/// Explains a decision in English; `None` for a workload of which the plan says nothing.
pub fn explain(id: &WorkloadId, reasons: &Reasons<'_>) -> Option<Explanation> {
    explain_in(id, reasons, Language::En)
}

/// The same in a language. The words of closed sets stay as they are.
pub fn explain_in(id: &WorkloadId, reasons: &Reasons<'_>, language: Language) -> Option<Explanation> {
    let decision = reasons.plan.decisions.get(id)?;
    let candidates = reasons.candidates(id);
    let mut clusters: Vec<Row> = candidates
        .iter()
        .map(|(name, c)| row(name, c, language))
        .collect();
    clusters.sort_by_key(|row| {
        let desired = row.fits && decision.desired.as_deref() == Some(&row.cluster);
        (desired, row.score.as_ref().map(|score| score.total))
    });
    Some(Explanation {
        workload: id.clone(),
        home: decision.home.clone(),
        desired: decision.desired.clone(),
        headline: Phrase::headline(id, decision).say(language),
        next: Told {
            rule: decision.action.rule().to_owned(),
            policy: None,
            message: decision.action.say(language),
        },
        policies: decision.rules.policies.clone(),
        clusters,
        violations: decision
            .violations
            .iter()
            .map(|it| violation(it, language))
            .collect(),
        approval: decision.approval.clone(),
        standby: decision.standby.clone(),
        exempt: decision.rules.waivers.clone(),
        language,
    })
}

fn row(cluster: &str, candidate: &Candidate, language: Language) -> Row {
    let cluster = cluster.to_owned();
    match candidate {
        Candidate::Fits(score) => Row {
            cluster,
            fits: true,
            score: Some(score.clone()),
            reasons: Vec::new(),
            nearest: None,
        },
        Candidate::Refused(refusals) => {
            let nearest = match refusals.as_slice() {
                [only] => only.nearest_change_in(language),
                [] | [_, _, ..] => None,
            };
            Row {
                cluster,
                fits: false,
                score: None,
                reasons: refusals.iter().map(|it| refusal(it, language)).collect(),
                nearest,
            }
        }
    }
}

fn refusal(refusal: &Refusal, language: Language) -> Told {
    Told {
        rule: refusal.rule().to_owned(),
        policy: refusal.policy().map(str::to_owned),
        message: refusal.say(language),
    }
}

fn violation(violation: &Violation, language: Language) -> Told {
    Told {
        rule: violation.rule().to_owned(),
        policy: violation.policy().map(str::to_owned),
        message: violation.say(language),
    }
}

impl Explanation {
    /// Whether the row of its home says the same already.
    fn stands_in_a_row(&self, told: &Told) -> bool {
        let home = self
            .clusters
            .iter()
            .filter(|row| self.home.as_deref() == Some(&row.cluster));
        home.flat_map(|row| &row.reasons)
            .any(|r| r.rule == told.rule && r.policy == told.policy)
    }

    /// What is said when a cluster may take it, and when it may not.
    pub fn verdicts(&self) -> (String, String) {
        let say = |phrase: Phrase<'_>| phrase.say(self.language);
        (say(Phrase::Yes), say(Phrase::No))
    }

    fn lines(&self, f: &mut Formatter<'_>, row: &Row, width: usize) -> Result {
        let (cluster, (yes, no)) = (&row.cluster, self.verdicts());
        if let Some(score) = &row.score {
            let mut parts: Vec<(&Part, &i64)> = score.parts.iter().collect();
            parts.sort_by_key(|(name, part)| (std::cmp::Reverse(**part), *name));
            let told = parts
                .iter()
                .map(|(name, part)| format!("{} {part}", name.say(self.language)));
            let (total, parts) = (score.total, told.collect::<Vec<_>>().join(", "));
            return writeln!(f, "  {cluster:width$}   {yes:3}  score {total}: {parts}");
        }
        for (i, reason) in row.reasons.iter().enumerate() {
            let (name, verdict) = if i == 0 {
                (cluster.as_str(), no.as_str())
            } else {
                ("", "")
            };
            let nearest = row
                .nearest
                .as_ref()
                .map_or_else(String::new, |change| format!("      {change}"));
            writeln!(f, "  {name:width$}   {verdict:3}  {}{nearest}", reason.message)?;
        }
        Ok(())
    }
}

impl Display for Explanation {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        writeln!(f, "{}", self.headline)?;
        if !self.clusters.is_empty() {
            writeln!(f)?;
        }
        let width = self
            .clusters
            .iter()
            .map(|row| row.cluster.chars().count())
            .max()
            .unwrap_or(0);
        for row in &self.clusters {
            self.lines(f, row, width)?;
        }
        let say = |phrase: Phrase<'_>| phrase.say(self.language);
        let what = &self.next.message;
        writeln!(f, "\n{}", say(Phrase::Next { what }))?;
        if let Some(asked) = &self.approval {
            if let Some(given) = &asked.given {
                writeln!(f, "{}", say(Phrase::Approved { asked, given }))?;
            } else {
                writeln!(f, "{}", say(Phrase::NotApproved { asked }))?;
                writeln!(f, "{}", say(Phrase::HowToApprove { asked }))?;
            }
        }
        if let Some(standby) = &self.standby {
            writeln!(f, "{}", say(Phrase::Standby { cluster: standby }))?;
        }
        for waiver in &self.exempt {
            writeln!(f, "{}", say(Phrase::Exempt(waiver)))?;
        }
        for told in self.violations.iter().filter(|told| !self.stands_in_a_row(told)) {
            let what = &told.message;
            writeln!(f, "{}", say(Phrase::Violation { what }))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
