//! What a report consists of, whatever it is printed as.
//!
//! Not here: how it looks (`markdown`, `text`).

/// A part of a report.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Block {
    /// The first line; on a terminal with a second part at its right.
    Title(String, Option<String>),
    /// The head of a part.
    Heading(String),
    /// One or more sentences.
    Text(String),
    /// Aligned columns.
    Table(Table),
    /// One line each.
    List(Vec<String>),
}

/// Rows of the same length as the columns.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Table {
    pub(crate) columns: Vec<Column>,
    pub(crate) rows: Vec<Vec<String>>,
}

/// One column.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Column {
    pub(crate) head: String,
    /// Whether its cells are numbers, which stand at the right.
    pub(crate) right: bool,
}

impl Column {
    pub(crate) fn left(head: impl Into<String>) -> Self {
        Self {
            head: head.into(),
            right: false,
        }
    }

    pub(crate) fn right(head: impl Into<String>) -> Self {
        Self {
            head: head.into(),
            right: true,
        }
    }
}
