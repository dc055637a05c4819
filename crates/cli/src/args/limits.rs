//! How much may move at one time, and when.
use clap::Args;
use clap::builder::RangedU64ValueParser;
use havenmeester_placement::{Limits, Window};

/// `--per-cluster`, `--per-provider`, `--minutes-each`, `--window`.
#[derive(Args, Debug)]
pub(crate) struct LimitsArgs {
    /// In the forecast: how many moves may leave or reach one cluster at one time.
    #[arg(long, value_name = "MOVES", default_value_t = Limits::default().per_cluster, value_parser = at_least_one())]
    per_cluster: usize,
    /// In the forecast: how many moves may leave or reach the clusters of one provider at one time.
    #[arg(long, value_name = "MOVES", default_value_t = Limits::default().per_provider, value_parser = at_least_one())]
    per_provider: usize,
    /// In the forecast: how long one move is taken to last, in minutes.
    #[arg(long, value_name = "MINUTES", default_value_t = Limits::default().seconds_each / 60, value_parser = clap::value_parser!(i64).range(1..=1440))]
    minutes_each: i64,
    /// In the forecast: the part of each day in which moves may be under way, in UTC, as 20:00-06:00; absent = all of it.
    /// Failovers wait for no window.
    #[arg(long, value_name = "HH:MM-HH:MM")]
    window: Option<Window>,
}

impl LimitsArgs {
    pub(crate) fn limits(&self) -> Limits {
        Limits {
            per_cluster: self.per_cluster,
            per_provider: self.per_provider,
            seconds_each: self.minutes_each * 60,
            window: self.window,
        }
    }
}

/// 1 to 65,535.
fn at_least_one() -> RangedU64ValueParser<usize> {
    RangedU64ValueParser::new().range(1..=u64::from(u16::MAX))
}
