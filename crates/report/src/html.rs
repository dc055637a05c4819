//! Blocks as a page that stands by itself: no scripts, nothing from elsewhere.
//!
//! After WCAG 2.2, level AA: headings in order, `scope` on heads of columns, the language said, contrast of at least 7:1,
//! and nothing that only a colour says. A table that is wider than the screen scrolls and can be reached with the
//! keyboard.
//! Invariant: nothing that stands in a report is markup. The page is well formed XML too.
use std::fmt::Write as _;

use crate::block::{Block, Table};
use crate::words::{Language, Word};

const STYLE: &str = "
body { font: 1rem/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 75rem; padding: 0 1rem; color: #1b1b1b; background: #fff; }
h1 { font-size: 1.6rem; line-height: 1.25; }
h2 { font-size: 1.25rem; margin-top: 2rem; }
.verdict { font-size: 1.15rem; font-weight: 600; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
caption { text-align: left; font-weight: 600; padding: .4rem 0; }
th, td { text-align: left; vertical-align: top; padding: .4rem .6rem; border-bottom: 1px solid #767676; overflow-wrap: anywhere; }
.number { text-align: right; font-variant-numeric: tabular-nums; }
@media print { body { margin: 0; max-width: none; } }
";

/// A page. Its title is that of the report.
pub(crate) fn render(blocks: &[Block], language: Language) -> String {
    let title = blocks.iter().find_map(|block| match block {
        Block::Title(title, _) => Some(escape(title)),
        Block::Heading(_) | Block::Text(_) | Block::Table(_) | Block::List(_) => None,
    });
    let mut out = format!(
        "<!DOCTYPE html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\"/>\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n\
         <title>{}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n",
        Word::LanguageTag.say(language),
        title.unwrap_or_default()
    );
    let mut heading = String::new();
    for block in blocks {
        if let Block::Heading(text) = block {
            heading.clone_from(text);
        }
        self::block(&mut out, block, &heading, language);
    }
    out + "</main>\n</body>\n</html>\n"
}

fn block(out: &mut String, block: &Block, heading: &str, language: Language) {
    // Writing to a String cannot fail.
    let _ = match block {
        Block::Title(title, None) => writeln!(out, "<h1>{}</h1>", escape(title)),
        Block::Title(title, Some(right)) => writeln!(
            out,
            "<h1>{}</h1>\n<p class=\"verdict\">{}</p>",
            escape(title),
            escape(right)
        ),
        Block::Heading(heading) => writeln!(out, "<h2>{}</h2>", escape(heading)),
        Block::Text(text) => writeln!(out, "<p>{}</p>", escape(text)),
        Block::List(items) if items.is_empty() => Ok(()),
        Block::List(items) => {
            *out += "<ul>\n";
            for item in items {
                let _ = writeln!(out, "<li>{}</li>", escape(item));
            }
            writeln!(out, "</ul>")
        }
        Block::Table(table) => {
            self::table(out, table, heading, language);
            Ok(())
        }
    };
}

fn table(out: &mut String, table: &Table, heading: &str, language: Language) {
    let name = if heading.is_empty() {
        Word::Findings.say(language)
    } else {
        heading
    };
    let _ = write!(
        out,
        "<div class=\"wide\" role=\"region\" aria-label=\"{}\" tabindex=\"0\">\n<table>\n<thead>\n<tr>",
        escape(name)
    );
    for column in &table.columns {
        // A head that says nothing would be read aloud as nothing.
        let head = if column.head.is_empty() {
            Word::Severity.say(language)
        } else {
            &column.head
        };
        let _ = write!(
            out,
            "<th scope=\"col\"{}>{}</th>",
            class(column.right),
            escape(head)
        );
    }
    *out += "</tr>\n</thead>\n<tbody>\n";
    for row in &table.rows {
        *out += "<tr>";
        for (n, cell) in row.iter().enumerate() {
            let right = table.columns.get(n).is_some_and(|column| column.right);
            let _ = write!(out, "<td{}>{}</td>", class(right), escape(cell));
        }
        *out += "</tr>\n";
    }
    *out += "</tbody>\n</table>\n</div>\n";
}

const fn class(right: bool) -> &'static str {
    if right { " class=\"number\"" } else { "" }
}

/// As text and attributes have it. Characters that XML does not know become a question mark.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out += "&amp;",
            '<' => out += "&lt;",
            '>' => out += "&gt;",
            '"' => out += "&quot;",
            '\'' => out += "&#39;",
            '\n' | '\t' | '\r' => out.push(' '),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push('?'),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests;
