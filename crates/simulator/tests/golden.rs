//! Scripts against recorded answers: `tests/scripts/NAME.txt` holds commands, `NAME.out` the same with the answers.
//! `UPDATE_GOLDEN=1` writes the answers anew.
#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

#[allow(dead_code, reason = "shared with the seeds, which use the rest")]
mod scenario;
#[path = "golden/script.rs"]
mod script;

use std::{fs, path::PathBuf};

#[test]
fn scripts_answer_as_recorded() {
    let directory = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/scripts");
    let mut scripts: Vec<PathBuf> = fs::read_dir(&directory)
        .expect("the scripts are there")
        .map(|entry| entry.expect("is readable").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "txt"))
        .collect();
    scripts.sort();
    assert!(!scripts.is_empty(), "no scripts in {}", directory.display());
    let update = std::env::var_os("UPDATE_GOLDEN").is_some();
    let mut wrong = Vec::new();
    for path in scripts {
        let answered = script::run(&fs::read_to_string(&path).expect("is readable"));
        let recorded = path.with_extension("out");
        if update {
            fs::write(&recorded, &answered).expect("is written");
        } else if fs::read_to_string(&recorded).unwrap_or_default() != answered {
            wrong.push(format!("{} answers now:\n{answered}", path.display()));
        }
    }
    assert!(
        wrong.is_empty(),
        "{}\nUPDATE_GOLDEN=1 records this, if it is right",
        wrong.join("\n")
    );
}
