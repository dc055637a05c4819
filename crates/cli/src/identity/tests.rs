//! What may be typed.
use super::read;

#[test]
fn a_bare_name_is_in_the_hubs_namespace() {
    let typed = |text| read(text, "havenmeester").map(|id| id.to_string()).ok();
    assert_eq!(typed("signalen").as_deref(), Some("havenmeester/signalen"));
    assert_eq!(typed("team/signalen").as_deref(), Some("team/signalen"));
    for nothing in ["", "/", "team/", "/signalen", "a/b/c"] {
        assert_eq!(typed(nothing), None, "{nothing:?}");
    }
}
