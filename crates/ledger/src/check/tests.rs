//! Each way to break a log is found and named; a crash is not taken for one.

use serde_json::json;

use super::{Check, Tampering, Verified};
use crate::{
    chain::{self, End},
    entry::{Entry, EntryKind, Sealed},
    head::Found,
    kept::Kept,
};

fn mk_entries(n: i64) -> Vec<Entry> {
    let mk = |i| Entry {
        at: jiff::Timestamp::from_second(1_795_000_000 + i).unwrap(),
        actor: "controller".to_owned(),
        kind: EntryKind::StepDone,
        subject: "Migration/havenmeester/shop".to_owned(),
        message: format!("step {i}"),
        data: json!({"step": i}),
    };
    (1..=n).map(mk).collect()
}

/// A log of objects with two entries each, and its end.
fn mk_log(objects: i64) -> (Vec<Vec<Sealed>>, End) {
    let sealed = chain::seal(&End::of_nothing(), mk_entries(objects * 2)).unwrap();
    let end = sealed.last().map_or_else(End::of_nothing, End::of);
    (sealed.chunks(2).map(<[Sealed]>::to_vec).collect(), end)
}

fn verdict(log: &[Vec<Sealed>], head: Found) -> Verified {
    let named: Vec<_> = log.iter().map(|object| (object[0].seq, object.clone())).collect();
    verdict_of(&named, head)
}

fn verdict_of(named: &[(u64, Vec<Sealed>)], head: Found) -> Verified {
    verdict_against(named, head, None)
}

fn verdict_against(named: &[(u64, Vec<Sealed>)], head: Found, kept: Option<Kept>) -> Verified {
    let mut check = Check::new(head, kept);
    for (first, object) in named {
        if check
            .object(Some(*first), &chain::encode(object).unwrap())
            .is_break()
        {
            break;
        }
    }
    check.finish()
}

#[track_caller]
fn check(verdict: &Verified, wanted: (u64, Tampering)) {
    match verdict {
        Verified::Broken { seq, kind, .. } => assert_eq!((*seq, *kind), wanted, "{verdict:?}"),
        Verified::Intact { .. } => panic!("intact, wanted {wanted:?}"),
    }
}

#[test]
fn a_whole_log_is_intact() {
    let (log, end) = mk_log(3);
    let wanted = Verified::Intact {
        entries: 6,
        head: end.hash.clone(),
    };
    assert_eq!(verdict(&log, Found::At(end)), wanted);
    let nothing = Verified::Intact {
        entries: 0,
        head: chain::genesis(),
    };
    assert_eq!(verdict(&[], Found::Absent), nothing);
}

#[test]
fn a_head_that_lags_is_a_crash_and_not_tampering() {
    let (log, end) = mk_log(3);
    let lagging = Found::At(End::of(&log[1][1]));
    assert_eq!(
        verdict(&log, lagging),
        Verified::Intact {
            entries: 6,
            head: end.hash
        }
    );
    let (one, end) = mk_log(1);
    assert_eq!(
        verdict(&one, Found::Absent),
        Verified::Intact {
            entries: 2,
            head: end.hash
        }
    );
}

#[test]
fn a_head_that_is_gone_or_damaged_is_seen() {
    let (log, _) = mk_log(2);
    check(&verdict(&log, Found::Absent), (4, Tampering::Head));
    check(&verdict(&log, Found::Unreadable), (4, Tampering::Head));
}

#[test]
fn a_removed_object_is_seen_at_the_front_amid_and_at_the_end() {
    for (at, first) in [(0, 1), (1, 3), (2, 5)] {
        let (mut log, end) = mk_log(3);
        log.remove(at);
        check(&verdict(&log, Found::At(end)), (first, Tampering::Removed));
    }
}

#[test]
fn a_log_that_was_emptied_is_seen() {
    let (_, end) = mk_log(3);
    check(&verdict(&[], Found::At(end)), (1, Tampering::Removed));
}

#[test]
fn a_line_removed_from_an_object_is_seen() {
    for (line, seq) in [(0, 3), (1, 4)] {
        let (log, end) = mk_log(3);
        let mut named: Vec<_> = log.iter().map(|object| (object[0].seq, object.clone())).collect();
        named[1].1.remove(line);
        check(&verdict_of(&named, Found::At(end)), (seq, Tampering::Removed));
    }
}

#[test]
fn swapped_lines_are_reordered() {
    let (mut log, end) = mk_log(3);
    log[1].swap(0, 1);
    let named: Vec<_> = [1, 3, 5].into_iter().zip(log).collect();
    check(&verdict_of(&named, Found::At(end)), (3, Tampering::Reordered));
}

#[test]
fn an_inserted_line_is_seen() {
    let (mut log, end) = mk_log(3);
    let twin = log[1][0].clone();
    log[1].push(twin);
    check(&verdict(&log, Found::At(end)), (3, Tampering::Inserted));
}

#[test]
fn an_object_amid_another_is_inserted() {
    let (mut log, end) = mk_log(3);
    let amid = vec![log[1][1].clone()];
    log.insert(2, amid);
    check(&verdict(&log, Found::At(end)), (4, Tampering::Inserted));
}

#[test]
fn an_entry_that_was_replaced_and_sealed_again_is_seen() {
    let (mut log, end) = mk_log(3);
    let before = End::of(&log[1][0]);
    let forged = Entry {
        message: "nothing happened".to_owned(),
        ..log[1][1].entry.clone()
    };
    log[1][1] = chain::seal(&before, vec![forged]).unwrap().remove(0);
    check(&verdict(&log, Found::At(end)), (4, Tampering::Changed));
}

#[test]
fn a_tail_that_was_sealed_again_is_held_against_the_head() {
    let (mut log, end) = mk_log(3);
    let before = End::of(&log[1][1]);
    let forged = vec![
        log[2][0].entry.clone(),
        Entry {
            actor: "nobody".to_owned(),
            ..log[2][1].entry.clone()
        },
    ];
    log[2] = chain::seal(&before, forged).unwrap();
    check(&verdict(&log, Found::At(end)), (6, Tampering::Changed));
}

#[test]
fn a_front_that_was_cut_off_and_renumbered_is_seen() {
    let (log, end) = mk_log(1);
    let renumbered = chain::hash(1, &log[0][0].hash, &log[0][1].entry).unwrap();
    let entry = Sealed {
        seq: 1,
        hash: renumbered,
        ..log[0][1].clone()
    };
    check(&verdict(&[vec![entry]], Found::At(end)), (1, Tampering::Removed));
}

#[test]
fn a_name_that_is_not_a_number_is_inserted() {
    let mut walk = Check::new(Found::Absent, None);
    assert!(walk.object(None, b"").is_break());
    check(&walk.finish(), (1, Tampering::Inserted));
}

/// Whether a log of three objects, of which so many are left and whose head was put back to fit, is held to be whole
/// against the head that was kept of all of it.
fn cut_off(left: usize) -> Verified {
    let (log, end) = mk_log(3);
    let left = &log[..left];
    let last = left.last().and_then(|object| object.last());
    let head = last.map_or(Found::Absent, |entry| Found::At(End::of(entry)));
    let named: Vec<_> = left
        .iter()
        .map(|object| (object[0].seq, object.clone()))
        .collect();
    let kept = Kept::of(&end);
    verdict_against(&named, head, Some(kept))
}

#[test]
fn a_tail_that_was_cut_off_with_its_head_is_found_by_a_head_kept_elsewhere() {
    assert!(matches!(cut_off(3), Verified::Intact { entries: 6, .. }));
    for (left, first_gone) in [(2, 5), (1, 3), (0, 1)] {
        let verdict = cut_off(left);
        let removed = matches!(
            verdict,
            Verified::Broken { seq, kind: Tampering::Removed, .. } if seq == first_gone
        );
        assert!(removed, "{verdict:?}");
    }
}

#[test]
fn a_log_that_was_rewritten_as_a_whole_is_found_by_a_head_kept_elsewhere() {
    let (log, end) = mk_log(2);
    let named: Vec<_> = log.iter().map(|object| (object[0].seq, object.clone())).collect();
    let other = Kept {
        seq: 2,
        hash: chain::genesis(),
    };
    let verdict = verdict_against(&named, Found::At(end), Some(other));
    assert!(
        matches!(
            verdict,
            Verified::Broken {
                seq: 2,
                kind: Tampering::Changed,
                ..
            }
        ),
        "{verdict:?}"
    );
}

#[test]
fn a_kept_head_is_read_as_it_is_printed_and_nothing_else_is() {
    let kept = Kept {
        seq: 12,
        hash: chain::genesis(),
    };
    assert_eq!(kept.to_string().parse(), Ok(kept.clone()));
    for bad in [
        "",
        "12",
        "12:",
        "x:sha256-00",
        &format!("012:{}", kept.hash),
        &format!("12:{}0", kept.hash),
    ] {
        assert!(bad.parse::<Kept>().is_err(), "{bad}");
    }
}
