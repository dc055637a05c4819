//! On the target as a whole: whether it answers, what it serves and allows, what it says of objects, what stands there.

use super::sentences;
use crate::facts::AccessNeed;

sentences! {
    /// Something that is known or not.
    Thing {
        Target => ["the target"], ["het doel"];
        Version => ["the target's version"], ["de versie van het doel"];
        Served => ["what the target serves"], ["wat het doel kent,"];
        May { need: AccessNeed } => ["whether we may {}", english(need)], ["of wij het recht hebben op {},", dutch(need)];
        Accepts { whose: Whose } => ["whether the target accepts {}", whose.say(havenmeester_api::Language::En)],
            ["of het doel {} aanneemt,", whose.say(havenmeester_api::Language::Nl)];
        HasNamespace => ["whether the target has the namespace"], ["of het doel de namespace heeft,"];
        Has { what: String } => ["whether the target has {what}"], ["of het doel {what} heeft,"];
        Standing => ["what stands on the target"], ["wat er op het doel staat,"];
    }
}

sentences! {
    /// Whom a dry run was about.
    Whose {
        It => ["it"], ["het"];
        Pods => ["its Pods"], ["de Pods ervan"];
    }
}

sentences! {
    /// On the target.
    Target {
        NotKnown { what: Thing, why: super::Unseen } => ["{what} is not known: {why}"],
            ["{} is niet bekend: {}", what.say(havenmeester_api::Language::Nl), why.say(havenmeester_api::Language::Nl)];
        NotAsked => ["it was not asked"], ["dit is niet gevraagd"];
        Older { target: String, source: String } => ["the target ({target}) is older than the source ({source})"],
            ["het doel ({target}) is ouder dan de bron ({source})"];
        ClockAhead { seconds: u64 } => ["the target's clock is {seconds} s ahead of ours"],
            ["de klok van het doel loopt {seconds} s voor op die van ons"];
        ClockBehind { seconds: u64 } => ["the target's clock is {seconds} s behind ours"],
            ["de klok van het doel loopt {seconds} s achter op die van ons"];
        ClockUnseen { why: super::Unseen } => ["the target's clock was not seen: {why}"],
            ["de klok van het doel is niet gezien: {}", why.say(havenmeester_api::Language::Nl)];
        Unserved { kind: String } => ["the target does not serve {kind}"], ["het doel kent {kind} niet"];
        Finalizer { name: String } => ["finalizer {name} is left out: nothing on the target is known to remove it"],
            ["finalizer {name} gaat niet mee: op het doel is niets bekend dat hem weghaalt"];
        StoredUnknown { why: super::Unseen } => ["the versions of its custom kinds that the target stores are not known: {why}"],
            ["welke versies van de eigen soorten het doel bewaart, is niet bekend: {}", why.say(havenmeester_api::Language::Nl)];
        Deprecated { version: String, kind: String, stored: String } =>
            ["the target deprecates version {version} of {kind} and stores {stored}"],
            ["het doel raadt versie {version} van {kind} af en bewaart {stored}"];
        OtherVersions { serves: String, stored: String, missing: String } =>
            ["the target's own definition serves {serves} (stored: {stored}) and not {missing}"],
            ["de definitie op het doel biedt {serves} (bewaard: {stored}) en niet {missing}"];
        MayNot { need: AccessNeed } => ["we may not {}", english(need)], ["wij missen het recht op {}", dutch(need)];
        ClusterScoped => ["is cluster-scoped, and the target gives us namespaces only"],
            ["hoort bij het hele cluster, en op het doel hebben wij alleen namespaces"];
        ClusterScopedThere => ["is cluster-scoped, and the target has it"],
            ["hoort bij het hele cluster, en het doel heeft het"];
        OutOfReach { namespace: String } => ["our credentials on the target do not reach namespace {namespace}"],
            ["met onze rechten op het doel komen wij niet bij namespace {namespace}"];
        Refuses { whose: Whose, words: String } => ["the target refuses {whose}: {words}"],
            ["het doel weigert {}: {words}", whose.say(havenmeester_api::Language::Nl)];
        RefusesPods { words: String, security: super::PodSecurity } =>
            ["the target refuses its Pods: {words}; {security}"],
            ["het doel weigert de Pods ervan: {words}; {}", security.say(havenmeester_api::Language::Nl)];
        Changes { whose: Whose, fields: String } =>
            ["the target would not keep {whose} as sent: it changes or drops {fields}"],
            ["het doel zou {} niet houden zoals het is verstuurd: het verandert of verliest {fields}",
                whose.say(havenmeester_api::Language::Nl)];
        NoNamespace => ["the target does not have the namespace"], ["het doel heeft de namespace niet"];
        Fixed => ["stands on the target with another value in a field that cannot be changed"],
            ["staat op het doel met een andere waarde in een veld dat niet te veranderen is"];
        Shared => ["is on the target already, with other content, and is shared there"],
            ["staat al op het doel, met andere inhoud, en wordt daar gedeeld"];
        SomebodyElses => ["somebody else's object of this name stands on the target"],
            ["op het doel staat een object van iemand anders met deze naam"];
        Twice => ["is given twice, with different content; the first is sent"],
            ["is twee keer gegeven, met verschillende inhoud; de eerste wordt verstuurd"];
    }
}

fn english(need: &AccessNeed) -> String {
    match &need.namespace {
        Some(namespace) => format!("{} {} in {namespace}", need.verb.name(), need.gvk),
        None => format!("{} {} in the whole cluster", need.verb.name(), need.gvk),
    }
}

fn dutch(need: &AccessNeed) -> String {
    match &need.namespace {
        Some(namespace) => format!("{} van {} in {namespace}", need.verb.name(), need.gvk),
        None => format!("{} van {} in het hele cluster", need.verb.name(), need.gvk),
    }
}
