//! Results on stdout: a table for people, JSON or YAML for programs.
//!
//! Not here: progress and errors, which go to stderr.
//! Invariant: JSON and YAML are made of documented structures, and are the same with and without colours.
use std::io::{self, IsTerminal as _, Write as _};

use anyhow::Context as _;
use comfy_table::{CellAlignment, Color, Table, presets};
use serde::Serialize;

use crate::args::{Colour, Output};

/// Where results go, and whether in colours.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Screen {
    colour: bool,
}

/// How a cell reads at a glance.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Tone {
    /// Nothing to see.
    Plain,
    /// As it should be.
    Good,
    /// Something to know.
    Warn,
    /// Not as it should be.
    Bad,
}

/// One cell of a table.
pub(crate) struct Cell {
    text: String,
    tone: Tone,
}

impl Cell {
    pub(crate) fn plain(text: &(impl ToString + ?Sized)) -> Self {
        Self::toned(text, Tone::Plain)
    }

    pub(crate) fn toned(text: &(impl ToString + ?Sized), tone: Tone) -> Self {
        Self {
            text: text.to_string(),
            tone,
        }
    }

    /// A dash where there is nothing.
    pub(crate) fn maybe(text: Option<&(impl ToString + ?Sized)>) -> Self {
        Self::plain(&text.map_or_else(|| "-".to_owned(), ToString::to_string))
    }
}

impl Screen {
    pub(crate) fn new(colour: Colour) -> Self {
        let colour = match colour {
            Colour::Always => true,
            Colour::Never => false,
            Colour::Auto => {
                let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
                !refused && io::stdout().is_terminal()
            }
        };
        Self { colour }
    }

    /// Whether to colour.
    pub(crate) const fn colour(self) -> bool {
        self.colour
    }

    /// Columns without borders, as kubectl draws them.
    pub(crate) fn table(self, heads: &[&str], rows: Vec<Vec<Cell>>) -> String {
        let mut table = Table::new();
        table.load_style(presets::NOTHING);
        if self.colour {
            table.enforce_styling();
        } else {
            table.force_no_tty();
        }
        table.set_header(
            heads
                .iter()
                .map(|head| comfy_table::Cell::new(head.to_uppercase())),
        );
        for row in rows {
            table.add_row(row.into_iter().map(cell));
        }
        for column in table.column_iter_mut() {
            column.set_padding((0, 3));
            column.set_cell_alignment(CellAlignment::Left);
        }
        let lines: Vec<String> = table
            .lines()
            .map(|line| line.trim_end().to_owned() + "\n")
            .collect();
        lines.concat()
    }

    /// Colours a piece of text.
    pub(crate) fn paint(self, text: &str, tone: Tone) -> String {
        use owo_colors::OwoColorize as _;
        match tone {
            Tone::Good if self.colour => text.green().to_string(),
            Tone::Warn if self.colour => text.yellow().to_string(),
            Tone::Bad if self.colour => text.red().to_string(),
            Tone::Plain | Tone::Good | Tone::Warn | Tone::Bad => text.to_owned(),
        }
    }
}

/// Prints text as it is.
pub(crate) fn print(text: &str) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .context("writing to stdout")
}

/// Prints data in the form that was asked for; `table` is only made where it is.
pub(crate) fn show<T: Serialize>(
    output: Output,
    data: &T,
    table: impl FnOnce(&T) -> String,
) -> anyhow::Result<()> {
    let text = match output {
        Output::Table => table(data),
        Output::Json => serde_json::to_string_pretty(data).context("writing JSON")? + "\n",
        Output::Yaml => serde_saphyr::to_string(data).context("writing YAML")?,
    };
    print(&text)
}

fn cell(cell: Cell) -> comfy_table::Cell {
    let Cell { text, tone } = cell;
    let drawn = comfy_table::Cell::new(text);
    match tone {
        Tone::Plain => drawn,
        Tone::Good => drawn.fg(Color::Green),
        Tone::Warn => drawn.fg(Color::Yellow),
        Tone::Bad => drawn.fg(Color::Red),
    }
}

#[cfg(test)]
mod tests;
