//! On room and nodes.

use havenmeester_api::Language;

use super::sentences;

sentences! {
    /// Why a node does not take a Pod.
    NodeRefusal {
        Closed => ["not ready or closed"], ["niet gereed of gesloten"];
        Labels => ["labels do not match"], ["labels passen niet"];
        Taint { key: String } => ["taint {key}"], ["taint {key}"];
        TooSmall { resource: String } => ["too little {resource}"], ["te weinig {resource}"];
    }
}

sentences! {
    /// On room and nodes.
    Capacity {
        NodesUnknown { why: super::Unseen } => ["the target's nodes are not known: {why}"],
            ["de nodes van het doel zijn niet bekend: {}", why.say(havenmeester_api::Language::Nl)];
        NoPods => ["it runs no Pods"], ["er draaien geen Pods"];
        OnNoNode { reasons: Vec<(NodeRefusal, usize)> } => ["it would run on no node: {}", listed(reasons, Language::En)],
            ["het zou op geen enkele node draaien: {}", listed(reasons, Language::Nl)];
        NoNodes => ["no node would take its Pods: there are no nodes"],
            ["geen node neemt de Pods: er zijn geen nodes"];
        NoNodeTakes { nodes: usize, reasons: Vec<(NodeRefusal, usize)> } =>
            ["no node of {nodes} would take its Pods, however empty: {}", listed(reasons, Language::En)],
            ["geen van de {nodes} nodes neemt de Pods, hoe leeg ook: {}", listed(reasons, Language::Nl)];
        Apart { copies: i128, nodes: i128 } => ["its {copies} Pods may not share a node, and {nodes} nodes would take one"],
            ["de {copies} Pods mogen niet samen op een node, en {nodes} nodes nemen er een"];
        InTotal { wanted: String, resource: String, nodes: usize, free: String } =>
            ["its Pods need {wanted} of {resource} together, and the {nodes} nodes that would take them have {free} free"],
            ["de Pods hebben samen {wanted} {resource} nodig, en de {nodes} nodes die ze nemen hebben {free} vrij"];
        NoRoomOn { nodes: usize } => ["there is no room for it on {nodes} of its nodes"],
            ["op {nodes} van de nodes is er geen ruimte voor"];
        FirstFit { missing: i128, copies: i128 } =>
            ["a first fit finds no place for {missing} of its {copies} Pods beside the others; the scheduler may find a better one"],
            ["een eerste verdeling vindt geen plaats voor {missing} van de {copies} Pods naast de andere; de scheduler vindt \
              misschien een betere"];
        Fits { pods: i128, nodes: usize, architectures: String } =>
            ["each of its {pods} Pods has a place on the target's {nodes} nodes ({architectures})"],
            ["elk van de {pods} Pods heeft een plaats op de {nodes} nodes van het doel ({architectures})"];
        NoRole { role: String } => ["selects nodes of role {role}, which the target does not have"],
            ["kiest nodes met de rol {role}, die het doel niet heeft"];
        RoleClash { role: String, label: String } => ["selects nodes of role {role}, and says something else by {label}"],
            ["kiest nodes met de rol {role}, en zegt met {label} iets anders"];
    }
}

fn listed(reasons: &[(NodeRefusal, usize)], language: Language) -> String {
    let on = match language {
        Language::En => "on",
        Language::Nl => "op",
    };
    let each: Vec<String> = reasons
        .iter()
        .map(|(refusal, count)| format!("{} {on} {count}", refusal.say(language)))
        .collect();
    each.join(", ")
}
