//! The data files are sound: each is read, each rule finds something in its sample, each kind stands where it should.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{Book, KindName, Path, book};
use crate::{key::ObjectKey, kinds::pod_path, reference::references_of};

fn the_book() -> &'static Book {
    book().expect("the files are part of the program")
}

/// A sample with what every object has.
fn whole(name: &KindName, sample: &Value) -> Value {
    let version = if name.group.is_empty() {
        "v1".to_owned()
    } else {
        format!("{}/v1", name.group)
    };
    let kind = if name.kind == "*" {
        "ConfigMap"
    } else {
        name.kind.as_str()
    };
    let mut object =
        json!({ "apiVersion": version, "kind": kind, "metadata": { "name": "a", "namespace": "n" } });
    json_patch::merge(&mut object, sample);
    object
}

#[test]
fn every_rule_finds_a_reference_in_its_sample() {
    for entry in &the_book().entries {
        let who = &entry.kinds[0];
        let sample = if who.kind == "PodSpec" {
            entry.sample.clone()
        } else {
            whole(who, &entry.sample)
        };
        for rule in &entry.refers {
            let mut found = 0;
            crate::reference::by_rule(rule, &sample, &[], "shop", &mut |_| found += 1);
            assert!(found > 0, "{who:?}: {:?} finds nothing", rule.at);
        }
        for make in &entry.makes {
            assert!(
                !make.name.names(&sample).is_empty(),
                "{who:?}: makes nothing by {:?}",
                make.name
            );
            let when = make.when.is_empty() || make.when.iter().any(|path| path.is_there(&sample));
            assert!(when, "{who:?}: {:?} never holds", make.when);
        }
        let paths = entry
            .images
            .iter()
            .chain(&entry.pod_specs)
            .chain(&entry.node_selectors);
        for path in paths.chain(entry.selects.iter().map(|select| &select.at)) {
            assert!(path.is_there(&sample), "{who:?}: {path:?} is not in the sample");
        }
        let says = entry.refers.len() + entry.makes.len() + entry.selects.len() + entry.pod_specs.len();
        assert!(says > 0, "{who:?} says nothing");
    }
}

#[test]
fn every_sample_gives_its_references_as_an_object() {
    for entry in the_book()
        .entries
        .iter()
        .filter(|entry| entry.kinds[0].kind != "PodSpec")
    {
        for who in &entry.kinds {
            let object = whole(who, &entry.sample);
            let key = ObjectKey::from_value(&object).expect("a whole object");
            let found = references_of(&object, &key).len();
            assert!(
                found >= entry.refers.len(),
                "{who:?}: {found} of {}",
                entry.refers.len()
            );
        }
    }
}

#[test]
fn a_kind_has_one_scope_and_the_built_in_pods_stand_where_the_code_says() {
    let scopes = &the_book().scopes;
    let all: BTreeSet<&KindName> = scopes.cluster.iter().chain(&scopes.target).collect();
    assert_eq!(all.len(), scopes.cluster.len() + scopes.target.len());
    for entry in &the_book().entries {
        for who in entry
            .kinds
            .iter()
            .filter(|who| pod_path(&who.group, &who.kind).is_some())
        {
            let path = [pod_path(&who.group, &who.kind).unwrap_or_default(), &["spec"]]
                .concat()
                .join(".");
            assert_eq!(entry.pod_specs, [Path::parse(&path).expect("a path")], "{who:?}");
        }
    }
}

#[test]
fn the_kinds_that_an_application_is_made_of_have_rules() {
    let kinds = [
        ("postgresql.cnpg.io", "Cluster"),
        ("k8s.keycloak.org", "Keycloak"),
        ("kafka.strimzi.io", "Kafka"),
        ("elasticsearch.k8s.elastic.co", "Elasticsearch"),
        ("cert-manager.io", "Certificate"),
        ("external-secrets.io", "ExternalSecret"),
        ("bitnami.com", "SealedSecret"),
        ("monitoring.coreos.com", "ServiceMonitor"),
        ("gateway.networking.k8s.io", "HTTPRoute"),
    ];
    for (group, kind) in kinds {
        assert!(the_book().of(group, kind).next().is_some(), "{group}/{kind}");
    }
    let rules: usize = the_book().entries.iter().map(|entry| entry.refers.len()).sum();
    assert!(rules > 300, "{rules}");
}

#[test]
fn a_path_is_names_wildcards_and_brackets_and_nothing_else() {
    for good in [
        "a",
        "a.b",
        "a[*].b",
        "a.**.b",
        "metadata.annotations[a.b/c]",
        "[a.b/c]",
        "spec[*]",
    ] {
        assert!(Path::parse(good).is_ok(), "{good}");
    }
    for bad in ["", ".", "a.", ".a", "a..b", "a[b", "a[]", "a.**", "a[b]c"] {
        assert!(Path::parse(bad).is_err(), "{bad}");
    }
}

#[test]
fn a_walk_tells_the_way_in_the_object() {
    let object = json!({ "a": [{ "b": { "x": 1 } }, { "b": null }], "c": { "d": { "b": { "x": 2 } } } });
    let trails = |path: &str| {
        let path = Path::parse(path).expect("a path");
        let mut all = Vec::new();
        path.walk(&object, &mut |trail, value| {
            all.push(format!("{} {value}", trail.join("/")));
        });
        all
    };
    assert_eq!(trails("a[*].b.x"), ["a/0/b/x 1"]);
    assert_eq!(trails("**.b.x"), ["a/0/b/x 1", "c/d/b/x 2"]);
    assert_eq!(trails("c[*].b"), [r#"c/d/b {"x":2}"#]);
    assert_eq!(trails("a[*].b"), [r#"a/0/b {"x":1}"#]);
}
