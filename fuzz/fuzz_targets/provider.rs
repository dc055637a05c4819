//! No spec of a provider makes anything panic or hang, and what is decided with it is allowed.
//! The same law with fewer cases: `crates/placement/tests/parsing`.
#![no_main]

#[path = "../../crates/placement/tests/parsing/swallow.rs"]
#[allow(dead_code, reason = "each target calls one of its functions")]
mod swallow;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    swallow::provider(bytes);
});
