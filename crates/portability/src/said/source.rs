//! On the source: its health, its data, who delivers it, how it is stopped.

use havenmeester_api::Language;

use super::sentences;
use crate::{facts::AccessNeed, preflight::START, serving::NotServing};

sentences! {
    /// On the source.
    Source {
        Unknown { why: super::Unseen } => ["the source is not known: {why}"],
            ["de bron is niet bekend: {}", why.say(havenmeester_api::Language::Nl)];
        NotServing { why: NotServing } => ["it does not serve where it stands: {why}"],
            ["het werkt niet waar het staat: {}", not_serving(why)];
        OldCapture { age: i64, point: i64 } =>
            ["the capture that would be moved is {age} s old, more than its recovery point of {point} s"],
            ["de vastlegging die zou verhuizen is {age} s oud, meer dan het herstelpunt van {point} s"];
        Serves { objects: usize, age: Option<i64> } =>
            ["{objects} objects serve on the source{}", of_age(*age, Language::En)],
            ["{objects} objecten werken op de bron{}", of_age(*age, Language::Nl)];
        MayNotStop { need: AccessNeed } =>
            ["we may not {} {} in {} on the source: it could not be stopped there", need.verb.name(), need.gvk,
                place(need, Language::En)],
            ["wij missen op de bron het recht op {} van {} in {}: daar kan het niet worden gestopt", need.verb.name(),
                need.gvk, place(need, Language::Nl)];
        MayNotRemove { need: AccessNeed } =>
            ["we may not {} {} in {} on the source: its stopped copy stays there", need.verb.name(), need.gvk,
                place(need, Language::En)],
            ["wij missen op de bron het recht op {} van {} in {}: de gestopte kopie blijft daar staan", need.verb.name(),
                need.gvk, place(need, Language::Nl)];
        MayStopUnknown { need: AccessNeed, why: super::Unseen } =>
            ["whether we may {} {} in {} on the source is not known: {why}", need.verb.name(), need.gvk,
                place(need, Language::En)],
            ["of wij op de bron het recht hebben op {} van {} in {}, is niet bekend: {}", need.verb.name(), need.gvk,
                place(need, Language::Nl), why.say(havenmeester_api::Language::Nl)];
        StopsFirst { objects: usize } =>
            ["the source is stopped, and seen stopped, before the target starts; every kind of the {objects} objects can be \
              removed again; a move back was not rehearsed"],
            ["de bron wordt gestopt, en dat wordt gezien, voordat het doel start; elke soort van de {objects} objecten kan weer \
              worden weggehaald; een verhuizing terug is niet geoefend"];
        StopsAfter { objects: usize } =>
            ["the source stops when the target serves; every kind of the {objects} objects can be removed again; a move back was \
              not rehearsed"],
            ["de bron stopt als het doel werkt; elke soort van de {objects} objecten kan weer worden weggehaald; een verhuizing \
              terug is niet geoefend"];
        Transfer { data: Option<Data>, stands_still: Option<i64>, more_than: Option<i64> } =>
            ["{}; {}{}", data_said(data.as_ref(), Language::En), standing(*stands_still, Language::En),
                late(*more_than, Language::En)],
            ["{}; {}{}", data_said(data.as_ref(), Language::Nl), standing(*stands_still, Language::Nl),
                late(*more_than, Language::Nl)];
        DataStays => ["it keeps data in a volume, and data in volumes is not copied yet: the move would lose it"],
            ["het bewaart gegevens in een volume, en gegevens in volumes worden nog niet gekopieerd: de verhuizing zou ze verliezen"];
        VolumeEmpty => ["its volume is made empty on the target; it is Replicable, so it keeps no state of its own"],
            ["het volume wordt leeg gemaakt op het doel; het is Replicable, dus het bewaart zelf geen toestand"];
        RunsAtOnce => ["runs on the target at once: where the source may still run, it runs on both"],
            ["draait op het doel meteen: waar de bron misschien nog draait, draait het op beide"];
        HeldJob => ["is created suspended: it may have done its work on the source"],
            ["wordt gepauzeerd gemaakt: het heeft op de bron misschien zijn werk al gedaan"];
    }
}

/// What is copied, and how fast.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Data {
    /// At most so much.
    pub(crate) most: String,
    /// For so many seconds.
    pub(crate) seconds: i64,
    /// At so many megabits (10^6) a second.
    pub(crate) megabits: u32,
    /// Whether somebody declared that.
    pub(crate) declared: bool,
}

fn data_said(data: Option<&Data>, language: Language) -> String {
    let Some(data) = data else {
        return match language {
            Language::En => "no volumes".to_owned(),
            Language::Nl => "geen volumes".to_owned(),
        };
    };
    let (most, seconds, megabits) = (&data.most, data.seconds, data.megabits);
    let declared = match (language, data.declared) {
        (Language::En, true) => "declared",
        (Language::En, false) => "assumed, nobody declared it",
        (Language::Nl, true) => "opgegeven",
        (Language::Nl, false) => "aangenomen, niemand gaf het op",
    };
    match language {
        Language::En => format!("at most {most} in volumes, {seconds} s at {megabits} Mbit/s ({declared})"),
        Language::Nl => {
            format!("ten hoogste {most} in volumes, {seconds} s met {megabits} Mbit/s ({declared})")
        }
    }
}

fn standing(seconds: Option<i64>, language: Language) -> String {
    match (language, seconds) {
        (Language::En, Some(down)) => {
            format!("it stands still for about {down} s: stopping, a last copy, starting in {START} s")
        }
        (Language::En, None) => "both copies run for a while: it does not stand still".to_owned(),
        (Language::Nl, Some(down)) => {
            format!("het staat ongeveer {down} s stil: stoppen, een laatste kopie, starten in {START} s")
        }
        (Language::Nl, None) => "beide kopieën draaien een tijd: het staat niet stil".to_owned(),
    }
}

fn late(time: Option<i64>, language: Language) -> String {
    time.map_or_else(String::new, |time| match language {
        Language::En => format!("; more than its recovery time of {time} s"),
        Language::Nl => format!("; meer dan de hersteltijd van {time} s"),
    })
}

fn of_age(age: Option<i64>, language: Language) -> String {
    age.map_or_else(String::new, |age| match language {
        Language::En => format!("; its capture is of {age} s ago"),
        Language::Nl => format!("; de vastlegging is van {age} s geleden"),
    })
}

fn place(need: &AccessNeed, language: Language) -> &str {
    let whole = match language {
        Language::En => "the whole cluster",
        Language::Nl => "het hele cluster",
    };
    need.namespace.as_deref().unwrap_or(whole)
}

fn not_serving(why: &NotServing) -> String {
    match why {
        NotServing::NotObserved => "de controller heeft de nieuwste spec niet gezien".to_owned(),
        NotServing::Updating { updated, wanted } => format!("{updated} van {wanted} Pods zijn bijgewerkt"),
        NotServing::NotReady { ready, wanted } => format!("{ready} van {wanted} Pods zijn gereed"),
        NotServing::ClaimPending => "de claim wacht op een volume".to_owned(),
        NotServing::ClaimLost => "de claim is zijn volume kwijt".to_owned(),
        NotServing::NotEstablished => "de definitie wordt nog niet aangeboden".to_owned(),
        NotServing::Terminating => "de namespace wordt verwijderd".to_owned(),
    }
}
