//! Measures how near plans are to the best there is, on small fleets: `cargo xtask bench plan-quality`.
//!
//! Prints `{"bench":"plan-quality","case":…,"fleets":2000,"meanGap":…,"worstGap":…,"strandedCritical":…}`.
#![allow(clippy::cast_precision_loss, reason = "the numbers are small")]
use std::process::ExitCode;

use anyhow::Context as _;
use havenmeester_placement::{Search, decide, lint};
use serde_json::{Value, json};

#[path = "../../tests/quality/instance.rs"]
mod instance; // small made-up fleets
#[path = "../../tests/quality/oracle.rs"]
mod oracle; // the best plan there is

/// How many are tried, unless another number is given.
const FLEETS: u64 = 2_000;

fn main() -> anyhow::Result<ExitCode> {
    let fleets = std::env::args().nth(1).map_or(Ok(FLEETS), |n| n.parse())?;
    // What is left when nothing is looked for shows that the oracle finds what is there to be found.
    let greedy = compare(fleets, 0)?;
    println!("{}", greedy.line("each takes the best that is left", fleets));
    let ours = compare(fleets, Search::default().work)?;
    println!("{}", ours.line("as the daemon plans", fleets));
    let sound = ours.mean <= 0.01 && ours.worst <= 0.05 && ours.stranded == 0;
    Ok(if sound {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// How plans compare with the best there is, over all fleets.
#[derive(Default)]
struct Gaps {
    mean: f64,
    worst: f64,
    worst_seed: u64,
    as_good: u64,
    stranded: u64,
}

fn compare(fleets: u64, work: u32) -> anyhow::Result<Gaps> {
    let mut gaps = Gaps::default();
    for seed in 0..fleets {
        let mut request = instance::instance(seed)?;
        request.search.work = work;
        let plan = decide(&request);
        anyhow::ensure!(
            lint(&request, &plan).is_empty(),
            "seed {seed}: the linter finds faults"
        );
        let gap = oracle::gap(&request, &plan).with_context(|| format!("seed {seed}"))?;
        gaps.mean += gap.share / fleets as f64;
        gaps.as_good += u64::from(gap.share <= 0.0);
        gaps.stranded += u64::from(gap.strands_critical);
        if gap.share > gaps.worst {
            (gaps.worst, gaps.worst_seed) = (gap.share, seed);
        }
    }
    Ok(gaps)
}

impl Gaps {
    fn line(&self, case: &str, fleets: u64) -> Value {
        let round = |share: f64| (share * 1e5).round() / 1e5;
        json!({"bench": "plan-quality", "case": case, "fleets": fleets, "upTo": "12x5",
            "meanGap": round(self.mean), "meanAtMost": 0.01, "worstGap": round(self.worst), "worstAtMost": 0.05,
            "worstSeed": self.worst_seed, "asGood": self.as_good, "strandedCritical": self.stranded})
    }
}
