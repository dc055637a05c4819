//! What holds for every definition.
use super::*;

#[test]
fn every_kind_has_a_short_name_the_category_a_status_and_columns() {
    for crd in all() {
        let names = &crd.spec.names;
        let kind = &names.kind;
        assert!(
            names.short_names.as_ref().is_some_and(|s| !s.is_empty()),
            "{kind}"
        );
        assert_eq!(
            names.categories.as_deref(),
            Some(&["havenmeester".to_owned()][..]),
            "{kind}"
        );
        let version = &crd.spec.versions[0];
        assert!(
            version.subresources.as_ref().is_some_and(|s| s.status.is_some()),
            "{kind}"
        );
        assert!(
            version
                .additional_printer_columns
                .as_ref()
                .is_some_and(|c| c.len() > 3),
            "{kind}"
        );
    }
}

#[test]
fn short_names_are_not_shared() {
    let mut all: Vec<_> = all()
        .into_iter()
        .flat_map(|c| c.spec.names.short_names.unwrap())
        .collect();
    all.sort();
    let before = all.len();
    all.dedup();
    assert_eq!(all.len(), before);
}

/// The paths of all fields under one, as docs/api.md writes them: `owners[].since`.
fn paths(schema: &serde_json::Value, path: &str, all: &mut Vec<String>) {
    let fields = schema["properties"].as_object().into_iter().flatten();
    for (name, field) in fields {
        let path = if path.is_empty() {
            name.clone()
        } else {
            format!("{path}.{name}")
        };
        all.push(path.clone());
        paths(field, &path, all);
        paths(&field["items"], &format!("{path}[]"), all);
    }
}

#[test]
fn every_field_of_a_spec_is_in_the_documentation() {
    let document = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/api.md");
    let document = std::fs::read_to_string(document).unwrap();
    let mut missing = Vec::new();
    for crd in all() {
        let kind = &crd.spec.names.kind;
        let after = document
            .split(&format!("\n## {kind}\n"))
            .nth(1)
            .unwrap_or_default();
        let section = after.split("\n## ").next().unwrap_or_default();
        let schema = serde_json::to_value(&crd.spec.versions[0].schema).unwrap();
        let mut fields = Vec::new();
        paths(&schema["openAPIV3Schema"]["properties"]["spec"], "", &mut fields);
        let told = |field: &String| section.contains(&format!("`{field}`"));
        let untold = fields.into_iter().filter(|field| !told(field));
        missing.extend(untold.map(|field| format!("{kind} {field}")));
    }
    assert_eq!(missing, Vec::<String>::new());
}
