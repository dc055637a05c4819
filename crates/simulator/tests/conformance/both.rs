//! Plays cases on a simulated and on a real cluster, and tells what differs.

use havenmeester_simulator::{ApiServer, User};
use havenmeester_testenv::Cluster;

use crate::case::Case;
use crate::{compare, play};

/// Fails with all that differs. `CONFORMANCE_CASE=words` plays only the cases with these words in their name.
pub(crate) async fn compare_all(cases: &[Case], simulated: &ApiServer, real: &Cluster) {
    let app = real.kubeconfig_for("app", &[]).unwrap();
    let theirs = play::Clients {
        admin: real.client(),
        app: havenmeester_testenv::client(&app).await.unwrap(),
    };
    let only = std::env::var("CONFORMANCE_CASE").unwrap_or_default();
    let mut failed = Vec::new();
    let mut compared = 0;
    for case in cases.iter().filter(|case| case.name.contains(&only)) {
        let app = simulated.client_as(User::namespaced("app", [case.namespace.clone()]));
        let ours = play::Clients {
            admin: simulated.client(),
            app,
        };
        let differences = compare::differences(
            case,
            &play::play(case, &ours).await,
            &play::play(case, &theirs).await,
        );
        compared += 1;
        if !differences.is_empty() {
            failed.push(format!(
                "## {} ({})\n{}",
                case.name,
                case.file,
                differences.join("\n")
            ));
        }
    }
    println!("{} passed, {} failed", compared - failed.len(), failed.len());
    assert!(
        failed.is_empty(),
        "{} of {compared} cases differ:\n\n{}",
        failed.len(),
        failed.join("\n\n")
    );
}
