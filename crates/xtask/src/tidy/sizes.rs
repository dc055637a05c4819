//! Files and functions that are so long that a word may be missing.
//!
//! Functions are read by the layout that rustfmt gives: from `fn` to the closing brace at its indentation.

use super::source::SourceFile;

/// Lines of a file, tests apart.
const LONG_FILE: usize = 600;
/// Lines of a function.
const LONG_FUNCTION: usize = 70;

/// A line for each, the longest first.
pub(super) fn list(files: &[SourceFile]) -> Vec<String> {
    let mut sizes: Vec<(usize, String)> = files.iter().flat_map(of).collect();
    sizes.sort_by(|a, b| b.cmp(a));
    sizes
        .into_iter()
        .map(|(lines, what)| format!("{what}: {lines} lines"))
        .collect()
}

fn of(file: &SourceFile) -> Vec<(usize, String)> {
    let path = file.path.display();
    let lines: Vec<&str> = file.text.lines().collect();
    let is_test = file.path.iter().any(|part| part == "tests" || part == "tests.rs");
    let mut found = Vec::new();
    if lines.len() > LONG_FILE && !is_test {
        found.push((lines.len(), path.to_string()));
    }
    let functions = functions(&lines)
        .into_iter()
        .filter(|(_, length)| *length > LONG_FUNCTION);
    found.extend(functions.map(|(start, length)| (length, format!("{path}:{}", start + 1))));
    found
}

/// Index of the first line and number of lines of each function.
pub(super) fn functions(lines: &[&str]) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    for (start, line) in lines.iter().enumerate() {
        let code = line.trim_start();
        let is_function = !code.starts_with("//")
            && code
                .split("fn ")
                .next()
                .is_some_and(|before| before.split(' ').all(is_qualifier))
            && code.contains("fn ");
        if !is_function {
            continue;
        }
        let end = format!("{}}}", &line[..line.len() - code.len()]);
        if let Some(length) = lines[start..].iter().position(|line| **line == end) {
            found.push((start, length + 1));
        }
    }
    found
}

fn is_qualifier(word: &str) -> bool {
    matches!(word, "" | "async" | "const" | "pub") || word.starts_with("pub(")
}
