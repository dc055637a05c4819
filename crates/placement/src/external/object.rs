//! Lines of a register as objects on the hub, and back.
//!
//! Invariant: nothing of an application is lost on the way there and back, and no two of a register get one name.
use std::collections::{BTreeMap, BTreeSet};

use havenmeester_api::ExternalApplication;
use havenmeester_api::external::ExternalApplicationSpec;

use super::External;

/// The longest name that an object gets from its application, so that a number fits behind it. The API server takes
/// 253.
const LONGEST: usize = 200;
/// What an application is called of which no letter or digit can stand in a name.
const NAMELESS: &str = "application";

impl External {
    /// What is counted of an object.
    pub fn of(object: &ExternalApplication) -> Self {
        let spec = &object.spec;
        let title = spec.title.clone().or_else(|| object.metadata.name.clone());
        Self {
            name: title.unwrap_or_default(),
            supplier: spec.provider.clone(),
            criticality: spec.criticality,
            sensitivity: spec.sensitivity,
            storage_gib: spec.storage_gib,
            contract_end: spec.contract_end,
            owner: spec.owner.clone(),
        }
    }
}

/// The objects for the applications of a register, in their order. Of several that would get one name the first has it,
/// and the others get a number.
pub fn manifests(applications: &[External], namespace: &str) -> Vec<ExternalApplication> {
    let mut taken = Taken::default();
    let object = |application: &External| {
        let spec = ExternalApplicationSpec {
            title: Some(application.name.clone()),
            provider: application.supplier.clone(),
            criticality: application.criticality,
            sensitivity: application.sensitivity,
            storage_gib: application.storage_gib,
            contract_end: application.contract_end,
            owner: application.owner.clone(),
        };
        let mut object = ExternalApplication::new(&taken.name(&plain(&application.name)), spec);
        object.metadata.namespace = Some(namespace.to_owned());
        object
    };
    applications.iter().map(object).collect()
}

/// The names that are given away.
#[derive(Default)]
struct Taken {
    names: BTreeSet<String>,
    /// The last number behind each name: the search for a free one goes on from there.
    numbers: BTreeMap<String, usize>,
}

impl Taken {
    /// A name that nobody has yet.
    fn name(&mut self, wanted: &str) -> String {
        let number = self.numbers.entry(wanted.to_owned()).or_insert(0);
        loop {
            *number += 1;
            let name = match *number {
                1 => wanted.to_owned(),
                n => format!("{wanted}-{n}"),
            };
            if self.names.insert(name.clone()) {
                return name;
            }
        }
    }
}

/// As the API server takes names (RFC 1123): small letters, digits and hyphens, not at an end.
fn plain(text: &str) -> String {
    let mut name = String::new();
    for letter in text.chars().flat_map(char::to_lowercase).map(without_marks) {
        if letter.is_ascii_alphanumeric() {
            name.push(letter);
        } else if !name.is_empty() && !name.ends_with('-') {
            name.push('-');
        }
    }
    name.truncate(LONGEST); // only ASCII stands in it
    match name.trim_end_matches('-') {
        "" => NAMELESS.to_owned(),
        name => name.to_owned(),
    }
}

/// The letter beneath the marks that Dutch, German and French put on letters.
fn without_marks(letter: char) -> char {
    match letter {
        'à' | 'á' | 'â' | 'ä' => 'a',
        'ç' => 'c',
        'è' | 'é' | 'ê' | 'ë' => 'e',
        'ì' | 'í' | 'î' | 'ï' => 'i',
        'ñ' => 'n',
        'ò' | 'ó' | 'ô' | 'ö' => 'o',
        'ù' | 'ú' | 'û' | 'ü' => 'u',
        other => other,
    }
}
