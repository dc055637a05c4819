//! What a member is by the Haven standard, as its status says it.
//!
//! Not here: evaluating it (`portability::haven`), looking (`fleet`).
use havenmeester_api::haven::{HavenCheck, HavenComponent, HavenOfficial, HavenOutcome, HavenStatus};
use havenmeester_fleet::HavenLook;
use havenmeester_portability::haven::{Haven, Official, Outcome, evaluate};
use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;

/// None before the first look: what an earlier run of the daemon wrote stands until then.
pub(super) fn status(look: &HavenLook, now: Timestamp) -> Option<HavenStatus> {
    if *look == HavenLook::default() {
        return None;
    }
    let haven = evaluate(&look.facts, look.official.as_ref(), now);
    let count = |outcome| i32::try_from(haven.count(outcome)).unwrap_or(i32::MAX);
    Some(HavenStatus {
        compliant: outcome(haven.compliant),
        observed_at: look.facts.observed_at.map(Time),
        passed: count(Outcome::Yes),
        failed: count(Outcome::No),
        unknown: count(Outcome::Unknown),
        checks: checks(&haven),
        components: components(&haven),
        official: look.official.as_ref().map(|run| official(run, &haven)),
    })
}

fn outcome(outcome: Outcome) -> HavenOutcome {
    match outcome {
        Outcome::Yes => HavenOutcome::Yes,
        Outcome::No => HavenOutcome::No,
        Outcome::Unknown => HavenOutcome::Unknown,
    }
}

fn checks(haven: &Haven) -> Vec<HavenCheck> {
    let each = haven.checks.iter().map(|check| HavenCheck {
        name: check.name.name().to_owned(),
        result: outcome(check.outcome),
        evidence: check.evidence.clone(),
    });
    each.collect()
}

/// Where nothing can be seen, each component is Unknown: that is said once, by the checks.
fn components(haven: &Haven) -> Vec<HavenComponent> {
    if haven
        .components
        .iter()
        .all(|component| component.state == Outcome::Unknown)
    {
        return Vec::new();
    }
    let each = haven.components.iter().map(|component| HavenComponent {
        name: component.name.clone(),
        running: outcome(component.state),
        version: component.version.clone(),
    });
    each.collect()
}

fn official(run: &Official, haven: &Haven) -> HavenOfficial {
    let differences = haven.differences.iter().map(|difference| {
        let (name, ours, theirs) = (difference.name.name(), difference.ours, difference.official);
        format!("{name}: official {theirs:?}, ours {ours:?}")
    });
    HavenOfficial {
        version: run.version.clone(),
        created: run.created.map(Time),
        compliant: run.compliant,
        differences: differences.collect(),
    }
}

#[cfg(test)]
mod tests {
    use havenmeester_portability::Fact;
    use havenmeester_portability::haven::{HavenFacts, read_official};
    use havenmeester_portability::said::Unseen;

    use super::*;

    #[test]
    fn before_the_first_look_nothing_is_said_and_a_narrow_one_says_unknown() {
        let now: Timestamp = "2026-05-01T00:00:00Z".parse().unwrap();
        assert_eq!(status(&HavenLook::default(), now), None);
        let narrow = HavenLook {
            facts: HavenFacts::unseen(&Unseen::NamespacesOnly),
            official: None,
        };
        let said = status(&narrow, now).unwrap();
        assert_eq!(
            (said.compliant, said.unknown, said.components.len()),
            (HavenOutcome::Unknown, 17, 0)
        );
        assert!(
            said.checks
                .iter()
                .any(|check| check.evidence == Unseen::NamespacesOnly.to_string())
        );
    }

    #[test]
    fn a_difference_with_the_official_checker_is_told() {
        let now: Timestamp = "2026-05-01T00:00:00Z".parse().unwrap();
        let facts = HavenFacts {
            observed_at: Some(now),
            admin: Fact::Known(true),
            ..Default::default()
        };
        let official = read_official(
            r#"{"Version": "v12.8.0", "StopTS": "2026-04-30T00:00:00Z", "CompliancyChecks": {"Results": [{"Name": "clusteradmin", "Result": "NO"}]}}"#,
        );
        let look = HavenLook {
            facts,
            official: official.ok(),
        };
        let said = status(&look, now).unwrap();
        assert_eq!(
            said.official.unwrap().differences,
            ["clusteradmin: official No, ours Yes"]
        );
    }
}
