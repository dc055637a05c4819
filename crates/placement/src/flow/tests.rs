//! Sensitivity flows along uses, through others and round circles.
use havenmeester_api::workload::Within;
use proptest::prelude::*;

use super::*;
use crate::mk::{id, mk_workload};

fn mk_all(all: &[(&str, Sensitivity, &[&str])]) -> BTreeMap<WorkloadId, WorkloadView> {
    let one = |(name, sensitivity, uses): &(&str, Sensitivity, &[&str])| {
        let mut workload = uses.iter().fold(mk_workload(name, "eu-1"), |w, used| {
            w.using(used, Within::Anywhere)
        });
        workload.sensitivity = *sensitivity;
        (id(name), workload)
    };
    all.iter().map(one).collect()
}

#[test]
fn an_application_is_as_sensitive_as_the_data_that_it_uses_through_others_too() {
    use Sensitivity::{High, Low, Medium};
    let mut all = mk_all(&[
        ("site", Low, &["api"]),
        ("api", Medium, &["register"]),
        ("register", High, &[]),
        ("other", Low, &["ghost"]),
    ]);
    flow(&mut all);
    let told = |name: &str| (all[&id(name)].sensitivity, all[&id(name)].through.clone());
    assert_eq!(told("site"), (High, Some(id("register"))));
    assert_eq!(told("api"), (High, Some(id("register"))));
    assert_eq!(told("register"), (High, None));
    assert_eq!(told("other"), (Low, None));
}

proptest! {
    #[test]
    fn nobody_is_less_sensitive_than_its_data_and_it_ends(
        levels in prop::collection::vec(0..3_usize, 8),
        uses in prop::collection::vec((0..8_usize, 0..8_usize), 0..20),
    ) {
        let names: Vec<String> = (0..8).map(|i| format!("w{i}")).collect();
        let of = [Sensitivity::Low, Sensitivity::Medium, Sensitivity::High];
        let mut all: BTreeMap<WorkloadId, WorkloadView> = names.iter().zip(&levels).map(|(name, level)| {
            let mut workload = mk_workload(name, "eu-1");
            workload.sensitivity = of[*level];
            (id(name), workload)
        }).collect();
        for (user, used) in uses {
            let workload = all.remove(&id(&names[user])).unwrap().using(&names[used], Within::Anywhere);
            all.insert(id(&names[user]), workload);
        }
        let before = all.clone();
        flow(&mut all);
        for (id, workload) in &all {
            prop_assert!(workload.sensitivity >= before[id].sensitivity);
            prop_assert_eq!(workload.through.is_some(), workload.sensitivity > before[id].sensitivity);
            for using in &workload.uses {
                prop_assert!(workload.sensitivity >= all[&using.workload].sensitivity);
            }
        }
        let once = all.clone();
        flow(&mut all);
        prop_assert_eq!(once, all);
    }
}
