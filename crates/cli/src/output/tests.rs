//! How tables look.
use super::{Cell, Screen, Tone};
use crate::args::Colour;

#[test]
fn a_table_has_no_borders_and_no_spaces_at_its_right() {
    let screen = Screen::new(Colour::Never);
    let rows = vec![
        vec![Cell::plain("signalen"), Cell::toned("no", Tone::Bad)],
        vec![Cell::plain("a"), Cell::maybe(None::<&str>)],
    ];
    assert_eq!(
        screen.table(&["Name", "Compliant"], rows),
        "NAME       COMPLIANT\nsignalen   no\na          -\n"
    );
}

#[test]
fn colours_only_where_they_are_wanted() {
    assert_eq!(Screen::new(Colour::Never).paint("no", Tone::Bad), "no");
    assert!(
        Screen::new(Colour::Always)
            .paint("no", Tone::Bad)
            .contains('\u{1b}')
    );
}
