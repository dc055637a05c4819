//! Who asks, and what that user may do.
//!
//! Not here: Role and RoleBinding objects. They are stored as plain objects; permissions are given with the user.

use std::collections::BTreeSet;

/// A user as the authenticator found it, with what it may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// The user's name.
    pub name: String,
    /// The groups the user is in.
    pub groups: Vec<String>,
    /// What the user may do; nothing else is allowed.
    pub rules: Vec<Rule>,
}

/// One permission, as in a Role: `*` stands for all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// Where it holds: these namespaces, or everywhere including cluster-scoped objects when `None`.
    pub namespaces: Option<BTreeSet<String>>,
    /// API groups; the core group is the empty text.
    pub groups: Vec<String>,
    /// Plural names, with `/subresource` where that is meant.
    pub resources: Vec<String>,
    /// get, list, watch, create, update, patch, delete, deletecollection.
    pub verbs: Vec<String>,
    /// Names of objects; empty means all.
    pub names: Vec<String>,
}

impl Rule {
    /// Everything, in `namespaces` or everywhere.
    pub fn all(namespaces: Option<BTreeSet<String>>) -> Self {
        let all = vec!["*".to_owned()];
        Self {
            namespaces,
            groups: all.clone(),
            resources: all.clone(),
            verbs: all,
            names: Vec::new(),
        }
    }

    pub(crate) fn allows(&self, ask: &Ask<'_>) -> bool {
        let covers = |list: &[String], what: &str| list.iter().any(|x| x == "*" || x == what);
        self.namespaces
            .as_ref()
            .is_none_or(|n| !ask.namespace.is_empty() && n.contains(ask.namespace))
            && covers(&self.groups, ask.group)
            && covers(&self.resources, &ask.resource)
            && covers(&self.verbs, ask.verb)
            && (self.names.is_empty() || self.names.iter().any(|n| n == ask.name))
    }
}

/// One question to the authorizer.
#[derive(Debug, Clone)]
pub(crate) struct Ask<'a> {
    pub(crate) verb: &'a str,
    pub(crate) group: &'a str,
    /// With `/subresource`.
    pub(crate) resource: String,
    pub(crate) namespace: &'a str,
    pub(crate) name: &'a str,
}

impl User {
    /// May do everything.
    pub fn admin() -> Self {
        Self {
            name: "kubernetes-admin".into(),
            groups: vec!["system:masters".into(), "system:authenticated".into()],
            rules: vec![Rule::all(None)],
        }
    }

    /// May do everything in these namespaces and nothing outside them.
    pub fn namespaced<I: IntoIterator<Item: Into<String>>>(name: impl Into<String>, namespaces: I) -> Self {
        let namespaces = namespaces.into_iter().map(Into::into).collect();
        Self::with_rules(name, vec![Rule::all(Some(namespaces))])
    }

    /// May do what the rules say.
    pub fn with_rules(name: impl Into<String>, rules: Vec<Rule>) -> Self {
        Self {
            name: name.into(),
            groups: vec!["system:authenticated".into()],
            rules,
        }
    }

    pub(crate) fn may(&self, ask: &Ask<'_>) -> bool {
        self.rules.iter().any(|rule| rule.allows(ask))
    }

    /// Why not, in the words of the real authorizer.
    pub(crate) fn refusal(&self, ask: &Ask<'_>) -> String {
        let place = if ask.namespace.is_empty() {
            "at the cluster scope".to_owned()
        } else {
            format!("in the namespace {:?}", ask.namespace)
        };
        format!(
            "User {:?} cannot {} resource {:?} in API group {:?} {place}",
            self.name, ask.verb, ask.resource, ask.group
        )
    }
}
