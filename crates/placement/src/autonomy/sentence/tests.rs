//! Chains as a council member reads them.
use super::*;

fn link(name: &str, relation: Relation, share: Option<i32>) -> Link<'_> {
    Link {
        label: name,
        legal_name: name,
        relation,
        share,
    }
}

#[test]
fn a_chain_reads_from_the_far_end() {
    let chain = [
        link("azure-weu", Relation::Established, None),
        link("Ireland Ltd.", Relation::Operates, None),
        link("US Corporation", Relation::Owns, Some(10_000)),
    ];
    assert_eq!(
        sentence(&chain),
        "US Corporation owns 100% of Ireland Ltd., which operates azure-weu"
    );
    assert_eq!(sentence(&chain[..1]), "azure-weu is established there");
    assert_eq!(sentence(&[]), "");
}

#[test]
fn a_long_chain_keeps_its_ends() {
    let short = shortened_chain((0..10_000).collect(), |left_out| left_out * 1_000_000);
    assert_eq!(short.len(), 12);
    assert_eq!(&short[..5], &[0, 1, 2, 3, 4]);
    assert_eq!(short[5], 9_989 * 1_000_000);
    assert_eq!(short.last(), Some(&9_999));
    assert_eq!(shortened_chain(vec![1, 2], |_| 0), [1, 2]);
}

#[test]
fn shares_are_told_in_per_cent() {
    for (share, told) in [(10_000, "100%"), (2_400, "24%"), (1_250, "12.5%"), (1, "0.01%")] {
        assert_eq!(percent(share), told);
    }
}
