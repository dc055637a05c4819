//! Evidence of what is good.

use havenmeester_api::Language;

use super::{PodSecurity, sentences};

sentences! {
    /// Evidence of what is good, by question.
    Passed {
        Reachable { skew: Option<u64> } =>
            ["the target answers and is not older than the source{}", within(*skew, Language::En)],
            ["het doel antwoordt en is niet ouder dan de bron{}", within(*skew, Language::Nl)];
        Served => ["every kind is served in its version"], ["elke soort wordt in de juiste versie aangeboden"];
        Access => ["every permission is there, those for the rollback included"],
            ["alle rechten zijn er, ook die voor het terugdraaien"];
        DryRun { objects: usize } => ["the target would accept all {objects} objects"],
            ["het doel zou alle {objects} objecten aannemen"];
        Admission { security: PodSecurity, limits: Option<String> } =>
            ["quotas and classes let it in, and {security}{}", limited(limits.as_ref(), Language::En)],
            ["quota en klassen laten het toe, en {}{}", security.say(Language::Nl), limited(limits.as_ref(), Language::Nl)];
        References => ["everything that is referred to is there"], ["alles waarnaar wordt verwezen is er"];
        Images { count: usize } => ["all {count} images can be pulled by the target's nodes"],
            ["alle {count} images kunnen door de nodes van het doel worden opgehaald"];
        Storage => ["every claim has its class on the target"], ["elke claim heeft een klasse op het doel"];
        LockIn { rules: usize } => ["none of {rules} rules finds what ties it to a provider"],
            ["geen van {rules} regels vindt iets waarmee het aan een leverancier vastzit"];
        Collisions => ["nothing else stands under these names"], ["onder deze namen staat niets anders"];
        Delivery => ["no delivery controller tracks it"], ["geen programma dat uitlevert volgt het"];
        Once => ["no Job or CronJob can run twice"], ["geen Job of CronJob kan dubbel draaien"];
        Egress => ["no name or address in its configuration stays behind; what its code calls without one was not seen"],
            ["geen naam of adres in de configuratie blijft achter; wat de code zonder zo'n naam aanroept is niet gezien"];
    }
}

fn within(skew: Option<u64>, language: Language) -> String {
    skew.map_or_else(String::new, |skew| match language {
        Language::En => format!(", its clock is within {skew} s of ours"),
        Language::Nl => format!(", de klok loopt binnen {skew} s gelijk met die van ons"),
    })
}

fn limited(limits: Option<&String>, language: Language) -> String {
    limits.map_or_else(String::new, |limits| match language {
        Language::En => format!("; limits there: {limits}"),
        Language::Nl => format!("; grenzen daar: {limits}"),
    })
}
