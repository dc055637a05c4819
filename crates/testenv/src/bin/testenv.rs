//! `cargo run -p havenmeester-testenv -- NAME`: a real control plane to try things on, until Ctrl-C.
//!
//! Prints a line for each process and the path of a kubeconfig; the last line says that it is ready.

use std::io::Write as _;

use havenmeester_testenv::{Cluster, ClusterOptions, Process};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let name = std::env::args().nth(1).unwrap_or_else(|| "testenv".to_owned());
    let cluster = Cluster::start(ClusterOptions::new(name)).await?;
    print(&cluster)?;
    tokio::signal::ctrl_c().await?;
    Ok(())
}

fn print(cluster: &Cluster) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    for process in Process::ALL {
        if let Some(id) = cluster.process(process).id() {
            writeln!(out, "{process} {id}")?;
        }
    }
    writeln!(out, "kubeconfig {}\nready", cluster.kubeconfig_file().display())?;
    out.flush()
}
