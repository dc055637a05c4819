//! The habits of this workspace: `cargo xtask COMMAND`.
//!
//! A file per command; this one dispatches.

mod artifacts; // builds once, and says what can be run
mod bench; // command
mod ci; // command
mod crds; // command
mod harness; // runs test programs
mod kube; // command
mod shell; // runs other programs
mod tally; // counts results
mod test; // command
mod tidy; // command
mod tier; // which tests belong together
mod workspace; // what cargo knows about us

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "The habits of this workspace")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the tests, tier by tier; the last line is `N passed, N failed`
    Test(test::Arguments),
    /// Everything a change must pass; the last line is `N passed, N failed`
    Ci,
    /// Check the rules of the house that no compiler checks
    Tidy,
    /// Write the chart's resource definitions as the program prints them
    Crds,
    /// Run a benchmark; one JSON line per figure on standard output
    Bench(bench::Arguments),
    /// Find or build Kubernetes, etcd and Helm, and print where they are
    Kube,
}

fn main() -> std::process::ExitCode {
    let outcome = match Arguments::parse().command {
        Command::Test(arguments) => test::run(&arguments),
        Command::Ci => ci::run(),
        Command::Tidy => tidy::run(),
        Command::Crds => crds::run(),
        Command::Bench(arguments) => bench::run(&arguments),
        Command::Kube => kube::run(),
    };
    match outcome {
        Ok(true) => std::process::ExitCode::SUCCESS,
        Ok(false) => std::process::ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            std::process::ExitCode::FAILURE
        }
    }
}
