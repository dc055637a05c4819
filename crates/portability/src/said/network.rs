//! On names, addresses and ways in and out.

use havenmeester_api::Language;

use super::sentences;

sentences! {
    /// On names, addresses and ways in and out.
    Network {
        Address { field: String, value: String } =>
            ["{field} {value} belongs to the source's network and is left out"],
            ["{field} {value} hoort bij het netwerk van de bron en gaat niet mee"];
        NoSelector => ["has no selector: its endpoints were written by hand or by a controller, and are not copied"],
            ["heeft geen selector: de endpoints zijn met de hand of door een programma geschreven, en gaan niet mee"];
        NoEntryClass => ["names no ingress class: the target's default class takes it, if there is one"],
            ["noemt geen ingressklasse: de standaardklasse van het doel neemt het, als die er is"];
        EntryClassUnknown { class: String } => ["it is not known what the target calls class {class}"],
            ["hoe klasse {class} op het doel heet, is niet bekend"];
        OtherEntryClass { class: String, used: String } =>
            ["class {class} is not the source's general one; the target's general class {used} is used"],
            ["klasse {class} is niet de algemene van de bron; de algemene klasse {used} van het doel wordt gebruikt"];
        Served { host: String, by: String } =>
            ["{host} is served there by {by} already; which of the two is reached is up to the entry controller"],
            ["{host} wordt daar al bediend door {by}; welke van de twee wordt bereikt bepaalt de ingresscontroller"];
        FreeUnknown { host: String, why: super::Unseen } => ["whether {host} is free there is not known: {why}"],
            ["of {host} daar vrij is, is niet bekend: {}", why.say(havenmeester_api::Language::Nl)];
        Record { host: String } =>
            ["the record of {host} is not moved: until it points at the target, callers reach the source"],
            ["het record van {host} verhuist niet mee: tot het naar het doel wijst, komen aanroepers bij de bron"];
        RecordOfExternalDns { host: String, ttl: Option<u64>, owner: Option<String> } =>
            ["the record of {host} is written by external-dns, {}{}: that of the target takes it over only as the same owner, and \
              until then callers reach the source", lives(*ttl, Language::En), owned(owner.as_ref(), Language::En)],
            ["het record van {host} wordt door external-dns geschreven, {}{}: dat van het doel neemt het alleen over als dezelfde \
              eigenaar, en tot dan komen aanroepers bij de bron", lives(*ttl, Language::Nl), owned(owner.as_ref(), Language::Nl)];
        RecordOutlives { host: String, ttl: u64, time: i64 } =>
            ["answers for {host} are kept for {ttl} s, more than its recovery time of {time} s: callers may reach the source so \
              long after the record has changed"],
            ["antwoorden voor {host} worden {ttl} s bewaard, meer dan de hersteltijd van {time} s: zo lang nadat het record is \
              veranderd kunnen aanroepers nog bij de bron komen"];
        RecordFixed { host: String, to: String } =>
            ["the record of {host} is set to {to} by an annotation: written by the target it would still lead there"],
            ["het record van {host} staat met een annotatie vast op {to}: ook als het doel het schrijft leidt het daarheen"];
        NoHost => ["it publishes no host name"], ["er wordt geen hostnaam bekendgemaakt"];
        PrivateAddress { which: Option<String> } =>
            ["it names addresses of a private network{}, which the target may not reach", bracketed(which.as_ref())],
            ["er staan adressen van een eigen netwerk in{}, waar het doel misschien niet bij kan", bracketed(which.as_ref())];
        Calls { namespace: String } => ["it calls a service of namespace {namespace}, which the target does not have"],
            ["het gebruikt een service van namespace {namespace}, die het doel niet heeft"];
        CallsElsewhere => ["it calls a service of another namespace, which the target does not have"],
            ["het gebruikt een service van een andere namespace, die het doel niet heeft"];
        CallsUnknown { namespace: String, why: super::Unseen } =>
            ["it calls a service of namespace {namespace}; whether the target has it is not known: {why}"],
            ["het gebruikt een service van namespace {namespace}; of het doel die heeft, is niet bekend: {}", why.say(havenmeester_api::Language::Nl)];
        CallsElsewhereUnknown { why: super::Unseen } =>
            ["it calls a service of another namespace; whether the target has it is not known: {why}"],
            ["het gebruikt een service van een andere namespace; of het doel die heeft, is niet bekend: {}", why.say(havenmeester_api::Language::Nl)];
        LimitsUnknown { why: super::Unseen } => ["whether the target limits what may be called is not known: {why}"],
            ["of het doel beperkt wat mag worden aangeroepen, is niet bekend: {}", why.say(havenmeester_api::Language::Nl)];
        Limits { policy: String } => ["{policy} on the target limits what its Pods may call"],
            ["{policy} op het doel beperkt wat de Pods mogen aanroepen"];
    }
}

fn bracketed(which: Option<&String>) -> String {
    which.map_or_else(String::new, |which| format!(" ({which})"))
}

fn lives(ttl: Option<u64>, language: Language) -> String {
    match (language, ttl) {
        (Language::En, Some(ttl)) => format!("with a time to live of {ttl} s"),
        (Language::En, None) => "with the time to live of its zone".to_owned(),
        (Language::Nl, Some(ttl)) => format!("met een levensduur (TTL) van {ttl} s"),
        (Language::Nl, None) => "met de levensduur (TTL) van de zone".to_owned(),
    }
}

fn owned(owner: Option<&String>, language: Language) -> String {
    owner.map_or_else(String::new, |owner| match language {
        Language::En => format!(", as owner {owner}"),
        Language::Nl => format!(", als eigenaar {owner}"),
    })
}
