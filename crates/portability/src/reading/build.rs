//! From the parser's events to values and places.
//!
//! Invariant: depth, and what aliases add, are bounded before anything is built of them.

use std::collections::HashMap;

use granit_parser::{Event, Options, Parser, ScalarStyle, ScanError, Span, StrInput};
use serde_json::{Map, Value};

use super::place::{Inner, Marks, Place};
use super::problem::{Fault, Problem};
use super::scalar;

/// Levels of maps and lists. serde_json reads as many, so what is printed can be read again.
const MAX_DEPTH: usize = 128;
/// What anchors and aliases may add to one document, in bytes: far above what anybody shares by hand, far below what
/// hurts. kubectl sends at most 1.5 MiB of one object.
const MAX_ALIASED: usize = 8 * 1024 * 1024;
/// How many keys that stand twice are told per map: looking for the first of them is slow in a large one.
const MAX_TWICE: usize = 100;
/// What a node counts besides its text, in bytes: about its size in memory.
const NODE: usize = 64;

/// One document.
pub(super) struct Document {
    pub(super) read: Result<(Value, Marks), Problem>,
    /// What is wrong with it and did not keep it from being read.
    pub(super) notes: Vec<Problem>,
}

/// A value with its places, how deep it is and what a copy of it costs.
#[derive(Clone)]
struct Node {
    value: Value,
    marks: Marks,
    depth: usize,
    cost: usize,
}

struct Builder<'t> {
    parser: Parser<'t, StrInput<'t>>,
    anchors: HashMap<usize, Node>,
    aliased: usize,
    notes: Vec<Problem>,
}

/// The documents of a text, good and bad ones.
pub(super) fn documents(text: &str) -> Vec<Document> {
    let mut options = Options::default();
    options.set_emit_comments(false);
    options.emit_unresolved_aliases = true;
    let mut builder = Builder {
        parser: Parser::new_from_str_with_options(text, options),
        anchors: HashMap::new(),
        aliased: 0,
        notes: Vec::new(),
    };
    let mut found = Vec::new();
    loop {
        match builder.document() {
            Ok(None) => return found,
            Ok(Some(node)) => found.push(Document {
                read: Ok((node.value, node.marks)),
                notes: std::mem::take(&mut builder.notes),
            }),
            Err(problem) => {
                let notes = std::mem::take(&mut builder.notes);
                found.push(Document {
                    read: Err(problem),
                    notes,
                });
                // Whatever cannot be gone on from has been told already.
                if !matches!(builder.parser.proceed_next_document(), Ok(true)) {
                    return found;
                }
            }
        }
        builder.anchors.clear();
        builder.aliased = 0;
    }
}

impl<'t> Builder<'t> {
    /// The next document; none at the end of the text.
    fn document(&mut self) -> Result<Option<Node>, Problem> {
        loop {
            match self.next()? {
                None | Some((Event::StreamEnd, _)) => return Ok(None),
                Some((Event::StreamStart | Event::DocumentStart(..) | Event::DocumentEnd, _)) => {}
                Some((event, span)) => return self.node(event, &span, place(&span), 0).map(Some),
            }
        }
    }

    fn next(&mut self) -> Result<Option<(Event<'t>, Span)>, Problem> {
        self.parser
            .next_event()
            .transpose()
            .map_err(|error| syntax(&error))
    }

    /// The event that must come: the text ends nowhere inside a node.
    fn inside(&mut self) -> Result<(Event<'t>, Span), Problem> {
        let ended = || Problem::whole(Fault::Syntax("it ends in the middle".to_owned()));
        self.next()?.ok_or_else(ended)
    }

    /// The node that begins with this event. `key`: where what leads to it stands.
    fn node(&mut self, event: Event<'t>, span: &Span, key: Place, depth: usize) -> Result<Node, Problem> {
        if depth > MAX_DEPTH {
            return Err(Problem::at(key, Fault::TooDeep));
        }
        let (node, anchor) = match event {
            Event::Scalar(text, style, anchor, tag) => {
                let quoted =
                    style != ScalarStyle::Plain || tag.is_some_and(|tag| tag.is_yaml_core_schema_tag("str"));
                let value = if quoted {
                    Value::String(text.into_owned())
                } else {
                    scalar::plain(&text)
                };
                (leaf(value, key, span, style), anchor)
            }
            Event::SequenceStart(_, anchor, _) => (self.list(key, depth)?, anchor),
            Event::MappingStart(_, anchor, _) => (self.map(key, depth)?, anchor),
            Event::Alias(id) => return self.alias(id, key, depth),
            Event::UnresolvedAlias(_) => return Err(Problem::at(place(span), Fault::NoAnchor)),
            // The parser gives nothing else in the place of a node.
            Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentStart(..)
            | Event::DocumentEnd
            | Event::Anchor(..)
            | Event::Comment(..)
            | Event::SequenceEnd
            | Event::MappingEnd
            | _ => {
                let message = "a value is missing".to_owned();
                return Err(Problem::at(place(span), Fault::Syntax(message)));
            }
        };
        if anchor != 0 {
            self.spend(node.cost, key)?;
            self.anchors.insert(anchor, node.clone());
        }
        Ok(node)
    }

    fn list(&mut self, key: Place, depth: usize) -> Result<Node, Problem> {
        let (mut values, mut marks) = (Vec::new(), Vec::new());
        let (mut deepest, mut cost) = (0, NODE);
        loop {
            let (event, span) = self.inside()?;
            if event == Event::SequenceEnd {
                break;
            }
            let node = self.node(event, &span, place(&span), depth + 1)?;
            deepest = deepest.max(node.depth + 1);
            cost += node.cost;
            values.push(node.value);
            marks.push(node.marks);
        }
        Ok(Node {
            value: Value::Array(values),
            marks: Marks {
                key,
                literal: None,
                inner: Inner::List(marks),
            },
            depth: deepest,
            cost,
        })
    }

    fn map(&mut self, key: Place, depth: usize) -> Result<Node, Problem> {
        let mut building = Fields::default();
        loop {
            let (event, span) = self.inside()?;
            if event == Event::MappingEnd {
                break;
            }
            let at = place(&span);
            let is_merge = matches!(&event, Event::Scalar(text, ScalarStyle::Plain, ..) if text == "<<");
            let name = self.key(event, &span, depth)?;
            let (event, span) = self.inside()?;
            let node = self.node(event, &span, at, depth + 1)?;
            building.depth = building.depth.max(node.depth + 1);
            building.cost += node.cost + name.len();
            if is_merge && !node.value.is_string() {
                building.merged.push(node);
            } else if let Some(line) = building.set(name.clone(), node) {
                self.notes
                    .push(Problem::at(at, Fault::KeyTwice { key: name, line }));
            }
        }
        Ok(building.finish(key))
    }

    /// A key as JSON has it: numbers and words become text.
    fn key(&mut self, event: Event<'t>, span: &Span, depth: usize) -> Result<String, Problem> {
        let at = place(span);
        if let Event::Scalar(text, _, 0, _) = event {
            return Ok(text.into_owned());
        }
        let node = self.node(event, span, at, depth + 1)?;
        match node.value {
            Value::String(text) => Ok(text),
            Value::Null | Value::Bool(_) | Value::Number(_) => Ok(node.value.to_string()),
            Value::Array(_) | Value::Object(_) => Err(Problem::at(at, Fault::KeyIsNoText)),
        }
    }

    fn alias(&mut self, id: usize, key: Place, depth: usize) -> Result<Node, Problem> {
        // An anchor is known only when its node is complete, so nothing can hold itself.
        let Some(node) = self.anchors.get(&id) else {
            return Err(Problem::at(key, Fault::NoAnchor));
        };
        let (cost, deepest) = (node.cost, node.depth);
        if depth + deepest > MAX_DEPTH {
            return Err(Problem::at(key, Fault::TooDeep));
        }
        self.spend(cost, key)?;
        let mut node = self
            .anchors
            .get(&id)
            .cloned()
            .ok_or_else(|| Problem::at(key, Fault::NoAnchor))?;
        node.marks.key = key;
        Ok(node)
    }

    fn spend(&mut self, cost: usize, at: Place) -> Result<(), Problem> {
        self.aliased = self.aliased.saturating_add(cost);
        if self.aliased > MAX_ALIASED {
            return Err(Problem::at(at, Fault::AliasBomb));
        }
        Ok(())
    }
}

fn leaf(value: Value, key: Place, span: &Span, style: ScalarStyle) -> Node {
    let cost = NODE + value.as_str().map_or(0, str::len);
    let mut marks = Marks::leaf(key);
    if style == ScalarStyle::Literal {
        // The span begins at the first line of the block; its lines are those of the text.
        marks.literal = Some(place(span));
    }
    Node {
        value,
        marks,
        depth: 0,
        cost,
    }
}

/// A map that is being read.
#[derive(Default)]
struct Fields {
    values: Map<String, Value>,
    marks: Vec<(String, Marks)>,
    merged: Vec<Node>,
    twice: usize,
    depth: usize,
    cost: usize,
}

impl Fields {
    /// Sets a field. The line of the one that it replaces, if any.
    fn set(&mut self, name: String, node: Node) -> Option<u32> {
        let was = self.values.insert(name.clone(), node.value).is_some();
        if was {
            self.twice += 1;
            if self.twice > MAX_TWICE {
                return None;
            }
            let old = self.marks.iter_mut().find(|(key, _)| *key == name);
            return old.map(|(_, marks)| std::mem::replace(marks, node.marks).key.line);
        }
        self.marks.push((name, node.marks));
        None
    }

    /// Merge keys (`<<`) give only what the map does not say itself; an earlier one goes before a later one.
    /// Source: the YAML 1.1 type repository, merge.
    fn finish(mut self, key: Place) -> Node {
        for node in std::mem::take(&mut self.merged) {
            self.merge(node.value, node.marks);
        }
        self.marks.sort_unstable_by(|a, b| a.0.cmp(&b.0)); // `Marks::follow` relies on it
        Node {
            value: Value::Object(self.values),
            marks: Marks {
                key,
                literal: None,
                inner: Inner::Map(self.marks),
            },
            depth: self.depth,
            cost: self.cost + NODE,
        }
    }

    fn merge(&mut self, value: Value, marks: Marks) {
        match (value, marks.inner) {
            (Value::Object(fields), Inner::Map(places)) => {
                let mut places: HashMap<String, Marks> = places.into_iter().collect();
                for (name, value) in fields {
                    if !self.values.contains_key(&name) {
                        let marks = places.remove(&name).unwrap_or_else(|| Marks::leaf(marks.key));
                        self.marks.push((name.clone(), marks));
                        self.values.insert(name, value);
                    }
                }
            }
            (Value::Array(items), Inner::List(places)) => {
                for (item, marks) in items.into_iter().zip(places) {
                    // A list in the list is no map, and merges nothing.
                    if item.is_object() {
                        self.merge(item, marks);
                    }
                }
            }
            _ => {}
        }
    }
}

fn place(span: &Span) -> Place {
    Place::new(span.start.line(), span.start.col() + 1)
}

fn syntax(error: &ScanError) -> Problem {
    let at = error.marker();
    Problem::at(Place::new(at.line(), at.col() + 1), Fault::Syntax(error.info()))
}
