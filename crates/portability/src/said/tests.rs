//! Every sentence in both languages side by side, as a golden file: `UPDATE_GOLDEN=1` writes it anew.
use std::{env, fmt::Write as _, fs, path::Path};

use havenmeester_api::{Language, member::Cause};

use super::*;
use crate::{
    facts::{AccessNeed, Verb},
    finding::Question,
    key::Gvk,
    preflight::Verdict,
    rules::Dutch,
    serving::NotServing,
};

/// A value of a field that shows where it stands in a sentence.
pub(crate) trait Sample: Sized {
    fn sample(field: &str) -> Self;
}

impl Sample for String {
    fn sample(field: &str) -> Self {
        format!("<{field}>")
    }
}

impl<T: Sample> Sample for Option<T> {
    fn sample(field: &str) -> Self {
        Some(T::sample(field))
    }
}

macro_rules! always {
    ($($of:ty: $value:expr),* $(,)?) => {
        $(impl Sample for $of {
            fn sample(_: &str) -> Self {
                $value
            }
        })*
    };
}
always!(
    bool: true,
    u16: 7,
    i64: 7,
    u64: 7,
    i128: 7,
    usize: 7,
    Question: Question::Dns,
    AccessNeed: AccessNeed {
        verb: Verb::Delete,
        gvk: Gvk { group: "apps".to_owned(), version: "v1".to_owned(), kind: "Deployment".to_owned() },
        namespace: Some("shop".to_owned()),
    },
    NotServing: NotServing::NotReady { ready: 1, wanted: 2 },
    Vec<(NodeRefusal, usize)>: NodeRefusal::samples().into_iter().map(|one| (one, 2)).collect(),
    Data: Data { most: "2Gi".to_owned(), seconds: 35, megabits: 500, declared: false },
    Verdict: Verdict::Ready,
    Cause: Cause::Refused,
    Both: Both { english: "<english>".to_owned(), dutch: "<nederlands>".to_owned() },
    Dutch: Dutch { what: "<wat>".to_owned(), why: "<waarom>".to_owned(), replacement: "<anders>".to_owned() },
);

fn each(out: &mut String, area: &str, say: impl Fn(Language) -> Vec<String>) {
    let _ = writeln!(out, "# {area}");
    for (english, dutch) in say(Language::En).into_iter().zip(say(Language::Nl)) {
        let _ = writeln!(out, "{english}\n{dutch}\n");
    }
}

macro_rules! all {
    ($out:ident: $($of:ident),*) => {
        $(each(&mut $out, stringify!($of), |language| {
            $of::samples().iter().map(|one| one.say(language)).collect()
        });)*
    };
}

#[test]
fn every_sentence_is_said_in_both_languages_as_agreed() {
    let mut out = String::new();
    all!(out: Thing, Target, PodSecurity, Admission, References, NodeRefusal, Capacity, Images, Storage, Network, Source,
        Owner, Delivery, Tie, Passed, Unseen, Asked, Stored, Unanswered, Outcome, WhichCapture, Left, Tried, Advice);
    each(&mut out, "Usual", |language| {
        let usual = Question::ALL
            .into_iter()
            .flat_map(|question| [Advice::Usual { question }, Advice::FindOut { question }]);
        usual.map(|one| one.say(language)).collect()
    });
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/said.txt");
    if env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&path, &out).expect("the golden file can be written");
    }
    let agreed = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(out, agreed, "UPDATE_GOLDEN=1 writes {} anew", path.display());
}

/// Words of English that no Dutch sentence has.
const ENGLISH: [&str; 33] = [
    "a", "and", "are", "at", "been", "by", "can", "cannot", "could", "does", "for", "from", "has", "have",
    "it", "its", "must", "no", "not", "on", "or", "our", "that", "the", "their", "there", "they", "this",
    "to", "we", "which", "with", "would",
];

/// The words of English in a text, but for what it quotes: values of fields, and what is written as code.
pub(crate) fn english_in(text: &str) -> Vec<String> {
    let mut plain = String::new();
    let mut depth = 0_u32;
    for letter in text.chars() {
        match letter {
            '<' => depth += 1,
            '>' => depth = depth.saturating_sub(1),
            '`' => depth = u32::from(depth == 0),
            other if depth == 0 => plain.push(other),
            _ => {}
        }
    }
    plain
        .split(|letter: char| !(letter.is_alphanumeric() || "-/.:".contains(letter)))
        .map(|word| word.trim_matches(['.', ':']))
        .filter(|word| ENGLISH.contains(word))
        .map(str::to_owned)
        .collect()
}

#[test]
fn no_dutch_sentence_has_a_word_of_english() {
    let agreed = include_str!("../../tests/golden/said.txt");
    let mut sentences = 0;
    let pairs = agreed.split("\n\n").map(|pair| pair.trim_start_matches('#'));
    for pair in pairs {
        let mut lines = pair.lines().rev();
        let (Some(dutch), Some(english)) = (lines.next(), lines.next()) else {
            continue;
        };
        sentences += 1;
        assert_eq!(english_in(dutch), Vec::<String>::new(), "{english}\n{dutch}");
    }
    assert!(sentences > 250, "{sentences}");
    assert_eq!(
        english_in("it was not asked (<the target>)"),
        ["it", "not"],
        "the list finds English"
    );
}

#[test]
fn a_rule_without_dutch_is_said_in_english_with_a_note() {
    let said = |dutch| {
        Tie::Rule {
            id: "a-b".to_owned(),
            seen: None,
            what: "A thing".to_owned(),
            why: "It stays.".to_owned(),
            dutch,
        }
        .say(Language::Nl)
    };
    assert_eq!(said(None), "A thing: It stays. [a-b, alleen in het Engels]");
    assert_eq!(said(Option::sample("")), "<wat>: <waarom> [a-b]");
}

#[test]
fn data_for_programs_holds_the_english_sentence() {
    let said = Said::from(Storage::NoDefault);
    let written = serde_json::to_value(&said).expect("a text");
    assert_eq!(written, said.to_string());
    let read: Said = serde_json::from_value(written).expect("a text");
    assert_eq!(read, Said::Words(said.to_string()));
}
