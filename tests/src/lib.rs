//! End to end: the whole daemon on real API servers, and measuring programs.

pub mod bench; // a hub in the process and members of any kind
