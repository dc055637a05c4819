//! Blocks as plain lines with aligned columns, for a terminal.
//!
//! Invariant: no colour and no control character, whatever stands in a cell.
use crate::block::{Block, Table};

pub(crate) fn render(blocks: &[Block]) -> String {
    let mut out = String::new();
    for (i, block) in blocks.iter().enumerate() {
        let begins_a_part = matches!(block, Block::Heading(_));
        if i > 0 && begins_a_part {
            out.push('\n');
        }
        out.push_str(&self::block(block));
    }
    out
}

fn block(block: &Block) -> String {
    match block {
        Block::Title(title, None) | Block::Heading(title) => format!("{}\n", clean(title)),
        Block::Title(title, Some(right)) => format!("{}        {}\n", clean(title), clean(right)),
        Block::Text(text) => format!("{}\n", clean(text)),
        Block::List(items) => list(items),
        Block::Table(table) => self::table(table),
    }
}

fn list(items: &[String]) -> String {
    let mut out = String::new();
    for item in items {
        out.push_str("  ");
        out.push_str(&clean(item));
        out.push('\n');
    }
    out
}

fn table(table: &Table) -> String {
    let heads = table.columns.iter().map(|column| clean(&column.head)).collect();
    let body = table
        .rows
        .iter()
        .map(|row| row.iter().map(|cell| clean(cell)).collect());
    let rows: Vec<Vec<String>> = std::iter::once(heads).chain(body).collect();
    let widths: Vec<usize> = (0..table.columns.len()).map(|i| width(&rows, i)).collect();
    let mut out = String::new();
    for row in &rows {
        let mut line = String::new();
        for ((cell, column), width) in row.iter().zip(&table.columns).zip(&widths) {
            let padded = if column.right {
                format!("{cell:>width$}")
            } else {
                format!("{cell:width$}")
            };
            line.push_str("  ");
            line.push_str(&padded);
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

fn width(rows: &[Vec<String>], column: usize) -> usize {
    rows.iter()
        .filter_map(|row| row.get(column))
        .map(|cell| cell.chars().count())
        .max()
        .unwrap_or(0)
}

fn clean(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").chars().filter(|c| !c.is_control()).collect()
}
