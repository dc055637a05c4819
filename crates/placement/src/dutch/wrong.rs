//! What is wrong with an object, and what would be right.
use havenmeester_api::Date;
use havenmeester_api::exemption::LONGEST_DAYS;

use super::act::apart_by;
use super::words::{core_value, day, layer, listed};
use crate::autonomy::{Doubt, Flaw, Spot};
use crate::problems::{Example, Wrong};
use crate::say::Say;

impl Say for Flaw {
    fn dutch(&self) -> String {
        match self {
            Self::NoProvider { name } => format!("er is geen Provider {name:?}"),
            Self::Nameless => "noem een Provider, of een naam met het land".to_owned(),
            Self::NoShare { basis_points } => {
                format!(
                    "{basis_points} is geen aandeel; schrijf 0 tot en met 10000 basispunten (10000 = 100%)"
                )
            }
            Self::TooMuch { basis_points } => format!(
                "de aandelen die dan gelden zijn samen {basis_points} basispunten; alles bij elkaar is 10000 (100%)"
            ),
            Self::ClosedCircle { names } => format!(
                "de eigenaren vormen een kring ({names}) waarvan niemand daarbuiten een deel bezit; noem wie dat doet"
            ),
            Self::UnsolvedCircle { names } => format!(
                "de eigenaren vormen een kring ({names}) die te groot en te dicht is om uit te rekenen"
            ),
        }
    }
}

impl Say for Doubt {
    fn dutch(&self) -> String {
        let flaw = self.flaw.dutch();
        match &self.place {
            Some(Spot { provider, field }) => format!("Provider {provider}, {field}: {flaw}"),
            None => flaw,
        }
    }
}

impl Say for Wrong {
    fn dutch(&self) -> String {
        match self {
            Self::Facts(flaw) => flaw.dutch(),
            Self::FactsFrom { on, flaw } => format!("op {}: {}", day(*on), flaw.dutch()),
            Self::Circle { names } => format!("de eigenaren vormen een kring ({names}); die is uitgerekend"),
            Self::Overlap { holder, with } => format!(
                "{holder} staat ook in {with}, en de periodes overlappen; laat de ene eindigen voor de andere, of tel ze op"
            ),
            Self::NeverHolds { since, until } => never_holds(*since, *until),
            Self::NoCluster { name } => format!("er is geen MemberCluster {name:?}"),
            Self::ChoosesNobody => "geen enkele applicatie is gekozen; het beleid doet niets".to_owned(),
            Self::UnknownComponent { name, known } => format!(
                "de component {name:?} is niet bekend; schrijf een API-groep, of een van {}",
                known.join(", ")
            ),
            Self::Unsatisfiable { examples } => {
                format!("geen enkel cluster kan eraan voldoen ({})", because(examples))
            }
            Self::UnsatisfiableTogether {
                others,
                count,
                example,
                examples,
            } => format!(
                "samen met {} kan geen enkel cluster eraan voldoen, voor {count} applicaties (zoals {example}): {}",
                listed(others, "en"),
                because(examples)
            ),
            Self::Shadowed { by } => format!(
                "het beleid {by} kiest dezelfde applicaties en vraagt minstens zoveel; deze regel voegt niets toe"
            ),
            Self::NoStandbyPair { apart, allowed } => format!(
                "geen twee toegestane clusters kunnen elkaars reserve zijn {} ({allowed} toegestaan)",
                apart_by(apart)
            ),
            Self::EndForbidden { end, refusal } => format!(
                "een route eindigt waar de applicaties mogen staan; {end} mag niet: {}",
                refusal.dutch()
            ),
            Self::EndNotAutonomous { end, laws } => {
                format!("een route eindigt op een autonoom cluster; {end} is dat niet: {laws}")
            }
            Self::StepTooLong { cluster, until } => format!(
                "{} op {cluster} is meer dan 24 maanden ({} dagen) ver weg; een stap is tijdelijk",
                day(*until),
                havenmeester_api::route::LONGEST_DAYS
            ),
            Self::NoSteps => "een route heeft stappen, en eindigt niet op een van die stappen".to_owned(),
            Self::StepOver { cluster, until } => format!(
                "de laatste dag op {cluster} was {}; de stap geldt niet meer",
                day(*until)
            ),
            Self::NoOwner => "noem wie er verantwoordelijk voor is".to_owned(),
            Self::NoApprover => "noem wie het heeft besloten".to_owned(),
            Self::OwnApproval => {
                "de eigenaar kan de eigen uitzondering niet goedkeuren; noem een ander".to_owned()
            }
            Self::TooLong { until, latest } => too_long(*until, *latest),
            Self::Over { until } => over(*until),
            Self::EndsSoon { until } => ends_soon(*until),
            Self::NotWeighed { missing } => {
                let missing: Vec<&str> = missing.iter().map(|value| core_value(*value)).collect();
                let missing = missing.join(", ");
                format!("weeg elk van de zeven kernwaarden één keer; deze ontbreken: {missing}")
            }
            Self::NamesNobody => "noem de applicaties waarvoor de uitzondering is".to_owned(),
            Self::NoPolicy { name } => format!("er is geen PlacementPolicy {name:?}"),
            Self::NoSuchRule { policy, rule } => {
                format!("het beleid {policy} heeft geen regel {rule}; de uitzondering doet niets")
            }
            Self::NoWorkload { id } => {
                format!(
                    "er is geen Workload {:?} in de namespace {}",
                    id.name, id.namespace
                )
            }
            Self::SameRule { exemption, workload } => {
                format!(
                    "Exemption {exemption} geeft op dezelfde dagen dezelfde uitzondering voor {workload:?}"
                )
            }
            Self::Weights { sum } => format!("de gewichten zijn samen {sum}; alles bij elkaar is 100"),
            Self::Twice { objective } => format!("{objective} staat er twee keer; houd er één"),
            Self::NoData { id } => format!("er is geen Workload {id}; er volgt niets uit"),
            Self::UsesItself => {
                "de Workload noemt zichzelf; noem de Workload waarvan de gegevens worden gebruikt".to_owned()
            }
            Self::ApartFromItself => {
                "de Workload noemt zichzelf; noem de Workloads die niet tegelijk mogen wegvallen".to_owned()
            }
            Self::UsesAbove { ours, data, theirs } => format!(
                "een applicatie in de laag {} gebruikt {data}, in de laag {}; in Common Ground gebruikt een laag de lagen eronder",
                layer(*ours),
                layer(*theirs)
            ),
        }
    }
}

fn never_holds(since: Date, until: Date) -> String {
    format!("{} ligt voor since, {}; het geldt nooit", day(until), day(since))
}

fn too_long(until: Date, latest: Date) -> String {
    format!(
        "{} is te laat: een uitzondering duurt hoogstens 24 maanden ({LONGEST_DAYS} dagen), vanaf de eerste dag en vanaf \
         vandaag, en wordt dan opnieuw afgewogen; schrijf {} of eerder",
        day(until),
        day(latest)
    )
}

fn over(until: Date) -> String {
    format!(
        "de laatste dag was {}; de uitzondering doet niets meer, verwijder haar of weeg opnieuw af",
        day(until)
    )
}

fn ends_soon(until: Date) -> String {
    format!(
        "de uitzondering eindigt na {}; wie haar dan nog nodig heeft, weegt opnieuw af",
        day(until)
    )
}

fn because(examples: &[Example]) -> String {
    let told = |example: &Example| format!("{}: {}", example.cluster, example.refusal.dutch());
    examples.iter().map(told).collect::<Vec<_>>().join("; ")
}
