//! A decision for people: as data, and as the text of `explain`.
//!
//! Invariant: tells what was decided and adds no judgement of its own.
use std::fmt::{Display, Formatter, Result};

use serde::Serialize;

use crate::Reasons;
use crate::approval::Asked;
use crate::decision::{Action, Candidate, Decision, Refusal, Score, Violation, Waiting};
use crate::exempt::Waiver;
use crate::request::WorkloadId;

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

/// Explains a decision; `None` for a workload of which the plan says nothing.
pub fn explain(id: &WorkloadId, reasons: &Reasons<'_>) -> Option<Explanation> {
    let decision = reasons.plan.decisions.get(id)?;
    let candidates = reasons.candidates(id);
    let mut clusters: Vec<Row> = candidates.iter().map(|(name, c)| row(name, c)).collect();
    clusters.sort_by_key(|row| {
        let desired = row.fits && decision.desired.as_deref() == Some(&row.cluster);
        (desired, row.score.as_ref().map(|score| score.total))
    });
    Some(Explanation {
        workload: id.clone(),
        home: decision.home.clone(),
        desired: decision.desired.clone(),
        headline: headline(id, decision),
        next: Told {
            rule: decision.action.rule().to_owned(),
            policy: None,
            message: decision.action.to_string(),
        },
        policies: decision.rules.policies.clone(),
        clusters,
        violations: decision.violations.iter().map(violation).collect(),
        approval: decision.approval.clone(),
        standby: decision.standby.clone(),
        exempt: decision.rules.waivers.clone(),
    })
}

fn headline(id: &WorkloadId, decision: &Decision) -> String {
    match (&decision.desired, &decision.home) {
        (Some(desired), Some(home)) if desired == home => {
            format!("{id} stands on {home}, and may stay there.")
        }
        (Some(desired), Some(home)) => format!("{id} must stand on {desired}. It stands on {home}."),
        (Some(desired), None) => format!("{id} must stand on {desired}. Where it stands is not known."),
        (None, Some(home)) if decision.action == Action::Wait(Waiting::NoClusterFits) => {
            format!("{id} stands on {home}, and no cluster may take it.")
        }
        (None, Some(home)) => format!("{id} stands on {home}."),
        (None, None) => format!("{id} stands nowhere that is known."),
    }
}

fn row(cluster: &str, candidate: &Candidate) -> Row {
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
                [only] => only.nearest_change(),
                [] | [_, _, ..] => None,
            };
            Row {
                cluster,
                fits: false,
                score: None,
                reasons: refusals.iter().map(refusal).collect(),
                nearest,
            }
        }
    }
}

fn refusal(refusal: &Refusal) -> Told {
    Told {
        rule: refusal.rule().to_owned(),
        policy: refusal.policy().map(str::to_owned),
        message: refusal.to_string(),
    }
}

fn violation(violation: &Violation) -> Told {
    Told {
        rule: violation.rule().to_owned(),
        policy: violation.policy().map(str::to_owned),
        message: violation.to_string(),
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
            lines(f, row, width)?;
        }
        writeln!(f, "\nNext: {}.", self.next.message)?;
        if let Some(asked) = &self.approval {
            approval(f, asked)?;
        }
        if let Some(standby) = &self.standby {
            writeln!(f, "Standby: room is kept for it on {standby}.")?;
        }
        for waiver in &self.exempt {
            let Waiver {
                exemption,
                policy,
                rule,
                until,
            } = waiver;
            writeln!(
                f,
                "Exempt from {rule} of {policy} until {until} (Exemption {exemption})."
            )?;
        }
        for told in self.violations.iter().filter(|told| !self.stands_in_a_row(told)) {
            writeln!(f, "Violation: {}.", told.message)?;
        }
        Ok(())
    }
}

fn approval(f: &mut Formatter<'_>, asked: &Asked) -> Result {
    if let Some(given) = &asked.given {
        return writeln!(
            f,
            "Approved by {} (Approval {}): {asked}.",
            given.approver, given.approval
        );
    }
    writeln!(f, "Approval: none yet of plan {}.", asked.plan)?;
    writeln!(f, "  Approve it with: havenmeester approve {}", asked.workload)
}

fn lines(f: &mut Formatter<'_>, row: &Row, width: usize) -> Result {
    let cluster = &row.cluster;
    if let Some(score) = &row.score {
        let mut parts: Vec<(&String, &i64)> = score.parts.iter().collect();
        parts.sort_by_key(|(name, part)| (std::cmp::Reverse(**part), *name));
        let parts: Vec<String> = parts
            .iter()
            .map(|(name, part)| format!("{name} {part}"))
            .collect();
        let (total, parts) = (score.total, parts.join(", "));
        return writeln!(f, "  {cluster:width$}   yes  score {total}: {parts}");
    }
    for (i, reason) in row.reasons.iter().enumerate() {
        let (name, verdict) = if i == 0 {
            (cluster.as_str(), "no")
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

#[cfg(test)]
mod tests;
