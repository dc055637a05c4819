//! The arguments of `sandbox`.
use clap::{Args, ValueEnum};

use super::Output;

/// Which story.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum Scenario {
    /// All three, one after the other on one fleet.
    All,
    /// Workloads that stand where they may not are moved.
    Placement,
    /// A provider is cut off.
    Cutoff,
    /// A contract ends: dry runs.
    Contract,
}

/// `sandbox`.
#[derive(Args, Debug)]
pub(crate) struct SandboxArgs {
    /// Which story.
    #[arg(long, value_enum, default_value_t = Scenario::All)]
    pub(crate) scenario: Scenario,
    /// All chance in the simulation follows from it.
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// How fast simulated time goes: 1 = real time, up to 1000, or max.
    #[arg(long, default_value = "1")]
    pub(crate) speed: Speed,
    /// Stay up after the story, with kubeconfigs to look around with.
    #[arg(long)]
    pub(crate) keep: bool,
    /// How to print the result.
    #[arg(short, long, value_enum, default_value_t)]
    pub(crate) output: Output,
}

/// How fast simulated time goes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Speed {
    /// So many times as fast as real time.
    Times(u32),
    /// As fast as the machine can.
    Max,
}

impl std::str::FromStr for Speed {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        if text == "max" {
            return Ok(Self::Max);
        }
        match text.parse() {
            Ok(times @ 1..=1000) => Ok(Self::Times(times)),
            Ok(_) | Err(_) => Err("write a whole number from 1 to 1000, or max".to_owned()),
        }
    }
}
