//! On what objects refer to.

use super::sentences;

sentences! {
    /// On references.
    References {
        RulesUnreadable { why: String } => ["what refers to what is not known: {why}"],
            ["wat waarnaar verwijst, is niet bekend: {why}"];
        SelectsNothing => ["selects no Pods of any workload"], ["kiest geen Pods van enige workload"];
        Elsewhere { to: String } => ["refers to {to}, which does not move with it"],
            ["verwijst naar {to}, dat niet mee verhuist"];
        NoKey { to: String, key: String } => ["{to} has no key {key}"], ["{to} heeft geen sleutel {key}"];
        Missing { to: String } => ["refers to {to}, which does not exist"], ["verwijst naar {to}, dat niet bestaat"];
        NoDefinition { kind: String } => ["no definition of {kind} was given"], ["er is geen definitie van {kind} gegeven"];
        NotThere { what: String } => ["the target has no {what}"], ["het doel heeft geen {what}"];
        Unreadable { kind: String, why: String } => ["{kind} cannot be moved: {why}"],
            ["{kind} kan niet verhuizen: {why}"];
        UnreadableDocument { why: String } => ["a document cannot be moved: {why}"],
            ["een document kan niet verhuizen: {why}"];
        IssuerUnknown { issuer: String } => ["it is not known what the target calls {issuer}"],
            ["hoe {issuer} op het doel heet, is niet bekend"];
        Ambiguous { what: String } => ["{what} is a name on both clusters, for different things: it is left as it is"],
            ["{what} is op beide clusters een naam, voor verschillende dingen: er verandert niets"];
        Lacking { what: String, role: String } =>
            ["{what} has the role {role} on the source, and the target has nothing in that role"],
            ["{what} heeft op de bron de rol {role}, en het doel heeft niets in die rol"];
    }
}
