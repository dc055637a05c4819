//! The words of tables for people, in each language beside the other.
//!
//! Not here: the sentences of decisions (`placement`), and errors, which are English.
//! Invariant: a word without its Dutch does not compile.
use havenmeester_api::{Criticality, Language, Sensitivity};
use havenmeester_placement::{Measure, Reason};

havenmeester_api::words! {
    Yes: "yes", "ja";
    No: "no", "nee";
    And: "and", "en";
    // plan
    Workload: "Workload", "Applicatie";
    Criticality: "Criticality", "Kritiek";
    Sensitivity: "Sensitivity", "Gevoelig";
    Cluster: "Cluster", "Cluster";
    MustBe: "Must be", "Moet zijn";
    Compliant: "Compliant", "Voldoet";
    Next: "Next", "Volgende stap";
    Note: "note", "let op";
    PlanIsWrong: "the plan is wrong", "het plan klopt niet";
    NoWorkloads:
        "no workloads: no namespace carries havenmeester.dev/criticality or havenmeester.dev/sensitivity (from files: with the annotation havenmeester.dev/cluster)",
        "geen applicaties: geen namespace heeft havenmeester.dev/criticality of havenmeester.dev/sensitivity (uit bestanden: met de annotatie havenmeester.dev/cluster)";
    DaemonWants:
        "the daemon, which sees how much it asks for, wants it on",
        "de daemon, die ziet hoeveel de applicatie vraagt, wil haar op";
    // what if
    If: "If", "Stel";
    NothingMoves: "Nothing would move that does not move now.", "Er zou niets verhuizen dat nu niet verhuist.";
    Wave: "Wave", "Golf";
    WouldBe: "Would be", "Zou zijn";
    CouldNotMove: "Would not move", "Verhuist niet";
    WhyNot: "Why not", "Waarom niet";
    WouldMove: "would move; waves:", "zouden verhuizen; golven:";
    Moves: "move; waves:", "verhuizen; golven:";
    MovesAlone: "moves; waves:", "verhuist; golven:";
    WouldMoveAlone: "would move; waves:", "zou verhuizen; golven:";
    TakenAsCaptured:
        "Files do not say what is captured: it is taken that all of it is.",
        "Bestanden zeggen niet wat is vastgelegd: aangenomen is dat alles dat is.";
    MinutesUntil: "minutes until the last is done:", "minuten tot de laatste klaar is:";
    // policy lint
    Finding: "Finding", "Bevinding";
    Object: "Object", "Object";
    Field: "Field", "Veld";
    Message: "Message", "Bericht";
    Policies: "Policies:", "Beleidsregels:";
    Exemptions: "exemptions:", "uitzonderingen:";
    NothingFound: "Nothing found.", "Niets gevonden.";
    // explain
    LastDryRun: "last dry run", "laatste proefverhuizing";
    To: "to", "naar";
    Ago: "ago", "geleden";
    Minutes: "min", "min";
    Hours: "h", "uur";
    Days: "days", "dagen";
    OneBefore: "the one before it", "die daarvoor";
    New: "new", "nieuw";
    Gone: "gone", "weg";
    // kpi
    Measure: "Measure", "Maatstaf";
    Of: "Of", "Van";
    Now: "Now", "Nu";
    Planned: "Planned", "Gepland";
    Target: "Target", "Doel";
    Met: "Met", "Gehaald";
    By: "by", "in";
    NothingToCount: "nothing to count", "niets te tellen";
    NotKnown: "not known", "niet bekend";
    DecimalMark: ".", ",";
    External: "Applications that are not on Kubernetes:", "Applicaties die niet op Kubernetes staan:";
    UnknownOf: "of", "van";
    UnknownRest:
        "it is not known how much, and they are not counted",
        "is niet bekend hoeveel, en die tellen niet mee";
    Difference: "what makes the difference", "wat het verschil maakt";
    NobodyKnowsWhere: "nobody knows where", "niemand weet waar";
    PutRight: "put right by the plan", "het plan lost dit op";
    AndMore: "more", "andere";
    NotCounted: "not counted", "niet meegeteld";
    // kpi import
    Name: "Name", "Naam";
    Provider: "Provider", "Leverancier";
    StorageGib: "Storage (GiB)", "Opslag (GiB)";
    ContractEnd: "Contract end", "Einde contract";
    Owner: "Owner", "Eigenaar";
}

/// How critical something is.
pub(crate) const fn criticality(level: Criticality, language: Language) -> &'static str {
    match (level, language) {
        (Criticality::Low, Language::En) => "Low",
        (Criticality::Low, Language::Nl) => "laag",
        (Criticality::Medium, Language::En) => "Medium",
        (Criticality::Medium, Language::Nl) => "midden",
        (Criticality::Critical, Language::En) => "Critical",
        (Criticality::Critical, Language::Nl) => "kritiek",
    }
}

/// How sensitive data is.
pub(crate) const fn sensitivity(level: Sensitivity, language: Language) -> &'static str {
    match (level, language) {
        (Sensitivity::Low, Language::En) => "Low",
        (Sensitivity::Low, Language::Nl) => "laag",
        (Sensitivity::Medium, Language::En) => "Medium",
        (Sensitivity::Medium, Language::Nl) => "midden",
        (Sensitivity::High, Language::En) => "High",
        (Sensitivity::High, Language::Nl) => "hoog",
    }
}

/// What kind of problem it is.
pub(crate) const fn reason(reason: Reason, language: Language) -> &'static str {
    match (reason, language) {
        (Reason::Invalid, Language::En) => "Invalid",
        (Reason::Invalid, Language::Nl) => "ongeldig",
        (Reason::Unsatisfiable, Language::En) => "Unsatisfiable",
        (Reason::Unsatisfiable, Language::Nl) => "onhaalbaar",
        (Reason::Shadowed, Language::En) => "Shadowed",
        (Reason::Shadowed, Language::Nl) => "overbodig",
        (Reason::Unused, Language::En) => "Unused",
        (Reason::Unused, Language::Nl) => "ongebruikt",
        (Reason::Noted, Language::En) => "Noted",
        (Reason::Noted, Language::Nl) => "opgemerkt",
    }
}

/// What is measured.
pub(crate) const fn measure(measure: Measure, language: Language) -> &'static str {
    match (measure, language) {
        (Measure::Classified, Language::En) => "classified",
        (Measure::Classified, Language::Nl) => "ingedeeld naar belang en gevoeligheid",
        (Measure::EuropeanApplications, Language::En) => "applications at European providers",
        (Measure::EuropeanApplications, Language::Nl) => "applicaties bij Europese leveranciers",
        (Measure::EuropeanStorage, Language::En) => "storage (GiB) at European providers",
        (Measure::EuropeanStorage, Language::Nl) => "opslag (GiB) bij Europese leveranciers",
        (Measure::EuropeanCritical, Language::En) => "critical processes on European platforms",
        (Measure::EuropeanCritical, Language::Nl) => "kritieke processen op Europese platforms",
        (Measure::AutonomousCritical, Language::En) => "critical processes on autonomous places",
        (Measure::AutonomousCritical, Language::Nl) => "kritieke processen op autonome plekken",
        (Measure::AutonomousSensitive, Language::En) => "sensitive data on autonomous places",
        (Measure::AutonomousSensitive, Language::Nl) => "gevoelige gegevens op autonome plekken",
        (Measure::SensitiveInEurope, Language::En) => "sensitive data on hardware in Europe",
        (Measure::SensitiveInEurope, Language::Nl) => "gevoelige gegevens op apparatuur in Europa",
    }
}
