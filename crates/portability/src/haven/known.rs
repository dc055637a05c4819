//! What the checks compare with, as data.

use std::sync::LazyLock;

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde::Deserialize;

const KNOWN: &str = include_str!("../../data/haven/known.yaml");
const COMPONENTS: &str = include_str!("../../data/haven/components.yaml");

/// An operating system that is hardened out of the box.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Hardened {
    pub(super) image: String,
    pub(super) by: String,
}

/// A label that only a managed control plane gives.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Managed {
    pub(super) label: String,
    pub(super) platform: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Release {
    minor: u32,
    date: String,
}

/// All that is known here.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Known {
    pub(super) hardened: Vec<Hardened>,
    pub(super) managed: Vec<Managed>,
    pub(super) rwx: Vec<String>,
    releases: Vec<Release>,
    days_between_releases: u32,
}

/// A component of Haven+, and how it is told.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Told {
    pub(super) name: String,
    pub(super) groups: Vec<String>,
    /// Whether it may run without serving a group.
    #[serde(default)]
    pub(super) optional_groups: bool,
    pub(super) workloads: Vec<String>,
    pub(super) images: Vec<String>,
}

static DATA: LazyLock<Option<Known>> = LazyLock::new(|| serde_saphyr::from_str(KNOWN).ok());
static TOLD: LazyLock<Vec<Told>> = LazyLock::new(|| serde_saphyr::from_str(COMPONENTS).unwrap_or_default());

/// The data; none when it cannot be read, which a test rules out: then nothing is known.
pub(super) fn known() -> Option<&'static Known> {
    DATA.as_ref()
}

/// The components.
pub(super) fn told() -> &'static [Told] {
    &TOLD
}

impl Known {
    /// The newest minor of Kubernetes that is known to be out, and the newest that may be.
    pub(super) fn newest(&self, now: Timestamp) -> Option<(u32, u32)> {
        let out = self.releases.iter().filter_map(|release| {
            let date: Date = release.date.parse().ok()?;
            let at = date.to_zoned(TimeZone::UTC).ok()?.timestamp();
            (at <= now).then_some((release.minor, at))
        });
        let (minor, at) = out.max_by_key(|(minor, _)| *minor)?;
        let days = u32::try_from(now.duration_since(at).as_hours() / 24).unwrap_or(0);
        Some((minor, minor + days.checked_div(self.days_between_releases)?))
    }
}
