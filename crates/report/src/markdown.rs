//! Blocks as Markdown, with tables as GitHub and GitLab draw them.
//!
//! Invariant: no cell breaks its table, whatever stands in it.
use crate::block::{Block, Table};

pub(crate) fn render(blocks: &[Block]) -> String {
    let parts: Vec<String> = blocks.iter().map(block).collect();
    parts.join("\n")
}

fn block(block: &Block) -> String {
    match block {
        Block::Title(title, None) => format!("# {}\n", line(title)),
        Block::Title(title, Some(right)) => format!("# {}\n\n{}\n", line(title), line(right)),
        Block::Heading(heading) => format!("## {}\n", line(heading)),
        Block::Text(text) => format!("{}\n", line(text)),
        Block::List(items) => list(items),
        Block::Table(table) => self::table(table),
    }
}

fn list(items: &[String]) -> String {
    let mut out = String::new();
    for item in items {
        out.push_str("- ");
        out.push_str(&line(item));
        out.push('\n');
    }
    out
}

fn table(table: &Table) -> String {
    let heads: Vec<String> = table.columns.iter().map(|column| column.head.clone()).collect();
    let rules = table
        .columns
        .iter()
        .map(|column| if column.right { "---:" } else { "---" });
    let rule = format!("|{}|\n", rules.collect::<Vec<_>>().join("|"));
    let rows: String = table.rows.iter().map(|cells| row(cells)).collect();
    row(&heads) + &rule + &rows
}

fn row(cells: &[String]) -> String {
    let cells: Vec<String> = cells.iter().map(|cell| line(cell).replace('|', "\\|")).collect();
    format!("| {} |\n", cells.join(" | "))
}

/// One line: messages of API servers hold line breaks, and their angle brackets are not HTML.
fn line(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").replace('<', "&lt;")
}
