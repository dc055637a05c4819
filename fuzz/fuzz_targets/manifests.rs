//! No input makes the reader of manifests or the rules panic, and every place is in the text.
//! The same laws with fewer cases: `crates/portability/tests/reading_laws.rs`.
#![no_main]

use std::sync::LazyLock;

use havenmeester_portability::{RuleSet, read};
use libfuzzer_sys::fuzz_target;

static RULES: LazyLock<Option<RuleSet>> = LazyLock::new(|| RuleSet::builtin().ok());

fuzz_target!(|bytes: &[u8]| {
    let reading = read(bytes);
    let Some(rules) = RULES.as_ref() else {
        panic!("the rules that come with it cannot be read");
    };
    for manifest in &reading.manifests {
        for hit in rules.check(&manifest.object) {
            let place = manifest.place_in_text(&hit.path.0, hit.line);
            assert!(place.line > 0 && place.column > 0, "{place:?}");
        }
    }
});
