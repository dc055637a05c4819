//! The one binary: reads the command line, does what it says, and tells how it went.
//!
//! Read `args` (the command line as clap sees it), then `command/` (a file per command).
//! Not here: the daemon (`controller`), decisions (`placement`), reports (`report`).
//! Invariant: results go to stdout, everything else to stderr; exit codes are 0 done, 1 failed, 2 bad use.

mod args; // the command line
mod checking; // manifests against rules, and how the findings are printed
mod command; // a file per command
mod decided; // what would be decided now
mod failure; // how an error is told, and its exit code
mod files; // our kinds from files, with file, line and field of what is wrong
mod hub; // the hub's API server
mod identity; // NAME or NAMESPACE/NAME
mod logs; // to stderr, and traces where they are wanted
mod manifests; // of an application, each with its text
mod objects; // all objects of ours, wherever they come from
mod output; // table, JSON or YAML
mod progress; // a spinner on a terminal, lines elsewhere
mod registries; // asked as the command line says
mod sandbox; // three stories on simulated clusters
mod scene; // what a decision is made from, without a live view
mod store; // captures and the decision log
mod words; // the words of tables, in each language

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    let cli = args::Cli::parse(); // leaves with 2 by itself on bad use
    let screen = output::Screen::new(cli.color);
    // One provider for all of rustls; a second call finds it installed, which is as good.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let done = logs::start(&cli).and_then(|_logs| command::dispatch(&cli, screen));
    done.unwrap_or_else(|error| failure::tell(&error))
}
