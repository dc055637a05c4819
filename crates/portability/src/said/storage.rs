//! On storage classes and claims.

use super::sentences;

sentences! {
    /// On storage.
    Storage {
        OneWriter { class: String, provisioner: String } =>
            ["class {class} ({provisioner}) gives volumes to one writer, and many are asked for"],
            ["klasse {class} ({provisioner}) geeft volumes aan één schrijver, en er worden er meer gevraagd"];
        TooLarge { size: String, class: String, most: String } =>
            ["it asks for {size} of class {class}, and the largest volume that the target can make of it is {most}"],
            ["er wordt {size} van klasse {class} gevraagd, en het grootste volume dat het doel daarvan kan maken is {most}"];
        RoomUnknown { why: super::Unseen } => ["what the target's storage can hold is not known: {why}"],
            ["hoeveel er in de opslag van het doel past, is niet bekend: {}", why.say(havenmeester_api::Language::Nl)];
        SourceVolume => ["names a volume of the source; the target makes a new one"],
            ["noemt een volume van de bron; het doel maakt een nieuw"];
        ClassesUnknown => ["the storage classes of the target are not known"],
            ["de opslagklassen van het doel zijn niet bekend"];
        ByHand => ["asks for a volume made by hand: the target must have one"],
            ["vraagt om een volume dat met de hand is gemaakt: het doel moet er een hebben"];
        Unlisted { class: String } => ["the source's classes do not name {class}: taken as plain storage for one writer"],
            ["de klassen van de bron noemen {class} niet: genomen als gewone opslag voor één schrijver"];
        NoKind { kind: String } => ["the target has no storage of kind {kind}"],
            ["het doel heeft geen opslag van soort {kind}"];
        NoKindFor { kind: String, class: String } => ["the target has no storage of kind {kind} (here: class {class})"],
            ["het doel heeft geen opslag van soort {kind} (hier: klasse {class})"];
        Ambiguous { class: String } =>
            ["class {class} is a name on both clusters, for different storage: it is left as it is"],
            ["klasse {class} is op beide clusters een naam, voor verschillende opslag: er verandert niets"];
        DefaultUsed { class: String } => ["names no class: the target's default class {class} is used"],
            ["noemt geen klasse: de standaardklasse {class} van het doel wordt gebruikt"];
        NoDefault => ["names no class, and the target has no default class"],
            ["noemt geen klasse, en het doel heeft geen standaardklasse"];
        Named { class: String } => ["names no class, and no default class of the target is known: {class} is named"],
            ["noemt geen klasse, en een standaardklasse van het doel is niet bekend: {class} wordt genoemd"];
    }
}
