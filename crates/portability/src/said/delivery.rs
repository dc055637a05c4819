//! On who delivers an object on the source, and how that is suspended.

use super::sentences;

sentences! {
    /// The object by which a delivery controller delivers.
    Owner {
        Application { namespace: Option<String>, name: String } =>
            ["Argo CD by Application {}{name}", within(namespace.as_ref())],
            ["Argo CD met Application {}{name}", within(namespace.as_ref())];
        Kustomization { namespace: Option<String>, name: String } =>
            ["Flux by Kustomization {}{name}", within(namespace.as_ref())],
            ["Flux met Kustomization {}{name}", within(namespace.as_ref())];
        HelmRelease { namespace: Option<String>, name: String } =>
            ["Flux by HelmRelease {}{name}", within(namespace.as_ref())],
            ["Flux met HelmRelease {}{name}", within(namespace.as_ref())];
    }
}

impl Owner {
    /// The command that has it leave alone what it delivers, until it is taken back.
    pub fn suspend(&self) -> String {
        match self {
            Self::Application { namespace, name } => format!(
                "kubectl -n {} annotate application {name} argocd.argoproj.io/skip-reconcile=true",
                namespace.as_deref().unwrap_or("argocd")
            ),
            Self::Kustomization { namespace, name } => {
                format!("flux suspend kustomization {name}{}", option(namespace.as_ref()))
            }
            Self::HelmRelease { namespace, name } => {
                format!("flux suspend helmrelease {name}{}", option(namespace.as_ref()))
            }
        }
    }
}

sentences! {
    /// On who delivers it.
    Delivery {
        Fights { owner: Owner, objects: usize } =>
            ["{owner} delivers {objects} of its objects on the source: it would start again what the move stops there, and \
              make again what the move removes"],
            ["{} levert op de bron {objects} van de objecten uit: het zou weer starten wat de verhuizing daar stopt, en weer \
              maken wat de verhuizing weghaalt", owner.say(havenmeester_api::Language::Nl)];
    }
}

fn within(namespace: Option<&String>) -> String {
    namespace.map_or_else(String::new, |namespace| format!("{namespace}/"))
}

fn option(namespace: Option<&String>) -> String {
    namespace.map_or_else(String::new, |namespace| format!(" -n {namespace}"))
}
