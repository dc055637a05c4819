//! Circles are found, and nothing else is one.
use super::*;

/// Each list says who owns the entity of that place, all of it at the first.
fn mk_stakes(owners: &[&[usize]]) -> Vec<Vec<Owning>> {
    let owning = |owner: usize, share: i32| Owning {
        owner,
        share,
        votes: share,
        vetoes: false,
        appoints_board: false,
    };
    let all = |owners: &&[usize]| {
        let share = 10_000 / i32::try_from(owners.len().max(1)).unwrap();
        owners.iter().map(|owner| owning(*owner, share)).collect()
    };
    owners.iter().map(all).collect()
}

fn check(owners: &[&[usize]], circles: &[&[usize]], closed: &[bool]) {
    let stakes = mk_stakes(owners);
    let parts = parts(&stakes);
    let found: Vec<Part<'_>> = parts.in_order().filter(|part| part.circular).collect();
    let members: Vec<&[usize]> = found.iter().map(|part| part.members).collect();
    assert_eq!(members, circles);
    assert_eq!(found.iter().map(|part| part.closed).collect::<Vec<_>>(), closed);
}

#[test]
fn chains_and_diamonds_are_no_circles() {
    check(&[&[1], &[2], &[]], &[], &[]);
    check(&[&[1, 2], &[3], &[3], &[]], &[], &[]);
}

#[test]
fn circles_are_found_with_their_members_as_they_are_met() {
    check(&[&[1], &[2], &[1]], &[&[1, 2]], &[true]);
    check(&[&[1], &[0, 2], &[]], &[&[0, 1]], &[false]);
    check(&[&[0]], &[&[0]], &[true]);
    check(&[&[1, 2], &[1, 3], &[2, 3], &[]], &[&[2], &[1]], &[false, false]);
}

#[test]
fn owned_comes_before_owner() {
    let stakes = mk_stakes(&[&[2, 1], &[2], &[3], &[]]);
    let parts = parts(&stakes);
    let order: Vec<usize> = parts.in_order().flat_map(|part| part.members.to_vec()).collect();
    assert_eq!(order, [0, 1, 2, 3]);
}

#[test]
fn the_way_round_is_the_shortest() {
    let stakes = mk_stakes(&[&[1, 2], &[2], &[0]]);
    assert_eq!(round(&stakes, &[0, 1, 2]), [0, 2]);
    assert_eq!(round(&stakes, &[]), Vec::<usize>::new());
}
