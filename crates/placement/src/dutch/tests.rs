//! Every sentence in both languages side by side, as a golden file: `UPDATE_GOLDEN=1` writes it anew.
mod refusals; // one of each reason

use std::fmt::Write as _;

use havenmeester_api::member::Scope;
use havenmeester_api::provider::{Because, Category, Objective, Relation};
use havenmeester_api::require::{CoreValue, Rule};
use havenmeester_api::route::RouteStep;
use havenmeester_api::workload::Layer;
use havenmeester_api::{Date, Language};

use crate::apart::Apart;
use crate::approval::{Asked, Given, Ground};
use crate::autonomy::{Doubt, Flaw};
use crate::decision::{Action, Refusal, Violation, Waiting};
use crate::explain::Phrase;
use crate::external::{Aside, LineFault};
use crate::fact::Unseen;
use crate::fleet::{Bar, Demand};
use crate::gap::{Gap, Trait};
use crate::lint::Fault;
use crate::mk::{date, id, now};
use crate::paused::Paused;
use crate::problems::{Example, Wrong};
use crate::request::WorkloadId;
use crate::resource::Resource;
use crate::say::Say;
use crate::score::Part;
use crate::waves::{Limits, Window};

fn s(text: &str) -> String {
    text.to_owned()
}

fn through() -> Vec<Because> {
    let link = |entity: &str, relation, share_basis_points| Because {
        entity: s(entity),
        relation,
        share_basis_points,
    };
    vec![
        link("azure", Relation::Established, None),
        link("parent", Relation::Owns, Some(2_450)),
        link("9990", Relation::LeftOut, None),
        link("fund", Relation::Votes, Some(6_000)),
        link("council", Relation::Vetoes, None),
        link("trust", Relation::AppointsBoard, None),
        link("ops", Relation::Operates, None),
        link("vault", Relation::HoldsKeys, None),
        link("IN", Relation::Supports, None),
        link("US", Relation::Hosts, None),
    ]
}

fn actions() -> Vec<Action> {
    let waiting = [
        Waiting::Moving {
            migration: s("shop-1"),
        },
        Waiting::NoClusterFits,
        Waiting::ManualMigration {
            target: s("eu-1"),
            policy: Some(s("critical")),
        },
        Waiting::ManualFailover {
            target: s("eu-1"),
            policy: None,
        },
        Waiting::FailoverDelay {
            target: s("eu-1"),
            at: now(),
        },
        Waiting::NotFenced { cluster: s("azure") },
        Waiting::NotCaptured { cluster: s("azure") },
        Waiting::HomeUncertain { cluster: s("azure") },
        Waiting::HubSuspectsItself { lost: 3, of: 4 },
        Waiting::NotFound,
        Waiting::FactsUnclear {
            cluster: s("azure"),
            why: Box::new(Refusal::UnknownProvider { provider: s("ghost") }),
        },
        Waiting::SeveralActive {
            clusters: vec![s("azure"), s("eu-1")],
        },
        Waiting::Approval(Box::new(Asked::new(&id("shop"), "azure", grounds()))),
        Waiting::OnRoute {
            cluster: s("azure"),
            until: date("2027-03-01"),
        },
        Waiting::SharesNamespace { with: id("other") },
    ];
    let mut all = vec![
        Action::Stay,
        Action::Relocate {
            source: s("azure"),
            target: s("eu-1"),
        },
        Action::FailOver {
            source: s("azure"),
            target: s("eu-1"),
            last_heartbeat: now(),
            detected_at: now(),
        },
    ];
    all.extend(waiting.map(Action::Wait));
    all
}

fn grounds() -> Vec<Ground> {
    let steps = vec![RouteStep {
        cluster: s("azure"),
        until: date("2027-03-01"),
    }];
    vec![
        Ground::Hyperscaler {
            category: Category::Hyperscaler,
            countries: vec![s("US")],
        },
        Ground::LessAutonomous,
        Ground::Policy { policy: s("careful") },
        Ground::Route {
            policy: s("critical"),
            route: s("via-azure"),
            steps,
            end: s("eu-1"),
            lowers: vec![Refusal::NotReachable],
        },
    ]
}

fn apart() -> Vec<Apart> {
    vec![Apart::Cluster, Apart::Provider, Apart::Jurisdiction]
}

fn wrongs() -> Vec<Wrong> {
    let names = || s("a > b > a");
    let flaws = [
        Flaw::NoProvider { name: s("ghost") },
        Flaw::Nameless,
        Flaw::NoShare { basis_points: 10_001 },
        Flaw::TooMuch { basis_points: 12_000 },
        Flaw::ClosedCircle { names: names() },
        Flaw::UnsolvedCircle { names: names() },
    ];
    let (since, until) = (date("2027-02-01"), date("2027-01-01"));
    let examples = || {
        vec![Example {
            cluster: s("azure"),
            refusal: Refusal::NotReachable,
        }]
    };
    let mut all: Vec<Wrong> = flaws.map(Wrong::Facts).into();
    all.extend([
        Wrong::FactsFrom {
            on: since,
            flaw: Flaw::TooMuch { basis_points: 12_000 },
        },
        Wrong::Circle { names: names() },
        Wrong::Overlap {
            holder: s("Buyer (US)"),
            with: s("spec.owners[0]"),
        },
        Wrong::NeverHolds { since, until },
        Wrong::NoCluster { name: s("eu-9") },
        Wrong::ChoosesNobody,
        Wrong::UnknownComponent {
            name: s("cnpq"),
            known: vec!["cnpg", "flux"],
        },
        Wrong::Unsatisfiable { examples: examples() },
        Wrong::UnsatisfiableTogether {
            others: vec![s("a"), s("b")],
            count: 7,
            example: id("shop"),
            examples: examples(),
        },
        Wrong::Shadowed { by: s("stricter") },
        Wrong::NoStandbyPair {
            apart: apart(),
            allowed: 2,
        },
        Wrong::EndForbidden {
            end: s("azure"),
            refusal: Refusal::NotReachable,
        },
        Wrong::EndNotAutonomous {
            end: s("azure"),
            laws: s("NL,US"),
        },
        Wrong::StepTooLong {
            cluster: s("azure"),
            until,
        },
        Wrong::NoSteps,
        Wrong::StepOver {
            cluster: s("azure"),
            until,
        },
    ]);
    all.extend(of_exemptions(since, until));
    all.extend([
        Wrong::Weights { sum: 99 },
        Wrong::Twice {
            objective: Objective::Sov1,
        },
        Wrong::NoData { id: id("registry") },
        Wrong::UsesItself,
        Wrong::ApartFromItself,
        Wrong::UsesAbove {
            ours: Layer::Data,
            data: id("desk"),
            theirs: Layer::Interaction,
        },
    ]);
    all
}

fn of_exemptions(since: Date, until: Date) -> Vec<Wrong> {
    vec![
        Wrong::NoOwner,
        Wrong::NoApprover,
        Wrong::OwnApproval,
        Wrong::TooLong { until, latest: since },
        Wrong::Over { until },
        Wrong::EndsSoon { until },
        Wrong::NotWeighed {
            missing: vec![
                CoreValue::Autonomy,
                CoreValue::Quality,
                CoreValue::Cost,
                CoreValue::Security,
                CoreValue::Innovation,
            ],
        },
        Wrong::NamesNobody,
        Wrong::NoPolicy { name: s("critical") },
        Wrong::NoSuchRule {
            policy: s("critical"),
            rule: Rule::Categories,
        },
        Wrong::NoWorkload { id: id("shop") },
        Wrong::SameRule {
            exemption: s("legacy"),
            workload: s("shop"),
        },
    ]
}

fn faults() -> Vec<Fault> {
    let cluster = || s("eu-1");
    vec![
        Fault::Undecided,
        Fault::UnknownWorkload,
        Fault::UnknownCluster { cluster: cluster() },
        Fault::TargetIsSource,
        Fault::SourceIsNotHome { source: cluster() },
        Fault::TargetIsNotDesired { target: cluster() },
        Fault::Forbidden {
            cluster: cluster(),
            rule: "categories",
        },
        Fault::CapacityExceeded { cluster: cluster() },
        Fault::CapacityUnseen { cluster: cluster() },
        Fault::MovedFromAllowedHome { cluster: cluster() },
        Fault::MovedOnUnclearFacts { cluster: cluster() },
        Fault::MoveUnderWay,
        Fault::NotAutomatic,
        Fault::NotFenced,
        Fault::SeveralActive,
        Fault::NotCaptured,
        Fault::NotLost { cluster: cluster() },
        Fault::TooEarly,
        Fault::LossMisstated,
        Fault::StaleFacts { cluster: cluster() },
        Fault::HubSuspect,
        Fault::LessSensitiveThanItsData { data: id("registry") },
        Fault::NotApproved { cluster: cluster() },
        Fault::NoStandby,
        Fault::StandbyUnfit {
            cluster: cluster(),
            rule: "categories",
        },
        Fault::Conflict { with: id("other") },
    ]
}

fn lines() -> Vec<LineFault> {
    vec![
        LineFault::Fields {
            expected: 5,
            found: 4,
        },
        LineFault::Quote,
        LineFault::Empty("name"),
        LineFault::Twice {
            name: s("mail"),
            first: 2,
        },
        LineFault::Elsewhere(s("mail")),
        LineFault::Level {
            column: "criticality",
            value: s("huge"),
            expected: "low, medium or critical",
        },
        LineFault::Day(s("31-12-2027")),
        LineFault::Long {
            column: "owner",
            length: 254,
            most: 200,
        },
        LineFault::Storage(s("much")),
    ]
}

fn paused() -> Paused {
    Paused {
        migration: s("shop-1"),
        target: s("eu-1"),
        why: s("blocked: no class for it"),
        again: now(),
    }
}

fn both(out: &mut String, what: &dyn Say) {
    let (english, dutch) = (what.say(Language::En), what.say(Language::Nl));
    writeln!(out, "en  {english}\nnl  {dutch}\n").unwrap();
}

#[test]
fn every_sentence_is_there_in_both_languages() {
    let mut out = String::new();
    let all = refusals::all();
    for refusal in all.into_iter().flatten() {
        both(&mut out, &refusal);
        let change = |language| refusal.nearest_change_in(language);
        assert_eq!(
            change(Language::En).is_some(),
            change(Language::Nl).is_some(),
            "{refusal}"
        );
        if let (Some(english), Some(dutch)) = (change(Language::En), change(Language::Nl)) {
            writeln!(out, "en    {english}\nnl    {dutch}\n").unwrap();
        }
    }
    for action in actions() {
        both(&mut out, &action);
    }
    let clusters = || vec![s("azure"), s("eu-1"), s("eu-2")];
    for violation in [
        Violation::Placement {
            cluster: s("azure"),
            refusal: Refusal::NotReachable,
        },
        Violation::SeveralActive { clusters: clusters() },
        Violation::StrayCopy { clusters: clusters() },
        Violation::NoStandby {
            policy: s("critical"),
            apart: apart(),
            cluster: s("azure"),
        },
    ] {
        both(&mut out, &violation);
    }
    for wrong in wrongs() {
        both(&mut out, &wrong);
    }
    for fault in faults() {
        both(&mut out, &fault);
    }
    let shop: WorkloadId = id("shop");
    let asked = Asked::new(&shop, "azure", vec![Ground::LessAutonomous]);
    let given = Given {
        approval: s("shop-1"),
        approver: s("alderman"),
    };
    let (id, home, desired) = (&shop, "azure", "eu-1");
    for phrase in [
        Phrase::MustStand { id, desired },
        Phrase::NoClusterMay { id, home },
        Phrase::Stands { id, home },
        Phrase::Nowhere { id },
        Phrase::Approved {
            asked: &asked,
            given: &given,
        },
        Phrase::NotApproved { asked: &asked },
        Phrase::HowToApprove { asked: &asked },
        Phrase::Standby { cluster: home },
    ] {
        both(&mut out, &phrase);
    }
    let values = CoreValue::ALL.map(Part::Value);
    for part in values
        .into_iter()
        .chain([Part::RunningCost, Part::CostUnknown, Part::MovingCost])
        .chain([Part::Ties, Part::Stability, Part::ForbiddenSoon, Part::StandsBy])
    {
        both(&mut out, &part);
    }
    for fault in lines() {
        both(
            &mut out,
            &Aside {
                line: 7,
                text: String::new(),
                fault,
            },
        );
    }
    both(&mut out, &paused());
    both(&mut out, &Limits::default());
    let window = Some(Window {
        from_minute: 22 * 60,
        minutes: 480,
    });
    both(
        &mut out,
        &Limits {
            window,
            ..Limits::default()
        },
    );
    golden(&out);
}

fn golden(text: &str) {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/dutch/tests/sentences.txt");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
    }
    let wanted = std::fs::read_to_string(&path).unwrap();
    assert_eq!(text, wanted, "UPDATE_GOLDEN=1 writes it anew");
}
