//! Why a registry gave no clear answer.

use super::sentences;

sentences! {
    /// Why nothing is known of an image.
    Unanswered {
        Words { words: String } => ["{words}"], ["{words}"];
        Late { seconds: u64 } => ["its registry did not answer within {seconds} s"],
            ["het register antwoordde niet binnen {seconds} s"];
        NoClient => ["no client for registries can be made here; see the daemon's log"],
            ["hier is geen verbinding met registers te maken; zie het log van de daemon"];
        MirrorRefuses { host: String } =>
            ["the mirror {host} refuses it to us; the nodes may have a login of their own for it"],
            ["de spiegel {host} weigert het aan ons; misschien melden de nodes zich er op een eigen manier aan"];
        TooBig => ["its configuration is too big to be one"], ["de configuratie ervan is te groot om er een te zijn"];
        NoManifest => ["its registry's answer is no manifest of an image"],
            ["wat het register antwoordt is geen manifest van een image"];
        NoToken => ["the token service of its registry gave no token"], ["de tokendienst van het register gaf geen token"];
        NotReached => ["its registry cannot be reached"], ["het register is niet te bereiken"];
        BrokeOff => ["the connection to its registry broke off"], ["de verbinding met het register werd verbroken"];
        OddDigest => ["what its registry sent does not have the digest that it says"],
            ["wat het register stuurde heeft niet de digest die het noemt"];
        NotClear => ["its registry gave no clear answer"], ["het register gaf geen duidelijk antwoord"];
        Throttled => ["its registry takes no more requests of us for now"],
            ["het register neemt voorlopig geen verzoeken meer van ons aan"];
        Status { code: u16 } => ["its registry answered with status {code}"], ["het register antwoordde met status {code}"];
        NotFound => ["it is not in its registry"], ["het staat niet in het register"];
        NoAccess => ["its registry refuses it"], ["het register weigert het"];
    }
}
