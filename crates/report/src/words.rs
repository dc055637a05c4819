//! Every word for people, in each language beside the other.
//!
//! Not here: CamelCase words of closed sets (steps, rules, questions), which are the same in every language, and
//! sentences that come with the data.
//! Invariant: no text for people stands in another file of this crate, but for the questions of a dry run (`question`).
pub use havenmeester_api::Language;
use havenmeester_api::drill::DrillMode;
use havenmeester_api::migration::{Answer, StepState, Verdict};

use crate::drill::{DrillState, MissReason, Objective, Outcome};
use crate::dry_run::{DryRunState, Severity};

havenmeester_api::words! {
    // the page
    LanguageTag: "en", "nl";
    Severity: "severity", "ernst";
    // numbers
    DecimalMark: ".", ",";
    HourSign: "h", "u";
    Median: "p50", "p50";
    Most: "max", "max";
    // titles
    CutOffOf: "Cut-off of", "Afsluiting van";
    DryRunOf: "Dry run of", "Proefverhuizing van";
    MoveOf: "Move of", "Verhuizing van";
    ExitFrom: "Leaving", "Vertrek bij";
    To: "to", "naar";
    From: "from", "van";
    // modes
    Live: "live", "echt";
    Simulated: "simulated", "gesimuleerd";
    // parts
    NotMet: "not met", "niet gehaald";
    NotExecuted: "not executed", "niet uitgevoerd";
    Workloads: "workloads", "applicaties";
    Workload: "workload", "applicatie";
    WithinObjective: "within objective", "binnen de norm";
    Steps: "steps", "stappen";
    Contents: "each workload", "per applicatie";
    Findings: "findings", "bevindingen";
    InTheWay: "what stands in the way", "wat in de weg staat";
    Rounds: "rounds of dry runs", "rondes van proefverhuizingen";
    // columns
    Objective: "objective", "norm";
    Where: "where", "waar";
    Outcome: "outcome", "uitkomst";
    Detected: "detected", "gezien";
    Decided: "decided", "besloten";
    Created: "created", "aangemaakt";
    Serving: "serving", "werkt weer";
    DataLoss: "data loss", "gegevensverlies";
    Plan: "plan", "plan";
    Step: "step", "stap";
    State: "state", "stand";
    Started: "started", "begonnen";
    Ended: "ended", "geëindigd";
    Took: "took", "duurde";
    Message: "message", "bericht";
    AskedBy: "asked by", "gevraagd door";
    Clusters: "clusters", "clusters";
    Question: "question", "vraag";
    Questions: "questions", "vragen";
    Answer: "answer", "antwoord";
    SeenAt: "seen at", "gezien op";
    Object: "object", "object";
    Seen: "seen", "gezien";
    Remedy: "what to do", "wat te doen";
    Verdict: "verdict", "oordeel";
    Capture: "capture", "vastlegging";
    Objects: "objects", "objecten";
    Target: "target", "doel";
    At: "at", "op";
    HowMany: "how many", "aantal";
    LeadDays: "days before the end", "dagen voor het einde";
    Due: "due", "gepland";
    DaysLeft: "days left", "dagen over";
    EndsOn: "ends on", "eindigt op";
    NoticeBy: "notice by", "opzeggen voor";
    // states of a drill
    DrillPending: "not begun", "niet begonnen";
    DrillRunning: "under way", "bezig";
    DrillComplete: "ended", "geëindigd";
    DrillFailed: "failed", "mislukt";
    // outcomes
    Met: "within objective", "binnen de norm";
    ServesUnmeasured: "serves; no objective was set", "werkt; er was geen norm";
    UnderWay: "under way", "bezig";
    WouldGo: "would go", "zou gaan";
    // objectives and misses
    RecoveryTime: "recovery time", "hersteltijd";
    RecoveryPoint: "data loss", "gegevensverlies";
    TooLate: "over the objective", "boven de norm";
    DoesNotServe: "does not serve", "werkt niet";
    NotMeasured: "could not be measured", "kon niet worden gemeten";
    MoveFailed: "the move failed", "de verhuizing mislukte";
    // steps
    StepPending: "pending", "wacht";
    StepRunning: "running", "bezig";
    StepDone: "done", "gedaan";
    StepFailed: "failed", "mislukt";
    // verdicts
    Ready: "ready", "gereed";
    ReadyWithWarnings: "ready, with warnings", "gereed, met waarschuwingen";
    Unknown: "unknown", "onbekend";
    Blocked: "blocked", "geblokkeerd";
    NoVerdict: "no verdict yet", "nog geen oordeel";
    // severities
    Block: "blocks", "blokkeert";
    Warn: "warning", "waarschuwing";
    Pass: "passes", "in orde";
    // states of a dry run
    DryRunComplete: "complete", "klaar";
}

impl Word {
    pub(crate) const fn of_step(state: StepState) -> Self {
        match state {
            StepState::Pending => Self::StepPending,
            StepState::Running => Self::StepRunning,
            StepState::Done => Self::StepDone,
            StepState::Failed => Self::StepFailed,
            StepState::NotExecuted => Self::NotExecuted,
        }
    }

    pub(crate) const fn of_mode(mode: DrillMode) -> Self {
        match mode {
            DrillMode::Simulate => Self::Simulated,
            DrillMode::Live => Self::Live,
        }
    }

    pub(crate) const fn of_drill(state: DrillState) -> Self {
        match state {
            DrillState::Pending => Self::DrillPending,
            DrillState::Running => Self::DrillRunning,
            DrillState::Complete => Self::DrillComplete,
            DrillState::Failed => Self::DrillFailed,
        }
    }

    pub(crate) const fn of_outcome(outcome: Outcome) -> Self {
        match outcome {
            Outcome::NotMet => Self::NotMet,
            Outcome::NotExecuted => Self::NotExecuted,
            Outcome::Running => Self::UnderWay,
            Outcome::Simulated => Self::WouldGo,
            Outcome::NoObjective => Self::ServesUnmeasured,
            Outcome::Met => Self::Met,
        }
    }

    pub(crate) const fn of_objective(objective: Objective) -> Self {
        match objective {
            Objective::Rto => Self::RecoveryTime,
            Objective::Rpo => Self::RecoveryPoint,
        }
    }

    pub(crate) const fn of_miss(reason: MissReason) -> Self {
        match reason {
            MissReason::Exceeded => Self::TooLate,
            MissReason::NotServing => Self::DoesNotServe,
            MissReason::NotMeasured => Self::NotMeasured,
            MissReason::Failed => Self::MoveFailed,
        }
    }

    pub(crate) const fn of_verdict(verdict: Option<Verdict>) -> Self {
        match verdict {
            None => Self::NoVerdict,
            Some(Verdict::Ready) => Self::Ready,
            Some(Verdict::ReadyWithWarnings) => Self::ReadyWithWarnings,
            Some(Verdict::Unknown) => Self::Unknown,
            Some(Verdict::Blocked) => Self::Blocked,
        }
    }

    pub(crate) const fn of_answer(answer: Answer) -> Self {
        match answer {
            Answer::Pass => Self::Pass,
            Answer::Warn => Self::Warn,
            Answer::Unknown => Self::Unknown,
            Answer::Block => Self::Block,
        }
    }

    pub(crate) const fn of_severity(severity: Severity) -> Self {
        match severity {
            Severity::Block => Self::Block,
            Severity::Unknown => Self::Unknown,
            Severity::Warn => Self::Warn,
            Severity::Pass => Self::Pass,
        }
    }

    pub(crate) const fn of_dry_run(state: DryRunState) -> Self {
        match state {
            DryRunState::Running => Self::UnderWay,
            DryRunState::Complete => Self::DryRunComplete,
            DryRunState::Failed => Self::StepFailed,
        }
    }
}

/// The same with a capital, for headings and heads of columns in Markdown.
pub(crate) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
