//! The arguments of `approve`.
use clap::Args;
use havenmeester_api::Date;

/// `approve`.
#[derive(Args, Debug)]
pub(crate) struct ApproveArgs {
    /// The Workload: NAME, or NAMESPACE/NAME.
    pub(crate) workload: String,
    /// Only this plan (`sha256-...`), as you were shown it; absent = what is asked now.
    #[arg(long)]
    pub(crate) plan: Option<String>,
    /// In which role, such as an alderman's.
    #[arg(long)]
    pub(crate) role: Option<String>,
    /// Why, and where it was decided.
    #[arg(long)]
    pub(crate) reason: Option<String>,
    /// The last day on which the move may begin, as 2027-01-31; absent = 30 days from now.
    #[arg(long)]
    pub(crate) until: Option<Date>,
    /// Only print the Approval, for somebody to apply.
    #[arg(long)]
    pub(crate) print: bool,
}
