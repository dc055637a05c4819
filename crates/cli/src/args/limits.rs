//! How much may move at one time, and when.
use clap::Args;
use havenmeester_placement::{Limits, Window};

/// `--per-cluster`, `--per-provider`, `--minutes-each`, `--window`.
#[derive(Args, Debug)]
pub(crate) struct LimitsArgs {
    /// In the forecast: how many moves may leave or reach one cluster at one time.
    #[arg(long, value_name = "MOVES", default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..))]
    per_cluster: u16,
    /// In the forecast: how many moves may leave or reach the clusters of one provider at one time.
    #[arg(long, value_name = "MOVES", default_value_t = 16, value_parser = clap::value_parser!(u16).range(1..))]
    per_provider: u16,
    /// In the forecast: how long one move is taken to last, in minutes.
    #[arg(long, value_name = "MINUTES", default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=1440))]
    minutes_each: u16,
    /// In the forecast: the part of each day in which moves may be under way, in UTC, as 20:00-06:00; absent = all of it.
    /// Failovers wait for no window.
    #[arg(long, value_name = "HH:MM-HH:MM")]
    window: Option<Window>,
}

impl LimitsArgs {
    pub(crate) fn limits(&self) -> Limits {
        Limits {
            per_cluster: usize::from(self.per_cluster),
            per_provider: usize::from(self.per_provider),
            seconds_each: i64::from(self.minutes_each) * 60,
            window: self.window,
        }
    }
}
