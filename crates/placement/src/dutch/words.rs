//! Single words, lists, amounts and days.
use havenmeester_api::Date;
use havenmeester_api::provider::{Because, Category, Relation};
use havenmeester_api::require::CoreValue;
use havenmeester_api::workload::Layer;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::resource::Resource;
use crate::sentence::{Shortage, Unit, bare};

/// The months, January first.
const MONTHS: [&str; 12] = [
    "januari",
    "februari",
    "maart",
    "april",
    "mei",
    "juni",
    "juli",
    "augustus",
    "september",
    "oktober",
    "november",
    "december",
];

/// `a, b of c`.
pub(super) fn listed(words: &[String], before_last: &str) -> String {
    match words {
        [] => "niets".to_owned(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} {before_last} {last}", first.join(", ")),
    }
}

/// `1 januari 2027`.
pub(super) fn day(date: Date) -> String {
    civil(date.civil())
}

/// `24 november 2026 om 10:00 uur (UTC)`.
pub(super) fn moment(at: Timestamp) -> String {
    let zoned = at.to_zoned(TimeZone::UTC);
    let (hour, minute) = (zoned.hour(), zoned.minute());
    format!("{} om {hour:02}:{minute:02} uur (UTC)", civil(zoned.date()))
}

fn civil(date: jiff::civil::Date) -> String {
    let month = usize::try_from(date.month() - 1)
        .ok()
        .and_then(|at| MONTHS.get(at));
    format!("{} {} {}", date.day(), month.unwrap_or(&""), date.year())
}

/// A number with a comma, as Dutch has it.
pub(super) fn comma(number: &str) -> String {
    number.replace('.', ",")
}

/// `24,5%`.
pub(super) fn percent(basis_points: i32) -> String {
    comma(&crate::sentence::percent(basis_points))
}

pub(super) const fn category(category: Category) -> &'static str {
    match category {
        Category::Hyperscaler => "hyperscaler",
        Category::HyperscalerHardened => "hyperscaler met extra beveiliging",
        Category::PrivateEu => "private cloud in Nederland of de EU",
        Category::Government => "overheidscloud",
        Category::OnPremises => "eigen datacentrum",
    }
}

pub(super) fn categories(all: &[Category]) -> String {
    let all: Vec<String> = all.iter().map(|one| category(*one).to_owned()).collect();
    listed(&all, "of")
}

/// Countries and groups of countries, by the codes that policies have.
pub(super) fn countries(all: &[String], before_last: &str) -> String {
    let named: Vec<String> = all.iter().map(|code| country(code).to_owned()).collect();
    listed(&named, before_last)
}

/// The group of countries that policies name; a country keeps its code.
pub(super) fn country(code: &str) -> &str {
    if code == crate::autonomy::eea::EEA_WORD {
        "EER"
    } else {
        code
    }
}

pub(super) const fn core_value(value: CoreValue) -> &'static str {
    match value {
        CoreValue::Autonomy => "autonomie",
        CoreValue::Quality => "kwaliteit",
        CoreValue::Cost => "kosten",
        CoreValue::Security => "veiligheid",
        CoreValue::Innovation => "innovatie",
        CoreValue::Sustainability => "duurzaamheid",
        CoreValue::Transparency => "transparantie",
    }
}

pub(super) const fn layer(layer: Layer) -> &'static str {
    match layer {
        Layer::Interaction => "interactie",
        Layer::Process => "processen",
        Layer::Integration => "integratie",
        Layer::Services => "diensten",
        Layer::Data => "gegevens",
    }
}

/// `azure > microsoft, 100%`: from the entity outwards.
pub(super) fn chain(because: &[Because]) -> String {
    let link = |b: &Because| {
        let entity = &b.entity;
        match (b.relation, b.share_basis_points) {
            (Relation::Owns, Some(share)) => format!("{entity}, {}", percent(share)),
            (Relation::Owns, None) => format!("{entity}, eigenaar"),
            (Relation::Established, _) => entity.clone(),
            (Relation::Operates, _) => format!("{entity}, beheerder"),
            (Relation::HoldsKeys, _) => format!("{entity}, heeft de sleutels"),
            (Relation::Votes, share) => {
                format!("{entity}, {} van de stemmen", percent(share.unwrap_or_default()))
            }
            (Relation::Vetoes, _) => format!("{entity}, heeft een veto"),
            (Relation::AppointsBoard, _) => format!("{entity}, benoemt het bestuur"),
            (Relation::Supports, _) => format!("ondersteuning vanuit {entity}"),
            (Relation::Hosts, _) => format!("apparatuur in {entity}"),
            (Relation::LeftOut, _) => format!("(nog {entity})"),
        }
    };
    because.iter().map(link).collect::<Vec<_>>().join(" > ")
}

/// `1,5 cpu`.
pub(super) fn amount(unit: Unit<'_>, value: i64) -> String {
    let name = match unit {
        Unit::Cpu => "cpu".to_owned(),
        Unit::Memory => "GiB".to_owned(),
        Unit::Pods => "pods".to_owned(),
        Unit::Other(Resource::Storage(class)) => format!("GiB opslag {class}"),
        Unit::Other(resource) => resource.to_string(),
    };
    format!("{} {name}", comma(&bare(unit, value)))
}

/// `nodig is 4 cpu, vrij is 2,5`.
pub(super) fn shortage(short: &Shortage<'_>) -> String {
    let (asked, free) = (amount(short.unit, short.asked), bare(short.unit, short.free));
    if short.undeclared {
        return format!("nodig is {asked}, en spec.room.storage van de MemberCluster noemt die niet");
    }
    format!("nodig is {asked}, vrij is {}", comma(&free))
}
