//! What is wrong with a line of a register.
use havenmeester_api::external::MOST_GIB;

use crate::external::{Aside, LineFault};
use crate::say::Say;

impl Say for LineFault {
    fn dutch(&self) -> String {
        match self {
            Self::Fields { expected, found } => {
                format!("{found} velden, en de eerste regel heeft er {expected}")
            }
            Self::Quote => {
                "een aanhalingsteken is niet gesloten, of staat in een veld dat niet tussen aanhalingstekens staat"
                    .to_owned()
            }
            Self::Empty(column) => format!("{column} is leeg"),
            Self::Twice { name, first } => format!("name {name:?} staat al op regel {first}"),
            Self::Elsewhere(name) => format!("name {name:?} staat al in een ander register"),
            Self::Level {
                column,
                value,
                expected,
            } => format!("{column} {value:?} is geen niveau, verwacht is {expected}"),
            Self::Day(text) => format!("contractEnd {text:?} is geen datum; schrijf JJJJ-MM-DD"),
            Self::Long {
                column,
                length,
                most,
            } => format!("{column} heeft {length} tekens, er passen er hoogstens {most}"),
            Self::Storage(text) => {
                format!("storageGib {text:?} is geen geheel getal van 0 tot en met {MOST_GIB}")
            }
        }
    }
}

impl Say for Aside {
    fn dutch(&self) -> String {
        format!("regel {}: {}", self.line, self.fault.dutch())
    }
}
