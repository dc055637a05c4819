//! `havenmeester explain`: where one workload must stand, and why not elsewhere.
use std::fmt::Write as _;
use std::process::ExitCode;

use anyhow::anyhow;
use havenmeester_api::Language;
use havenmeester_api::workload::LastDryRun;
use havenmeester_fleet::{Clock as _, SystemClock};
use havenmeester_placement::{Explanation, Reasons, WorkloadId};
use jiff::Timestamp;
use serde::Serialize;
use tracing::warn;

use crate::args::{Cli, ExplainArgs};
use crate::decided::{Decided, decided};
use crate::files::CLUSTER;
use crate::identity;
use crate::output::{self, Screen, Tone};
use crate::words::Word;

pub(crate) async fn run(cli: &Cli, args: &ExplainArgs, screen: Screen) -> anyhow::Result<ExitCode> {
    let id = identity::read(&args.workload, &cli.namespace)?;
    let decided = Box::pin(decided(cli, &args.decided.filename)).await?;
    let decision = decided
        .plan
        .decisions
        .get(&id)
        .ok_or_else(|| unknown(&id, &decided, args))?;
    if let Some(wanted) = decided.daemon_wants(&id, decision) {
        warn!(
            "the daemon, which sees how much it asks for, wants it on {}: {}",
            wanted.cluster, wanted.because
        );
    }
    let reasons = Reasons::of(&decided.request, &decided.plan);
    let language = args.decided.language();
    let explanation = decided
        .explained(&id, &reasons, language)
        .ok_or_else(|| unknown(&id, &decided, args))?;
    let status = decided
        .workload(&id)
        .and_then(|workload| workload.status.as_ref());
    let shown = Shown {
        explanation,
        last_dry_run: status.and_then(|status| status.last_dry_run.clone()),
    };
    let now = SystemClock.now();
    output::show(args.decided.output, &shown, |shown| {
        let rehearsed = shown.last_dry_run.as_ref().map(|run| dry_run(run, now, language));
        text(&shown.explanation, screen) + &rehearsed.unwrap_or_default()
    })?;
    Ok(ExitCode::SUCCESS)
}

/// The decision, and what is known of how a move would go.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Shown {
    #[serde(flatten)]
    explanation: Explanation,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_dry_run: Option<LastDryRun>,
}

/// The last dry run, with its age and what is different from the one before it.
fn dry_run(run: &LastDryRun, now: Timestamp, language: Language) -> String {
    let say = |word: Word| word.say(language);
    let age = now.duration_since(run.at.0);
    let age = match age.as_hours() {
        ..1 => format!("{} {}", age.as_mins().max(0), say(Word::Minutes)),
        hours @ 1..48 => format!("{hours} {}", say(Word::Hours)),
        hours => format!("{} {}", hours / 24, say(Word::Days)),
    };
    let [last, to, ago, before] = [Word::LastDryRun, Word::To, Word::Ago, Word::OneBefore].map(say);
    let mut text = format!(
        "\n{last}: {:?} {to} {}, {age} {ago} ({})\n",
        run.verdict, run.target, run.migration
    );
    let Some(since) = &run.since else {
        return text;
    };
    let _ = writeln!(text, "  {before}: {:?} ({})", since.verdict, since.migration);
    for (what, findings) in [(Word::New, &since.new), (Word::Gone, &since.gone)] {
        for finding in findings {
            let _ = writeln!(text, "  {:<5} {finding}", say(what));
        }
    }
    text
}

fn unknown(id: &WorkloadId, decided: &Decided, args: &ExplainArgs) -> anyhow::Error {
    let names: Vec<String> = decided.plan.decisions.keys().map(ToString::to_string).collect();
    let known = if names.is_empty() {
        "there are none".to_owned()
    } else {
        format!("there are {}", names.join(", "))
    };
    let how = if args.decided.filename.is_empty() {
        "label its namespace on the member, or make a Workload".to_owned()
    } else {
        format!("add its Namespace with its labels and the annotation {CLUSTER}, or a Workload")
    };
    anyhow!("there is no workload {id}, or its namespace is not tagged; {known}; {how}")
}

/// The text, with its verdicts in colour.
fn text(explanation: &Explanation, screen: Screen) -> String {
    let plain = explanation.to_string();
    if !screen.colour() {
        return plain;
    }
    let (yes, no) = explanation.verdicts();
    let paint = |line: &str| {
        let (good, bad) = (screen.paint(&yes, Tone::Good), screen.paint(&no, Tone::Bad));
        let gap = |word: &str| " ".repeat(5_usize.saturating_sub(word.chars().count()));
        let (after_yes, after_no) = (gap(&yes), gap(&no));
        line.replacen(
            &format!("   {yes}{after_yes}"),
            &format!("   {good}{after_yes}"),
            1,
        )
        .replacen(&format!("   {no}{after_no}"), &format!("   {bad}{after_no}"), 1)
            + "\n"
    };
    plain.lines().map(paint).collect::<Vec<_>>().concat()
}
