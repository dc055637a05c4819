//! The words for a chain of reasons.
//!
//! Invariant: nothing reads these sentences but people.
use havenmeester_api::provider::Relation;

/// How many links of a chain are told: of a longer one the middle is left out.
pub(super) const LINKS: usize = 12;

/// One link with the name that people know.
#[derive(Clone, Copy)]
pub(super) struct Link<'a> {
    pub(super) label: &'a str,
    pub(super) legal_name: &'a str,
    pub(super) relation: Relation,
    pub(super) share: Option<i32>,
}

/// `Microsoft Corporation owns 100% of Microsoft Ireland, which operates azure`.
pub(super) fn sentence(chain: &[Link<'_>]) -> String {
    let Some((first, rest)) = chain.split_first() else {
        return String::new();
    };
    let Some(last) = rest.last() else {
        return format!("{} is established there", first.legal_name);
    };
    let mut told = last.legal_name.to_owned();
    let mut before = chain.iter().rev().skip(1);
    for (n, link) in rest.iter().rev().enumerate() {
        let object = before.next().map_or("", |l| l.legal_name);
        let which = if n == 0 { " " } else { ", which " };
        let share = link.share.map(percent);
        let does = match (link.relation, share) {
            (Relation::Owns, Some(share)) => format!("{which}owns {share} of {object}"),
            (Relation::Owns, None) | (Relation::LeftOut, _) => format!("{which}owns {object}"),
            (Relation::Votes, share) => {
                format!(
                    "{which}casts {} of the votes in {object}",
                    share.unwrap_or_default()
                )
            }
            (Relation::Vetoes, _) => format!("{which}has a veto in {object}"),
            (Relation::AppointsBoard, _) => format!("{which}appoints most of the board of {object}"),
            (Relation::Operates, _) => format!("{which}operates {object}"),
            (Relation::HoldsKeys, _) => format!("{which}holds the keys of {object}"),
            (Relation::Hosts, _) => format!("{which}hosts {object}"),
            (Relation::Supports, _) => format!("{which}supports {object}"),
            (Relation::Established, _) => format!("{which}is {object}"),
        };
        told = format!("{told}{does}");
    }
    told
}

/// The chain without its middle, when it is long.
pub(super) fn shortened_chain<T>(mut chain: Vec<T>, gap: impl FnOnce(usize) -> T) -> Vec<T> {
    if chain.len() <= LINKS {
        return chain;
    }
    let left_out = chain.len() - (LINKS - 1);
    let tail = chain.split_off(chain.len() - LINKS / 2);
    chain.truncate(LINKS - 1 - LINKS / 2);
    chain.push(gap(left_out));
    chain.extend(tail);
    chain
}

/// At most eight names, and the one with which the circle closes.
pub(crate) fn shortened<'a>(mut names: Vec<&'a str>, closes: &'a str) -> Vec<&'a str> {
    const SHOWN: usize = 8;
    if names.len() > SHOWN {
        names.truncate(SHOWN);
        names.push("...");
    }
    names.push(closes);
    names
}

/// `24%`, `12.5%`.
pub(super) fn percent(basis_points: i32) -> String {
    let (whole, rest) = (basis_points / 100, (basis_points % 100).abs());
    let text = format!("{whole}.{rest:02}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned() + "%"
}

#[cfg(test)]
mod tests;
