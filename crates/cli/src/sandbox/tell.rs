//! Progress: a line that moves on a terminal, plain lines elsewhere; always on stderr, nothing when JSON is wanted.
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::IsTerminal as _;
use std::time::Duration;

use havenmeester_api::condition::{self, is_true};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use jiff::Timestamp;
use owo_colors::OwoColorize as _;

use super::seen::Seen;
use crate::args::Output;

/// Tells each thing once.
pub(super) struct Teller {
    quiet: bool,
    colour: bool,
    bar: Option<ProgressBar>,
    told: RefCell<BTreeMap<String, String>>,
}

impl Teller {
    pub(super) fn new(output: Output, colour: bool) -> Self {
        let quiet = output != Output::Table;
        let bar = (!quiet && std::io::stderr().is_terminal()).then(|| {
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
            if let Ok(style) = ProgressStyle::with_template("{spinner} {elapsed} {msg}") {
                bar.set_style(style);
            }
            bar.enable_steady_tick(Duration::from_millis(120));
            bar
        });
        Self {
            quiet,
            colour,
            bar,
            told: RefCell::new(BTreeMap::new()),
        }
    }

    pub(super) fn chapter(&self, title: &str, what: &str) {
        let title = if self.colour {
            title.bold().to_string()
        } else {
            title.to_owned()
        };
        self.line(&format!("\n{title}: {what}"));
    }

    /// Tells what changed since the last look.
    pub(super) fn show(&self, seen: &Seen, now: Timestamp) {
        for (name, workload) in &seen.workloads {
            let Some(status) = &workload.status else { continue };
            let Some(compliant) = condition::get(&status.conditions, condition::COMPLIANT) else {
                continue;
            };
            let cluster = status.cluster.as_deref().unwrap_or("nowhere");
            let said = format!("on {cluster}, {}", compliant.reason);
            self.once(now, name, &said);
        }
        let mut running = 0;
        for (name, migration) in &seen.migrations {
            let Some(status) = &migration.status else { continue };
            let over = is_true(&status.conditions, condition::COMPLETE)
                || is_true(&status.conditions, condition::FAILED);
            running += usize::from(!over);
            let target = &migration.spec.target;
            let kind = if migration.spec.dry_run {
                "dry run".to_owned()
            } else {
                format!("{:?}", migration.spec.kind)
            };
            let said = match (status.verdict, status.step) {
                (Some(verdict), _) if migration.spec.dry_run => format!("{kind} to {target}: {verdict:?}"),
                (_, Some(step)) => format!("{kind} to {target}: {step:?}"),
                (_, None) => continue,
            };
            self.once(now, name, &said);
        }
        if let Some(bar) = &self.bar {
            bar.set_message(format!("{running} moves under way"));
        }
    }

    pub(super) fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }

    fn once(&self, now: Timestamp, name: &str, said: &str) {
        let before = self.told.borrow_mut().insert(name.to_owned(), said.to_owned());
        if before.as_deref() != Some(said) {
            self.line(&format!("{}  {name:<22} {said}", now.strftime("%H:%M:%S")));
        }
    }

    fn line(&self, text: &str) {
        if self.quiet {
            return;
        }
        match &self.bar {
            Some(bar) => bar.println(text),
            None => eprintln!("{text}"),
        }
    }
}
