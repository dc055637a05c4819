//! Why something was not seen on a cluster.

use havenmeester_api::member::Cause;

use super::sentences;

sentences! {
    /// Why something was not seen.
    Unseen {
        Words { words: String } => ["{words}"], ["{words}"];
        NotLookedAt => ["it was not looked at"], ["er is niet naar gekeken"];
        NotAsked => ["it was not asked"], ["het is niet gevraagd"];
        NotSent => ["it was not sent"], ["het is niet verstuurd"];
        LastLooked { day: String } => ["it was last looked at {day}"], ["er is het laatst naar gekeken op {day}"];
        Away { cluster: String, cause: Option<Cause> } => ["{cluster} cannot be reached: {}", away(*cause).0],
            ["{cluster} is niet te bereiken: {}", away(*cause).1];
        NotServed { cluster: String, kind: String } => ["{cluster} does not serve {kind}"], ["{cluster} kent {kind} niet"];
        Answered { asked: Asked, object: String, cluster: String, words: String } =>
            ["{asked} {object} on {cluster}: {words}"],
            ["{} {object} op {cluster}: {words}", asked.say(havenmeester_api::Language::Nl)];
        NotCaptured { cluster: String, words: String } => ["capturing on {cluster}: {words}"],
            ["vastleggen op {cluster}: {words}"];
        NoCapture => ["the status names no capture"], ["de status noemt geen vastlegging"];
        Store { what: Stored, words: String } => ["{what} in the capture store: {words}"],
            ["{} in de opslag van vastleggingen: {words}", what.say(havenmeester_api::Language::Nl)];
        MayNotList { cluster: String, kind: String } => ["our credentials on {cluster} do not let us list {kind}"],
            ["met onze rechten op {cluster} mogen wij geen {kind} opvragen"];
        OutOfReach { cluster: String, kind: String } => ["our credentials on {cluster} do not reach cluster-scoped {kind}"],
            ["met onze rechten op {cluster} komen wij niet bij {kind}, dat bij het hele cluster hoort"];
        NamespacesOnly => ["the credentials reach only some namespaces"],
            ["met deze rechten zijn alleen sommige namespaces te zien"];
        NoVersion { version: String } => ["{version} is no version"], ["{version} is geen versie"];
        SaysNoVersion => ["the target says no version"], ["het doel noemt geen versie"];
        VersionNotYet => ["the server has not said it yet"], ["de server heeft het nog niet gezegd"];
        NoDate => ["it sends no Date header"], ["het stuurt geen Date-header"];
        OddDate => ["its Date header is no date"], ["de Date-header is geen datum"];
        NamespaceUnread => ["the namespace cannot be read"], ["de namespace is niet te lezen"];
        KindsUnseen => ["the target's kinds were not seen"], ["de soorten van het doel zijn niet gezien"];
        NoNodeSays => ["no node there says so"], ["geen node daar zegt het"];
        NowhereToTry { namespace: String } => ["namespace {namespace} is not there, and our credentials reach no other"],
            ["namespace {namespace} is er niet, en met onze rechten komen wij niet bij een andere"];
        NameTaken => ["its name is taken where it was tried"], ["de naam is al in gebruik waar het is geprobeerd"];
        WentAway { object: String } => ["{object} went away while it was tried"],
            ["{object} verdween terwijl het werd geprobeerd"];
        KeptChanging { object: String } => ["{object} changed each time that it was tried"],
            ["{object} veranderde elke keer dat het werd geprobeerd"];
        ListFailed { kind: String, words: String } => ["listing {kind} failed: {words}"],
            ["{kind} opvragen is mislukt: {words}"];
        ReviewFailed { words: String } => ["the review of access failed: {words}"],
            ["de vraag naar rechten is mislukt: {words}"];
        ReviewUnanswered => ["the review was not answered"], ["de vraag naar rechten is niet beantwoord"];
        ReviewUnwritten => ["the review could not be written"], ["de vraag naar rechten was niet te schrijven"];
    }
}

sentences! {
    /// What was asked of an API server.
    #[derive(Copy)]
    Asked {
        Reading => ["reading"], ["lezen van"];
        Listing => ["listing"], ["opvragen van"];
        Creating => ["creating"], ["maken van"];
        DryRun => ["dry run of"], ["proef van"];
        Replacing => ["replacing"], ["vervangen van"];
        Patching => ["patching"], ["wijzigen van"];
        Deleting => ["deleting"], ["verwijderen van"];
        Permission => ["asking for"], ["vragen om"];
    }
}

sentences! {
    /// What was asked of the capture store.
    #[derive(Copy)]
    Stored {
        Reading => ["reading the capture"], ["lezen van de vastlegging"];
        Keeping => ["keeping the capture"], ["bewaren van de vastlegging"];
        Finding => ["finding the last capture"], ["zoeken van de laatste vastlegging"];
    }
}

/// Why a cluster is not available, in English and in Dutch; none: it is not known.
fn away(cause: Option<Cause>) -> (&'static str, &'static str) {
    match cause {
        None => (
            "it is not known, or has not answered yet",
            "het is niet bekend, of heeft nog niet geantwoord",
        ),
        Some(Cause::Unreachable) => ("it does not answer", "het antwoordt niet"),
        Some(Cause::Refused) => ("it refuses connections", "het weigert verbindingen"),
        Some(Cause::NameResolution) => ("its name does not resolve", "de naam is niet te vinden in DNS"),
        Some(Cause::Tls) => ("TLS fails", "TLS mislukt"),
        Some(Cause::Unauthorized) => (
            "it refuses our credentials",
            "het weigert onze gegevens om aan te melden",
        ),
        Some(Cause::Throttled) => ("it asks for fewer requests", "het vraagt om minder verzoeken"),
        Some(Cause::Slow) => ("it is too slow", "het is te traag"),
        Some(Cause::Misconfigured) => (
            "its kubeconfig cannot be used",
            "de kubeconfig ervan is niet te gebruiken",
        ),
        Some(Cause::Drill) => ("a drill cuts it off", "een oefening sluit het af"),
    }
}
