//! From files to findings. Files are shared out over the cores; what is found does not depend on it.
use std::collections::BTreeMap;
use std::num::NonZero;
use std::thread;

use havenmeester_portability::{
    Fault, FieldPath, Hit, Manifest, ObjectKey, Problem, Reading, RuleSet, State, haven_app, read,
};

use super::finding::{Finding, Report};
use super::sources::{Source, Sources, unreadable};

/// Checks every file against rules.
pub(crate) fn check(sources: Sources, rules: &RuleSet) -> Report {
    let (parts, mut report) = gather(sources, &|manifest: &Manifest, file: &str| {
        let hits = rules.check(&manifest.object);
        hits.into_iter().map(|hit| of_hit(file, manifest, hit)).collect()
    });
    report.findings.extend(twice(&parts));
    report.finish()
}

/// Checks Haven's conditions on applications: all files together are one application.
pub(crate) fn haven(sources: Sources) -> Report {
    let (parts, mut report) = gather(sources, &|_, _| Vec::new());
    report.findings.extend(twice(&parts));
    let all: Vec<(&str, &Manifest)> = parts
        .iter()
        .flat_map(|part| {
            part.manifests
                .iter()
                .map(|manifest| (part.file.as_str(), manifest))
        })
        .collect();
    let unread = report
        .findings
        .iter()
        .filter(|finding| finding.severity == havenmeester_portability::Level::Block);
    let unread = unread.count();
    let objects: Vec<_> = all.iter().map(|(_, manifest)| &manifest.object).collect();
    let judgements = haven_app(&objects, unread);
    let everything = report.names.first().cloned().unwrap_or_default();
    for judgement in &judgements {
        for evidence in judgement
            .evidence
            .iter()
            .filter(|evidence| evidence.state != State::Met)
        {
            let found = evidence.object.and_then(|place| all.get(place));
            let place = found.map(|(_, manifest)| manifest.place(&evidence.field.0));
            report.findings.push(Finding {
                file: found.map_or_else(|| everything.clone(), |(file, _)| (*file).to_owned()),
                line: place.map(|place| place.line),
                column: place.map(|place| place.column),
                rule: judgement.condition.id().to_owned(),
                severity: evidence.state.level(),
                object: evidence.name.clone(),
                field: field(&evidence.field),
                seen: None,
                what: judgement.condition.what().to_owned(),
                why: evidence.seen.clone(),
                replacement: evidence.remedy.to_owned(),
                source: Some("https://haven.commonground.nl".to_owned()),
            });
        }
    }
    report.haven = Some(judgements);
    report.finish()
}

/// What one file holds.
struct Part {
    file: String,
    manifests: Vec<Manifest>,
    findings: Vec<Finding>,
}

/// What is looked for in one object of a file.
type Look<'l> = &'l (dyn Fn(&Manifest, &str) -> Vec<Finding> + Sync);

fn gather(sources: Sources, look: Look<'_>) -> (Vec<Part>, Report) {
    let Sources { files, findings, .. } = sources;
    let mut report = Report {
        findings,
        ..Report::default()
    };
    let threads = thread::available_parallelism().map_or(1, NonZero::get);
    let share = files.len().div_ceil(threads).max(1);
    let mut parts: Vec<Part> = thread::scope(|scope| {
        let work = |files| scope.spawn(move || files_of(files, look));
        let running: Vec<_> = files.chunks(share).map(work).collect();
        // A thread that panicked goes on panicking here: nothing is left out unsaid.
        let joined = running.into_iter().map(|thread| {
            thread
                .join()
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        });
        joined.flatten().collect()
    });
    report.files = parts.len();
    report
        .names
        .extend(report.findings.iter().map(|finding| finding.file.clone()));
    for part in &mut parts {
        report.objects += part.manifests.len();
        report.names.push(part.file.clone());
        report.findings.append(&mut part.findings);
    }
    report.names.sort();
    report.names.dedup();
    (parts, report)
}

fn files_of(files: &[Source], look: Look<'_>) -> Vec<Part> {
    files.iter().map(|file| file_of(file, look)).collect()
}

fn file_of(source: &Source, look: Look<'_>) -> Part {
    let file = source.name();
    let Reading { manifests, problems } = match source.read() {
        Ok(bytes) => read(&bytes),
        Err(error) => {
            return Part {
                findings: vec![unreadable(&file, &error.to_string())],
                manifests: Vec::new(),
                file,
            };
        }
    };
    let mut findings: Vec<Finding> = problems
        .into_iter()
        .map(|problem| of_problem(&file, &problem))
        .collect();
    findings.extend(manifests.iter().flat_map(|manifest| look(manifest, &file)));
    Part {
        file,
        manifests,
        findings,
    }
}

fn of_problem(file: &str, problem: &Problem) -> Finding {
    let what = match &problem.fault {
        Fault::Template | Fault::TemplateInText => "A template of a Helm chart",
        Fault::NotAManifest | Fault::NotAnObject => "A document that is no object",
        Fault::NoName | Fault::NameIsNoText | Fault::NoKind | Fault::NoApiVersion => {
            "An object that lacks something"
        }
        Fault::ValueIsNoText { .. } => "A value that is no text",
        Fault::KeyTwice { .. } => "A key that stands twice",
        Fault::TooLarge
        | Fault::NotUtf8
        | Fault::Utf16
        | Fault::Syntax(_)
        | Fault::TooDeep
        | Fault::NoAnchor
        | Fault::AliasBomb
        | Fault::KeyIsNoText => "A document that cannot be read",
    };
    Finding {
        file: file.to_owned(),
        line: problem.place.map(|place| place.line),
        column: problem.place.map(|place| place.column),
        rule: problem.fault.id().to_owned(),
        severity: problem.fault.level(),
        object: None,
        field: None,
        seen: None,
        what: what.to_owned(),
        why: problem.fault.to_string(),
        replacement: problem.fault.remedy().to_owned(),
        source: None,
    }
}

fn of_hit(file: &str, manifest: &Manifest, hit: Hit<'_>) -> Finding {
    let place = manifest.place_in_text(&hit.path.0, hit.line);
    Finding {
        file: file.to_owned(),
        line: Some(place.line),
        column: Some(place.column),
        rule: hit.rule.id.clone(),
        severity: hit.rule.severity,
        object: manifest.key().ok().map(|key| key.to_string()),
        field: field(&hit.path),
        seen: hit.seen,
        what: hit.rule.what.clone(),
        why: hit.rule.why.clone(),
        replacement: hit.rule.replacement.clone(),
        source: Some(hit.rule.source.clone()),
    }
}

fn field(path: &FieldPath) -> Option<String> {
    (!path.0.is_empty()).then(|| path.to_string())
}

/// Objects of the same name: of two versions of a kind the API server keeps one object too.
fn twice(parts: &[Part]) -> Vec<Finding> {
    let mut seen: BTreeMap<ObjectKey, String> = BTreeMap::new();
    let mut findings = Vec::new();
    for part in parts {
        for manifest in &part.manifests {
            let Ok(key) = manifest.key() else { continue };
            let object = key.to_string();
            let start = manifest.start();
            let place = format!("{}:{}", part.file, start.line);
            let of_any_version = ObjectKey {
                version: String::new(),
                ..key
            };
            if let Some(first) = seen.get(&of_any_version) {
                findings.push(Finding {
                    file: part.file.clone(),
                    line: Some(start.line),
                    column: Some(start.column),
                    rule: "manifest-twice".to_owned(),
                    severity: havenmeester_portability::Level::Warn,
                    object: Some(object),
                    field: None,
                    seen: None,
                    what: "An object that is there twice".to_owned(),
                    why: format!("it stands at {first} as well, and the last one that is applied counts"),
                    replacement: "keep one, or check each environment by itself".to_owned(),
                    source: None,
                });
            } else {
                seen.insert(of_any_version, place);
            }
        }
    }
    findings
}
