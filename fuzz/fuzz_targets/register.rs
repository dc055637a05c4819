//! No register of applications makes its reader panic or hang, and no line of it is lost.
//! The same law with fewer cases: `crates/placement/tests/parsing`.
#![no_main]

#[path = "../../crates/placement/tests/parsing/swallow.rs"]
#[allow(dead_code, reason = "each target calls one of its functions")]
mod swallow;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    swallow::register(text);
});
