//! What the steps of a dry run came to.

use havenmeester_api::Language;

use super::{Unseen, sentences};
use crate::preflight::Verdict;

sentences! {
    /// What a step came to.
    Outcome {
        Captured { objects: usize, how: WhichCapture, at: String } => ["{objects} objects, {how}, of {at}"],
            ["{objects} objecten, {}, van {at}", how.say(Language::Nl)];
        Judged { verdict: Verdict, tried: Tried, left: Option<Left> } =>
            ["{verdict:?}; {tried}{}", also(left.as_ref(), Language::En)],
            ["{}; {}{}", dutch(*verdict), tried.say(Language::Nl), also(left.as_ref(), Language::Nl)];
        NotAsked => ["Unknown: the target cannot be asked"], ["onbekend: het doel is niet te vragen"];
    }
}

sentences! {
    /// Which capture it was.
    WhichCapture {
        Fresh => ["a fresh one"], ["een nieuwe"];
        Last => ["the last one"], ["de laatste"];
        LastOfSilent => ["the last one, because the source gives none"], ["de laatste, omdat de bron er geen geeft"];
    }
}

sentences! {
    /// What was made for a try and is still there.
    Left {
        Namespace { namespace: String, cluster: String, why: Unseen } =>
            ["namespace {namespace} on {cluster} could not be deleted again: {why}"],
            ["namespace {namespace} op {cluster} was niet weer te verwijderen: {}", why.say(Language::Nl)];
    }
}

sentences! {
    /// Where objects were tried.
    Tried {
        Own { objects: usize, namespace: String } => ["{objects} objects tried in namespace {namespace}"],
            ["{objects} objecten geprobeerd in namespace {namespace}"];
        Scratch { objects: usize, namespace: String } =>
            ["{objects} objects tried in namespace {namespace}, made for it and deleted again"],
            ["{objects} objecten geprobeerd in namespace {namespace}, daarvoor gemaakt en weer verwijderd"];
        StandIn { objects: usize, namespace: String, own: String } =>
            ["{objects} objects tried in namespace {namespace}, because {own} is not there yet"],
            ["{objects} objecten geprobeerd in namespace {namespace}, omdat {own} er nog niet is"];
        Nowhere => ["no object could be tried"], ["geen object was te proberen"];
    }
}

fn also(left: Option<&Left>, language: Language) -> String {
    left.map_or_else(String::new, |left| format!("; {}", left.say(language)))
}

fn dutch(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Ready => "gereed",
        Verdict::ReadyWithWarnings => "gereed, met waarschuwingen",
        Verdict::Unknown => "onbekend",
        Verdict::Blocked => "geblokkeerd",
    }
}
