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
    let names: Vec<(&str, i64)> = import
        .applications
        .iter()
        .map(|a| (a.name.as_str(), a.storage_gib))
        .collect();
    assert_eq!(names, [("Zaken, \"oud\"", 12), ("Mail", 0)]);
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
    fn no_line_is_lost(lines in prop::collection::vec("[a-d]{0,2}(,[a-z0-9]{0,3}){0,6}", 0..20)) {
        let text = format!("{HEADS}\n{}\n", lines.join("\n"));
        let import = import(&text).unwrap();
        let told = lines.iter().filter(|line| !line.is_empty()).count();
        prop_assert_eq!(import.applications.len() + import.aside.len(), told);
    }
}
