//! How old an object is, as kubectl shows it.

use super::human;

#[test]
fn ages_are_as_kubectl_shows_them() {
    let shown: Vec<_> = [0, 119, 120, 200, 600, 10_800, 11_100, 90_000, 180_000, 864_000]
        .into_iter()
        .map(human)
        .collect();
    assert_eq!(
        shown,
        [
            "0s", "119s", "2m", "3m20s", "10m", "3h", "3h5m", "25h", "2d2h", "10d"
        ]
    );
}
