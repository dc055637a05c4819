//! What to do about a finding.

use super::{delivery::Owner, sentences};
use crate::{
    finding::{Question, Severity},
    mark,
};

sentences! {
    /// What to do: one sentence.
    Advice {
        Words { words: String } => ["{words}"], ["{words}"];
        Usual { question: Question } => ["{}", usual(*question).0], ["{}", usual(*question).1];
        FindOut { question: Question } => ["{}", unknown(*question).0], ["{}", unknown(*question).1];
        Replace { with: String, dutch: Option<String> } => ["{with}"], ["{}", dutch.as_ref().unwrap_or(with)];
        Clocks => ["have the clocks of both clusters follow one time server: leases and certificates depend on it"],
            ["laat de klokken van beide clusters één tijdserver volgen: leases en certificaten hangen ervan af"];
        CompareClocks => ["compare the clocks of both clusters by hand"], ["vergelijk de klokken van beide clusters met de hand"];
        OlderVersion => ["fields that the older version does not know are dropped: see the dry run of each object"],
            ["velden die de oudere versie niet kent vallen weg: zie de proef van elk object"];
        Grant => ["grant it to our account on the target"], ["geef dit recht aan ons account op het doel"];
        LeaveFieldOut => ["leave the field out on the source, or place the workload where it is known and left alone"],
            ["laat het veld weg op de bron, of plaats de workload waar het bekend is en met rust wordt gelaten"];
        SendNamespace => ["send the Namespace along, or ask the platform team of the target for it"],
            ["stuur de Namespace mee, of vraag het platformteam van het doel erom"];
        MapName => ["map the name in the classes of the two clusters"],
            ["zet de naam in de klassen van de twee clusters"];
        DeleteOld => ["delete the old one on the target"], ["verwijder het oude op het doel"];
        RenameOrDelete => ["rename one of the two, or delete the one on the target if it is left over"],
            ["geef een van de twee een andere naam, of verwijder die op het doel als die over is"];
        LeaveOneOut => ["leave one of the two out"], ["laat een van de twee weg"];
        Install => ["install what serves this kind on the target, or place the workload elsewhere"],
            ["installeer op het doel wat deze soort biedt, of plaats de workload elders"];
        ServedAs { versions: String } => ["the target serves it as {versions}: write the object in that version"],
            ["het doel kent het als {versions}: schrijf het object in die versie"];
        WriteIn { version: String } => ["write it in version {version}"], ["schrijf het in versie {version}"];
        AskHowLong => ["whether the target serves them is known; ask its platform team how long it will"],
            ["of het doel ze biedt is bekend; vraag het platformteam hoe lang nog"];
        BringDefinition => ["have the target's platform team bring the definition to the source's version"],
            ["laat het platformteam van het doel de definitie op de versie van de bron brengen"];
        AskForObject => ["ask the platform team of the target for it; the manifest is in the list for them"],
            ["vraag het platformteam van het doel erom; het manifest staat in de lijst voor hen"];
        AskForOwn => ["have the target's platform team make it, or refer to what the target has; until then what it would give is missing"],
            ["laat het platformteam van het doel het maken, of verwijs naar wat het doel heeft; tot dan ontbreekt wat het zou geven"];
        AskForNamespace => ["ask the platform team of the target for the namespace"],
            ["vraag het platformteam van het doel om de namespace"];
        MoreQuota => ["ask for more quota, or scale the workload down"], ["vraag om meer quota, of maak de workload kleiner"];
        MendWebhook => ["have the target's platform team mend the webhook; then ask again"],
            ["laat het platformteam van het doel de webhook herstellen; vraag het daarna opnieuw"];
        MendSilentWebhook => ["what it would have checked or added is missing: have it mended before the move"],
            ["wat hij zou hebben gecontroleerd of toegevoegd ontbreekt: laat hem herstellen voor de verhuizing"];
        SeeThatItMoves => ["make sure that the target has it"], ["zorg dat het doel het heeft"];
        AddKey => ["add the key, or mark the reference optional"], ["voeg de sleutel toe, of maak de verwijzing optioneel"];
        MakeRequired => ["make it, or mark the reference optional: Pods do not start without it"],
            ["maak het, of maak de verwijzing optioneel: zonder start er geen Pod"];
        MakeOrDrop => ["make it, or drop the reference"], ["maak het, of haal de verwijzing weg"];
        SayInClasses => ["say what it is in spec.classes of the target's MemberCluster"],
            ["zeg wat het is in spec.classes van de MemberCluster van het doel"];
        SayNodes => ["say what the nodes are called in spec.classes.nodes of the target's MemberCluster"],
            ["zeg hoe de nodes heten in spec.classes.nodes van de MemberCluster van het doel"];
        MapNodes => ["map its selectors and tolerations in `classes.nodes`, ask for less, or add such nodes"],
            ["zet selectors en tolerations in `classes.nodes`, vraag minder, of voeg zulke nodes toe"];
        Push { host: String } => ["push it to {host}, or name another image"], ["zet het in {host}, of noem een andere image"];
        OpenRegistry { host: String } => ["give the workload a pull Secret that opens {host}"],
            ["geef de workload een pull-Secret dat {host} opent"];
        ReachRegistry { host: String } =>
            ["the hub must reach {host} to look; the target's nodes must reach it to run"],
            ["de hub moet bij {host} kunnen om te kijken; de nodes van het doel moeten erbij kunnen om te draaien"];
        BuildFor => ["build it for the target's architecture as well"], ["bouw het ook voor de architectuur van het doel"];
        BuildForAll => ["build it for all of them, or select nodes by kubernetes.io/arch"],
            ["bouw het voor allemaal, of kies nodes met kubernetes.io/arch"];
        NameRegistry => ["write it in spec.registries of the Provider that runs it"],
            ["zet het in spec.registries van de Provider die het beheert"];
        Mirror { from: String, to: String } =>
            ["mirror it: crane copy {from} {to}; then name both registries in one role of spec.classes.registries of the two \
              MemberClusters"],
            ["spiegel het: crane copy {from} {to}; noem daarna beide registers in één rol van spec.classes.registries van de twee \
              MemberClusters"];
        MirrorInPlace { from: String, to: String } =>
            ["mirror it: crane copy {from} {to}; the target's nodes pull from there already"],
            ["spiegel het: crane copy {from} {to}; de nodes van het doel halen het daar al vandaan"];
        OpenOwnRegistry => ["add the target's registry to its .dockerconfigjson"],
            ["voeg het register van het doel toe aan .dockerconfigjson"];
        MapShared => ["map kind Rwx to a shared class in `classes.storage` of the target"],
            ["zet soort Rwx op een gedeelde klasse in `classes.storage` van het doel"];
        ExtendStorage => ["have the storage extended, or map the class to another"],
            ["laat de opslag uitbreiden, of zet de klasse op een andere"];
        AskLargest => ["ask the target's platform team for the largest volume of each class"],
            ["vraag het platformteam van het doel naar het grootste volume van elke klasse"];
        CopyData => ["make sure the data is copied, or that the target has a class for it"],
            ["zorg dat de gegevens worden gekopieerd, of dat het doel er een klasse voor heeft"];
        NameClassOrVolume => ["name a class, or make the volume on the target"],
            ["noem een klasse, of maak het volume op het doel"];
        NameInSource => ["name it in the source's classes, or annotate the claim"],
            ["noem het in de klassen van de bron, of zet een annotatie op de claim"];
        AddKind => ["add the kind to the target's classes, or place the workload elsewhere"],
            ["voeg de soort toe aan de klassen van het doel, of plaats de workload elders"];
        AnnotateKind => ["annotate the object with {}", mark::STORAGE_KIND], ["zet de annotatie {} op het object", mark::STORAGE_KIND];
        NameClass => ["name a class"], ["noem een klasse"];
        NameEntryClass => ["name the class"], ["noem de klasse"];
        FollowAddress => ["have the host name follow the address that the target gives"],
            ["laat de hostnaam het adres volgen dat het doel geeft"];
        WriteEndpoints => ["write the endpoints on the target once the service is there"],
            ["schrijf de endpoints op het doel als de service er is"];
        Suspend { owner: Owner } =>
            ["suspend it until the move has ended: {}; or move the application by the placement that it reads", owner.suspend()],
            ["pauzeer het tot de verhuizing klaar is: {}; of verhuis de applicatie met de plaatsing die het leest",
                owner.suspend()];
        OtherEntry => ["remove the other entry, or give one of the two another name"],
            ["haal de andere ingang weg, of geef een van de twee een andere naam"];
        LowerTtl =>
            ["lower its time to live to 60 s a day ahead, and point it at the target when the workload serves there"],
            ["zet de levensduur (TTL) een dag van tevoren op 60 s, en laat het naar het doel wijzen als de workload daar werkt"];
        HandOver =>
            ["set external-dns.alpha.kubernetes.io/ttl to 60 a day ahead; give external-dns on the target the --txt-owner-id of the \
              source's, and stop the source's for this name when the workload serves on the target"],
            ["zet external-dns.alpha.kubernetes.io/ttl een dag van tevoren op 60; geef external-dns op het doel de --txt-owner-id \
              van die op de bron, en stop die op de bron voor deze naam als de workload op het doel werkt"];
        DropTarget => ["drop external-dns.alpha.kubernetes.io/target, or set it to an address of the target"],
            ["haal external-dns.alpha.kubernetes.io/target weg, of zet er een adres van het doel in"];
        UseName => ["use a name that leads to the same place from the target, or open the way to it"],
            ["gebruik een naam die ook vanaf het doel naar dezelfde plek leidt, of open de weg erheen"];
        SeePolicy => ["see that what it calls is among what that policy lets out"],
            ["kijk of wat het aanroept valt onder wat dat beleid doorlaat"];
        OwnTerms => ["say the same in the target's own terms"], ["zeg hetzelfde in de woorden van het doel"];
        CopyAhead => ["copy most of the data ahead of the move, widen the line, or accept the longer stop"],
            ["kopieer de meeste gegevens vooraf, maak de lijn breder, of aanvaard dat het langer stilstaat"];
        SetReplicable =>
            ["set spec.mode: Replicable once nothing in it must be kept, or once its data has been copied by other means"],
            ["zet spec.mode: Replicable als er niets in bewaard moet blijven, of als de gegevens op een andere manier zijn \
              gekopieerd"];
        SetExclusive => ["set spec.mode: Exclusive if the volume holds something that must be kept"],
            ["zet spec.mode: Exclusive als er in het volume iets staat dat bewaard moet blijven"];
        FenceFirst => ["fence the source first, or create it suspended"],
            ["sluit eerst de bron af, of maak het gepauzeerd aan"];
        ResumeByHand => ["resume or delete it by hand, or say {}: \"true\" on it beforehand", mark::IDEMPOTENT],
            ["hervat of verwijder het met de hand, of zet er vooraf {}: \"true\" op", mark::IDEMPOTENT];
    }
}

impl Advice {
    /// What usually helps with a question: for findings that do not say so themselves.
    pub(crate) fn usually(question: Question, severity: Severity) -> Self {
        match severity {
            Severity::Unknown => Self::FindOut { question },
            Severity::Pass | Severity::Warn | Severity::Block => Self::Usual { question },
        }
    }
}

/// English and Dutch, for every question.
const fn usual(question: Question) -> (&'static str, &'static str) {
    match question {
        Question::Reachable => (
            "wait until the target is upgraded, or place the workload elsewhere",
            "wacht tot het doel is bijgewerkt, of plaats de workload elders",
        ),
        Question::Served => (
            "install what serves it on the target, or place the workload elsewhere",
            "installeer op het doel wat dit biedt, of plaats de workload elders",
        ),
        Question::Access => (
            "grant it to our account on the target",
            "geef dit recht aan ons account op het doel",
        ),
        Question::DryRun => (
            "change the object on the source as the target's message says, then ask again",
            "verander het object op de bron zoals het doel zegt, en vraag het opnieuw",
        ),
        Question::Admission => (
            "change the workload so that the target's rules let it in, or ask for an exception there",
            "verander de workload zodat de regels van het doel hem toelaten, of vraag daar een uitzondering",
        ),
        Question::References => (
            "bring what is referred to, or change the reference",
            "breng mee waarnaar wordt verwezen, of verander de verwijzing",
        ),
        Question::Capacity => (
            "make room on the target, or scale the workload down",
            "maak ruimte op het doel, of maak de workload kleiner",
        ),
        Question::Images => (
            "mirror the image to a registry that stays reachable, and map it in `classes.registries`",
            "spiegel de image naar een register dat bereikbaar blijft, en zet dat in `classes.registries`",
        ),
        Question::Storage => (
            "map the class in `classes.storage` of the two clusters",
            "zet de klasse in `classes.storage` van de twee clusters",
        ),
        Question::Transfer => (
            "copy the data by other means first, or accept the longer stop",
            "kopieer de gegevens eerst op een andere manier, of aanvaard dat het langer stilstaat",
        ),
        Question::SourceHealth => (
            "mend the workload where it stands, then ask again",
            "herstel de workload waar hij staat, en vraag het opnieuw",
        ),
        Question::LockIn => (
            "replace what ties it to the provider: `havenmeester rules explain` tells with what",
            "vervang wat aan de leverancier vastzit: `havenmeester rules explain` zegt waarmee",
        ),
        Question::Collisions => (
            "rename one of the two, or delete the one on the target if it is left over",
            "geef een van de twee een andere naam, of verwijder die op het doel als die over is",
        ),
        Question::Delivery => (
            "suspend the delivery controller for this workload during the move",
            "pauzeer tijdens de verhuizing het programma dat deze workload uitlevert",
        ),
        Question::Dns => (
            "point the record at the target when the workload serves there",
            "laat het record naar het doel wijzen als de workload daar werkt",
        ),
        Question::Egress => (
            "bring along what it calls, or make it reachable from the target",
            "neem mee wat het aanroept, of maak dat bereikbaar vanaf het doel",
        ),
        Question::Once => (
            "suspend it on the source before the move",
            "pauzeer het op de bron voor de verhuizing",
        ),
        Question::Fencing => (
            "grant our account on the source what stopping and removing it needs",
            "geef ons account op de bron de rechten om het te stoppen en weg te halen",
        ),
    }
}

const fn unknown(question: Question) -> (&'static str, &'static str) {
    match question {
        Question::Images => (
            "look by hand whether the target can pull every image",
            "kijk met de hand of het doel elke image kan ophalen",
        ),
        Question::Access => (
            "let our account on the target ask for its own permissions",
            "laat ons account op het doel naar de eigen rechten vragen",
        ),
        Question::Capacity => (
            "let our account on the target list its nodes and Pods, or ask its platform team",
            "laat ons account op het doel de nodes en Pods zien, of vraag het platformteam",
        ),
        Question::SourceHealth | Question::Fencing => (
            "ask again when the source answers",
            "vraag het opnieuw als de bron antwoordt",
        ),
        Question::Reachable
        | Question::Served
        | Question::DryRun
        | Question::Admission
        | Question::References
        | Question::Storage
        | Question::Transfer
        | Question::LockIn
        | Question::Collisions
        | Question::Delivery
        | Question::Dns
        | Question::Egress
        | Question::Once => (
            "remove the cause that is given, then ask again; or look at it by hand",
            "neem de oorzaak weg die erbij staat en vraag het opnieuw; of kijk met de hand",
        ),
    }
}
