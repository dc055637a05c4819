//! Who may lead.
use super::*;

const DURATION: Duration = Duration::from_secs(15);

fn check(holder: Option<&str>, unchanged_secs: u64, expected: Turn) {
    let seen = Seen {
        holder: holder.map(str::to_owned),
        unchanged_for: Duration::from_secs(unchanged_secs),
    };
    assert_eq!(evaluate(&seen, "me", DURATION), expected, "{seen:?}");
}

#[test]
fn a_lease_of_ours_is_renewed_however_old() {
    check(Some("me"), 0, Turn::Renew);
    check(Some("me"), 99, Turn::Renew);
}

#[test]
fn another_leader_is_left_until_it_was_not_seen_for_the_whole_duration() {
    check(Some("other"), 15, Turn::Wait);
    check(Some("other"), 16, Turn::Take);
}

#[test]
fn a_lease_that_was_given_up_is_free_at_once() {
    check(None, 0, Turn::Take);
    check(Some(""), 0, Turn::Take);
}
