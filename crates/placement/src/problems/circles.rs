//! Owners that go round in circles: an entity that in the end owns itself.
//!
//! Invariant: each provider is walked once.
use std::collections::{BTreeMap, BTreeSet};

use havenmeester_api::Date;
use havenmeester_api::provider::ProviderSpec;

use crate::autonomy::holder::active;
use crate::autonomy::shortened;

/// Each provider on a circle, with the circle as `a > b > a`.
pub(super) fn circles(providers: &BTreeMap<String, ProviderSpec>, today: Date) -> Vec<(&str, String)> {
    let mut found = Vec::new();
    let mut done: BTreeSet<&str> = BTreeSet::new();
    for start in providers.keys() {
        let mut path: Vec<(&str, std::vec::IntoIter<&str>)> = Vec::new();
        let mut on_path: BTreeMap<&str, usize> = BTreeMap::new();
        let mut next = Some(start.as_str());
        loop {
            match next {
                Some(name) if on_path.contains_key(name) => {
                    let names: Vec<&str> = path[on_path[name]..].iter().map(|(name, _)| *name).collect();
                    let told = shortened(names.clone(), name).join(" > ");
                    found.extend(names.into_iter().map(|name| (name, told.clone())));
                }
                Some(name) if done.insert(name) => {
                    on_path.insert(name, path.len());
                    path.push((name, owners(providers, name, today)));
                }
                Some(_) | None => {}
            }
            let Some((_, rest)) = path.last_mut() else { break };
            next = rest.next();
            if next.is_none()
                && let Some((left, _)) = path.pop()
            {
                on_path.remove(left);
            }
        }
    }
    found.sort_unstable();
    found.dedup_by_key(|(name, _)| *name);
    found
}

fn owners<'a>(
    providers: &'a BTreeMap<String, ProviderSpec>,
    name: &str,
    today: Date,
) -> std::vec::IntoIter<&'a str> {
    let stakes = providers.get(name).map_or(&[][..], |spec| &spec.owners).iter();
    let names = stakes
        .filter(|stake| active(stake, today))
        .filter_map(|stake| stake.provider.as_deref());
    names
        .filter(|name| providers.contains_key(*name))
        .collect::<Vec<_>>()
        .into_iter()
}
