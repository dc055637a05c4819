//! A page is well formed, whatever stands in the report, and people who cannot see it can read it.
use quick_xml::Reader;
use quick_xml::events::Event;

use super::*;
use crate::block::Column;

/// Every element that is opened is closed, and every reference is known; the names of the elements in their order.
#[track_caller]
fn elements(page: &str) -> Vec<String> {
    let mut reader = Reader::from_str(page);
    reader.config_mut().check_end_names = true;
    let (mut open, mut names) = (0_i32, Vec::new());
    loop {
        match reader.read_event() {
            Ok(Event::Start(start)) => {
                open += 1;
                for attribute in start.attributes() {
                    attribute.unwrap();
                }
                names.push(String::from_utf8(start.name().as_ref().to_vec()).unwrap());
            }
            Ok(Event::Empty(start)) => {
                names.push(String::from_utf8(start.name().as_ref().to_vec()).unwrap());
            }
            Ok(Event::End(_)) => open -= 1,
            Ok(Event::Eof) => break,
            Ok(_) => {}
            Err(error) => panic!("{error} in:\n{page}"),
        }
    }
    assert_eq!(open, 0, "{page}");
    names
}

fn blocks(text: &str) -> Vec<Block> {
    let text = || text.to_owned();
    vec![
        Block::Title(text(), Some(text())),
        Block::Text(text()),
        Block::List(vec![text()]),
        Block::List(Vec::new()),
        Block::Heading(text()),
        Block::Table(Table {
            columns: vec![Column::left(""), Column::right(text())],
            rows: vec![vec![text(), text()]],
        }),
    ]
}

#[test]
fn nothing_that_stands_in_a_report_is_markup() {
    let nasty = "</td><script>alert('x' & \"y\")</script>\u{0}\u{1b}[31m\n\u{ffff}<!-- ]]>";
    let page = render(&blocks(nasty), Language::En);
    let names = elements(&page);
    assert!(!names.iter().any(|name| name == "script"), "{names:?}");
    assert!(!page.contains("<script"), "{page}");
    assert!(!page.chars().any(|c| c.is_control() && c != '\n'), "{page}");
    // The same elements as of a report in which nothing nasty stands.
    assert_eq!(names, elements(&render(&blocks("plain"), Language::En)));
}

#[test]
fn the_page_says_its_language_and_its_tables_say_their_columns() {
    for (language, tag) in [(Language::En, "en"), (Language::Nl, "nl")] {
        let page = render(&blocks("x"), language);
        assert!(page.contains(&format!("<html lang=\"{tag}\">")), "{page}");
        assert_eq!(
            page.matches("<th ").count(),
            page.matches("<th scope=\"col\"").count()
        );
        assert!(
            !page.contains("\"></th>") && !page.contains("scope=\"col\"></"),
            "{page}"
        );
        assert_eq!(page.matches("<h1>").count(), 1);
        let names = elements(&page);
        let first = |name: &str| names.iter().position(|n| n == name);
        assert!(first("h1") < first("h2"), "{names:?}");
    }
}

#[test]
fn nothing_is_loaded_from_elsewhere() {
    let page = render(&blocks("x"), Language::Nl);
    for word in ["<script", "<link", "src=", "url(", "http:", "https:", "@import"] {
        assert!(!page.contains(word), "{word}: {page}");
    }
}
