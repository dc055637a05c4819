//! Good lines are read, bad ones are kept aside with what is wrong, and none is lost.
use proptest::prelude::*;

use super::*;

const HEADS: &str = "name,supplier,criticality,sensitivity,storageGib";

fn faults(lines: &str) -> Vec<String> {
    let import = import(&format!("{HEADS}\n{lines}")).unwrap();
    import.aside.iter().map(ToString::to_string).collect()
}

#[test]
fn columns_stand_in_any_order_and_quotes_hold_commas() {
    let text = "storageGib,owner,supplier,name\r\n12,x,acme,\"Zaken, \"\"oud\"\"\"\r\n,,eu,Mail\r\n";
    let import = import(text).unwrap();
    let names: Vec<(&str, Option<i64>, Option<&str>)> = import
        .applications
        .iter()
        .map(|a| (a.name.as_str(), a.storage_gib, a.owner.as_deref()))
        .collect();
    assert_eq!(
        names,
        [("Zaken, \"oud\"", Some(12), Some("x")), ("Mail", None, None)]
    );
    assert_eq!(
        (import.aside, import.heads.as_str()),
        (Vec::new(), "storageGib,owner,supplier,name")
    );
}

#[test]
fn each_bad_line_says_what_is_wrong_with_it() {
    for (line, expected) in [
        ("a,b,Low,Low", "line 2: 4 fields, and the first line has 5"),
        (",b,Low,Low,1", "line 2: name is empty"),
        ("a, ,Low,Low,1", "line 2: supplier is empty"),
        (
            "a,b,huge,Low,1",
            "line 2: criticality \"huge\" is no level, expected low, medium or critical",
        ),
        (
            "a,b,Low,BBN9,1",
            "line 2: sensitivity \"BBN9\" is no level, expected low, medium, high, BBN1, BBN2, BBN2plus or BBN3",
        ),
        (
            "a,b,Low,Low,-1",
            "line 2: storageGib \"-1\" is not a whole number from 0 to 1073741824",
        ),
        (
            "a,b,Low,Low,\"1",
            "line 2: a double quote is not closed, or stands in a field that is not quoted",
        ),
        (
            "a,b\"c,Low,Low,1",
            "line 2: a double quote is not closed, or stands in a field that is not quoted",
        ),
        ("a,b,,,\na,c,,,", "line 3: name \"a\" stands on line 2 already"),
    ] {
        assert_eq!(faults(line), [expected], "{line}");
    }
}

#[test]
fn a_day_that_is_none_and_a_text_that_is_too_long_are_told() {
    let heads = "name,supplier,contractEnd,owner";
    let told = |line: &str| import(&format!("{heads}\n{line}")).unwrap().aside[0].to_string();
    assert_eq!(
        told("a,b,31-12-2027,"),
        "line 2: contractEnd \"31-12-2027\" is not a date; write YYYY-MM-DD"
    );
    let long = "x".repeat(254);
    assert_eq!(
        told(&format!("{long},b,,")),
        "line 2: name has 254 characters, at most 253 fit"
    );
    assert_eq!(
        told(&format!("a,b,,{long}")),
        "line 2: owner has 254 characters, at most 200 fit"
    );
}

#[test]
fn objects_get_names_of_their_own_and_hold_all_that_was_read() {
    let text = "name,supplier,criticality,storageGib,contractEnd,owner\nZaken & Co,acme,Low,7,2027-12-31,IT\n\
                zaken co,acme,,,,\nCafé één,acme,,,,\n---,acme,,,,\n";
    let import = import(text).unwrap();
    let objects = manifests(&import.applications, "apps");
    let names: Vec<&str> = objects
        .iter()
        .map(|o| o.metadata.name.as_deref().unwrap())
        .collect();
    assert_eq!(names, ["zaken-co", "zaken-co-2", "cafe-een", "application"]);
    assert_eq!(objects[0].metadata.namespace.as_deref(), Some("apps"));
    let back: Vec<External> = objects.iter().map(External::of).collect();
    assert_eq!(back, import.applications);
}

#[test]
fn a_good_line_can_be_kept_aside_after_all() {
    let mut import = import(&format!("{HEADS}\na,b,,,\nc,d,x,,\ne,f,,,\n")).unwrap();
    import.set_aside(|a| (a.name == "e").then(|| LineFault::Elsewhere("e".to_owned())));
    let aside: Vec<(usize, &str)> = import.aside.iter().map(|a| (a.line, a.text.as_str())).collect();
    assert_eq!(aside, [(3, "c,d,x,,"), (4, "e,f,,,")]);
    assert_eq!(import.applications.len(), 1);
}

#[test]
fn a_slip_spoils_one_line_and_the_line_is_kept_as_it_stood() {
    let import = import(&format!("{HEADS}\na,b,,,\nb,\"c,,,\nd,e,,,\n")).unwrap();
    assert_eq!(import.applications.len(), 2);
    assert_eq!(
        (import.aside[0].line, import.aside[0].text.as_str()),
        (3, "b,\"c,,,")
    );
}

#[test]
fn a_first_line_that_cannot_be_used_is_an_error() {
    assert_eq!(import(""), Err(CsvError::Heads(LineFault::Quote)));
    assert_eq!(import("supplier\n"), Err(CsvError::NoColumn("name")));
    assert_eq!(import("name\n"), Err(CsvError::NoColumn("supplier")));
    assert_eq!(
        import("name,supplier,name\n"),
        Err(CsvError::ColumnTwice("name".to_owned()))
    );
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in "[a-c,\"\r\n é]{0,60}") {
        drop(import(&text));
    }

    #[test]
    fn names_of_objects_are_taken_by_an_api_server(names in prop::collection::vec("\\PC{1,40}", 1..20)) {
        let of = |name: &String| External { name: name.clone(), ..External::default() };
        let objects = manifests(&names.iter().map(of).collect::<Vec<_>>(), "apps");
        let mut seen = BTreeSet::new();
        for object in objects {
            let name = object.metadata.name.unwrap();
            let good = name.chars().all(|c| c == '-' || c.is_ascii_lowercase() || c.is_ascii_digit());
            prop_assert!(good && !name.starts_with('-') && !name.ends_with('-') && name.len() <= 253, "{name}");
            prop_assert!(seen.insert(name));
        }
    }

    #[test]
    fn no_line_is_lost(lines in prop::collection::vec("[a-d]{0,2}(,[a-z0-9]{0,3}){0,6}", 0..20)) {
        let text = format!("{HEADS}\n{}\n", lines.join("\n"));
        let import = import(&text).unwrap();
        let told = lines.iter().filter(|line| !line.is_empty()).count();
        prop_assert_eq!(import.applications.len() + import.aside.len(), told);
    }
}
