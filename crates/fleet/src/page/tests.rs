//! What of a page is handed on, and what is no page.
use super::*;

/// The names that are handed on, and the version or the fault.
fn check(text: &str) -> (Vec<String>, Result<String, String>) {
    let mut names = Vec::new();
    let meta = read(text, &mut |object| names.push(object.name().to_owned()));
    let version = meta.map(|meta| meta.resource_version.unwrap_or_default());
    (names, version.map_err(|error| error.to_string()))
}

#[test]
fn objects_come_in_order_wherever_the_metadata_stands() {
    let items = r#""items": [{"metadata": {"name": "b"}}, {"metadata": {"name": "a"}}]"#;
    let meta = r#""metadata": {"resourceVersion": "7"}"#;
    let wanted = (vec!["b".to_owned(), "a".to_owned()], Ok("7".to_owned()));
    assert_eq!(check(&format!("{{{meta}, {items}}}")), wanted);
    assert_eq!(
        check(&format!(r#"{{"kind": "PodList", {items}, {meta}}}"#)),
        wanted
    );
}

#[test]
fn null_is_an_empty_list_and_no_list_is_none() {
    assert_eq!(check(r#"{"items": null}"#), (vec![], Ok(String::new())));
    let (names, fault) = check(r#"{"metadata": {"resourceVersion": "7"}}"#);
    assert!(names.is_empty());
    assert!(fault.unwrap_err().contains("missing field `items`"));
}

#[test]
fn what_breaks_off_is_a_fault_and_keeps_what_came_before() {
    let (names, fault) = check(r#"{"items": [{"metadata": {"name": "a"}}, {"metadata": "#);
    assert_eq!(names, ["a"]);
    assert!(fault.unwrap_err().contains("EOF"));
}
