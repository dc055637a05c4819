//! Reads the cases.
//!
//! ```text
//! ## name of the case
//! differs: /pointer because of this
//! METHOD path
//! {"body": ".."}
//! ```
//! Methods are GET, POST, PUT, DELETE; JSON, MERGE, STRATEGIC and APPLY are kinds of PATCH; TABLE, META and METALIST are GETs in
//! those forms; WATCH n reads n events; WAIT n asks (with a body: posts) until the status code is n;
//! SEEN a.b asks until the answer has that field, SEEN a.b=c until the field has that text. `AS app` before a method asks as a user
//! who may do everything in the case's namespace only. `$ns` is that namespace, `${2.metadata.uid}` a value of the second
//! answer.

use std::path::Path;

#[derive(Debug)]
pub(crate) struct Case {
    pub(crate) file: String,
    pub(crate) name: String,
    pub(crate) namespace: String,
    /// JSON pointers that are not compared.
    pub(crate) differs: Vec<String>,
    pub(crate) steps: Vec<Step>,
}

#[derive(Debug)]
pub(crate) struct Step {
    pub(crate) as_app: bool,
    pub(crate) method: String,
    /// Of WATCH and WAIT.
    pub(crate) number: Option<u16>,
    /// Of SEEN.
    pub(crate) field: String,
    pub(crate) path: String,
    pub(crate) body: String,
}

/// All cases below `tests/conformance/DIRECTORY`.
pub(crate) fn all(directory: &str) -> Vec<Case> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/conformance")
        .join(directory);
    let mut files: Vec<_> = std::fs::read_dir(&directory)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    let mut cases = Vec::new();
    for file in files {
        let stem = file.file_stem().unwrap().to_string_lossy().into_owned();
        read(&stem, &std::fs::read_to_string(&file).unwrap(), &mut cases);
    }
    cases
}

fn read(file: &str, text: &str, cases: &mut Vec<Case>) {
    let mut number = 0;
    for line in text
        .lines()
        .filter(|line| !line.starts_with("# ") && !line.trim().is_empty())
    {
        if let Some(name) = line.strip_prefix("## ") {
            number += 1;
            cases.push(Case {
                file: file.to_owned(),
                name: name.to_owned(),
                namespace: format!("{file}-{number}"),
                differs: Vec::new(),
                steps: Vec::new(),
            });
            continue;
        }
        let case = cases.last_mut().expect("a case begins with ##");
        if let Some(differs) = line.strip_prefix("differs: ") {
            let (pointer, why) = differs
                .split_once(" because ")
                .expect("differs: POINTER because REASON");
            assert!(!why.is_empty());
            case.differs.push(pointer.to_owned());
        } else if let Some(step) = step(line) {
            case.steps.push(step);
        } else {
            let step = case.steps.last_mut().expect("a body follows a method");
            step.body.push_str(line);
            step.body.push('\n');
        }
    }
}

fn step(line: &str) -> Option<Step> {
    const METHODS: [&str; 14] = [
        "GET",
        "POST",
        "PUT",
        "DELETE",
        "JSON",
        "MERGE",
        "STRATEGIC",
        "APPLY",
        "TABLE",
        "META",
        "METALIST",
        "WATCH",
        "WAIT",
        "SEEN",
    ];
    let (as_app, rest) = line
        .strip_prefix("AS app ")
        .map_or((false, line), |rest| (true, rest));
    let mut words = rest.split_whitespace();
    let method = words.next().filter(|word| METHODS.contains(word))?.to_owned();
    let numbered = matches!(method.as_str(), "WATCH" | "WAIT");
    let number = numbered.then(|| words.next().unwrap().parse().unwrap());
    let field = if method == "SEEN" {
        words.next()?.to_owned()
    } else {
        String::new()
    };
    let path = words.next()?.to_owned();
    Some(Step {
        as_app,
        method,
        number,
        field,
        path,
        body: String::new(),
    })
}
